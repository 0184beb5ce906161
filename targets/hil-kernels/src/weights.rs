//! The weight file of the keyword network, as a typed view over its bytes.
//!
//! Layout (19,904 bytes): int8 matrices row by row (conv `[32][13][5]`, gates `[168][88]`, out `[12][112]`), then
//! little-endian `f32`: per matrix one scale per row, then one bias per row. Matrices are borrowed and stay where they
//! are (flash on a board); scales and biases are copied, so the bytes need no alignment. No check of the values' sense
//! is possible beyond their being finite: the known answer of [`crate::known_answer`] is that check.

use core::fmt;

/// Input features per frame.
pub const INPUTS: usize = 13;
/// Output channels of the convolution.
pub const CHANNELS: usize = 32;
/// Taps of the convolution.
pub const TAPS: usize = 5;
/// Hidden units of the recurrent cell.
pub const HIDDEN: usize = 56;
/// Rows of the gate matrix: two candidates and the time gate for each unit.
pub const GATES: usize = 3 * HIDDEN;
/// Columns of the gate matrix: a frame and the state.
pub const GATE_INPUTS: usize = CHANNELS + HIDDEN;
/// The words.
pub const CLASSES: usize = 12;
/// Columns of the output matrix: the mean and the maximum of the state.
pub const POOLED: usize = 2 * HIDDEN;

/// One matrix with its scale and bias per row; `BYTES` is `ROWS` times the number of columns.
#[derive(Clone, Debug)]
pub struct Layer<'a, const ROWS: usize, const BYTES: usize> {
    /// Two's complement weights, row by row.
    pub weights: &'a [u8; BYTES],
    /// What a weight of 1 stands for, per row.
    pub scale: [f32; ROWS],
    /// Added to each row's sum.
    pub bias: [f32; ROWS],
}

impl<const ROWS: usize, const BYTES: usize> Layer<'_, ROWS, BYTES> {
    /// The rows in order: weights, scale, bias.
    pub fn rows(&self) -> impl Iterator<Item = (&[u8], f32, f32)> {
        let columns = BYTES / ROWS;
        self.weights.chunks_exact(columns).zip(self.scale).zip(self.bias).map(|((w, s), b)| (w, s, b))
    }
}

const CONV_BYTES: usize = CHANNELS * INPUTS * TAPS;
const GATE_BYTES: usize = GATES * GATE_INPUTS;
const OUT_BYTES: usize = CLASSES * POOLED;

/// The length of the file in bytes.
pub const WEIGHTS_LEN: usize = CONV_BYTES + GATE_BYTES + OUT_BYTES + 8 * (CHANNELS + GATES + CLASSES);

/// The convolution's weights, `[32][13][5]`.
pub type ConvLayer<'a> = Layer<'a, CHANNELS, CONV_BYTES>;
/// The recurrent cell's weights, `[168][88]`.
pub type GateLayer<'a> = Layer<'a, GATES, GATE_BYTES>;
/// The output's weights, `[12][112]`.
pub type OutLayer<'a> = Layer<'a, CLASSES, OUT_BYTES>;

/// The weights of the keyword network.
#[derive(Clone, Debug)]
pub struct KeywordWeights<'a> {
    /// The convolution.
    pub conv: ConvLayer<'a>,
    /// The recurrent cell: rows of the first candidate, of the second, of the time gate.
    pub gates: GateLayer<'a>,
    /// The output: columns of the mean, of the maximum.
    pub out: OutLayer<'a>,
}

/// The committed weights; `fixtures/weights/keyword-closed12-cfc-int8.md` is their card. They start on a word, so that a
/// Cortex-M4 loads four of a row at a time without a detour.
pub const KEYWORD_WEIGHTS: &[u8; WEIGHTS_LEN] =
    &Aligned(*include_bytes!("../../../fixtures/weights/keyword-closed12-cfc-int8.bin")).0;

/// Bytes that start on a word.
#[repr(C, align(4))]
pub(crate) struct Aligned(pub(crate) [u8; WEIGHTS_LEN]);

impl KeywordWeights<'static> {
    /// The weights that are part of this crate.
    ///
    /// # Errors
    /// None with the committed file; a damaged replacement is refused as in [`Self::from_bytes`].
    pub fn embedded() -> Result<Self, WeightsError> {
        Self::from_bytes(KEYWORD_WEIGHTS)
    }
}

