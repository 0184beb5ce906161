//! TIMER, RTC, and PPI between them.

use proptest::prelude::*;

use crate::soc::testing::Rig;

const CLOCK: u32 = 0x4000_0000;
const TIMER: u32 = 0x4000_8000;
const TIMER3: u32 = 0x4001_A000;
const RTC: u32 = 0x4000_B000;
const EGU: u32 = 0x4001_4000;
const PPI: u32 = 0x4001_F000;

fn capture(rig: &mut Rig, timer: u32) -> u32 {
    rig.write(timer + 0x044, 1);
    rig.read(timer + 0x544)
}

/// A timer of `bits` (BITMODE) at 16 MHz over 2^`prescaler`, started.
fn timer(bits: u32, prescaler: u32) -> Rig {
    let mut rig = Rig::new("nrf52840");
    rig.write(TIMER + 0x508, bits);
    rig.write(TIMER + 0x510, prescaler);
    rig.write(TIMER, 1);
    rig
}

/// The low-frequency clock from LFRC, running.
fn low_clock() -> Rig {
    let mut rig = Rig::new("nrf52840");
    rig.write(CLOCK + 8, 1);
    rig.pass_us(600);
    assert_eq!(rig.read(CLOCK + 0x104), 1);
    rig
}

#[test]
fn a_timer_counts_in_its_width_and_stops() {
    for (bits, mask) in [(0, 0xFFFF), (1, 0xFF), (2, 0xFF_FFFF), (3, u32::MAX)] {
        let mut rig = timer(bits, 4);
        rig.pass_us(100_000);
        assert_eq!(capture(&mut rig, TIMER), 100_000 & mask, "BITMODE {bits}");
        rig.write(TIMER + 4, 1);
        rig.pass_us(1000);
        assert_eq!(capture(&mut rig, TIMER), 100_000 & mask);
        rig.write(TIMER, 1);
        rig.write(TIMER + 0xC, 1);
        rig.pass_us(7);
        assert_eq!(capture(&mut rig, TIMER), 7);
    }
}

#[test]
fn a_compare_match_interrupts_clears_and_stops() {
    let mut rig = timer(3, 4);
    rig.write(TIMER + 0x540, 250);
    rig.write(TIMER + 0x200, 1);
    rig.write(TIMER + 0x304, 1 << 16);
    rig.pass_us(249);
    assert!(!rig.irq(8));
    rig.pass_us(1);
    assert!(rig.irq(8));
    rig.write(TIMER + 0x140, 0);
    assert!(!rig.irq(8));
    rig.pass_us(125);
    assert_eq!(capture(&mut rig, TIMER), 125, "it was cleared at the match: the period is CC");
    rig.write(TIMER + 0x200, 1 << 8);
    rig.pass_us(1000);
    assert_eq!(capture(&mut rig, TIMER), 250);
}

#[test]
fn a_counter_counts_what_ppi_sends() {
    let mut rig = timer(3, 4);
    rig.write(TIMER3 + 0x504, 1);
    rig.write(TIMER3, 1);
    rig.write(TIMER3 + 0x554, 8);
    // TIMER0 every 100 us to COUNT, and its fork to EGU0.
    rig.write(TIMER + 0x540, 100);
    rig.write(TIMER + 0x200, 1);
    rig.write(PPI + 0x510, TIMER + 0x140);
    rig.write(PPI + 0x514, TIMER3 + 8);
    rig.write(PPI + 0x910, EGU + 4);
    rig.write(PPI + 0x504, 1);
    rig.pass_us(750);
    assert_eq!(capture(&mut rig, TIMER3), 7);
    assert_eq!((rig.read(EGU + 0x104), rig.read(EGU + 0x100), rig.read(TIMER3 + 0x154)), (1, 0, 0));
    rig.pass_us(100);
    assert_eq!(rig.read(TIMER3 + 0x154), 1, "CC[5] of a timer with six");
    rig.write(PPI + 0x508, 1);
    rig.pass_us(1000);
    assert_eq!(capture(&mut rig, TIMER3), 8);
}

#[test]
fn channels_that_trigger_a_task_together_trigger_it_once() {
    let mut rig = Rig::new("nrf52840");
    rig.write(TIMER3 + 0x504, 1);
    rig.write(TIMER3, 1);
    for channel in 0..2 {
        rig.write(PPI + 0x510 + 8 * channel, EGU + 0x100);
        rig.write(PPI + 0x514 + 8 * channel, TIMER3 + 8);
    }
    rig.write(PPI + 0x504, 3);
    rig.write(EGU, 1);
    rig.pass_us(1);
    assert_eq!(capture(&mut rig, TIMER3), 1);
    // The forks trigger the event again, for ever: with each of them counted, their number would double every time.
    rig.write(PPI + 0x910, EGU);
    rig.write(PPI + 0x914, EGU);
    rig.write(EGU, 1);
    rig.pass_us(10);
    assert!((159..=162).contains(&capture(&mut rig, TIMER3)), "16 times in a microsecond");
}

