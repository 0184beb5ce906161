//! Runs an image on the emulated core, with memory where QEMU's board has it and no chip around.

use std::sync::atomic::AtomicBool;

use hil_emulator::cpu::Cpu;
use hil_emulator::cycles::{Model, Timing};
use hil_emulator::machine::Machine;
use hil_emulator::memory::{Kind, Memory, Region};
use hil_emulator::soc::{Bare, ResetCause};
use hil_emulator::system::System;

use crate::Error;
use crate::address::{CODE, CODE_SIZE, INPUTS, RAM_SIZE, RESULTS, SCRATCH, TABLES_SIZE};
use crate::compare::Record;
use crate::image::Image;
use crate::runner;

/// More cycles than any block takes with what the runner does around it.
const CYCLES_PER_BLOCK: u64 = 20_000;

/// What the blocks of `image` leave.
///
/// # Errors
/// When the core does not reach the end.
pub fn run(image: &Image) -> Result<Vec<Record>, Error> {
    let regions = vec![
        Region::new("ram", Kind::Ram, SCRATCH, RAM_SIZE, true, 0),
        Region::new("code", Kind::Flash, CODE, CODE_SIZE, true, 0),
        Region::new("tables", Kind::Ram, INPUTS, TABLES_SIZE, true, 0),
    ];
    let mut memory = Memory::new(regions, Vec::new());
    for (address, bytes) in [(CODE, image.code(true)), (INPUTS, image.inputs())] {
        if let Some(place) = memory.slice_mut(address, bytes.len()) {
            place.copy_from_slice(&bytes);
        }
    }
    let mut cpu = Cpu::new(memory, Box::new(Bare), System::default(), Timing::default(), 100_000_000);
    cpu.reset(ResetCause::PowerOn);
    let mut machine = Machine::new(cpu, Model::default());
    let never = AtomicBool::new(false);
    let mut left = CYCLES_PER_BLOCK * (image.blocks.len() as u64 + 1);
    const SLICE: u64 = 50_000;
    while machine.cpu.pc != runner::SPIN && left > 0 {
        machine.run(SLICE, &never);
        left = left.saturating_sub(SLICE);
    }
    let results = machine.cpu.memory.slice(RESULTS, image.results_size());
    match results {
        Some(results) if machine.cpu.pc == runner::SPIN => Ok(Record::table(results)),
        _ => Err(Error::Ours { pc: machine.cpu.pc, fault: machine.cpu.fault }),
    }
}
