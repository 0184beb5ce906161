//! Weight files made smaller by canonical Huffman codes (Huffman, Proc. IRE 40, 1952), and back, bit for bit, without heap.
//!
//! The first bytes of a file, the int8 matrices, are coded; what follows, the scales and biases, is kept as it is. Layout:
//! the word `HLH1`; little-endian `u32` number of coded bytes, number of raw bytes and digest (32-bit FNV-1a) of the whole
//! file; the lengths of the codes of the 256 byte values, four bits each, the lower four first; the codes, first bit
//! highest, filled up to a byte with zeros; the raw bytes. Codes of one length are in the order of their values.
//!
//! [`Decoder`] gives the file piece by piece, so that a board needs no room for all of it. A damaged file is a typed error
//! or, with the chance of two files having one digest, unnoticed; it never makes the decoder panic or read beyond it.

mod encode;
mod lengths;
mod read;

use core::fmt;

pub use encode::{encode, encoded_len};
pub use lengths::{LONGEST, code_lengths};
pub use read::{Decoder, decode};

const MAGIC: [u8; 4] = *b"HLH1";
/// Bytes before the codes.
pub const HEADER: usize = 16 + 128;

/// Why bytes are no coded file, or a file cannot be coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HuffmanError {
    /// More bytes are to be coded than there are.
    Coded {
        /// How many are to be coded.
        wanted: usize,
        /// How many there are.
        found: usize,
    },
    /// The place for the result has the wrong length: too short for a coded file, or not that of the decoded one.
    Room {
        /// The right length in bytes.
        wanted: usize,
        /// Its length in bytes.
        found: usize,
    },
    /// The file is shorter than its header says.
    Short {
        /// Its length in bytes.
        found: usize,
    },
    /// The file does not begin as coded files do.
    Magic,
    /// The lengths of the codes do not make a complete code.
    Lengths,
    /// The codes end before all bytes are decoded, or bits are left behind them.
    Bits {
        /// Bytes that were decoded by then.
        decoded: usize,
    },
    /// The decoded file is not the one that was coded.
    Digest {
        /// The digest of the file that was coded.
        wanted: u32,
        /// The digest of what came out.
        found: u32,
    },
}

impl fmt::Display for HuffmanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Coded { wanted, found } => write!(f, "{wanted} bytes are to be coded, the file has {found}"),
            Self::Room { wanted, found } => write!(f, "the result has {wanted} bytes, the place for it {found}"),
            Self::Short { found } => write!(f, "{found} bytes are less than the header of the coded file promises"),
            Self::Magic => write!(f, "this is no coded weight file: it does not begin with HLH1"),
            Self::Lengths => write!(f, "the lengths of the codes make no complete code; the coded file is damaged"),
            Self::Bits { decoded } => {
                write!(f, "the codes do not end where they should, behind {decoded} bytes; the coded file is damaged")
            }
            Self::Digest { wanted, found } => {
                write!(
                    f,
                    "the decoded file has digest {found:#010x} instead of {wanted:#010x}; the coded file is damaged"
                )
            }
        }
    }
}

impl core::error::Error for HuffmanError {}

