//! The weights that were trained for the guide's pace, dense and pruned.
//!
//! `fixtures/models/keywords` is the program that trained them; the cards lie beside the files. The layout is that of
//! [`crate::weights`]; in the pruned file at least 70 % of all weights are zero, in blocks of four along a row. Both start on a word, because a
//! Cortex-M4 takes longer for a word that lies across two.

use crate::weights::{Aligned, KeywordWeights, WEIGHTS_LEN, WeightsError};

/// The dense weights; `fixtures/weights/keyword-guide-int8.md` is their card.
pub const GUIDE_WEIGHTS: &[u8; WEIGHTS_LEN] =
    &Aligned(*include_bytes!("../../../../fixtures/weights/keyword-guide-int8.bin")).0;

/// The pruned weights; `fixtures/weights/keyword-guide-sparse-int8.md` is their card.
pub const GUIDE_SPARSE_WEIGHTS: &[u8; WEIGHTS_LEN] =
    &Aligned(*include_bytes!("../../../../fixtures/weights/keyword-guide-sparse-int8.bin")).0;

/// The dense weights as layers.
///
/// # Errors
/// None with the committed file; a damaged replacement is refused as in [`KeywordWeights::from_bytes`].
pub fn embedded() -> Result<KeywordWeights<'static>, WeightsError> {
    KeywordWeights::from_bytes(GUIDE_WEIGHTS)
}

/// The pruned weights as layers.
///
/// # Errors
/// As for [`embedded`].
pub fn embedded_sparse() -> Result<KeywordWeights<'static>, WeightsError> {
    KeywordWeights::from_bytes(GUIDE_SPARSE_WEIGHTS)
}

#[cfg(test)]
mod tests {
    use super::{embedded, embedded_sparse};

    #[test]
    fn seventy_of_a_hundred_pruned_weights_are_zero_in_blocks_of_four() {
        let weights = embedded_sparse().unwrap();
        let (mut zero, mut all) = (0, 0);
        let matrices: [(&[u8], usize); 3] =
            [(weights.conv.weights, 65), (weights.gates.weights, 88), (weights.out.weights, 112)];
        for (matrix, columns) in matrices {
            all += matrix.len();
            for row in matrix.chunks_exact(columns) {
                // A row of 65 ends in a block of one.
                let blocks = row.chunks(4).filter(|block| block.iter().all(|&w| w == 0));
                zero += blocks.map(<[u8]>::len).sum::<usize>();
            }
        }
        assert_eq!(all, 18_208);
        assert!(zero * 10 >= all * 7, "{zero} of {all}");
        assert!(embedded().unwrap().gates.weights.iter().filter(|&&w| w == 0).count() < 2_000);
    }
}
