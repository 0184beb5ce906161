//! What becomes of every fault of boards.

/// How a run with a fault ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As without it: the same figures.
    Sound,
    /// With a fault of the rig that says all of this, exit code 5, and no verdict.
    Rig(&'static [&'static str]),
    /// With the verdict `invalid`, exit code 5.
    Invalid {
        /// The code of the reason.
        code: &'static str,
        /// What the reason says.
        says: &'static [&'static str],
    },
}

use Outcome::{Invalid, Rig, Sound};

/// Every fault, in the order of `hil list faults`.
pub const EXPECTED: [(&str, Outcome); 17] = [
    ("link-byte-lost", Rig(&["corrupt"])),
    ("link-byte-doubled", Rig(&["corrupt"])),
    ("link-byte-corrupted", Rig(&["corrupt"])),
    ("target-reset", Rig(&["was reset"])),
    ("brown-out", Rig(&["powered"])),
    ("infinite-loop", Invalid { code: "timeout", says: &["did not return"] }),
    ("hard-fault", Invalid { code: "crashed", says: &["fault: pc 0x", ".rs:"] }),
    ("stack-overflow", Invalid { code: "crashed", says: &["stack"] }),
    ("probe-gone", Rig(&["plugged in"])),
    ("wrong-chip", Rig(&["nRF52840", "STM32F407"])),
    ("chip-locked", Rig(&["locked", "--allow-erase"])),
    ("flash-verify", Rig(&["reads back differently"])),
    ("stale-rtt", Sound),
    ("clock-stopped", Invalid { code: "clock-stuck", says: &["did not move"] }),
    ("clock-off", Rig(&["the core runs at"])),
    ("wire-version", Rig(&["wire version", "rebuild"])),
    ("stale-image", Rig(&["not the one on disk"])),
];
