//! Heun's method with two stages, the explicit trapezoidal rule: order 2, two evaluations for a step
//! (Hairer, Norsett and Wanner, "Solving Ordinary Differential Equations I", 2nd ed., section II.1).

use super::{Field, State};

/// Moves `x` on by `h` seconds: `x + h (k1 + k2) / 2` with `k1 = f(x)` and `k2 = f(x + h k1)`.
pub fn step(field: &mut impl Field, x: &mut State, h: f32) {
    let first = field.slope(x);
    let mut end = *x;
    for (end, slope) in end.iter_mut().zip(first) {
        *end += h * slope;
    }
    let second = field.slope(&end);
    for ((x, first), second) in x.iter_mut().zip(first).zip(second) {
        *x += 0.5 * h * (first + second);
    }
}

#[cfg(test)]
mod tests {
    use super::step;
    use crate::liquid::linear::error_of;

    #[test]
    fn half_the_step_is_a_quarter_of_the_error() {
        let ratio = error_of(step, 32) / error_of(step, 64);
        assert!((3.7..4.3).contains(&ratio), "{ratio}");
    }
}
