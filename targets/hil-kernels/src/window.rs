//! Window tables. The values are computed in `f64` and rounded once to `f32`, because the samples they multiply are
//! 16-bit; which window a front end uses is a parameter of [`crate::mfcc_params`].

use core::f64::consts::PI;

/// The shape that a frame is multiplied with before the transform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowKind {
    /// `0.5 - 0.5 cos(2 pi i / n)`: the periodic Hann window, the usual one for short-time spectra
    /// (F. J. Harris, "On the Use of Windows for Harmonic Analysis with the DFT", Proc. IEEE 66(1), 1978).
    HannPeriodic,
    /// `0.5 - 0.5 cos(2 pi i / (n - 1))`: the symmetric form, both ends zero.
    HannSymmetric,
    /// All ones.
    Rectangular,
}

impl WindowKind {
    /// Fills `table` with the window of its length.
    pub fn fill(self, table: &mut [f32]) {
        let n = table.len();
        let period = match self {
            Self::HannPeriodic => n,
            Self::HannSymmetric => n.saturating_sub(1),
            Self::Rectangular => 0,
        };
        for (i, value) in table.iter_mut().enumerate() {
            *value =
                if period == 0 { 1.0 } else { (0.5 - 0.5 * libm::cos(2.0 * PI * i as f64 / period as f64)) as f32 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::WindowKind;

    #[test]
    fn periodic_hann_starts_at_zero_peaks_in_the_middle_and_adds_to_one_at_half_overlap() {
        let mut table = [9.0_f32; 480];
        WindowKind::HannPeriodic.fill(&mut table);
        assert_eq!(table[0], 0.0);
        assert_eq!(table[240], 1.0);
        for i in 0..240 {
            assert!((table[i] + table[i + 240] - 1.0).abs() < 1e-6, "{i}");
        }
    }

    #[test]
    fn symmetric_hann_is_zero_at_both_ends_and_rectangular_is_one() {
        let mut table = [9.0_f32; 33];
        WindowKind::HannSymmetric.fill(&mut table);
        assert!(table[0].abs() < 1e-7 && table[32].abs() < 1e-7);
        assert_eq!(table[16], 1.0);
        WindowKind::Rectangular.fill(&mut table);
        assert!(table.iter().all(|&v| v == 1.0));
    }
}
