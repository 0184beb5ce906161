//! An integer loop: multiplications and rotations, each step waiting for the one before.

use std::hint::black_box;

use super::Work;

/// Knuth's multiplier of MMIX ("The Art of Computer Programming", volume 2, section 3.3.4). It is odd, so each step can be
/// undone.
const MULTIPLIER: u64 = 6_364_136_223_846_793_005;
/// Bits of the rotation, which keeps compilers from doing several steps in one.
const BITS: u32 = 23;

/// The loop.
#[derive(Debug)]
pub struct Integer {
    state: u64,
}

impl Integer {
    /// From a fixed seed.
    pub fn new() -> Self {
        Self { state: 1 }
    }
}

impl Work for Integer {
    fn name(&self) -> &'static str {
        "integer"
    }

    fn about(&self) -> &'static str {
        "an integer loop whose steps wait for each other"
    }

    fn base(&self) -> u64 {
        400_000
    }

    fn run(&mut self, steps: u64) {
        let mut state = black_box(self.state);
        for _ in 0..steps {
            state = state.wrapping_mul(MULTIPLIER).rotate_left(BITS);
        }
        self.state = black_box(state);
    }

    /// As many steps back lead to where the loop began.
    fn check(&mut self) -> Result<(), String> {
        const STEPS: u64 = 1_000;
        let before = self.state;
        self.run(STEPS);
        let inverse = inverse(MULTIPLIER);
        let undone = (0..STEPS).fold(self.state, |state, _| state.rotate_right(BITS).wrapping_mul(inverse));
        if undone == before && self.state != before {
            Ok(())
        } else {
            Err(format!("{STEPS} steps back from {} lead to {undone} and not to {before}", self.state))
        }
    }
}

/// The number whose product with an odd `number` is 1, modulo 2 to the 64, by Newton's iteration.
fn inverse(number: u64) -> u64 {
    (0..6).fold(number, |guess, _| guess.wrapping_mul(2u64.wrapping_sub(number.wrapping_mul(guess))))
}

#[cfg(test)]
mod tests {
    use super::{MULTIPLIER, inverse};

    #[test]
    fn the_inverse_undoes_the_multiplication() {
        assert_eq!(MULTIPLIER.wrapping_mul(inverse(MULTIPLIER)), 1);
    }
}
