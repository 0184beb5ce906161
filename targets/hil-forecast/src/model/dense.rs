//! Fully connected layers and normalisations with parameters in any precision, forward and backward.

use hil_kernels::tensor::ShapeError;
use hil_kernels::tensor::gemm::Shape as Product;

use super::layout::{Dense, NormPart};
use super::{Layout, Shape};
use crate::attention::Method;
use crate::buffer::{Buffer, Precision};
use crate::math::rows::Norm;
use crate::math::{Arithmetic, Workspace};
use crate::profile::{Part, enter};

/// The model and how it is computed; the parameters are kept elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Net {
    /// Its sizes.
    pub shape: Shape,
    /// Where its parameters stand.
    pub layout: Layout,
    /// Which code computes.
    pub math: Arithmetic,
    /// How attention is computed.
    pub attention: Method,
    /// In which precision activations are kept.
    pub precision: Precision,
}

/// Memory for the parameters of a layer in single precision, and for products.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) workspace: Workspace,
}

impl Scratch {
    pub(super) fn bytes(&self) -> usize {
        (self.weight.capacity() + self.bias.capacity()) * size_of::<f32>() + self.workspace.bytes()
    }
}

impl Net {
    /// `y = x W + b` for `rows` rows.
    pub(super) fn dense(
        &self,
        layer: Dense,
        parameters: &Buffer,
        rows: usize,
        x: &[f32],
        y: &mut [f32],
        scratch: &mut Scratch,
    ) -> Result<(), ShapeError> {
        let weight = parameters.read(self.math, layer.weight.range(), &mut scratch.weight);
        let shape = Product { m: rows, n: layer.outputs, k: layer.inputs };
        {
            let _here = enter(Part::Products);
            self.math.product(shape, x, weight, y, &mut scratch.workspace)?;
        }
        self.math.add_to_rows(y, parameters.read(self.math, layer.bias.range(), &mut scratch.bias));
        Ok(())
    }

    /// Adds the gradients by W and b to `gradient`, that by all parameters.
    pub(super) fn dense_by_parameters(
        &self,
        layer: Dense,
        rows: usize,
        x: &[f32],
        by_y: &[f32],
        gradient: &mut [f32],
        scratch: &mut Scratch,
    ) -> Result<(), ShapeError> {
        let shape = Product { m: layer.inputs, n: layer.outputs, k: rows };
        let by_weight = &mut gradient[layer.weight.range()];
        {
            let _here = enter(Part::Products);
            self.math.add_transposed_product(shape, x, by_y, by_weight, &mut scratch.workspace)?;
        }
        self.math.add_rows_up(by_y, &mut gradient[layer.bias.range()]);
        Ok(())
    }

    /// The gradient by the input.
    pub(super) fn dense_by_input(
        &self,
        layer: Dense,
        parameters: &Buffer,
        rows: usize,
        by_y: &[f32],
        by_x: &mut [f32],
        scratch: &mut Scratch,
    ) -> Result<(), ShapeError> {
        let weight = parameters.read(self.math, layer.weight.range(), &mut scratch.weight);
        let shape = Product { m: rows, n: layer.inputs, k: layer.outputs };
        let _here = enter(Part::Products);
        self.math.product_by_transposed(shape, by_y, weight, by_x, &mut scratch.workspace)
    }

    /// Normalises the rows of `x` into `y`.
    pub(super) fn norm(
        &self,
        part: NormPart,
        parameters: &Buffer,
        x: &[f32],
        y: &mut [f32],
        of_rows: &mut [[f32; 2]],
        scratch: &mut Scratch,
    ) {
        let gain = parameters.read(self.math, part.gain.range(), &mut scratch.weight);
        let shift = parameters.read(self.math, part.shift.range(), &mut scratch.bias);
        self.math.normalise(Norm { gain, shift }, x, y, of_rows);
    }

    /// Turns `by_y` into the gradient by `x`, and adds those by the parameters to `gradient`.
    #[expect(clippy::too_many_arguments, reason = "they are the tensors of the definition")]
    pub(super) fn norm_backward(
        &self,
        part: NormPart,
        parameters: &Buffer,
        x: &[f32],
        of_rows: &[[f32; 2]],
        by_y: &mut [f32],
        gradient: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let gain = parameters.read(self.math, part.gain.range(), &mut scratch.weight);
        let shift = parameters.read(self.math, part.shift.range(), &mut scratch.bias);
        // The shift stands right behind the gain.
        let both = &mut gradient[part.gain.range().start..part.shift.range().end];
        let (by_gain, by_shift) = both.split_at_mut(part.gain.len());
        self.math.normalise_backward(Norm { gain, shift }, x, of_rows, by_y, [by_gain, by_shift]);
    }
}
