//! Figures that are computed from figures: battery life from power, %/h from energy, an extrapolated charge. Their
//! intervals follow from those of what went in.
//!
//! First-order propagation in relative terms, for products and quotients: the squares of the relative half-widths add up
//! ("Guide to the expression of uncertainty in measurement", JCGM 100:2008, 5.1.2 and 5.1.6). Upper and lower half-widths
//! are propagated apart, because intervals of order statistics are not symmetric, and an end that is absent on one side
//! makes the end that depends on it absent. What is systematic (a reference voltage, a resistor) goes in as a figure with
//! an interval of its own, so that more samples never make it smaller.

/// A figure with the ends of its interval; every value above zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The value.
    pub value: f64,
    /// Lower end; absent when nothing bounds it.
    pub lower: Option<f64>,
    /// Upper end; absent when nothing bounds it.
    pub upper: Option<f64>,
}

impl Figure {
    /// A figure that is known exactly, such as a stated capacity.
    #[must_use]
    pub fn exact(value: f64) -> Self {
        Self { value, lower: Some(value), upper: Some(value) }
    }

    /// A figure with the same relative uncertainty up and down: 0.01 for 1 %.
    #[must_use]
    pub fn within(value: f64, relative: f64) -> Self {
        Self { value, lower: Some(value * (1.0 - relative)), upper: Some(value * (1.0 + relative)) }
    }
}

/// The product of `above`, divided by the product of `below`.
///
/// Not a number where a value is not above zero: such a quotient has no relative uncertainty.
#[must_use]
pub fn quotient(above: &[Figure], below: &[Figure]) -> Figure {
    let positive = |figure: &Figure| figure.value > 0.0 && figure.value.is_finite();
    if !above.iter().chain(below).all(positive) {
        return Figure { value: f64::NAN, lower: None, upper: None };
    }
    let product = |figures: &[Figure]| figures.iter().map(|figure| figure.value).product::<f64>();
    let value = product(above) / product(below);
    let up = |figure: &Figure| figure.upper.map(|upper| upper / figure.value - 1.0);
    let down = |figure: &Figure| figure.lower.map(|lower| 1.0 - lower / figure.value);
    let reach = |parts: Option<Vec<f64>>| parts.map(|parts| parts.iter().map(|part| part * part).sum::<f64>().sqrt());
    let raises = reach(above.iter().map(up).chain(below.iter().map(down)).collect());
    let lowers = reach(above.iter().map(down).chain(below.iter().map(up)).collect());
    Figure {
        value,
        lower: lowers.map(|relative| value * (1.0 - relative).max(0.0)),
        upper: raises.map(|relative| value * (1.0 + relative)),
    }
}

/// How long a battery of `capacity` joules lasts at `power` watts, in seconds.
#[must_use]
pub fn battery_life(capacity: Figure, power: Figure) -> Figure {
    quotient(&[capacity], &[power])
}

/// The exact amount `whole` divided by a figure whose interval may be wide: its ends are inverted as they are, where a
/// first-order propagation would put the upper end too low.
#[must_use]
pub fn shared_out(whole: f64, by: Figure) -> Figure {
    let over = |end: Option<f64>| end.filter(|end| *end > 0.0).map(|end| whole / end);
    let value = if by.value > 0.0 { whole / by.value } else { f64::NAN };
    Figure { value, lower: over(by.upper), upper: over(by.lower) }
}

/// The share of `capacity` joules that `power` watts take in an hour, as a ratio: 0.05 is 5 %/h.
#[must_use]
pub fn drain_per_hour(power: Figure, capacity: Figure) -> Figure {
    quotient(&[power, Figure::exact(3600.0)], &[capacity])
}

/// The charge in coulombs that `energy` joules, measured over `measured` seconds, come to in `whole` seconds at `volts`.
#[must_use]
pub fn extrapolated_charge(energy: Figure, measured: Figure, whole: f64, volts: Figure) -> Figure {
    quotient(&[energy, Figure::exact(whole)], &[measured, volts])
}

#[cfg(test)]
mod tests {
    use super::{Figure, battery_life, drain_per_hour, extrapolated_charge, quotient, shared_out};
    use crate::testing::Noise;

    #[test]
    fn relative_uncertainties_add_in_squares() {
        let found = quotient(&[Figure::within(3.0, 0.03)], &[Figure::within(2.0, 0.04)]);
        assert_eq!(found.value, 1.5);
        assert!((found.lower.unwrap() - 1.425).abs() < 1e-12 && (found.upper.unwrap() - 1.575).abs() < 1e-12);
    }

    #[test]
    fn ends_are_propagated_apart() {
        let skewed = Figure { value: 10.0, lower: Some(9.0), upper: Some(15.0) };
        let life = battery_life(Figure::exact(100.0), skewed);
        // More power shortens the life, so the upper end of the power decides the lower end of the life.
        assert_eq!((life.value, life.lower, life.upper), (10.0, Some(5.0), Some(11.0)));
        let open = battery_life(Figure::exact(100.0), Figure { upper: None, ..skewed });
        assert_eq!((open.lower, open.upper), (None, Some(11.0)));
    }

    #[test]
    fn wide_intervals_are_inverted_as_they_are() {
        let wide = Figure { value: 10.0, lower: Some(1.0), upper: Some(100.0) };
        let found = shared_out(1000.0, wide);
        assert_eq!((found.value, found.lower, found.upper), (100.0, Some(10.0), Some(1000.0)));
        let open = shared_out(1000.0, Figure { lower: Some(0.0), upper: None, ..wide });
        assert_eq!((open.lower, open.upper), (None, None));
        assert!(shared_out(1.0, Figure { value: 0.0, ..wide }).value.is_nan());
    }

    #[test]
    fn units_are_those_of_the_guides() {
        // 96 mWh at 1.2 mW: 80 h, 1.25 %/h.
        let capacity = Figure::exact(0.096 * 3600.0);
        assert!((battery_life(capacity, Figure::exact(0.0012)).value / 3600.0 - 80.0).abs() < 1e-9);
        assert!((drain_per_hour(Figure::exact(0.0012), capacity).value - 0.0125).abs() < 1e-12);
        // 3.6 J in 10 s at 3.6 V are 0.1 C in 10 s, 36 C = 10 mAh in an hour.
        let charge = extrapolated_charge(Figure::exact(3.6), Figure::exact(10.0), 3600.0, Figure::exact(3.6));
        assert!((charge.value - 360.0).abs() < 1e-9);
    }

    #[test]
    fn the_interval_covers_as_often_as_those_it_comes_from() {
        let mut noise = Noise::new(80);
        let z = crate::student::NORMAL;
        let covered = (0..4000).filter(|_| {
            let (a, b) = (1.0 + 0.03 * noise.normal(), 1.0 + 0.05 * noise.normal());
            let found = quotient(&[Figure::within(a, 0.03 * z)], &[Figure::within(b, 0.05 * z)]);
            found.lower.unwrap() <= 1.0 && found.upper.unwrap() >= 1.0
        });
        let share = covered.count() as f64 / 4000.0;
        assert!((0.88..=0.92).contains(&share), "{share}");
    }

    #[test]
    fn what_is_not_above_zero_has_no_quotient() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let found = quotient(&[Figure::exact(1.0)], &[Figure::exact(bad)]);
            assert!(found.value.is_nan() && found.lower.is_none() && found.upper.is_none());
        }
    }
}
