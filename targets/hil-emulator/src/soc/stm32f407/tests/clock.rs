//! The RTC: calendar, alarms, wake-up timer, protection, and where its clock comes from.

use crate::soc::ResetCause;
use crate::soc::testing::Rig;

const RTC: u32 = 0x4000_2800;
const TR: u32 = RTC;
const DR: u32 = RTC + 4;
const CR: u32 = RTC + 8;
const ISR: u32 = RTC + 0xC;
const PRER: u32 = RTC + 0x10;
const WPR: u32 = RTC + 0x24;
const SSR: u32 = RTC + 0x28;
const BDCR: u32 = 0x4002_3870;
const CSR: u32 = 0x4002_3874;
const PWR_CR: u32 = 0x4000_7000;

/// The RTC on the LSI of 32 kHz with 1 Hz, at 23:59:58 on Tuesday, 31 December of year 24, open for writing.
fn running() -> Rig {
    let mut rig = Rig::new("stm32f4");
    rig.set(0x4002_3840, 1 << 28);
    rig.set(PWR_CR, 1 << 8);
    rig.write(CSR, 1);
    rig.poll(CSR, 2, 2);
    rig.write(BDCR, 2 << 8 | 1 << 15);
    rig.write(WPR, 0xCA);
    rig.write(WPR, 0x53);
    rig.write(ISR, 0xFFFF_FFFF);
    assert_eq!(rig.read(ISR) & 1 << 6, 0);
    assert!(rig.poll(ISR, 1 << 6, 1 << 6).abs_diff(62) <= 2, "two cycles of 31.25 us");
    rig.write(PRER, 127 << 16 | 249);
    rig.write(TR, 0x23_5958);
    rig.write(DR, 0x24_5231);
    rig.write(ISR, !(1 << 7));
    rig
}

#[test]
fn the_crystal_clocks_the_rtc_only_through_its_prescaler() {
    for (prescaler, runs) in [(0, false), (1, false), (8, true)] {
        let mut rig = Rig::new("stm32f4");
        rig.set(0x4002_3840, 1 << 28);
        rig.set(PWR_CR, 1 << 8);
        rig.set(0x4002_3800, 1 << 16);
        rig.poll(0x4002_3800, 1 << 17, 1 << 17);
        rig.write(0x4002_3808, prescaler << 16);
        rig.write(BDCR, 3 << 8 | 1 << 15);
        let before = rig.read(SSR);
        rig.pass_us(10_000);
        assert_eq!(rig.read(SSR) != before, runs, "RTCPRE {prescaler}");
    }
}

/// Time and date.
fn now(rig: &mut Rig) -> (u32, u32) {
    (rig.read(TR), rig.read(DR))
}

#[test]
fn the_calendar_counts_from_the_end_of_initialisation() {
    let mut rig = running();
    assert_eq!(rig.read(ISR) & 1 << 4, 1 << 4, "INITS");
    rig.pass_us(999_990);
    assert_eq!((rig.read(SSR), now(&mut rig)), (0, (0x23_5958, 0x24_5231)));
    rig.pass_us(20);
    assert_eq!((rig.read(SSR), now(&mut rig)), (249, (0x23_5959, 0x24_5231)));
    rig.pass_us(1_000_000);
    assert_eq!(now(&mut rig), (0, 0x25_6101), "Wednesday, 1 January");
    // A long time is exact: 40 days.
    rig.pass_us(40 * 86_400_000_000);
    assert_eq!(now(&mut rig), (0, 0x25_2210), "Monday, 10 February");
}

#[test]
fn reading_the_time_holds_the_date_until_it_is_read() {
    let mut rig = running();
    rig.pass_us(1_999_000);
    assert_eq!(rig.read(TR), 0x23_5959);
    rig.pass_us(2000);
    assert_eq!(rig.read(DR), 0x24_5231);
    assert_eq!(now(&mut rig), (0, 0x25_6101));
}

#[test]
fn nothing_is_written_without_keys_or_without_dbp() {
    let mut rig = running();
    rig.write(WPR, 0xFF);
    rig.write(CR, 1 << 6);
    assert_eq!(rig.read(CR), 0);
    rig.write(RTC + 0x54, 5);
    rig.clear(PWR_CR, 1 << 8);
    rig.write(RTC + 0x54, 6);
    rig.write(BDCR, 0);
    assert_eq!((rig.read(RTC + 0x54), rig.read(BDCR) >> 15), (5, 1));
}

