//! The flash controller: words into flash and UICR, page, partial and complete erase (PS, NVMC).
//!
//! An operation changes the memory when it starts, and READY stays 0 for the time that a real part takes. The core
//! stands still until then when it executes from flash, and waits when it reads flash from RAM. The cache and its counters
//! are those of [`crate::flash_timing`].

use crate::board::chip::FlashFacts;
use crate::soc::bus::Word;
use crate::soc::{BusFault, Io, Width};
use crate::time::Time;

const READ: u32 = 0;
const WRITE: u32 = 1;
const ERASE: u32 = 2;

/// User information configuration registers, which are flash too.
pub const UICR: u32 = 0x1000_1000;
const UICR_BYTES: usize = 0x1000;

/// The flash controller.
#[derive(Debug, Clone)]
pub struct Nvmc {
    facts: FlashFacts,
    config: u32,
    cache: u32,
    partial_ms: u32,
    /// The page that is being erased part by part, and for how long it has been, in microseconds.
    partial: Option<(u32, u64)>,
    busy_until: Option<Time>,
}

impl Nvmc {
    /// The controller with its times.
    #[must_use]
    pub fn new(facts: FlashFacts) -> Self {
        Self { facts, config: READ, cache: 0, partial_ms: 10, partial: None, busy_until: None }
    }

    /// Registers as after a reset. An operation that runs is lost.
    pub fn reset(&mut self, io: &mut Io<'_>) {
        io.flash.occupy(0);
        io.flash.control_cache(false, false);
        if let Some(counts) = io.flash.cache_counts() {
            *counts = [0; 2];
        }
        let partial = self.partial;
        *self = Self { partial, ..Self::new(self.facts.clone()) };
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32, io: &mut Io<'_>) -> Option<u32> {
        Some(match offset {
            // READY and READYNEXT
            0x400 | 0x408 => u32::from(self.busy_until.is_none()),
            0x504 => self.config,
            0x508 | 0x50C | 0x510 | 0x514 | 0x518 => 0,
            0x51C => self.partial_ms,
            0x540 => self.cache,
            // IHIT and IMISS
            0x548 | 0x54C => io.flash.cache_counts().map_or(0, |counts| counts[counter(offset)]),
            _ => return None,
        })
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        let value = word.value & word.mask;
        match offset {
            0x400 | 0x408 => {}
            0x504 => {
                self.settle(io);
                self.config = word.within(self.config, 3);
            }
            0x508 | 0x510 => self.erase_page(value, io),
            0x50C if value & 1 == 1 => self.erase_all(io),
            0x514 if value & 1 == 1 => self.erase_uicr(io),
            0x50C | 0x514 => {}
            0x518 => self.erase_part(value, io),
            0x51C => self.partial_ms = word.within(self.partial_ms, 0x7F),
            // ICACHECNF: CACHEEN and CACHEPROFEN
            0x540 => {
                self.cache = word.within(self.cache, 0x101);
                io.flash.control_cache(self.cache & 1 == 1, self.cache >> 8 & 1 == 1);
            }
            0x548 | 0x54C => {
                if let Some(counts) = io.flash.cache_counts() {
                    let count = &mut counts[counter(offset)];
                    *count = word.onto(*count);
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// A store into flash or UICR.
    ///
    /// # Errors
    /// Anything but a word, or while writing is not enabled.
    pub fn program(&mut self, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault> {
        self.settle(io);
        if width != Width::Word || self.config != WRITE {
            return Err(BusFault);
        }
        let bytes = io.memory.slice_mut(address, 4).ok_or(BusFault)?;
        // Writing clears bits; only an erase sets them.
        bytes.iter_mut().zip(value.to_le_bytes()).for_each(|(old, new)| *old &= new);
        self.begin(self.facts.program_word_us, io);
        Ok(())
    }

    fn page_bytes(&self) -> u32 {
        self.facts.page_bytes.unwrap_or(4096)
    }

    fn page_us(&self) -> u64 {
        self.facts.page_erase_us.unwrap_or(0)
    }

    fn erase_page(&mut self, address: u32, io: &mut Io<'_>) {
        self.settle(io);
        if self.config == ERASE && address < UICR {
            self.clear_page(address, io);
            self.begin(self.page_us(), io);
        }
    }

    /// Erases a part of a page: it is erased when the parts add up to the time of a whole erase.
    fn erase_part(&mut self, address: u32, io: &mut Io<'_>) {
        self.settle(io);
        if self.config != ERASE || address >= UICR {
            return;
        }
        let page = address & !(self.page_bytes() - 1);
        let part = u64::from(self.partial_ms) * 1000;
        let before = self.partial.filter(|(of, _)| *of == page).map_or(0, |(_, us)| us);
        self.partial = Some((page, before + part));
        if before + part >= self.page_us() {
            self.partial = None;
            self.clear_page(page, io);
        }
        self.begin(part, io);
    }

    fn clear_page(&self, address: u32, io: &mut Io<'_>) {
        let size = self.page_bytes();
        if let Some(page) = io.memory.slice_mut(address & !(size - 1), size as usize) {
            page.fill(0xFF);
        }
    }

    fn erase_all(&mut self, io: &mut Io<'_>) {
        self.settle(io);
        if self.config == ERASE {
            self.clear_everything(io);
            self.begin(self.facts.mass_erase_ms * 1000, io);
        }
    }

    fn erase_uicr(&mut self, io: &mut Io<'_>) {
        self.settle(io);
        if self.config == ERASE {
            if let Some(bytes) = io.memory.slice_mut(UICR, UICR_BYTES) {
                bytes.fill(0xFF);
            }
            self.begin(self.page_us(), io);
        }
    }

    /// Erases flash and UICR; for the control access port too.
    pub fn clear_everything(&mut self, io: &mut Io<'_>) {
        let flash: usize = self.facts.sectors.iter().map(|group| (group.count * group.size_bytes) as usize).sum();
        for (base, size) in [(0, flash), (UICR, UICR_BYTES)] {
            if let Some(bytes) = io.memory.slice_mut(base, size) {
                bytes.fill(0xFF);
            }
        }
    }

    /// How long a complete erase takes, in microseconds.
    #[must_use]
    pub fn erase_all_us(&self) -> u64 {
        self.facts.mass_erase_ms * 1000
    }

    /// Waits for the end of the operation that runs.
    fn settle(&mut self, io: &mut Io<'_>) {
        if let Some(until) = self.busy_until.take() {
            io.stall_until(until);
            io.now = io.now.max(until);
        }
    }

    fn begin(&mut self, microseconds: u64, io: &mut Io<'_>) {
        let until = io.now.plus_ns(microseconds.saturating_mul(1000));
        self.busy_until = Some(until);
        io.occupy_flash(until);
        if io.runs_from_flash() {
            io.stall_until(until);
        }
    }

    /// When the operation ends.
    #[must_use]
    pub fn next_event(&self) -> Time {
        self.busy_until.unwrap_or(Time::NEVER)
    }

    /// Ends the operation when it is due.
    pub fn advance(&mut self, io: &Io<'_>) {
        self.busy_until = self.busy_until.filter(|until| *until > io.now);
    }
}

/// Which counter is at `offset`: IHIT, then IMISS.
fn counter(offset: u32) -> usize {
    usize::from(offset != 0x548)
}
