//! The link to the host: RTT channel 0 in both directions, as a debug probe reads it.
//!
//! The host sets nothing: frames wait for a reader (`BlockIfFull`), so none is lost, and the agent writes none inside a
//! timed region. Channel 1 carries defmt logs, which are dropped when nobody reads them, channel 2 last words.

use core::sync::atomic::{AtomicBool, Ordering};

use rtt_target::{ChannelMode, DownChannel, UpChannel, rtt_init, set_defmt_channel};

/// Bytes that may wait for the host.
pub const UP_BYTES: usize = 4096;
/// Bytes of the host that may wait for the agent.
pub const DOWN_BYTES: usize = 2048;
/// Bytes of logs that may wait.
pub const LOG_BYTES: usize = 512;
/// Bytes of last words.
pub const LAST_WORDS_BYTES: usize = 512;

/// Whether a link was made: RTT's control block exists once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Both directions of the link.
pub struct Link {
    up: UpChannel,
    down: DownChannel,
}

impl Link {
    /// Makes RTT's control block and gives the link; `None` when called again.
    #[must_use]
    pub fn take() -> Option<Self> {
        if TAKEN.swap(true, Ordering::AcqRel) {
            return None;
        }
        let channels = rtt_init! {
            up: {
                0: { size: UP_BYTES, mode: ChannelMode::BlockIfFull, name: "hil" }
                1: { size: LOG_BYTES, mode: ChannelMode::NoBlockSkip, name: "defmt" }
                2: { size: LAST_WORDS_BYTES, mode: ChannelMode::NoBlockTrim, name: "last words" }
            }
            down: {
                0: { size: DOWN_BYTES, mode: ChannelMode::BlockIfFull, name: "hil" }
            }
        };
        set_defmt_channel(channels.up.1);
        crate::last_words::speak_through(channels.up.2);
        Some(Self { up: channels.up.0, down: channels.down.0 })
    }

    /// Takes what has arrived; may be nothing.
    pub fn read(&mut self, buffer: &mut [u8]) -> usize {
        self.down.read(buffer)
    }

    /// Sends everything; waits while the host does not read.
    pub fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let sent = self.up.write(rest);
            rest = rest.get(sent..).unwrap_or(&[]);
        }
    }
}
