//! Clocks, serial ports, pins, the watchdog and what is not modelled.

use crate::soc::ResetCause;
use crate::soc::testing::Rig;

const CLOCK: u32 = 0x4000_0000;
const UARTE: u32 = 0x4000_2000;
const WDT: u32 = 0x4001_0000;
/// 115200 baud is really 114746: 87.15 us for ten bits.
const BAUD: u32 = 0x01D6_0000;

#[test]
fn the_crystal_starts_in_its_time_and_interrupts() {
    let mut rig = Rig::new("nrf52840");
    rig.write(CLOCK + 0x304, 1);
    rig.write(CLOCK, 1);
    assert_eq!((rig.read(CLOCK + 0x100), rig.read(CLOCK + 0x40C)), (0, 0));
    rig.pass_us(359);
    assert!(!rig.irq(0));
    rig.pass_us(2);
    assert!(rig.irq(0));
    assert_eq!((rig.read(CLOCK + 0x100), rig.read(CLOCK + 0x40C)), (1, 0x1_0001));
    rig.write(CLOCK + 0x100, 0);
    assert!(!rig.irq(0));
    rig.write(CLOCK + 4, 1);
    assert_eq!(rig.read(CLOCK + 0x40C), 0);
}

#[test]
fn the_slow_clock_starts_from_the_source_that_is_chosen() {
    for (source, microseconds) in [(0, 600), (1, 250_000), (2, 460)] {
        let mut rig = Rig::new("nrf52840");
        rig.write(CLOCK + 0x518, source);
        rig.write(CLOCK + 8, 1);
        rig.pass_us(microseconds - 1);
        assert_eq!(rig.read(CLOCK + 0x104), 0);
        rig.pass_us(2);
        assert_eq!((rig.read(CLOCK + 0x104), rig.read(CLOCK + 0x418)), (1, 0x1_0000 | source));
    }
}

#[test]
fn retained_bytes_and_reasons_outlive_a_reset_by_software() {
    let mut rig = Rig::new("nrf52840");
    assert_eq!(rig.read(CLOCK + 0x400), 0);
    rig.write(CLOCK + 0x51C, 0xB1);
    rig.machine.cpu.reset(ResetCause::Software);
    assert_eq!((rig.read(CLOCK + 0x51C), rig.read(CLOCK + 0x400)), (0xB1, 4));
    rig.write(CLOCK + 0x400, 4);
    assert_eq!(rig.read(CLOCK + 0x400), 0);
    rig.machine.cpu.reset(ResetCause::PowerOn);
    assert_eq!(rig.read(CLOCK + 0x51C), 0);
}

fn uarte() -> Rig {
    let mut rig = Rig::new("nrf52840");
    rig.write(UARTE + 0x524, BAUD);
    rig.write(UARTE + 0x500, 8);
    rig
}

fn send(rig: &mut Rig, pointer: u32, length: u32) {
    rig.write(UARTE + 0x544, pointer);
    rig.write(UARTE + 0x548, length);
    rig.write(UARTE + 0x008, 1);
}

#[test]
fn easy_dma_sends_a_buffer_at_the_speed_of_the_line() {
    let mut rig = uarte();
    rig.write(UARTE + 0x304, 1 << 8);
    rig.write(0x2000_0000, u32::from_le_bytes(*b"Hey!"));
    let start = rig.now();
    send(&mut rig, 0x2000_0000, 4);
    rig.pass_us(300);
    assert!(!rig.irq(2));
    rig.pass_us(60);
    assert!(rig.irq(2), "ENDTX");
    assert_eq!((rig.read(UARTE + 0x120), rig.read(UARTE + 0x54C)), (1, 4));
    let sent = rig.machine.cpu.soc.take_serial(0);
    assert_eq!(sent.iter().map(|sent| sent.byte).collect::<Vec<_>>(), b"Hey!");
    let last = sent[3].at.0 - start;
    assert!(last.abs_diff(4 * 87_149_000) < 100_000, "{last} ps");
}

#[test]
fn easy_dma_does_not_reach_flash() {
    let mut rig = uarte();
    rig.write(0x2000_0000, 0x5555);
    // Nor RAM where it shows in the code region.
    for pointer in [0x0000_1000, 0x0080_0000] {
        send(&mut rig, pointer, 2);
        rig.pass_us(500);
        assert_eq!(rig.sent(0), [0; 0], "nothing is sent");
        assert_eq!((rig.read(UARTE + 0x150), rig.read(UARTE + 0x120)), (1, 0), "started, and never at its end");
    }
    assert_eq!(rig.notes()[0], "DMA at an address that it cannot reach at 0x00001000");
    send(&mut rig, 0x2000_0000, 2);
    rig.pass_us(500);
    assert_eq!(rig.sent(0), [0x55, 0x55], "it works again");
}

