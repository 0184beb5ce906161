//! How many times one workload takes what another takes, metered behind the same shunt.
//!
//! What is the same on both sides does not make their ratio uncertain (JCGM 100:2008, 5.2: correlated quantities): the
//! resistance of the shunt, the gain of the amplifier, the full scale of the converter and the voltage of the supply are
//! factors of both figures and cancel. An offset is added to both, so it matters by as much as their currents differ. The
//! readings of the supply are taken anew in every start, so what they differ by is a part of the uncertainty.
//!
//! Where nobody sees what is drawn asleep, it is the same unknown on both sides, because it is the same chip in the same mode:
//! anything from nothing to what the light sleep mode draws. The ratio is formed at both ends, and its interval holds both.
//!
//! Sides that are not behind the same chain have a ratio of independent figures.

use hil_meter::budget::{COVERAGE, Load};
use hil_meter::cycle::{self, Converted, Stretch};
use hil_model::estimate::{Estimate, Method};
use hil_model::metric::{Metric, Statistic};
use hil_model::power::{Converter, LIGHT_SLEEP, Metering};
use hil_model::sample::Observations;

use super::{Cycles, OrInstead, Trouble, WIDER, centre, expect_sound, figure, mean, series, share_awake};
use crate::CONFIDENCE;
use crate::derived::{self, Figure};

/// How many times `above` is `below`.
pub(crate) fn ratio(metric: Metric, above: &Observations, below: &Observations) -> OrInstead {
    // What keeps one side from having a figure keeps both from having a ratio.
    let sides = [figure(metric, Statistic::Mean, above)?, figure(metric, Statistic::Mean, below)?];
    let on_one_chain = || -> Option<Estimate> {
        let (above_metering, below_metering) = (above.metering.as_ref()?, below.metering.as_ref()?);
        if !is_one_chain(above_metering, below_metering) || metric == Metric::BatteryLife {
            return None;
        }
        let above = Cycles::of(above_metering, above.clock.hz).ok()?;
        let below = Cycles::of(below_metering, below.clock.hz).ok()?;
        correlated(metric, &above, &below).ok().flatten()
    };
    Ok(on_one_chain().unwrap_or_else(|| independent(sides)))
}

/// The errors of the two sides are taken as if they were independent, which makes the interval wider than it has to be.
fn independent(sides: [Estimate; 2]) -> Estimate {
    let [above, below] =
        sides.each_ref().map(|side| Figure { value: side.value, lower: side.lower, upper: side.upper });
    let found = derived::quotient(&[above], &[below]);
    let [above, below] = sides;
    Estimate {
        value: found.value,
        lower: found.lower,
        upper: found.upper,
        samples: above.samples.min(below.samples),
        effective_samples: above.effective_samples.min(below.effective_samples),
        needed_samples: above.needed_samples.max(below.needed_samples),
        remark: Some("of two means".to_owned()),
        ..above
    }
}

fn is_one_chain(above: &Metering, below: &Metering) -> bool {
    // Readings differ from start to start; what is stated about the converter does not.
    let facts = |converter: &Converter| {
        let Converter { name, bits, full_scale_ppm, offset_uv, supply_ppm, .. } = converter.clone();
        (name, bits, full_scale_ppm, offset_uv, supply_ppm)
    };
    let mut all = above.converters.iter().chain(&below.converters).map(facts);
    let first = all.next();
    above.shunt == below.shunt && above.sleep == below.sleep && all.all(|other| Some(other) == first)
}

/// What a side draws without what is drawn asleep unseen.
struct Seen {
    /// The mean over the periods, with its scatter: watts, or joules of an iteration.
    part: Estimate,
    /// What it was formed from.
    load: Load,
    /// The share of the time for which nobody sees what is drawn.
    unseen: f64,
}

