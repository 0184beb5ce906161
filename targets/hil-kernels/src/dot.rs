//! Inner products over int8 weights, the innermost loops of the networks.
//!
//! Weights stay as the bytes of the stored file, so that a board can leave them in flash. The integer product is
//! exact; the float product sums in eight interleaved partial sums, an order every machine can follow.

/// `sum w[i] * x[i]` with two's complement weight bytes. Exact while the sum stays within `i32`: 511 terms of any `x`, 65,000
/// of magnitudes up to 255.
#[must_use]
pub fn dot_i8(weights: &[u8], x: &[i16]) -> i32 {
    weights.iter().zip(x).map(|(&w, &x)| i32::from(w as i8) * i32::from(x)).sum()
}

/// `sum w[i] * x[i]` with two's complement weight bytes, in `f32`.
#[must_use]
pub fn dot_f32(weights: &[u8], x: &[f32]) -> f32 {
    let (w_blocks, w_rest) = weights.as_chunks::<8>();
    let (x_blocks, x_rest) = x.as_chunks::<8>();
    let mut lanes = [0.0_f32; 8];
    for (w, x) in w_blocks.iter().zip(x_blocks) {
        for i in 0..8 {
            lanes[i] += f32::from(w[i] as i8) * x[i];
        }
    }
    for ((lane, &w), &x) in lanes.iter_mut().zip(w_rest).zip(x_rest) {
        *lane += f32::from(w as i8) * x;
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

#[cfg(test)]
mod tests {
    use super::{dot_f32, dot_i8};
    use crate::known_answer::Noise;

    #[test]
    fn both_products_agree_with_the_plain_sum_at_every_length() {
        for len in 0..100 {
            let mut noise = Noise::new(len as u32 + 1);
            let w: [u8; 100] = core::array::from_fn(|_| noise.sample().to_le_bytes()[0]);
            let x: [i16; 100] = core::array::from_fn(|_| noise.sample() / 128);
            let expected: i64 = (0..len).map(|i| i64::from(w[i] as i8) * i64::from(x[i])).sum();
            assert_eq!(i64::from(dot_i8(&w[..len], &x[..len])), expected);
            // Products and sums of integers of this size are exact in f32.
            let x: [f32; 100] = x.map(f32::from);
            assert_eq!(dot_f32(&w[..len], &x[..len]), expected as f32);
        }
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        assert_eq!(dot_i8(&[0x80; 168], &[-255; 168]), 168 * 128 * 255);
    }
}
