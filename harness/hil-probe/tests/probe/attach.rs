//! Attaching, registers, memory, errors.

use std::time::Duration;

use hil_emulator::board::{self, Options};
use hil_emulator::debug::dp::Port;
use hil_emulator::host::{Board, Mode, Pace};
use hil_emulator::soc::Width;
use hil_probe::emulated::register;
use probe_rs::architecture::arm::dp::DpAddress;
use probe_rs::architecture::arm::memory::PeripheralType;
use probe_rs::config::{RegistryError, TargetSelector};
use probe_rs::probe::WireProtocol;
use probe_rs::probe::list::Lister;
use probe_rs::{MemoryInterface as _, Permissions, RegisterId};

use crate::flash::flash;
use crate::rig::{ALL, Front, NRF52, Rig, STM32, open};

/// As long as probe-rs itself allows.
const HALT: Duration = Duration::from_millis(500);

#[test]
fn the_chip_is_recognised_by_its_rom_table() {
    for front in [Front::Tcp, Front::InProcess] {
        let session = Rig::new(NRF52, front).attach(TargetSelector::Auto);
        assert_eq!(session.target().name, NRF52.name, "{front:?}");
        // probe-rs 0.32 has no part numbers for the STM32F4 family, so it recognises none of its chips. That it got
        // as far as looking for the part shows that designer and part were read.
        let refused = Rig::new(STM32, front).probe().attach(TargetSelector::Auto, Permissions::new()).err();
        let missing = probe_rs::Error::ChipNotFound(RegistryError::ChipAutodetectFailed);
        assert_eq!(refused.map(|error| error.to_string()), Some(missing.to_string()), "{front:?}");
    }
}

#[test]
fn every_component_of_the_rom_table_is_found() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(chip.name);
        let components = session.get_arm_components(DpAddress::Default).unwrap();
        let [table] = &components[..] else { panic!("one access port leads to memory: {components:?}") };
        for kind in [PeripheralType::Scs, PeripheralType::Dwt, PeripheralType::Fbp, PeripheralType::Itm] {
            assert!(table.find_component(kind).is_some(), "{chip:?} {front:?}: {kind}");
        }
        let designer = table.component.id().peripheral_id().jep106().unwrap();
        assert_eq!((designer.cc, designer.id), if chip == STM32 { (0, 0x20) } else { (2, 0x44) });
    }
}

#[test]
fn core_registers_keep_what_is_written() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(chip.name);
        let mut core = session.core(0).unwrap();
        core.halt(HALT).unwrap();
        assert!(core.core_halted().unwrap());
        assert!(core.fpu_support().unwrap(), "MVFR0 shows the FPU");
        // R0 to R12, and S0 to S31 (numbers 64 and up in DCRSR).
        for id in (0..13).chain(64..96) {
            core.write_core_reg(RegisterId(id), 0xA000_0000u32 | u32::from(id)).unwrap();
        }
        for id in (0..13).chain(64..96) {
            let found: u32 = core.read_core_reg(RegisterId(id)).unwrap();
            assert_eq!(found, 0xA000_0000 | u32::from(id), "{chip:?} {front:?}: register {id}");
        }
        core.write_core_reg(RegisterId(13), chip.ram as u32 + 3).unwrap();
        let sp: u32 = core.read_core_reg(RegisterId(13)).unwrap();
        assert_eq!(sp, chip.ram as u32, "the stack pointer is aligned");
    }
}

#[test]
fn memory_is_read_and_written_in_every_width_and_at_odd_addresses() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(chip.name);
        let mut core = session.core(0).unwrap();
        let base = chip.ram;
        let bytes: Vec<u8> = (0..3000u32).map(|at| (at * 7 + at / 256) as u8).collect();
        // Both sides of blocks of a kibibyte, where the address of the access port wraps.
        core.write_8(base + 1, &bytes).unwrap();
        let mut back = vec![0; bytes.len()];
        core.read_8(base + 1, &mut back).unwrap();
        assert_eq!(back, bytes, "{chip:?} {front:?}");
        core.read(base + 1, &mut back).unwrap();
        assert_eq!(back, bytes, "in whatever widths probe-rs chooses");
        let halves: Vec<u16> = (0..700).map(|at| at * 91).collect();
        core.write_16(base + 2, &halves).unwrap();
        let mut back = vec![0; halves.len()];
        core.read_16(base + 2, &mut back).unwrap();
        assert_eq!(back, halves);
        let words: Vec<u32> = (0..700).map(|at: u32| at.wrapping_mul(0x9E37_79B9)).collect();
        core.write_32(base + 4, &words).unwrap();
        let mut back = vec![0; words.len()];
        core.read_32(base + 4, &mut back).unwrap();
        assert_eq!(back, words);
        core.write_word_8(base + 7, 0x5A).unwrap();
        assert_eq!(core.read_word_32(base + 4).unwrap(), 0x5A00_0000);
        assert_eq!(core.read_word_8(base + 7).unwrap(), 0x5A);
        assert_eq!(core.read_word_64(base + 8).unwrap(), 0x3C6E_F372_9E37_79B9);
    }
}

