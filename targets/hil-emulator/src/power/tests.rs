//! Charge, energy, windows, logs and meters: exact, and the same however a run is cut into slices.

use std::io::Write;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

use super::facts::{AmplifierFacts, MarkerFacts, SupplyFacts};
use super::log::CurrentLog;
use super::meter::{Meter, MeterSettings, Range};
use super::{Recorder, Supply};
use crate::time::Time;

/// A file in memory.
#[derive(Debug, Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn facts() -> SupplyFacts {
    SupplyFacts {
        volts: 3.3,
        shunt_ohms: 0.5,
        shunt_tolerance: 0.001,
        amplifier: Some(AmplifierFacts {
            part: String::from("any"),
            gain: 50.0,
            gain_error_max: 0.002,
            offset_max_volts: 25e-6,
            bandwidth_hz: 400e3,
            low_volts: 0.0,
            high_volts: 3.2,
            source: String::new(),
            unverified: None,
        }),
        sense_pin: Some(String::from("PA1")),
        marker: vec![MarkerFacts { name: String::from("work"), pin: String::from("PE4") }],
        source: String::new(),
        unverified: None,
    }
}

#[test]
fn charge_and_energy_of_one_stretch() {
    let exact = SupplyFacts { shunt_tolerance: 0.0, ..facts() };
    let mut supply = Supply::new(&exact, 1);
    supply.draw(Time(0), 0.040);
    let second = Time(1_000_000_000_000);
    assert_eq!(supply.reading(second).charge, 40_000_000_000 * 1_000_000_000_000);
    assert!((supply.coulombs(second) - 0.040).abs() < 1e-15);
    // 20 mV stay at the shunt.
    assert!((supply.load_volts() - 3.28).abs() < 1e-12);
    assert!((supply.joules(second) - 0.040 * 3.28).abs() < 1e-12);
}

#[test]
fn what_is_no_positive_current_counts_as_nothing() {
    let mut supply = Supply::new(&facts(), 1);
    for amperes in [f64::NAN, -1.0, f64::NEG_INFINITY, -0.0] {
        supply.draw(Time(5), amperes);
        assert_eq!(supply.coulombs(Time(1_000)), 0.0);
    }
}

#[test]
fn the_amplifier_shows_the_current_on_its_pin_alone() {
    let mut supply = Supply::new(&facts(), 3);
    supply.draw(Time(0), 0.040);
    let settled = Time(100_000_000);
    let volts = supply.volts_at("PA1", settled).unwrap();
    assert!((volts - 1.0).abs() < 0.0045, "0.5 ohms x 40 mA x 50: {volts}");
    assert_eq!(supply.volts_at("PA2", settled), None);
    assert_eq!(Supply::default().sense_volts(settled), 0.0);
}

#[test]
fn a_pin_marks_windows_with_their_true_energy() {
    let mut supply = Supply::new(&facts(), 1);
    supply.draw(Time(0), 0.010);
    let pin = |high: bool| move |pin: &str| (pin == "PE4").then_some(high);
    supply.watch_pins(Time(1_000_000), pin(true));
    supply.draw(Time(2_000_000), 0.030);
    supply.watch_pins(Time(2_500_000), pin(true));
    supply.watch_pins(Time(3_000_000), pin(false));
    let window = supply.window("work").unwrap();
    assert_eq!((window.start, window.end, supply.windows().len()), (Time(1_000_000), Time(3_000_000), 1));
    assert_eq!(window.charge, 10_000_000_000 * 1_000_000 + 30_000_000_000 * 1_000_000);
    assert!((window.amperes() - 0.020).abs() < 1e-15 && (window.seconds() - 2e-6).abs() < 1e-18);
    let whole = supply.reading(Time(3_000_000));
    assert!(window.joules() < whole.joules());
    assert!(supply.window("other").is_none());
}

#[test]
fn the_log_has_a_line_for_every_change() {
    let sink = Sink::default();
    let mut supply = Supply::new(&facts(), 1);
    supply.draw(Time(0), 0.001);
    supply.record(Time(100), Box::new(CurrentLog::new(Box::new(sink.clone()))));
    supply.draw(Time(200), 0.002);
    supply.draw(Time(200), 0.003);
    supply.draw(Time(300), 0.003);
    // Back within no time: no change.
    supply.draw(Time(400), 0.004);
    supply.draw(Time(400), 0.003);
    supply.finish(Time(500));
    let lines = "100,1000000000\n200,3000000000\n500,3000000000\n";
    assert_eq!(sink.text(), format!("{}\n{lines}", CurrentLog::HEADER));
}

