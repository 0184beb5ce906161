//! What a chip would like people to know: accesses to what is not modelled, and settings that a real chip would not
//! stand. Each thing is noted once, with the address of the instruction that did it.

use std::collections::BTreeSet;

use super::Master;

/// What was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// A read of a register that has no model: it gave 0.
    ReadUnmodelled,
    /// A write to a register that has no model: nothing happened.
    WriteUnmodelled,
    /// An access where the chip has nothing: the bus answered with an error.
    Reserved,
    /// An access to a peripheral whose clock is off: reads give 0, writes are lost.
    ClockOff,
    /// A clock setting beyond the limits of the chip.
    ClockLimits,
    /// DMA from or to an address that it cannot reach.
    DmaUnreachable,
    /// A setting that is kept but has no effect in the model.
    NoEffect,
}

impl std::fmt::Display for Matter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::ReadUnmodelled => "read of a register that is not modelled",
            Self::WriteUnmodelled => "write to a register that is not modelled",
            Self::Reserved => "access to a reserved address",
            Self::ClockOff => "access to a peripheral whose clock is off",
            Self::ClockLimits => "clock setting beyond the limits of the chip",
            Self::DmaUnreachable => "DMA at an address that it cannot reach",
            Self::NoEffect => "setting without effect in the model",
        })
    }
}

/// Something that was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// What.
    pub matter: Matter,
    /// The address that was accessed.
    pub address: u32,
    /// The instruction that did it; `None` for the debugger and for DMA.
    pub pc: Option<u32>,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {:#010x}", self.matter, self.address)?;
        match self.pc {
            Some(pc) => write!(f, " by the instruction at {pc:#010x}"),
            None => Ok(()),
        }
    }
}

/// How many notes are kept.
pub const KEPT: usize = 256;

/// The notes of a chip: at most [`KEPT`], the first ones.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    list: Vec<Note>,
    seen: BTreeSet<(Matter, u32)>,
    full: bool,
}

impl Notes {
    /// Notes `matter` about the word at `address`, unless it is known already.
    pub fn note(&mut self, matter: Matter, address: u32, master: Master) {
        if self.list.len() == KEPT {
            self.full |= !self.seen.contains(&(matter, address & !3));
            return;
        }
        if self.seen.insert((matter, address & !3)) {
            let pc = match master {
                Master::Core { pc } => Some(pc),
                Master::Debugger | Master::Dma => None,
            };
            self.list.push(Note { matter, address, pc });
        }
    }

    /// The notes, oldest first.
    #[must_use]
    pub fn list(&self) -> &[Note] {
        &self.list
    }

    /// Whether there was more to note than is kept.
    #[must_use]
    pub fn full(&self) -> bool {
        self.full
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Matter, Notes};
    use crate::soc::Master;

    #[test]
    fn each_register_is_noted_once_with_its_first_instruction() {
        let mut notes = Notes::default();
        notes.note(Matter::ReadUnmodelled, 0x4000_0000, Master::Core { pc: 0x100 });
        notes.note(Matter::ReadUnmodelled, 0x4000_0002, Master::Core { pc: 0x200 });
        notes.note(Matter::WriteUnmodelled, 0x4000_0000, Master::Debugger);
        let texts: Vec<String> = notes.list().iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "read of a register that is not modelled at 0x40000000 by the instruction at 0x00000100",
                "write to a register that is not modelled at 0x40000000",
            ]
        );
    }

    #[test]
    fn the_list_is_bounded() {
        let mut notes = Notes::default();
        for index in 0..KEPT as u32 + 1 {
            assert!(!notes.full());
            notes.note(Matter::Reserved, index * 4, Master::Debugger);
        }
        assert_eq!((notes.list().len(), notes.full()), (KEPT, true));
    }
}