#[test]
fn easy_dma_receives_into_a_buffer_and_the_short_starts_the_next() {
    let mut rig = uarte();
    rig.write(0x2000_0100, 0);
    rig.write(UARTE + 0x534, 0x2000_0100);
    rig.write(UARTE + 0x538, 2);
    rig.write(UARTE + 0x200, 1 << 5);
    rig.write(UARTE, 1);
    assert_eq!(rig.feed(0, b"abc"), 3);
    rig.pass_us(180);
    assert_eq!((rig.read(UARTE + 0x110), rig.read(UARTE + 0x53C)), (1, 2));
    assert_eq!(rig.read(0x2000_0100), u32::from_le_bytes(*b"ab\0\0"));
    rig.pass_us(100);
    assert_eq!(rig.read(0x2000_0100), u32::from_le_bytes(*b"cb\0\0"));
    rig.write(UARTE + 4, 1);
    assert_eq!((rig.read(UARTE + 0x144), rig.read(UARTE + 0x53C)), (1, 1));
}

#[test]
fn flushing_leaves_what_the_buffer_has_no_room_for() {
    let mut rig = uarte();
    rig.write(0x2000_0100, 0);
    rig.write(UARTE + 0x534, 0x2000_0100);
    rig.write(UARTE + 0x538, 1);
    rig.write(UARTE, 1);
    assert_eq!(rig.feed(0, b"abcd"), 4);
    rig.pass_us(400);
    rig.write(UARTE + 0x534, 0x2000_0101);
    rig.write(UARTE + 0x538, 2);
    rig.write(UARTE + 0x02C, 1);
    assert_eq!((rig.read(UARTE + 0x110), rig.read(UARTE + 0x53C)), (1, 2));
    rig.write(UARTE + 0x534, 0x2000_0103);
    rig.write(UARTE + 0x538, 1);
    rig.write(UARTE, 1);
    assert_eq!(rig.read(0x2000_0100), u32::from_le_bytes(*b"abcd"));
}

#[test]
fn the_older_interface_sends_and_receives_bytes() {
    let mut rig = Rig::new("nrf52840");
    rig.write(UARTE + 0x524, BAUD);
    rig.write(UARTE + 0x500, 4);
    rig.write(UARTE + 0x008, 1);
    rig.write(UARTE, 1);
    for byte in *b"xy" {
        rig.write(UARTE + 0x11C, 0);
        rig.write(UARTE + 0x51C, byte.into());
        rig.poll(UARTE + 0x11C, 1, 1);
    }
    assert_eq!(rig.sent(0), b"xy");
    rig.feed(0, b"pq");
    for byte in *b"pq" {
        rig.poll(UARTE + 0x108, 1, 1);
        rig.write(UARTE + 0x108, 0);
        assert_eq!(rig.read(UARTE + 0x518), byte.into());
    }
}

#[test]
fn bytes_beyond_what_the_receiver_holds_are_an_overrun() {
    let mut rig = Rig::new("nrf52840");
    rig.write(UARTE + 0x524, BAUD);
    rig.write(UARTE + 0x500, 4);
    rig.write(UARTE, 1);
    rig.feed(0, b"0123456789");
    rig.pass_us(1000);
    assert_eq!((rig.read(UARTE + 0x124), rig.read(UARTE + 0x480)), (1, 1));
}

#[test]
fn pins_of_both_ports_drive_what_is_set() {
    let mut rig = Rig::new("nrf52840");
    for base in [0x5000_0000, 0x5000_0300] {
        // An output with its input buffer connected.
        rig.write(base + 0x700 + 4 * 13, 1);
        rig.write(base + 0x508, 1 << 13);
        assert_eq!((rig.read(base + 0x510), rig.read(base + 0x514)), (1 << 13, 1 << 13));
        rig.write(base + 0x50C, 1 << 13);
        assert_eq!(rig.read(base + 0x504), 0);
        // An input with a pull-up.
        rig.write(base + 0x700 + 4 * 5, 3 << 2);
        assert_eq!(rig.read(base + 0x510), 1 << 5);
    }
}

#[test]
fn a_watchdog_that_is_not_fed_resets_the_chip() {
    let mut rig = Rig::new("nrf52840");
    // 3277 ticks of 32.768 kHz: 100 ms.
    rig.write(WDT + 0x504, 3276);
    rig.write(WDT, 1);
    rig.write(WDT + 0x504, 100);
    assert_eq!((rig.read(WDT + 0x400), rig.read(WDT + 0x504)), (1, 3276), "fixed while it runs");
    rig.pass_us(90_000);
    rig.write(WDT + 0x600, 0x6E52_4635);
    rig.pass_us(90_000);
    rig.settle();
    assert_eq!(rig.read(CLOCK + 0x400), 0);
    rig.pass_us(11_000);
    rig.settle();
    assert_eq!((rig.read(CLOCK + 0x400), rig.read(WDT + 0x400)), (2, 0));
}

#[test]
fn what_is_not_modelled_reads_0_and_takes_writes() {
    let mut rig = Rig::new("nrf52840");
    rig.pc = 0x200;
    rig.write(0x4001_2000, 1);
    assert_eq!((rig.read(0x4001_2000), rig.read(0xF000_0FE0), rig.read(0x4001_3000)), (0, 0, 0));
    assert_eq!(rig.notes().len(), 4);
    assert_eq!(
        rig.notes()[0],
        "write to a register that is not modelled at 0x40012000 by the instruction at 0x00000200"
    );
}
