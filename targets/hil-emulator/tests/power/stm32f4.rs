//! The STM32F407: run and sleep at 168 MHz, from flash with and without the accelerator, from RAM.

use hil_emulator::machine::Machine;
use hil_emulator::power::log::CurrentLog;
use hil_emulator::power::meter::{Meter, MeterSettings, SampleLog};
use hil_emulator::power::window::Window;
use hil_emulator::time::Time;

use crate::script::Step::{Wait, Write};
use crate::script::{BUSY, Step, Then, machine, run};
use crate::{Sink, near, window};

const CR: u32 = 0x4002_3800;
const PLLCFGR: u32 = CR + 4;
const CFGR: u32 = CR + 8;
const AHB1ENR: u32 = CR + 0x30;
const AHB1LPENR: u32 = CR + 0x50;
const ACR: u32 = 0x4002_3C00;
const GPIOE_MODER: u32 = 0x4002_1000;
const GPIOE_BSRR: u32 = 0x4002_1018;
const RAM: u32 = 0x2000_0400;
const APB1ENR: u32 = CR + 0x40;
const PWR_CR: u32 = 0x4000_7000;
/// PWR_CR: regulator in low power, deep sleep is standby, flash in deep power-down, scale 1 (the value after a reset).
const LPDS: u32 = 1;
const PDDS: u32 = 1 << 1;
const FPDS: u32 = 1 << 9;
const VOS: u32 = 1 << 14;
/// SCB.SCR and its SLEEPDEEP.
const SCR: u32 = 0xE000_ED10;
const SLEEPDEEP: u32 = 1 << 2;

/// Five wait states; with instruction cache, data cache and prefetch.
const PLAIN: u32 = 5;
const ACCELERATED: u32 = 0x705;

/// The conditions of the data sheet: 168 MHz by the PLL from an external clock, prescalers 4 and 2, HSI and peripherals
/// off.
fn fast(acr: u32) -> Vec<Step> {
    vec![
        Write(ACR, acr),
        // HSEBYP and HSEON beside HSION
        Write(CR, 0x0005_0081),
        Wait(CR, 1 << 17, 1 << 17),
        // 8 MHz / 8 * 336 / 2
        Write(PLLCFGR, 7 << 24 | 1 << 22 | 336 << 6 | 8),
        Write(CFGR, 0b100 << 13 | 0b101 << 10),
        Write(CR, 0x0105_0081),
        Wait(CR, 1 << 25, 1 << 25),
        Write(CFGR, 0b100 << 13 | 0b101 << 10 | 2),
        Wait(CFGR, 0xC, 0x8),
        Write(CR, 0x0105_0080),
        Write(AHB1ENR, 0),
        Write(AHB1LPENR, 0),
        Write(RAM, BUSY),
    ]
}

/// Behind the start: the clocks run as asked.
fn started(acr: u32, then: Then) -> Machine {
    let mut machine = machine("stm32f4", 7, &fast(acr), then);
    run(&mut machine, 2_000_000, u64::MAX);
    assert_eq!(machine.cpu.clock.hz(), 168_000_000);
    machine
}

const MILLISECOND: u64 = 168_000;

#[test]
fn running_from_flash_with_the_accelerator() {
    near(&window(&mut started(ACCELERATED, Then::Busy), MILLISECOND), 0.040, "DS8626 table 20, 168 MHz");
}

#[test]
fn running_from_flash_without_the_accelerator() {
    near(&window(&mut started(PLAIN, Then::Busy), MILLISECOND), 0.046, "DS8626 table 21, 168 MHz");
}

#[test]
fn running_from_ram() {
    near(&window(&mut started(PLAIN, Then::BusyAt(RAM)), MILLISECOND), 0.040, "DS8626 table 20, from RAM");
}

#[test]
fn sleeping() {
    near(&window(&mut started(ACCELERATED, Then::Sleep), MILLISECOND), 0.012, "DS8626 table 22, 168 MHz");
}

/// What the chip draws during a second of deep sleep with these bits of PWR_CR.
fn deep_sleep(control: u32) -> Window {
    let steps = [Write(APB1ENR, 1 << 28), Write(PWR_CR, VOS | control), Write(SCR, SLEEPDEEP)];
    let mut machine = machine("stm32f4", 7, &steps, Then::Sleep);
    run(&mut machine, 16_000, u64::MAX);
    window(&mut machine, 16_000_000)
}

#[test]
fn stopped() {
    for (control, cited, what) in [
        (0, 450e-6, "main regulator"),
        (FPDS, 400e-6, "main regulator, flash in deep power-down"),
        (LPDS, 310e-6, "low-power regulator"),
        (LPDS | FPDS, 280e-6, "low-power regulator, flash in deep power-down"),
    ] {
        near(&deep_sleep(control), cited, &format!("DS8626 table 23, {what}"));
    }
}

#[test]
fn standing_by() {
    near(&deep_sleep(PDDS), 2.2e-6, "DS8626 table 24, RTC off");
}

