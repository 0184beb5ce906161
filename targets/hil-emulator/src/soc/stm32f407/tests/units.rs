//! Watchdogs, the random number generator and the CRC unit.

use super::low_power::program_options;
use crate::soc::testing::Rig;
use crate::soc::{Master, ResetCause, Width};

const CSR: u32 = 0x4002_3874;
const WWDG: u32 = 0x4000_2C00;
const RNG: u32 = 0x5006_0800;
const CRC: u32 = 0x4002_3000;

fn flags(rig: &mut Rig) -> u32 {
    rig.settle();
    rig.read(CSR) & 0xFE00_0000
}

/// The window watchdog with a tick of 4096 / 16 MHz = 256 us.
fn window() -> Rig {
    let mut rig = Rig::new("stm32f4");
    rig.write(CSR, 1 << 24);
    rig.set(0x4002_3840, 1 << 11);
    rig
}

#[test]
fn the_window_watchdog_warns_then_bites() {
    let mut rig = window();
    rig.write(WWDG + 4, 1 << 9 | 0x7F);
    rig.write(WWDG, 0xC4);
    rig.pass_us(4 * 256 - 2);
    assert_eq!((rig.read(WWDG), rig.irq(0)), (0xC1, false));
    rig.pass_us(4);
    assert_eq!((rig.read(WWDG), rig.irq(0)), (0xC0, true));
    rig.write(WWDG + 8, 0);
    assert!(!rig.irq(0));
    rig.write(WWDG, 0xC1);
    rig.pass_us(2 * 256 - 10);
    assert_eq!(flags(&mut rig), 0, "it was fed");
    rig.pass_us(20);
    assert_eq!(flags(&mut rig), 0x4400_0000);
    rig.pass_us(1_000_000);
    assert_eq!(rig.read(WWDG), 0, "without clock");
}

#[test]
fn the_window_watchdog_bites_who_feeds_too_early() {
    let mut rig = window();
    rig.write(WWDG + 4, 0x50);
    rig.write(WWDG, 0xD8);
    rig.pass_us(8 * 256);
    rig.write(WWDG, 0xD8);
    assert_eq!(flags(&mut rig), 0, "within the window");
    rig.set(0x4002_3840, 1 << 11);
    rig.pass_us(7 * 256);
    rig.write(WWDG, 0xD8);
    assert_eq!(flags(&mut rig), 0x4400_0000);
}

#[test]
fn a_watchdog_that_hardware_starts_bites_without_being_asked() {
    let mut rig = Rig::new("stm32f4");
    program_options(&mut rig, |options| options & !(1 << 5));
    rig.machine.cpu.reset(ResetCause::Pin);
    rig.write(CSR, 1 << 24);
    rig.write(CSR, 0);
    assert_eq!(rig.read(CSR) & 1, 1, "it keeps the LSI on");
    // 4096 times 4 / 32 kHz: 512 ms.
    rig.pass_us(511_000);
    assert_eq!(flags(&mut rig), 0);
    rig.pass_us(2_000);
    assert_eq!(flags(&mut rig), 0x2400_0000);
}

#[test]
fn the_debugger_holds_the_watchdogs_where_dbgmcu_says_so() {
    for (freeze, expect) in [(0, 0x2400_0000), (1 << 12, 0)] {
        let mut rig = Rig::new("stm32f4");
        rig.write(0xE004_2008, freeze);
        rig.write(CSR, 1 << 24);
        rig.write(0x4000_3000, 0xCCCC);
        rig.pass_us(300_000);
        rig.machine.cpu.private_write(Master::Debugger, 0xE000_EDF0, Width::Word, 0xA05F_0003).unwrap();
        rig.pass_us(400_000);
        assert_eq!(flags(&mut rig), expect);
        rig.machine.cpu.private_write(Master::Debugger, 0xE000_EDF0, Width::Word, 0xA05F_0001).unwrap();
        if expect == 0 {
            rig.pass_us(213_000);
            assert_eq!(flags(&mut rig), 0x2400_0000, "the rest of its time");
        }
    }
}

#[test]
fn random_words_need_the_clock_of_48_mhz() {
    let mut rig = Rig::new("stm32f4");
    rig.set(0x4002_3834, 1 << 6);
    rig.write(RNG, 1 << 2 | 1 << 3);
    assert_eq!(rig.read(RNG + 4), 0x22, "CEIS and CECS");
    assert!(rig.irq(80));
    // M 16, N 192, Q 4 from the HSI: 48 MHz.
    rig.write(0x4002_3804, 4 << 24 | 192 << 6 | 16);
    rig.set(0x4002_3800, 1 << 24);
    rig.poll(0x4002_3800, 1 << 25, 1 << 25);
    assert_eq!(rig.read(RNG + 4), 0x20);
    rig.write(RNG + 4, 0);
    rig.pass_us(1);
    assert!(rig.irq(80));
    let first = rig.read(RNG + 8);
    assert_eq!((rig.read(RNG + 4), rig.read(RNG + 8)), (0, 0), "the next word takes 40 periods");
    rig.pass_us(1);
    assert_eq!(rig.read(RNG + 4), 1);
    assert_ne!(rig.read(RNG + 8), first);
}

#[test]
fn the_crc_is_that_of_ethernet_over_words() {
    let mut rig = Rig::new("stm32f4");
    rig.set(0x4002_3830, 1 << 12);
    let start = rig.machine.cpu.cycles;
    rig.write(CRC, 0x1234_5678);
    rig.write(CRC, 0x9ABC_DEF0);
    // Computed with CRC-32/MPEG-2 over the same eight bytes.
    assert_eq!(rig.read(CRC), expected(&[0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0]));
    assert_eq!(rig.machine.cpu.cycles - start, 8, "four cycles for each word");
    rig.write(CRC + 8, 1);
    rig.write(CRC + 4, 0x1AB);
    assert_eq!((rig.read(CRC), rig.read(CRC + 4)), (u32::MAX, 0xAB));
}

/// CRC-32/MPEG-2, byte by byte.
fn expected(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| crc << 1 ^ if crc >> 31 == 1 { 0x04C1_1DB7 } else { 0 })
    })
}
