//! defmt's framing, as far as these tests need it: rzCOBS frames that end in 0.

/// The frames of a channel that begins at a frame's start; an unfinished one at the end is left out.
pub fn frames(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut parts: Vec<&[u8]> = bytes.split(|byte| *byte == 0).collect();
    parts.pop();
    parts.into_iter().filter(|part| !part.is_empty()).map(|part| decode(part).expect("a whole frame")).collect()
}

/// Reverse zero-compressing COBS: read from the end; a byte below 0x80 says which of the seven before it are zeros.
fn decode(frame: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = frame.iter().rev().copied();
    while let Some(marker) = rest.next() {
        match marker {
            0 => return None,
            1..=0x7F => {
                for bit in (0..7).rev() {
                    out.push(if marker >> bit & 1 == 0 { rest.next()? } else { 0 });
                }
            }
            0x80..=0xFE => {
                out.push(0);
                for _ in 0..(marker & 0x7F) + 7 {
                    out.push(rest.next()?);
                }
            }
            0xFF => {
                for _ in 0..134 {
                    out.push(rest.next()?);
                }
            }
        }
    }
    out.reverse();
    Some(out)
}

/// The message of `iterate`: index, cycle count, iteration, sum, cycles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Iteration {
    pub stamp: u32,
    pub iteration: u32,
    pub sum: f32,
    pub cycles: u32,
}

impl Iteration {
    /// Frames are padded with zeros; `None` for the greeting, which is another message.
    pub fn of(frame: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u32::from_le_bytes(frame.get(at..at + 4)?.try_into().ok()?));
        Some(Self { stamp: word(2)?, iteration: word(6)?, sum: f32::from_bits(word(10)?), cycles: word(14)? })
    }
}