#[test]
fn after_reset_the_chip_draws_what_16_megahertz_cost() {
    let mut machine = machine("stm32f4", 1, &[Write(ACR, ACCELERATED)], Then::Busy);
    // 5 mA at scale 2; scale 1 after a reset, and HSI on.
    near(&window(&mut machine, 16_000), 0.005 * 1.12 + 80e-6, "DS8626 table 20, 16 MHz");
}

#[test]
fn locking_the_pll_takes_the_time_and_the_charge_of_the_old_clock() {
    let sink = Sink::default();
    let mut machine = machine("stm32f4", 7, &fast(ACCELERATED), Then::Busy);
    machine.cpu.supply.record(Time(0), Box::new(CurrentLog::new(Box::new(sink.clone()))));
    run(&mut machine, 2_000_000, u64::MAX);
    let now = machine.cpu.clock.time_at(machine.cpu.cycles);
    machine.cpu.supply.finish(now);
    let text = String::from_utf8(sink.bytes()).unwrap();
    let lines: Vec<(u64, u64)> = text
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').map(|(time, pa)| (time.parse().unwrap(), pa.parse().unwrap())).unwrap())
        .collect();
    // The PLL is switched on (1.1 mA more) and locks 200 us later, when the core speeds up.
    let on = lines.windows(2).position(|pair| pair[1].1.saturating_sub(pair[0].1) == 1_100_000_000).unwrap() + 1;
    let fast = lines.iter().position(|(_, pa)| *pa > 39_000_000_000).unwrap();
    let microseconds = (lines[fast].0 - lines[on].0) / 1_000_000;
    assert!((200..215).contains(&microseconds), "{microseconds} us: {text}");
}

#[test]
fn firmware_marks_a_window_and_its_energy_can_be_asked() {
    let mut steps = fast(ACCELERATED);
    steps.extend([
        Write(AHB1ENR, 1 << 4),
        Write(GPIOE_MODER, 1 << 8),
        Write(GPIOE_BSRR, 1 << 4),
        // 100 writes of nothing
    ]);
    steps.extend([Write(GPIOE_BSRR, 0); 100]);
    steps.extend([Write(GPIOE_BSRR, 1 << 20), Write(AHB1ENR, 0)]);
    let mut machine = machine("stm32f4", 7, &steps, Then::Sleep);
    run(&mut machine, 2_000_000, u64::MAX);
    let window = machine.cpu.supply.window("work").unwrap();
    near(window, 0.0405, "running, with the clock of one port");
    assert!((2e-6..2e-5).contains(&window.seconds()), "{} s", window.seconds());
    // Behind the shunt of half an ohm.
    let volts = window.watts() / window.amperes();
    assert!((volts - (3.3 - 0.5 * window.amperes())).abs() < 1e-4, "{volts} V");
    assert_eq!(machine.cpu.supply.windows().len(), 1);
}

/// Log, samples, windows and charge of a run in slices of `slice` cycles.
fn recorded(seed: u64, slice: u64) -> (Vec<u8>, Vec<u8>, u128) {
    let mut steps = fast(ACCELERATED);
    steps.extend([Write(AHB1ENR, 1 << 4), Write(AHB1ENR, 0)]);
    let mut machine = machine("stm32f4", seed, &steps, Then::Sleep);
    let (log, samples) = (Sink::default(), Sink::default());
    let settings = MeterSettings::ppk2(25.0);
    let out = Box::new(SampleLog::new(Box::new(samples.clone()), settings.rate_hz));
    let supply = &mut machine.cpu.supply;
    supply.record(Time(0), Box::new(CurrentLog::new(Box::new(log.clone()))));
    supply.record(Time(0), Box::new(Meter::new(settings, out)));
    run(&mut machine, 300_000, slice);
    let now = machine.cpu.clock.time_at(machine.cpu.cycles);
    machine.cpu.supply.finish(now);
    (log.bytes(), samples.bytes(), machine.cpu.supply.reading(now).energy)
}

#[test]
fn logs_are_the_same_to_the_byte_whatever_the_slices() {
    let whole = recorded(7, u64::MAX);
    assert!(whole.0.len() > 200 && whole.1.len() > 200);
    assert_eq!(recorded(7, u64::MAX), whole, "a second run");
    for slice in [10_000, 997, 10] {
        assert_eq!(recorded(7, slice), whole, "in slices of {slice} cycles");
    }
}

#[test]
fn the_meter_sees_what_the_chip_draws() {
    let (_, samples, _) = recorded(7, u64::MAX);
    let text = String::from_utf8(samples).unwrap();
    assert!(text.starts_with("emulated_current_pa_at_100000_hz\n"));
    let last: f64 = text.lines().last().unwrap().parse().unwrap();
    // A step of its range is 46.75 uA.
    assert!((last * 1e-12 - 0.012).abs() < 0.0001, "{last}");
}
