//! The power spectrum of a real frame, by a complex transform of half the length.
//!
//! `n` real samples are packed as `n / 2` complex ones, transformed by a decimation-in-time FFT with precomputed
//! twiddles (first two stages merged, no multiplication in them), and unpacked while the squared magnitudes are taken
//! (Press et al., "Numerical Recipes", 3rd ed., section 12.3.2). Real and imaginary parts lie in two arrays, so that
//! the compiler can use vector instructions. The order of all operations is fixed.

use crate::real::Real;
use core::f64::consts::PI;

/// The longest transform, in real samples.
pub const MAX_FFT: usize = 512;
/// The number of bins of the longest transform.
pub const MAX_BINS: usize = MAX_FFT / 2 + 1;
/// The shortest transform, in real samples.
pub const MIN_FFT: usize = 16;

const MAX_HALF: usize = MAX_FFT / 2;
const MAX_QUARTER: usize = MAX_FFT / 4;

/// Tables and working space for one transform length.
#[derive(Clone, Debug)]
pub struct RealFft<T> {
    half: usize,
    /// Where sample pair `i` goes: `i` with its bits reversed.
    reversed: [u16; MAX_HALF],
    /// Twiddles of every stage from length 8 on, stage after stage: `4 + 8 + .. + half / 2` values.
    stage_re: [T; MAX_HALF],
    stage_im: [T; MAX_HALF],
    /// `exp(-2 pi i k / n)` for the unpacking.
    unpack_re: [T; MAX_QUARTER],
    unpack_im: [T; MAX_QUARTER],
    re: [T; MAX_HALF],
    im: [T; MAX_HALF],
}

impl<T: Real> RealFft<T> {
    /// Tables for `n` real samples; `None` unless `n` is a power of two from [`MIN_FFT`] to [`MAX_FFT`].
    #[must_use]
    pub fn new(n: usize) -> Option<Self> {
        if !n.is_power_of_two() || !(MIN_FFT..=MAX_FFT).contains(&n) {
            return None;
        }
        let zero = T::default();
        let half = n / 2;
        let mut fft = Self {
            half,
            reversed: [0; MAX_HALF],
            stage_re: [zero; MAX_HALF],
            stage_im: [zero; MAX_HALF],
            unpack_re: [zero; MAX_QUARTER],
            unpack_im: [zero; MAX_QUARTER],
            re: [zero; MAX_HALF],
            im: [zero; MAX_HALF],
        };
        let bits = half.trailing_zeros();
        for (i, place) in fft.reversed.iter_mut().enumerate().take(half) {
            *place = ((i as u32).reverse_bits() >> (32 - bits)) as u16;
        }
        // The angles of the smaller stages, and every other one of the unpacking, are among those of the last stage. They
        // differ by powers of two, so the bits are the same, and a processor without `f64` takes long for each.
        let last = half / 2;
        let base = last - 4;
        for j in 0..last {
            (fft.stage_re[base + j], fft.stage_im[base + j]) = unit(j, half);
        }
        let mut at = 0;
        let mut span = 4;
        while span < last {
            for j in 0..span {
                let from = base + j * (last / span);
                (fft.stage_re[at + j], fft.stage_im[at + j]) = (fft.stage_re[from], fft.stage_im[from]);
            }
            at += span;
            span *= 2;
        }
        for k in 0..n / 4 {
            let from = base + k / 2;
            let known = (fft.stage_re[from], fft.stage_im[from]);
            (fft.unpack_re[k], fft.unpack_im[k]) = if k % 2 == 0 { known } else { unit(k, n) };
        }
        Some(fft)
    }

