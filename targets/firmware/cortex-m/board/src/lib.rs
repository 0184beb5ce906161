//! A board with a Cortex-M as a platform of the agent: the same for every chip.
//!
//! [`link`] carries frames over RTT or a serial [`port`], [`counter`] times by the core's cycle counter, [`power`] measures what the chip takes
//! by its [`meter`], [`memory`] tells what static data and
//! the stack take, [`last_words`] tells the host of a panic or a fault, [`kernels`] are the shared kernels in the form that
//! fits a board. A firmware starts its clocks, then calls [`app::run`].
//!
//! Guarantees: nothing is sent, and no interrupt of this crate runs, inside a timed region.

#![no_std]

pub mod app;
pub mod counter;
mod fault;
pub mod kernels;
pub mod last_words;
pub mod link;
pub mod memory;
pub mod meter;
pub mod platform;
pub mod port;
pub mod power;
pub mod serve;

use core::sync::atomic::AtomicU32;

/// What tells this image from others: a digest of its sources.
pub const IMAGE_ID: &str = env!("HIL_IMAGE_ID");

/// [`IMAGE_ID`] where the host finds it by its symbol, to see whether an image is up to date.
#[used]
#[unsafe(no_mangle)]
pub static HIL_IMAGE_ID: [u8; 16] = {
    let id = IMAGE_ID.as_bytes();
    let mut bytes = [0; 16];
    let mut at = 0;
    while at < bytes.len() && at < id.len() {
        bytes[at] = id[at];
        at += 1;
    }
    bytes
};

/// Frequency of the core in hertz where the host finds it by its symbol, to see whether the counter counts what it says.
/// 0 until the clocks run.
#[unsafe(no_mangle)]
pub static HIL_CORE_HZ: AtomicU32 = AtomicU32::new(0);
