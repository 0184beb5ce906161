//! Taking frames out of a stream of bytes that may be damaged.
//!
//! The decoder is fed whatever arrives. "More bytes are needed" is not an error; a frame that is damaged, too long
//! or empty of sense is one error each, and decoding goes on behind it. A gap in the sequence numbers is reported
//! with the frame that shows it, because that frame is good.

use core::fmt;

use serde::Deserialize;

use crate::frame::{CRC, CRC_LEN, DELIMITER, MAX_BODY, MAX_FRAME};

/// A frame that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// Bytes were changed, added or lost on the way, or something else wrote to the link.
    Corrupt,
    /// Longer than any frame of this protocol.
    TooLong,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Corrupt => "a corrupt frame",
            Self::TooLong => "a frame that is too long",
        })
    }
}

/// A gap in the sequence numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// The number that should have come.
    pub expected: u16,
    /// The number that came.
    pub got: u16,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame {} came where {} was expected", self.got, self.expected)
    }
}

/// A whole frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What is missing before it.
    pub lost: Option<Lost>,
    /// The message, not yet decoded.
    pub body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The message, or nothing when the other side speaks another version.
    #[must_use]
    pub fn message<M: Deserialize<'a>>(&self) -> Option<M> {
        // Bytes behind the message mean that it is not the message it seems to be.
        postcard::take_from_bytes(self.body).ok().filter(|(_, rest)| rest.is_empty()).map(|(message, _)| message)
    }
}

/// What went wrong so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Frames that were corrupt.
    pub corrupt: u32,
    /// Frames that were too long.
    pub too_long: u32,
    /// Gaps in the sequence numbers.
    pub gaps: u32,
}

/// Takes frames out of a stream.
#[derive(Debug, Clone)]
pub struct Decoder {
    buffer: [u8; MAX_FRAME],
    len: usize,
    /// The frame under way is longer than the buffer; its bytes are dropped up to the next delimiter.
    overrun: bool,
    next: u16,
    faults: Faults,
}

impl Decoder {
    /// Expects sequence number 0 first.
    #[must_use]
    pub fn new() -> Self {
        Self { buffer: [0; MAX_FRAME], len: 0, overrun: false, next: 0, faults: Faults::default() }
    }

    /// What went wrong so far.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.faults
    }

    /// Takes bytes from the front of `bytes` until a frame ends; nothing when more bytes are needed.
    ///
    /// Call it again with the same slice until it returns nothing.
    ///
    /// # Errors
    /// [`FrameError`] for one bad frame; the next call goes on behind it.
    pub fn feed(&mut self, bytes: &mut &[u8]) -> Option<Result<Frame<'_>, FrameError>> {
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            if byte != DELIMITER {
                match self.buffer.get_mut(self.len) {
                    Some(place) => {
                        *place = byte;
                        self.len += 1;
                    }
                    None => self.overrun = true,
                }
                continue;
            }
            let len = core::mem::take(&mut self.len);
            if core::mem::take(&mut self.overrun) {
                self.faults.too_long = self.faults.too_long.saturating_add(1);
                return Some(Err(FrameError::TooLong));
            }
            if len > 0 {
                return Some(self.finish(len));
            }
        }
        None
    }

    /// Turns the first `len` bytes of the buffer, which hold no delimiter, into a frame.
    fn finish(&mut self, len: usize) -> Result<Frame<'_>, FrameError> {
        let Some((seq, start, end)) = unpack(&mut self.buffer, len) else {
            self.faults.corrupt = self.faults.corrupt.saturating_add(1);
            return Err(FrameError::Corrupt);
        };
        let lost = (seq != self.next).then_some(Lost { expected: self.next, got: seq });
        self.next = seq.wrapping_add(1);
        self.faults.gaps = self.faults.gaps.saturating_add(u32::from(lost.is_some()));
        Ok(Frame { lost, body: self.buffer.get(start..end).unwrap_or(&[]) })
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

/// Undoes COBS in place, checks the sum, reads the sequence number: its value, and where the message starts and ends.
fn unpack(buffer: &mut [u8], len: usize) -> Option<(u16, usize, usize)> {
    let plain_len = cobs::decode_in_place(buffer.get_mut(..len)?).ok()?;
    let body_len = plain_len.checked_sub(CRC_LEN).filter(|len| *len <= MAX_BODY)?;
    let (body, crc) = buffer.get(..plain_len)?.split_at_checked(body_len)?;
    if crc != CRC.checksum(body).to_le_bytes() {
        return None;
    }
    let (seq, message) = postcard::take_from_bytes::<u16>(body).ok()?;
    Some((seq, body_len - message.len(), body_len))
}
