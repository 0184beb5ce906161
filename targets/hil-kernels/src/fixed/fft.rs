//! The power spectrum of 512 samples in integers, with block scaling.
//!
//! As in [`crate::fft`], the 512 windowed samples are packed as 256 complex ones, transformed by a decimation-in-time
//! FFT (first two stages merged) and unpacked while the squared magnitudes are taken. The frame is shifted so that its
//! largest value has 28 bits; from there every stage halves, so that no magnitude ever grows and nothing can overflow
//! (Oppenheim and Schafer, "Discrete-Time Signal Processing", 3rd ed., section 9.7). What is lost that way lies below
//! the bits that the mel bands look at.

use super::constant::{cos_turn, round, sin_turn};
use crate::guide::{HOP, WINDOW};
use crate::mfcc_params::MfccParams;
use crate::window::WindowKind;

/// Complex values of the transform.
const HALF: usize = WINDOW / 2;
/// Bins of the spectrum.
pub const BINS: usize = HALF + 1;
/// Bits that the largest windowed value has after scaling.
const BLOCK_BITS: i32 = 28;
/// The furthest a quiet frame is scaled up. What lies below has an energy under 1e-13, which the 1e-8 beside it hides.
const MAX_SHIFT: i32 = 20;

// The tables below are those of this window and this length.
const _: () = assert!(
    matches!(MfccParams::GUIDE_KEYWORDS.window, WindowKind::HannPeriodic)
        && MfccParams::GUIDE_KEYWORDS.window_samples == WINDOW
        && MfccParams::GUIDE_KEYWORDS.fft_size == WINDOW
        && WINDOW == 512
);

/// The periodic Hann window in Q31; 1 is one step short of it. Fewer bits would be heard: at full scale the error of a
/// window in Q15 has more energy than the 1e-8 before the logarithm.
static HANN: [i32; WINDOW] = {
    let mut table = [0; WINDOW];
    let mut i = 0;
    while i < WINDOW {
        table[i] = q31(0.5 - 0.5 * cos_turn(i, WINDOW));
        i += 1;
    }
    table
};

/// `exp(-2 pi i k / 512)` in Q31, real and imaginary part; 1 is one step short of it.
static TWIDDLES: [[i32; 2]; HALF] = {
    let mut table = [[0; 2]; HALF];
    let mut k = 0;
    while k < HALF {
        table[k] = [q31(cos_turn(k, WINDOW)), q31(-sin_turn(k, WINDOW))];
        k += 1;
    }
    table
};

const fn q31(x: f64) -> i32 {
    let value = round(x * 2_147_483_648.0);
    if value > i32::MAX as i64 { i32::MAX } else { value as i32 }
}

/// Working space of the transform.
#[derive(Clone, Debug)]
pub struct BlockFft {
    re: [i32; HALF],
    im: [i32; HALF],
}

impl Default for BlockFft {
    fn default() -> Self {
        Self::new()
    }
}

impl BlockFft {
    /// A transform of silence.
    #[must_use]
    pub const fn new() -> Self {
        Self { re: [0; HALF], im: [0; HALF] }
    }

    /// Takes a frame in, windowed and scaled, and gives the bits by which it was shifted up (down when negative): the
    /// values held are the windowed samples, of which 1 is 2^30, times two to that power.
    pub fn load(&mut self, older: &[i16; HOP], newer: &[i16; HOP]) -> i32 {
        let mut bits = 0;
        let pairs = older.as_chunks::<2>().0.iter().chain(newer.as_chunks::<2>().0);
        for (i, ([even, odd], [even_weight, odd_weight])) in pairs.zip(HANN.as_chunks::<2>().0).enumerate() {
            let (re, im) = (weigh(*even, *even_weight), weigh(*odd, *odd_weight));
            // The magnitude in one's complement has as many bits, and needs no branch.
            bits |= (re ^ (re >> 31)) | (im ^ (im >> 31));
            let place = (i as u32).reverse_bits() >> (32 - HALF.ilog2());
            self.re[place as usize] = re;
            self.im[place as usize] = im;
        }
        let shift = (bits.leading_zeros() as i32 - (32 - BLOCK_BITS)).min(MAX_SHIFT);
        for value in self.re.iter_mut().chain(&mut self.im) {
            *value = if shift >= 0 { *value << shift } else { *value >> -shift };
        }
        shift
    }

