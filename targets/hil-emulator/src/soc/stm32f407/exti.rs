//! External interrupts and events: edges of 23 lines become pending interrupts and events of the core (RM0090 12.2, 12.3).
//!
//! An edge sets the pending bit whatever IMR says, as the block diagram shows it; a software event sets it only where IMR
//! lets it through. The first of the two is unverified.

use crate::soc::Io;
use crate::soc::bus::Word;

/// How many lines there are: 16 of pins, then those of the line constants.
pub const LINES: usize = 23;
/// The programmable voltage detector.
pub const PVD: u32 = 16;
/// Alarms of the RTC.
pub const ALARM: u32 = 17;
/// The wake-up timer of the RTC.
pub const WAKE_UP: u32 = 22;

const ALL: u32 = (1 << LINES) - 1;

/// The controller.
#[derive(Debug, Clone)]
pub struct Exti {
    /// The interrupt line of the core for each line; several may share one.
    irqs: [u8; LINES],
    interrupt_mask: u32,
    event_mask: u32,
    rising: u32,
    falling: u32,
    software: u32,
    pending: u32,
    levels: u32,
}

impl Exti {
    /// The controller with its interrupt lines.
    #[must_use]
    pub fn new(irqs: [u8; LINES]) -> Self {
        let (interrupt_mask, event_mask, rising, falling, software, pending, levels) = (0, 0, 0, 0, 0, 0, 0);
        Self { irqs, interrupt_mask, event_mask, rising, falling, software, pending, levels }
    }

    /// Registers as after a reset; the lines keep their levels.
    pub fn reset(&mut self) {
        *self = Self { levels: self.levels, ..Self::new(self.irqs) };
    }

    /// The lines of which an edge is waited for.
    #[must_use]
    pub fn watched(&self) -> u32 {
        self.rising | self.falling
    }

    /// The lines of `which` have these levels from now on.
    pub fn levels(&mut self, which: u32, levels: u32, io: &mut Io<'_>) {
        let after = self.levels & !which | levels & which;
        let (rose, fell) = (after & !self.levels, self.levels & !after);
        self.levels = after;
        let edges = rose & self.rising | fell & self.falling;
        if edges != 0 {
            self.pending |= edges;
            self.raise(edges, io);
        }
    }

    /// An edge, or a software event, of `lines`.
    fn raise(&mut self, lines: u32, io: &mut Io<'_>) {
        io.requests.event |= lines & self.event_mask != 0;
        self.drive(io);
    }

    fn drive(&self, io: &mut Io<'_>) {
        let asked = self.pending & self.interrupt_mask;
        for irq in self.irqs {
            let high = (0..LINES).any(|line| self.irqs[line] == irq && asked >> line & 1 == 1);
            io.irqs.set(irq, high);
        }
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x00 => self.interrupt_mask,
            0x04 => self.event_mask,
            0x08 => self.rising,
            0x0C => self.falling,
            0x10 => self.software,
            0x14 => self.pending,
            _ => return None,
        })
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        match offset {
            0x00 => self.interrupt_mask = word.within(self.interrupt_mask, ALL),
            0x04 => self.event_mask = word.within(self.event_mask, ALL),
            0x08 => self.rising = word.within(self.rising, ALL),
            0x0C => self.falling = word.within(self.falling, ALL),
            0x10 => {
                let set = word.value & word.mask & ALL & !self.software;
                self.software |= set;
                self.pending |= set & self.interrupt_mask;
                self.raise(set, io);
            }
            0x14 => {
                // Ones clear, and clear the software events with them (RM0090 12.3.5).
                let cleared = word.value & word.mask;
                self.pending &= !cleared;
                self.software &= !cleared;
            }
            _ => return None,
        }
        self.drive(io);
        Some(())
    }
}
