//! Debug probes through probe-rs: hardware as probe-rs finds it, and one in this process that ends at an emulated board.

pub mod emulated;

pub mod attached;
pub mod board;
pub mod image;
pub mod order;

use board::error::BoardError;
use board::identity::Found;

/// What is attached to the probe that `selector` means (`VID:PID:SERIAL`), read without disturbing it.
///
/// # Errors
/// [`BoardError`] when the probe cannot be opened, nothing answers, or the chip is locked.
pub fn identify(selector: &str) -> Result<board::identity::Identity, BoardError> {
    match board::identity::look(board::open::by_selector(selector)?)? {
        Found::Chip(identity) => Ok(identity),
        Found::LockedNordic => Err(BoardError::Locked {
            step: board::error::Step::Identify,
            detail: "a chip of Nordic whose APPROTECT is on".to_owned(),
        }),
    }
}
