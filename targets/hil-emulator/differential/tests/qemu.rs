//! A bounded number of random instructions against `qemu-system-arm`. Where that is absent, the tests say so and pass.

#![expect(clippy::panic, clippy::print_stdout, reason = "a test panics when it fails, and says when it cannot run")]

use std::time::Duration;

use hil_emulator_differential::Error;
use hil_emulator_differential::classes::CLASSES;
use hil_emulator_differential::soak::{Options, Report, soak};

/// The report; `None` without QEMU.
fn run(seed: u64, instructions: u64, class: Option<usize>) -> Option<Report> {
    let options = Options { seed, instructions, time: None, class, findings: 5 };
    match soak(options, || Duration::ZERO, |_| ()) {
        Ok(report) => Some(report),
        Err(error @ Error::NoQemu) => {
            println!("not compared: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn assert_agreed(report: &Report) {
    let findings: Vec<String> = report.findings.iter().map(|finding| finding.show()).collect();
    assert!(report.agreed(), "{}\n{}", report.table(), findings.join("\n"));
}

#[test]
fn random_instructions_of_all_classes_agree() {
    let Some(report) = run(1, 150_000, None) else { return };
    assert_agreed(&report);
    for (class, count) in CLASSES.iter().zip(&report.counts) {
        assert!(*count >= 500, "only {count} of {}", class.name);
    }
}

#[test]
fn each_class_alone_agrees() {
    // The surroundings of an instruction are of its own class then, so that one cannot hide another's mistakes.
    for (index, class) in CLASSES.iter().enumerate() {
        let Some(report) = run(index as u64, 1_500, Some(index)) else { return };
        assert_agreed(&report);
        assert!(report.counts[index] >= 1_500, "{}", class.name);
    }
}
