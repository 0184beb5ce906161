//! One period of a duty cycle: its codes integrated to energy, awake and asleep apart.
//!
//! Codes are taken at even distances, so the integral over a stretch is the mean of its codes times its length, which
//! also serves the pieces at its ends that are shorter than a distance. The stretch awake lasts from the start of the
//! iteration until the machine goes to sleep, the stretch asleep until it is ready for the next iteration.
//!
//! By hand, with the chain of [`crate::chain`] and a clock of 1 MHz: awake for 2 ms at code 1000 (40 mA, 120 mW) takes
//! 240 uJ; asleep for 8 ms at code 100 (4 mA, 12 mW) takes 96 uJ; together 336 uJ in 10 ms, on average 33.6 mW.
//!
//! What is missing is told, not guessed: [`Stretch::missing`] is the share of the stretch that no code stands for, whether
//! codes were lost or never taken, and a stretch whose converter was off has no figures at all.

use hil_model::power::{Metering, Period};

use crate::budget::Load;
use crate::chain::{Chain, Unusable};

/// The largest share of saturated codes, and of a stretch without codes, with which a figure is still valid.
pub const MOST_SPOILT: f64 = 0.01;

/// A part of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// Its length.
    pub seconds: f64,
    /// The mean current over it, in amperes.
    pub amperes: f64,
    /// The largest current in it, in amperes.
    pub largest: f64,
    /// Codes that stand for it.
    pub codes: u64,
    /// How many of them are saturated.
    pub saturated: u64,
    /// The share of it that no code stands for.
    pub missing: f64,
}

/// A period in base units.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted {
    /// Which life of the agent.
    pub start: u32,
    /// Position among all periods of this workload in this start.
    pub index: u32,
    /// From the start of the iteration until the machine was ready for the next.
    pub seconds: f64,
    /// How long it was asleep.
    pub asleep_seconds: f64,
    /// Awake.
    pub awake: Stretch,
    /// Asleep; nothing where the converter was off.
    pub asleep: Option<Stretch>,
    /// The voltage at the load, in volts.
    pub volts: f64,
    /// Codes that were lost.
    pub lost: u32,
}

impl Stretch {
    fn of(chain: &Chain, codes: &[u16], seconds: f64, distance: f64) -> Self {
        let currents = || codes.iter().map(|code| chain.amperes(*code));
        let count = codes.len() as u64;
        #[expect(clippy::cast_precision_loss, reason = "a stretch has far fewer than 2^53 codes")]
        let n = codes.len() as f64;
        // The stretch may begin and end between two codes, so one distance without a code is no gap.
        let uncovered = (seconds - (n + 1.0) * distance).max(0.0);
        Self {
            seconds,
            amperes: if count == 0 { 0.0 } else { currents().sum::<f64>() / n },
            largest: currents().fold(0.0, f64::max),
            codes: count,
            saturated: codes.iter().filter(|code| chain.is_saturated(**code)).count() as u64,
            missing: if seconds > 0.0 { uncovered / seconds } else { 0.0 },
        }
    }

    /// Charge, in coulombs.
    #[must_use]
    pub fn coulombs(&self) -> f64 {
        self.amperes * self.seconds
    }
}

impl Converted {
    /// The period, with a clock of `hz` ticks a second.
    fn of(chain: &Chain, period: &Period, sample_ticks: u32, hz: f64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a period of 2^53 ticks would last a year at 285 MHz")]
        let seconds = |from: u64, to: u64| to.saturating_sub(from) as f64 / hz;
        let distance = f64::from(sample_ticks) / hz;
        let awake_codes = usize::try_from(period.awake_codes).unwrap_or(usize::MAX).min(period.codes.len());
        let (awake, asleep) = period.codes.split_at(awake_codes);
        let asleep_seconds = seconds(period.slept, period.ended);
        Self {
            start: period.start,
            index: period.index,
            seconds: seconds(period.began, period.ended),
            asleep_seconds,
            awake: Stretch::of(chain, awake, seconds(period.began, period.slept), distance),
            asleep: period.sleep_seen.then(|| Stretch::of(chain, asleep, asleep_seconds, distance)),
            volts: chain.volts(),
            lost: period.lost,
        }
    }

