//! A chain with round figures: 1 mV and 40 uA a code, 3 V at the load.

use hil_model::power::{Converter, Period, Shunt};

pub fn shunt() -> Shunt {
    Shunt {
        ohms: 0.5,
        tolerance: 0.001,
        amplifier: "INA240A2".to_owned(),
        gain: 50.0,
        gain_error_max: 0.002,
        offset_max_volts: 25e-6,
        bandwidth_hz: 400e3,
        high_volts: 3.2,
        source: "a test".to_owned(),
        unverified: None,
    }
}

pub fn converter() -> Converter {
    Converter {
        start: 0,
        name: "adc1".to_owned(),
        bits: 12,
        full_scale_uv: 4_096_000,
        full_scale_ppm: 10_000,
        offset_uv: 0,
        supply_uv: 3_000_000,
        supply_ppm: 5_000,
        sample_ticks: 10,
        sleeps: "sleep stop".to_owned(),
    }
}

/// Awake for 2000 ticks at code 1000, asleep for 8000 at code 100: with a clock of 1 MHz, 2 ms and 8 ms.
pub fn period() -> Period {
    Period {
        start: 0,
        index: 0,
        sleep: "sleep".to_owned(),
        codes: [vec![1000; 200], vec![100; 800]].concat(),
        began: 50_000,
        first_code: 50_005,
        slept: 52_000,
        ended: 60_000,
        awake_codes: 200,
        sleep_seen: true,
        lost: 0,
        came_up: None,
    }
}