    /// Transforms what was loaded; the result is the transform divided by 256, because each of eight stages halves.
    pub fn transform(&mut self) {
        for (re, im) in self.re.as_chunks_mut::<4>().0.iter_mut().zip(self.im.as_chunks_mut::<4>().0) {
            (*re, *im) = four(*re, *im);
        }
        let mut span = 4;
        while span < HALF {
            let blocks = self.re.chunks_exact_mut(2 * span).zip(self.im.chunks_exact_mut(2 * span));
            for (re, im) in blocks {
                butterflies(re, im, span);
            }
            span *= 2;
        }
    }

    /// Hands out each bin with its power: `4 |X|^2`, X in the scale of [`Self::transform`], at most 2^61. Bins come in no
    /// particular order.
    pub fn each_bin(&self, mut bin: impl FnMut(usize, u64)) {
        let (re, im) = (self.re[0], self.im[0]);
        bin(0, square(2 * (re + im), 0));
        bin(HALF, square(2 * (re - im), 0));
        bin(HALF / 2, square(2 * self.re[HALF / 2], 2 * self.im[HALF / 2]));
        for (k, twiddle) in TWIDDLES.iter().enumerate().take(HALF / 2).skip(1) {
            let (ar, ai) = (self.re[k], self.im[k]);
            let (br, bi) = (self.re[HALF - k], self.im[HALF - k]);
            // Twice the spectra of the even and of the odd samples; the latter is turned and added.
            let (even_re, even_im) = (ar + br, ai - bi);
            let (odd_re, odd_im) = (i64::from(ai + bi), i64::from(br - ar));
            let [w_re, w_im] = twiddle.map(i64::from);
            let t_re = ((w_re * odd_re - w_im * odd_im) >> 31) as i32;
            let t_im = ((w_re * odd_im + w_im * odd_re) >> 31) as i32;
            bin(k, square(even_re + t_re, even_im + t_im));
            bin(HALF - k, square(even_re - t_re, even_im - t_im));
        }
    }
}

/// A sample times a Q31 weight, so that 1 is 2^30: the high word of the product with the sample in Q31, rounded, because
/// half a step in each of 512 values would be a tone of frequency 0.
fn weigh(sample: i16, weight: i32) -> i32 {
    ((i64::from(i32::from(sample) << 16) * i64::from(weight) + (1 << 31)) >> 32) as i32
}

fn square(re: i32, im: i32) -> u64 {
    let (re, im) = (i64::from(re), i64::from(im));
    (re * re + im * im) as u64
}

/// The transform of four values in bit-reversed order, divided by 4.
fn four(r: [i32; 4], i: [i32; 4]) -> ([i32; 4], [i32; 4]) {
    let (sr, si) = (r[0] + r[1], i[0] + i[1]);
    let (dr, di) = (r[0] - r[1], i[0] - i[1]);
    let (tr, ti) = (r[2] + r[3], i[2] + i[3]);
    let (er, ei) = (r[2] - r[3], i[2] - i[3]);
    ([sr + tr, dr + ei, sr - tr, dr - ei].map(|v| v >> 2), [si + ti, di - er, si - ti, di + er].map(|v| v >> 2))
}

