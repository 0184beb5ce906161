//! Sleep, stop, standby, brown-out: which clocks go on, what wakes up, and what a reset leaves.

use std::sync::atomic::AtomicBool;

use crate::cpu::Sleep;
use crate::soc::testing::Rig;
use crate::soc::{Activity, CoreClock, Master, ResetCause, Width};

const PWR_CR: u32 = 0x4000_7000;
const PWR_CSR: u32 = 0x4000_7004;
const RCC_CR: u32 = 0x4002_3800;
const CSR: u32 = 0x4002_3874;
const APB1ENR: u32 = 0x4002_3840;
const SCR: u32 = 0xE000_ED10;
const EXTI: u32 = 0x4001_3C00;
const DHCSR: u32 = 0xE000_EDF0;

/// A board whose program is an endless loop in flash, with interrupts masked: what wakes it up is not taken.
pub fn looping() -> Rig {
    let mut rig = Rig::new("stm32f4");
    let flash = rig.machine.cpu.memory.slice_mut(0x0800_0000, 16).unwrap();
    flash.copy_from_slice(&[0, 0x10, 0, 0x20, 9, 0, 0, 8, 0xFE, 0xE7, 0xFE, 0xE7, 0xFE, 0xE7, 0xFE, 0xE7]);
    rig.machine.cpu.reset(ResetCause::PowerOn);
    rig.machine.cpu.primask = true;
    rig.set(APB1ENR, 1 << 28);
    rig
}

/// Lets interrupt `line` wake up.
pub fn enable(rig: &mut Rig, line: u32) {
    rig.write(0xE000_E100 + line / 32 * 4, 1 << (line % 32));
}

/// Executes WFI: sleeps, deeply where `deep` says so.
pub fn sleep(rig: &mut Rig, deep: bool) {
    rig.write(SCR, if deep { 4 } else { 0 });
    rig.machine.cpu.sleeping = Some(Sleep::Interrupt);
    run(rig, 0);
}

/// Runs for `us` microseconds by the clock at the start.
pub fn run(rig: &mut Rig, us: u64) {
    let cycles = (us * rig.machine.cpu.clock.hz() / 1_000_000).max(1);
    rig.machine.run(cycles, &AtomicBool::new(false));
}

fn asleep(rig: &Rig) -> bool {
    rig.machine.cpu.sleeping.is_some()
}

/// Drives PA0, which is behind line 0.
fn pin(rig: &mut Rig, high: bool) {
    rig.machine.cpu.with_soc(Master::Debugger, |soc, io| assert!(soc.drive_pin("PA0", Some(high), io)));
}

fn volts(rig: &mut Rig, volts: f64) {
    rig.machine.cpu.with_soc(Master::Debugger, |soc, io| assert!(soc.apply_volts("VDD", volts, io)));
    run(rig, 0);
}

/// 16 MHz from the HSE would hide what stop does to the clocks: 8 MHz from the crystal.
fn on_crystal(rig: &mut Rig) {
    rig.set(RCC_CR, 1 << 16);
    rig.poll(RCC_CR, 1 << 17, 1 << 17);
    rig.write(0x4002_3808, 1);
    assert_eq!(rig.machine.cpu.clock.hz(), 8_000_000);
}

#[test]
fn stop_ends_with_an_edge_and_leaves_the_hsi() {
    // Regulator and flash mode, and the time that waking up takes.
    for (mode, micros) in [(0, 13), (1, 17), (1 << 9, 105), (1 << 9 | 1, 110)] {
        let mut rig = looping();
        on_crystal(&mut rig);
        enable(&mut rig, 6);
        rig.write(EXTI, 1);
        rig.write(EXTI + 8, 1);
        rig.set(PWR_CR, mode);
        sleep(&mut rig, true);
        run(&mut rig, 1000);
        assert!(asleep(&rig));
        assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::Stopped);
        pin(&mut rig, true);
        let start = rig.now_us();
        run(&mut rig, 0);
        assert!(!asleep(&rig));
        assert!((rig.now_us() - start).abs_diff(micros) <= 1, "{} us", rig.now_us() - start);
        assert_eq!(rig.machine.cpu.clock.hz(), 16_000_000);
        assert_eq!(rig.read(RCC_CR) & (3 | 3 << 16), 3, "the HSE is off");
        assert_eq!(rig.read(0x4002_3808), 0, "SW is HSI");
    }
}

