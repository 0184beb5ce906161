//! RTT as a debug probe uses it, played by direct access to the board's memory.

use hil_wire::frame::{Encoder, MAX_FRAME};
use hil_wire::message::Request;

use crate::wired::Wired;

/// Of a channel's descriptor: buffer, size, the writer's and the reader's place (SEGGER, UM08001).
const BUFFER: u32 = 4;
const SIZE: u32 = 8;
const WRITE: u32 = 12;
const READ: u32 = 16;
/// Descriptors of channel 0: the first up channel, and the down channel behind the three up channels.
const UP: u32 = 24;
const DOWN: u32 = 24 + 3 * 24;

/// A debug probe's side of RTT whose control block is at `block`.
pub struct Probe {
    pub block: u32,
}

impl Probe {
    fn word(wired: &Wired, address: u32) -> u32 {
        u32::from_le_bytes(wired.machine.cpu.memory.slice(address, 4).unwrap().try_into().unwrap())
    }

    fn set(wired: &mut Wired, address: u32, bytes: &[u8]) {
        wired.machine.cpu.memory.slice_mut(address, bytes.len()).unwrap().copy_from_slice(bytes);
    }

    /// Puts a host's first request into the down channel.
    pub fn say(&self, wired: &mut Wired, request: &Request<'_>) {
        let mut out = [0; MAX_FRAME];
        let frame = Encoder::new().encode(request, &mut out).unwrap().to_vec();
        let channel = self.block + DOWN;
        let (buffer, size) = (Self::word(wired, channel + BUFFER), Self::word(wired, channel + SIZE));
        let mut place = Self::word(wired, channel + WRITE);
        for byte in frame {
            Self::set(wired, buffer + place, &[byte]);
            place = (place + 1) % size;
        }
        Self::set(wired, channel + WRITE, &place.to_le_bytes());
    }

    /// How many bytes wait in the up channel; takes them.
    pub fn taken(&self, wired: &mut Wired) -> u32 {
        let channel = self.block + UP;
        let (size, write) = (Self::word(wired, channel + SIZE), Self::word(wired, channel + WRITE));
        let waiting = (write + size - Self::word(wired, channel + READ)) % size;
        Self::set(wired, channel + READ, &write.to_le_bytes());
        waiting
    }
}
