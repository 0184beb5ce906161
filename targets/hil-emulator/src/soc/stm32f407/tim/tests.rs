//! Counting lazily gives what counting tick by tick gives; interrupts, preloads, directions, outputs, captures.

use proptest::prelude::*;

use super::output::Signal;
use super::{Timer, channel_named};
use crate::soc::bus::Word;
use crate::time::Time;

const CR1: u32 = 0x00;
const CR2: u32 = 0x04;
const DIER: u32 = 0x0C;
const SR: u32 = 0x10;
const EGR: u32 = 0x14;
const CCMR1: u32 = 0x18;
const CCER: u32 = 0x20;
const CNT: u32 = 0x24;
const PSC: u32 = 0x28;
const ARR: u32 = 0x2C;
const RCR: u32 = 0x30;
const CCR1: u32 = 0x34;
const BDTR: u32 = 0x44;

/// A clock of 1 MHz: a tick is a microsecond.
const TICK: u64 = 1_000_000;

struct Bench {
    timer: Timer,
    now: Time,
}

impl Bench {
    fn new(number: usize, settings: &[(u32, u32)]) -> Self {
        let mut timer = Timer::new(number);
        timer.set_clock(1_000_000, Time(0));
        let mut bench = Self { timer, now: Time(0) };
        settings.iter().for_each(|(offset, value)| bench.write(*offset, *value));
        bench
    }

    fn write(&mut self, offset: u32, value: u32) {
        self.timer.write(offset, Word { value, mask: u32::MAX }, self.now).unwrap();
    }

    fn read(&mut self, offset: u32) -> u32 {
        self.timer.read(offset, self.now).unwrap()
    }

    /// Lets `ticks` pass with every event at its time. Gives their times in ticks.
    fn pass(&mut self, ticks: u64) -> Vec<u64> {
        let end = Time(self.now.0 + ticks * TICK);
        let mut events = Vec::new();
        while self.timer.next_event() <= end {
            let at = self.timer.next_event();
            self.timer.advance(at);
            events.push(at.0 / TICK);
        }
        self.now = end;
        events
    }
}

#[test]
fn only_advanced_timers_have_a_repetition_counter() {
    for (number, repetition) in [(1, 3), (2, 0), (6, 0), (8, 3)] {
        let mut bench = Bench::new(number, &[(RCR, 3)]);
        assert_eq!(bench.timer.read(RCR, bench.now), Some(repetition), "TIM{number}");
    }
}

#[test]
fn updates_come_every_reload_plus_one_times_the_prescaler_plus_one() {
    let mut bench = Bench::new(3, &[(PSC, 9), (ARR, 99), (EGR, 1), (SR, 0), (DIER, 1), (CR1, 1)]);
    assert_eq!(bench.pass(3_500), [1_000, 2_000, 3_000]);
    assert_eq!((bench.read(CNT), bench.read(SR) & 1, bench.timer.asks()), (50, 1, (true, false)));
    bench.write(SR, 0);
    assert_eq!(bench.timer.asks(), (false, false));
}

#[test]
fn nothing_is_planned_where_nobody_waits() {
    let mut bench = Bench::new(2, &[(ARR, 9), (CR1, 1)]);
    assert_eq!(bench.pass(1_000_000_003), [0; 0]);
    assert_eq!((bench.read(CNT), bench.read(SR) & 1), (3, 1));
}

#[test]
fn preloads_wait_for_the_update() {
    let mut bench = Bench::new(3, &[(ARR, 9), (CR1, 0x81), (DIER, 1)]);
    bench.write(ARR, 4);
    bench.write(PSC, 1);
    assert_eq!(bench.pass(31), [10, 20, 30]);
    let mut bench = Bench::new(3, &[(ARR, 9), (CR1, 0x01), (DIER, 1)]);
    bench.write(ARR, 4);
    assert_eq!(bench.pass(11), [5, 10], "without preload at once");
}

#[test]
fn one_pulse_ends_with_the_update() {
    let mut bench = Bench::new(7, &[(ARR, 9), (DIER, 1), (CR1, 0x09)]);
    assert_eq!(bench.pass(100), [10]);
    assert_eq!((bench.read(CR1) & 1, bench.read(CNT)), (0, 0));
}

#[test]
fn it_counts_down_and_back_and_forth() {
    let mut down = Bench::new(1, &[(ARR, 9), (CNT, 3), (DIER, 1), (CR1, 0x11)]);
    assert_eq!(down.pass(15), [4, 14]);
    assert_eq!(down.read(CNT), 8);
    let mut centre = Bench::new(1, &[(ARR, 10), (DIER, 1), (CR1, 0x61)]);
    assert_eq!(centre.pass(33), [10, 20, 30]);
    assert_eq!((centre.read(CNT), centre.read(CR1) >> 4 & 1), (7, 1));
}