#[test]
fn a_meter_averages_over_its_own_periods() {
    let (sender, receiver) = channel();
    let settings = MeterSettings { rate_hz: 1_000_000, clock_error_ppm: 0.0, phase: Time(0), ranges: Vec::new() };
    let mut supply = Supply::new(&facts(), 1);
    supply.record(Time(0), Box::new(Meter::new(settings, Box::new(sender))));
    supply.draw(Time(0), 0.010);
    supply.draw(Time(1_250_000), 0.030);
    supply.finish(Time(3_999_999));
    assert_eq!(receiver.iter().collect::<Vec<_>>(), [10_000_000_000, 25_000_000_000, 30_000_000_000]);
}

#[test]
fn a_fast_clock_gives_more_samples_and_never_drifts_further() {
    for (ppm, wanted) in [(0.0, 1_000_000), (100.0, 1_000_100), (-100.0, 999_900)] {
        let (sender, receiver) = channel();
        let settings = MeterSettings { clock_error_ppm: ppm, ..MeterSettings::ppk2(0.0) };
        let mut meter = Meter::new(settings, Box::new(sender));
        let end = Time(10_000_000_000_000);
        meter.stretch(super::Stretch { start: Time(0), end, picoamperes: 1 });
        drop(meter);
        assert_eq!(receiver.iter().count(), wanted, "{ppm} ppm");
    }
}

#[test]
fn a_meter_that_is_connected_late_starts_with_a_whole_period() {
    let (sender, receiver) = channel();
    let settings = MeterSettings { rate_hz: 1_000_000, clock_error_ppm: 0.0, phase: Time(0), ranges: Vec::new() };
    let mut supply = Supply::new(&facts(), 1);
    supply.draw(Time(0), 0.010);
    supply.record(Time(500_000), Box::new(Meter::new(settings, Box::new(sender))));
    supply.finish(Time(2_000_000));
    assert_eq!(receiver.iter().collect::<Vec<_>>(), [10_000_000_000]);
}

#[test]
fn a_meter_that_is_connected_late_takes_the_samples_that_it_would_have_taken() {
    for (rate_hz, ppm, phase, late) in
        [(999_983, 37.5, 7, 123_456_789), (1_000_000, 0.0, 0, 1_000_000), (3, -100_000.0, 5, 1_000_000_000_000)]
    {
        let samples = |stretches: &[(u64, u64, u64)]| {
            let settings = MeterSettings { rate_hz, clock_error_ppm: ppm, phase: Time(phase), ranges: Vec::new() };
            let (sender, receiver) = channel();
            let mut meter = Meter::new(settings, Box::new(sender));
            for (start, end, picoamperes) in stretches {
                meter.stretch(super::Stretch { start: Time(*start), end: Time(*end), picoamperes: *picoamperes });
            }
            drop(meter);
            receiver.iter().filter(|sample| *sample == 1_000_001).count()
        };
        let end = late + 10_000_000_000_000 / rate_hz;
        let whole = samples(&[(0, late, 1), (late, end, 1_000_001)]);
        assert!(whole >= 8);
        assert_eq!(samples(&[(late, end, 1_000_001)]), whole, "{rate_hz} Hz, {ppm} ppm");
        // After 200 days, too: counted period by period this would take longer than anybody waits.
        let days = 17_280_000_000_000_000_123;
        let few = samples(&[(days, days + 10_000_000_000_000 / rate_hz, 1_000_001)]);
        assert!((8..=11).contains(&few), "{few}");
    }
}