/// One step of the digest: 32-bit FNV-1a.
const fn digested(digest: u32, byte: u8) -> u32 {
    (digest ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// The digest of nothing.
const DIGEST: u32 = 0x811C_9DC5;

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;
    use std::vec::Vec;

    use super::{Decoder, HEADER, HuffmanError, decode, encode, encoded_len};
    use crate::known_answer::Noise;
    use crate::weights::KEYWORD_WEIGHTS;

    fn coded(file: &[u8], count: usize) -> Vec<u8> {
        let mut out = vec![0; encoded_len(file, count)];
        assert_eq!(encode(file, count, &mut out), Ok(out.len()));
        out
    }

    /// Files of very different distributions, up to 256 values and up to codes of the greatest length.
    fn files() -> Vec<(Vec<u8>, usize)> {
        let mut noise = Noise::new(11);
        let mut files = vec![(vec![], 0), (vec![7], 1), (vec![7; 100], 100), (vec![1, 2], 2), (vec![3; 9], 0)];
        for shift in 0..8 {
            let file: Vec<u8> = (0..3000).map(|_| noise.sample().to_le_bytes()[1] >> shift).collect();
            files.push((file, 2900));
        }
        // Frequencies like Fibonacci's numbers ask for codes longer than allowed.
        let (mut skewed, mut a, mut b) = (vec![], 1, 1);
        for value in 0..22 {
            skewed.extend(vec![value; a]);
            (a, b) = (b, a + b);
        }
        let count = skewed.len();
        files.push((skewed, count));
        files.push((KEYWORD_WEIGHTS.to_vec(), 18_208));
        files
    }

    #[test]
    fn every_file_comes_back_bit_for_bit_in_pieces_of_any_size() {
        for (file, count) in files() {
            let coded = coded(&file, count);
            let mut whole = vec![1; file.len()];
            assert_eq!(decode(&coded, &mut whole), Ok(()));
            assert!(whole == file);
            for piece in [1, 7, 128] {
                let mut decoder = Decoder::new(&coded).unwrap();
                assert_eq!(decoder.total(), file.len());
                let (mut back, mut room): (Vec<u8>, _) = (vec![], vec![0; piece]);
                loop {
                    let count = decoder.read(&mut room).unwrap();
                    back.extend(&room[..count]);
                    if count == 0 {
                        break;
                    }
                }
                assert!(back == file, "pieces of {piece}");
            }
        }
    }

    #[test]
    fn weights_get_smaller_and_noise_hardly_larger() {
        let weights = coded(KEYWORD_WEIGHTS, 18_208);
        assert!(weights.len() < KEYWORD_WEIGHTS.len(), "{}", weights.len());
        let mut noise = Noise::new(2);
        let file: Vec<u8> = (0..20_000).map(|_| noise.sample().to_le_bytes()[0]).collect();
        assert!(coded(&file, file.len()).len() <= file.len() + HEADER + 100);
    }

    #[test]
    fn no_damage_of_one_bit_or_of_the_length_passes() {
        let (file, count) = (&KEYWORD_WEIGHTS[17_000..18_900], 1208);
        let good = coded(file, count);
        let mut out = vec![0; file.len()];
        for bit in 0..8 * good.len() {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&bad, &mut out).is_err(), "bit {bit}");
        }
        for length in 0..good.len() {
            assert!(decode(&good[..length], &mut out).is_err(), "{length} bytes");
        }
        assert!(decode(&[&good[..], &[0]].concat(), &mut out).is_err());
        assert_eq!(decode(&good, &mut out), Ok(()), "the file itself is whole");
    }

    #[test]
    fn arbitrary_bytes_behind_a_header_never_panic() {
        let mut noise = Noise::new(77);
        let mut out = vec![0; 4000];
        let good = coded(&KEYWORD_WEIGHTS[..900], 700);
        for _ in 0..3000 {
            let mut bad = good.clone();
            for _ in 0..noise.sample().unsigned_abs() % 40 {
                let at = usize::from(noise.sample().unsigned_abs()) % bad.len();
                bad[at] = noise.sample().to_le_bytes()[0];
            }
            if let Ok(mut decoder) = Decoder::new(&bad) {
                while let Ok(1..) = decoder.read(&mut out) {}
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let good = coded(&[1, 2, 3, 3], 3);
        let mut out = [0; 4];
        assert_eq!(decode(&good, &mut out[..3]), Err(HuffmanError::Room { wanted: 4, found: 3 }));
        assert_eq!(decode(&good[..143], &mut out), Err(HuffmanError::Short { found: 143 }));
        assert_eq!(decode(&[b"ELF!", &good[4..]].concat(), &mut out), Err(HuffmanError::Magic));
        let mut lengths = good.clone();
        lengths[16 + 100] = 1;
        assert_eq!(decode(&lengths, &mut out), Err(HuffmanError::Lengths));
        let mut digest = good.clone();
        digest[12] ^= 1;
        assert!(matches!(decode(&digest, &mut out), Err(HuffmanError::Digest { .. })));
        let mut bits = good.clone();
        bits[HEADER] |= 1;
        assert_eq!(decode(&bits, &mut out), Err(HuffmanError::Bits { decoded: 3 }));
        assert_eq!(encode(&[1], 2, &mut out), Err(HuffmanError::Coded { wanted: 2, found: 1 }));
        assert_eq!(encode(&[1], 1, &mut out), Err(HuffmanError::Room { wanted: HEADER + 1, found: 4 }));
    }
}
