//! How power was metered, as the report shows it: the chain, the uncertainty of its parts, and the current of one period.

use hil_meter::budget::COVERAGE;
use hil_meter::chain::Chain;
use hil_meter::cycle::{self, Converted, Stretch};
use hil_model::power::{Metering, Period};
use hil_model::sample::Observations;
use hil_report::supply::{State, Supply, Trace};

/// The supplies of everything that was metered.
#[must_use]
pub fn of(observations: &[Observations]) -> Vec<Supply> {
    observations.iter().filter_map(supply).collect()
}

fn supply(seen: &Observations) -> Option<Supply> {
    let metering = seen.metering.as_ref()?;
    let chain = Chain::new(&metering.shunt, metering.converters.first()?).ok()?;
    let periods = cycle::convert(metering, &metering.sleep, seen.clock.hz).ok()?;
    let awake: Vec<Stretch> = periods.iter().map(|period| period.awake).collect();
    let load = cycle::load(&awake);
    let mut budget: Vec<(String, String)> =
        chain.limits().parts(load).iter().map(|part| (part.from.to_owned(), percent(part.relative))).collect();
    let whole = chain.limits().relative(load);
    budget.push((format!("together, at {} awake", milliamperes(load.amperes)), percent(whole)));
    budget.push((format!("as stated, k = {COVERAGE}"), percent(COVERAGE * whole)));
    Some(Supply {
        scenario: seen.scenario.clone(),
        workload: seen.workload.clone(),
        evidence: seen.evidence,
        chain: facts(metering, &chain),
        budget,
        states: states(metering, &periods),
        trace: trace(metering, &chain, seen.clock.hz),
    })
}

fn facts(metering: &Metering, chain: &Chain) -> Vec<(String, String)> {
    let shunt = &metering.shunt;
    let mut facts = vec![
        ("shunt".to_owned(), format!("{} ohm within {}", shunt.ohms, percent(shunt.tolerance))),
        (
            "amplifier".to_owned(),
            format!(
                "{}, {} V/V within {}, offset within {:.0} uV, {:.0} kHz",
                shunt.amplifier,
                shunt.gain,
                percent(shunt.gain_error_max),
                shunt.offset_max_volts * 1e6,
                shunt.bandwidth_hz / 1e3
            ),
        ),
    ];
    if let Some(converter) = metering.converters.first() {
        let volts = |microvolts: u32| f64::from(microvolts) * 1e-6;
        let ppm = |ppm: u32| percent(f64::from(ppm) * 1e-6);
        facts.push((
            "converter".to_owned(),
            format!(
                "{}, {} bits over {:.4} V within {}; a step is {:.2} uA",
                converter.name,
                converter.bits,
                volts(converter.full_scale_uv),
                ppm(converter.full_scale_ppm),
                chain.step() * 1e6
            ),
        ));
        facts.push((
            "supply behind the shunt".to_owned(),
            format!("{:.4} V within {}", volts(converter.supply_uv), ppm(converter.supply_ppm)),
        ));
    }
    facts.push(("source".to_owned(), shunt.source.clone()));
    if let Some(unverified) = &shunt.unverified {
        facts.push(("unverified".to_owned(), unverified.clone()));
    }
    if let Some(stated) = &metering.stated {
        let amount = format!("{} uA, {}; not metered", number(stated.amperes * 1e6), stated.source);
        facts.push((format!("stated for {}", stated.sleep), amount));
    }
    facts.push(("left out".to_owned(), "capture peripherals such as a microphone's interface".to_owned()));
    facts
}

/// What an average period in the sleep mode that was asked for is made of. What the clocks take to come up again belongs to
/// the sleep: the converter is off until they are back, so its energy is nobody's figure.
fn states(metering: &Metering, periods: &[Converted]) -> Vec<State> {
    if periods.is_empty() {
        return Vec::new();
    }
    let mean = |value: &dyn Fn(&Converted) -> f64| {
        #[expect(clippy::cast_precision_loss, reason = "periods are few")]
        let count = periods.len() as f64;
        periods.iter().map(value).sum::<f64>() / count
    };
    let period = mean(&|period| period.seconds);
    let state = |name: String, seconds: f64, joules: Option<f64>, known: &str| State {
        name,
        time: milliseconds(seconds),
        energy: joules.map(|joules| format!("{:.3} uJ", joules * 1e6)),
        power: joules.map(|joules| format!("{:.3} mW", joules / period * 1e3)),
        known: known.to_owned(),
    };
    let awake = state(
        "awake".to_owned(),
        mean(&|period| period.awake.seconds),
        Some(mean(&Converted::awake_joules)),
        "metered",
    );
    let asleep = mean(&|period| period.asleep_seconds);
    let sleep = format!("asleep in {}", metering.sleep);
    if periods.iter().all(|period| period.asleep.is_some()) {
        let joules = mean(&|period| period.asleep_joules().unwrap_or(0.0));
        return vec![awake, state(sleep, asleep, Some(joules), "metered")];
    }
    let asked = metering.periods.iter().filter(|period| period.sleep == metering.sleep);
    let came_up: Vec<(f64, f64)> = asked
        .filter_map(|period| period.came_up)
        .map(|came_up| (f64::from(came_up.crystal_ns) * 1e-9, f64::from(came_up.pll_ns) * 1e-9))
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "periods are few")]
    let count = came_up.len().max(1) as f64;
    let crystal = came_up.iter().map(|(crystal, _)| crystal).sum::<f64>() / count;
    let pll = came_up.iter().map(|(_, pll)| pll).sum::<f64>() / count;
    let still = (asleep - crystal - pll).max(0.0);
    let volts = mean(&|period| period.volts);
    let stated = metering.stated.as_ref().map(|stated| stated.amperes * volts * still);
    let mut states = vec![awake];
    if !came_up.is_empty() {
        let off = "timed by the chip; its converter is off";
        states.push(state("waking: the crystal starts".to_owned(), crystal, None, off));
        states.push(state("waking: the PLL locks".to_owned(), pll, None, off));
    }
    let known = if stated.is_some() { "stated by the data sheet" } else { "nobody sees it" };
    states.push(state(sleep, still, stated, known));
    states
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.3} ms", seconds * 1e3)
}

/// One period, preferably one of which all was seen.
fn trace(metering: &Metering, chain: &Chain, hz: f64) -> Option<Trace> {
    let best = metering.periods.iter().find(|period| period.sleep_seen).or_else(|| metering.periods.first())?;
    let Period { began, first_code, slept, codes, .. } = best;
    let distance = f64::from(metering.converter(best.start)?.sample_ticks) / hz;
    #[expect(clippy::cast_precision_loss, reason = "moments of a plot need no 53 bits")]
    let seconds = |moment: u64| moment.saturating_sub(*began) as f64 / hz;
    let mut at = seconds(*first_code);
    let mut points = Vec::with_capacity(codes.len());
    for code in codes {
        points.push((at, chain.amperes(*code)));
        at += distance;
    }
    let rest = if best.sleep_seen { "" } else { ", of which nobody saw the sleep" };
    let caption = format!("current over one period, asleep in {}{rest}", best.sleep);
    Some(Trace { caption, points, slept: seconds(*slept) })
}

fn percent(share: f64) -> String {
    format!("{:.3} %", share * 100.0)
}

fn milliamperes(amperes: f64) -> String {
    format!("{:.3} mA", amperes * 1e3)
}

fn number(value: f64) -> String {
    format!("{value:.2}")
}
