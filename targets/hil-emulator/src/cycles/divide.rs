//! Integer division: between 2 and 12 cycles, fewer when the quotient is short.
//!
//! Arm documents the bounds only. Between them the model follows the form that Arm gives for the Cortex-R4 (DDI 0363,
//! section 14.8): linear in the number of bits that the quotient may have.

/// The least a division takes.
pub const SHORTEST: u32 = 2;

/// The most a division takes.
pub const LONGEST: u32 = 12;

/// Cycles beyond [`SHORTEST`].
#[inline]
#[must_use]
pub fn extra(dividend: u32, divisor: u32, signed: bool) -> u32 {
    let (dividend, divisor) = if signed {
        (dividend.cast_signed().unsigned_abs(), divisor.cast_signed().unsigned_abs())
    } else {
        (dividend, divisor)
    };
    if dividend < divisor || divisor == 0 {
        return 0;
    }
    let bits = divisor.leading_zeros() - dividend.leading_zeros() + 1;
    (bits * (LONGEST - SHORTEST)).div_ceil(32)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, SHORTEST, extra};

    #[test]
    fn both_bounds_are_reached_and_never_left() {
        assert_eq!(extra(u32::MAX, 1, false), LONGEST - SHORTEST);
        assert_eq!(extra(0x8000_0000, 1, true), LONGEST - SHORTEST);
        assert_eq!(extra(3, 4, false), 0);
        assert_eq!(extra(7, 0, false), 0, "a division by zero has no quotient");
        assert_eq!(extra(u32::MAX, 1, true), 1, "the magnitude of minus one is one");
        assert_eq!(extra(1000, 10, false), 3, "seven bits of quotient");
        for shift in 0..32 {
            for divisor in [1, 3, 10, 0x8000_0000, u32::MAX] {
                assert!(extra(u32::MAX >> shift, divisor, false) <= LONGEST - SHORTEST);
            }
        }
    }
}
