//! Power, energy and battery life, from raw codes to figures with their intervals.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

use hil_model::estimate::{Estimate, Finding, Method};
use hil_model::id::{ScenarioId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::power::{Converter, Metering, Period, Shunt, StatedCurrent};
use hil_model::sample::{Counter, Cut, Observations};
use hil_model::scenario::{Battery, Check, Needs, Place, Rule};
use hil_model::units::AnyQuantity;
use hil_stats::estimate::find;

fn check(metric: Metric, statistic: Statistic) -> Check {
    Check {
        target: None,
        metric,
        statistic,
        workload: WorkloadId::main(),
        versus: (statistic == Statistic::Ratio).then(|| WorkloadId::new("other").unwrap()),
        rule: Rule::Report,
        needs: Needs::default(),
        part: None,
        note: None,
        place: Place { file: "a.toml".to_owned(), line: 1 },
    }
}

/// 1 mV and 40 uA a code, 3 V at the load, a code every 10 us of a clock of 1 MHz.
fn converter(start: u32) -> Converter {
    Converter {
        start,
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

fn shunt() -> Shunt {
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

/// Awake for 2 ms, asleep for 8 ms, at these codes; in `stop` nobody looks while it is asleep.
fn period(start: u32, index: u32, sleep: &str, awake: u16, asleep: u16) -> Period {
    let sleep_seen = sleep == "sleep";
    let rest = if sleep_seen { vec![asleep; 800] } else { Vec::new() };
    let began = u64::from(index) * 10_000;
    Period {
        start,
        index,
        sleep: sleep.to_owned(),
        codes: [vec![awake; 200], rest].concat(),
        began,
        first_code: began,
        slept: began + 2_000,
        ended: began + 10_000,
        awake_codes: 200,
        sleep_seen,
        lost: 0,
        came_up: None,
    }
}

/// Five starts of twenty periods in each of these modes.
fn observed(sleep: &str, modes: &[&str]) -> Observations {
    let clock = Counter { name: "cyccnt".to_owned(), hz: 1e6 };
    let mut seen = Observations::new(ScenarioId::new("s").unwrap(), WorkloadId::main(), Evidence::Emulated, clock);
    let mut periods = Vec::new();
    for start in 0..5 {
        for (index, sleep) in (0..).zip(modes.iter().flat_map(|mode| std::iter::repeat_n(mode, 20))) {
            periods.push(period(start, index, sleep, 1000, 100));
        }
    }
    seen.metering = Some(Metering {
        shunt: shunt(),
        converters: (0..5).map(converter).collect(),
        sleep: sleep.to_owned(),
        period_ticks: 10_000,
        stated: None,
        battery: Some(Battery {
            capacity: AnyQuantity::parse("96 mWh").unwrap().typed().unwrap(),
            why: "a coin cell".to_owned(),
        }),
        periods,
    });
    seen
}

fn found(metric: Metric, seen: &Observations) -> Finding {
    find(&check(metric, Statistic::Mean), std::slice::from_ref(seen))
}

fn estimate(metric: Metric, seen: &Observations) -> Estimate {
    match found(metric, seen) {
        Finding::Estimate(estimate) => estimate,
        other => panic!("{metric}: {other:?}"),
    }
}

fn assert_close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-6 * wanted.abs(), "{found}, not {wanted}");
}

/// By hand: 40 mA at 3 V for 2 ms and 4 mA for 8 ms are 240 uJ and 96 uJ in 10 ms. Of the mean current of 11.2 mA, in
/// per cent and as standard uncertainties: full scale 0.577, supply 0.289, gain 0.115, shunt 0.058, offset 28.9 uA of
/// 11.2 mA = 0.258, burden 40 mA * 0.5 ohms of 3 V = 0.385, steps 40 uA / sqrt(12) / sqrt(100 000) = 0.000: together 0.805.
#[test]
fn the_example_worked_by_hand() {
    let seen = observed("sleep", &["sleep"]);
    let power = estimate(Metric::Power, &seen);
    assert_close(power.value, 33.6e-3);
    assert_eq!((power.method, power.samples), (Method::Metered, 100));
    let relative = [power.upper.unwrap() / power.value - 1.0, 1.0 - power.lower.unwrap() / power.value];
    for relative in relative {
        assert!((relative - 2.0 * 0.00805).abs() < 2e-5, "{relative}");
    }
    let energy = estimate(Metric::Energy, &seen);
    assert_close(energy.value, 240e-6);
    // 96 mWh are 345.6 J; at 33.6 mW they last 10286 s.
    let life = estimate(Metric::BatteryLife, &seen);
    assert_close(life.value, 345.6 / 33.6e-3);
    assert_close(life.lower.unwrap(), 345.6 / power.upper.unwrap());
    assert_close(life.upper.unwrap(), 345.6 / power.lower.unwrap());
    assert!(life.remark.unwrap().contains("a coin cell"));
    assert!(power.remark.unwrap().contains("microphone"));
}

#[test]
fn what_nobody_sees_asleep_is_bounded_by_nothing_and_by_the_light_mode() {
    let mut seen = observed("stop", &["stop", "sleep"]);
    let bounded = estimate(Metric::Power, &seen);
    // Awake 24 mW; with the light mode's 12 mW for 80 % of the time, 33.6 mW.
    assert_close(bounded.value, 24e-3);
    assert!(bounded.lower.unwrap() < 24e-3 && bounded.lower.unwrap() > 23.4e-3, "{bounded:?}");
    assert!(bounded.upper.unwrap() > 33.6e-3 && bounded.upper.unwrap() < 34.6e-3, "{bounded:?}");
    let remark = bounded.remark.unwrap();
    assert!(remark.contains("with sleep instead, which keeps capture peripherals running, 33.60 mW ["), "{remark}");

    // 0.45 mA at 3 V for 80 % of the time are 1.08 mW.
    let source = "DS8626 table 23".to_owned();
    seen.metering.as_mut().unwrap().stated = Some(StatedCurrent { sleep: "stop".to_owned(), amperes: 0.45e-3, source });
    let stated = estimate(Metric::Power, &seen);
    assert_close(stated.value, 25.08e-3);
    assert_eq!((stated.lower, stated.upper), (bounded.lower, bounded.upper), "what is stated proves nothing");
    let remark = stated.remark.unwrap();
    assert!(remark.contains("1.080 mW, stated and not metered: DS8626 table 23"), "{remark}");

    let alone = estimate(Metric::Power, &observed("stop", &["stop"]));
    assert_eq!(alone.upper, None);
    let life = estimate(Metric::BatteryLife, &observed("stop", &["stop"]));
    assert_eq!(life.lower, None);
}

#[test]
fn spoilt_codes_make_no_figure() {
    let spoil = |act: fn(&mut Period)| {
        let mut seen = observed("sleep", &["sleep"]);
        seen.metering.as_mut().unwrap().periods.iter_mut().for_each(act);
        estimate(Metric::Power, &seen)
    };
    for (found, share) in [
        (spoil(|period| period.codes[0..11].fill(0)), "1.1 %"),
        (spoil(|period| period.codes[0..11].fill(3200)), "1.1 %"),
        (
            spoil(|period| {
                period.codes.truncate(900);
                period.lost = 100;
            }),
            "9.9 %",
        ),
    ] {
        assert!(found.value.is_nan() && found.lower.is_none() && found.upper.is_none(), "{found:?}");
        assert!(found.remark.as_ref().unwrap().contains(share), "{found:?}");
    }
    assert!(
        spoil(|period| period.codes[0..9].fill(0)).value.is_finite(),
        "less than one in a hundred is told by nobody"
    );
}

#[test]
fn what_was_not_metered_says_what_it_needs() {
    let mut seen = observed("hibernate", &["sleep"]);
    let needs = "the sleep mode \"hibernate\"; the machine has: sleep stop".to_owned();
    assert_eq!(found(Metric::Power, &seen), Finding::CannotObserve { needs });

    seen = observed("sleep", &["sleep"]);
    seen.metering.as_mut().unwrap().period_ticks = 1_500;
    let needs = "an iteration that is over within the period of 1.500 ms; one took 2.000 ms".to_owned();
    assert_eq!(found(Metric::Power, &seen), Finding::CannotObserve { needs });
    assert!(matches!(found(Metric::Energy, &seen), Finding::Estimate(_)), "an iteration takes what it takes");

    seen.metering.as_mut().unwrap().battery = None;
    assert!(matches!(found(Metric::BatteryLife, &seen), Finding::CannotObserve { .. }));
    seen.metering.as_mut().unwrap().periods.truncate(3);
    seen.metering.as_mut().unwrap().period_ticks = 10_000;
    assert!(matches!(found(Metric::Power, &seen), Finding::TooFew { have: 3, .. }));
    seen.metering = None;
    seen.cut = Some(Cut::Budget);
    assert_eq!(found(Metric::Power, &seen), Finding::TooFew { have: 0, need: 100 });
}

/// The same workload beside another one whose codes awake are `code`.
fn sides(sleep: &str, modes: &[&str], code: u16) -> [Observations; 2] {
    let main = observed(sleep, modes);
    let mut other = observed(sleep, modes);
    other.workload = WorkloadId::new("other").unwrap();
    for period in &mut other.metering.as_mut().unwrap().periods {
        period.codes[0..200].fill(code);
    }
    [main, other]
}

fn ratio(metric: Metric, sides: &[Observations]) -> Estimate {
    match find(&check(metric, Statistic::Ratio), sides) {
        Finding::Estimate(estimate) => estimate,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_one_shunt_gets_wrong_is_no_part_of_a_ratio() {
    let sides = sides("sleep", &["sleep"], 2000);
    let one = ratio(Metric::Energy, &sides);
    assert_close(one.value, 2.0);
    // What is left is the drop over the shunt, which is twice as large on one side.
    assert!(one.lower.unwrap() > 1.98 && one.upper.unwrap() < 2.02, "{one:?}");
    assert!(one.remark.unwrap().contains("behind one shunt"));
}

#[test]
fn ratios_of_two_chains_join_the_intervals_of_both_sides() {
    let mut sides = sides("sleep", &["sleep"], 2000);
    sides[1].metering.as_mut().unwrap().shunt.ohms = 0.51;
    sides[1].metering.as_mut().unwrap().shunt.gain = 50.0 * 0.5 / 0.51;
    let two = ratio(Metric::Energy, &sides);
    assert_close(two.value, 2.0);
    assert!(two.lower.unwrap() < 1.98 && two.upper.unwrap() > 2.02, "{two:?}");
}

#[test]
fn what_nobody_sees_asleep_is_the_same_on_both_sides_and_an_order_can_be_proved() {
    let sides = sides("stop", &["stop", "sleep"], 2000);
    let found = ratio(Metric::Power, &sides);
    // With nothing drawn asleep, the ratio is that of the parts awake; the more is drawn, the nearer to one it is.
    assert!((1.95..2.05).contains(&found.upper.unwrap()), "{found:?}");
    assert!(found.lower.unwrap() > 1.0 && found.lower.unwrap() < 1.9, "{found:?}");
    let alone = estimate(Metric::Power, &sides[0]);
    assert!(alone.upper.unwrap() / alone.lower.unwrap() > 1.2, "each figure alone is too wide: {alone:?}");
}

#[test]
fn readings_of_the_supply_that_differ_make_a_ratio_uncertain() {
    let mut sides = sides("sleep", &["sleep"], 2000);
    let near = ratio(Metric::Power, &sides);
    for converter in &mut sides[1].metering.as_mut().unwrap().converters {
        converter.supply_uv = 3_030_000;
    }
    let far = ratio(Metric::Power, &sides);
    let width = |found: &Estimate| found.upper.unwrap() - found.lower.unwrap();
    assert!(width(&far) > width(&near) + 0.015, "{near:?} {far:?}");
}

/// Chains whose parts are anywhere within their limits, with noise of the converter: how often the interval misses.
#[test]
fn intervals_miss_the_truth_no_more_often_than_they_say() {
    let mut state = 7u64;
    // Uniform in [-1, 1): splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
    let mut uniform = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    let (awake, asleep) = (0.04f64, 0.004f64);
    let mut missed = 0;
    for _ in 0..300 {
        let mut seen = observed("sleep", &["sleep"]);
        let gain = 50.0 * (1.0 + 0.002 * uniform());
        let ohms = 0.5 * (1.0 + 0.001 * uniform());
        let (offset, full) = (25e-6 * uniform(), 4.096 * (1.0 + 0.01 * uniform()));
        let volts = 3.0 * (1.0 + 0.005 * uniform());
        for period in &mut seen.metering.as_mut().unwrap().periods {
            // The iteration itself differs by up to 2 % from period to period.
            let this = awake * (1.0 + 0.02 * uniform());
            for (place, code) in period.codes.iter_mut().enumerate() {
                let amperes = if place < 200 { this } else { asleep };
                let input = gain * (amperes * ohms + offset) + 2e-3 * uniform();
                *code = (input / full * 4096.0).round() as u16;
            }
        }
        let truth = volts * (0.2 * awake + 0.8 * asleep);
        let found = estimate(Metric::Power, &seen);
        missed += u32::from(found.lower.unwrap() > truth || found.upper.unwrap() < truth);
    }
    assert!(missed <= 30, "{missed} of 300 missed, more than the 10 % that an interval may");
    assert!(missed > 0, "an interval that never misses is wider than it says");
}
