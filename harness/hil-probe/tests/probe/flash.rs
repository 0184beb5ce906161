//! probe-rs's own flash algorithms, running on the emulated core against the emulated flash controller.

use std::time::Duration;

use hil_probe::board::attach::patient;
use probe_rs::MemoryInterface as _;
use probe_rs::Session;
use probe_rs::flashing::{DownloadOptions, ElfLoader, ElfOptions, download_file_with_options};

use crate::rig::{ALL, Chip, Rig};

/// Flashes a program, lets probe-rs verify it, and halts in front of its first instruction.
pub fn flash(session: &mut Session, chip: Chip, program: &str) {
    let mut options = DownloadOptions::default();
    options.verify = true;
    let loader = ElfLoader(ElfOptions::default());
    download_file_with_options(session, chip.elf(program), loader, options).unwrap();
    session.core(0).unwrap().reset_and_halt(Duration::from_secs(1)).unwrap();
}

#[test]
fn a_program_is_flashed_verified_and_stands_at_its_entry() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(patient(chip.name));
        flash(&mut session, chip, "hello");
        let flash_base = session.target().memory_map.iter().find_map(|region| {
            region.as_nvm_region().filter(|nvm| nvm.range.contains(&0x0800_0000) || nvm.range.start == 0)
        });
        let base = flash_base.unwrap().range.start;
        let mut core = session.core(0).unwrap();
        let (sp, entry) = (core.read_word_32(base).unwrap(), core.read_word_32(base + 4).unwrap());
        let pc: u32 = core.read_core_reg(core.program_counter().id()).unwrap();
        assert_eq!(pc, entry & !1, "{chip:?} {front:?}");
        let found: u32 = core.read_core_reg(core.stack_pointer().id()).unwrap();
        assert_eq!(found, sp);
    }
}

#[test]
fn flashing_twice_erases_what_was_there() {
    for (chip, front) in ALL {
        let rig = Rig::new(chip, front);
        let mut session = rig.attach(patient(chip.name));
        flash(&mut session, chip, "exit");
        flash(&mut session, chip, "hello");
    }
}
