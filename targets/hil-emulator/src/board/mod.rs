//! Boards: the facts about them, and the machine that is built from the facts.
//!
//! The files of `targets/boards/` are part of the crate, so that it works alone.

pub mod access;
pub mod chip;

use serde::Deserialize;

use crate::cpu::Cpu;
use crate::cycles::{Model, Timing};
use crate::flash_timing::{FlashTiming, Window};
use crate::machine::Machine;
use crate::memory::{Alias, Kind, Memory, Region};
use crate::power::Supply;
use crate::power::facts::SupplyFacts;
use crate::soc::nrf52840::Nrf52840;
use crate::soc::stm32f407::Stm32f407;
use crate::soc::{ResetCause, Soc};
use crate::system::{RomTableId, System, SystemConfig};
use chip::{Chip, MemoryKind};

/// A board cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BoardError {
    /// There is no such board.
    #[error("there is no emulated board \"{name}\"; there are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// There is a file about the chip, and nothing that emulates it.
    #[error("the chip {chip} is described but not emulated")]
    NoModel {
        /// The chip.
        chip: String,
    },
    /// The board was to start locked, and it cannot.
    #[error("the emulated {name} models no read-back protection, so it cannot start locked")]
    NotLockable {
        /// The board.
        name: String,
    },
    /// A file is not what it must be.
    #[error("{file}:{line}: {message}")]
    File {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
}

/// A board.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoardFacts {
    /// The name that people and scenarios use.
    pub platform: String,
    /// One line for people.
    pub title: String,
    /// How a real one is reached.
    pub reach: String,
    /// The chip on it.
    pub chip: String,
    /// How it feeds the chip.
    pub supply: SupplyFacts,
}

/// How a board starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Decides what real parts leave to chance: the contents of RAM at power-on, and the device's identity.
    pub seed: u64,
    /// Start with read-back protection switched on, where the chip has it (nRF52840).
    pub locked: bool,
}

/// Emulated boards: path and text of the board's file, path and text of its chip's file.
const FILES: [[(&str, &str); 2]; 2] = [
    [
        ("targets/boards/stm32f4.toml", include_str!("../../../boards/stm32f4.toml")),
        ("targets/boards/chips/stm32f407.toml", include_str!("../../../boards/chips/stm32f407.toml")),
    ],
    [
        ("targets/boards/nrf52840.toml", include_str!("../../../boards/nrf52840.toml")),
        ("targets/boards/chips/nrf52840.toml", include_str!("../../../boards/chips/nrf52840.toml")),
    ],
];

/// Every emulated board with its chip.
///
/// # Errors
/// When an embedded file has a mistake.
pub fn all() -> Result<Vec<(BoardFacts, Chip)>, BoardError> {
    FILES
        .iter()
        .map(|[(board_file, board), (chip_file, chip)]| Ok((parse(board_file, board)?, parse(chip_file, chip)?)))
        .collect()
}

/// The board called `name` and its chip.
///
/// # Errors
/// [`BoardError::Unknown`] when there is none.
pub fn find(name: &str) -> Result<(BoardFacts, Chip), BoardError> {
    let all = all()?;
    let known = || all.iter().map(|(board, _)| board.platform.clone()).collect::<Vec<_>>().join(", ");
    match all.iter().find(|(board, _)| board.platform == name) {
        Some(found) => Ok(found.clone()),
        None => Err(BoardError::Unknown { name: name.to_owned(), known: known() }),
    }
}

/// Reads a board's or a chip's file; `file` is what errors call it.
///
/// # Errors
/// [`BoardError::File`] with the line of the first mistake.
pub fn parse<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<T, BoardError> {
    toml::from_str(text).map_err(|error: toml::de::Error| BoardError::File {
        file: file.to_owned(),
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    })
}

/// The line, from 1, of a place in a text.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Builds the board called `name` as it is after power-on. What real parts leave to chance comes from `seed`.
///
/// # Errors
/// When there is no such board, or its files have a mistake.
pub fn build(name: &str, seed: u64) -> Result<Machine, BoardError> {
    build_with(name, Options { seed, locked: false })
}

