//! What results must be, from the definitions and in double precision, at some places of the result.
//!
//! It shares no code with the kernels: what it agrees with is right, not only consistent.

use hil_kernels::tensor::relative_error;

use super::work::{SOFTMAX_COLUMNS, Work};

/// How far a result may be off: the bound that the vectorised variants are held to.
pub(super) const BOUND: f64 = 1e-5;
/// Places of a result that are computed again.
const PLACES: usize = 61;

/// The relative error of `result` at places that are spread over it.
pub(super) fn error(work: Work, a: &[f32], b: &[f32], result: &[f32]) -> f64 {
    if result.len() != work.results() {
        return f64::INFINITY;
    }
    let last = result.len().saturating_sub(1);
    let places = PLACES.min(result.len());
    let place = |index: usize| index * last / places.saturating_sub(1).max(1);
    let found: Vec<f32> = (0..places).filter_map(|index| result.get(place(index)).copied()).collect();
    #[expect(clippy::cast_possible_truncation, reason = "what is compared is in single precision")]
    let wanted: Vec<f32> = (0..places).map(|index| value(work, a, b, place(index)) as f32).collect();
    relative_error(&found, &wanted)
}

/// The value of the result at `place`.
fn value(work: Work, a: &[f32], b: &[f32], place: usize) -> f64 {
    let x = at(a, place);
    match work {
        Work::Gemm { side } => {
            let (row, column) = (place / side, place % side);
            (0..side).map(|k| at(a, row * side + k) * at(b, k * side + column)).sum()
        }
        Work::Gemv { columns, .. } => (0..columns).map(|k| at(a, place * columns + k) * at(b, k)).sum(),
        Work::Relu { .. } => x.max(0.0),
        Work::Gelu { .. } => {
            let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
            0.5 * x * (1.0 + inner.tanh())
        }
        Work::Softmax { .. } => {
            let row = place / SOFTMAX_COLUMNS * SOFTMAX_COLUMNS;
            // The difference of two values of the row: no maximum is needed at this range.
            1.0 / (row..row + SOFTMAX_COLUMNS).map(|other| (at(a, other) - x).exp()).sum::<f64>()
        }
        Work::Mse { n } => (0..n).map(|k| (at(a, k) - at(b, k)).powi(2)).sum::<f64>() / n as f64,
        Work::MseGradient { n } => 2.0 * (x - at(b, place)) / n as f64,
    }
}

/// NaN where there is no value, which agrees with nothing.
fn at(values: &[f32], place: usize) -> f64 {
    values.get(place).copied().map_or(f64::NAN, f64::from)
}

#[cfg(test)]
mod tests {
    use super::{BOUND, error};
    use crate::kernels::ndv::arena::values;
    use crate::kernels::ndv::shapes::{SHAPES, Size};

    #[test]
    fn references_are_right_and_a_wrong_value_is_noticed() {
        for shape in SHAPES.iter().filter(|shape| shape.size != Size::Memory) {
            let (first, second) = shape.work.operands();
            let (a, b) = (values(1, 3.0, first), values(2, 3.0, second));
            let mut result = vec![f32::NAN; shape.work.results()];
            assert_eq!(error(shape.work, &a, &b, &result), f64::INFINITY, "{shape:?}");
            shape.work.reference(&a, &b, &mut result).unwrap();
            assert!(error(shape.work, &a, &b, &result) < BOUND, "{shape:?}");
            let last = result.last_mut().unwrap();
            *last = *last * 1.01 + 1e-3;
            assert!(error(shape.work, &a, &b, &result) > BOUND, "{shape:?}");
            assert_eq!(error(shape.work, &a, &b, &[]), f64::INFINITY);
        }
    }
}
