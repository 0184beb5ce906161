//! Names and times of runs: the only place that asks for the time of day.

use std::hash::{BuildHasher as _, RandomState};

use hil_model::id::RunId;
use jiff::Timestamp;

/// The time of day, RFC 3339 in UTC, to the second.
#[must_use]
pub fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A run's name: sorts by time, and differs from that of a run started in the same second.
#[must_use]
pub fn run_id() -> RunId {
    let time = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    let short = random() & 0xff_ffff;
    match RunId::new(format!("{time}-{short:06x}")) {
        Ok(id) => id,
        Err(error) => unreachable!("digits, hyphens and hexadecimal make a name: {error}"),
    }
}

/// A seed for those who gave none; small enough that JSON readers with doubles keep it exactly.
#[must_use]
pub fn seed() -> u64 {
    random() >> 11
}

/// A few random bits; the standard library's hasher is keyed by the system's randomness.
fn random() -> u64 {
    RandomState::new().hash_one(Timestamp::now().as_nanosecond())
}
