//! Programs that somebody presses buttons for.

use crate::run;

const GPIOTE: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-gpiote.elf");
const SYSTEM_OFF: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-system-off.elf");
const UICR: &[u8] = include_bytes!("../../../../fixtures/elf/nrf52840-uicr.elf");

#[test]
fn a_button_interrupts_and_ppi_answers_sooner() {
    let mut board = run(GPIOTE, 1);
    let mut latencies = Vec::new();
    for press in 1..=3 {
        board.drive("P0.11", true);
        board.until_line("ready", board.micros() + 10_000);
        board.pass(100);
        let mirror = board.level("P0.14");
        let begin = board.machine.cpu.cycles;
        board.drive("P0.11", false);
        let mut toggled = None;
        while board.level("P0.13") == Some(true) {
            board.machine.run(1, &std::sync::atomic::AtomicBool::new(false));
            if toggled.is_none() && board.level("P0.14") != mirror {
                toggled = Some(board.machine.cpu.cycles - begin);
            }
            assert!(board.machine.cpu.cycles < begin + 10_000, "no answer");
        }
        latencies.push(board.machine.cpu.cycles - begin);
        assert!(toggled.is_some_and(|cycles| cycles < board.machine.cpu.cycles - begin), "{toggled:?}");
        board.until_line(&format!("press {press}"), board.micros() + 1_000);
        board.text.clear();
    }
    // 3 us to wake up, 12 cycles of entry, then the handler: 192 + 12 + 4 to 20.
    assert!(latencies.iter().all(|cycles| (205..240).contains(cycles)), "{latencies:?}");
    board.finish(1_000);
}

#[test]
fn a_button_wakes_up_from_system_off() {
    let mut board = run(SYSTEM_OFF, u64::MAX);
    board.drive("P0.11", true);
    board.until_line("off", board.micros() + 10_000);
    board.pass(5_000);
    let draw = board.machine.cpu.supply.amperes();
    assert!((0.4e-6..0.5e-6).contains(&draw), "4 KiB of RAM kept: {draw} A");
    board.pass(1_000_000);
    assert_eq!((board.ended, board.text.as_str()), (None, "off\n"));
    let pressed = board.micros();
    board.drive("P0.11", false);
    board.finish(10_000);
    assert!(board.micros() - pressed >= 16, "the time to wake up");
    assert_eq!(board.text, "off\nwoken: retained 0x5a, latch 0x00000800\nram kept true lost true\n");
}

#[test]
fn uicr_takes_effect_at_the_next_reset() {
    let mut board = run(UICR, u64::MAX);
    board.drive("P0.18", true);
    board.until_line("waiting", board.micros() + 100_000);
    assert!(board.text.contains("customer 0x5eed0001"), "{}", board.text);
    assert!(board.text.starts_with("antenna pin is gpio: false\nantenna pin is gpio: true\n"), "{}", board.text);
    board.drive("P0.18", false);
    board.finish(10_000);
    assert!(board.text.ends_with("reset by the pin\n"), "{}", board.text);
}
