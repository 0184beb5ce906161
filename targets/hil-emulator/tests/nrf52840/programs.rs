//! Programs that need nothing from outside but a voltage or some bytes.

use crate::run;
use crate::semihosting::Run;

const CLOCKS: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-clocks.elf");
const UARTE: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-uarte.elf");
const SAADC: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-saadc.elf");
const RTC_WAKE: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-rtc-wake.elf");
const WATCHDOG: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-watchdog.elf");
const RNG_TEMP: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-rng-temp.elf");

#[test]
fn three_clocks_agree() {
    let mut board = run(CLOCKS, u64::MAX);
    board.finish(1_000_000);
    // The crystals' start-up times, then 3,287 periods of 32.768 kHz.
    let us = board.micros();
    assert!((350_600..351_200).contains(&us), "{us} us");
}

#[test]
fn serial_port_both_ways_and_not_from_flash() {
    let mut board = run(UARTE, u64::MAX);
    board.until_line("listening", board.micros() + 10_000);
    let sent =
        |board: &mut Run| -> Vec<u8> { board.machine.cpu.soc.take_serial(0).iter().map(|sent| sent.byte).collect() };
    assert_eq!(sent(&mut board), b"twenty bytes of text");
    assert_eq!(board.outside(|soc, io| soc.feed_serial(0, b"abcdef", io)), 6);
    let before = board.micros();
    board.finish(50_000);
    assert_eq!(sent(&mut board), b"fedcba", "and nothing of what lies in flash");
    // Twelve characters of 87.15 us, then the 5 ms that the program waits.
    let us = board.micros() - before;
    assert!((6_040..6_120).contains(&us), "{us} us");
    assert!(board.text.contains("flash: refused"), "{}", board.text);
    assert!(board.text.contains("easydma from flash: started 1 ended 0"), "{}", board.text);
    let notes: Vec<String> = board.machine.cpu.soc.notes().iter().map(ToString::to_string).collect();
    assert!(notes.iter().any(|note| note.starts_with("DMA at an address that it cannot reach")), "{notes:?}");
}

#[test]
fn conversions_by_timer_while_the_core_sleeps() {
    let converted = |volts: f64, slice: u64| {
        let mut board = run(SAADC, slice);
        assert!(board.outside(|soc, io| soc.apply_volts("P0.02", volts, io)));
        board.pass(1_000_000);
        board
    };
    let whole = converted(0.75, u64::MAX);
    assert_eq!(whole.ended, Some(true), "{}", whole.text);
    assert!((8_005..8_025).contains(&whole.value::<i64>("micros")));
    // The same to the cycle, whatever the slices.
    let sliced = converted(0.75, 997);
    assert_eq!((&sliced.text, sliced.machine.cpu.cycles), (&whole.text, whole.machine.cpu.cycles));
    let other = converted(0.5, u64::MAX);
    assert_eq!(other.ended, Some(false), "{}", other.text);
    assert!((2_700..2_770).contains(&other.value::<i64>("single")), "a third of a sixth less: {}", other.text);
}

#[test]
fn idle_with_the_real_time_counter() {
    let mut board = run(RTC_WAKE, u64::MAX);
    board.until_line("idle", board.micros() + 100_000);
    let before = board.micros();
    board.finish(2_000_000);
    // 1,020 ticks of 1,024 Hz, then the last millisecond of work.
    let us = board.micros() - before;
    assert!((996_900..998_500).contains(&us), "{us} us");
    let awake = board.value::<i64>("awake us");
    assert!((9_900..11_000).contains(&awake), "{awake} us awake");
}

#[test]
fn the_watchdog_bites_when_it_is_not_fed() {
    let mut board = run(WATCHDOG, u64::MAX);
    board.until_line("fed", board.micros() + 200_000);
    let fed = board.micros();
    board.finish(200_000);
    let us = board.micros() - fed;
    assert!((50_000..50_400).contains(&us), "{us} us");
    assert_eq!(board.text, "fed\nhungry\nbitten\n");
}

#[test]
fn random_bytes_and_the_temperature() {
    let mut board = run(RNG_TEMP, u64::MAX);
    board.finish(100_000);
    assert!((96..105).contains(&board.value::<i64>("quarter degrees")));
    let mut again = run(RNG_TEMP, 1_000);
    assert_eq!(again.finish(100_000), board.text, "the same seed");
}
