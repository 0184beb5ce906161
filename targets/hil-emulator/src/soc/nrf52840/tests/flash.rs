//! The flash controller, UICR, FICR, and the way into a locked part.

use crate::board::Options;
use crate::soc::testing::Rig;
use crate::soc::{BusFault, Master, ResetCause, Width};

const READY: u32 = 0x4001_E400;
const CONFIG: u32 = 0x4001_E504;
const ERASEPAGE: u32 = 0x4001_E508;
const ERASEALL: u32 = 0x4001_E50C;
const ERASEUICR: u32 = 0x4001_E514;
const ERASEPAGEPARTIAL: u32 = 0x4001_E518;
const ERASEPAGEPARTIALCFG: u32 = 0x4001_E51C;
const UICR: u32 = 0x1000_1000;

/// EraseSector of the flash algorithm, which feeds the watchdog while it waits. Gives the time in microseconds.
fn erase(rig: &mut Rig, address: u32) -> u64 {
    rig.write(CONFIG, 2);
    if address < UICR {
        rig.write(ERASEPAGE, address);
    } else {
        rig.write(ERASEUICR, 1);
    }
    assert_ne!((rig.read(0x4001_0404), rig.read(0x4001_0504)), (0, 0));
    rig.write(0x4001_0600, 0x6E52_4635);
    let took = rig.poll(READY, 1, 1);
    rig.write(CONFIG, 0);
    took
}

/// ProgramPage of the flash algorithm.
fn program(rig: &mut Rig, address: u32, words: &[u32]) -> u64 {
    rig.write(CONFIG, 1);
    let start = rig.now_us();
    for (index, word) in words.iter().enumerate() {
        rig.write(address + 4 * index as u32, *word);
        rig.poll(READY, 1, 1);
    }
    rig.write(CONFIG, 0);
    rig.now_us() - start
}

#[test]
fn the_flash_algorithm_erases_programs_and_verifies() {
    let mut rig = Rig::new("nrf52840");
    let words: Vec<u32> = (1..=16).map(|index| 0x0101_0101 * index).collect();
    program(&mut rig, 0x1000, &words);
    program(&mut rig, 0x2000, &[7]);
    let took = erase(&mut rig, 0x1000);
    assert!(took.abs_diff(85_000) <= 2, "{took} us");
    assert_eq!((rig.read(0x1000), rig.read(0x2000)), (u32::MAX, 7));
    let took = program(&mut rig, 0x1000, &words);
    assert!((16 * 41..=16 * 43).contains(&took), "{took} us");
    for (index, word) in words.iter().enumerate() {
        assert_eq!(rig.read(0x1000 + 4 * index as u32), *word);
    }
}

#[test]
fn uicr_is_programmed_and_erased_by_the_same_algorithm() {
    let mut rig = Rig::new("nrf52840");
    program(&mut rig, UICR + 0x200, &[18, 18]);
    assert_eq!(rig.read(UICR + 0x200), 18);
    program(&mut rig, 0, &[5]);
    erase(&mut rig, UICR);
    assert_eq!((rig.read(UICR + 0x200), rig.read(0)), (u32::MAX, 5));
}

#[test]
fn bits_are_only_cleared() {
    let mut rig = Rig::new("nrf52840");
    program(&mut rig, 0x100, &[0xFF00_FF00]);
    program(&mut rig, 0x100, &[0x1234_5678]);
    assert_eq!(rig.read(0x100), 0x1200_5600);
}

#[test]
fn only_words_and_only_when_enabled() {
    let mut rig = Rig::new("nrf52840");
    assert_eq!(rig.try_write(0, Width::Word, 0), Err(BusFault));
    rig.write(CONFIG, 1);
    assert_eq!(rig.try_write(0, Width::Half, 0), Err(BusFault));
    assert_eq!(rig.try_write(0, Width::Byte, 0), Err(BusFault));
    assert_eq!(rig.read(0), u32::MAX);
    rig.write(ERASEPAGE, 0);
    assert_eq!(rig.read(READY), 1, "erasing is not enabled");
}

#[test]
fn erase_all_takes_flash_and_uicr() {
    let mut rig = Rig::new("nrf52840");
    program(&mut rig, 0xF_FFFC, &[0]);
    program(&mut rig, UICR + 0x80, &[0]);
    rig.write(CONFIG, 2);
    rig.write(ERASEALL, 1);
    let took = rig.poll(READY, 1, 1);
    assert!(took.abs_diff(169_000) <= 2, "{took} us");
    assert_eq!((rig.read(0xF_FFFC), rig.read(UICR + 0x80)), (u32::MAX, u32::MAX));
}

#[test]
fn parts_of_an_erase_add_up() {
    let mut rig = Rig::new("nrf52840");
    program(&mut rig, 0x3000, &[0]);
    rig.write(CONFIG, 2);
    rig.write(ERASEPAGEPARTIALCFG, 50);
    rig.write(ERASEPAGEPARTIAL, 0x3000);
    let took = rig.poll(READY, 1, 1);
    assert!(took.abs_diff(50_000) <= 2, "{took} us");
    assert_eq!(rig.read(0x3000), 0, "half erased");
    rig.write(ERASEPAGEPARTIAL, 0x3000);
    assert_eq!(rig.read(0x3000), u32::MAX);
}

