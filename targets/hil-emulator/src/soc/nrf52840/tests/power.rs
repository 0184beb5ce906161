//! Sleep, System OFF, the supply's end, reset causes, and the watchdog in all of them.

use std::sync::atomic::AtomicBool;

use crate::machine::Stop;
use crate::soc::testing::Rig;
use crate::soc::{Activity, CoreClock, Master, ResetCause, Width};

const POWER: u32 = 0x4000_0000;
const GPIOTE: u32 = 0x4000_6000;
const TIMER: u32 = 0x4000_8000;
const WDT: u32 = 0x4001_0000;
const P0: u32 = 0x5000_0000;
const DHCSR: u32 = 0xE000_EDF0;

fn drive(rig: &mut Rig, pin: &str, level: Option<bool>) {
    assert!(rig.machine.cpu.with_soc(Master::Debugger, |soc, io| soc.drive_pin(pin, level, io)));
}

fn supply(rig: &mut Rig, volts: f64) {
    rig.machine.cpu.with_soc(Master::Debugger, |soc, io| soc.apply_volts("VDD", volts, io));
}

/// P0.11 with a pull-up, sensed low.
fn button(rig: &mut Rig) {
    rig.write(P0 + 0x700 + 4 * 11, 3 << 2 | 3 << 16);
}

#[test]
fn waking_up_takes_longer_without_the_fast_clock() {
    let wake = |prepare: &dyn Fn(&mut Rig)| {
        let mut rig = Rig::new("nrf52840");
        prepare(&mut rig);
        rig.machine.cpu.set_activity(Activity::Sleeping);
        assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::Stopped);
        rig.pass_us(10);
        let before = rig.machine.cpu.cycles;
        rig.machine.cpu.set_activity(Activity::Running { flash: true });
        rig.machine.cpu.cycles - before
    };
    assert_eq!(wake(&|_| {}), 192);
    assert_eq!(wake(&|rig| rig.write(POWER + 0x78, 1)), 16, "constant latency");
    assert_eq!(wake(&|rig| rig.write(TIMER, 1)), 16, "a timer keeps the clock on");
}

#[test]
fn the_current_follows_what_works() {
    let mut rig = Rig::new("nrf52840");
    let run = rig.machine.cpu.supply.amperes();
    rig.write(POWER + 0x578, 1);
    let dcdc = rig.machine.cpu.supply.amperes();
    assert!(run > 5e-3 && dcdc < 0.6 * run, "{run} {dcdc}");
    rig.machine.cpu.set_activity(Activity::Sleeping);
    let idle = rig.machine.cpu.supply.amperes();
    assert!((2e-6..3e-6).contains(&idle), "{idle}");
}

#[test]
fn a_sensed_pin_ends_system_off() {
    let mut rig = Rig::new("nrf52840");
    button(&mut rig);
    rig.write(POWER + 0x51C, 0x77);
    rig.write(TIMER, 1);
    rig.write(POWER + 0x500, 1);
    assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::Off);
    rig.settle();
    rig.pass_us(1000);
    assert!(rig.machine.cpu.sleeping.is_some());
    drive(&mut rig, "P0.11", Some(false));
    rig.settle();
    assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::Stopped);
    assert_eq!((rig.read(POWER + 0x400), rig.read(POWER + 0x51C)), (1 << 16, 0x77));
    assert_eq!(rig.read(P0 + 0x520), 1 << 11, "LATCH tells which pin");
}

#[test]
fn a_pin_that_is_sensed_already_ends_system_off_at_once() {
    let mut rig = Rig::new("nrf52840");
    button(&mut rig);
    drive(&mut rig, "P0.11", Some(false));
    rig.write(POWER + 0x500, 1);
    rig.settle();
    assert_eq!(rig.read(POWER + 0x400), 1 << 16);
}