#[test]
fn the_wake_up_timer_interrupts_through_line_22() {
    let mut rig = running();
    for register in [0x4001_3C00, 0x4001_3C08] {
        rig.write(register, 1 << 22);
    }
    assert_eq!(rig.read(ISR) & 4, 4, "WUTWF");
    // 1600 cycles of 16 kHz: 100 ms.
    rig.write(RTC + 0x14, 1599);
    rig.write(CR, 3 | 1 << 10 | 1 << 14);
    rig.pass_us(99_900);
    assert!(!rig.irq(3));
    for _ in 0..3 {
        rig.pass_us(200);
        assert_eq!((rig.irq(3), rig.read(ISR) & 1 << 10), (true, 1 << 10));
        rig.write(ISR, !(1 << 10));
        rig.write(0x4001_3C14, 1 << 22);
        assert!(!rig.irq(3));
        rig.pass_us(99_800);
    }
    // Three seconds by the calendar's own clock, of which 0.4 have passed.
    rig.write(CR, 0);
    rig.write(RTC + 0x14, 2);
    rig.write(CR, 4 | 1 << 10 | 1 << 14);
    rig.pass_us(1_000_000);
    let took = rig.poll(ISR, 1 << 10, 1 << 10);
    assert!((1_599_000..1_601_000).contains(&took), "{took}");
}

#[test]
fn alarms_flag_the_second_that_matches() {
    let mut rig = running();
    for register in [0x4001_3C00, 0x4001_3C08] {
        rig.write(register, 1 << 17);
    }
    // A: 00:00:01 on any day; B: whenever the seconds are 59, at tick 125 of 250.
    rig.write(RTC + 0x1C, 0x8000_0001);
    rig.write(RTC + 0x20, 0x8080_8059);
    rig.write(RTC + 0x48, 15 << 24 | 124);
    rig.write(CR, 1 << 8 | 1 << 9 | 1 << 12 | 1 << 13);
    let b = rig.poll(ISR, 1 << 9, 1 << 9);
    assert!(b.abs_diff(1_500_000) < 2_000, "{b}");
    assert!(rig.irq(41));
    let a = rig.poll(ISR, 1 << 8, 1 << 8);
    assert!(a.abs_diff(1_500_000) < 2_000, "{a}");
    assert_eq!(now(&mut rig).0, 1);
    // Alarms that are on cannot be changed.
    rig.write(RTC + 0x1C, 0);
    assert_eq!(rig.read(RTC + 0x1C), 0x8000_0001);
}

#[test]
fn a_system_reset_leaves_the_backup_domain_alone_and_power_on_does_not() {
    let mut rig = running();
    rig.write(RTC + 0x50, 9);
    rig.machine.cpu.reset(ResetCause::Pin);
    assert_eq!((rig.read(RTC + 0x50), rig.read(PRER), rig.read(BDCR)), (9, 127 << 16 | 249, 2 << 8 | 1 << 15));
    assert_eq!(rig.read(CSR) & 3, 0, "the LSI is off behind a reset");
    rig.machine.cpu.reset(ResetCause::PowerOn);
    assert_eq!((rig.read(RTC + 0x50), rig.read(PRER), rig.read(BDCR)), (0, 0x7F_00FF, 0));
}

#[test]
fn the_choice_of_the_clock_holds_until_the_domain_is_reset() {
    let mut rig = running();
    rig.write(BDCR, 1 << 8 | 1 << 15);
    assert_eq!(rig.read(BDCR) >> 8 & 3, 2);
    rig.write(BDCR, 1 << 16);
    assert_eq!(rig.read(DR), 0x2101);
    rig.write(BDCR, 1);
    rig.pass_us(1_999_000);
    assert_eq!(rig.read(BDCR), 1, "the crystal takes two seconds");
    rig.pass_us(2_000);
    rig.write(BDCR, 1 << 8 | 1 << 15 | 1);
    assert_eq!(rig.read(BDCR), 1 << 8 | 1 << 15 | 3);
    // 32,768 Hz by the reset values of the prescalers: 1 Hz.
    rig.pass_us(1_500_000);
    assert_eq!(rig.read(TR), 1);
}

#[test]
fn an_hour_is_added_and_taken_away() {
    let mut rig = running();
    rig.write(CR, 1 << 16);
    assert_eq!(now(&mut rig), (0x00_5958, 0x25_6101));
    rig.write(CR, 1 << 17);
    assert_eq!(now(&mut rig), (0x23_5958, 0x24_5231));
    rig.write(CR, 1 << 6);
    assert_eq!(now(&mut rig).0, 0x51_5958, "11 pm");
}
