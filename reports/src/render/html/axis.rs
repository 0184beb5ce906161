//! The value axis of a plot: linear, or logarithmic where a linear one would hide most of the values.

/// Where the largest number on a positive axis is this many times the smallest, the axis is logarithmic.
const LOG_FROM: f64 = 5.0;
/// About as many numbers fit below the axis.
const MOST_TICKS: usize = 7;

/// An axis from the smallest to the largest number that it must show.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// Whether equal distances are equal ratios.
    pub is_log: bool,
    /// The ends on the axis' own scale: the logarithm to base 10, or the number itself.
    pub low: f64,
    /// See `low`.
    pub high: f64,
}

impl Axis {
    /// An axis that shows all of `numbers`, with some room at both ends. Numbers must be finite.
    pub(super) fn over(numbers: impl Iterator<Item = f64> + Clone) -> Self {
        let low = numbers.clone().fold(f64::INFINITY, f64::min);
        let high = numbers.clone().fold(f64::NEG_INFINITY, f64::max);
        if !(low.is_finite() && high.is_finite()) {
            return Self { is_log: false, low: 0.0, high: 1.0 };
        }
        let smallest_positive = numbers.filter(|x| *x > 0.0).fold(f64::INFINITY, f64::min);
        let is_log = low >= 0.0 && smallest_positive.is_finite() && high / smallest_positive >= LOG_FROM;
        let (low, high) = if is_log { (smallest_positive.log10(), high.log10()) } else { (low, high) };
        let room = ((high - low) * 0.06).max(1e-9 * high.abs().max(low.abs())).max(f64::MIN_POSITIVE);
        // A plot of times does not begin below zero.
        let low = if !is_log && low >= 0.0 { (low - room).max(0.0) } else { low - room };
        Self { is_log, low, high: high + room }
    }

    /// A number on the axis' own scale; one that a logarithmic axis cannot show lies at its lower end.
    pub(super) fn place(&self, x: f64) -> f64 {
        if !self.is_log {
            return x;
        }
        if x > 0.0 { x.log10().max(self.low) } else { self.low }
    }

    /// How far along the axis a number lies: 0 at the lower end, 1 at the upper one.
    pub(super) fn share(&self, x: f64) -> f64 {
        (self.place(x) - self.low) / (self.high - self.low)
    }

    /// Round numbers along the axis, on its own scale.
    pub(super) fn ticks(&self) -> Vec<f64> {
        if !self.is_log {
            return linear_ticks(self.low, self.high);
        }
        let decades = [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]];
        for steps in decades {
            let ticks = log_ticks(self.low, self.high, steps);
            if (2..=MOST_TICKS).contains(&ticks.len()) {
                return ticks;
            }
        }
        let whole = log_ticks(self.low, self.high, &[1.0]);
        let every = whole.len().div_ceil(MOST_TICKS).max(1);
        whole.into_iter().step_by(every).collect()
    }

    /// What stands below a tick.
    pub(super) fn label(&self, tick: f64) -> String {
        crate::figure::number(if self.is_log { round_to_digits(10f64.powf(tick)) } else { round_to_digits(tick) })
    }
}

/// Steps of 1, 2 or 5 times a power of ten.
fn linear_ticks(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / 6.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= rough).unwrap_or(rough);
    let first = (low / step).ceil();
    (0..=10u8).map(|i| (first + f64::from(i)) * step).take_while(|tick| *tick <= high).collect()
}

fn log_ticks(low: f64, high: f64, steps: &[f64]) -> Vec<f64> {
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a finite f64 lies within +-324")]
    let (first, last) = (low.floor() as i32, high.ceil() as i32);
    (first..=last)
        .flat_map(|decade| steps.iter().map(move |step| f64::from(decade) + step.log10()))
        .filter(|tick| (low..=high).contains(tick))
        .collect()
}

/// Powers and multiples leave traces in the last places, which a label must not show.
fn round_to_digits(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::Axis;
    use proptest::prelude::{prop_assert, proptest};

    fn labels(numbers: &[f64]) -> Vec<String> {
        let axis = Axis::over(numbers.iter().copied());
        axis.ticks().into_iter().map(|tick| axis.label(tick)).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(&[1.0, 2.0]), ["1", "1.2", "1.4", "1.6", "1.8", "2"]);
        assert_eq!(labels(&[0.5, 50.0]), ["0.5", "1", "2", "5", "10", "20", "50"]);
        assert_eq!(labels(&[1e-3, 1e3]), ["0.001", "0.01", "0.1", "1", "10", "100", "1000"]);
    }

    #[test]
    fn one_value_has_an_axis_too() {
        assert!(!labels(&[3.0]).is_empty());
        assert!(!labels(&[0.0, 0.0]).is_empty());
    }

    #[test]
    fn zero_lies_at_the_end_of_a_logarithmic_axis() {
        let axis = Axis::over([0.0, 0.1, 50.0].into_iter());
        assert!(axis.is_log);
        assert!(axis.share(0.0) == 0.0 && axis.share(0.1) > 0.0);
    }

    proptest! {
        #[test]
        fn every_number_lies_on_the_axis(a in 0f64..1e9, b in 1e-9f64..1e9) {
            let axis = Axis::over([a, b].into_iter());
            for x in [a, b] {
                prop_assert!((0.0..=1.0).contains(&axis.share(x)), "{x} on {axis:?}");
            }
            prop_assert!(axis.ticks().len() <= 11);
        }
    }
}
