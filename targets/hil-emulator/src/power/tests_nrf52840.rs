//! The model meets every row that it cites.

use super::{Low, Mode, Model, State};
use crate::board::find;

fn model() -> Model {
    Model::new(&find("nrf52840").unwrap().1.power).unwrap()
}

fn cited(name: &str) -> f64 {
    find("nrf52840").unwrap().1.power.current(name).unwrap()
}

fn idle() -> State {
    State { ram_kib: 256, ..State::default() }
}

fn run(flash: bool, dcdc: bool) -> State {
    State { mode: Mode::Run { flash }, dcdc, hfxo: true, ..idle() }
}

#[test]
fn every_row_is_met_within_one_percent() {
    let model = model();
    let rtc = State { low: Low::Rc, rtcs: 1, ..idle() };
    let rows = [
        ("run-flash-dcdc", run(true, true)),
        ("run-flash-ldo", run(true, false)),
        ("run-ram-dcdc", run(false, true)),
        ("run-ram-ldo", run(false, false)),
        ("idle-ram-on", idle()),
        ("idle-ram-off", State { ram_kib: 0, ..idle() }),
        ("idle-rtc-ram-on", rtc.clone()),
        ("idle-rtc-ram-off", State { ram_kib: 0, ..rtc.clone() }),
        ("off-ram-on", State { mode: Mode::Off, ..idle() }),
        ("off-ram-off", State { mode: Mode::Off, ram_kib: 0, ..idle() }),
        ("timer-1mhz-hfint", State { pclk1m: true, ..idle() }),
        ("timer-1mhz-hfxo", State { pclk1m: true, hfxo: true, ..idle() }),
        ("timer-16mhz-hfint", State { pclk16m: true, ..idle() }),
        ("saadc-hfxo-dcdc", State { saadc: true, hfxo: true, dcdc: true, ..idle() }),
        ("constant-latency", State { constant_latency: true, ..idle() }),
        ("rng-hfint", State { rng: true, ..idle() }),
        ("temp-hfint", State { temp: true, ..idle() }),
        ("wdt-lfrc", State { wdt: true, low: Low::Rc, ..idle() }),
        ("gpiote-event", State { gpiote_events: true, ..idle() }),
    ];
    for (name, state) in rows {
        let (found, wanted) = (model.amperes(&state), cited(name));
        assert!((found / wanted - 1.0).abs() < 0.01, "{name}: {found} A, cited {wanted} A");
    }
    // PS TIMER running, a row that the model does not use: 16 MHz with HFXO.
    let fast = model.amperes(&State { pclk16m: true, hfxo: true, ..idle() });
    assert!((fast / 823e-6 - 1.0).abs() < 0.01, "{fast}");
}

#[test]
fn what_is_switched_on_never_saves() {
    let model = model();
    let more: [fn(&mut State); 11] = [
        |state| state.hfxo = true,
        |state| state.constant_latency = true,
        |state| state.low = Low::Rc,
        |state| state.low = Low::Crystal,
        |state| state.rtcs += 1,
        |state| state.wdt = true,
        |state| state.pclk1m = true,
        |state| state.pclk16m = true,
        |state| state.uartes += 1,
        |state| state.saadc = true,
        |state| state.rng = true,
    ];
    for base in [idle(), State { dcdc: true, ..idle() }, run(true, false), run(false, true)] {
        for change in more {
            let mut state = base.clone();
            change(&mut state);
            assert!(model.amperes(&state) >= model.amperes(&base), "{state:?}");
        }
    }
}

#[test]
fn retained_ram_costs_its_share() {
    let model = model();
    let half = model.amperes(&State { ram_kib: 128, ..idle() });
    assert!((half - (0.97e-6 + 2.35e-6) / 2.0).abs() < 1e-9, "{half}");
}

#[test]
fn the_converter_saves_nothing_in_pure_idle_and_half_while_running() {
    let model = model();
    let by = |dcdc, state: State| model.amperes(&State { dcdc, ..state });
    assert_eq!(by(true, idle()), by(false, idle()));
    let ratio = by(true, run(true, true)) / by(false, run(true, true));
    assert!((0.50..0.55).contains(&ratio), "{ratio}");
}