    /// The number of bins: half the length and one.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.half + 1
    }

    /// Writes `|X[k]|^2` for `k` in `0..=n/2` into the first [`bins`](Self::bins) places of `power`. A frame
    /// shorter than the transform is followed by zeros; of a longer one the surplus is not looked at.
    pub fn power(&mut self, frame: &[f32], power: &mut [T; MAX_BINS]) {
        self.load(frame);
        self.transform();
        self.unpack(power);
    }

    fn load(&mut self, frame: &[f32]) {
        let half = self.half;
        let zero = T::default();
        self.re[..half].fill(zero);
        self.im[..half].fill(zero);
        let frame = &frame[..frame.len().min(2 * half)];
        let pairs = frame.chunks_exact(2);
        let rest = pairs.remainder();
        let filled = frame.len() / 2;
        for (pair, &place) in pairs.zip(&self.reversed) {
            // The mask states to the compiler what the table guarantees.
            let place = usize::from(place) & (MAX_HALF - 1);
            self.re[place] = T::from_f32(pair[0]);
            self.im[place] = T::from_f32(pair[1]);
        }
        if let Some(&last) = rest.first() {
            self.re[usize::from(self.reversed[filled])] = T::from_f32(last);
        }
    }

    fn transform(&mut self) {
        let re = &mut self.re[..self.half];
        let im = &mut self.im[..self.half];
        for (r, i) in re.as_chunks_mut::<4>().0.iter_mut().zip(im.as_chunks_mut::<4>().0) {
            (*r, *i) = four(*r, *i);
        }
        let mut at = 0;
        let mut span = 4;
        while span < self.half {
            let w_re = &self.stage_re[at..at + span];
            let w_im = &self.stage_im[at..at + span];
            for (r, i) in re.chunks_exact_mut(2 * span).zip(im.chunks_exact_mut(2 * span)) {
                butterflies(r, i, w_re, w_im);
            }
            at += span;
            span *= 2;
        }
    }

    fn unpack(&self, power: &mut [T; MAX_BINS]) {
        let half = self.half;
        let quarter = half / 2;
        let scale = T::from_f64(0.5);
        let (re, im) = (&self.re[..half], &self.im[..half]);
        let (first, last) = (re[0] + im[0], re[0] - im[0]);
        power[0] = first * first;
        power[half] = last * last;
        power[quarter] = re[quarter] * re[quarter] + im[quarter] * im[quarter];
        let (low, high) = power[..half].split_at_mut(quarter);
        let low_side = low[1..].iter_mut().zip(&re[1..quarter]).zip(&im[1..quarter]);
        let high_side =
            high[1..].iter_mut().rev().zip(re[quarter + 1..].iter().rev()).zip(im[quarter + 1..].iter().rev());
        let twiddles = self.unpack_re[1..quarter].iter().zip(&self.unpack_im[1..quarter]);
        for ((((low, &ar), &ai), ((high, &br), &bi)), (&wr, &wi)) in low_side.zip(high_side).zip(twiddles) {
            let (even_re, even_im) = ((ar + br) * scale, (ai - bi) * scale);
            let (odd_re, odd_im) = ((ai + bi) * scale, (br - ar) * scale);
            let (t_re, t_im) = (wr * odd_re - wi * odd_im, wr * odd_im + wi * odd_re);
            let (x_re, x_im) = (even_re + t_re, even_im + t_im);
            let (y_re, y_im) = (even_re - t_re, even_im - t_im);
            *low = x_re * x_re + x_im * x_im;
            *high = y_re * y_re + y_im * y_im;
        }
    }
}

/// `exp(-2 pi i k / n)`, rounded once to the number type.
fn unit<T: Real>(k: usize, n: usize) -> (T, T) {
    let angle = -2.0 * PI * k as f64 / n as f64;
    (T::from_f64(libm::cos(angle)), T::from_f64(libm::sin(angle)))
}

/// The transform of four values in bit-reversed order.
fn four<T: Real>(r: [T; 4], i: [T; 4]) -> ([T; 4], [T; 4]) {
    let (sr, si) = (r[0] + r[1], i[0] + i[1]);
    let (dr, di) = (r[0] - r[1], i[0] - i[1]);
    let (tr, ti) = (r[2] + r[3], i[2] + i[3]);
    let (er, ei) = (r[2] - r[3], i[2] - i[3]);
    ([sr + tr, dr + ei, sr - tr, dr - ei], [si + ti, di - er, si - ti, di + er])
}