#[test]
fn a_counter_that_becomes_a_timer_starts_from_then() {
    let mut rig = Rig::new("nrf52840");
    rig.write(TIMER + 0x504, 1);
    rig.write(TIMER, 1);
    rig.write(TIMER + 8, 1);
    rig.pass_us(1000);
    rig.write(TIMER + 0x504, 0);
    assert_eq!(capture(&mut rig, TIMER), 1, "what passed meanwhile was not counted");
    rig.pass_us(10);
    assert_eq!(capture(&mut rig, TIMER), 11);
}

#[test]
fn a_channel_takes_a_period_of_16_mhz() {
    let mut rig = Rig::new("nrf52840");
    rig.write(PPI + 0x510, EGU + 0x100);
    rig.write(PPI + 0x514, EGU + 4);
    rig.write(PPI + 0x504, 1);
    rig.write(EGU, 1);
    rig.machine.cpu.cycles += 3;
    assert_eq!(rig.read(EGU + 0x104), 0, "46.9 ns");
    rig.machine.cpu.cycles += 1;
    assert_eq!(rig.read(EGU + 0x104), 1, "62.5 ns");
}

#[test]
fn a_group_of_channels_is_switched_by_a_task() {
    let mut rig = Rig::new("nrf52840");
    // EGU0's first event triggers its second task through channel 5, which group 2 holds; its third enables the group.
    for (channel, event, task) in [(5, EGU + 0x100, EGU + 4), (6, EGU + 0x108, PPI + 0x10)] {
        rig.write(PPI + 0x510 + 8 * channel, event);
        rig.write(PPI + 0x514 + 8 * channel, task);
    }
    rig.write(PPI + 0x808, 1 << 5);
    rig.write(PPI + 0x504, 1 << 6);
    rig.write(EGU, 1);
    rig.pass_us(1);
    assert_eq!((rig.read(EGU + 0x104), rig.read(PPI + 0x500)), (0, 1 << 6));
    rig.write(EGU + 8, 1);
    rig.pass_us(1);
    assert_eq!(rig.read(PPI + 0x500), 1 << 6 | 1 << 5);
    rig.write(EGU, 1);
    rig.pass_us(1);
    assert_eq!(rig.read(EGU + 0x104), 1);
}

#[test]
fn a_wired_channel_starts_a_timer_from_the_counter() {
    let mut rig = low_clock();
    rig.write(RTC + 0x540, 4);
    rig.write(RTC + 0x344, 1 << 16);
    rig.write(TIMER + 0x508, 3);
    rig.write(PPI + 0x504, 1 << 31);
    rig.write(RTC, 1);
    rig.pass_us(1000);
    let count = capture(&mut rig, TIMER);
    // Four ticks of 30.5 us from the next edge on.
    assert!((845..=878).contains(&count), "{count}");
}

#[test]
fn a_counter_counts_the_slow_clock_and_stands_without_it() {
    let mut rig = low_clock();
    rig.write(RTC + 0x508, 31);
    rig.write(RTC, 1);
    rig.pass_us(500_020);
    assert_eq!(rig.read(RTC + 0x504), 511, "one edge was lost at the start");
    rig.pass_us(100);
    assert_eq!(rig.read(RTC + 0x504), 512);
    rig.write(CLOCK + 0xC, 1);
    rig.pass_us(100_000);
    assert_eq!(rig.read(RTC + 0x504), 512);
}

#[test]
fn a_counter_s_events_need_to_be_let_through() {
    let mut rig = low_clock();
    rig.write(RTC + 0x540, 10);
    rig.write(RTC, 1);
    rig.pass_us(1000);
    assert_eq!((rig.read(RTC + 0x140), rig.read(RTC + 0x100)), (0, 0));
    rig.write(RTC + 0x304, 1 << 16);
    rig.write(RTC + 8, 1);
    rig.pass_us(1000);
    assert_eq!((rig.read(RTC + 0x140), rig.read(RTC + 0x100), rig.irq(11)), (1, 0, true));
    rig.write(RTC + 0x344, 2);
    rig.write(RTC + 0xC, 1);
    rig.pass_us(1000);
    assert_eq!((rig.read(RTC + 0x104), rig.read(RTC + 0x504) < 32), (1, true), "over the end of 24 bits");
}

proptest! {
    /// However time passes and whoever looks in between, matches come in their ticks.
    #[test]
    fn matches_come_at_their_times(
        compare in 2u32..2_000,
        prescaler in 0u32..6,
        steps in prop::collection::vec(1u64..300, 1..12),
    ) {
        let mut rig = timer(3, prescaler);
        let start = rig.now();
        rig.write(TIMER + 0x540, compare);
        rig.write(TIMER + 0x304, 1 << 16);
        let due = u64::from(compare) * (62_500 << prescaler);
        for step in steps {
            rig.pass_us(step);
            let _ = capture(&mut rig, TIMER);
            prop_assert_eq!(rig.irq(8), rig.now() - start >= due);
        }
    }
}
