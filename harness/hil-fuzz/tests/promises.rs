//! Every committed input and a few hundred damaged ones keep every promise, and each kind of trouble is noticed.

#![expect(clippy::unwrap_used, reason = "a panic of a test is its failure")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use hil_fuzz::soak::{Options, Report, soak};
use hil_fuzz::target::{TARGETS, find};
use hil_fuzz::{seeds, worker};

#[test]
fn committed_inputs_keep_every_promise() {
    let mut bytes_in_all = 0;
    for target in TARGETS {
        let files = seeds::corpus(&target).unwrap();
        assert!(!files.is_empty(), "{}", target.name);
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            bytes_in_all += bytes.len();
            assert_eq!(worker::attempt(&target, &bytes), Ok(()), "{}", file.display());
        }
    }
    assert!(bytes_in_all < 200 * 1024, "{bytes_in_all} bytes are too many to keep");
}

fn try_on(name: &str, iterations: u64, patience: u64, out: &Path) -> Report {
    let options = Options {
        program: PathBuf::from(env!("CARGO_BIN_EXE_hil-fuzz")),
        seed: 7,
        iterations,
        patience: Duration::from_secs(patience),
        findings: 2,
        out: out.to_owned(),
    };
    soak(&find(name).unwrap(), &options).unwrap()
}

#[test]
fn damaged_inputs_keep_every_promise() {
    let out = tempfile::tempdir().unwrap();
    for target in TARGETS {
        let report = try_on(target.name, 200, 60, out.path());
        assert_eq!((report.tried, &report.findings[..]), (200, &[][..]), "{}", target.name);
    }
}

#[test]
fn each_kind_of_trouble_is_noticed_and_can_be_replayed() {
    let out = tempfile::tempdir().unwrap();
    let mut kinds = vec![
        ("trouble-panic", "index out of bounds"),
        ("trouble-promise", "a promise was broken"),
        ("trouble-stack", "the process ended"),
        ("trouble-hang", "no end within"),
    ];
    if cfg!(target_os = "linux") {
        // Only Linux counts mapped memory as data; elsewhere this would use up the memory of the machine.
        kinds.push(("trouble-memory", "the process ended"));
    }
    for (name, why) in kinds {
        let report = try_on(name, 3, 3, out.path());
        assert_eq!(report.findings.len(), 2, "{name}");
        for finding in &report.findings {
            assert!(finding.why.contains(why), "{finding:?}");
            assert!(finding.show().contains(&format!("cargo xtask fuzz {name} --replay ")), "{}", finding.show());
            assert!(finding.file.is_file());
        }
    }
}