    /// Energy that was taken awake, in joules.
    #[must_use]
    pub fn awake_joules(&self) -> f64 {
        self.volts * self.awake.coulombs()
    }

    /// Energy that was taken asleep, in joules; nothing where the converter was off.
    #[must_use]
    pub fn asleep_joules(&self) -> Option<f64> {
        self.asleep.map(|asleep| self.volts * asleep.coulombs())
    }

    /// Average power over the period, in watts; nothing where the converter was off for a part of it.
    #[must_use]
    pub fn watts(&self) -> Option<f64> {
        Some((self.awake_joules() + self.asleep_joules()?) / self.seconds)
    }

    /// The part of the average power that is taken awake, in watts.
    #[must_use]
    pub fn awake_watts(&self) -> f64 {
        self.awake_joules() / self.seconds
    }
}

/// Every period of `metering` beside what it converts to, in the order in which they ran, with a clock of `hz` ticks a
/// second.
///
/// # Errors
/// [`Unusable`] where the chain gives no currents, or a start has no converter.
pub fn each(metering: &Metering, hz: f64) -> Result<Vec<(&Period, Converted)>, Unusable> {
    let mut chains = Vec::new();
    for converter in &metering.converters {
        chains.push((converter, Chain::new(&metering.shunt, converter)?));
    }
    let mut all = Vec::with_capacity(metering.periods.len());
    for period in &metering.periods {
        let of_start = chains.iter().find(|(converter, _)| converter.start == period.start);
        let unknown = || Unusable { what: format!("no converter is known for start {}", period.start) };
        let (converter, chain) = of_start.ok_or_else(unknown)?;
        all.push((period, Converted::of(chain, period, converter.sample_ticks, hz)));
    }
    Ok(all)
}

/// The periods of `metering` that slept in `sleep`, in the order in which they ran, with a clock of `hz` ticks a second.
///
/// # Errors
/// As for [`each`].
pub fn convert(metering: &Metering, sleep: &str, hz: f64) -> Result<Vec<Converted>, Unusable> {
    let all = each(metering, hz)?;
    Ok(all.into_iter().filter(|(period, _)| period.sleep == sleep).map(|(_, converted)| converted).collect())
}

/// What share of all codes of these stretches is saturated, and what share of their time has no code.
#[must_use]
pub fn spoilt(stretches: &[Stretch]) -> (f64, f64) {
    let codes: u64 = stretches.iter().map(|stretch| stretch.codes).sum();
    let saturated: u64 = stretches.iter().map(|stretch| stretch.saturated).sum();
    let seconds: f64 = stretches.iter().map(|stretch| stretch.seconds).sum();
    let missing: f64 = stretches.iter().map(|stretch| stretch.missing * stretch.seconds).sum();
    #[expect(clippy::cast_precision_loss, reason = "a share needs no 53 bits")]
    let saturated = if codes == 0 { 0.0 } else { saturated as f64 / codes as f64 };
    (saturated, if seconds > 0.0 { missing / seconds } else { 0.0 })
}

/// Stretches as one load: the mean current over all of their time.
#[must_use]
pub fn load(stretches: &[Stretch]) -> Load {
    let seconds: f64 = stretches.iter().map(|stretch| stretch.seconds).sum();
    let coulombs: f64 = stretches.iter().map(Stretch::coulombs).sum();
    Load {
        amperes: if seconds > 0.0 { coulombs / seconds } else { 0.0 },
        largest: stretches.iter().map(|stretch| stretch.largest).fold(0.0, f64::max),
        codes: stretches.iter().map(|stretch| stretch.codes).sum(),
    }
}