#[test]
fn peripherals_stand_still_in_stop_mode_and_go_on_behind_it() {
    let mut rig = looping();
    enable(&mut rig, 6);
    rig.write(EXTI, 1);
    rig.write(EXTI + 8, 1);
    // A character of 86.875 us, and TIM2 at 1 MHz.
    rig.set(APB1ENR, 1 << 17 | 1);
    rig.write(0x4000_4408, 139);
    rig.write(0x4000_440C, 1 << 13 | 1 << 3);
    rig.write(0x4000_0028, 15);
    rig.write(0x4000_0014, 1);
    rig.write(0x4000_0000, 1);
    let start = rig.now_us();
    rig.write(0x4000_4404, 0x55);
    rig.pass_us(40);
    sleep(&mut rig, true);
    run(&mut rig, 5000);
    pin(&mut rig, true);
    run(&mut rig, 0);
    let slept = rig.now_us() - start - 40;
    assert!(slept > 5000);
    assert!(rig.sent(1).is_empty());
    assert!(rig.read(0x4000_0024).abs_diff(40) <= 1, "TIM2 {}", rig.read(0x4000_0024));
    rig.pass_us(46);
    assert!(rig.sent(1).is_empty());
    rig.pass_us(2);
    assert_eq!(rig.sent(1), [0x55]);
}

#[test]
fn the_debugger_keeps_the_clock_in_stop_mode() {
    let mut rig = looping();
    rig.write(0xE004_2004, 2);
    sleep(&mut rig, true);
    assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::On);
}

#[test]
fn a_halt_tells_the_chip_that_the_core_is_awake() {
    let mut rig = looping();
    on_crystal(&mut rig);
    sleep(&mut rig, true);
    assert_eq!(rig.machine.cpu.activity, Activity::SleepingDeep);
    let asleep = rig.machine.cpu.supply.amperes();
    rig.machine.cpu.private_write(Master::Debugger, DHCSR, crate::soc::Width::Word, 0xA05F_0003).unwrap();
    run(&mut rig, 0);
    assert_eq!(rig.machine.cpu.activity, Activity::Running { flash: true });
    assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::On);
    assert!(rig.machine.cpu.supply.amperes() > 5.0 * asleep);
}

#[test]
fn standby_ends_with_a_reset_that_says_so() {
    let mut rig = looping();
    rig.write(CSR, 1 << 24);
    rig.write(0x2000_0100, 0x1234_5678);
    rig.set(PWR_CR, 1 << 8);
    rig.write(0x4000_2850, 0xBAC0_0BAC);
    rig.set(PWR_CSR, 1 << 8);
    rig.set(PWR_CR, 2);
    sleep(&mut rig, true);
    run(&mut rig, 1_000);
    assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::Off);
    assert!(rig.machine.cpu.supply.amperes() < 10e-6);
    let start = rig.now_us();
    pin(&mut rig, true);
    run(&mut rig, 0);
    assert!((rig.now_us() - start).abs_diff(375) <= 2, "{}", rig.now_us() - start);
    assert!(rig.machine.cpu.supply.amperes() > 1e-3, "it runs again");
    assert_eq!(rig.read(CSR) & 0xFE00_0000, 0x0E00_0000);
    rig.set(APB1ENR, 1 << 28);
    assert_eq!(rig.read(PWR_CSR) & 0x3, 3, "SBF and WUF");
    assert_eq!(rig.read(PWR_CSR) >> 8 & 1, 0, "EWUP");
    assert_ne!(rig.read(0x2000_0100), 0x1234_5678);
    assert_eq!(rig.read(0x4000_2850), 0xBAC0_0BAC);
    rig.set(PWR_CR, 1 << 2 | 1 << 3);
    assert_eq!(rig.read(PWR_CSR) & 3, 0);
}

#[test]
fn the_reset_pin_ends_standby_without_a_wake_up_flag() {
    let mut rig = looping();
    rig.set(PWR_CR, 2);
    sleep(&mut rig, true);
    rig.machine.cpu.reset(ResetCause::Pin);
    rig.set(APB1ENR, 1 << 28);
    assert_eq!(rig.read(PWR_CSR) & 3, 2);
}

#[test]
fn a_wake_up_flag_that_was_left_set_ends_standby_at_once() {
    let mut rig = looping();
    rig.set(PWR_CSR, 1 << 8);
    pin(&mut rig, true);
    assert_eq!(rig.read(PWR_CSR) & 1, 1);
    rig.set(PWR_CR, 2);
    sleep(&mut rig, true);
    run(&mut rig, 0);
    rig.set(APB1ENR, 1 << 28);
    assert_eq!((rig.read(PWR_CSR) & 3, rig.machine.cpu.soc.core_clock()), (3, CoreClock::On));
}