#[test]
fn a_bad_address_is_an_error_and_the_next_access_works() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(chip.name);
        let mut core = session.core(0).unwrap();
        core.write_word_32(chip.ram, 0x1234_5678).unwrap();
        for _ in 0..3 {
            assert!(core.read_word_32(chip.hole).is_err(), "{chip:?} {front:?}");
            assert!(core.write_word_32(chip.hole, 1).is_err(), "{chip:?} {front:?}");
            assert!(core.read_word_32(chip.hole).is_err());
            assert_eq!(core.read_word_32(chip.ram).unwrap(), 0x1234_5678, "{chip:?} {front:?}");
        }
        core.halt(HALT).unwrap();
        assert!(core.core_halted().unwrap());
    }
}

#[test]
fn one_session_after_the_other() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        for round in 0..3 {
            let mut session = rig.attach(chip.name);
            let mut core = session.core(0).unwrap();
            core.halt(HALT).unwrap();
            core.write_word_32(chip.ram, round).unwrap();
        }
        let mut session = rig.attach(chip.name);
        assert_eq!(session.core(0).unwrap().read_word_32(chip.ram).unwrap(), 2);
    }
}

#[test]
fn attaching_under_reset_halts_before_the_first_instruction() {
    const DHCSR: u64 = 0xE000_EDF0;
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        {
            let mut session = rig.attach(chip.name);
            flash(&mut session, chip, "hello");
            session.core(0).unwrap().run().unwrap();
        }
        // probe-rs 0.32 asks for the catch during the reset but enables debugging behind it, when it is too late
        // (DDI 0403E, C1.6.5: VC_CORERESET needs C_DEBUGEN). A reset leaves the bit alone, so it is set before.
        rig.board.access(|target| {
            let (dap, cpu) = target.debug();
            // The session before has powered the port down.
            dap.write(cpu, Port::Debug, 4, 0x5000_0000).unwrap();
            dap.write_memory(cpu, 0, DHCSR as u32, Width::Word, &0xA05F_0001u32.to_le_bytes()).unwrap();
        });
        let mut session = rig.probe().attach_under_reset(chip.name, Permissions::new()).unwrap();
        let mut core = session.core(0).unwrap();
        assert!(core.core_halted().unwrap(), "{chip:?} {front:?}");
        let pc: u32 = core.read_core_reg(RegisterId(15)).unwrap();
        let entry = core.read_word_32(4).unwrap();
        assert_eq!(pc, entry & !1, "no instruction has been executed");
    }
}

#[test]
fn every_level_of_the_protocol_works() {
    use hil_emulator::debug::blackmagic::{Options, Server};
    for level in 1..=4 {
        let board = NRF52.start(Mode::Free(Pace::Free));
        let server = Server::start(board, Options { level, ..Options::loopback() }).unwrap();
        let mut probe = open(&server);
        probe.select_protocol(WireProtocol::Swd).unwrap();
        let mut session = probe.attach(NRF52.name, Permissions::new()).unwrap();
        let mut core = session.core(0).unwrap();
        core.halt(HALT).unwrap();
        core.write_8(NRF52.ram + 1, &[1, 2, 3, 4, 5]).unwrap();
        let mut back = [0; 5];
        core.read_8(NRF52.ram + 1, &mut back).unwrap();
        assert_eq!(back, [1, 2, 3, 4, 5], "level {level}");
        core.write_core_reg(RegisterId(3), 0x0102_0304u32).unwrap();
        assert_eq!(core.read_core_reg::<u32>(RegisterId(3)).unwrap(), 0x0102_0304, "level {level}");
    }
}

#[test]
fn a_protected_chip_is_reported_and_not_erased() {
    for front in [Front::Tcp, Front::InProcess] {
        let machine = board::build_with(NRF52.board, Options { seed: 1, locked: true }).unwrap();
        let rig = Rig::on(Board::start(machine, Mode::Free(Pace::Free)).unwrap(), front);
        let refused = rig.probe().attach(NRF52.name, Permissions::new()).err();
        let error = format!("{:?}", refused.expect("it is locked"));
        assert!(error.contains("MissingPermissions"), "{front:?}: {error}");
        let locked = rig.board.access(|target| !target.machine.cpu.soc.debug_allowed());
        assert!(locked, "it still is");
        // With the permission, it is erased and opened.
        let session = rig.probe().attach(NRF52.name, Permissions::new().allow_erase_all());
        session.unwrap().core(0).unwrap().read_word_32(0).unwrap();
    }
}

#[test]
fn a_registered_board_is_listed_and_opened_by_its_selector() {
    let board = NRF52.start(Mode::Free(Pace::Free));
    let registered = register(board, "test-board");
    let listed = Lister::new().list_all();
    assert!(listed.iter().any(|probe| probe.serial_number.as_deref() == Some("test-board")), "{listed:?}");
    let probe = Lister::new().open(registered.selector()).unwrap();
    let mut session = probe.attach(NRF52.name, Permissions::new()).unwrap();
    session.core(0).unwrap().halt(HALT).unwrap();
    drop(session);
    let selector = registered.selector();
    drop(registered);
    assert!(Lister::new().open(selector).is_err(), "it is off the list");
}