impl<'a> KeywordWeights<'a> {
    /// Reads the layout above.
    ///
    /// # Errors
    /// A file of another length, a scale that is not a positive number, a bias that is not finite.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let bytes: &[u8; WEIGHTS_LEN] = bytes.try_into().map_err(|_| WeightsError::Length { found: bytes.len() })?;
        let mut cursor = Cursor { rest: bytes, at: 0 };
        let (conv, gates, out) = (cursor.block()?, cursor.block()?, cursor.block()?);
        let conv = Layer { weights: conv, scale: cursor.scales()?, bias: cursor.biases()? };
        let gates = Layer { weights: gates, scale: cursor.scales()?, bias: cursor.biases()? };
        let out = Layer { weights: out, scale: cursor.scales()?, bias: cursor.biases()? };
        Ok(Self { conv, gates, out })
    }
}

struct Cursor<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn block<const N: usize>(&mut self) -> Result<&'a [u8; N], WeightsError> {
        let (block, rest) =
            self.rest.split_first_chunk().ok_or(WeightsError::Length { found: self.at + self.rest.len() })?;
        self.rest = rest;
        self.at += N;
        Ok(block)
    }

    fn numbers<const N: usize>(&mut self, good: fn(f32) -> bool) -> Result<[f32; N], WeightsError> {
        let mut values = [0.0; N];
        for value in &mut values {
            let offset = self.at;
            *value = f32::from_le_bytes(*self.block()?);
            if !good(*value) {
                return Err(WeightsError::Value { offset });
            }
        }
        Ok(values)
    }

    fn scales<const N: usize>(&mut self) -> Result<[f32; N], WeightsError> {
        self.numbers(|v| v.is_finite() && v > 0.0)
    }

    fn biases<const N: usize>(&mut self) -> Result<[f32; N], WeightsError> {
        self.numbers(f32::is_finite)
    }
}

/// Why bytes are not the weights of the keyword network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightsError {
    /// The file has the wrong length.
    Length {
        /// Its length in bytes.
        found: usize,
    },
    /// A scale is not a positive number, or a bias is not finite.
    Value {
        /// Where it stands in the file.
        offset: usize,
    },
}

impl fmt::Display for WeightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found } => {
                write!(f, "keyword weights: expected {WEIGHTS_LEN} bytes, found {found}; is this another model's file?")
            }
            Self::Value { offset } => {
                write!(f, "keyword weights: the number at byte {offset} is no valid scale or bias; the file is damaged")
            }
        }
    }
}

impl core::error::Error for WeightsError {}

#[cfg(test)]
mod tests {
    use super::{KEYWORD_WEIGHTS, KeywordWeights, WEIGHTS_LEN, WeightsError};

    #[test]
    fn the_committed_file_is_read_from_any_alignment() {
        assert_eq!(WEIGHTS_LEN, 19_904);
        let expected = KeywordWeights::embedded().unwrap();
        for shift in 0..4 {
            let mut room = [0_u8; WEIGHTS_LEN + 4];
            room[shift..shift + WEIGHTS_LEN].copy_from_slice(KEYWORD_WEIGHTS);
            let weights = KeywordWeights::from_bytes(&room[shift..shift + WEIGHTS_LEN]).unwrap();
            assert_eq!(weights.gates.scale, expected.gates.scale);
            assert_eq!(weights.out.bias, expected.out.bias);
            assert_eq!(weights.conv.weights, expected.conv.weights);
        }
    }

    #[test]
    fn the_parts_start_where_the_layout_says() {
        let weights = KeywordWeights::embedded().unwrap();
        let f32_at = |at: usize| f32::from_le_bytes(KEYWORD_WEIGHTS[at..at + 4].try_into().unwrap());
        assert_eq!(weights.gates.weights[0], KEYWORD_WEIGHTS[2080]);
        assert_eq!(weights.out.weights[0], KEYWORD_WEIGHTS[16_864]);
        assert_eq!(weights.conv.scale[0], f32_at(18_208));
        assert_eq!(weights.conv.bias[0], f32_at(18_336));
        assert_eq!(weights.gates.scale[0], f32_at(18_464));
        assert_eq!(weights.gates.bias[0], f32_at(19_136));
        assert_eq!(weights.out.scale[0], f32_at(19_808));
        assert_eq!(weights.out.bias[11], f32_at(19_900));
    }

    #[test]
    fn other_lengths_are_refused_with_their_length() {
        for len in [0, 1, 19_903, 19_905] {
            let bytes = [0_u8; WEIGHTS_LEN + 1];
            assert_eq!(KeywordWeights::from_bytes(&bytes[..len]).unwrap_err(), WeightsError::Length { found: len });
        }
    }

    #[test]
    fn a_damaged_number_is_refused_with_its_place() {
        for (at, value) in [(18_208, 0.0), (18_208, -1.0), (19_132, f32::NAN), (19_900, f32::INFINITY)] {
            let mut bytes = *KEYWORD_WEIGHTS;
            bytes[at..at + 4].copy_from_slice(&f32::to_le_bytes(value));
            assert_eq!(KeywordWeights::from_bytes(&bytes).unwrap_err(), WeightsError::Value { offset: at });
        }
    }
}
