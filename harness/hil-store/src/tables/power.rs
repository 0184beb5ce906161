//! Tables `meters` and `periods`: power as it was metered, with everything that converts it again. The codes are in
//! [`codes`](super::codes).
//!
//! A workload has a metering when it has a row in `meters`. The figures in `periods` are there for readers of the table;
//! what is read back is raw.

use std::collections::BTreeMap;

use hil_meter::cycle::{self, Converted};
use hil_model::power::{CameUp, Converter, Metering, Period, Shunt, StatedCurrent};
use hil_model::sample::Observations;
use hil_model::scenario::Battery;
use hil_model::units::{JOULE, Quantity};

use super::{Owner, base, codes, for_each_owner};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build_meters(owners: &[Owner<'_>]) -> Builder {
    let mut builder = base(Table::Meters, owners, |seen| metering(seen).map_or(0, |seen| seen.converters.len()));
    let meterings = || owners.iter().filter_map(|owner| metering(owner.seen));
    let rows = || meterings().flat_map(|seen| seen.converters.iter().map(move |converter| (seen, converter)));
    let shunts = || rows().map(|(seen, _)| &seen.shunt);
    builder.full("start", rows().map(|(_, converter)| converter.start));
    builder.full("converter", rows().map(|(_, converter)| converter.name.as_str()));
    builder.full("bits", rows().map(|(_, converter)| u32::from(converter.bits)));
    builder.full("full_scale_uv", rows().map(|(_, converter)| converter.full_scale_uv));
    builder.full("full_scale_ppm", rows().map(|(_, converter)| converter.full_scale_ppm));
    builder.full("offset_uv", rows().map(|(_, converter)| converter.offset_uv));
    builder.full("supply_uv", rows().map(|(_, converter)| converter.supply_uv));
    builder.full("supply_ppm", rows().map(|(_, converter)| converter.supply_ppm));
    builder.full("sample_ticks", rows().map(|(_, converter)| converter.sample_ticks));
    builder.full("sleeps", rows().map(|(_, converter)| converter.sleeps.as_str()));
    builder.full("shunt_ohms", shunts().map(|shunt| shunt.ohms));
    builder.full("shunt_tolerance", shunts().map(|shunt| shunt.tolerance));
    builder.full("amplifier", shunts().map(|shunt| shunt.amplifier.as_str()));
    builder.full("gain", shunts().map(|shunt| shunt.gain));
    builder.full("gain_error_max", shunts().map(|shunt| shunt.gain_error_max));
    builder.full("offset_max_volts", shunts().map(|shunt| shunt.offset_max_volts));
    builder.full("bandwidth_hz", shunts().map(|shunt| shunt.bandwidth_hz));
    builder.full("high_volts", shunts().map(|shunt| shunt.high_volts));
    builder.full("source", shunts().map(|shunt| shunt.source.as_str()));
    builder.sparse("unverified", shunts().map(|shunt| shunt.unverified.as_deref()));
    builder.full("asked_sleep", rows().map(|(seen, _)| seen.sleep.as_str()));
    builder.full("period_ticks", rows().map(|(seen, _)| seen.period_ticks));
    let stated = || rows().map(|(seen, _)| seen.stated.as_ref());
    builder.sparse("stated_amperes", stated().map(|stated| stated.map(|stated| stated.amperes)));
    builder.sparse("stated_source", stated().map(|stated| stated.map(|stated| stated.source.as_str())));
    let batteries = || rows().map(|(seen, _)| seen.battery.as_ref());
    builder.sparse("battery_joules", batteries().map(|battery| battery.map(|battery| battery.capacity.base())));
    builder.sparse("battery_why", batteries().map(|battery| battery.map(|battery| battery.why.as_str())));
    builder
}

pub(super) fn build_periods(owners: &[Owner<'_>]) -> Builder {
    let mut builder = base(Table::Periods, owners, |seen| periods(seen).len());
    let rows = || owners.iter().flat_map(|owner| periods(owner.seen));
    builder.full("start", rows().map(|period| period.start));
    builder.full("index", rows().map(|period| period.index));
    builder.full("sleep", rows().map(|period| period.sleep.as_str()));
    builder.full("began", rows().map(|period| period.began));
    builder.full("first_code", rows().map(|period| period.first_code));
    builder.full("slept", rows().map(|period| period.slept));
    builder.full("ended", rows().map(|period| period.ended));
    builder.full("codes", rows().map(|period| count(&period.codes)));
    builder.full("awake_codes", rows().map(|period| period.awake_codes));
    builder.full("sleep_seen", rows().map(|period| period.sleep_seen));
    builder.full("lost", rows().map(|period| period.lost));
    builder.sparse("crystal_ns", rows().map(|period| period.came_up.map(|came_up| came_up.crystal_ns)));
    builder.sparse("pll_ns", rows().map(|period| period.came_up.map(|came_up| came_up.pll_ns)));
    let converted: Vec<Option<Converted>> = owners.iter().flat_map(|owner| converted(owner.seen)).collect();
    let figures = || converted.iter().map(Option::as_ref);
    builder.sparse("awake_joules", figures().map(|period| period.map(Converted::awake_joules)));
    builder.sparse("asleep_joules", figures().map(|period| period.and_then(Converted::asleep_joules)));
    builder.sparse("watts", figures().map(|period| period.and_then(Converted::watts)));
    builder
}

/// Reads the two tables, and the codes of all periods.
pub(super) fn read(
    meters: &Sheet,
    periods: &Sheet,
    sheet_of_codes: &Sheet,
    all: &mut [Observations],
) -> Result<(), StoreError> {
    read_meters(meters, all)?;
    read_periods(periods, all)?;
    codes::read(sheet_of_codes, all)?;
    // A period whose codes are not all there would give another figure than it did.
    let counts = periods.full::<u32>("codes")?;
    let mut next = BTreeMap::new();
    for_each_owner(periods, all, |owner, row| {
        let place: &mut usize = next.entry((owner.scenario.clone(), owner.workload.clone())).or_default();
        let have = self::periods(owner).get(*place).map_or(0, |period| count(&period.codes));
        *place += 1;
        if have == counts[row] {
            Ok(())
        } else {
            Err(periods.cell("codes", row, format!("the table codes has {have}")))
        }
    })
}

fn read_meters(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let text = |name| sheet.full::<&str>(name);
    let whole = |name| sheet.full::<u32>(name);
    let number = |name| sheet.full::<f64>(name);
    let (start, bits, name, sleeps) = (whole("start")?, whole("bits")?, text("converter")?, text("sleeps")?);
    let (full_scale_uv, full_scale_ppm) = (whole("full_scale_uv")?, whole("full_scale_ppm")?);
    let (supply_uv, supply_ppm) = (whole("supply_uv")?, whole("supply_ppm")?);
    let (offset_uv, sample_ticks) = (whole("offset_uv")?, whole("sample_ticks")?);
    let (ohms, tolerance, amplifier) = (number("shunt_ohms")?, number("shunt_tolerance")?, text("amplifier")?);
    let (gain, gain_error_max) = (number("gain")?, number("gain_error_max")?);
    let (offset_max_volts, high_volts) = (number("offset_max_volts")?, number("high_volts")?);
    let (bandwidth_hz, source) = (number("bandwidth_hz")?, text("source")?);
    let unverified = sheet.sparse::<&str>("unverified")?;
    let (asked, period_ticks) = (text("asked_sleep")?, sheet.full::<u64>("period_ticks")?);
    let (amperes, stated_source) = (sheet.sparse::<f64>("stated_amperes")?, sheet.sparse::<&str>("stated_source")?);
    let (joules, why) = (sheet.sparse::<f64>("battery_joules")?, sheet.sparse::<&str>("battery_why")?);
    for_each_owner(sheet, all, |owner, row| {
        let converter = Converter {
            start: start[row],
            name: name[row].to_owned(),
            bits: u8::try_from(bits[row]).map_err(|_| sheet.cell("bits", row, "no code is that wide".to_owned()))?,
            full_scale_uv: full_scale_uv[row],
            full_scale_ppm: full_scale_ppm[row],
            offset_uv: offset_uv[row],
            supply_uv: supply_uv[row],
            supply_ppm: supply_ppm[row],
            sample_ticks: sample_ticks[row],
            sleeps: sleeps[row].to_owned(),
        };
        let text = |texts: &[Option<&str>]| texts[row].unwrap_or_default().to_owned();
        let metering = owner.metering.get_or_insert_with(|| Metering {
            shunt: Shunt {
                ohms: ohms[row],
                tolerance: tolerance[row],
                amplifier: amplifier[row].to_owned(),
                gain: gain[row],
                gain_error_max: gain_error_max[row],
                offset_max_volts: offset_max_volts[row],
                bandwidth_hz: bandwidth_hz[row],
                high_volts: high_volts[row],
                source: source[row].to_owned(),
                unverified: unverified[row].map(str::to_owned),
            },
            converters: Vec::new(),
            sleep: asked[row].to_owned(),
            period_ticks: period_ticks[row],
            stated: amperes[row].map(|amperes| StatedCurrent {
                sleep: asked[row].to_owned(),
                amperes,
                source: text(&stated_source),
            }),
            battery: joules[row].map(|joules| Battery { capacity: Quantity::new(joules, JOULE), why: text(&why) }),
            periods: Vec::new(),
        });
        metering.converters.push(converter);
        Ok(())
    })
}

fn read_periods(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let (start, index, sleep) =
        (sheet.full::<u32>("start")?, sheet.full::<u32>("index")?, sheet.full::<&str>("sleep")?);
    let (began, first_code) = (sheet.full::<u64>("began")?, sheet.full::<u64>("first_code")?);
    let (slept, ended) = (sheet.full::<u64>("slept")?, sheet.full::<u64>("ended")?);
    let (awake_codes, lost) = (sheet.full::<u32>("awake_codes")?, sheet.full::<u32>("lost")?);
    let sleep_seen = sheet.full::<bool>("sleep_seen")?;
    let (crystal_ns, pll_ns) = (sheet.sparse::<u32>("crystal_ns")?, sheet.sparse::<u32>("pll_ns")?);
    for_each_owner(sheet, all, |owner, row| {
        let unknown = || sheet.cell("workload", row, "meters has no row for it".to_owned());
        owner.metering.as_mut().ok_or_else(unknown)?.periods.push(Period {
            start: start[row],
            index: index[row],
            sleep: sleep[row].to_owned(),
            codes: Vec::new(),
            began: began[row],
            first_code: first_code[row],
            slept: slept[row],
            ended: ended[row],
            awake_codes: awake_codes[row],
            sleep_seen: sleep_seen[row],
            lost: lost[row],
            came_up: crystal_ns[row].zip(pll_ns[row]).map(|(crystal_ns, pll_ns)| CameUp { crystal_ns, pll_ns }),
        });
        Ok(())
    })
}

/// What converts the codes again; nothing to keep without a converter.
fn metering(seen: &Observations) -> Option<&Metering> {
    seen.metering.as_ref().filter(|metering| !metering.converters.is_empty())
}

pub(super) fn periods(seen: &Observations) -> &[Period] {
    metering(seen).map_or(&[], |metering| &metering.periods)
}

/// One entry a period; nothing in it where the chain gives no currents.
fn converted(seen: &Observations) -> Vec<Option<Converted>> {
    let converted = metering(seen).and_then(|metering| cycle::each(metering, seen.clock.hz).ok());
    match converted {
        Some(all) => all.into_iter().map(|(_, converted)| Some(converted)).collect(),
        None => vec![None; periods(seen).len()],
    }
}

fn count(codes: &[u16]) -> u32 {
    u32::try_from(codes.len()).unwrap_or(u32::MAX)
}
