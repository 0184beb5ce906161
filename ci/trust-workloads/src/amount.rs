//! How much work one iteration is: a number in the program file, so that two files differ in nothing else.
//!
//! `cargo xtask trust` copies the program and writes other digits behind the mark. Code, symbols and memory layout stay
//! what they are; only the count of steps changes.

use std::hint::black_box;

/// The mark, and behind it four digits: thousandths of the workload's own amount. `0000` makes every iteration crash.
#[used]
static SCALE: [u8; 28] = *b"hilbench-trust-permille=1000";

/// Thousandths of the workload's own amount.
pub fn permille() -> u64 {
    // The compiler must not know what the file will say.
    let digits = &black_box(&SCALE)[24..];
    digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit.wrapping_sub(b'0')))
}

/// Steps of one iteration whose own amount is `base`. Bases are multiples of a hundred, so ratios of whole percents are
/// exact.
pub fn scaled(base: u64) -> u64 {
    base * permille() / 1000
}

#[cfg(test)]
mod tests {
    use super::{permille, scaled};

    #[test]
    fn as_built_the_amount_is_the_workloads_own() {
        assert_eq!(permille(), 1000);
        assert_eq!(scaled(300), 300);
    }
}