#[test]
fn a_program_in_flash_stands_still_while_flash_is_busy() {
    let mut rig = Rig::new("nrf52840");
    rig.pc = 0x400;
    rig.write(CONFIG, 2);
    let start = rig.now_us();
    rig.write(ERASEPAGE, 0x5000);
    assert!((rig.now_us() - start).abs_diff(85_000) <= 1);
}

#[test]
fn factory_information_names_the_part() {
    let mut rig = Rig::new("nrf52840");
    assert_eq!((rig.read(0x1000_0100), rig.read(0x1000_0104)), (0x52840, u32::from_be_bytes(*b"AAD0")));
    assert_eq!(rig.read(0x1000_0010) * rig.read(0x1000_0014), 1 << 20);
    let mut other = Rig::with("nrf52840", Options { seed: 2, locked: false });
    assert_ne!(rig.read(0x1000_0060), other.read(0x1000_0060));
}

fn port_read(rig: &mut Rig, address: u8) -> u32 {
    rig.machine.cpu.with_soc(Master::Debugger, |soc, io| soc.access_port_read(1, address, io)).unwrap()
}

fn port_write(rig: &mut Rig, address: u8, value: u32) {
    rig.machine.cpu.with_soc(Master::Debugger, |soc, io| soc.access_port_write(1, address, value, io)).unwrap();
}

#[test]
fn a_locked_part_opens_by_erasing_everything() {
    let mut rig = Rig::with("nrf52840", Options { seed: 1, locked: true });
    assert_eq!((port_read(&mut rig, 0xFC), port_read(&mut rig, 0x0C)), (0x0288_0000, 0));
    assert!(!rig.machine.cpu.soc.debug_allowed());
    port_write(&mut rig, 0x00, 1);
    rig.settle();
    port_write(&mut rig, 0x00, 0);
    assert!(!rig.machine.cpu.soc.debug_allowed(), "a reset does not open it");
    port_write(&mut rig, 0x04, 1);
    assert_eq!(port_read(&mut rig, 0x08), 1);
    rig.pass_us(168_900);
    assert_eq!((port_read(&mut rig, 0x08), port_read(&mut rig, 0x0C)), (1, 0));
    rig.pass_us(200);
    assert_eq!((port_read(&mut rig, 0x08), port_read(&mut rig, 0x0C)), (0, 1));
    assert_eq!(rig.read(UICR + 0x208), u32::MAX);
    rig.machine.cpu.reset(ResetCause::Pin);
    assert!(rig.machine.cpu.soc.debug_allowed());
}

#[test]
fn protection_in_uicr_locks_at_the_next_reset() {
    let mut rig = Rig::new("nrf52840");
    program(&mut rig, UICR + 0x208, &[0xFFFF_FF00]);
    assert!(rig.machine.cpu.soc.debug_allowed());
    rig.machine.cpu.reset(ResetCause::Pin);
    assert!(!rig.machine.cpu.soc.debug_allowed());
}

#[test]
fn there_is_no_further_access_port() {
    let mut rig = Rig::new("nrf52840");
    let read =
        |rig: &mut Rig, ap| rig.machine.cpu.with_soc(Master::Debugger, |soc, io| soc.access_port_read(ap, 0xFC, io));
    assert_eq!((read(&mut rig, 2), read(&mut rig, 255)), (None, None));
}

#[test]
fn firmware_reads_the_hits_and_misses_of_the_cache() {
    const ICACHECNF: u32 = 0x4001_E540;
    const IHIT: u32 = 0x4001_E548;
    const IMISS: u32 = 0x4001_E54C;
    let mut rig = Rig::new("nrf52840");
    let lines = |rig: &mut Rig| [0, 0x40, 0].map(|address| rig.machine.cpu.flash.fetch(address, 0));
    assert_eq!((rig.read(ICACHECNF), lines(&mut rig)), (0, [2, 2, 2]), "off after a reset");
    rig.write(ICACHECNF, 0x101);
    assert_eq!((lines(&mut rig), rig.read(IHIT), rig.read(IMISS)), ([0, 3, 3], 0, 2), "line 0 was the current one");
    assert_eq!((lines(&mut rig), rig.read(IHIT), rig.read(IMISS)), ([0, 0, 0], 2, 2));
    rig.write(ICACHECNF, 1);
    assert_eq!((lines(&mut rig), rig.read(IHIT)), ([0, 0, 0], 2), "counted only while profiling is on");
    rig.write(IHIT, 0);
    rig.write(IMISS, 0);
    assert_eq!((rig.read(IHIT), rig.read(IMISS)), (0, 0));
    rig.write(CONFIG, 1);
    rig.write(0x3000, 0);
    assert_eq!(lines(&mut rig)[1], 3 + 41 * 64, "programming forgets the cache and holds up flash");
    rig.machine.cpu.reset(ResetCause::Software);
    assert_eq!((rig.read(ICACHECNF), lines(&mut rig)), (0, [2, 2, 2]));
}
