//! Which peripheral asks on which channel of which stream (RM0090 10.3.3, tables 42 and 43), for peripherals that have a
//! model. Channels that several signals of a timer share are served for any of them.

/// A line by which a peripheral asks for DMA. Serial ports, timers and converters are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A serial port has received a byte.
    Receive(usize),
    /// A serial port can take a byte.
    Transmit(usize),
    /// Update event of a timer.
    Update(usize),
    /// Capture or compare of a timer's channel, from 0.
    Compare(usize, usize),
    /// A converter has a result.
    Convert(usize),
}

use Line::{Compare as C, Convert, Receive as Rx, Transmit as Tx, Update as U};

/// The lines that ask on `channel` of `stream` of a controller (0 for DMA1).
#[must_use]
pub fn lines(controller: usize, stream: usize, channel: u32) -> &'static [Line] {
    if controller == 0 { first(stream, channel) } else { second(stream, channel) }
}

fn first(stream: usize, channel: u32) -> &'static [Line] {
    match (channel, stream) {
        (1, 2 | 4) => &[U(6)],
        (2, 0) => &[C(3, 0)],
        (2, 3) => &[C(3, 1)],
        (2, 6) => &[U(3)],
        (2, 7) => &[C(3, 2)],
        (3, 1) => &[U(1), C(1, 2)],
        (3, 5) => &[C(1, 0)],
        (3, 6) => &[C(1, 1), C(1, 3)],
        (3, 7) => &[U(1), C(1, 3)],
        (4, 0) => &[Rx(4)],
        (4, 1) => &[Rx(2)],
        (4, 2) => &[Rx(3)],
        (4, 3) | (7, 4) => &[Tx(2)],
        (4, 4) => &[Tx(3)],
        (4, 5) => &[Rx(1)],
        (4, 6) => &[Tx(1)],
        (4, 7) => &[Tx(4)],
        (5, 2) => &[C(2, 3), U(2)],
        (5, 4) => &[C(2, 0)],
        (5, 5) => &[C(2, 1)],
        (5, 7) => &[C(2, 2)],
        (6, 0) => &[C(4, 2), U(4)],
        (6, 1 | 3) => &[C(4, 3)],
        (6, 2) => &[C(4, 0)],
        (6, 4) => &[C(4, 1)],
        (6, 6) => &[U(4)],
        (7, 1) => &[U(5)],
        _ => &[],
    }
}

fn second(stream: usize, channel: u32) -> &'static [Line] {
    match (channel, stream) {
        (0, 0 | 4) => &[Convert(0)],
        (0, 2) => &[C(7, 0), C(7, 1), C(7, 2)],
        (0, 6) => &[C(0, 0), C(0, 1), C(0, 2)],
        (1, 2 | 3) => &[Convert(1)],
        (2, 0 | 1) => &[Convert(2)],
        (4, 2 | 5) => &[Rx(0)],
        (4, 7) => &[Tx(0)],
        (5, 1 | 2) => &[Rx(5)],
        (5, 6 | 7) => &[Tx(5)],
        (6, 1 | 3) => &[C(0, 0)],
        (6, 2) => &[C(0, 1)],
        (6, 4) => &[C(0, 3)],
        (6, 5) => &[U(0)],
        (6, 6) => &[C(0, 2)],
        (7, 1) => &[U(7)],
        (7, 2) => &[C(7, 0)],
        (7, 3) => &[C(7, 1)],
        (7, 4) => &[C(7, 2)],
        (7, 7) => &[C(7, 3)],
        _ => &[],
    }
}
