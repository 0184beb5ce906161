//! Programs that sleep, stop, stand by and are reset.

use std::sync::atomic::AtomicBool;

use crate::run_whole;
use crate::semihosting::Run;

const STOP: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-rtc-stop.elf");
const STANDBY: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-standby.elf");
const BUTTON: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-exti-button.elf");
const WATCHDOG: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-iwdg-reset.elf");
const RANDOM: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-rng.elf");
const SLEEP: &[u8] = include_bytes!("../../../../fixtures/elf/stm32f4-sleep-modes.elf");

/// Runs until the program has written `line` `n` times, and gives the microseconds since power-on.
fn nth(run: &mut Run, line: &str, n: usize, micros: u64) -> u64 {
    run.go(micros, |text| text.lines().filter(|written| *written == line).count() == n);
    assert_eq!(run.text.lines().filter(|written| *written == line).count(), n, "{line:?} in:\n{}", run.text);
    run.micros()
}

/// What the chip has drawn so far.
fn coulombs(run: &Run) -> f64 {
    let cpu = &run.machine.cpu;
    cpu.supply.coulombs(cpu.clock.time_at(cpu.cycles))
}

#[test]
fn the_wake_up_timer_ends_stop_mode_second_by_second() {
    run_whole(STOP, 10_000_000, &[]);
    let mut run = Run::new("stm32f4", STOP);
    let mut woken = Vec::new();
    for n in 1..=3 {
        nth(&mut run, "stopping", n, 10_000_000);
        let drawn = run.machine.cpu.supply.amperes();
        let start = coulombs(&run);
        woken.push(nth(&mut run, "woken", n, 10_000_000));
        // 450 or 310 uA of stop mode, where the core draws 40 mA awake.
        let charge = coulombs(&run) - start;
        assert!(drawn > 0.03 && charge < 0.001, "{drawn} A, then {charge} C");
    }
    assert!(run.until(10_000_000));
    // The HAL takes a period of 16 kHz for 62 us, and sets 16129 of them; the low-power regulator adds 4 us.
    assert!((woken[1] - woken[0]).abs_diff(1_008_066) <= 2, "{woken:?}");
    assert!((woken[2] - woken[1]).abs_diff(1_008_062) <= 2, "{woken:?}");
    assert_eq!(run.text.matches("on hsi true").count(), 3);
    assert_eq!(run.text.lines().last(), Some("time 0:0:2"));
}

#[test]
fn the_wake_up_timer_ends_standby_with_a_reset() {
    let run = run_whole(STANDBY, 10_000_000, &[]);
    let lines: Vec<&str> = run.text.lines().collect();
    assert_eq!(
        lines,
        [
            "standby false wake-up false",
            "reset flags 0x0e000000",
            "standing by",
            "standby true wake-up true",
            "reset flags 0x0e000000",
            "mark 0xcafef00d",
        ]
    );
    let mut run = Run::new("stm32f4", STANDBY);
    run.until_line("standing by", 10_000_000);
    let start = run.micros();
    run.until_line("standby true wake-up true", 10_000_000);
    // The HAL takes a period of 16 kHz for 62 us, and sets 32258 of them; waking up takes 375 us.
    let slept = run.micros() - start;
    assert!((2_016_400..2_016_600).contains(&slept), "{slept} us");
}

#[test]
fn a_button_interrupts_within_its_latency() {
    let mut run = Run::new("stm32f4", BUTTON);
    let mut latencies = Vec::new();
    for press in 1..=3 {
        run.until_line(&format!("ready {press}"), 1_000_000);
        // The program goes to sleep.
        run.until(run.micros() + 100);
        assert!(run.machine.cpu.sleeping.is_some());
        let (light, start) = (run.machine.cpu.soc.pin_level("PD12"), run.machine.cpu.cycles);
        assert!(run.outside(|soc, io| soc.drive_pin("PA0", Some(true), io)));
        while run.machine.cpu.soc.pin_level("PD12") == light && run.machine.cpu.cycles < start + 1000 {
            run.machine.run(1, &AtomicBool::new(false));
        }
        // 12 cycles to enter the handler, and its first instructions, of which some wait for flash.
        latencies.push(run.machine.cpu.cycles - start);
        run.outside(|soc, io| soc.drive_pin("PA0", Some(false), io));
    }
    assert!(run.until(2_000_000));
    run.succeeded();
    assert!(latencies.iter().all(|cycles| (20..150).contains(cycles)), "{latencies:?}");
    // What the caches know by then costs nothing more.
    assert_eq!(latencies[1], latencies[2]);
    assert!(run.text.starts_with("released true\n"), "{}", run.text);
}

#[test]
fn a_watchdog_that_starves_resets_and_says_so() {
    let mut run = Run::new("stm32f4", WATCHDOG);
    run.until_line("starving", 2_000_000);
    let start = run.micros();
    assert!(start > 400_000, "it was fed five times, every 80 ms");
    run.until_line("reset flags 0x24000000", 2_000_000);
    // The HAL rounds 100 ms to 13 times 8 ms.
    let starved = run.micros() - start;
    assert!((103_500..104_500).contains(&starved), "{starved} us");
    assert!(run.until(2_000_000));
    run.succeeded();
    run_whole(WATCHDOG, 2_000_000, &[]);
}

#[test]
fn random_words_come_every_40_periods() {
    let run = run_whole(RANDOM, 100_000, &[]);
    // 256 words of 833 ns at the least.
    assert!(run.value::<u64>("cycles") >= 256 * 140 - 140);
}

#[test]
fn sleep_lasts_until_the_tick_that_ends_it() {
    let run = run_whole(SLEEP, 1_000_000, &[]);
    assert!(run.text.ends_with("pending true\nevent, pending lines 0x2\n"), "{}", run.text);
    let mut run = Run::new("stm32f4", SLEEP);
    run.until_line("sleeping", 1_000_000);
    let start = run.micros();
    run.until_line("100 ticks", 1_000_000);
    assert!((run.micros() - start).abs_diff(100_000) <= 50, "{} us", run.micros() - start);
    run.until_line("200 ticks", 1_000_000);
    assert!((run.micros() - start).abs_diff(200_000) <= 50, "{} us", run.micros() - start);
}