#[test]
fn option_bytes_forbid_low_power_modes() {
    for (bit, pdds) in [(6, 0), (7, 2)] {
        let mut rig = looping();
        program_options(&mut rig, |options| options & !(1 << bit));
        rig.write(CSR, 1 << 24);
        rig.set(PWR_CR, pdds);
        sleep(&mut rig, true);
        run(&mut rig, 0);
        assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::On);
        assert_eq!(rig.read(CSR) & 0xFE00_0000, 0x8400_0000, "LPWRRSTF and PINRSTF");
    }
}

/// Changes OPTCR as programs do.
pub fn program_options(rig: &mut Rig, change: impl Fn(u32) -> u32) {
    rig.write(0x4002_3C08, 0x0819_2A3B);
    rig.write(0x4002_3C08, 0x4C5D_6E7F);
    let options = change(rig.read(0x4002_3C14));
    rig.write(0x4002_3C14, options);
    rig.set(0x4002_3C14, 2);
    rig.poll(0x4002_3C0C, 1 << 16, 0);
}

#[test]
fn the_voltage_detector_has_a_threshold_and_hysteresis() {
    let mut rig = looping();
    enable(&mut rig, 1);
    // 2.7 V, both edges.
    rig.set(PWR_CR, 5 << 5 | 1 << 4);
    for register in [EXTI, EXTI + 8, EXTI + 0xC] {
        rig.write(register, 1 << 16);
    }
    let mut seen = Vec::new();
    for supply in [2.75, 2.65, 2.75, 2.85] {
        volts(&mut rig, supply);
        seen.push((rig.read(PWR_CSR) >> 2 & 1, rig.irq(1)));
        rig.write(EXTI + 0x14, 1 << 16);
    }
    assert_eq!(seen, [(0, false), (1, true), (1, false), (0, true)]);
}

#[test]
fn neither_a_reset_nor_a_debugger_starts_a_chip_without_supply() {
    let mut rig = looping();
    // The shortest time of the independent watchdog, which a brown-out stops.
    for (register, value) in [(0x4000_3000, 0x5555), (0x4000_3008, 1), (0x4000_3000, 0xCCCC)] {
        rig.write(register, value);
    }
    volts(&mut rig, 1.0);
    for cause in [ResetCause::Software, ResetCause::Pin] {
        rig.machine.cpu.reset(cause);
        run(&mut rig, 1000);
        assert_eq!((rig.machine.cpu.soc.core_clock(), asleep(&rig)), (CoreClock::Off, true), "{cause:?}");
    }
    let retired = rig.machine.retired();
    for status in [0xA05F_0003, 0xA05F_0001] {
        rig.machine.cpu.write_as(Master::Debugger, DHCSR, Width::Word, status).unwrap();
        run(&mut rig, 1000);
    }
    assert_eq!((rig.machine.cpu.soc.core_clock(), rig.machine.retired()), (CoreClock::Off, retired));
    volts(&mut rig, 3.3);
    run(&mut rig, 1);
    assert_eq!((rig.machine.cpu.soc.core_clock(), asleep(&rig)), (CoreClock::On, false));
    // BOR, PIN, POR and the reset by software, and no watchdog.
    assert_eq!(rig.read(CSR) & 0xFE00_0000, 0x1E00_0000);
}

#[test]
fn a_brown_out_resets_and_keeps_the_backup_domain() {
    for (low, flags) in [(2.0, 0x0600_0000), (1.0, 0x0E00_0000)] {
        let mut rig = looping();
        rig.set(PWR_CR, 1 << 8);
        rig.write(0x4000_2850, 7);
        rig.write(CSR, 1 << 24);
        volts(&mut rig, 2.15);
        assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::On, "BOR is off as delivered");
        volts(&mut rig, 3.3);
        // BOR_LEV 2: 2.19 V falling, 2.29 V rising.
        program_options(&mut rig, |options| options & !(3 << 2) | 2 << 2);
        volts(&mut rig, low);
        run(&mut rig, 1000);
        assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::Off);
        volts(&mut rig, 2.25);
        assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::Off);
        volts(&mut rig, 2.35);
        assert_eq!(rig.machine.cpu.soc.core_clock(), CoreClock::On);
        assert_eq!(rig.read(CSR) & 0xFE00_0000, flags);
        assert_eq!(rig.read(0x4000_2850), 7);
    }
}
