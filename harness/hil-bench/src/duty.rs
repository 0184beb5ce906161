//! Duty cycles: the agent runs once a period and sleeps in between, and its converter's codes are booked as they come.
//!
//! The converter is described once in a life. What a period says about itself must be possible (moments in order, codes
//! that were sent), or the rig is at fault. A machine without a converter, or without the sleep mode, is neither: nothing is
//! booked then, and it is said what cannot be observed.

use std::time::Duration;

use hil_model::metric::Metric;
use hil_model::power::{CameUp, Converter, LIGHT_SLEEP, Metering, Period};
use hil_wire::message::{self, Request, Response};

use crate::crash::printable;
use crate::job::Runner;
use crate::life::AgentLife;
use crate::phase::Phase;
use crate::session::{Session, unexpected};
use crate::stop::Stop;

/// How long the periods of one request shall take together, so that budgets are kept and the caller is heard.
const CHUNK: Duration = Duration::from_secs(1);
/// Periods of one request where they are very short.
const MAX_CHUNK: u32 = 16;
/// Codes that one period may have: 20 s at 200 000 a second. More is an agent that never stops.
const MAX_CODES: usize = 1 << 22;

/// Which cycle: sleep mode, period, number of periods.
pub(crate) type Cycle<'s> = (&'s str, Duration, u32);

impl<'c> Runner<'_, 'c, '_> {
    /// Meters a duty cycle of the workload with number `at`.
    pub(crate) fn duty_cycle(
        &mut self,
        life: &mut AgentLife<'c>,
        at: usize,
        start: u32,
        (sleep, period, periods): Cycle<'_>,
    ) -> Result<(), Stop> {
        life.verify_once(&self.books[at].subject)?;
        let Some(converter) = described(life)? else {
            self.books[at].observations.unobservable.extend([Metric::Power, Metric::Energy, Metric::BatteryLife]);
            return Ok(());
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
        let period_ticks = (period.as_secs_f64() * life.info.clock.hz).round() as u64;
        if !self.book_converter(at, start, period_ticks, &converter) || !converter.knows(sleep) {
            return Ok(());
        }
        let fitting = CHUNK.as_nanos().checked_div(period.as_nanos()).unwrap_or(u128::from(MAX_CHUNK));
        let chunk = u32::try_from(fitting).unwrap_or(MAX_CHUNK).clamp(1, MAX_CHUNK);
        let mut done = 0;
        while done < periods {
            self.check()?;
            let count = chunk.min(periods - done);
            let book = &mut self.books[at];
            life.give(&book.subject, usize::try_from(start).unwrap_or(0))?;
            let Some(metering) = &mut book.observations.metering else { return Ok(()) };
            let cycle = Request::DutyCycle { kernel: book.subject.kernel, period_ticks, sleep, periods: count };
            let booked = &mut metering.periods;
            life.session.duty_cycle(&cycle, count, period, &mut |codes, period, came_up| {
                let before = booked.iter().filter(|other| other.start == start).count();
                let index = u32::try_from(before).unwrap_or(u32::MAX);
                booked.push(Period { came_up, ..with_codes(start, index, sleep, codes, &period) });
            })?;
            done += count;
            self.progress(at, Phase::DutyCycle, done, periods);
        }
        Ok(())
    }

    /// Books what a life says about its converter. `false` where the bench states no shunt, so that codes mean nothing.
    fn book_converter(&mut self, at: usize, start: u32, period_ticks: u64, converter: &Converter) -> bool {
        let workload = self.job.workloads.get(at).map(|(_, workload)| workload);
        let cycle = workload.and_then(|workload| workload.duty_cycle.as_ref());
        let observations = &mut self.books[at].observations;
        let Some(meter) = &self.bench.info().meter else {
            observations.unobservable.extend([Metric::Power, Metric::Energy, Metric::BatteryLife]);
            return false;
        };
        let sleep = cycle.map_or(LIGHT_SLEEP, |cycle| cycle.sleep.as_str());
        let metering = observations.metering.get_or_insert_with(|| Metering {
            shunt: meter.shunt.clone(),
            converters: Vec::new(),
            sleep: sleep.to_owned(),
            period_ticks,
            stated: meter.stated.iter().find(|stated| stated.sleep == sleep).cloned(),
            battery: workload.and_then(|workload| workload.battery.clone()),
            periods: Vec::new(),
        });
        // A second life within one start is the same machine.
        if metering.converter(start).is_none() {
            metering.converters.push(Converter { start, ..converter.clone() });
        }
        true
    }
}

/// What this life says about its converter, which it is asked once.
fn described(life: &mut AgentLife<'_>) -> Result<Option<Converter>, Stop> {
    if let Some(known) = &life.converter {
        return Ok(known.clone());
    }
    let converter = life.session.converter()?;
    life.converter = Some(converter.clone());
    Ok(converter)
}

fn with_codes(start: u32, index: u32, sleep: &str, codes: Vec<u16>, period: &message::Period) -> Period {
    let message::Period { began, first_code, slept, ended, awake_codes, sleep_seen, lost } = *period;
    let sleep = sleep.to_owned();
    let came_up = None;
    Period { start, index, sleep, codes, began, first_code, slept, ended, awake_codes, sleep_seen, lost, came_up }
}

impl Session<'_> {
    /// What meters the power of the machine; nothing where nothing does.
    fn converter(&mut self) -> Result<Option<Converter>, Stop> {
        let phase = Phase::Calibrate;
        match self.ask_if_told(phase, &Request::Converter)? {
            None => Ok(None),
            Some(Response::Converter(converter)) => Ok(Some(Converter {
                start: 0,
                name: printable(converter.name),
                bits: converter.bits,
                full_scale_uv: converter.full_scale_uv,
                full_scale_ppm: converter.full_scale_ppm,
                offset_uv: converter.offset_uv,
                supply_uv: converter.supply_uv,
                supply_ppm: converter.supply_ppm,
                sample_ticks: converter.sample_ticks,
                sleeps: printable(converter.sleeps),
            })),
            Some(other) => Err(unexpected(phase, &other)),
        }
    }

