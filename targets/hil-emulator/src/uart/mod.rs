//! Serial ports as the host sees them: bytes that came out with the virtual time of their last bit, and bytes that are
//! still to go in. What a port does with them at which time is the business of the chip's UART.

pub mod pty;

use std::collections::VecDeque;

use crate::time::Time;

/// A byte that a UART sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// When its last bit was on the wire.
    pub at: Time,
    /// The byte.
    pub byte: u8,
}

/// Bytes that are kept of a port that nobody reads; older ones go first.
pub const KEPT: usize = 1 << 20;

/// The far end of a serial line.
#[derive(Debug, Clone, Default)]
pub struct Serial {
    out: VecDeque<Sent>,
    incoming: VecDeque<u8>,
    lost: u64,
}

impl Serial {
    /// A UART has sent a byte.
    pub fn sent(&mut self, at: Time, byte: u8) {
        if self.out.len() == KEPT {
            self.out.pop_front();
            self.lost += 1;
        }
        self.out.push_back(Sent { at, byte });
    }

    /// What was sent since the last call.
    pub fn take(&mut self) -> Vec<Sent> {
        self.out.drain(..).collect()
    }

    /// How many bytes were dropped because nobody took them.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Queues bytes for the UART, which receives them one after the other. Gives how many there was room for.
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        let room = KEPT - self.incoming.len();
        let taken = &bytes[..bytes.len().min(room)];
        self.incoming.extend(taken);
        taken.len()
    }

    /// The next byte on its way to the UART.
    pub fn next_in(&mut self) -> Option<u8> {
        self.incoming.pop_front()
    }

    /// Whether bytes are on their way to the UART.
    #[must_use]
    pub fn waiting(&self) -> bool {
        !self.incoming.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Serial};
    use crate::time::Time;

    #[test]
    fn a_port_that_nobody_reads_keeps_the_latest_bytes() {
        let mut serial = Serial::default();
        for index in 0..KEPT + 3 {
            serial.sent(Time(index as u64), index as u8);
        }
        let sent = serial.take();
        assert_eq!((sent.len(), sent[0].at, serial.lost()), (KEPT, Time(3), 3));
        assert!(serial.take().is_empty());
    }

    #[test]
    fn bytes_go_in_as_long_as_there_is_room() {
        let mut serial = Serial::default();
        assert_eq!(serial.feed(&vec![0; KEPT - 1]), KEPT - 1);
        assert_eq!(serial.feed(b"ab"), 1);
        assert_eq!(serial.next_in(), Some(0));
        assert!(serial.waiting());
    }
}
