//! Power, energy and battery life of a duty cycle, from the codes of the converter behind the shunt.
//!
//! A period is one observation; `hil_meter` turns its codes into watts and joules. Two kinds of uncertainty meet here:
//! the scatter between periods and between starts ([`batch`], [`quantile`]), which more periods make smaller, and that of
//! the chain (`hil_meter::budget`), which is the same in every period. Their squares add up, and the interval reaches
//! [`COVERAGE`] standard uncertainties to each side (JCGM 100:2008, 6.3), which errs less often than the [`CONFIDENCE`]
//! that is promised.
//!
//! - Power: the energy of a period, awake and asleep, over its length.
//! - Energy: what is taken awake, of one iteration.
//! - Battery life: the capacity over the power, the ends of the interval inverted.
//!
//! In a deep sleep mode the chip's converter is off, and nobody sees what is drawn. The interval says so: its lower end is
//! that of a machine that draws nothing asleep, its upper end that of one that draws as much as in the light sleep mode, which
//! is metered beside it. In between, the figure itself takes the data sheet's current where one is stated, and the
//! remark says that it was stated. A limit is met or missed only if the whole of that interval lies on one side of it.
//!
//! What makes a figure invalid: more than [`MOST_SPOILT`] of its codes saturated, or of its time without codes.

mod ratio;

use hil_meter::budget::{COVERAGE, Limits};
use hil_meter::chain::Chain;
use hil_meter::cycle::{self, Converted, MOST_SPOILT, Stretch};
use hil_model::estimate::{Estimate, Finding, Method};
use hil_model::metric::{Metric, Statistic};
use hil_model::power::{LIGHT_SLEEP, Metering};
use hil_model::sample::Observations;
use hil_model::units::MILLIWATT_HOUR;

use crate::derived::{self, Figure};
use crate::error::StatsError;
use crate::series::{Series, by_start};
use crate::student::NORMAL;
use crate::{CONFIDENCE, batch, quantile};

pub(crate) use ratio::ratio;

/// Intervals of the scatter reach [`NORMAL`] standard uncertainties or more; times this, they reach [`COVERAGE`] or more.
const WIDER: f64 = COVERAGE / NORMAL;

/// A figure, or the finding that stands in its place.
type OrInstead = Result<Estimate, Finding>;

/// The figure of a metric that takes a meter.
pub(crate) fn figure(metric: Metric, statistic: Statistic, seen: &Observations) -> OrInstead {
    let few = || Finding::TooFew { have: 0, need: u64::from(statistic.default_samples()) };
    let Some(metering) = &seen.metering else {
        // A plan that was cut short would have metered it.
        let needs = || cannot_observe("a board with a shunt, or a meter".to_owned());
        return Err(if seen.cut.is_some() { few() } else { needs() });
    };
    if let Some(converter) = metering.converters.first()
        && !converter.knows(&metering.sleep)
    {
        let (sleep, known) = (&metering.sleep, &converter.sleeps);
        return Err(cannot_observe(format!("the sleep mode {sleep:?}; the machine has: {known}")));
    }
    let cycles = Cycles::of(metering, seen.clock.hz)?;
    if cycles.asked.is_empty() {
        return Err(few());
    }
    let found = match metric {
        Metric::Energy => cycles.energy(statistic),
        Metric::BatteryLife => cycles.battery_life(),
        _ => cycles.power(statistic),
    };
    found.or_else(|error| match error {
        Trouble::TooFew(StatsError::TooFew { have, need }) => Err(Finding::TooFew { have, need }),
        Trouble::TooFew(error) => Ok(undefined(error.to_string())),
        Trouble::Spoilt(why) => Ok(undefined(why)),
        Trouble::NotThisCycle(needs) => Err(cannot_observe(needs)),
    })
}

/// Why there is no figure.
enum Trouble {
    TooFew(StatsError),
    /// Codes that stand for nothing.
    Spoilt(String),
    /// The duty cycle that was asked for did not take place.
    NotThisCycle(String),
}

impl From<StatsError> for Trouble {
    fn from(error: StatsError) -> Self {
        Self::TooFew(error)
    }
}

/// The periods of one workload, converted.
struct Cycles<'a> {
    metering: &'a Metering,
    limits: Limits,
    hz: f64,
    /// In the sleep mode that was asked for.
    asked: Vec<Converted>,
    /// In the light sleep mode, where that is another one.
    light: Vec<Converted>,
}

impl<'a> Cycles<'a> {
    fn of(metering: &'a Metering, hz: f64) -> Result<Self, Finding> {
        let unusable = |error: hil_meter::chain::Unusable| Finding::Estimate(undefined(error.to_string()));
        let Some(converter) = metering.converters.first() else {
            return Err(Finding::TooFew { have: 0, need: 1 });
        };
        let limits = *Chain::new(&metering.shunt, converter).map_err(unusable)?.limits();
        let asked = cycle::convert(metering, &metering.sleep, hz).map_err(unusable)?;
        let light = if metering.sleep == LIGHT_SLEEP {
            Vec::new()
        } else {
            cycle::convert(metering, LIGHT_SLEEP, hz).map_err(unusable)?
        };
        Ok(Self { metering, limits, hz, asked, light })
    }

