//! The product with the vector instructions of desktop processors, through [`pulp`], without `unsafe`.
//!
//! Sixteen weights at a time are widened to 16 bits and multiplied in pairs whose sums are exact in 32 bits
//! (`VPMADDWD` with AVX2 and AVX-512, `SMLAL` with NEON); integer sums are the same in any order, so the results are
//! those of the reference bit for bit. AVX-512 takes 32 at a time. The instructions of VNNI are not used: `VPDPWSSD`
//! would save one addition of three instructions, and pulp's set for AVX-512 does not include it.

use pulp::NullaryFnOnce;

use super::{Matrix, scalar};
use crate::dot::dot_i8;
use crate::tensor::vector::Vector;

/// The product with the widest instructions that this processor has.
pub fn product(matrix: &Matrix<'_>, x: &[i16], out: &mut [i32]) {
    match Vector::widest() {
        Some(vector) => product_with(vector, matrix, x, out),
        None => scalar(matrix, x, out),
    }
}

/// The product with `vector`'s instructions; lengths as for [`super::product`].
pub fn product_with(vector: Vector, matrix: &Matrix<'_>, x: &[i16], out: &mut [i32]) {
    let x = &x[..x.len().min(matrix.columns())];
    let matrix = matrix.part(0, x.len());
    match vector {
        #[cfg(target_arch = "x86_64")]
        Vector::Avx2(lanes) => lanes.vectorize(Product { lanes, matrix, x, out }),
        #[cfg(target_arch = "x86_64")]
        Vector::Avx512(lanes) => lanes.vectorize(Product { lanes, matrix, x, out }),
        #[cfg(target_arch = "aarch64")]
        Vector::Neon(lanes) => lanes.vectorize(Product { lanes, matrix, x, out }),
    }
}

/// One product, to be compiled for the instructions of `lanes`.
struct Product<'a, L> {
    lanes: L,
    matrix: Matrix<'a>,
    x: &'a [i16],
    out: &'a mut [i32],
}

impl<L: Lanes> NullaryFnOnce for Product<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (y, row) in self.out.iter_mut().zip(self.matrix.rows()) {
            *y = self.lanes.dot(row, self.x);
        }
    }
}

/// Vector instructions that multiply weights with 16-bit values.
trait Lanes: Copy {
    /// The inner product of slices of one length.
    fn dot(self, weights: &[u8], x: &[i16]) -> i32;
}

#[cfg(target_arch = "x86_64")]
impl Lanes for pulp::x86::V3 {
    #[inline(always)]
    fn dot(self, weights: &[u8], x: &[i16]) -> i32 {
        let (blocks, mut weights) = weights.as_chunks::<16>();
        let (x_blocks, mut x) = x.as_chunks::<16>();
        let mut sums = pulp::cast([0_i32; 8]);
        for (w, x) in blocks.iter().zip(x_blocks) {
            let w = self.avx2._mm256_cvtepi8_epi16(pulp::cast(*w));
            sums = self.avx2._mm256_add_epi32(sums, self.avx2._mm256_madd_epi16(w, pulp::cast(*x)));
        }
        let lanes: [i32; 8] = pulp::cast(sums);
        let mut sum: i32 = lanes.iter().sum();
        // Half a vector, which rows of 88 and 56 columns end with.
        if let (Some((w, w_rest)), Some((x_half, x_rest))) = (weights.split_first_chunk(), x.split_first_chunk::<8>()) {
            let w = self.sse4_1._mm_cvtepi8_epi16(pulp::cast([u64::from_le_bytes(*w), 0]));
            let lanes: [i32; 4] = pulp::cast(self.sse2._mm_madd_epi16(w, pulp::cast(*x_half)));
            sum += lanes.iter().sum::<i32>();
            (weights, x) = (w_rest, x_rest);
        }
        sum + dot_i8(weights, x)
    }
}

#[cfg(target_arch = "x86_64")]
impl Lanes for pulp::x86::V4 {
    #[inline(always)]
    fn dot(self, weights: &[u8], x: &[i16]) -> i32 {
        let (blocks, weights) = weights.as_chunks::<32>();
        let (x_blocks, x) = x.as_chunks::<32>();
        let mut sums = pulp::cast([0_i32; 16]);
        for (w, x) in blocks.iter().zip(x_blocks) {
            let w = self.avx512bw._mm512_cvtepi8_epi16(pulp::cast(*w));
            sums = self.avx512f._mm512_add_epi32(sums, self.avx512bw._mm512_madd_epi16(w, pulp::cast(*x)));
        }
        // What is left is less than 32 columns: whole and half vectors of the narrower set.
        let narrower: pulp::x86::V3 = *self;
        self.avx512f._mm512_reduce_add_epi32(sums) + narrower.dot(weights, x)
    }
}

#[cfg(target_arch = "aarch64")]
impl Lanes for pulp::aarch64::Neon {
    #[inline(always)]
    fn dot(self, weights: &[u8], x: &[i16]) -> i32 {
        let (blocks, weights) = weights.as_chunks::<8>();
        let (x_blocks, x) = x.as_chunks::<8>();
        let mut sums = pulp::cast([0_i32; 4]);
        for (w, x) in blocks.iter().zip(x_blocks) {
            let w = self.neon.vmovl_s8(pulp::cast(*w));
            let x = pulp::cast(*x);
            sums = self.neon.vmlal_s16(sums, self.neon.vget_low_s16(w), self.neon.vget_low_s16(x));
            sums = self.neon.vmlal_high_s16(sums, w, x);
        }
        self.neon.vaddvq_s32(sums) + dot_i8(weights, x)
    }
}

#[cfg(test)]
mod tests {
    use super::product_with;
    use crate::known_answer::Noise;
    use crate::matvec::{Matrix, scalar};
    use crate::tensor::vector::Vector;

    #[test]
    fn every_set_of_instructions_gives_the_bits_of_the_reference_at_every_length() {
        let mut noise = Noise::new(5);
        let weights: [u8; 3 * 100] = core::array::from_fn(|_| noise.sample().to_le_bytes()[1]);
        let mut x: [i16; 100] = core::array::from_fn(|_| noise.sample());
        x[3..9].fill(i16::MIN);
        let mut tried = 0;
        for vector in Vector::all() {
            for columns in 0..=100 {
                let matrix = Matrix::new(&weights, 100).part(0, columns);
                let (mut plain, mut fast) = ([1; 3], [2; 3]);
                scalar(&matrix, &x[..columns], &mut plain);
                product_with(vector, &matrix, &x, &mut fast);
                assert_eq!(plain, fast, "{} {columns}", vector.name());
                tried += 1;
            }
        }
        assert!(tried > 0 || Vector::widest().is_none());
    }
}