#[test]
fn ranges_round_to_their_steps() {
    let (sender, receiver) = channel();
    let ranges = vec![Range { full_scale: 1_000, step: 10 }, Range { full_scale: 100_000, step: 1_000 }];
    let settings = MeterSettings { rate_hz: 1_000_000, clock_error_ppm: 0.0, phase: Time(0), ranges };
    let mut meter = Meter::new(settings, Box::new(sender));
    for (index, picoamperes) in [4, 994, 1_001, 49_500, 1_000_000].into_iter().enumerate() {
        let (start, end) = (Time(index as u64 * 1_000_000), Time((index as u64 + 1) * 1_000_000));
        meter.stretch(super::Stretch { start, end, picoamperes });
    }
    drop(meter);
    assert_eq!(receiver.iter().collect::<Vec<_>>(), [0, 990, 1_000, 50_000, 100_000]);
    let steps: Vec<_> = MeterSettings::ppk2(0.0).ranges.iter().map(|range| range.step).collect();
    assert!(steps.is_sorted() && steps[0] == 42_598 && steps[4] > 1_000_000_000, "{steps:?}");
}

#[test]
fn parts_differ_between_seeds_and_not_between_runs() {
    let volts = |seed| {
        let mut supply = Supply::new(&facts(), seed);
        supply.draw(Time(0), 0.040);
        supply.sense_volts(Time(1_000_000_000)).to_bits()
    };
    assert_eq!(volts(4), volts(4));
    assert_ne!(volts(4), volts(5));
}

/// What a run leaves, to the bit: charge, energy, the amplifier's output, the log, the samples.
fn outcome(changes: &[(u32, u32)], looks: &[u32]) -> (u128, u128, u64, String, Vec<u64>) {
    let (sink, (sender, receiver)) = (Sink::default(), channel());
    let mut supply = Supply::new(&facts(), 9);
    supply.record(Time(0), Box::new(CurrentLog::new(Box::new(sink.clone()))));
    supply.record(Time(0), Box::new(Meter::new(MeterSettings::ppk2(40.0), Box::new(sender))));
    let (mut now, mut looks) = (0u64, looks.iter().cycle());
    for (picoseconds, microamperes) in changes {
        let amperes = f64::from(*microamperes) * 1e-6;
        supply.draw(Time(now), amperes);
        let end = now + u64::from(*picoseconds);
        // Slices: the machine looks at the supply, and says again what it draws.
        while let Some(look) = looks.next()
            && now + u64::from(*look) < end
        {
            now += u64::from(*look);
            let _volts = supply.sense_volts(Time(now));
            let _reading = supply.reading(Time(now));
            supply.draw(Time(now), amperes);
        }
        now = end;
    }
    let (reading, volts) = (supply.reading(Time(now)), supply.sense_volts(Time(now)).to_bits());
    supply.finish(Time(now));
    drop(supply);
    (reading.charge, reading.energy, volts, sink.text(), receiver.iter().collect())
}

proptest! {
    #[test]
    fn slices_change_no_bit(
        changes in prop::collection::vec((0u32..50_000_000, 0u32..90_000), 1..40),
        looks in prop::collection::vec(1u32..20_000_000, 1..20),
    ) {
        let whole = outcome(&changes, &[u32::MAX]);
        prop_assert_eq!(&outcome(&changes, &looks), &whole);
        let charge: u128 = changes.iter().map(|(time, ua)| u128::from(*time) * u128::from(*ua) * 1_000_000).sum();
        prop_assert_eq!(whole.0, charge);
    }

    #[test]
    fn a_meter_loses_no_charge(
        changes in prop::collection::vec((1u64..30_000_000, any::<u32>()), 1..40),
        rate_hz in 1_000u64..3_000_000,
    ) {
        let (sender, receiver) = channel();
        let settings = MeterSettings { rate_hz, clock_error_ppm: 0.0, phase: Time(0), ranges: Vec::new() };
        let mut meter = Meter::new(settings, Box::new(sender));
        let (mut now, mut charge) = (0u64, 0u128);
        for (time, picoamperes) in &changes {
            let stretch = super::Stretch {
                start: Time(now),
                end: Time(now + time),
                picoamperes: u64::from(*picoamperes),
            };
            meter.stretch(stretch);
            charge += u128::from(*time) * u128::from(*picoamperes);
            now += time;
        }
        drop(meter);
        let samples: Vec<u64> = receiver.iter().collect();
        let period = 1e12 / rate_hz as f64;
        let seen: f64 = samples.iter().map(|sample| *sample as f64 * period).sum();
        // The last period is not over, and a sample is rounded to a picoampere and a bound to a picosecond.
        let slack = (f64::from(u32::MAX) + samples.len() as f64) * (period + 2.0);
        prop_assert!((charge as f64 - seen).abs() <= slack, "{charge} and {seen}");
    }
}
