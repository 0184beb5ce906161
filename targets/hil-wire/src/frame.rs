//! Frames: one message in bytes that survive a bad link.
//!
//! A frame is `0x00 COBS(body crc) 0x00`, where the body is a sequence number (postcard `u16`) followed by the
//! message (postcard), and the crc is CRC-32/ISO-HDLC over the body, little-endian. COBS (Cheshire and Baker,
//! "Consistent Overhead Byte Stuffing", 1999) keeps 0x00 out of the middle, so a reader finds the next frame after
//! any disturbance. The delimiter stands on both sides: then garbage before a frame, or one lost delimiter, costs
//! no good frame. Readers skip empty frames.

use crc::{CRC_32_ISO_HDLC, Crc};
use serde::Serialize;

/// The byte between frames.
pub const DELIMITER: u8 = 0;
/// Largest body that this build makes or takes, sequence number included, in bytes.
pub const MAX_BODY: usize = 1024;
/// Length of the checksum, in bytes.
pub const CRC_LEN: usize = 4;
/// Largest frame on the link: body and checksum, one COBS byte per 254 begun, two delimiters.
pub const MAX_FRAME: usize = MAX_BODY + CRC_LEN + (MAX_BODY + CRC_LEN).div_ceil(254) + 2;
/// Bytes of a body that a `LoadChunk` needs besides its content: sequence number, message, length.
pub const CHUNK_OVERHEAD: usize = 3 + 1 + 3;

pub(crate) const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// The message does not fit into a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageTooLong;

impl core::fmt::Display for MessageTooLong {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the message is longer than {MAX_BODY} bytes")
    }
}

/// Makes frames and numbers them.
#[derive(Debug, Clone)]
pub struct Encoder {
    next: u16,
}

impl Encoder {
    /// Starts at sequence number 0, as the decoder on the other side expects.
    #[must_use]
    pub fn new() -> Self {
        Self { next: 0 }
    }

    /// Writes `message` as one frame into `out` and returns the part that was written.
    ///
    /// # Errors
    /// [`MessageTooLong`]; the sequence number is not used up then.
    pub fn encode<'o, M: Serialize>(
        &mut self,
        message: &M,
        out: &'o mut [u8; MAX_FRAME],
    ) -> Result<&'o [u8], MessageTooLong> {
        let mut plain = [0u8; MAX_BODY + CRC_LEN];
        let body = plain.get_mut(..MAX_BODY).ok_or(MessageTooLong)?;
        let len = postcard::to_slice(&(self.next, message), body).map_err(|_| MessageTooLong)?.len();
        let crc = CRC.checksum(plain.get(..len).ok_or(MessageTooLong)?).to_le_bytes();
        plain.get_mut(len..len + CRC_LEN).ok_or(MessageTooLong)?.copy_from_slice(&crc);
        let stuffed = plain.get(..len + CRC_LEN).ok_or(MessageTooLong)?;
        let encoded = cobs::try_encode(stuffed, &mut out[1..]).map_err(|_| MessageTooLong)?;
        out[0] = DELIMITER;
        *out.get_mut(1 + encoded).ok_or(MessageTooLong)? = DELIMITER;
        self.next = self.next.wrapping_add(1);
        out.get(..encoded + 2).ok_or(MessageTooLong)
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}
