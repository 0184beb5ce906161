//! The nRF52840: run by DC/DC and LDO, from flash and RAM; System ON idle with RTC, TIMER and HFXO; System OFF.

use hil_emulator::power::log::CurrentLog;
use hil_emulator::power::window::Window;
use hil_emulator::time::Time;

use crate::script::Step::{Wait, Write};
use crate::script::{BUSY, Step, Then, machine, run};
use crate::{Sink, near, window};

const CLOCK: u32 = 0x4000_0000;
const HFXO: [Step; 2] = [Write(CLOCK, 1), Wait(CLOCK + 0x40C, 0x1_0001, 0x1_0001)];
const DCDC: Step = Write(CLOCK + 0x578, 1);
const LFRC: [Step; 2] = [Write(CLOCK + 0x008, 1), Wait(CLOCK + 0x418, 1 << 16, 1 << 16)];
const RTC_START: Step = Write(0x4000_B000, 1);
const TIMER: u32 = 0x4000_8000;
const SYSTEM_OFF: Step = Write(CLOCK + 0x500, 1);
const RAM: u32 = 0x2000_0400;

/// A tenth of a second behind the steps.
fn average(steps: &[Step], then: Then) -> Window {
    let mut machine = machine("nrf52840", 3, steps, then);
    run(&mut machine, 1_000_000, u64::MAX);
    window(&mut machine, 6_400_000)
}

#[test]
fn running_from_flash_and_from_ram_by_either_regulator() {
    let with = |dcdc: bool, more: &[Step]| {
        let mut steps = HFXO.to_vec();
        steps.extend(dcdc.then_some(DCDC));
        steps.extend(more);
        steps
    };
    near(&average(&with(true, &[]), Then::Busy), 3.3e-3, "PS CPU running: flash, DC/DC");
    near(&average(&with(false, &[]), Then::Busy), 6.3e-3, "PS CPU running: flash, LDO");
    let jump = [Write(RAM, BUSY)];
    near(&average(&with(true, &jump), Then::BusyAt(RAM)), 2.8e-3, "PS CPU running: RAM, DC/DC");
    near(&average(&with(false, &jump), Then::BusyAt(RAM)), 5.2e-3, "PS CPU running: RAM, LDO");
}

#[test]
fn system_on_idle() {
    near(&average(&[], Then::Sleep), 2.35e-6, "PS Sleep: all RAM, any event");
    let mut steps = LFRC.to_vec();
    steps.push(RTC_START);
    near(&average(&steps, Then::Sleep), 3.16e-6, "PS Sleep: all RAM, RTC from LFRC");
    // RAM8 and with it 192 KiB switched off
    let off = average(&[Write(CLOCK + 0x988, 0xFFFF)], Then::Sleep).amperes();
    assert!((off - (0.97e-6 + 1.38e-6 / 4.0)).abs() < 0.05e-6, "{off}");
}

#[test]
fn a_timer_keeps_the_fast_clock_running() {
    let start = |prescaler| [Write(TIMER + 0x510, prescaler), Write(TIMER, 1)];
    near(&average(&start(4), Then::Sleep), 418e-6, "PS TIMER running: 1 MHz, HFINT");
    near(&average(&start(0), Then::Sleep), 595e-6, "PS TIMER running: 16 MHz, HFINT");
    let mut steps = HFXO.to_vec();
    steps.extend(start(4));
    near(&average(&steps, Then::Sleep), 646e-6, "PS TIMER running: 1 MHz, HFXO");
}

#[test]
fn system_off() {
    near(&average(&[SYSTEM_OFF], Then::Sleep), 0.4e-6, "PS Sleep: System OFF, no RAM");
    // POWERSET of every section's retention
    let mut steps: Vec<Step> = (0..9).map(|block| Write(CLOCK + 0x904 + 16 * block, 0xFFFF_0000)).collect();
    steps.push(SYSTEM_OFF);
    near(&average(&steps, Then::Sleep), 1.86e-6, "PS Sleep: System OFF, all RAM retained");
}

#[test]
fn logs_are_the_same_to_the_byte_whatever_the_slices() {
    let recorded = |slice| {
        let mut steps = HFXO.to_vec();
        steps.extend([DCDC, Write(TIMER, 1), Write(TIMER + 4, 1)]);
        steps.extend(LFRC);
        steps.push(RTC_START);
        let mut machine = machine("nrf52840", 3, &steps, Then::Sleep);
        let log = Sink::default();
        machine.cpu.supply.record(Time(0), Box::new(CurrentLog::new(Box::new(log.clone()))));
        run(&mut machine, 200_000, slice);
        let now = machine.cpu.clock.time_at(machine.cpu.cycles);
        machine.cpu.supply.finish(now);
        (log.bytes(), machine.cpu.supply.reading(now))
    };
    let whole = recorded(u64::MAX);
    assert!(whole.0.len() > 100);
    for slice in [10_000, 997, 10] {
        assert_eq!(recorded(slice), whole, "in slices of {slice} cycles");
    }
}
