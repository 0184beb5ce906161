//! A file into codes; it can run while the program is compiled.

use super::{DIGEST, HEADER, HuffmanError, LONGEST, MAGIC, code_lengths, digested};

/// The bytes that [`encode`] makes of a file of which `coded` bytes are coded; those that are not there do not count.
#[must_use]
pub const fn encoded_len(file: &[u8], coded: usize) -> usize {
    let (matrices, raw) = file.split_at(if coded < file.len() { coded } else { file.len() });
    HEADER + bits(matrices, &code_lengths(matrices)).div_ceil(8) + raw.len()
}

const fn bits(bytes: &[u8], lengths: &[u8; 256]) -> usize {
    let (mut bits, mut at) = (0, 0);
    while at < bytes.len() {
        bits += lengths[bytes[at] as usize] as usize;
        at += 1;
    }
    bits
}

/// Codes the first `coded` bytes of a file, keeps the others, and gives the length of the result.
///
/// # Errors
/// [`HuffmanError::Coded`] when the file is shorter, [`HuffmanError::Room`] when `out` is shorter than [`encoded_len`].
pub const fn encode(file: &[u8], coded: usize, out: &mut [u8]) -> Result<usize, HuffmanError> {
    if coded > file.len() {
        return Err(HuffmanError::Coded { wanted: coded, found: file.len() });
    }
    let wanted = encoded_len(file, coded);
    if out.len() < wanted {
        return Err(HuffmanError::Room { wanted, found: out.len() });
    }
    let (matrices, raw) = file.split_at(coded);
    let lengths = code_lengths(matrices);
    let mut digest = DIGEST;
    let mut at = 0;
    while at < file.len() {
        digest = digested(digest, file[at]);
        at += 1;
    }
    put(out, 0, &MAGIC);
    put(out, 4, &(matrices.len() as u32).to_le_bytes());
    put(out, 8, &(raw.len() as u32).to_le_bytes());
    put(out, 12, &digest.to_le_bytes());
    let mut value = 0;
    while value < 256 {
        out[16 + value / 2] = lengths[value] | lengths[value + 1] << 4;
        value += 2;
    }
    let codes = codes(&lengths);
    let (mut place, mut pending, mut held) = (HEADER, 0_u32, 0);
    let mut at = 0;
    while at < matrices.len() {
        let value = matrices[at] as usize;
        pending = pending << lengths[value] | codes[value] as u32;
        held += lengths[value] as u32;
        while held >= 8 {
            held -= 8;
            out[place] = (pending >> held) as u8;
            place += 1;
        }
        at += 1;
    }
    if held > 0 {
        out[place] = (pending << (8 - held)) as u8;
        place += 1;
    }
    put(out, place, raw);
    Ok(wanted)
}

/// Copies `bytes` to `at`; the caller has made sure that there is room.
const fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    let mut i = 0;
    while i < bytes.len() {
        out[at + i] = bytes[i];
        i += 1;
    }
}

/// The canonical code of each value: counted up by length, then by value.
const fn codes(lengths: &[u8; 256]) -> [u16; 256] {
    let mut codes = [0; 256];
    let (mut next, mut length) = (0, 1);
    while length <= LONGEST {
        let mut value = 0;
        while value < 256 {
            if lengths[value] as usize == length {
                codes[value] = next;
                next += 1;
            }
            value += 1;
        }
        // Behind the last code of the greatest length the count would be too long for its type.
        if length < LONGEST {
            next <<= 1;
        }
        length += 1;
    }
    codes
}
