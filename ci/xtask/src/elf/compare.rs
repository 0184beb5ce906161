//! Whether the committed files are the recorded ones and a fresh build agrees with them.

use object::read::elf::ElfFile32;
use object::{LittleEndian, Object};

use super::build::Built;
use super::record::{FILE, Record, sha256};
use super::toolchain::Toolchain;
use super::{FOLDER, MAX_SIZE, PROGRAMS, Program};
use crate::finding::{Finding, Report};

const REBUILD: &str = "run `cargo xtask elf --update` and commit what it writes";

/// Compares the committed files (in the order of [`PROGRAMS`]) with the record and with a fresh build.
pub fn compare(record: &Record, committed: &[Option<Vec<u8>>], toolchain: &Toolchain, built: &[Built]) -> Report {
    let mut report = Report::default();
    let place = |name: &str| format!("{FOLDER}/{name}");
    for (program, file) in PROGRAMS.iter().zip(committed) {
        let sum = file.as_ref().map(|bytes| sha256(bytes));
        if sum.is_none() || sum.as_ref() != record.sha256.get(program.file) {
            report.findings.push(Finding::new(place(program.file), None, "the file is not the recorded one", REBUILD));
        }
        if file.as_ref().is_some_and(|bytes| bytes.len() > MAX_SIZE) {
            report.findings.push(Finding::new(place(program.file), None, "larger than 100 KiB", "make it smaller"));
        }
    }
    for name in record.sha256.keys().filter(|name| !PROGRAMS.iter().any(|program| program.file == name.as_str())) {
        report.findings.push(Finding::new(place(FILE), None, format!("`{name}` is not built any more"), REBUILD));
    }
    for Built { program, bytes } in built {
        for what in lacks(program, bytes) {
            let fix = "keep what the tests look for";
            report.findings.push(Finding::new(place(program.file), None, format!("a fresh build {what}"), fix));
        }
    }
    if (&record.compiler, &record.linker) == (&toolchain.compiler, &toolchain.linker) {
        for Built { program, bytes } in built {
            if record.sha256.get(program.file) != Some(&sha256(bytes)) {
                let what = "a fresh build with the recorded compiler and linker gives other bytes";
                report.findings.push(Finding::new(place(program.file), None, what, REBUILD));
            }
        }
    } else {
        let what = format!(
            "bytes not compared: made with {} and {}, here are {} and {}",
            record.compiler, record.linker, toolchain.compiler, toolchain.linker
        );
        report.warnings.push(Finding::new(place(FILE), None, what, "nothing is to be done unless the sources changed"));
    }
    report
}

/// What a fresh build must have and has not.
fn lacks(program: &Program, bytes: &[u8]) -> Vec<String> {
    let Ok(file) = ElfFile32::<LittleEndian>::parse(bytes) else { return vec!["is no ELF file".to_owned()] };
    let missing = program.symbols.iter().filter(|name| file.symbol_by_name(name).is_none());
    missing.map(|name| format!("has no symbol `{name}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::build::Built;
    use super::super::record::Record;
    use super::super::toolchain::Toolchain;
    use super::super::{PROGRAMS, committed};
    use super::compare;
    use crate::cargo::workspace_root;

    /// The committed files, and a build that gives just these.
    fn committed_and_built() -> (Vec<Option<Vec<u8>>>, Vec<Built>) {
        let committed = committed(&workspace_root());
        let built = PROGRAMS.into_iter().zip(&committed);
        let built = built.map(|(program, file)| Built { program, bytes: file.clone().unwrap() }).collect();
        (committed, built)
    }

    fn faults(record: &Record, committed: &[Option<Vec<u8>>], toolchain: &Toolchain, built: &[Built]) -> Vec<String> {
        compare(record, committed, toolchain, built).findings.into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn equal_bytes_pass_and_others_only_with_another_compiler() {
        let (committed, mut built) = committed_and_built();
        let toolchain = Toolchain::named("rustc 1", "LLD 2");
        let record = Record::of(&toolchain, &built);
        assert_eq!(faults(&record, &committed, &toolchain, &built), [""; 0]);
        // The last byte belongs to the names of the symbols' table, which stay readable.
        *built[3].bytes.last_mut().unwrap() ^= 1;
        let found = faults(&record, &committed, &toolchain, &built);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("exit-nrf52840.elf: a fresh build with the recorded"), "{found:?}");
        for other in [Toolchain::named("rustc 2", "LLD 2"), Toolchain::named("rustc 1", "LLD 3")] {
            let report = compare(&record, &committed, &other, &built);
            assert_eq!((report.findings.len(), report.warnings.len()), (0, 1));
        }
    }

    #[test]
    fn a_changed_a_missing_and_a_forgotten_file_are_found() {
        let (mut committed, built) = committed_and_built();
        let toolchain = Toolchain::named("rustc 1", "LLD 2");
        let mut record = Record::of(&toolchain, &built);
        committed[0] = None;
        committed[1].as_mut().unwrap()[200] ^= 1;
        record.sha256.insert("old.elf".to_owned(), String::new());
        let found = faults(&record, &committed, &toolchain, &built);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[2].contains("`old.elf` is not built any more"), "{found:?}");
    }

    #[test]
    fn a_build_without_its_symbols_is_found() {
        let (committed, mut built) = committed_and_built();
        let toolchain = Toolchain::named("rustc 1", "LLD 2");
        let record = Record::of(&toolchain, &built);
        built[0].bytes = built[4].bytes.clone();
        built[1].bytes.truncate(10);
        let found = faults(&record, &committed, &Toolchain::named("other", "other"), &built);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("hello-stm32f407.elf: a fresh build has no symbol `_SEGGER_RTT`"), "{found:?}");
        assert!(found[2].contains("is no ELF file"), "{found:?}");
    }
}
