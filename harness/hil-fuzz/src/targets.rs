//! What each reader must promise about any bytes, one file a reader.

pub(crate) mod blackmagic;
pub(crate) mod board;
pub(crate) mod callgrind;
pub(crate) mod elf;
pub(crate) mod import;
pub(crate) mod run_json;
pub(crate) mod scenario;
pub(crate) mod trouble;
pub(crate) mod wire;

use hil_report::clean::is_unsafe;

/// Fails unless `text` can be given to a terminal: nothing that steers it, nothing that reorders a line.
fn expect_harmless(what: &str, text: &str) -> Result<(), String> {
    match text.chars().find(|c| *c != '\n' && is_unsafe(*c)) {
        Some(c) => Err(format!("{what} holds {c:?}")),
        None => Ok(()),
    }
}

/// Fails with `what` unless it `holds`.
fn expect(holds: bool, what: impl Fn() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}
