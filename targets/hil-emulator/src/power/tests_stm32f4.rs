//! The model meets every row that it cites, and adds up to rows that it does not use.

use super::{High, Mode, Model, State};
use crate::board::find;
use crate::power::facts::PowerFacts;

fn facts() -> PowerFacts {
    find("stm32f4").unwrap().1.power
}

fn model() -> Model {
    Model::new(&facts()).unwrap()
}

/// The conditions of the data sheet's rows for `mhz`: prescalers 4 and 2, an external clock.
fn row(mhz: f64) -> State {
    let hclk = (mhz * 1e6) as u64;
    State {
        hclk,
        pclk1: hclk / 4,
        pclk2: hclk / 2,
        scale_1: mhz > 144.0,
        from_flash: true,
        accelerator: true,
        hse: High::Bypass,
        pll: mhz > 25.0,
        ..State::default()
    }
}

fn near(found: f64, wanted: f64, tolerance: f64, what: &str) {
    assert!((found / wanted - 1.0).abs() <= tolerance, "{what}: {found} A, cited {wanted} A");
}

#[test]
fn every_row_is_met_within_one_percent() {
    let (model, facts) = (model(), facts());
    for curve in &facts.curve {
        for (mhz, ma) in curve.mhz_ma.as_ref() {
            let state = match curve.name.as_str() {
                "run-accelerated" => row(*mhz),
                "run-plain" => State { accelerator: false, ..row(*mhz) },
                "sleep" => State { mode: Mode::Sleep, ..row(*mhz) },
                other => panic!("no test for the curve {other}"),
            };
            near(model.amperes(&state), ma * 1e-3, 0.01, &format!("{} at {mhz} MHz", curve.name));
        }
    }
    let from_ram = State { accelerator: false, from_flash: false, ..row(168.0) };
    near(model.amperes(&from_ram), 0.040, 0.01, "from RAM, the accelerator off");
    let stop = |low_power_regulator, flash_off| {
        model.amperes(&State { mode: Mode::Stop { low_power_regulator, flash_off }, ..row(168.0) })
    };
    near(stop(false, false), 450e-6, 0.01, "stop");
    near(stop(false, true), 400e-6, 0.01, "stop, flash off");
    near(stop(true, false), 310e-6, 0.01, "stop, low-power regulator");
    near(stop(true, true), 280e-6, 0.01, "stop, low-power regulator, flash off");
    let standby = |rtc, backup_sram| model.amperes(&State { mode: Mode::Standby, rtc, backup_sram, ..row(168.0) });
    near(standby(false, false), 2.2e-6, 0.01, "standby");
    near(standby(true, false), 3.3e-6, 0.01, "standby, RTC");
    near(standby(false, true), 3.0e-6, 0.01, "standby, backup SRAM");
    near(standby(true, true), 4.0e-6, 0.01, "standby, both");
    let converting = State { converters: 1, ..row(168.0) };
    near(model.amperes(&converting) - model.amperes(&row(168.0)), 1.6e-3, 0.01, "a converter");
}

/// The column of table 20 with all peripherals on, which the model does not contain (unverified, like the others).
const EVERYTHING_ON: [(f64, f64); 9] = [
    (168.0, 87.0),
    (144.0, 67.0),
    (120.0, 56.0),
    (90.0, 44.0),
    (60.0, 30.0),
    (30.0, 16.0),
    (25.0, 12.0),
    (16.0, 9.0),
    (8.0, 5.0),
];

#[test]
fn every_peripheral_on_adds_up_to_the_other_column_of_the_table() {
    let model = model();
    for (mhz, ma) in EVERYTHING_ON {
        let state = State { enabled: [u32::MAX; 5], ..row(mhz) };
        near(model.amperes(&state), ma * 1e-3, 0.07, &format!("{mhz} MHz"));
    }
}

/// Table 26: VDD 1.8 V, the accelerator on but its prefetch (columns MHz and mA).
const AT_1V8: [(f64, f64); 6] = [(144.0, 29.3), (120.0, 24.7), (90.0, 19.3), (60.0, 13.4), (30.0, 7.7), (25.0, 6.0)];

#[test]
fn the_rows_agree_with_those_for_another_voltage() {
    // The regulator is linear: what the core draws hardly depends on VDD. Prefetch costs some.
    for (mhz, ma) in AT_1V8 {
        near(model().amperes(&row(mhz)), ma * 1e-3, 0.06, &format!("{mhz} MHz"));
    }
}

#[test]
fn between_rows_currents_lie_between() {
    let model = model();
    for (low, high) in [(8.0, 16.0), (16.0, 25.0), (60.0, 90.0), (120.0, 144.0)] {
        let middle = model.amperes(&State { pll: low >= 25.0, ..row((low + high) / 2.0) });
        assert!((model.amperes(&row(low))..=model.amperes(&row(high))).contains(&middle), "{low} to {high} MHz");
    }
    for mhz in 1..168 {
        assert!(model.amperes(&State { scale_1: true, ..row(f64::from(mhz)) }) > 0.0);
    }
}

#[test]
fn scale_1_costs_more_and_the_slow_clock_follows_its_bus() {
    let model = model();
    let faster = model.amperes(&State { scale_1: true, ..row(120.0) });
    near(faster, 0.026 * 1.12, 0.01, "scale 1 at 120 MHz");
    let with = |pclk1| model.amperes(&State { enabled: [0, 0, 0, 1, 0], pclk1, ..row(168.0) });
    near(with(42_000_000) - with(21_000_000), 21.0 * 16.7e-6, 0.001, "TIM2");
}

#[test]
fn oscillators_add_what_the_rows_do_not_contain() {
    let model = model();
    let more = |state: State| model.amperes(&state) - model.amperes(&row(16.0));
    near(more(State { hse: High::Crystal, ..row(16.0) }), 449e-6, 0.01, "HSE");
    near(more(State { hsi: true, ..row(16.0) }), 80e-6, 0.01, "HSI");
    near(more(State { pll: true, ..row(16.0) }), 1.1e-3, 0.01, "a PLL that the row does not contain");
    near(more(State { flash_busy: true, ..row(16.0) }), 12e-3, 0.01, "an erase");
    near(more(State { rtc: true, ..row(16.0) }), 1.1e-6, 0.01, "RTC");
}

#[test]
fn a_missing_figure_is_an_error_that_names_it() {
    let mut facts = facts();
    for figures in &mut facts.figures {
        figures.microamperes.remove("stop-main");
    }
    assert!(Model::new(&facts).unwrap_err().message.contains("\"stop-main\""));
    let mut facts = super::super::facts::PowerFacts { curve: Vec::new(), ..facts };
    facts.figures.clear();
    assert!(Model::new(&facts).is_err());
}
