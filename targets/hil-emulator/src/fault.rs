//! What can be wrong with a board from the start, and what can happen to one that runs.
//!
//! Defects and mishaps are those of real boards: a crystal that is off, a worn cell of flash, a supply that breaks down. Each
//! is a property of the board, which knows nothing of who looks at it. Both are as reproducible as the rest: same image,
//! same seed, same moment, same outcome.

use crate::board::{self, BoardError, Options};
use crate::host::Target;
use crate::machine::Machine;

/// What is wrong with a board from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// CYCCNT stands still, whatever enables it.
    StuckCounter,
    /// The oscillator behind the core clock is off by so many parts in a million; below zero it is slow.
    Crystal {
        /// Parts in a million.
        ppm: i32,
    },
    /// Programming cannot clear these bits of a word in flash.
    WornFlash {
        /// The address of the word.
        address: u32,
        /// The bits, which read 1 for ever.
        bits: u32,
    },
}

/// What happens to a board that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// The reset pin is pulled low for a moment, as a disturbance would. RAM keeps its contents.
    Reset,
    /// The supply breaks down and does not come back: the chip is dark.
    BrownOut,
    /// The next instruction becomes a jump to itself.
    EndlessLoop,
    /// The next instruction becomes one that is undefined.
    UndefinedInstruction,
    /// From the next instruction on, registers are pushed until there is no stack any more.
    EndlessRecursion,
}

/// B to itself (DDI 0403E, A7.7.12, encoding T2).
const LOOP: &[u16] = &[0xE7FE];
/// UDF #0 (DDI 0403E, A7.7.194).
const UNDEFINED: &[u16] = &[0xDE00];
/// PUSH {R0-R7, LR} (DDI 0403E, A7.7.101), and B back to it.
const RECURSION: &[u16] = &[0xB5FF, 0xE7FD];
const MILLION: i64 = 1_000_000;

/// Builds the board called `name` with something wrong from the start.
///
/// # Errors
/// When there is no such board, or its files have a mistake.
pub fn build(name: &str, options: Options, defect: Defect) -> Result<Machine, BoardError> {
    let (facts, mut chip) = board::find(name)?;
    if let Defect::Crystal { ppm } = defect {
        // Where no crystal feeds a PLL, it stands behind the one core clock there is.
        match chip.clocks.get_mut("hse") {
            Some(crystal) => crystal.hz = off_by(crystal.hz, ppm),
            None => chip.core.reset_hz = off_by(chip.core.reset_hz, ppm),
        }
    }
    let mut machine = board::assemble(&facts, &chip, options)?;
    match defect {
        Defect::Crystal { .. } => {}
        Defect::StuckCounter => machine.cpu.system.dwt.break_counter(machine.cpu.cycles),
        Defect::WornFlash { address, bits } => machine.cpu.memory.wear_out(address, bits),
    }
    Ok(machine)
}

fn off_by(hz: u64, ppm: i32) -> u64 {
    let scaled = i128::from(hz) * i128::from(MILLION + i64::from(ppm)) / i128::from(MILLION);
    u64::try_from(scaled).unwrap_or(1).max(1)
}

impl Target {
    /// Lets the board run for `cycles`, and then something happens to it.
    pub fn suffer(&mut self, mishap: Mishap, cycles: u64) {
        self.advance(cycles);
        match mishap {
            Mishap::Reset => {
                self.drive_reset(true);
                self.drive_reset(false);
            }
            Mishap::BrownOut => self.lose_supply(),
            Mishap::EndlessLoop => self.change_next_instruction(LOOP),
            Mishap::UndefinedInstruction => self.change_next_instruction(UNDEFINED),
            Mishap::EndlessRecursion => self.change_next_instruction(RECURSION),
        }
    }

    /// Changes memory where the core executes next; nothing where it has no code.
    fn change_next_instruction(&mut self, code: &[u16]) {
        let cpu = &mut self.machine.cpu;
        let bytes: Vec<u8> = code.iter().flat_map(|half| half.to_le_bytes()).collect();
        if let Some(place) = cpu.memory.slice_mut(cpu.pc, bytes.len()) {
            place.copy_from_slice(&bytes);
            // A jump cannot stand inside an IT block, and a condition may not skip what is to happen.
            cpu.it = 0;
            self.machine.forget_code();
        }
    }
}

#[cfg(test)]
mod tests;
