//! Runs an image on the emulated core, with memory where QEMU's board has it and no chip around.

use std::sync::atomic::AtomicBool;

use hil_emulator::cpu::Cpu;
use hil_emulator::cycles::{Model, Timing};
use hil_emulator::machine::Machine;
use hil_emulator::memory::{Kind, Memory, Region};
use hil_emulator::soc::{Bare, ResetCause};
use hil_emulator::system::{System, SystemConfig};

use crate::Error;
use crate::address::{CODE, CODE_SIZE, INPUTS, RAM_SIZE, RESULTS, SCRATCH, TABLES_SIZE};
use crate::compare::Record;
use crate::image::Image;
use crate::program;
use crate::runner;

/// More cycles than any block takes with what the runner does around it.
const CYCLES_PER_BLOCK: u64 = 20_000;

/// What the blocks of `image` leave.
///
/// # Errors
/// When the core does not reach the end.
pub fn run(image: &Image) -> Result<Vec<Record>, Error> {
    let mut machine = board(&[(CODE, &image.code(true)), (INPUTS, &image.inputs())]);
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

/// More cycles than any program takes.
const CYCLES_PER_PROGRAM: u64 = 20_000_000;

/// The log that the program `code` writes, as bytes.
///
/// # Errors
/// When the core does not reach the end.
pub fn log(code: &[u8]) -> Result<Vec<u8>, Error> {
    let mut code = code.to_vec();
    if let Some(flag) = code.get_mut(program::EMULATED) {
        *flag = 1;
    }
    let mut machine = board(&[(CODE, &code)]);
    let never = AtomicBool::new(false);
    let word = |machine: &Machine, address| {
        let bytes = machine.cpu.memory.slice(address, 4).and_then(|bytes| bytes.first_chunk());
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes))
    };
    const SLICE: u64 = 50_000;
    let mut left = CYCLES_PER_PROGRAM;
    while word(&machine, program::DONE) == 0 && left > 0 {
        machine.run(SLICE, &never);
        left = left.saturating_sub(SLICE);
    }
    let length = word(&machine, program::LOG_END).wrapping_sub(program::LOG);
    match machine.cpu.memory.slice(program::LOG, length as usize) {
        Some(log) if left > 0 => Ok(log.to_vec()),
        _ => Err(Error::Ours { pc: machine.cpu.pc, fault: machine.cpu.fault }),
    }
}

/// The core with the memory and the interrupt controller of QEMU's board, and `contents` in the memory.
fn board(contents: &[(u32, &[u8])]) -> Machine {
    let regions = vec![
        Region::new("ram", Kind::Ram, SCRATCH, RAM_SIZE, true, 0),
        Region::new("code", Kind::Flash, CODE, CODE_SIZE, true, 0),
        Region::new("tables", Kind::Ram, INPUTS, TABLES_SIZE, true, 0),
    ];
    let mut memory = Memory::new(regions, Vec::new());
    for (address, bytes) in contents {
        if let Some(place) = memory.slice_mut(*address, bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }
    let config = SystemConfig { irqs: 32, priority_bits: 8, ..SystemConfig::default() };
    let mut cpu = Cpu::new(memory, Box::new(Bare), System::new(config), Timing::default(), 100_000_000);
    cpu.reset(ResetCause::PowerOn);
    Machine::new(cpu, Model::default())
}