    /// Goes through `periods` periods and hands each to `sink` with its codes. Every message may take a period longer than
    /// an iteration does.
    fn duty_cycle(
        &mut self,
        request: &Request<'_>,
        periods: u32,
        period: Duration,
        sink: &mut dyn FnMut(Vec<u16>, message::Period, Option<CameUp>),
    ) -> Result<(), Stop> {
        let phase = Phase::DutyCycle;
        self.send(phase, request)?;
        let (mut came, mut codes, mut came_up) = (0u32, Vec::new(), None);
        loop {
            self.wait(phase, period)?;
            match self.reply(phase)? {
                Response::Codes { codes: more } => {
                    codes.extend_from_slice(more.as_slice());
                    if codes.len() > MAX_CODES {
                        return Err(Stop::rig(phase, format!("a period has more than {MAX_CODES} codes")));
                    }
                }
                Response::CameUp(message::CameUp { crystal_ns, pll_ns }) => {
                    came_up = Some(CameUp { crystal_ns, pll_ns });
                }
                Response::Period(about) => {
                    came += 1;
                    if came > periods {
                        return Err(Stop::rig(phase, format!("the agent sent {came} periods, asked for {periods}")));
                    }
                    possible(phase, &about, codes.len())?;
                    sink(std::mem::take(&mut codes), about, came_up.take());
                }
                Response::Done { now, .. } if came == periods && codes.is_empty() => return self.clock_moved(now),
                Response::Done { .. } => {
                    return Err(Stop::rig(phase, format!("the agent sent {came} periods, asked for {periods}")));
                }
                other => return Err(unexpected(phase, &other)),
            }
        }
    }
}

/// What a period says about itself must be possible, or its figures would be nonsense.
fn possible(phase: Phase, period: &message::Period, codes: usize) -> Result<(), Stop> {
    let in_order = period.began <= period.slept && period.slept <= period.ended && period.began < period.ended;
    let sent = usize::try_from(period.awake_codes).is_ok_and(|awake| awake <= codes);
    if in_order && sent {
        return Ok(());
    }
    Err(Stop::rig(phase, format!("the agent describes a period with {codes} codes as {period:?}, which cannot be")))
}
