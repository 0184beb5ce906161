//! Single phases on a board that is at hand: wrong chips, locked chips, clocks, images, and letting go.

use hil_emulator::board::{Options, build_with};
use hil_emulator::soc::{Master, Width};
use hil_probe::board::attach::{Manner, attach, plainly};
use hil_probe::board::channel;
use hil_probe::board::clock::{self, HostTime, VirtualTime};
use hil_probe::board::detach;
use hil_probe::board::elf::{Elf, IMAGE_ID};
use hil_probe::board::error::{BoardError, Step};
use hil_probe::board::fault::Injected;
use hil_probe::board::flash::flash;
use hil_probe::board::kind::Kind;
use hil_probe::board::stage::Stage;
use hil_probe::board::way::{Emulated, Way};
use hil_probe::order::Door;

use crate::bench::BOARDS;

const MANNER: Manner<'_> = Manner { chip_id: None, allow_erase: false, under_reset: false };

fn way(platform: &str, locked: bool, door: Door) -> Way {
    let machine = build_with(platform, Options { seed: 1, locked }).unwrap();
    let stage = Stage::set(machine, door).unwrap();
    Way::Emulated(Box::new(Emulated { stage, injected: Injected::new(None) }))
}

fn word(way: &mut Way, address: u32) -> u32 {
    let board = way.emulated().unwrap().stage.board.clone();
    board.access(|target| target.machine.cpu.read_as(Master::Debugger, address, Width::Word).unwrap())
}

fn refused(way: &Way, platform: &str, manner: Manner<'_>) -> BoardError {
    attach(way, &Kind::of(platform).unwrap(), manner, &|_| {}).map(|_| ()).unwrap_err()
}

#[test]
fn the_wrong_chip_is_told_by_both_names_and_left_alone() {
    for (there, wanted, says) in [
        ("nrf52840", "stm32f4", "this is an nRF52840 and not an STM32F407"),
        ("stm32f4", "nrf52840", "this is an STM32F407 and not an nRF52840"),
    ] {
        for door in [Door::InProcess, Door::BlackMagic] {
            // Also where it would be erased if it were a locked one of the right kind.
            for allow_erase in [false, true] {
                let error = refused(&way(there, false, door), wanted, Manner { allow_erase, ..MANNER });
                assert!(matches!(error, BoardError::WrongChip { .. }), "{error}");
                assert!(error.to_string().contains(says), "{error}");
            }
        }
    }
    let error = refused(&way("nrf52840", true, Door::InProcess), "stm32f4", MANNER);
    assert!(matches!(error, BoardError::WrongChip { .. }), "{error}");
}

#[test]
fn a_locked_chip_is_erased_only_when_that_is_allowed() {
    let mut way = way("nrf52840", true, Door::InProcess);
    // A word of its flash, as only the emulator can see it.
    let board = way.emulated().unwrap().stage.board.clone();
    let first = || board.access(|target| target.machine.cpu.memory.slice(0, 4).map(<[u8]>::to_vec));
    board.access(|target| target.machine.cpu.memory.slice_mut(0, 4).unwrap().fill(0));
    let error = refused(&way, "nrf52840", MANNER);
    assert!(matches!(error, BoardError::Locked { step: Step::Attach, .. }), "{error}");
    assert_eq!(first(), Some(vec![0; 4]), "nothing was erased");
    let manner = Manner { allow_erase: true, ..MANNER };
    let attached = attach(&way, &Kind::of("nrf52840").unwrap(), manner, &|_| {}).unwrap();
    assert_eq!(attached.identity.chip, "nRF52840");
    assert_eq!(first(), Some(vec![0xFF; 4]));
}

#[test]
fn letting_go_clears_what_a_session_that_was_cut_off_has_left() {
    for (platform, debug) in [("stm32f4", Some(0xE004_2004)), ("nrf52840", None)] {
        let mut way = way(platform, false, Door::InProcess);
        let kind = Kind::of(platform).unwrap();
        let session = plainly(way.probe().unwrap(), &kind.target).unwrap();
        // As when the process is killed: probe-rs tidies nothing up.
        std::mem::forget(session);
        assert_eq!(word(&mut way, 0xE000_EDF0) & 1, 1, "under debug control");
        assert!(debug.is_none_or(|address| word(&mut way, address) & 7 == 7), "DBGMCU_CR");
        detach::clear(&way, kind.family).unwrap();
        assert_eq!(word(&mut way, 0xE000_EDF0) & 1, 0);
        assert!(debug.is_none_or(|address| word(&mut way, address) & 7 == 0), "DBGMCU_CR");
    }
}

#[test]
fn an_image_that_is_not_the_one_on_disk_is_found() {
    for board in BOARDS {
        let Some(path) = board.image() else { return };
        let bytes = std::fs::read(path).unwrap();
        let elf = Elf::parse(&bytes).unwrap();
        let mut way = way(board.name, false, Door::InProcess);
        let mut session = plainly(way.probe().unwrap(), &Kind::of(board.name).unwrap().target).unwrap();
        assert!(flash(&mut session, &bytes, &|_| {}).unwrap(), "a fresh board is blank");
        assert!(!flash(&mut session, &bytes, &|_| {}).unwrap(), "the second time nothing is written");
        let mut core = session.core(0).unwrap();
        channel::start(&mut core, &elf, Kind::of(board.name).unwrap().family).unwrap();
        assert!(channel::same_image(&mut core, &elf).unwrap());
        let at = u32::try_from(elf.address_of(IMAGE_ID).unwrap()).unwrap();
        let machine = way.emulated().unwrap().stage.board.clone();
        machine.access(|target| target.machine.cpu.memory.slice_mut(at, 1).unwrap()[0] ^= 1);
        let error = channel::same_image(&mut core, &elf).unwrap_err();
        assert!(error.to_string().contains("not the one on disk"), "{error}");
    }
}

#[test]
fn a_clock_that_is_not_what_the_firmware_states_is_found() {
    for board in BOARDS {
        let Some(path) = board.image() else { return };
        let bytes = std::fs::read(path).unwrap();
        let elf = Elf::parse(&bytes).unwrap();
        let mut way = way(board.name, false, Door::InProcess);
        let mut session = plainly(way.probe().unwrap(), &Kind::of(board.name).unwrap().target).unwrap();
        flash(&mut session, &bytes, &|_| {}).unwrap();
        let mut core = session.core(0).unwrap();
        channel::start(&mut core, &elf, Kind::of(board.name).unwrap().family).unwrap();
        let machine = way.emulated().unwrap().stage.board.clone();
        let mut base = VirtualTime(machine.clone());
        let said = clock::check(&mut core, &elf, &mut base).unwrap();
        assert!(said.contains("by the board's virtual time"), "{said}");
        // One percent off, as with the wrong crystal.
        machine.access(|target| {
            let cpu = &mut target.machine.cpu;
            cpu.clock.set_hz((board.core_hz * 1.01) as u64, cpu.cycles);
        });
        let error = clock::check(&mut core, &elf, &mut base).unwrap_err();
        assert!(
            matches!(&error, BoardError::Clock { detail } if detail.contains("virtual time and not at")),
            "{error}"
        );
        // By this computer's clock an emulated board runs at any rate, but it runs: whatever is said is about a rate.
        let by_host = clock::check(&mut core, &elf, &mut HostTime::start());
        let words = by_host.unwrap_or_else(|error| error.to_string());
        assert!(words.contains("MHz by this computer's clock"), "{words}");
    }
}
