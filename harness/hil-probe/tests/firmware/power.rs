//! The boards measure their own power: the energy of an iteration by the codes is the true energy within what the
//! converter, the shunt and the amplifier are known to be off, whatever parts the board has.

use hil_emulator::power::window::Window;
use hil_wire::message::{CameUp, Converter, Period, Request, Response};
use hil_wire::version::WIRE_VERSION;

use crate::bench::{BOARDS, BoardUnderTest};
use crate::wired::Wired;

const HOP: &str = "lan/keyword_hop_i8";
const PERIOD_SECONDS: f64 = 0.02;
const PERIODS: u32 = 2;

/// What the labels of the circuit's parts say, with their limits; the same figures as in the boards' files.
struct Circuit {
    shunt_ohms: f64,
    shunt_limit: f64,
    gain: f64,
    gain_limit: f64,
    offset_volts: f64,
}

fn circuit(board: BoardUnderTest) -> Circuit {
    match board.name {
        "stm32f4" => {
            Circuit { shunt_ohms: 0.5, shunt_limit: 0.001, gain: 50.0, gain_limit: 0.002, offset_volts: 25e-6 }
        }
        _ => Circuit { shunt_ohms: 1.0, shunt_limit: 0.001, gain: 200.0, gain_limit: 0.01, offset_volts: 35e-6 },
    }
}

/// What the converter says of itself, without its texts.
#[derive(Debug, Clone)]
struct Seen {
    converter: Converter<'static>,
    periods: Vec<(Vec<u16>, Period)>,
    windows: Vec<Window>,
    /// What the board told of its clocks behind each period.
    came_up: Vec<CameUp>,
    least_amperes: f64,
}

/// A few periods with `sleep` in between.
fn cycle(board: BoardUnderTest, seed: u64, sleep: &str) -> Option<Seen> {
    cycle_of(board, seed, sleep, PERIOD_SECONDS)
}

fn cycle_of(board: BoardUnderTest, seed: u64, sleep: &str, seconds: f64) -> Option<Seen> {
    let mut wired = Wired::start(board, seed)?;
    wired.ask(&Request::Hello { version: WIRE_VERSION });
    assert_eq!(wired.ask(&Request::Verify { kernel: HOP }), "Verified");
    // The first hops of a clip need little work.
    wired.say(&Request::Run { kernel: HOP, iterations: 4 });
    while wired.hear(|response| !matches!(response, Response::Done { .. })) {}
    wired.say(&Request::Converter);
    let converter = wired.hear(|response| match response {
        Response::Converter(converter) => Converter { name: "", sleeps: "", ..converter },
        other => panic!("{other:?}"),
    });
    let period_ticks = (seconds * board.core_hz) as u64;
    wired.say(&Request::DutyCycle { kernel: HOP, period_ticks, sleep, periods: PERIODS });
    let (mut periods, mut codes, mut came_up) = (Vec::new(), Vec::new(), Vec::new());
    while wired.hear(|response| {
        match response {
            Response::Codes { codes: more } => codes.extend_from_slice(more.as_slice()),
            Response::CameUp(clocks) => came_up.push(clocks),
            Response::Period(period) => periods.push((std::mem::take(&mut codes), period)),
            Response::Done { count, .. } => {
                assert_eq!(count, PERIODS);
                return false;
            }
            other => panic!("{other:?}"),
        }
        true
    }) {}
    // No register of a peripheral without clock, none that the model does not know, no clock beyond its limits.
    assert_eq!(wired.machine.cpu.soc.notes(), [], "{}", board.name);
    let windows = wired.windows();
    Some(Seen { converter, periods, windows, came_up, least_amperes: wired.least_amperes })
}

/// The mean power of some codes, and how far it may be off, in watts.
fn watts(codes: &[u16], converter: &Converter<'_>, circuit: &Circuit) -> (f64, f64) {
    let mean = codes.iter().map(|code| f64::from(*code)).sum::<f64>() / codes.len() as f64;
    let volts = mean / f64::from(1u32 << converter.bits) * f64::from(converter.full_scale_uv) * 1e-6;
    let amperes = volts / (circuit.gain * circuit.shunt_ohms);
    let watts = amperes * f64::from(converter.supply_uv) * 1e-6;
    let limits = [
        f64::from(converter.full_scale_ppm) * 1e-6,
        f64::from(converter.supply_ppm) * 1e-6,
        circuit.gain_limit,
        circuit.shunt_limit,
        circuit.offset_volts / (amperes * circuit.shunt_ohms),
        f64::from(converter.offset_uv) * 1e-6 / volts,
    ];
    // Limits as rectangular distributions, doubled.
    (watts, 2.0 * (limits.iter().map(|limit| limit * limit / 3.0).sum::<f64>()).sqrt() * watts)
}

#[test]
fn clocks_that_stopped_tell_how_long_they_took_to_come_up() {
    for board in BOARDS {
        let Some(stopped) = cycle(board, 8, "stop") else { continue };
        // Only the STM32F4 drives its core by a crystal and a PLL, which the machine model brings up in 2 ms and 0.2 ms; it
        // tells the time by an oscillator that is 1 % off at most.
        let stops = board.name == "stm32f4";
        assert_eq!(stopped.came_up.len(), if stops { stopped.periods.len() } else { 0 }, "{}", board.name);
        for CameUp { crystal_ns, pll_ns } in stopped.came_up {
            assert!((1_950_000..2_100_000).contains(&crystal_ns), "{crystal_ns} ns");
            assert!((190_000..220_000).contains(&pll_ns), "{pll_ns} ns");
        }
    }
}

