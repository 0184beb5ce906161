//! Serial ports, pins, clock gates, bit-band and what is not modelled.

use crate::soc::testing::Rig;
use crate::soc::{BusFault, Width};

const AHB1ENR: u32 = 0x4002_3830;
const APB1ENR: u32 = 0x4002_3840;
const APB1RSTR: u32 = 0x4002_3820;
const SR: u32 = 0x4000_4400;
const DR: u32 = 0x4000_4404;
const BRR: u32 = 0x4000_4408;
const CR1: u32 = 0x4000_440C;
const USART2: usize = 1;

/// USART2 at 16 MHz / 139, about 115200 baud: 86.875 us for a character of ten bits.
fn serial() -> Rig {
    let mut rig = Rig::new("stm32f4");
    rig.set(APB1ENR, 1 << 17);
    rig.write(BRR, 139);
    rig.write(CR1, 1 << 13 | 1 << 3 | 1 << 2);
    rig
}

#[test]
fn a_character_takes_the_time_that_its_bits_take() {
    let mut rig = serial();
    assert_eq!(rig.read(SR), 0xC0);
    let start = rig.now();
    rig.write(DR, 0x48);
    assert_eq!(rig.read(SR), 0x80, "the byte went to the shift register at once");
    rig.write(DR, 0x69);
    assert_eq!(rig.read(SR), 0);
    rig.pass_us(87);
    assert_eq!(rig.read(SR), 0x80);
    rig.pass_us(87);
    assert_eq!(rig.read(SR), 0xC0);
    let sent = rig.machine.cpu.soc.take_serial(USART2);
    assert_eq!(sent.iter().map(|sent| sent.byte).collect::<Vec<_>>(), b"Hi");
    let ends: Vec<u64> = sent.iter().map(|sent| sent.at.0 - start).collect();
    assert_eq!(ends[0], 86_875_000);
    assert!(ends[1].abs_diff(2 * 86_875_000) <= 62_500, "within a cycle of the core: {ends:?}");
}

#[test]
fn the_clock_of_its_bus_sets_the_speed() {
    for (prescaler, character) in [(5 << 10, 4 * 86_875_000), (5 << 13, 86_875_000)] {
        let mut rig = serial();
        // PCLK1 is HCLK / 4, or PCLK2 is, on which USART2 is not.
        rig.write(0x4002_3808, prescaler);
        let start = rig.now();
        rig.write(DR, 1);
        rig.pass_us(400);
        assert_eq!(rig.machine.cpu.soc.take_serial(USART2)[0].at.0 - start, character);
    }
}

#[test]
fn received_bytes_come_one_by_one_and_interrupt() {
    let mut rig = serial();
    rig.set(CR1, 1 << 5);
    assert_eq!(rig.feed(USART2, b"ok"), 2);
    assert!(!rig.irq(38));
    rig.pass_us(87);
    assert!(rig.irq(38));
    assert_eq!(rig.read(DR), u32::from(b'o'));
    assert!(!rig.irq(38));
    rig.pass_us(88);
    assert_eq!(rig.read(DR), u32::from(b'k'));
    rig.pass_us(88);
    assert_eq!(rig.read(SR) & 0x10, 0x10, "the line is idle");
    rig.read(DR);
    assert_eq!(rig.read(SR) & 0x10, 0);
}

#[test]
fn a_byte_that_nobody_took_is_an_overrun() {
    let mut rig = serial();
    rig.feed(USART2, b"ab");
    rig.pass_us(200);
    assert_eq!(rig.read(SR) & 0x28, 0x28);
    assert_eq!(rig.read(DR), u32::from(b'a'));
    assert_eq!(rig.read(SR) & 0x28, 0);
}

#[test]
fn an_echo_at_both_ends_loses_nothing() {
    let mut rig = serial();
    let text = b"The quick brown fox";
    rig.feed(USART2, text);
    for _ in 0..text.len() {
        rig.poll(SR, 0x20, 0x20);
        let byte = rig.read(DR);
        rig.write(DR, byte);
    }
    rig.pass_us(200);
    assert_eq!(rig.sent(USART2), text);
}