#[test]
fn the_repetition_counter_of_an_advanced_timer_thins_out_updates() {
    let mut bench = Bench::new(8, &[(ARR, 9), (RCR, 2), (EGR, 1), (SR, 0), (DIER, 1), (CR1, 1)]);
    bench.pass(65);
    assert_eq!(bench.read(SR) & 1, 1);
    bench.write(SR, 0);
    bench.pass(20);
    assert_eq!(bench.read(SR) & 1, 0, "the next one is at 90");
    bench.pass(5);
    assert_eq!(bench.read(SR) & 1, 1);
}

#[test]
fn pulse_width_follows_the_compare_value() {
    let settings = [(ARR, 9), (CCMR1, 0x68), (CCR1, 3), (EGR, 1), (CCER, 1), (BDTR, 1 << 15), (CR1, 1)];
    let mut bench = Bench::new(1, &settings);
    let levels: Vec<bool> = (0..20).map(|_| (bench.timer.pin(0).unwrap(), bench.pass(1)).0).collect();
    let wanted: Vec<bool> = (0..20).map(|tick| tick % 10 < 3).collect();
    assert_eq!(levels, wanted);
    bench.write(BDTR, 0);
    assert_eq!(bench.timer.pin(0), None, "the main output is off");
}

#[test]
fn requests_for_dma_wait_until_they_are_served() {
    let mut bench = Bench::new(2, &[(ARR, 9), (CCR1, 4), (DIER, 0x300), (CR1, 1)]);
    bench.pass(5);
    assert_eq!(bench.timer.requests(), 0b10);
    bench.pass(5);
    assert_eq!(bench.timer.requests(), 0b11);
    bench.timer.served(0b10);
    assert_eq!(bench.timer.requests(), 0b01);
}

#[test]
fn signals_are_sent_to_those_who_listen() {
    let mut bench = Bench::new(2, &[(ARR, 9), (CR2, 0x20), (CR1, 1)]);
    bench.timer.listen(Signal::Trgo.bit(), Time(0));
    assert_eq!(bench.pass(25), [10, 20]);
    let fired: Vec<_> = bench.timer.take_fired().into_iter().filter(|(_, level, _)| *level).collect();
    assert_eq!(fired, [(Signal::Trgo, true, Time(10 * TICK)), (Signal::Trgo, true, Time(20 * TICK))]);
}

#[test]
fn an_input_captures_the_count_at_its_edge() {
    let mut bench = Bench::new(3, &[(ARR, 0xFFFF), (CCMR1, 1), (CCER, 1), (DIER, 2), (CR1, 1)]);
    bench.pass(123);
    bench.timer.input(0, true, bench.now);
    bench.pass(50);
    bench.timer.input(0, false, bench.now);
    assert_eq!(bench.timer.asks(), (false, true));
    assert_eq!(bench.read(CCR1), 123);
    assert_eq!(bench.timer.asks(), (false, false), "reading clears the flag");
}

#[test]
fn a_timer_keeps_its_count_when_its_clock_changes() {
    let mut bench = Bench::new(5, &[(CR1, 1)]);
    bench.pass(100);
    bench.timer.set_clock(2_000_000, bench.now);
    bench.pass(100);
    assert_eq!(bench.read(CNT), 300);
    bench.timer.set_clock(0, bench.now);
    bench.pass(100);
    assert_eq!(bench.read(CNT), 300);
}

#[test]
fn channels_have_names() {
    assert_eq!(channel_named("tim2.4"), Some((1, 3)));
    for wrong in ["tim2.5", "tim15.1", "tim6.1", "tim0.1", "2.1", "tim2"] {
        assert_eq!(channel_named(wrong), None, "{wrong}");
    }
}

proptest! {
    /// However long nobody looks, the counter, the flags and the pin are what they are when somebody looks every tick.
    #[test]
    fn looking_seldom_is_looking_always(
        arr in 1..40u32, ccr in 0..45u32, psc in 0..3u32, mode in 0..8u32, cr1 in 0..4u32, ticks in 1..3_000u64,
    ) {
        // Up, down, or centre-aligned in two of its modes.
        let control = [0x01, 0x11, 0x21, 0x61][cr1 as usize];
        let settings =
            [(ARR, arr), (PSC, psc), (CCMR1, mode << 4), (CCR1, ccr), (EGR, 1), (SR, 0), (CCER, 1), (CR1, control)];
        let mut always = Bench::new(2, &settings);
        let mut seldom = always.timer.clone();
        for _ in 0..ticks {
            always.pass(1);
            always.read(CNT);
        }
        let now = always.now;
        for offset in [CNT, SR, CR1] {
            prop_assert_eq!(seldom.read(offset, now), always.timer.read(offset, now), "register {:#x}", offset);
        }
        seldom.advance(now);
        prop_assert_eq!(seldom.pin(0), always.timer.pin(0));
    }
}
