//! The sizes of the model.

use crate::attention::Head;
use crate::error::ForecastError;

/// Sizes of the model; all above 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Hours that the model sees.
    pub look_back: usize,
    /// Hours that it foretells.
    pub horizon: usize,
    /// Width of the N-BEATS-style block's layers.
    pub block: usize,
    /// Hours of a patch.
    pub patch: usize,
    /// Hours from the start of a patch to that of the next.
    pub stride: usize,
    /// Values of a token.
    pub width: usize,
    /// Attention heads, which share the width evenly.
    pub heads: usize,
    /// Width of the feed-forward part.
    pub wide: usize,
}

impl Shape {
    /// The shape that is measured: 336 hours to 96, 161 tokens.
    pub const DECLARED: Self =
        Self { look_back: 336, horizon: 96, block: 128, patch: 16, stride: 2, width: 32, heads: 2, wide: 64 };

    /// The shape, if a model can have it.
    ///
    /// # Errors
    /// [`ForecastError::Config`] with what cannot be.
    pub fn checked(self) -> Result<Self, ForecastError> {
        let Self { look_back, horizon, block, patch, stride, width, heads, wide } = self;
        if [look_back, horizon, block, patch, stride, width, heads, wide].contains(&0) {
            return Err(ForecastError::Config("every size of a model has to be above 0"));
        }
        if patch > look_back {
            return Err(ForecastError::Config("a patch has to fit into the look-back"));
        }
        if !width.is_multiple_of(heads) {
            return Err(ForecastError::Config("the width of a token has to be a multiple of the heads"));
        }
        Ok(self)
    }

    /// How many patches the look-back has.
    #[must_use]
    pub fn tokens(self) -> usize {
        (self.look_back - self.patch) / self.stride + 1
    }

    /// What one attention head computes.
    #[must_use]
    pub fn head(self) -> Head {
        Head { tokens: self.tokens(), width: self.width / self.heads, causal: false }
    }

    /// Multiplications and additions of one forward pass for one window, the products only.
    #[must_use]
    pub fn macs(self) -> usize {
        let Self { look_back, horizon, block, patch, width, wide, .. } = self;
        let tokens = self.tokens();
        let linear = look_back * horizon;
        let mlp = block * (look_back + block + look_back + horizon);
        let a_token = patch * width + 4 * width * width + 2 * width * wide;
        let attention = 2 * tokens * tokens * width;
        linear + mlp + tokens * a_token + attention + width * horizon
    }
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn the_declared_shape_is_what_its_comment_says() {
        let shape = Shape::DECLARED.checked().unwrap();
        assert_eq!((shape.tokens(), shape.head().width), (161, 16));
        assert_eq!(shape.macs(), 3_210_304);
    }

    #[test]
    fn shapes_that_no_model_can_have_are_refused() {
        let good = Shape::DECLARED;
        for bad in [
            Shape { horizon: 0, ..good },
            Shape { patch: 337, ..good },
            Shape { heads: 3, ..good },
            Shape { heads: 0, ..good },
            Shape { stride: 0, ..good },
        ] {
            assert!(bad.checked().is_err(), "{bad:?}");
        }
    }
}
