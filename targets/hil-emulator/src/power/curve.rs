//! A current over the core clock: the rows of a data sheet, and straight lines between them.

use super::facts::CurveFacts;
use crate::board::Misfit;

/// A current over the core clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Megahertz and milliamperes, by growing frequency, at least two.
    rows: Vec<(f64, f64)>,
}

impl Curve {
    /// The curve of `facts`.
    ///
    /// # Errors
    /// Fewer than two rows, or frequencies that do not grow.
    pub fn new(facts: &CurveFacts) -> Result<Self, Misfit> {
        let rows = facts.mhz_ma.as_ref();
        if rows.len() < 2 || !rows.is_sorted_by(|one, next| one.0 < next.0) {
            let message = format!("the curve \"{}\" needs two rows or more, by growing frequency", facts.name);
            return Err(Misfit { at: facts.mhz_ma.span().start, message });
        }
        Ok(Self { rows: rows.clone() })
    }

    /// The same rows, each current replaced by what `map` makes of frequency and current.
    #[must_use]
    pub fn mapped(&self, map: impl Fn(f64, f64) -> f64) -> Self {
        Self { rows: self.rows.iter().map(|(mhz, ma)| (*mhz, map(*mhz, *ma))).collect() }
    }

    /// The current at `hz`, in amperes: on the line through the two rows around it, beyond the ends through the last
    /// two, and never negative.
    #[must_use]
    pub fn amperes(&self, hz: u64) -> f64 {
        let mhz = hz as f64 * 1e-6;
        let above = self.rows.partition_point(|(row, _)| *row <= mhz).clamp(1, self.rows.len() - 1);
        let ((x0, y0), (x1, y1)) = (self.rows[above - 1], self.rows[above]);
        ((y0 + (y1 - y0) * (mhz - x0) / (x1 - x0)) * 1e-3).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Curve;

    #[test]
    fn rows_are_met_and_lines_lie_between() {
        let curve = Curve { rows: vec![(8.0, 3.0), (16.0, 5.0), (168.0, 40.0)] };
        for (hz, ma) in [(8_000_000, 3.0), (16_000_000, 5.0), (168_000_000, 40.0), (12_000_000, 4.0), (0, 1.0)] {
            assert!((curve.amperes(hz) - ma * 1e-3).abs() < 1e-12, "{hz}");
        }
        let steep = Curve { rows: vec![(10.0, 1.0), (20.0, 30.0)] };
        assert_eq!(steep.amperes(0), 0.0);
    }
}