#[test]
fn a_peripheral_without_clock_is_dead_and_noted() {
    let mut rig = Rig::new("stm32f4");
    rig.pc = 0x0800_1234;
    rig.write(CR1, 0x2000);
    assert_eq!(rig.read(SR), 0);
    assert_eq!(
        rig.notes(),
        [
            "access to a peripheral whose clock is off at 0x4000440c by the instruction at 0x08001234",
            "access to a peripheral whose clock is off at 0x40004400 by the instruction at 0x08001234",
        ]
    );
    rig.set(APB1ENR, 1 << 17);
    assert_eq!((rig.read(SR), rig.read(CR1)), (0xC0, 0));
}

#[test]
fn a_peripheral_reset_puts_its_registers_back() {
    let mut rig = serial();
    rig.write(APB1RSTR, 1 << 17);
    rig.write(APB1RSTR, 0);
    assert_eq!((rig.read(CR1), rig.read(BRR)), (0, 0));
}

#[test]
fn pins_drive_what_is_set() {
    let mut rig = Rig::new("stm32f4");
    rig.set(AHB1ENR, 1 << 3);
    let port = 0x4002_0C00;
    rig.write(port, 1 << 24);
    // BSRR by halfwords: set 12, then reset it.
    rig.try_write(port + 0x18, Width::Half, 1 << 12).unwrap();
    assert_eq!((rig.read(port + 0x10), rig.read(port + 0x14)), (1 << 12, 1 << 12));
    rig.try_write(port + 0x1A, Width::Half, 1 << 12).unwrap();
    assert_eq!(rig.read(port + 0x10), 0);
    // An input with a pull-up reads 1.
    rig.write(port + 0x0C, 1 << 8);
    assert_eq!(rig.read(port + 0x10), 1 << 4);
}

#[test]
fn the_lock_sequence_fixes_pins_until_a_reset() {
    let mut rig = Rig::new("stm32f4");
    rig.set(AHB1ENR, 1 << 3);
    let (port, lock) = (0x4002_0C00, 0x4002_0C1C);
    for value in [0x1_0001, 1, 0x1_0001] {
        rig.write(lock, value);
    }
    assert_eq!(rig.read(lock), 0x1_0001);
    rig.write(port, 0x5);
    assert_eq!(rig.read(port), 0x4, "pin 0 stays an input");
}

#[test]
fn bit_band_reaches_ram_and_registers() {
    let mut rig = Rig::new("stm32f4");
    rig.write(0x2000_0300, 0);
    rig.write(0x2200_0000 + 0x301 * 32 + 5 * 4, 0xFFFF_FFFF);
    assert_eq!(rig.read(0x2000_0300), 1 << 13);
    assert_eq!(rig.read(0x2200_0000 + 0x301 * 32 + 5 * 4), 1);
    rig.write(0x4200_0000 + 0x2_3840 * 32 + 17 * 4, 1);
    assert_eq!(rig.read(APB1ENR), 1 << 17);
    rig.write(0x4200_0000 + 0x2_3840 * 32 + 17 * 4, 0);
    assert_eq!(rig.read(APB1ENR), 0);
}

#[test]
fn what_is_not_modelled_reads_0_and_what_is_not_there_faults() {
    let mut rig = Rig::new("stm32f4");
    rig.pc = 0x0800_0100;
    // I2C1.
    rig.write(0x4000_5400, 1);
    assert_eq!(rig.read(0x4000_5400), 0);
    assert_eq!(rig.read(0x4000_5400), 0);
    assert_eq!(rig.try_read(0x6000_0000, Width::Word), Err(BusFault));
    assert_eq!(
        rig.notes(),
        [
            "write to a register that is not modelled at 0x40005400 by the instruction at 0x08000100",
            "read of a register that is not modelled at 0x40005400 by the instruction at 0x08000100",
            "access to a reserved address at 0x60000000 by the instruction at 0x08000100",
        ]
    );
}
