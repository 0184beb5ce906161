//! `cargo xtask elf`: builds the firmware of `fixtures/elf/src`, which tests run, and compares it with what is committed.
//!
//! The committed files are exact for one compiler and one linker, which `fixtures/elf/record.toml` names. With these
//! two, a build must give the same bytes wherever it is made; with others it must succeed and have what the tests look for.

mod build;
mod compare;
mod record;
pub mod toolchain;

use std::path::Path;

use anyhow::Result;

use crate::finding::Report;
use build::Built;
use record::Record;
use toolchain::Toolchain;

/// Where the committed files and their record are.
const FOLDER: &str = "fixtures/elf";

/// Files above this size, in bytes, do not belong into the repository.
const MAX_SIZE: usize = 100 << 10;

/// One firmware.
#[derive(Debug, Clone, Copy)]
struct Program {
    /// Name of the committed file.
    file: &'static str,
    package: &'static str,
    bin: &'static str,
    /// The feature that chooses the chip, if there is a choice.
    chip: Option<&'static str>,
    /// Symbols that tests look up.
    symbols: &'static [&'static str],
}

/// Symbols of a program that reports over RTT with defmt.
const REPORTING: &[&str] = &["_SEGGER_RTT", "_defmt_version_ = 4"];
/// Symbols of a program of known work.
const WORKING: &[&str] = &["ITERATIONS", "STATE", "CHECKSUM", "CYCLES"];

const PROGRAMS: [Program; 8] = [
    reporting("hello-stm32f407.elf", "hello", "stm32f407"),
    reporting("exit-stm32f407.elf", "exit", "stm32f407"),
    reporting("hello-nrf52840.elf", "hello", "nrf52840"),
    reporting("exit-nrf52840.elf", "exit", "nrf52840"),
    working("bench-fir.elf", "bench-fir"),
    working("bench-hash.elf", "bench-hash"),
    working("bench-state.elf", "bench-state"),
    working("bench-memcpy.elf", "bench-memcpy"),
];

const fn reporting(file: &'static str, bin: &'static str, chip: &'static str) -> Program {
    Program { file, package: "hello", bin, chip: Some(chip), symbols: REPORTING }
}

const fn working(file: &'static str, bin: &'static str) -> Program {
    Program { file, package: "programs", bin, chip: None, symbols: WORKING }
}

/// Builds everything into `target/elf` and says what was built with what.
///
/// # Errors
/// When there is no toolchain, or a build fails.
pub fn build(root: &Path) -> Result<String> {
    let toolchain = Toolchain::find()?;
    let built = build::build(root, &toolchain)?;
    let sizes =
        built.iter().map(|Built { program, bytes }| format!("{:>7}  target/elf/{}\n", bytes.len(), program.file));
    Ok(format!("{}, {}\n{}", toolchain.compiler, toolchain.linker, sizes.collect::<String>()))
}

/// Builds everything and compares it with the committed files.
///
/// # Errors
/// When there is no toolchain, a build fails, or the record cannot be read.
pub fn check(root: &Path) -> Result<Report> {
    let toolchain = Toolchain::find()?;
    let record = Record::read(root)?;
    let built = build::build(root, &toolchain)?;
    Ok(compare::compare(&record, &committed(root), &toolchain, &built))
}

/// Builds everything, replaces the committed files, and records what they were built with.
///
/// # Errors
/// When there is no toolchain, a build fails, or a file cannot be written.
pub fn update(root: &Path) -> Result<()> {
    let toolchain = Toolchain::find()?;
    let built = build::build(root, &toolchain)?;
    for Built { program, bytes } in &built {
        std::fs::write(root.join(FOLDER).join(program.file), bytes)?;
    }
    Record::of(&toolchain, &built).write(root)
}

/// The committed files in the order of [`PROGRAMS`]; `None` for one that is not there.
fn committed(root: &Path) -> Vec<Option<Vec<u8>>> {
    PROGRAMS.iter().map(|program| std::fs::read(root.join(FOLDER).join(program.file)).ok()).collect()
}
