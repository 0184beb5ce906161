//! The power of a test device: round figures, and every mistake that a test asks for.
//!
//! The chain makes a code 40 uA; the converter takes a code every 10 us of virtual time, and goes on in the mode `sleep`
//! but not in the mode `stop`.

use std::time::Duration;

use hil_agent::platform::Power;
use hil_model::power::{Meter, Shunt, StatedCurrent};
use hil_wire::message::{Converter, Period};

use crate::clock::VirtualClock;

/// Nanoseconds of virtual time from one code to the next.
const DISTANCE: u32 = 10_000;

/// What a test device tells of its power.
#[derive(Debug, Clone)]
pub struct TestPower {
    /// The code while it is awake.
    pub awake: u16,
    /// The code in the mode `sleep`.
    pub asleep: u16,
    /// What it makes of a period before it tells it.
    pub spoil: fn(Period) -> Period,
    clock: VirtualClock,
    began: u64,
    codes: Vec<u16>,
}

impl TestPower {
    /// A device that draws these codes awake and in the mode `sleep`.
    #[must_use]
    pub fn new(awake: u16, asleep: u16) -> Self {
        let clock = VirtualClock::default();
        Self { awake, asleep, spoil: |period| period, clock, began: 0, codes: Vec::new() }
    }

    /// The same for one life on a clock.
    pub(crate) fn on(&self, clock: &VirtualClock) -> Self {
        Self { clock: clock.clone(), ..self.clone() }
    }
}

/// The meter of the test bench: 50 V/V over 0.5 ohms, and a stated current for the mode `stop`.
#[must_use]
pub fn meter() -> Meter {
    let source = "a test".to_owned();
    Meter {
        shunt: Shunt {
            ohms: 0.5,
            tolerance: 0.001,
            amplifier: "INA240A2".to_owned(),
            gain: 50.0,
            gain_error_max: 0.002,
            offset_max_volts: 25e-6,
            bandwidth_hz: 400e3,
            high_volts: 4.0,
            source: source.clone(),
            unverified: None,
        },
        stated: vec![StatedCurrent { sleep: "stop".to_owned(), amperes: 0.45e-3, source }],
    }
}

impl Power for TestPower {
    fn converter(&mut self) -> Converter<'static> {
        Converter {
            name: "test-adc",
            bits: 12,
            full_scale_uv: 4_096_000,
            full_scale_ppm: 10_000,
            offset_uv: 500,
            supply_uv: 3_000_000,
            supply_ppm: 5_000,
            sample_ticks: DISTANCE,
            sleeps: "sleep stop",
        }
    }

    fn begin(&mut self) {
        self.began = self.clock.nanos();
        self.codes.clear();
    }

    fn sleep(&mut self, mode: &str, period_ticks: u64) -> Option<Period> {
        let sleep_seen = match mode {
            "sleep" => true,
            "stop" => false,
            _ => return None,
        };
        let (began, slept) = (self.began, self.clock.nanos());
        let ended = slept.max(began + period_ticks).max(began + 1);
        self.clock.advance(Duration::from_nanos(ended - slept));
        let codes = |from: u64, to: u64| usize::try_from((to - from) / u64::from(DISTANCE)).unwrap_or(0);
        self.codes.extend(std::iter::repeat_n(self.awake, codes(began, slept)));
        let awake_codes = u32::try_from(self.codes.len()).unwrap_or(u32::MAX);
        if sleep_seen {
            self.codes.extend(std::iter::repeat_n(self.asleep, codes(slept, ended)));
        }
        let period = Period { began, first_code: began, slept, ended, awake_codes, sleep_seen, lost: 0 };
        Some((self.spoil)(period))
    }

    fn codes(&self) -> &[u16] {
        &self.codes
    }
}
