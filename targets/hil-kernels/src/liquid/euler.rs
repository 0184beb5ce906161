//! The explicit Euler method: order 1, one evaluation for a step
//! (Hairer, Norsett and Wanner, "Solving Ordinary Differential Equations I", 2nd ed., section I.7).

use super::{Field, State};

/// Moves `x` on by `h` seconds: `x + h f(x)`.
pub fn step(field: &mut impl Field, x: &mut State, h: f32) {
    let slope = field.slope(x);
    for (x, slope) in x.iter_mut().zip(slope) {
        *x += h * slope;
    }
}

#[cfg(test)]
mod tests {
    use super::step;
    use crate::liquid::linear::error_of;

    #[test]
    fn half_the_step_is_half_the_error() {
        let ratio = error_of(step, 64) / error_of(step, 128);
        assert!((1.9..2.1).contains(&ratio), "{ratio}");
    }
}
