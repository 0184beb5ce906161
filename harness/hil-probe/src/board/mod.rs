//! A board behind a debug probe as an agent: flash the image, start it, and carry bytes both ways.
//!
//! The same code drives hardware and emulated boards; only the [`Probe`] differs. It is meant to
//! run in a process of its own, one for each board: whatever hangs in a driver or on a cable is ended with that process,
//! and nothing else is harmed.
//!
//! - [`flash`](self::flash::flash) writes an image unless it is there already, and verifies it.
//! - [`start`](self::channel::start) resets the chip, runs the image, and finds its RTT channels by their symbol.
//! - [`bridge`](self::bridge::bridge) carries bytes between the host and channel 0 until either side ends, and listens for
//!   the last words of the firmware on channel 2.

pub mod bridge;
pub mod channel;
pub mod error;
pub mod flash;

use probe_rs::probe::{Probe, WireProtocol};
use probe_rs::rtt::Rtt;
use probe_rs::{Core, Permissions, Session};

use error::{BoardError, Step};

/// Attaches to the chip that probe-rs calls `chip`. A locked chip is never erased for it.
///
/// # Errors
/// [`BoardError`] with what to do.
pub fn attach(mut probe: Probe, chip: &str) -> Result<Session, BoardError> {
    let failed = |step| move |error: probe_rs::Error| BoardError::of(step, &error);
    probe.select_protocol(WireProtocol::Swd).map_err(|error| BoardError::of(Step::Open, &error.into()))?;
    probe.attach(chip, Permissions::new()).map_err(failed(Step::Attach))
}

/// Starts the image that lies in flash and hands its core and its channels to `work`.
///
/// # Errors
/// [`BoardError`] when it does not start, and what `work` gives.
pub fn carry<T>(
    session: &mut Session,
    elf: &[u8],
    work: impl FnOnce(&mut Core<'_>, &mut Rtt) -> Result<T, BoardError>,
) -> Result<T, BoardError> {
    let mut core = session.core(0).map_err(|error| BoardError::of(Step::Boot, &error))?;
    let mut rtt = channel::start(&mut core, elf)?;
    work(&mut core, &mut rtt)
}
