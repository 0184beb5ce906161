//! Damage to bytes on their way between a host and a board.

use hil_emulator::board::Chance;
use hil_wire::decode::{Decoder, Frame};
use hil_wire::frame::{DELIMITER, Encoder, MAX_FRAME};
use hil_wire::message::Response;
use hil_wire::version::WIRE_VERSION;

use super::Fault;

/// Bytes from the board before a fault of that direction: the least, and how many more there may be. A greeting takes some 80,
/// a small run some 400.
const UP: (u64, u64) = (40, 160);
/// The same of bytes to the board: a greeting takes 10, and a small run some 200.
const DOWN: (u64, u64) = (20, 80);

/// What becomes of bytes.
#[derive(Debug)]
pub struct Damage {
    up: Option<Strike>,
    down: Option<Strike>,
    greeting: Option<Greeting>,
}

/// One byte, and what becomes of it.
#[derive(Debug, Clone, Copy)]
struct Strike {
    how: How,
    /// Bytes that still pass before it.
    left: u64,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Lose,
    Double,
    Flip { bit: u8 },
}

impl Damage {
    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        Self { up: None, down: None, greeting: None }
    }

    /// The damage that a fault does; chance says in which direction and when.
    #[must_use]
    pub fn of(fault: Fault, chance: &mut Chance) -> Self {
        let how = match fault {
            Fault::LinkByteLost => How::Lose,
            Fault::LinkByteDoubled => How::Double,
            Fault::LinkByteCorrupted => How::Flip { bit: (chance.next() % 8) as u8 },
            Fault::WireVersion => return Self { greeting: Some(Greeting::default()), ..Self::none() },
            _ => return Self::none(),
        };
        let upwards = chance.next().is_multiple_of(2);
        let (least, more) = if upwards { UP } else { DOWN };
        let strike = Some(Strike { how, left: least + chance.next() % more });
        if upwards { Self { up: strike, ..Self::none() } } else { Self { down: strike, ..Self::none() } }
    }

    /// What the host gets.
    #[must_use]
    pub fn up(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        let bytes = match &mut self.greeting {
            Some(greeting) => greeting.pass(bytes),
            None => bytes,
        };
        pass(&mut self.up, bytes)
    }

    /// What the board gets.
    #[must_use]
    pub fn down(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        pass(&mut self.down, bytes)
    }
}

/// Strikes the first byte behind the number of bytes that is not a delimiter: a delimiter more or less is no damage.
fn pass(strike: &mut Option<Strike>, bytes: Vec<u8>) -> Vec<u8> {
    let Some(Strike { how, left }) = strike else { return bytes };
    let skipped = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
    *left -= skipped as u64;
    let Some(at) = (skipped..bytes.len()).find(|at| bytes.get(*at) != Some(&DELIMITER)) else { return bytes };
    let (before, from) = bytes.split_at(at);
    let (byte, behind) = from.split_first().map_or((DELIMITER, from), |(byte, behind)| (*byte, behind));
    let damaged = match *how {
        How::Lose => Vec::new(),
        How::Double => vec![byte; 2],
        How::Flip { bit } => vec![byte ^ 1 << bit],
    };
    *strike = None;
    [before, &damaged, behind].concat()
}

/// Changes the version in the greeting of the agent, which is its first message.
#[derive(Debug, Default)]
struct Greeting {
    held: Vec<u8>,
    over: bool,
}

impl Greeting {
    fn pass(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        if self.over {
            return bytes;
        }
        self.held.extend(bytes);
        let (mut decoder, mut rest) = (Decoder::new(), self.held.as_slice());
        let Some(frame) = decoder.feed(&mut rest) else { return Vec::new() };
        self.over = true;
        let changed = frame.ok().and_then(|frame| newer(&frame));
        changed.map_or_else(|| self.held.clone(), |greeting| [greeting.as_slice(), rest].concat())
    }
}

/// The greeting as an agent of the next version sends it.
fn newer(frame: &Frame<'_>) -> Option<Vec<u8>> {
    let Some(Response::Hello { agent, image, clock, cpu, cycles, max_body, max_input, now, .. }) = frame.message()
    else {
        return None;
    };
    let version = WIRE_VERSION + 1;
    let hello = Response::Hello { version, agent, image, clock, cpu, cycles, max_body, max_input, now };
    let mut out = [0; MAX_FRAME];
    Encoder::new().encode(&hello, &mut out).ok().map(<[u8]>::to_vec)
}
