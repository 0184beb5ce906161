//! Mel bands and their binary logarithm in integers.
//!
//! Triangles share their edges ([`crate::mel`]), so a bin needs one weight: what it adds to the band on whose rising side
//! it lies; the rest goes to the band before. Sums are exact. The logarithm takes the position of the leading bit, and the
//! eight bits behind it to a table with linear interpolation: wrong by 3e-6 at most.

use super::constant::{exp, ln, round};
use super::fft::{BINS, BlockFft};
use crate::mfcc_params::MfccParams;

const PARAMS: MfccParams = MfccParams::GUIDE_KEYWORDS;

/// Bands of the guide's front end.
pub const BANDS: usize = PARAMS.bands;
/// What a logarithm of 1 is: Q24, so that -128..128 fits.
pub const LOG_BITS: u32 = 24;

/// Bits of a power that are not looked at. By Parseval's theorem the powers of all bins together stay below 2^60, so that
/// with a Q15 weight any sum of what is left stays below 2^63.
const POWER_SHIFT: u32 = 12;

// A bin outside the range would need a place of its own.
const _: () = assert!(PARAMS.low_hz == 0.0 && PARAMS.high_hz * 2.0 == PARAMS.sample_rate_hz as f64);

/// Where a bin lies.
#[derive(Clone, Copy)]
struct Bin {
    /// Between which corners: this band falls there, the next one rises, bands counted from 1.
    falling: u8,
    /// Weight in the rising band, Q15.
    rise: u16,
}

/// `low + 700 = 700 r^0`, and each further corner on the mel scale multiplies by r.
const fn corner_hz(corner: usize) -> f64 {
    let step = ln((700.0 + PARAMS.high_hz) / (700.0 + PARAMS.low_hz)) / (BANDS + 1) as f64;
    (700.0 + PARAMS.low_hz) * exp(step * corner as f64) - 700.0
}

static MEL: [Bin; BINS] = {
    let mut table = [Bin { falling: 0, rise: 0 }; BINS];
    let hz_per_bin = PARAMS.sample_rate_hz as f64 / PARAMS.fft_size as f64;
    let (mut bin, mut corner) = (0, 0);
    while bin < BINS {
        let hz = bin as f64 * hz_per_bin;
        // The last bin lies on the last corner: it belongs to the segment below.
        while corner < BANDS && corner_hz(corner + 1) <= hz {
            corner += 1;
        }
        let (left, right) = (corner_hz(corner), corner_hz(corner + 1));
        let rise = round((hz - left) / (right - left) * 32_768.0);
        table[bin] = Bin { falling: corner as u8, rise: if rise > 32_768 { 32_768 } else { rise as u16 } };
        bin += 1;
    }
    table
};

/// `log2(1 + i / 256)` in [`LOG_BITS`].
static LOG2: [u32; 257] = {
    let mut table = [0; 257];
    let mut i = 0;
    while i < table.len() {
        table[i] = round(ln(1.0 + i as f64 / 256.0) / ln(2.0) * (1_u32 << LOG_BITS) as f64) as u32;
        i += 1;
    }
    table
};

/// The offset before the logarithm, in units of 2^-58.
const OFFSET: u64 = round(PARAMS.log_offset * (1_u64 << OFFSET_BITS) as f64) as u64;
const OFFSET_BITS: i32 = 58;

/// `log2(E + offset)` of each band, for a spectrum whose frame was shifted by `shift`.
#[must_use]
pub fn logarithms(fft: &BlockFft, shift: i32) -> [i32; BANDS] {
    // Places 0 and BANDS + 1 take what falls below the first band and above the last.
    let mut sums = [0_u64; BANDS + 2];
    fft.each_bin(|bin, power| {
        let power = (power + (1 << (POWER_SHIFT - 1))) >> POWER_SHIFT;
        let Bin { falling, rise } = MEL[bin];
        let rising = power * u64::from(rise);
        sums[usize::from(falling)] += (power << 15) - rising;
        sums[usize::from(falling) + 1] += rising;
    });
    // A sum of 1 is an energy of two to this power: samples of 2^30, a transform halved eight times, twice the spectrum,
    // Q15 weights, and the bits that were cut off.
    let exponent = POWER_SHIFT as i32 - 15 - 46 - 2 * shift;
    let up = -exponent - OFFSET_BITS;
    // Between -15 and 31 bits, because the frame's shift is between -3 and 20.
    let offset = if up >= 0 { OFFSET << up } else { OFFSET >> -up };
    let mut logs = [0; BANDS];
    for (log, &sum) in logs.iter_mut().zip(&sums[1..]) {
        *log = log2(sum + offset) + exponent * (1 << LOG_BITS);
    }
    logs
}

/// `log2(x)` in [`LOG_BITS`]; of 0, which the offset rules out, that of 1.
#[must_use]
pub fn log2(x: u64) -> i32 {
    let x = x.max(1);
    let zeros = x.leading_zeros();
    let mantissa = x << zeros;
    let place = (mantissa >> 55) as usize & 0xFF;
    // Fourteen bits: their product with a difference of the table fits 32.
    let between = (mantissa >> 41) as u32 & 0x3FFF;
    let (low, high) = (LOG2[place], LOG2[place + 1]);
    let fraction = low + (((high - low) * between) >> 14);
    (((63 - zeros) << LOG_BITS) + fraction) as i32
}

#[cfg(test)]
mod tests {
    use super::{BANDS, LOG_BITS, MEL, PARAMS, log2};
    use crate::mel::{corners, triangle};

    #[test]
    fn the_logarithm_is_right_over_its_whole_range() {
        let mut x = 1_u64;
        while x < u64::MAX / 3 {
            for x in [x, x + 1, x + x / 3, x + x / 2, 2 * x - 1] {
                let found = f64::from(log2(x)) / f64::from(1 << LOG_BITS);
                assert!((found - libm::log2(x as f64)).abs() < 3e-6, "{x}: {found}");
            }
            x = x + x / 7 + 1;
        }
        assert_eq!(log2(1), 0);
        assert_eq!(log2(1 << 40), 40 << LOG_BITS);
    }

    #[test]
    fn the_weights_are_those_of_the_triangles_to_half_a_step() {
        let hz_per_bin = f64::from(PARAMS.sample_rate_hz) / PARAMS.fft_size as f64;
        for (bin, at) in MEL.iter().enumerate() {
            for band in 0..BANDS {
                let expected = triangle(bin as f64 * hz_per_bin, corners(band, BANDS, PARAMS.low_hz, PARAMS.high_hz));
                let rise = f64::from(at.rise) / 32_768.0;
                let found = match band + 1 {
                    one if one == usize::from(at.falling) => 1.0 - rise,
                    one if one == usize::from(at.falling) + 1 => rise,
                    _ => 0.0,
                };
                assert!((found - expected).abs() <= 0.5 / 32_768.0 + 1e-9, "bin {bin} band {band}");
            }
        }
    }
}
