//! Codes back into the file: nine bits at a time through a table, longer codes by their canonical order.
//!
//! The table takes 1 KiB and the order of the values 256 bytes; both are made from the lengths in the header. Most codes of
//! weights are shorter than nine bits, so that a value costs one look-up.

use super::{DIGEST, HEADER, HuffmanError, LONGEST, MAGIC, digested};

/// Bits of a code that the table looks at.
const LOOKED_UP: usize = 9;

/// A coded file that is being decoded.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    /// By the next bits: the value, and the length of its code times 256; 0 where the code is longer.
    table: [u16; 1 << LOOKED_UP],
    longer: Longer,
    /// Codes that have not been read.
    codes: &'a [u8],
    /// The next bits, highest first, and how many of them there are.
    bits: u32,
    held: u32,
    /// Values that are still coded.
    left: usize,
    raw: &'a [u8],
    total: usize,
    digest: u32,
    wanted: u32,
}

/// The codes that are longer than what the table looks at.
#[derive(Clone, Debug)]
struct Longer {
    /// By length: the first code behind those of this length, as the highest of 16 bits.
    end: [u32; LONGEST + 1],
    /// By length: what is added to a code to find its value among `values`.
    offset: [i32; LONGEST + 1],
    /// The values by length, then by themselves.
    values: [u8; 256],
}

impl<'a> Decoder<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`HuffmanError::Short`], [`HuffmanError::Magic`], [`HuffmanError::Lengths`]; [`HuffmanError::Bits`] when there are
    /// codes for nothing.
    pub fn new(file: &'a [u8]) -> Result<Self, HuffmanError> {
        let short = HuffmanError::Short { found: file.len() };
        let (header, rest) = file.split_first_chunk::<HEADER>().ok_or(short)?;
        let (words, lengths) = header.as_chunks::<4>().0.split_at(4);
        let [magic, coded, raw, wanted] = words else { return Err(short) };
        if *magic != MAGIC {
            return Err(HuffmanError::Magic);
        }
        let (coded, raw) = (u32::from_le_bytes(*coded) as usize, u32::from_le_bytes(*raw) as usize);
        let (codes, raw) = rest.split_at(rest.len().checked_sub(raw).ok_or(short)?);
        // A code has a bit at least.
        if coded.div_ceil(8) > codes.len() {
            return Err(short);
        }
        if coded == 0 && !codes.is_empty() {
            return Err(HuffmanError::Bits { decoded: 0 });
        }
        let mut by_value = [0; 256];
        for (two, &byte) in by_value.as_chunks_mut::<2>().0.iter_mut().zip(lengths.as_flattened()) {
            *two = [byte & 15, byte >> 4];
        }
        let (table, longer) = tables(&by_value, coded)?;
        let wanted = u32::from_le_bytes(*wanted);
        let total = coded + raw.len();
        Ok(Self { table, longer, codes, bits: 0, held: 0, left: coded, raw, total, digest: DIGEST, wanted })
    }

    /// The length of the decoded file in bytes.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// Decodes the next bytes into `out` and gives how many these are: all that `out` has room for, or the last ones; 0
    /// behind the end of the file.
    ///
    /// # Errors
    /// [`HuffmanError::Bits`] where the codes are damaged; [`HuffmanError::Digest`] with the last byte of a file that is
    /// not the one that was coded.
    pub fn read(&mut self, out: &mut [u8]) -> Result<usize, HuffmanError> {
        let (coded, rest) = out.split_at_mut(self.left.min(out.len()));
        let mut digest = self.digest;
        for (at, place) in coded.iter_mut().enumerate() {
            *place =
                self.value().ok_or(HuffmanError::Bits { decoded: self.total - self.raw.len() - self.left + at })?;
            digest = digested(digest, *place);
        }
        let behind_codes = self.left > 0 && self.left == coded.len();
        self.left -= coded.len();
        if behind_codes && (!self.codes.is_empty() || self.held >= 8 || self.bits != 0) {
            return Err(HuffmanError::Bits { decoded: self.total - self.raw.len() });
        }
        let count = self.raw.len().min(rest.len());
        let (raw, later) = self.raw.split_at(count);
        rest[..count].copy_from_slice(raw);
        digest = raw.iter().fold(digest, |digest, &byte| digested(digest, byte));
        (self.digest, self.raw) = (digest, later);
        let count = coded.len() + count;
        if count > 0 && self.left == 0 && self.raw.is_empty() && digest != self.wanted {
            return Err(HuffmanError::Digest { wanted: self.wanted, found: digest });
        }
        Ok(count)
    }

    /// The next value; nothing when the codes have ended or hold none.
    #[inline]
    fn value(&mut self) -> Option<u8> {
        while self.held <= 24
            && let Some((&byte, rest)) = self.codes.split_first()
        {
            self.bits |= u32::from(byte) << (24 - self.held);
            self.held += 8;
            self.codes = rest;
        }
        let entry = self.table[(self.bits >> (32 - LOOKED_UP)) as usize];
        let (value, length) = match u32::from(entry >> 8) {
            0 => self.longer.find(self.bits)?,
            length => (entry.to_le_bytes()[0], length),
        };
        self.held = self.held.checked_sub(length)?;
        self.bits <<= length;
        Some(value)
    }
}

impl Longer {
    /// The value whose code `bits` begin with, and the length of the code.
    fn find(&self, bits: u32) -> Option<(u8, u32)> {
        let highest = bits >> 16;
        for length in LOOKED_UP + 1..=LONGEST {
            if highest < self.end[length] {
                let code = (highest >> (16 - length)) as i32;
                let place = usize::try_from(code + self.offset[length]).ok()?;
                return Some((*self.values.get(place)?, length as u32));
            }
        }
        None
    }
}

/// What [`Decoder`] needs of the lengths of the codes of `coded` values.
fn tables(lengths: &[u8; 256], coded: usize) -> Result<([u16; 1 << LOOKED_UP], Longer), HuffmanError> {
    let mut longer = Longer { end: [0; LONGEST + 1], offset: [0; LONGEST + 1], values: [0; 256] };
    let mut table = [0; 1 << LOOKED_UP];
    let (mut code, mut place) = (0_u32, 0);
    for length in 1..=LONGEST {
        longer.offset[length] = place as i32 - code as i32;
        for (value, _) in lengths.iter().enumerate().filter(|(_, bits)| usize::from(**bits) == length) {
            if code >> length != 0 {
                return Err(HuffmanError::Lengths);
            }
            if let Some(unused) = LOOKED_UP.checked_sub(length) {
                let first = (code as usize) << unused;
                table[first..first + (1 << unused)].fill((length as u16) << 8 | value as u16);
            }
            longer.values[place] = value as u8;
            place += 1;
            code += 1;
        }
        longer.end[length] = code << (16 - length);
        code <<= 1;
    }
    // Nothing that is coded needs a code; a single value has one bit of two, every other code is complete.
    let complete = match place {
        0 => coded == 0,
        1 => code == 1 << LONGEST,
        _ => code == 1 << (LONGEST + 1),
    };
    if complete { Ok((table, longer)) } else { Err(HuffmanError::Lengths) }
}

/// Decodes a whole file into `out`, which has its length.
///
/// # Errors
/// [`HuffmanError`] with what is wrong; then what stands in `out` is worth nothing.
pub fn decode(file: &[u8], out: &mut [u8]) -> Result<(), HuffmanError> {
    let mut decoder = Decoder::new(file)?;
    if decoder.total() != out.len() {
        return Err(HuffmanError::Room { wanted: decoder.total(), found: out.len() });
    }
    decoder.read(out).map(|_| ())
}
