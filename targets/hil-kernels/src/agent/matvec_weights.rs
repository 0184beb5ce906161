//! The weights of the kernels that compare dense, sparse and coded forms: one file, and every form of it, made while the
//! program is compiled.
//!
//! The file is the one that was pruned and trained again, with 70 % zeros in whole blocks of four columns;
//! `fixtures/weights/keyword-guide-sparse-int8.md` says what it recognises.

use crate::guide::weights::GUIDE_SPARSE_WEIGHTS;
use crate::huffman;
use crate::matvec::paired;
use crate::sparse;
use crate::weights::{CHANNELS, CLASSES, GATE_INPUTS, GATES, INPUTS, POOLED, TAPS, WEIGHTS_LEN};

/// The weight file: layout as in [`crate::weights`]. This line decides which weights all forms below hold.
pub(super) const WEIGHTS: &[u8; WEIGHTS_LEN] = GUIDE_SPARSE_WEIGHTS;

/// Bytes of the three matrices, which are coded and of which zeros are counted; scales and biases follow.
pub(super) const MATRICES: usize = GATES_END + CLASSES * POOLED;
const GATES_AT: usize = CHANNELS * INPUTS * TAPS;
const GATES_END: usize = GATES_AT + GATES * GATE_INPUTS;

/// Values that start on words, so that they can be loaded by words.
#[repr(C, align(4))]
pub(super) struct Aligned<T>(pub(super) T);

/// The gate matrix of the cell, row by row.
pub(super) static DENSE: Aligned<[u8; GATES * GATE_INPUTS]> = Aligned(gates());
/// The same in pairs of rows.
pub(super) static PAIRED: [u32; paired::words(GATES, GATE_INPUTS)] = paired_words();
/// The blocks of the same that are not zero: how many each row has.
pub(super) static COUNTS: [u8; GATES] = SPARSE.0;
/// Where they stand.
pub(super) static POSITIONS: [u8; KEPT] = SPARSE.1;
/// Their weights.
pub(super) static BLOCKS: [u32; KEPT] = SPARSE.2;
/// The whole file, matrices coded.
pub(super) static CODED: [u8; CODED_LEN] = coded();

const KEPT: usize = sparse::blocks(&gates());
const CODED_LEN: usize = huffman::encoded_len(WEIGHTS, MATRICES);
const SPARSE: ([u8; GATES], [u8; KEPT], [u32; KEPT]) = sparse_slices();

/// The vector of all products, columns of a frame and of the state alike: -255 to 255.
pub(super) static X: [i16; GATE_INPUTS] = x();
/// The products by their definition.
pub(super) static EXPECTED: [i32; GATES] = expected();

const fn gates() -> [u8; GATES * GATE_INPUTS] {
    let mut gates = [0; GATES * GATE_INPUTS];
    let mut at = 0;
    while at < gates.len() {
        gates[at] = WEIGHTS[GATES_AT + at];
        at += 1;
    }
    gates
}

const fn paired_words() -> [u32; paired::words(GATES, GATE_INPUTS)] {
    let mut words = [0; paired::words(GATES, GATE_INPUTS)];
    assert!(paired::pack(&gates(), GATE_INPUTS, &mut words).is_ok(), "the gate matrix can be packed");
    words
}

const fn sparse_slices() -> ([u8; GATES], [u8; KEPT], [u32; KEPT]) {
    let (mut counts, mut positions, mut words) = ([0; GATES], [0; KEPT], [0; KEPT]);
    let done = sparse::encode(&gates(), GATE_INPUTS, &mut counts, &mut positions, &mut words);
    assert!(done.is_ok(), "the gate matrix can be made sparse");
    (counts, positions, words)
}

const fn coded() -> [u8; CODED_LEN] {
    let mut coded = [0; CODED_LEN];
    assert!(huffman::encode(WEIGHTS, MATRICES, &mut coded).is_ok(), "the file can be coded");
    coded
}

const fn x() -> [i16; GATE_INPUTS] {
    let mut x = [0; GATE_INPUTS];
    let (mut at, mut state) = (0, 2_463_534_242_u32);
    while at < GATE_INPUTS {
        // Marsaglia's xorshift, as in `known_answer`.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        x[at] = (state >> 16) as i16 % 256;
        at += 1;
    }
    x
}

/// The sums of all rows, by index, in the compiler: not the arithmetic of any of the kernels.
const fn expected() -> [i32; GATES] {
    let (gates, x) = (gates(), x());
    let mut sums = [0; GATES];
    let mut at = 0;
    while at < gates.len() {
        sums[at / GATE_INPUTS] += gates[at] as i8 as i32 * x[at % GATE_INPUTS] as i32;
        at += 1;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::{DENSE, GATES_AT, KEPT, MATRICES, WEIGHTS};
    use crate::sparse::zeros;
    use crate::weights::KeywordWeights;

    #[test]
    fn the_file_is_one_of_weights_with_70_percent_zeros_in_whole_blocks_of_the_gate_matrix() {
        let weights = KeywordWeights::from_bytes(WEIGHTS).unwrap();
        assert_eq!(weights.gates.weights, &DENSE.0);
        assert_eq!(&WEIGHTS[GATES_AT..][..DENSE.0.len()], &DENSE.0);
        for matrix in [&DENSE.0[..], &WEIGHTS[..MATRICES]] {
            assert!(100 * zeros(matrix) >= 70 * matrix.len(), "{} of {}", zeros(matrix), matrix.len());
        }
        // What the sparse form leaves out, which is blocks, and not zeros that stand among others.
        let blocks = DENSE.0.len() / 4;
        assert!(100 * (blocks - KEPT) >= 70 * blocks, "{KEPT} of {blocks} blocks are kept");
    }
}