#[test]
fn ram_without_retention_is_lost_in_system_off() {
    let mut rig = Rig::new("nrf52840");
    button(&mut rig);
    // Section 1 of RAM0, and section 5 of RAM8.
    rig.write(POWER + 0x904, 1 << 17);
    rig.write(POWER + 0x984, 1 << 21);
    let places = [0x2000_0000, 0x2000_1000, 0x2000_2000, 0x2003_7FFC, 0x2003_8000, 0x2003_FFFC];
    for place in places {
        rig.write(place, 0xA5A5_5A5A);
    }
    rig.write(POWER + 0x500, 1);
    drive(&mut rig, "P0.11", Some(false));
    rig.settle();
    let kept = places.map(|place| rig.read(place) == 0xA5A5_5A5A);
    assert_eq!(kept, [false, true, false, false, true, true]);
}

#[test]
fn a_falling_supply_warns_then_resets() {
    let mut rig = Rig::new("nrf52840");
    // POFCON: on, 2.5 V.
    rig.write(POWER + 0x510, 1 | 12 << 1);
    rig.write(POWER + 0x304, 1 << 2);
    supply(&mut rig, 2.6);
    assert!(!rig.irq(0));
    supply(&mut rig, 2.4);
    assert!(rig.irq(0), "POFWARN");
    rig.write(POWER + 0x51C, 5);
    supply(&mut rig, 1.5);
    rig.settle();
    assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::Off);
    supply(&mut rig, 3.0);
    rig.settle();
    assert_eq!((rig.machine.cpu.soc.core_clock(), rig.read(POWER + 0x400)), (CoreClock::Stopped, 0));
    assert_eq!((rig.read(POWER + 0x51C), rig.read(POWER + 0x510)), (0, 0));
}

#[test]
fn neither_a_reset_nor_a_debugger_starts_a_chip_without_supply() {
    let mut rig = Rig::new("nrf52840");
    supply(&mut rig, 1.5);
    for cause in [ResetCause::Software, ResetCause::Pin, ResetCause::PowerOn] {
        rig.machine.cpu.reset(cause);
        rig.settle();
        assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::Off, "{cause:?}");
        assert!(rig.machine.cpu.sleeping.is_some(), "{cause:?}");
    }
    rig.machine.cpu.write_as(Master::Debugger, DHCSR, Width::Word, 0xA05F_0003).unwrap();
    rig.settle();
    rig.machine.cpu.write_as(Master::Debugger, DHCSR, Width::Word, 0xA05F_0001).unwrap();
    let (stop, retired) = (rig.machine.run(1000, &AtomicBool::new(false)), rig.machine.retired());
    assert_eq!((stop, retired, rig.machine.cpu.soc.core_clock()), (Stop::Asleep, 0, CoreClock::Off));
    supply(&mut rig, 3.0);
    rig.settle();
    assert_eq!((rig.machine.cpu.soc.core_clock(), rig.machine.cpu.sleeping), (CoreClock::Stopped, None));
}

#[test]
fn a_chip_that_a_debugger_found_in_system_off_draws_what_it_draws_running() {
    let mut rig = Rig::new("nrf52840");
    let running = rig.machine.cpu.supply.amperes();
    rig.write(POWER + 0x500, 1);
    rig.settle();
    assert!(rig.machine.cpu.supply.amperes() < running / 100.0);
    rig.machine.cpu.halt(1);
    let halted = rig.machine.cpu.supply.amperes();
    assert!((halted - running).abs() < running / 100.0, "{halted} A instead of {running} A");
}

#[test]
fn the_reset_pin_resets_when_it_becomes_low() {
    let mut rig = Rig::new("nrf52840");
    for address in [0x1000_1200, 0x1000_1204] {
        rig.machine.cpu.memory.slice_mut(address, 4).unwrap().copy_from_slice(&18u32.to_le_bytes());
    }
    for (level, resets) in
        [(Some(true), false), (Some(false), true), (Some(false), false), (None, false), (Some(false), true)]
    {
        drive(&mut rig, "P0.18", level);
        let reset = rig.machine.cpu.requests.reset.take();
        assert_eq!(reset, resets.then_some(ResetCause::Pin), "{level:?}");
    }
}

