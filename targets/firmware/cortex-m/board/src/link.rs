//! The link to the host: RTT channel 0 in both directions, as a debug probe reads it, or the serial port.
//!
//! The side that bytes come from is the side that is answered. Bytes of the other side end the session: its host is there
//! now, and what the first one had left to say does not matter any more. On RTT frames wait for a reader, so none is lost.
//! RTT channel 1 carries defmt logs, which are dropped when nobody reads them, channel 2 last words.

use core::sync::atomic::{AtomicBool, Ordering};

use hil_agent::platform::LinkClosed;
use rtt_target::{ChannelMode, DownChannel, UpChannel, rtt_init, set_defmt_channel};

use crate::port::Port;

/// Bytes that may wait for the host.
pub const UP_BYTES: usize = 4096;
/// Bytes of the host that may wait for the agent.
pub const DOWN_BYTES: usize = 2048;
/// Bytes of logs that may wait.
pub const LOG_BYTES: usize = 512;
/// Bytes of last words.
pub const LAST_WORDS_BYTES: usize = 512;
/// First bytes of the other side that wait while the session of this side ends.
const HELD_BYTES: usize = 64;

/// Whether a link was made: RTT's control block exists once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// RTT's channels.
pub struct Rtt {
    up: UpChannel,
    down: DownChannel,
}

impl Rtt {
    /// Makes RTT's control block; `None` when called again.
    #[must_use]
    pub fn take() -> Option<Self> {
        if TAKEN.swap(true, Ordering::AcqRel) {
            return None;
        }
        let channels = rtt_init! {
            up: {
                0: { size: UP_BYTES, mode: ChannelMode::NoBlockTrim, name: "hil" }
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
}

/// Where the host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Rtt,
    Serial,
}

/// Both sides.
pub struct Link {
    rtt: Rtt,
    port: &'static mut dyn Port,
    side: Option<Side>,
    held: [u8; HELD_BYTES],
    held_len: usize,
}

impl Link {
    /// A link that no host has spoken on yet.
    #[must_use]
    pub fn new(rtt: Rtt, port: &'static mut dyn Port) -> Self {
        Self { rtt, port, side: None, held: [0; HELD_BYTES], held_len: 0 }
    }

    /// The serial port.
    pub fn port(&mut self) -> &mut dyn Port {
        &mut *self.port
    }

    fn read_side(&mut self, side: Side, buffer: &mut [u8]) -> usize {
        match side {
            Side::Rtt => self.rtt.down.read(buffer),
            Side::Serial => self.port.read(buffer),
        }
    }

    /// Takes what has arrived; may be nothing.
    ///
    /// # Errors
    /// [`LinkClosed`] when bytes came from the other side; they are read next.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, LinkClosed> {
        if self.held_len > 0 {
            let len = self.held_len.min(buffer.len());
            for (place, byte) in buffer.iter_mut().zip(&self.held) {
                *place = *byte;
            }
            self.held.copy_within(len.., 0);
            self.held_len -= len;
            return Ok(len);
        }
        if let Some(side) = self.side {
            let len = self.read_side(side, buffer);
            if len > 0 {
                return Ok(len);
            }
        }
        let is_first = self.side.is_none();
        match self.other_side_speaks() {
            // The very first host ends no session.
            true if is_first => self.read(buffer),
            true => Err(LinkClosed),
            false => Ok(0),
        }
    }

    /// Whether the side that is not answered has sent something; it is the one that is answered from then on.
    fn other_side_speaks(&mut self) -> bool {
        let mut held = [0; HELD_BYTES];
        for side in [Side::Rtt, Side::Serial] {
            if self.side != Some(side) {
                let len = self.read_side(side, &mut held);
                if len > 0 {
                    (self.side, self.held, self.held_len) = (Some(side), held, len);
                    match side {
                        Side::Rtt => defmt::info!("a host on RTT"),
                        Side::Serial => defmt::info!("a host on the serial port"),
                    }
                    return true;
                }
            }
        }
        false
    }

    /// Sends everything; waits while the host does not read.
    ///
    /// # Errors
    /// [`LinkClosed`] when bytes came from the other side meanwhile.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), LinkClosed> {
        if self.side == Some(Side::Serial) {
            self.port.write(bytes);
            return Ok(());
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let sent = self.rtt.up.write(rest);
            rest = rest.get(sent..).unwrap_or(&[]);
            if sent == 0 && self.other_side_speaks() {
                return Err(LinkClosed);
            }
        }
        Ok(())
    }
}
