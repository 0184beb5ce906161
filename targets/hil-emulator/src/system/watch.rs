//! One comparator of the DWT (DDI 0403E, C1.8.2 and table C1-14).

use crate::soc::Width;

/// FUNCTION.CYCMATCH.
const CYCLE: u32 = 1 << 7;
/// FUNCTION.DATAVMATCH.
const VALUE: u32 = 1 << 8;
/// FUNCTION.MATCHED.
const MATCHED: u32 = 1 << 24;

/// What a match means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    /// A debug event.
    Watchpoint,
    /// A signal for trace, which nobody receives here.
    Signal,
}

/// A comparator.
#[derive(Debug, Clone, Copy, Default)]
pub struct Comparator {
    compare: u32,
    mask: u32,
    function: u32,
}

impl Comparator {
    /// The action: 4 to 7 are watchpoints, 8 to 11 signals.
    fn action(&self) -> u32 {
        self.function & 15
    }

    fn ignored(&self) -> u32 {
        (1u32 << self.mask) - 1
    }

    /// Whether it compares the program counter.
    #[must_use]
    pub fn watches_pc(&self) -> bool {
        matches!(self.action(), 4 | 8) && self.function & (CYCLE | VALUE) == 0
    }

    /// Whether it compares loads or stores.
    #[must_use]
    pub fn watches_data(&self) -> bool {
        matches!(self.action(), 5..=7 | 9..=11) && self.function & CYCLE == 0
    }

    /// Whether an instruction at `address` matches. The debug event comes behind the instruction.
    #[must_use]
    pub fn matches_pc(&self, address: u32) -> bool {
        self.watches_pc() && (address ^ self.compare) & !self.ignored() & !1 == 0
    }

    fn wants(&self, write: bool) -> bool {
        matches!((self.action(), write), (5 | 9, false) | (6 | 10, true) | (7 | 11, _))
    }

    /// Whether an access touches what the comparator covers.
    #[must_use]
    pub fn covers(&self, address: u32, width: Width) -> bool {
        let first = self.compare & !self.ignored();
        let last = first | self.ignored();
        address <= last && address + (width.bytes() - 1) >= first
    }

    /// Whether an access matches by its address.
    #[must_use]
    pub fn matches_data(&self, address: u32, width: Width, write: bool) -> bool {
        self.watches_data() && self.function & VALUE == 0 && self.wants(write) && self.covers(address, width)
    }

    /// The comparators whose addresses this one needs when it compares values; itself stands for any address.
    #[must_use]
    pub fn value_links(&self) -> Option<(usize, usize)> {
        let on = self.watches_data() && self.function & VALUE != 0;
        on.then_some(((self.function >> 12 & 3) as usize, (self.function >> 16 & 3) as usize))
    }

    /// Whether a value matches, of an access of the size that DATAVSIZE names.
    #[must_use]
    pub fn matches_value(&self, width: Width, value: u32, write: bool) -> bool {
        let (size, kept) = match self.function >> 10 & 3 {
            0 => (1, 0xFF),
            1 => (2, 0xFFFF),
            _ => (4, u32::MAX),
        };
        self.wants(write) && width.bytes() == size && (value ^ self.compare) & kept == 0
    }

    /// The count that is compared with CYCCNT, if that is what it does.
    #[must_use]
    pub fn cycle(&self) -> Option<u32> {
        let on = self.function & CYCLE != 0 && matches!(self.action(), 4 | 8);
        on.then_some(self.compare & !self.ignored())
    }

    /// Notes a match.
    pub fn matched(&mut self) -> Matched {
        self.function |= MATCHED;
        if self.action() < 8 { Matched::Watchpoint } else { Matched::Signal }
    }

    /// Reads COMP, MASK or FUNCTION; a read of FUNCTION clears MATCHED.
    pub fn read(&mut self, offset: u32) -> u32 {
        match offset {
            0x0 => self.compare,
            0x4 => self.mask,
            0x8 => {
                let value = self.function;
                self.function &= !MATCHED;
                value
            }
            _ => 0,
        }
    }

    /// Writes COMP, MASK or FUNCTION of comparator `index`. Only comparator 0 compares cycles, only 1 values.
    pub fn write(&mut self, offset: u32, value: u32, index: usize) {
        match offset {
            0x0 => self.compare = value,
            0x4 => self.mask = (value & 31).min(15),
            0x8 => {
                let kept = match index {
                    0 => 0x20 | CYCLE | 15,
                    1 => 0x000F_FC20 | VALUE | 15,
                    _ => 0x20 | 15,
                };
                self.function = value & kept;
            }
            _ => {}
        }
    }
}
