//! The weight file out of its Huffman codes, as a board with little flash would do it when it starts.
//!
//! One iteration decodes the whole file, all matrices and what follows them, piece by piece, and computes its digest. The
//! pieces are not kept: the file takes as much RAM as it has bytes, which this kernel does not need to show its time.

use core::hint::black_box;

use hil_agent::kernel::{Case, Kernel, LoadError, Mismatch, Trouble};
use hil_agent::text::Text;

use super::matvec_weights::{CODED, WEIGHTS};
use crate::huffman::{Decoder, HuffmanError};

/// What the coded file may take at most: 32 KiB.
const MOST_BYTES: usize = 32 * 1024;
/// Bytes of a piece.
const PIECE: usize = 256;

/// The kernel.
#[derive(Clone, Debug)]
pub struct StageDecode {
    last: Result<(), HuffmanError>,
}

impl StageDecode {
    /// The kernel with the coded file that is part of the program.
    #[must_use]
    pub const fn new() -> Self {
        Self { last: Ok(()) }
    }
}

impl Default for StageDecode {
    fn default() -> Self {
        Self::new()
    }
}

/// Decodes a file and hands out its pieces with their places.
fn pieces(coded: &[u8], mut each: impl FnMut(usize, &[u8])) -> Result<usize, HuffmanError> {
    let mut decoder = Decoder::new(coded)?;
    let (mut piece, mut at) = ([0; PIECE], 0);
    loop {
        let count = decoder.read(&mut piece)?;
        if count == 0 {
            return Ok(at);
        }
        each(at, &piece[..count]);
        at += count;
    }
}

/// The first difference between the decoded file and the one that was coded.
fn bit_for_bit() -> Result<(), Mismatch> {
    let mut different = None;
    let length = pieces(&CODED, |at, piece| {
        let wanted = WEIGHTS.iter().skip(at);
        let place = piece.iter().zip(wanted).position(|(got, wanted)| got != wanted);
        different = different.or(place.map(|place| at + place));
    });
    match (length, different) {
        (Err(error), _) => Err(Mismatch::new(format_args!("{error}"))),
        (_, Some(at)) => Err(Mismatch::new(format_args!("byte {at} differs"))),
        (Ok(length), _) if length != WEIGHTS.len() => {
            Err(Mismatch::new(format_args!("{length} bytes instead of {}", WEIGHTS.len())))
        }
        (Ok(_), None) => Ok(()),
    }
}

/// Whether the coded file is small enough.
fn small_enough(bytes: usize) -> Result<(), Mismatch> {
    if bytes <= MOST_BYTES { Ok(()) } else { Err(Mismatch::new(format_args!("{bytes} bytes, {MOST_BYTES} at most"))) }
}

/// Whether a file is refused of which the last byte is missing; a changed bit would need room for a copy.
fn refuses_damage() -> Result<(), Mismatch> {
    match pieces(&CODED[..CODED.len() - 1], |_, _| {}) {
        Err(_) => Ok(()),
        Ok(length) => Err(Mismatch::new(format_args!("it was decoded to {length} bytes"))),
    }
}

impl Kernel for StageDecode {
    fn name(&self) -> &str {
        "lan/stage-decode"
    }

    fn about(&self) -> &str {
        "the weight file of a keyword network out of its Huffman codes, with its digest"
    }

    fn load(&mut self, _input: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel makes its own input")))
    }

    fn run(&mut self) {
        self.last = pieces(black_box(&CODED), |_, piece| {
            black_box(piece);
        })
        .map(|_| ());
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        bit_for_bit()
    }

    fn status(&self) -> Result<(), Trouble> {
        self.last.map_err(|error| Mismatch::new(format_args!("{error}")).into())
    }

    fn weight_bytes(&self) -> Option<u64> {
        u64::try_from(CODED.len()).ok()
    }

    /// The table `huffman`: what the coded file takes, and what comes out of it.
    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        if table != "huffman" {
            return None;
        }
        let (name, broken) = match case {
            0 => ("coded weight file: 32 KiB at most", small_enough(CODED.len()).err()),
            1 => ("decoded weights: those that were coded, bit for bit", bit_for_bit().err()),
            2 => ("coded weight file without its last byte: refused", refuses_damage().err()),
            _ => return None,
        };
        Some(Case { name: Text::new(format_args!("{name}")), broken })
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, StageDecode, small_enough};
    use hil_agent::kernel::Kernel;

    #[test]
    fn the_file_comes_out_and_the_table_holds() {
        let mut kernel = StageDecode::new();
        assert_eq!(kernel.known_answer(), Ok(()));
        kernel.run();
        assert_eq!(kernel.status(), Ok(()));
        for case in 0..3 {
            let outcome = kernel.conform("huffman", case).unwrap();
            assert_eq!(outcome.broken, None, "{}", outcome.name.as_str());
        }
        assert_eq!(kernel.weight_bytes(), Some(super::CODED.len() as u64));
        assert_eq!((kernel.conform("huffman", 3), kernel.conform("sparsity", 0)), (None, None));
    }

    #[test]
    fn a_file_that_is_too_large_is_told_with_its_size() {
        assert_eq!(small_enough(MOST_BYTES), Ok(()));
        assert_eq!(small_enough(MOST_BYTES + 1).unwrap_err().difference(), "32769 bytes, 32768 at most");
    }
}