/// One stage's butterflies over one block of `2 * span` values; both halves come out halved.
fn butterflies(re: &mut [i32], im: &mut [i32], span: usize) {
    let (a_re, b_re) = re.split_at_mut(span);
    let (a_im, b_im) = im.split_at_mut(span);
    let upper = a_re.iter_mut().zip(a_im);
    let lower = b_re.iter_mut().zip(b_im);
    // Twiddles of a turn of 2 * span stand this far apart in the table of a turn of 512.
    let twiddles = TWIDDLES.iter().step_by(HALF / span);
    for (((a_re, a_im), (b_re, b_im)), &[w_re, w_im]) in upper.zip(lower).zip(twiddles) {
        let (w_re, w_im) = (i64::from(w_re), i64::from(w_im));
        let (x, y) = (i64::from(*b_re), i64::from(*b_im));
        // The high word of a product with a Q31 number is half of what it stands for.
        let t_re = ((w_re * x - w_im * y) >> 32) as i32;
        let t_im = ((w_re * y + w_im * x) >> 32) as i32;
        let (half_re, half_im) = (*a_re >> 1, *a_im >> 1);
        (*a_re, *a_im) = (half_re + t_re, half_im + t_im);
        (*b_re, *b_im) = (half_re - t_re, half_im - t_im);
    }
}

#[cfg(test)]
mod tests {
    use super::{BINS, BlockFft, HANN};
    use crate::fft::{MAX_BINS, RealFft};
    use crate::guide::{HOP, WINDOW};
    use crate::known_answer::Noise;
    use crate::window::WindowKind;

    #[test]
    fn the_window_is_the_float_one_to_its_last_bit() {
        let mut float = [0.0; WINDOW];
        WindowKind::HannPeriodic.fill(&mut float);
        for (fixed, float) in HANN.iter().zip(float) {
            assert!((f64::from(*fixed) / 2_147_483_648.0 - f64::from(float)).abs() < 3.1e-8);
        }
    }

    #[test]
    fn the_spectrum_agrees_with_that_in_f64_at_every_level() {
        let mut float = RealFft::<f64>::new(WINDOW).unwrap();
        let mut fixed = BlockFft::new();
        for seed in 1..=32 {
            let mut noise = Noise::new(seed);
            let level = seed % 16;
            let frame: [i16; WINDOW] = core::array::from_fn(|_| (i32::from(noise.sample()) >> level) as i16);
            let (older, newer) = frame.split_first_chunk::<HOP>().unwrap();
            let shift = fixed.load(older, newer.first_chunk().unwrap());
            fixed.transform();
            let mut found = [0.0; BINS];
            // 4 |X|^2 / 256^2, samples of 2^30 times 2^shift.
            let unit = libm::exp2(f64::from(14 - 60 - 2 * shift));
            fixed.each_bin(|bin, power| found[bin] = power as f64 * unit);

            // The same window, so that only the transform is compared.
            let windowed: [f32; WINDOW] =
                core::array::from_fn(|i| (f64::from(frame[i]) * f64::from(HANN[i]) / 70_368_744_177_664.0) as f32);
            let mut expected = [0.0; MAX_BINS];
            float.power(&windowed, &mut expected);
            let largest = expected.iter().copied().fold(0.0, f64::max);
            for (bin, (found, expected)) in found.iter().zip(expected).enumerate() {
                let error = (found - expected).abs();
                // An amplitude is off by a share of the largest one, and by what rounding windowed samples to 2^-30 adds.
                let off = 1e-6 * libm::sqrt(largest) + 3e-8;
                let bound = 2.0 * off * libm::sqrt(expected) + off * off;
                assert!(error <= bound, "seed {seed} bin {bin}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn the_loudest_frame_stays_within_its_bound() {
        let mut fft = BlockFft::new();
        for (older, newer) in [([i16::MIN; HOP], [i16::MIN; HOP]), ([i16::MAX; HOP], [i16::MIN; HOP])] {
            let shift = fft.load(&older, &newer);
            assert!(shift < 0);
            fft.transform();
            fft.each_bin(|_, power| assert!(power <= 1 << 61));
        }
        assert_eq!(fft.load(&[0; HOP], &[0; HOP]), super::MAX_SHIFT);
    }
}