/// Builds the board called `name` as it is after power-on.
///
/// # Errors
/// When there is no such board, or its files have a mistake.
pub fn build_with(name: &str, options: Options) -> Result<Machine, BoardError> {
    let (board, chip) = find(name)?;
    assemble(&board, &chip, options)
}

/// Builds a board by its facts.
pub(crate) fn assemble(board: &BoardFacts, chip: &Chip, options: Options) -> Result<Machine, BoardError> {
    let name = &board.platform;
    let mut memory = memory(chip, options.seed);
    let soc: Box<dyn Soc> = match chip.chip.as_str() {
        "stm32f407" if options.locked => return Err(BoardError::NotLockable { name: name.to_owned() }),
        "stm32f407" => Box::new(Stm32f407::new(chip, options.seed).map_err(|at| located(chip, &at))?),
        "nrf52840" => {
            if options.locked {
                Nrf52840::lock(&mut memory);
            }
            Box::new(Nrf52840::new(chip, options.seed).map_err(|at| located(chip, &at))?)
        }
        other => return Err(BoardError::NoModel { chip: other.to_owned() }),
    };
    let mut cpu = Cpu::new(memory, soc, System::new(config(chip)), Timing::default(), chip.core.reset_hz);
    cpu.flash = flash(chip);
    cpu.supply = Supply::new(&board.supply, options.seed);
    cpu.reset(ResetCause::PowerOn);
    Ok(Machine::new(cpu, Model::default()))
}

/// The system side of the chip's core.
fn config(chip: &Chip) -> SystemConfig {
    SystemConfig {
        irqs: chip.core.interrupts,
        priority_bits: chip.core.priority_bits,
        systick_reference: chip.core.systick_reference_cycles,
        systick_calibration: chip.core.systick_calibration,
        lockup_resets: chip.core.lockup_resets,
        rom_table: RomTableId {
            continuation: chip.debug.jep106_continuation,
            designer: chip.debug.jep106_identity,
            part: chip.debug.rom_table_part,
            revision: chip.debug.rom_table_revision,
        },
        ..SystemConfig::default()
    }
}

/// A fact that contradicts the model, and where it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Offset in the file, in bytes.
    pub at: usize,
    /// What is wrong there.
    pub message: String,
}

fn located(chip: &Chip, misfit: &Misfit) -> BoardError {
    let name = format!("/{}.toml", chip.chip);
    let (file, text) = FILES.iter().map(|files| files[1]).find(|(file, _)| file.ends_with(&name)).unwrap_or_default();
    BoardError::File { file: file.to_owned(), line: line_of(text, misfit.at), message: misfit.message.clone() }
}

/// The memories of a chip: flash erased, RAM with what it happens to hold at power-on.
fn memory(chip: &Chip, seed: u64) -> Memory {
    let mut chance = Chance::new(seed);
    let regions = chip.memory.iter().map(|facts| {
        let size = *facts.size_bytes.as_ref();
        match facts.kind {
            MemoryKind::Flash => Region::new(&facts.name, Kind::Flash, facts.base, size, facts.execute, 0xFF),
            MemoryKind::Ram => {
                let mut region = Region::new(&facts.name, Kind::Ram, facts.base, size, facts.execute, 0);
                for word in region.bytes.chunks_exact_mut(8) {
                    word.copy_from_slice(&chance.next().to_le_bytes());
                }
                region
            }
        }
    });
    let aliases = chip.alias.iter().map(|alias| Alias { from: alias.from, to: alias.to, len: alias.size_bytes });
    Memory::new(regions.collect(), aliases.collect())
}

/// The way to the chip's main flash, which is its first memory.
fn flash(chip: &Chip) -> FlashTiming {
    let main = chip.memory.iter().find(|memory| memory.kind == MemoryKind::Flash);
    let (base, len) = main.map_or((0, 0), |memory| (memory.base, *memory.size_bytes.as_ref()));
    let alias = chip.alias.iter().find(|alias| alias.to == base).map_or(base, |alias| alias.from);
    FlashTiming::new(&chip.access, Window { base, alias, len })
}

/// Numbers that stand in for chance: SplitMix64 (Steele, Lea, Flood 2014), the same on every host.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The numbers that belong to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    #[expect(clippy::should_implement_trait, reason = "a sequence without end is clearer as a plain call")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }
}

#[cfg(test)]
mod tests;
