//! Board and chip files parse, agree with each other, and mistakes in them are found with their line.

use super::chip::{Chip, MemoryKind};
use super::{BoardError, FILES, all, build, find, parse};
use crate::soc::{Master, Width};

#[test]
fn every_board_builds_and_its_chip_has_the_name_of_its_file() {
    for ((board, chip), files) in all().unwrap().iter().zip(FILES) {
        assert_eq!(board.chip, chip.chip);
        assert_eq!(files[1].0, format!("targets/boards/chips/{}.toml", chip.chip));
        build(&board.platform, 1).unwrap();
    }
}

#[test]
fn facts_agree_with_each_other() {
    for (_, chip) in all().unwrap() {
        let flash = chip.memory.iter().find(|memory| memory.kind == MemoryKind::Flash).unwrap();
        let sectors: u32 = chip.flash.sectors.iter().map(|group| group.count * group.size_bytes).sum();
        assert_eq!(sectors, *flash.size_bytes.as_ref(), "the sectors of {} are its flash", chip.chip);
        for uart in &chip.uart {
            assert!(chip.irq(uart.name.as_ref()).is_some(), "{} has an interrupt line", uart.name.as_ref());
        }
        for peripheral in &chip.peripheral {
            assert!(peripheral.irq.is_none_or(|irq| irq < chip.core.interrupts));
        }
        assert_eq!(chip.debug.access_ports.first().map(|port| port.idr), Some(0x2477_0011));
    }
}

#[test]
fn an_unknown_board_is_an_error_that_says_what_there_is() {
    let error = find("stm32f9").unwrap_err();
    assert_eq!(error.to_string(), "there is no emulated board \"stm32f9\"; there are stm32f4, nrf52840");
}

#[test]
fn a_mistake_is_found_with_its_line() {
    let (file, text) = FILES[0][1];
    let line = text.lines().position(|line| line == "[core]").unwrap() + 2;
    let unknown = text.replace("[core]\n", "[core]\nflux_hz = 1\n");
    match parse::<Chip>(file, &unknown) {
        Err(BoardError::File { line: found, message, .. }) => {
            assert_eq!(found, line);
            assert!(message.contains("flux_hz"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    let wrong = text.replace("interrupts = 82", "interrupts = \"many\"");
    assert!(matches!(parse::<Chip>(file, &wrong), Err(BoardError::File { line: found, .. }) if found == line));
}

#[test]
fn memory_at_power_on_depends_on_the_seed_alone() {
    let word = |seed| build("stm32f4", seed).unwrap().cpu.read_as(Master::Debugger, 0x2000_0100, Width::Word).unwrap();
    assert_eq!(word(7), word(7));
    assert_ne!(word(7), word(8));
}

#[test]
fn aliases_show_flash_and_ram() {
    let mut machine = build("nrf52840", 1).unwrap();
    machine.cpu.write_as(Master::Debugger, 0x2000_0010, Width::Word, 0x1234_5678).unwrap();
    assert_eq!(machine.cpu.read_as(Master::Debugger, 0x0080_0010, Width::Word), Ok(0x1234_5678));
    let mut machine = build("stm32f4", 1).unwrap();
    assert_eq!(machine.cpu.read_as(Master::Debugger, 0, Width::Word), Ok(0xFFFF_FFFF));
}