#[test]
fn every_reset_says_why() {
    for (cause, bit) in
        [(ResetCause::Pin, 0), (ResetCause::Watchdog, 1), (ResetCause::Software, 2), (ResetCause::Lockup, 3)]
    {
        let mut rig = Rig::new("nrf52840");
        rig.machine.cpu.reset(cause);
        assert_eq!(rig.read(POWER + 0x400), 1 << bit);
    }
}

#[test]
fn the_watchdog_pauses_where_it_is_told_to() {
    for (config, asleep) in [(1, false), (8, true)] {
        let mut rig = Rig::new("nrf52840");
        // 3277 ticks: 100 ms. It pauses while the core sleeps, or while it is halted.
        rig.write(WDT + 0x504, 3276);
        rig.write(WDT + 0x50C, config);
        rig.write(WDT, 1);
        if asleep {
            rig.machine.cpu.set_activity(Activity::Sleeping);
        } else {
            rig.machine.cpu.halt(1);
        }
        rig.pass_us(500_000);
        if asleep {
            rig.machine.cpu.set_activity(Activity::Running { flash: true });
        } else {
            rig.machine.cpu.with_soc(Master::Debugger, |soc, io| soc.core_halted(false, io));
        }
        rig.pass_us(99_000);
        assert_eq!(rig.read(POWER + 0x400), 0);
        assert_eq!(rig.machine.cpu.requests.reset, None);
        rig.pass_us(2_000);
        assert_eq!(rig.machine.cpu.requests.reset, Some(ResetCause::Watchdog));
    }
}

#[test]
fn the_watchdog_outlives_a_reset_by_software_and_warns_first() {
    let mut rig = Rig::new("nrf52840");
    rig.write(WDT + 0x504, 3276);
    rig.write(WDT, 1);
    rig.pass_us(50_000);
    rig.machine.cpu.reset(ResetCause::Software);
    assert_eq!(rig.read(WDT + 0x400), 1);
    rig.write(WDT + 0x304, 1);
    rig.pass_us(50_010);
    assert!(rig.irq(16), "TIMEOUT");
    assert_eq!(rig.machine.cpu.requests.reset, None);
    rig.pass_us(60);
    assert_eq!(rig.machine.cpu.requests.reset, Some(ResetCause::Watchdog), "two ticks later");
}

#[test]
fn gpiote_makes_events_of_edges_and_edges_of_tasks() {
    let mut rig = Rig::new("nrf52840");
    drive(&mut rig, "P1.09", Some(false));
    // Channel 0: an event at a rising edge of P1.09; channel 1: a task that toggles P0.14.
    rig.write(GPIOTE + 0x510, 1 | 9 << 8 | 1 << 13 | 1 << 16);
    rig.write(GPIOTE + 0x514, 3 | 14 << 8 | 3 << 16 | 1 << 20);
    rig.write(GPIOTE + 0x304, 1);
    assert_eq!(rig.machine.cpu.soc.pin_level("P0.14"), Some(true), "OUTINIT");
    drive(&mut rig, "P1.09", Some(true));
    assert!(rig.irq(6));
    rig.write(GPIOTE + 0x100, 0);
    drive(&mut rig, "P1.09", Some(false));
    assert!(!rig.irq(6), "not at a falling edge");
    rig.write(GPIOTE + 4, 1);
    assert_eq!(rig.machine.cpu.soc.pin_level("P0.14"), Some(false));
    rig.write(GPIOTE + 0x34, 1);
    assert_eq!(rig.machine.cpu.soc.pin_level("P0.14"), Some(true), "SET");
    rig.write(GPIOTE + 0x64, 1);
    assert_eq!(rig.machine.cpu.soc.pin_level("P0.14"), Some(false), "CLR");
    // PORT: P0.11 is sensed.
    button(&mut rig);
    rig.write(GPIOTE + 0x304, 1 << 31);
    assert!(!rig.irq(6));
    drive(&mut rig, "P0.11", Some(false));
    assert_eq!((rig.irq(6), rig.read(GPIOTE + 0x17C), rig.read(P0 + 0x520)), (true, 1, 1 << 11));
    assert!(!rig.machine.cpu.with_soc(Master::Debugger, |soc, io| soc.drive_pin("P1.16", None, io)));
}
