//! Clocks, resets and the watchdog.

use crate::soc::ResetCause;
use crate::soc::testing::Rig;

const CR: u32 = 0x4002_3800;
const PLLCFGR: u32 = 0x4002_3804;
const CFGR: u32 = 0x4002_3808;
const CIR: u32 = 0x4002_380C;
const CSR: u32 = 0x4002_3874;

/// 168 MHz from the crystal, as the vendor's start-up code sets it. Gives the time until the PLL is ready.
fn fast(rig: &mut Rig) -> u64 {
    rig.set(CR, 1 << 16);
    let crystal = rig.poll(CR, 1 << 17, 1 << 17);
    // M 8, N 336, P 2, Q 7, from the HSE.
    rig.write(PLLCFGR, 7 << 24 | 1 << 22 | 336 << 6 | 8);
    rig.set(CR, 1 << 24);
    let pll = rig.poll(CR, 1 << 25, 1 << 25);
    rig.write(0x4002_3C00, 0x705);
    rig.write(CFGR, 5 << 10 | 4 << 13);
    rig.set(CFGR, 2);
    rig.poll(CFGR, 3 << 2, 2 << 2);
    crystal + pll
}

#[test]
fn the_pll_gives_168_mhz_after_its_start_up_time() {
    let mut rig = Rig::new("stm32f4");
    assert_eq!(rig.machine.cpu.clock.hz(), 16_000_000);
    let took = fast(&mut rig);
    assert!(took.abs_diff(2200) <= 2, "{took} us");
    assert_eq!(rig.machine.cpu.clock.hz(), 168_000_000);
    assert!(rig.notes().is_empty(), "{:?}", rig.notes());
    let (cycles, now) = (rig.machine.cpu.cycles, rig.now_us());
    rig.pass_us(10);
    assert_eq!((rig.machine.cpu.cycles - cycles, rig.now_us() - now), (1680, 10));
    // HCLK / 4.
    rig.set(CFGR, 9 << 4);
    assert_eq!(rig.machine.cpu.clock.hz(), 42_000_000);
    rig.machine.cpu.reset(ResetCause::Software);
    assert_eq!(rig.machine.cpu.clock.hz(), 16_000_000);
}

#[test]
fn what_drives_the_core_cannot_be_switched_off() {
    let mut rig = Rig::new("stm32f4");
    rig.clear(CR, 1);
    assert_eq!(rig.read(CR) & 3, 3);
    fast(&mut rig);
    rig.clear(CR, 1 << 24 | 1 << 16 | 1);
    assert_eq!(rig.read(CR) & (3 << 24 | 3 << 16 | 3), 3 << 24 | 3 << 16);
    assert_eq!(rig.machine.cpu.clock.hz(), 168_000_000);
}

#[test]
fn a_pll_beyond_its_limits_never_locks_and_is_noted() {
    let mut rig = Rig::new("stm32f4");
    // 8 MHz into the VCO; 50 MHz and 511 MHz out of it.
    for settings in [12 << 6 | 2, 50 << 6 | 16, 511 << 6 | 16] {
        rig.write(PLLCFGR, settings);
        rig.set(CR, 1 << 24);
        rig.pass_us(10_000);
        assert_eq!(rig.read(CR) >> 25 & 1, 0);
        rig.clear(CR, 1 << 24);
    }
    assert_eq!(rig.notes().len(), 1);
    assert!(rig.notes()[0].contains("clock setting beyond the limits"), "{:?}", rig.notes());
}

#[test]
fn the_switch_waits_for_a_clock_that_is_not_ready() {
    let mut rig = Rig::new("stm32f4");
    rig.set(CR, 1 << 16);
    rig.write(CFGR, 1);
    assert_eq!(rig.read(CFGR) >> 2 & 3, 0);
    rig.pass_us(2001);
    assert_eq!(rig.read(CFGR) >> 2 & 3, 1);
    assert_eq!(rig.machine.cpu.clock.hz(), 8_000_000);
}

#[test]
fn an_oscillator_interrupts_when_it_is_ready() {
    let mut rig = Rig::new("stm32f4");
    rig.write(CIR, 1 << 8);
    rig.write(CSR, 1);
    rig.pass_us(16);
    assert_eq!(rig.read(CSR) & 3, 3);
    assert!(rig.irq(5));
    rig.set(CIR, 1 << 16);
    assert!(!rig.irq(5));
}

#[test]
fn the_reset_flags_say_why_until_they_are_cleared() {
    let mut rig = Rig::new("stm32f4");
    assert_eq!(rig.read(CSR), 0x0E00_0000);
    rig.set(CSR, 1 << 24);
    assert_eq!(rig.read(CSR), 0);
    rig.machine.cpu.reset(ResetCause::Software);
    assert_eq!(rig.read(CSR), 0x1400_0000);
}

#[test]
fn a_watchdog_that_is_not_fed_resets_the_chip() {
    let mut rig = Rig::new("stm32f4");
    // 100 ticks of 4 / 32 kHz: 12.5 ms.
    rig.write(0x4000_3000, 0x5555);
    rig.write(0x4000_3008, 99);
    rig.write(0x4000_3000, 0xCCCC);
    rig.pass_us(12_000);
    rig.write(0x4000_3000, 0xAAAA);
    rig.pass_us(12_000);
    rig.settle();
    assert_eq!(rig.read(CSR) >> 29 & 1, 0, "it was fed");
    rig.pass_us(600);
    rig.settle();
    assert_eq!(rig.read(CSR) >> 29 & 1, 1);
    rig.pass_us(1_000_000);
    rig.settle();
    assert_eq!(rig.read(0x4000_3008), 0xFFF, "a reset stops it");
}

#[test]
fn a_watchdog_cannot_be_changed_without_its_key() {
    let mut rig = Rig::new("stm32f4");
    rig.write(0x4000_3008, 1);
    assert_eq!(rig.read(0x4000_3008), 0xFFF);
}
