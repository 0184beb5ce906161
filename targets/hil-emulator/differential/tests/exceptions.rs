//! Programs about exceptions and memory protection against `qemu-system-arm`. Where that is absent, the tests say so
//! and pass.

#![expect(clippy::panic, clippy::print_stdout, reason = "a test panics when it fails, and says when it cannot run")]

use hil_emulator_differential::records::{Record, differences};
use hil_emulator_differential::{Error, ours, qemu};

/// A field in which QEMU 7.2 is known to differ.
struct Deviation {
    program: &'static str,
    case: u16,
    field: &'static str,
    /// Why, and the section of DDI 0403E that says so, where one does.
    #[expect(dead_code, reason = "for those who read the table")]
    reason: &'static str,
}

const fn known(program: &'static str, case: u16, field: &'static str, reason: &'static str) -> Deviation {
    Deviation { program, case, field, reason }
}

const UNALIGNED: &str = "BFAR is the address that the instruction asked for (DUI 0553A, 4.3.13); QEMU shows the word \
                         that it loads first";
const EVEN: &str = "a jump to an even address behind a halfword of padding: INVSTATE (A2.3.1); QEMU sees an ARM \
                    instruction at an unaligned address";
const NOWHERE: &str = "an even address where nobody answers: both faults are due and the manual does not order them; \
                       QEMU fetches first";
const NOTHING: &str =
    "op1 = 00000x is undefined, not a coprocessor instruction (A5.3.18); QEMU asks for the coprocessor";
const FAULTMASK: &str = "NMI cannot set FAULTMASK: its priority is not above -1 (B5.2.1, B5.2.3); QEMU sets it";
const SVC: &str = "HardFault returns to a supervisor call that escalates (B1.5.6, ReturnAddress; unverified); QEMU goes \
                   on behind it";
const BASE: &str = "ICSR.RETTOBASE is clear in thread mode while an interrupt is active (B3.2.4); QEMU sets it";
const CONTEXT: &str = "a new context gets FPSCR[26:22] from FPDSCR, the rest stays (A2.5, ExecuteFPCheck; unverified); \
                       QEMU clears the rest";

const DEVIATIONS: [Deviation; 15] = [
    known("faults", 0x48, "BFAR", UNALIGNED),
    known("stacks", 0x15, "BFAR", UNALIGNED),
    known("faults", 0x62, "CFSR", EVEN),
    known("faults", 0x66, "IPSR", NOWHERE),
    known("faults", 0x66, "CFSR", NOWHERE),
    known("faults", 0x66, "ICSR", NOWHERE),
    known("faults", 0x66, "SHCSR", NOWHERE),
    known("faults", 0x7D, "CFSR", NOTHING),
    known("returns", 0x31, "CFSR", EVEN),
    known("returns", 0x4F, "value", BASE),
    known("nvic", 0x45, "value", FAULTMASK),
    known("nvic", 0x58, "stacked PC", SVC),
    known("nvic", 0x59, "stacked PC", SVC),
    known("nvic", 0x5A, "stacked PC", SVC),
    known("float", 0x18, "value", CONTEXT),
];

/// The records of a log, without the fields that are known to differ.
fn records(program: &str, log: &[u8]) -> Vec<Record> {
    let mut records = Record::all(log);
    for record in &mut records {
        let case = record.case;
        for known in DEVIATIONS.iter().filter(|known| known.program == program && known.case == case) {
            if let Some(word) = record.word_mut(known.field) {
                *word = 0;
            }
        }
    }
    records
}

/// `least`: what the log of QEMU has to hold, so that a program that ends early is noticed.
fn compare(name: &str, code: &[u8], least: usize) {
    let log = |result: Result<Vec<u8>, Error>| match result {
        Ok(log) => Some(records(name, &log)),
        Err(error @ Error::NoQemu) => {
            println!("not compared: {error}");
            None
        }
        Err(error) => panic!("{name}: {error}"),
    };
    let Some(theirs) = log(qemu::log(code)) else { return };
    let Some(ours) = log(ours::log(code)) else { return };
    let found = differences(&ours, &theirs, 40);
    assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
    assert!(theirs.len() >= least, "{name}: only {} records", theirs.len());
}

#[test]
fn faults() {
    compare("faults", include_bytes!("../programs/faults.bin"), 600);
}

#[test]
fn interrupts() {
    compare("nvic", include_bytes!("../programs/nvic.bin"), 250);
}

#[test]
fn returns() {
    compare("returns", include_bytes!("../programs/returns.bin"), 200);
}

#[test]
fn stacks() {
    compare("stacks", include_bytes!("../programs/stacks.bin"), 150);
}

#[test]
fn float() {
    compare("float", include_bytes!("../programs/float.bin"), 700);
}

#[test]
fn protection() {
    compare("mpu", include_bytes!("../programs/mpu.bin"), 300);
}
