//! Duty cycles: an iteration with the converter running, then sleep until the period is over.
//!
//! The serial port is off meanwhile, with its clocks: it would take power that belongs to nobody. In stop mode the converter
//! is off, and so nothing is known of the sleep nor of the time in which the clocks come up again behind it: that time
//! belongs to the sleep of its period, and the iteration that follows begins when all is as before.

use hil_agent::platform::Power;
use hil_wire::message::{CameUp, Converter, Period};

use crate::meter::Meter;
use crate::platform::BoardPlatform;

/// The names of the sleep modes, as a chip says them in [`Converter::sleeps`].
pub const SLEEPS: &str = "sleep stop";

/// What is known of the period that runs, or ran last.
pub(crate) struct DutyCycle {
    meter: &'static mut dyn Meter,
    codes: Option<&'static mut [u16]>,
    /// How many of the codes are of this period.
    taken: usize,
    began: u64,
    first_code: u64,
    /// Whether the clocks were stopped in its sleep.
    stopped: bool,
}

impl DutyCycle {
    pub(crate) fn new(meter: &'static mut dyn Meter, codes: &'static mut [u16]) -> Self {
        Self { meter, codes: Some(codes), taken: 0, began: 0, first_code: 0, stopped: false }
    }

    /// The chip's sensor of temperature.
    pub(crate) fn temperature(&mut self) -> Option<(&'static str, i32)> {
        self.meter.temperature()
    }

    fn stop(&mut self) {
        let (codes, taken) = self.meter.stop();
        self.taken = taken.min(codes.len());
        self.codes = Some(codes);
    }

    /// Codes that the converter takes from its first one up to `until`.
    fn due(&self, until: u64) -> u64 {
        until.checked_sub(self.first_code).map_or(0, |ticks| ticks / self.meter.sample_ticks() + 1)
    }
}

impl Power for BoardPlatform {
    fn converter(&mut self) -> Converter<'static> {
        self.duty.meter.converter()
    }

    fn begin(&mut self) {
        self.link.port().rest();
        self.duty.taken = 0;
        if let Some(codes) = self.duty.codes.take() {
            self.duty.meter.start(codes);
        }
        self.duty.first_code = self.counter.read() + self.duty.meter.first_ticks();
        self.duty.meter.mark(true);
        self.duty.began = self.counter.read();
    }

    fn sleep(&mut self, mode: &str, period_ticks: u64) -> Option<Period> {
        let slept = self.counter.read();
        self.duty.meter.mark(false);
        let end = self.duty.began.saturating_add(period_ticks);
        let known = SLEEPS.split(' ').any(|name| name == mode);
        let sleep_seen = mode != "stop";
        let mut stopped_at = slept;
        self.duty.stopped = false;
        if !sleep_seen {
            self.duty.stop();
            let from = self.counter.read();
            let passed = self.duty.meter.stop_clocks(end.saturating_sub(from));
            if passed == 0 {
                defmt::warn!("the rest of the period is too short for stop mode");
            } else {
                self.duty.stopped = true;
                self.counter.set(from + passed);
            }
        }
        let from = self.counter.read();
        if let Some(rest) = end.checked_sub(from).filter(|_| known) {
            let passed = self.duty.meter.sleep(rest);
            self.counter.set(from + passed);
        } else if known {
            defmt::warn!("the iteration took longer than the period");
        }
        let ended = self.counter.read();
        if sleep_seen {
            stopped_at = ended;
            self.duty.stop();
        }
        self.link.port().resume();
        let awake = self.duty.due(slept).min(self.duty.taken as u64);
        // The last code that is due may still be on its way.
        let missing = self.duty.due(stopped_at).saturating_sub(self.duty.taken as u64);
        known.then_some(Period {
            began: self.duty.began,
            first_code: self.duty.first_code,
            slept,
            ended,
            awake_codes: if sleep_seen { awake as u32 } else { self.duty.taken as u32 },
            sleep_seen,
            lost: if missing > 1 { missing as u32 } else { 0 },
        })
    }

    fn codes(&self) -> &[u16] {
        self.duty.codes.as_ref().and_then(|codes| codes.get(..self.duty.taken)).unwrap_or(&[])
    }

    fn came_up(&self) -> Option<CameUp> {
        if self.duty.stopped { self.duty.meter.came_up() } else { None }
    }
}