    fn energy(&self, statistic: Statistic) -> Result<Estimate, Trouble> {
        let awake: Vec<Stretch> = self.asked.iter().map(|period| period.awake).collect();
        expect_sound("awake", &awake)?;
        let series = series(&self.asked, Converted::awake_joules);
        let found = self.widened(centre(statistic, &series)?, &awake);
        let each = shown(Metric::Latency, mean(awake.iter().map(|stretch| stretch.seconds)));
        Ok(remarked(found, vec![format!("of {each} awake; what is taken asleep is no part of it")]))
    }

    fn battery_life(&self) -> Result<Estimate, Trouble> {
        let Some(battery) = &self.metering.battery else {
            return Err(Trouble::NotThisCycle("a battery, with its capacity".to_owned()));
        };
        let power = self.power(Statistic::Mean)?;
        let figure = Figure { value: power.value, lower: power.lower, upper: power.upper };
        let life = derived::shared_out(battery.capacity.base(), figure);
        let capacity = battery.capacity.get(MILLIWATT_HOUR);
        let at =
            format!("at {} on average, from {capacity:.1} mWh ({})", shown(Metric::Power, power.value), battery.why);
        // What is to be said of the power stands beside the power; only what makes the interval wide is said again.
        let unseen = self.asked.iter().any(|period| period.asleep.is_none());
        let wide = format!("nobody sees what {} draws, so the interval is wide", self.metering.sleep);
        let remark = Some(if unseen { format!("{at}; {wide}") } else { at });
        Ok(Estimate { value: life.value, lower: life.lower, upper: life.upper, remark, ..power })
    }

    fn power(&self, statistic: Statistic) -> Result<Estimate, Trouble> {
        self.expect_kept()?;
        let (found, mut remarks) = if self.asked.iter().all(|period| period.asleep.is_some()) {
            self.seen(&self.asked, statistic)?
        } else {
            self.half_seen(statistic)?
        };
        if self.metering.sleep != LIGHT_SLEEP
            && !self.light.is_empty()
            && let Ok((light, _)) = self.seen(&self.light, statistic)
        {
            let text = interval(&light);
            remarks.push(format!("with {LIGHT_SLEEP} instead, which keeps capture peripherals running, {text}"));
        }
        remarks.push("no part of it: a microphone's interface and whatever else captures signals".to_owned());
        Ok(remarked(found, remarks))
    }

    /// An iteration that is not over within its period makes another duty cycle than the one that was asked for.
    fn expect_kept(&self) -> Result<(), Trouble> {
        #[expect(clippy::cast_precision_loss, reason = "a period of 2^53 ticks would last a year at 285 MHz")]
        let period = self.metering.period_ticks as f64 / self.hz;
        let longest = self.asked.iter().map(|period| period.awake.seconds).fold(0.0, f64::max);
        if period == 0.0 || longest <= period {
            return Ok(());
        }
        let (longest, period) = (shown(Metric::Latency, longest), shown(Metric::Latency, period));
        Err(Trouble::NotThisCycle(format!(
            "an iteration that is over within the period of {period}; one took {longest}"
        )))
    }

    /// Power where the whole period was seen.
    fn seen(&self, periods: &[Converted], statistic: Statistic) -> Result<(Estimate, Vec<String>), Trouble> {
        let stretches: Vec<Stretch> =
            periods.iter().flat_map(|period| std::iter::once(period.awake).chain(period.asleep)).collect();
        expect_sound("awake and asleep", &stretches)?;
        let series = series(periods, |period| period.watts().unwrap_or(f64::NAN));
        let found = self.widened(centre(statistic, &series)?, &stretches);
        Ok((found, vec![format!("awake {} of the time", percent(share_awake(periods)))]))
    }

    /// Power where nobody saw what is drawn asleep.
    fn half_seen(&self, statistic: Statistic) -> Result<(Estimate, Vec<String>), Trouble> {
        let awake: Vec<Stretch> = self.asked.iter().map(|period| period.awake).collect();
        expect_sound("awake", &awake)?;
        let part = centre(statistic, &series(&self.asked, Converted::awake_watts))?;
        let asleep = 1.0 - share_awake(&self.asked);
        let most = self.most(&part, asleep);
        let volts = mean(self.asked.iter().map(|period| period.volts));
        let mut remarks = vec![format!(
            "awake {} of the time, which takes {} of it; nobody sees what {} draws",
            percent(1.0 - asleep),
            shown(Metric::Power, part.value),
            self.metering.sleep
        )];
        let mut value = part.value;
        if let Some(stated) = &self.metering.stated {
            let typical = stated.amperes * volts * asleep;
            value += typical;
            let text = shown(Metric::Power, typical);
            remarks.push(format!("asleep {text}, stated and not metered: {}", stated.source));
        } else {
            remarks.push("the figure is the part awake alone".to_owned());
        }
        remarks.push(match most {
            Some(_) => format!("the interval reaches from nothing drawn asleep to what {LIGHT_SLEEP} draws"),
            None => "nothing bounds it from above".to_owned(),
        });
        let found = self.widened(part, &awake);
        let upper = most.map(|most| most.max(value));
        Ok((Estimate { value, upper, ..found }, remarks))
    }

