//! How power was metered, as the report shows it: the chain, the uncertainty of its parts, and the current of one period.

use hil_meter::budget::COVERAGE;
use hil_meter::chain::Chain;
use hil_meter::cycle::{self, Stretch};
use hil_model::power::{Metering, Period};
use hil_model::sample::Observations;
use hil_report::supply::{Supply, Trace};

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