impl Seen {
    fn of(metric: Metric, cycles: &Cycles<'_>) -> Result<Self, Trouble> {
        let periods = &cycles.asked;
        let awake = || periods.iter().map(|period| period.awake).collect::<Vec<Stretch>>();
        let of = |what: &str, stretches: Vec<Stretch>, value: &dyn Fn(&Converted) -> f64, unseen| {
            expect_sound(what, &stretches)?;
            let part = centre(Statistic::Mean, &series(periods, value))?;
            Ok(Self { part, load: cycle::load(&stretches), unseen })
        };
        if metric == Metric::Energy {
            return of("awake", awake(), &Converted::awake_joules, 0.0);
        }
        cycles.expect_kept()?;
        if periods.iter().all(|period| period.asleep.is_some()) {
            let stretches = periods.iter().flat_map(|period| std::iter::once(period.awake).chain(period.asleep));
            return of("awake and asleep", stretches.collect(), &|period| period.watts().unwrap_or(f64::NAN), 0.0);
        }
        of("awake", awake(), &Converted::awake_watts, 1.0 - share_awake(periods))
    }
}

/// The ratio; nothing where what is drawn asleep has no upper end.
fn correlated(metric: Metric, above: &Cycles<'_>, below: &Cycles<'_>) -> Result<Option<Estimate>, Trouble> {
    let sides = [Seen::of(metric, above)?, Seen::of(metric, below)?];
    let [over, under] = &sides;
    let is_seen = over.unseen == 0.0 && under.unseen == 0.0;
    let most = if is_seen {
        0.0
    } else {
        let [Some(one), Some(other)] = [most_asleep(above), most_asleep(below)] else { return Ok(None) };
        one.max(other)
    };
    let chain = COVERAGE * above.limits.relative_of_ratio(over.load, under.load);
    let readings = readings_differ_by(above.metering, below.metering);
    // The ratio when this much is drawn asleep on both sides, and by which share of it the truth may differ.
    let at = |asleep: f64| -> Option<(f64, f64)> {
        let watts = |side: &Seen| side.part.value + asleep * side.unseen;
        let scatter = |side: &Seen| {
            let widest = (side.part.upper? - side.part.value).max(side.part.value - side.part.lower?);
            Some(WIDER * widest / watts(side))
        };
        let reach = [scatter(over)?, scatter(under)?, chain, readings].iter().map(|part| part * part).sum::<f64>();
        Some((watts(over) / watts(under), reach.sqrt()))
    };
    let (Some((least, near)), Some((greatest, far))) = (at(0.0), at(most)) else { return Ok(None) };
    let stated = above.metering.stated.as_ref().filter(|_| !is_seen).map_or(0.0, |stated| {
        let volts = mean(above.asked.iter().map(|period| period.volts));
        (stated.amperes * volts).min(most)
    });
    let value = at(stated).map_or(least, |(value, _)| value);
    if !value.is_finite() {
        return Ok(None);
    }
    let remark = if is_seen {
        "behind one shunt, whose error is the same on both sides".to_owned()
    } else {
        format!(
            "behind one shunt, whose error is the same on both sides; asleep both draw the same, anything up to what {LIGHT_SLEEP} draws"
        )
    };
    let [over, under] = sides;
    Ok(Some(Estimate {
        value,
        lower: Some((least * (1.0 - near)).min(greatest * (1.0 - far)).max(0.0)),
        upper: Some((least * (1.0 + near)).max(greatest * (1.0 + far))),
        confidence: CONFIDENCE,
        samples: over.part.samples.min(under.part.samples),
        effective_samples: over.part.effective_samples.min(under.part.effective_samples),
        needed_samples: over.part.needed_samples.max(under.part.needed_samples),
        method: Method::Metered,
        remark: Some(remark),
    }))
}

/// The most that is drawn asleep, in watts: what the light sleep mode draws, and what the chain leaves open of it.
fn most_asleep(cycles: &Cycles<'_>) -> Option<f64> {
    let asleep: Vec<Stretch> = cycles.light.iter().filter_map(|period| period.asleep).collect();
    if asleep.is_empty() || asleep.len() < cycles.light.len() || expect_sound("asleep", &asleep).is_err() {
        return None;
    }
    let load = cycle::load(&asleep);
    let volts = mean(cycles.light.iter().map(|period| period.volts));
    Some(load.amperes * volts * (1.0 + COVERAGE * cycles.limits.relative(load)))
}

/// By which share the readings of the supply differ between the starts of both sides.
fn readings_differ_by(above: &Metering, below: &Metering) -> f64 {
    let readings = || above.converters.iter().chain(&below.converters).map(|converter| f64::from(converter.supply_uv));
    let (least, most) = (readings().fold(f64::INFINITY, f64::min), readings().fold(0.0, f64::max));
    if least > 0.0 { most / least - 1.0 } else { f64::INFINITY }
}
