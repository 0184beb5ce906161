//! The flash interface: the sequences of probe-rs's flash algorithm, keys, errors and times.

use crate::soc::testing::Rig;
use crate::soc::{BusFault, ResetCause, Width};

const ACR: u32 = 0x4002_3C00;
const KEYR: u32 = 0x4002_3C04;
const OPTKEYR: u32 = 0x4002_3C08;
const SR: u32 = 0x4002_3C0C;
const CR: u32 = 0x4002_3C10;
const OPTCR: u32 = 0x4002_3C14;
const IWDG_KR: u32 = 0x4000_3000;
const BSY: u32 = 1 << 16;
const LOCK: u32 = 1 << 31;

/// Init of the flash algorithm.
fn init(rig: &mut Rig) {
    rig.write(KEYR, 0x4567_0123);
    rig.write(KEYR, 0xCDEF_89AB);
    let acr = rig.read(ACR);
    rig.write(ACR, acr & 0xF);
    rig.set(SR, 0xF0);
    assert_ne!(rig.read(OPTCR) >> 5 & 1, 0, "the watchdog is started by software");
}

/// EraseSector of the flash algorithm. Gives the error flags and the time in microseconds.
fn erase(rig: &mut Rig, sector: u32) -> (u32, u64) {
    rig.set(SR, 0xF0);
    rig.write(CR, 2);
    rig.set(CR, sector << 3);
    rig.set(CR, BSY);
    rig.write(IWDG_KR, 0xAAAA);
    let took = rig.poll(SR, BSY, 0);
    rig.clear(CR, 2);
    (rig.read(SR) & 0xF0, took)
}

/// ProgramPage of the flash algorithm.
fn program(rig: &mut Rig, address: u32, words: &[u32]) -> (u32, u64) {
    rig.set(SR, 0xF0);
    rig.write(CR, 0);
    let start = rig.now_us();
    for (index, word) in words.iter().enumerate() {
        rig.set(CR, 0x201);
        rig.write(address + 4 * index as u32, *word);
        rig.poll(SR, BSY, 0);
        rig.clear(CR, 1);
    }
    (rig.read(SR) & 0xF0, rig.now_us() - start)
}

#[test]
fn the_flash_algorithm_erases_programs_and_verifies() {
    let mut rig = Rig::new("stm32f4");
    assert_eq!(rig.read(CR), LOCK);
    init(&mut rig);
    let words: Vec<u32> = (0..16).map(|index| 0x0101_0101 * index).collect();
    assert_eq!(program(&mut rig, 0x0800_0000, &words).0, 0);
    for (sector, milliseconds) in [(0, 250), (4, 550), (11, 1000)] {
        let (errors, took) = erase(&mut rig, sector);
        assert_eq!(errors, 0);
        assert!(took.abs_diff(milliseconds * 1000) <= 2, "sector {sector} took {took} us");
    }
    assert_eq!(rig.read(0x0800_0004), u32::MAX);
    let (errors, took) = program(&mut rig, 0x0800_0000, &words);
    assert_eq!(errors, 0);
    assert!((16 * 16..=16 * 18).contains(&took), "16 words took {took} us");
    for (index, word) in words.iter().enumerate() {
        assert_eq!(rig.read(4 * index as u32), *word, "through the alias at 0");
    }
    rig.set(CR, LOCK);
    assert_eq!(rig.read(CR), LOCK | 0x200);
}

#[test]
fn an_erase_takes_one_sector_and_no_more() {
    let mut rig = Rig::new("stm32f4");
    init(&mut rig);
    for address in [0x0800_FFFC, 0x0801_0000, 0x0801_FFFC, 0x0802_0000] {
        program(&mut rig, address, &[0]);
    }
    erase(&mut rig, 4);
    let left = [0x0800_FFFC, 0x0801_0000, 0x0801_FFFC, 0x0802_0000].map(|address| rig.read(address));
    assert_eq!(left, [0, u32::MAX, u32::MAX, 0]);
}