    /// The upper end of power: the part awake, and asleep as much as in the light sleep mode.
    fn most(&self, part: &Estimate, asleep: f64) -> Option<f64> {
        let stretches: Vec<Stretch> = self.light.iter().filter_map(|period| period.asleep).collect();
        if stretches.is_empty() || stretches.len() < self.light.len() || expect_sound("asleep", &stretches).is_err() {
            return None;
        }
        let watts = |period: &Converted| period.asleep.map_or(f64::NAN, |stretch| stretch.amperes * period.volts);
        let light = batch::mean(&series(&self.light, watts)).ok()?;
        let value = part.value + asleep * light.value;
        let awake = self.asked.iter().map(|period| period.awake);
        let load = cycle::load(&awake.chain(stretches.iter().copied()).collect::<Vec<_>>());
        let scatter = (WIDER * (part.upper? - part.value)).hypot(WIDER * asleep * (light.upper? - light.value));
        // The lesser of the two currents makes the larger relative uncertainty, because offsets do not shrink with it.
        let lesser = hil_meter::budget::Load { amperes: load.amperes.min(cycle::load(&stretches).amperes), ..load };
        Some(value + scatter.hypot(COVERAGE * self.limits.relative(lesser) * value))
    }

    /// The scatter of `found` and the uncertainty of the chain together.
    fn widened(&self, found: Estimate, stretches: &[Stretch]) -> Estimate {
        let chain = COVERAGE * self.limits.relative(cycle::load(stretches)) * found.value;
        let value = found.value;
        Estimate {
            lower: found.lower.map(|lower| (value - (WIDER * (value - lower)).hypot(chain)).max(0.0)),
            upper: found.upper.map(|upper| value + (WIDER * (upper - value)).hypot(chain)),
            method: Method::Metered,
            ..found
        }
    }
}

fn series(periods: &[Converted], value: impl Fn(&Converted) -> f64) -> Vec<Series> {
    by_start(periods.iter().map(|period| (period.start, value(period))))
}

fn centre(statistic: Statistic, starts: &[Series]) -> Result<Estimate, StatsError> {
    match statistic {
        Statistic::Median => quantile::quantile(starts, 0.5),
        _ => batch::mean(starts),
    }
}

fn expect_sound(what: &str, stretches: &[Stretch]) -> Result<(), Trouble> {
    let (saturated, missing) = cycle::spoilt(stretches);
    if saturated <= MOST_SPOILT && missing <= MOST_SPOILT {
        return Ok(());
    }
    Err(Trouble::Spoilt(format!(
        "{what}, {} of the codes are saturated and {} of the time has no codes; more than {} of either says nothing",
        percent(saturated),
        percent(missing),
        percent(MOST_SPOILT)
    )))
}

fn share_awake(periods: &[Converted]) -> f64 {
    mean(periods.iter().map(|period| period.awake.seconds)) / mean(periods.iter().map(|period| period.seconds))
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A value with four digits in a readable unit of the metric.
fn shown(metric: Metric, base: f64) -> String {
    let unit = metric.display_unit(base);
    let value = unit.from_base(base);
    let whole = if value.abs() >= 1.0 { value.abs().log10().floor() } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 3")]
    let decimals = (3.0 - whole).clamp(0.0, 3.0) as usize;
    format!("{value:.decimals$} {unit}")
}

fn interval(estimate: &Estimate) -> String {
    let end = |end: Option<f64>| end.map_or_else(|| "..".to_owned(), |end| shown(Metric::Power, end));
    format!("{} [{}, {}]", shown(Metric::Power, estimate.value), end(estimate.lower), end(estimate.upper))
}

fn remarked(estimate: Estimate, remarks: Vec<String>) -> Estimate {
    let remarks: Vec<String> = remarks.into_iter().chain(estimate.remark).collect();
    Estimate { remark: Some(remarks.join("; ")), ..estimate }
}

fn cannot_observe(needs: String) -> Finding {
    Finding::CannotObserve { needs }
}

/// A figure that is not a number, with the reason as its remark; no limit accepts it.
fn undefined(why: String) -> Estimate {
    Estimate {
        value: f64::NAN,
        lower: None,
        upper: None,
        confidence: CONFIDENCE,
        samples: 0,
        effective_samples: 0.0,
        needed_samples: 1,
        method: Method::Metered,
        remark: Some(why),
    }
}