#[test]
fn the_energy_of_an_iteration_is_the_true_one_within_what_is_stated() {
    for board in BOARDS {
        for (seed, sleep) in [(2, "sleep"), (3, "stop")] {
            let Some(seen) = cycle(board, seed, sleep) else { continue };
            assert_eq!(seen.windows.len(), seen.periods.len());
            for ((codes, period), window) in seen.periods.iter().zip(&seen.windows) {
                let awake = &codes[..period.awake_codes as usize];
                assert!(awake.len() >= 80, "{} {sleep}: {} codes", board.name, awake.len());
                let seconds = (period.slept - period.began) as f64 / board.core_hz;
                let (watts, stated) = watts(awake, &seen.converter, &circuit(board));
                let (found, truth) = (watts * seconds, window.joules());
                assert!((found - truth).abs() <= stated * seconds, "{found} J within {stated} W, truly {truth} J");
                // The statement says something.
                assert!(stated / watts < 0.1, "{stated} of {watts} W");
            }
        }
    }
}

#[test]
fn the_clock_goes_on_in_sleep_and_the_codes_with_it() {
    for board in BOARDS {
        // A tick of the slower RTC, at both ends.
        for (sleep, resolution) in [("sleep", 2e-6), ("stop", 2.0 / 32_000.0)] {
            let Some(seen) = cycle(board, 1, sleep) else { continue };
            let seconds = |ticks: u64| ticks as f64 / board.core_hz;
            let (first, first_window) = (seen.periods[0].1, &seen.windows[0]);
            for ((codes, period), window) in seen.periods.iter().zip(&seen.windows) {
                assert_eq!((period.sleep_seen, period.lost), (sleep == "sleep", 0));
                let after = (window.start.0 - first_window.start.0) as f64 * 1e-12;
                let off = (seconds(period.began - first.began) - after).abs();
                assert!(off <= resolution, "{} {sleep}: {off} s after {after} s", board.name);
                let length = seconds(period.slept - period.began);
                assert!((length - window.seconds()).abs() < 2e-6, "{length} s, truly {} s", window.seconds());
                let whole = seconds(period.ended - period.began);
                assert!((whole - PERIOD_SECONDS).abs() < 2e-6, "a period of {whole} s");
                // All codes that there is time for were taken, give or take the one on its way, and those that were taken awake are larger.
                let (sample, from) = (u64::from(seen.converter.sample_ticks), period.first_code);
                let until = if period.sleep_seen { period.ended } else { period.slept };
                let due = (until - from) / sample + 1;
                assert!((due - 1..=due + 1).contains(&(codes.len() as u64)), "{} of {due} codes", codes.len());
                let awake = period.awake_codes as usize;
                // The amplifier of one board takes some 30 us to follow.
                let least = codes[5..awake].iter().min().unwrap();
                assert!(*least > 900, "{} {sleep}: awake {least}", board.name);
                let most = codes.iter().skip(awake + 5).max();
                assert!(most.is_none_or(|most| *most < 900), "{} {sleep}: asleep {most:?}", board.name);
            }
        }
    }
}

#[test]
fn codes_that_there_is_no_room_for_are_counted() {
    for board in BOARDS {
        let Some(seen) = cycle_of(board, 1, "sleep", 0.07) else { continue };
        for (codes, period) in &seen.periods {
            let due = (period.ended - period.first_code) / u64::from(seen.converter.sample_ticks) + 1;
            assert_eq!((codes.len(), u64::from(period.lost)), (4096, due - 4096), "{}", board.name);
            assert!(codes.last().unwrap() < &900, "the last one is of the sleep");
        }
    }
}

#[test]
fn stop_mode_takes_what_the_data_sheet_says_and_sleep_more() {
    for board in BOARDS {
        let (Some(sleep), Some(stop)) = (cycle(board, 1, "sleep"), cycle(board, 1, "stop")) else { continue };
        // DS8626 table 23 and LSI; PS, Sleep: System ON with RTC and all of RAM from the crystal.
        let expected = if board.name == "stm32f4" { 280e-6..312e-6 } else { 2e-6..4e-6 };
        assert!(expected.contains(&stop.least_amperes), "{}: {} A", board.name, stop.least_amperes);
        assert!(sleep.least_amperes > 1e-3, "{}: {} A", board.name, sleep.least_amperes);
    }
}

#[test]
fn a_mode_that_the_board_does_not_have_is_refused() {
    for board in BOARDS {
        let Some(mut wired) = Wired::start(board, 1) else { continue };
        wired.ask(&Request::Hello { version: WIRE_VERSION });
        let said = wired.ask(&Request::DutyCycle { kernel: HOP, period_ticks: 1_000_000, sleep: "coma", periods: 1 });
        assert!(said.contains("NotObservable"), "{said}");
        assert!(wired.ask(&Request::Now).starts_with("Now"), "and the session goes on");
    }
}