#[test]
fn mass_erase_takes_everything_and_its_time() {
    let mut rig = Rig::new("stm32f4");
    init(&mut rig);
    program(&mut rig, 0x0800_0000, &[0]);
    program(&mut rig, 0x080F_FFFC, &[0]);
    rig.write(CR, 4);
    rig.set(CR, BSY);
    rig.pass_us(7_999_000);
    assert_eq!(rig.read(SR), BSY);
    rig.pass_us(1_100);
    assert_eq!(rig.read(SR), 0);
    assert_eq!((rig.read(0x0800_0000), rig.read(0x080F_FFFC)), (u32::MAX, u32::MAX));
}

#[test]
fn programming_only_clears_bits() {
    let mut rig = Rig::new("stm32f4");
    init(&mut rig);
    program(&mut rig, 0x0800_0100, &[0xFFFF_00FF]);
    program(&mut rig, 0x0800_0100, &[0x1234_5678]);
    assert_eq!(rig.read(0x0800_0100), 0x1234_0078);
}

#[test]
fn a_wrong_key_is_a_bus_error_and_locks_until_a_reset() {
    let mut rig = Rig::new("stm32f4");
    assert_eq!(rig.try_write(KEYR, Width::Word, 1), Err(BusFault));
    assert_eq!(rig.try_write(KEYR, Width::Word, 0x4567_0123), Err(BusFault));
    assert_eq!(rig.try_write(KEYR, Width::Word, 0xCDEF_89AB), Err(BusFault));
    assert_eq!(rig.read(CR), LOCK);
    rig.machine.cpu.reset(ResetCause::Software);
    init(&mut rig);
    assert_eq!(rig.read(CR), 0);
}

#[test]
fn the_second_key_alone_does_not_open() {
    let mut rig = Rig::new("stm32f4");
    assert_eq!(rig.try_write(KEYR, Width::Word, 0xCDEF_89AB), Err(BusFault));
    assert_eq!(rig.read(CR) & LOCK, LOCK);
}

#[test]
fn stores_at_the_wrong_moment_set_the_flag_that_says_why() {
    let mut rig = Rig::new("stm32f4");
    // Locked: the sequence is wrong.
    rig.write(0x0800_0000, 0);
    assert_eq!(rig.read(SR), 1 << 7);
    rig.write(SR, 1 << 7);
    assert_eq!(rig.read(SR), 0);
    init(&mut rig);
    // PSIZE says word, the store is a halfword.
    rig.write(CR, 0x201);
    rig.try_write(0x0800_0000, Width::Half, 0).unwrap();
    assert_eq!(rig.read(SR), 1 << 6);
    rig.write(SR, 0xF0);
    assert_eq!(rig.read(0x0800_0000), u32::MAX, "nothing was programmed");
    // A sector that does not exist.
    assert_eq!(erase(&mut rig, 12).0, 1 << 7);
}

#[test]
fn write_protection_of_the_option_bytes_holds_until_it_is_taken_off() {
    let mut rig = Rig::new("stm32f4");
    assert_eq!(rig.read(OPTCR), 0x0FFF_AAED);
    rig.write(OPTKEYR, 0x0819_2A3B);
    rig.write(OPTKEYR, 0x4C5D_6E7F);
    // Protects sector 2, and starts.
    rig.write(OPTCR, 0x0FFB_AAEC);
    rig.write(OPTCR, 0x0FFB_AAEE);
    rig.poll(SR, BSY, 0);
    rig.machine.cpu.reset(ResetCause::Software);
    assert_eq!(rig.read(OPTCR), 0x0FFB_AAED, "kept");
    init(&mut rig);
    assert_eq!(erase(&mut rig, 2).0, 1 << 4);
    assert_eq!(program(&mut rig, 0x0800_8000, &[0]).0, 1 << 4);
    assert_eq!(erase(&mut rig, 3).0, 0);
}

#[test]
fn a_program_in_flash_stands_still_while_flash_is_busy() {
    let mut rig = Rig::new("stm32f4");
    init(&mut rig);
    rig.pc = 0x0800_4000;
    rig.write(CR, 2);
    let start = rig.now_us();
    rig.write(CR, 2 | BSY);
    assert!((rig.now_us() - start).abs_diff(250_000) <= 1);
}

