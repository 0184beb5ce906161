//! The amplifier over the shunt: gain with its error, offset, a single pole, and an output that ends at its rails.
//!
//! Between changes of the current the input is constant, so that the output is known in closed form:
//! `target + (level - target) * exp(-2 pi f t)`. It is folded only where the current changes and never where somebody
//! looks, so that looking changes nothing. The exponential is computed from additions and multiplications alone, which
//! every host rounds in the same way.

use super::evenly;
use super::facts::AmplifierFacts;
use crate::board::Chance;

/// The amplifier.
#[derive(Debug, Clone)]
pub struct Amplifier {
    /// As it is, in volts per volt.
    gain: f64,
    /// Referred to the input, in volts.
    offset: f64,
    /// The lowest and the highest output, in volts.
    rails: (f64, f64),
    /// 2 pi times the bandwidth, per picosecond.
    rate: f64,
    /// The output when the present stretch began, in volts.
    level: f64,
}

impl Amplifier {
    /// A part whose errors lie somewhere within its limits.
    #[must_use]
    pub fn new(facts: &AmplifierFacts, chance: &mut Chance) -> Self {
        let gain = facts.gain * (1.0 + facts.gain_error_max * evenly(chance));
        Self {
            gain,
            offset: facts.offset_max_volts * evenly(chance),
            rails: (facts.low_volts, facts.high_volts),
            rate: std::f64::consts::TAU * facts.bandwidth_hz * 1e-12,
            level: facts.low_volts,
        }
    }

    /// Where the output goes with `input` volts over the shunt. The rails limit what the pole follows, so that the
    /// output leaves a rail at once when the input does.
    fn target(&self, input: f64) -> f64 {
        (self.gain * (input + self.offset)).clamp(self.rails.0, self.rails.1)
    }

    /// The output, in volts, `picoseconds` after the last change, with `input` volts over the shunt since then.
    #[must_use]
    pub fn output(&self, input: f64, picoseconds: u64) -> f64 {
        let target = self.target(input);
        target + (self.level - target) * decay(self.rate * picoseconds as f64)
    }

    /// The stretch is over: `input` volts for `picoseconds`.
    pub fn pass(&mut self, input: f64, picoseconds: u64) {
        self.level = self.output(input, picoseconds);
    }
}

/// `exp(-x)` for `x` that is not negative, within 2e-14 of the value; below 1e-30 it is 0.
fn decay(x: f64) -> f64 {
    if x > 70.0 {
        return 0.0;
    }
    // exp(-x) is exp(-x / 128) to the 128th power; the series of an argument below 0.55 ends after 14 terms.
    let small = -x / 128.0;
    let series = (1..=14).rev().fold(1.0, |sum, term| 1.0 + sum * small / f64::from(term));
    (0..7).fold(series, |power, _| power * power)
}

#[cfg(test)]
mod tests {
    use super::{Amplifier, decay};
    use crate::board::Chance;
    use crate::power::facts::AmplifierFacts;

    fn facts() -> AmplifierFacts {
        AmplifierFacts {
            part: String::from("ideal"),
            gain: 50.0,
            gain_error_max: 0.0,
            offset_max_volts: 0.0,
            bandwidth_hz: 1000.0,
            low_volts: 0.0,
            high_volts: 3.0,
            source: String::new(),
            unverified: None,
        }
    }

    #[test]
    fn the_exponential_is_exact_enough() {
        for step in 0..70_000 {
            let x = f64::from(step) * 1e-3;
            assert!((decay(x) - (-x).exp()).abs() < 2e-14, "{x}: {} and {}", decay(x), (-x).exp());
        }
        assert_eq!(decay(0.0), 1.0);
        assert_eq!(decay(1e300), 0.0);
    }

    #[test]
    fn a_step_reaches_63_percent_after_one_time_constant() {
        let amplifier = Amplifier::new(&facts(), &mut Chance::new(1));
        let time_constant = (1e12 / (std::f64::consts::TAU * 1000.0)) as u64;
        let output = amplifier.output(0.02, time_constant);
        assert!((output - (1.0 - (-1.0f64).exp())).abs() < 1e-9, "{output}");
        assert!((amplifier.output(0.02, 100 * time_constant) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_stretch_begins_where_the_one_before_it_ended() {
        let mut amplifier = Amplifier::new(&facts(), &mut Chance::new(1));
        let time_constant = (1e12 / (std::f64::consts::TAU * 1000.0)) as u64;
        amplifier.pass(0.02, time_constant);
        let output = amplifier.output(0.02, time_constant);
        assert!((output - (1.0 - (-2.0f64).exp())).abs() < 1e-9, "{output}");
        let falling = amplifier.output(0.0, time_constant);
        assert!((falling - (1.0 - (-1.0f64).exp()) * (-1.0f64).exp()).abs() < 1e-9, "{falling}");
    }

    #[test]
    fn the_output_ends_at_the_rails_and_leaves_them_at_once() {
        let mut amplifier = Amplifier::new(&facts(), &mut Chance::new(1));
        amplifier.pass(1.0, 1_000_000_000_000);
        assert_eq!(amplifier.output(1.0, 0), 3.0);
        assert!(amplifier.output(0.0, 1_000_000) < 3.0);
    }

    #[test]
    fn errors_stay_within_their_limits_and_depend_on_the_seed() {
        let limits = AmplifierFacts { gain_error_max: 0.01, offset_max_volts: 35e-6, ..facts() };
        let parts: Vec<_> = (0..200).map(|seed| Amplifier::new(&limits, &mut Chance::new(seed))).collect();
        for part in &parts {
            assert!((part.gain / 50.0 - 1.0).abs() <= 0.01 && part.offset.abs() <= 35e-6, "{part:?}");
        }
        assert!(parts.iter().any(|part| part.gain > 50.4) && parts.iter().any(|part| part.gain < 49.6));
        assert!(parts.iter().any(|part| part.offset > 28e-6) && parts.iter().any(|part| part.offset < -28e-6));
    }
}