/// One stage's butterflies over one block: its two halves are combined in place.
fn butterflies<T: Real>(re: &mut [T], im: &mut [T], w_re: &[T], w_im: &[T]) {
    let span = w_re.len();
    let (a_re, b_re) = re.split_at_mut(span);
    let (a_im, b_im) = im.split_at_mut(span);
    // Equal lengths, stated so that the loop needs no bounds checks and can be vectorised.
    let (b_re, b_im, a_im, w_im) = (&mut b_re[..span], &mut b_im[..span], &mut a_im[..span], &w_im[..span]);
    for j in 0..span {
        let t_re = w_re[j] * b_re[j] - w_im[j] * b_im[j];
        let t_im = w_re[j] * b_im[j] + w_im[j] * b_re[j];
        b_re[j] = a_re[j] - t_re;
        b_im[j] = a_im[j] - t_im;
        a_re[j] = a_re[j] + t_re;
        a_im[j] = a_im[j] + t_im;
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_BINS, RealFft, unit};
    use crate::known_answer::Noise;
    use crate::real::Real;
    use core::f64::consts::PI;

    fn naive(frame: &[f32], n: usize, k: usize) -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (i, &x) in frame.iter().enumerate() {
            let angle = -2.0 * PI * ((i * k) % n) as f64 / n as f64;
            re += f64::from(x) * angle.cos();
            im += f64::from(x) * angle.sin();
        }
        re * re + im * im
    }

    fn agrees<T: Real>(tolerance: f64, to_f64: impl Fn(T) -> f64) {
        for n in [16_usize, 32, 64, 128, 256, 512] {
            let mut fft = RealFft::<T>::new(n).unwrap();
            for seed in 1..6 {
                let mut noise = Noise::new(seed);
                // Whole frames, short frames of even and of odd length.
                for len in [n, n - 4, n - 3] {
                    let frame: [f32; 512] = core::array::from_fn(|_| f32::from(noise.sample()) / 32768.0);
                    let mut power = [T::default(); MAX_BINS];
                    fft.power(&frame[..len], &mut power);
                    let scale: f64 = frame[..len].iter().map(|&x| f64::from(x * x)).sum::<f64>() * n as f64;
                    for (k, &value) in power.iter().enumerate().take(fft.bins()) {
                        let expected = naive(&frame[..len], n, k);
                        let error = (to_f64(value) - expected).abs() / scale;
                        assert!(error < tolerance, "n {n} seed {seed} len {len} bin {k}: error {error:e}");
                    }
                }
            }
        }
    }

    #[test]
    fn shared_twiddles_have_the_bits_of_their_own() {
        for n in [16_usize, 32, 64, 128, 256, 512] {
            let fft = RealFft::<f64>::new(n).unwrap();
            let mut at = 0;
            for span in [4, 8, 16, 32, 64, 128].into_iter().filter(|span| *span < n / 2) {
                for j in 0..span {
                    let shared = (fft.stage_re[at + j], fft.stage_im[at + j]);
                    assert_eq!(shared, unit(j, 2 * span), "n {n} span {span} {j}");
                }
                at += span;
            }
            for k in 0..n / 4 {
                assert_eq!((fft.unpack_re[k], fft.unpack_im[k]), unit(k, n), "n {n} {k}");
            }
        }
    }

    #[test]
    fn f64_agrees_with_the_direct_sum() {
        agrees::<f64>(1e-14, |v| v);
    }

    #[test]
    fn f32_agrees_with_the_direct_sum() {
        agrees::<f32>(1e-6, f64::from);
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        for n in [0, 1, 2, 8, 17, 100, 511, 1024] {
            assert!(RealFft::<f64>::new(n).is_none(), "{n}");
        }
    }
}