#[test]
fn the_end_of_an_operation_interrupts_when_asked_to() {
    let mut rig = Rig::new("stm32f4");
    init(&mut rig);
    rig.write(CR, 1 << 24 | 2);
    rig.set(CR, BSY);
    assert!(!rig.irq(4));
    rig.pass_us(250_001);
    assert!(rig.irq(4));
    rig.write(SR, 1);
    assert!(!rig.irq(4));
}

#[test]
fn the_signature_tells_size_and_identity() {
    let mut rig = Rig::new("stm32f4");
    assert_eq!(rig.try_read(0x1FFF_7A22, Width::Half), Ok(1024));
    let other = Rig::with("stm32f4", crate::board::Options { seed: 2, locked: false });
    let (mut other, id) = (other, rig.read(0x1FFF_7A10));
    assert_ne!(other.read(0x1FFF_7A10), id);
    assert_eq!(rig.read(0xE004_2000), 0x1007_6413);
    assert_eq!(rig.try_read(0x1FFF_C000, Width::Half), Ok(0xAAEC));
}

/// The cycles of entering a line that is not near the one before.
fn line(rig: &mut Rig, number: u32) -> u64 {
    rig.machine.cpu.flash.fetch(0x0800_0000 + 0x40 * number, 0)
}

#[test]
fn the_access_control_register_decides_what_a_line_costs() {
    let mut rig = Rig::new("stm32f4");
    assert_eq!((rig.read(ACR), line(&mut rig, 1)), (0, 0), "no wait states after a reset");
    rig.write(ACR, 5);
    assert_eq!([1, 2, 1].map(|number| line(&mut rig, number)), [0, 5, 5], "the current line costs nothing");
    rig.write(ACR, 0x205);
    assert_eq!([2, 1, 2, 1].map(|number| line(&mut rig, number)), [5, 5, 0, 0]);
    // Emptying the cache works only while it is off.
    rig.write(ACR, 0xA05);
    assert_eq!(line(&mut rig, 2), 0);
    rig.write(ACR, 0x805);
    rig.write(ACR, 0x203);
    assert_eq!([1, 2].map(|number| line(&mut rig, number)), [3, 3]);
    rig.machine.cpu.reset(ResetCause::Software);
    assert_eq!((rig.read(ACR), line(&mut rig, 1)), (0, 0));
}

#[test]
fn an_erase_holds_up_who_reads_flash_from_ram() {
    let mut rig = Rig::new("stm32f4");
    init(&mut rig);
    rig.write(CR, 2);
    rig.set(CR, BSY);
    let now = rig.machine.cpu.cycles;
    let wait = rig.machine.cpu.flash.load(0x0800_8000, now);
    assert!(wait.abs_diff(16_000_000 / 4) <= 2, "a quarter of a second at 16 MHz: {wait} cycles");
    assert_eq!(rig.machine.cpu.flash.load(0x0800_8000, now + wait), 0);
}

#[test]
fn too_few_wait_states_are_noted() {
    const RCC_CFGR: u32 = 0x4002_3808;
    let limits = |rig: &Rig| rig.notes().iter().filter(|note| note.contains("beyond the limits")).count();
    let mut rig = Rig::new("stm32f4");
    // The crystal's 8 MHz times 168 / 8 / 2, as start-up code does it, but with one wait state too few.
    rig.write(0x4002_3800, 0x0001_0083);
    rig.poll(0x4002_3800, 1 << 17, 1 << 17);
    rig.write(0x4002_3804, 0x0740_5408);
    rig.set(0x4002_3800, 1 << 24);
    rig.poll(0x4002_3800, 1 << 25, 1 << 25);
    rig.write(ACR, 4);
    assert_eq!(limits(&rig), 0, "at 16 MHz that is more than enough");
    rig.write(RCC_CFGR, 0x9402);
    assert_eq!(limits(&rig), 1, "the clock is too fast: {:?}", rig.notes());
    rig.write(ACR, 5);
    rig.write(ACR, 0);
    assert_eq!(limits(&rig), 2, "the wait states are too few: {:?}", rig.notes());
}