#[cfg(test)]
mod tests {
    use hil_model::power::{Metering, Period};
    use proptest::prelude::{ProptestConfig, prop_assert, proptest};
    use proptest::test_runner::RngSeed;

    use super::{Converted, convert, load, spoilt};
    use crate::testing::{converter, period, shunt};

    fn metering(periods: Vec<Period>) -> Metering {
        Metering {
            shunt: shunt(),
            converters: vec![converter()],
            sleep: "sleep".to_owned(),
            period_ticks: 10_000,
            stated: None,
            battery: None,
            periods,
        }
    }

    fn one(period: Period) -> Converted {
        convert(&metering(vec![period]), "sleep", 1e6).unwrap().remove(0)
    }

    #[test]
    fn the_example_worked_by_hand() {
        let found = one(period());
        assert!((found.awake_joules() - 240e-6).abs() < 1e-12, "{found:?}");
        assert!((found.asleep_joules().unwrap() - 96e-6).abs() < 1e-12);
        assert!((found.watts().unwrap() - 33.6e-3).abs() < 1e-9);
        assert!((found.awake_watts() - 24e-3).abs() < 1e-9);
        let both = [found.awake, found.asleep.unwrap()];
        assert_eq!(spoilt(&both), (0.0, 0.0));
        assert!((load(&both).amperes - 0.0112).abs() < 1e-12);
        assert_eq!(load(&both).codes, 1000);
    }

    #[test]
    fn a_converter_that_was_off_in_sleep_gives_no_figure_of_it() {
        let found = one(Period { sleep_seen: false, codes: vec![1000; 200], ..period() });
        assert_eq!((found.asleep, found.watts()), (None, None));
        assert!((found.awake_watts() - 24e-3).abs() < 1e-9);
    }

    #[test]
    fn what_is_saturated_or_missing_is_counted() {
        let mut codes = period().codes;
        codes[0..20].fill(0);
        codes[20..30].fill(4095);
        let found = one(Period { codes, ..period() });
        assert_eq!(spoilt(&[found.awake]), (0.15, 0.0));
        // Half of the codes awake were lost.
        let codes = [vec![1000; 100], vec![100; 800]].concat();
        let found = one(Period { codes, awake_codes: 100, lost: 100, ..period() });
        assert!((found.awake.missing - 0.495).abs() < 1e-9, "{found:?}");
        assert!((found.awake_joules() - 240e-6).abs() < 1e-12);
    }

    #[test]
    fn periods_find_the_converter_of_their_start() {
        let all = metering(vec![period(), Period { start: 1, ..period() }]);
        assert!(convert(&all, "sleep", 1e6).unwrap_err().what.contains("start 1"));
        assert!(convert(&metering(vec![period()]), "stop", 1e6).unwrap().is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn energy_lies_between_that_of_the_least_and_the_greatest_code(
            codes in proptest::collection::vec(0u16..4096, 1..200), awake in 0u32..200,
        ) {
            let span = codes.len() as u64 * 10;
            let awake = awake.min(codes.len() as u32);
            let slept = 50_000 + u64::from(awake) * 10;
            let period = Period { codes: codes.clone(), awake_codes: awake, slept, ended: 50_000 + span, ..period() };
            let found = one(period);
            let (least, most) = (codes.iter().min().unwrap(), codes.iter().max().unwrap());
            let watts = |code: u16| 3.0 * 40e-6 * f64::from(code);
            let average = found.watts().unwrap();
            prop_assert!(average >= watts(*least) - 1e-12 && average <= watts(*most) + 1e-12);
        }

        #[test]
        fn damaged_periods_never_panic(
            codes in proptest::collection::vec(proptest::prelude::any::<u16>(), 0..50),
            began: u64, slept: u64, ended: u64, awake_codes: u32,
        ) {
            let found = one(Period { codes, began, slept, ended, awake_codes, ..period() });
            prop_assert!(found.seconds >= 0.0 && found.awake.missing <= 1.0);
        }
    }
}
