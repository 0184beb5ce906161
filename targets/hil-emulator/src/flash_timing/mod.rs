//! What memory costs the core: the wait states of flash with the buffers and caches in front of it, the slower way to
//! code in RAM, and the bus that DMA shares with the core.
//!
//! The run loop reports every line of code that is entered, and a load from flash when it happens; the answer is how
//! many further cycles the core waits. Data in RAM answers at once, in core-coupled memory too. Times are core cycles.
//!
//! Simplifications: the core asks for a line when it executes the first instruction in it, not some words ahead as the
//! prefetch unit of the real core does; a literal load and a prefetch that meet at the flash delay the prefetch by the
//! whole read; stack and vector are assumed to lie on different buses.

mod art;
mod cache;
mod contention;
mod lines;
#[cfg(test)]
mod tests;

use crate::board::access::{AccessFacts, CacheFacts};
use art::Art;
pub use art::Control;
use cache::Cache;
use contention::Contention;
pub use contention::CoreView;

/// Lines in which flash is read and cached, in bytes: 128 bits on both chips.
pub const LINE: u32 = 16;

/// What the core fetches from here on comes over its System bus (DDI 0403E, B3.1; TRM, bus interfaces).
const SYSTEM_BUS: u32 = 0x2000_0000;

/// Is no line.
const NO_LINE: u32 = 1;

/// Where the flash lies that is timed: the chip's main flash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its first address.
    pub base: u32,
    /// Where it is shown a second time, or its first address again.
    pub alias: u32,
    /// Its length in bytes.
    pub len: u32,
}

impl Window {
    /// The number of the line at `address`, from 0 at the start of flash; `None` outside.
    #[inline]
    fn line(self, address: u32) -> Option<u32> {
        let offset = address.wrapping_sub(self.base);
        if offset < self.len {
            return Some(offset / LINE);
        }
        let offset = address.wrapping_sub(self.alias);
        (offset < self.len).then_some(offset / LINE)
    }
}

/// The way from the core to its memories.
#[derive(Debug, Clone)]
pub struct FlashTiming {
    way: Way,
    window: Window,
    /// Further cycles for code behind a jump that comes over the System bus.
    system_bus_jump: u64,
    /// The address of the line that the core executes from, or [`NO_LINE`].
    current: u32,
    /// Flash is being programmed or erased until this cycle.
    busy_until: u64,
    contention: Contention,
}

/// What stands between the core and flash.
#[derive(Debug, Clone)]
enum Way {
    /// Flash answers at once.
    Immediate,
    /// STM32F4: prefetch and two caches.
    Art(Box<Art>),
    /// nRF52840: one cache for instructions.
    Cache(Box<Cache>),
}

impl Default for FlashTiming {
    fn default() -> Self {
        Self {
            way: Way::Immediate,
            window: Window { base: 0, alias: 0, len: 0 },
            system_bus_jump: 0,
            current: NO_LINE,
            busy_until: 0,
            contention: Contention::default(),
        }
    }
}

impl FlashTiming {
    /// The way to the flash in `window` by the facts of a chip, as it is after a reset.
    #[must_use]
    pub fn new(facts: &AccessFacts, window: Window) -> Self {
        let way = match &facts.flash {
            CacheFacts::Art { instruction_lines, data_lines, .. } => {
                Way::Art(Box::new(Art::new(window.len / LINE, *instruction_lines, *data_lines)))
            }
            CacheFacts::Ways { .. } => Way::Cache(Box::new(Cache::new(&facts.flash))),
        };
        Self {
            way,
            window,
            system_bus_jump: facts.system_bus_jump_cycles,
            contention: Contention::new(facts),
            ..Self::default()
        }
    }

    /// Whether the run loop must report the lines of code that it enters.
    #[inline]
    #[must_use]
    pub fn counts_fetches(&self) -> bool {
        !matches!(self.way, Way::Immediate)
    }

    /// Further cycles before the core can execute from the line of [`LINE`] bytes that holds `address`; `now` is in
    /// cycles. The address may lie in RAM.
    #[inline]
    pub fn fetch(&mut self, address: u32, now: u64) -> u64 {
        let start = address & !(LINE - 1);
        if start == self.current { 0 } else { self.enter(start, now) }
    }

    #[inline(never)]
    fn enter(&mut self, start: u32, now: u64) -> u64 {
        let follows = start == self.current.wrapping_add(LINE);
        self.current = start;
        let Some(line) = self.window.line(start) else {
            return if start >= SYSTEM_BUS && !follows { self.system_bus_jump } else { 0 };
        };
        let held = self.busy_until.saturating_sub(now);
        held + match &mut self.way {
            Way::Immediate => 0,
            Way::Art(art) => art.fetch(line, follows, now + held),
            Way::Cache(cache) => cache.fetch(line, follows),
        }
    }

    /// Further cycles of a load at `address`; `now` is in cycles. Anything but flash answers at once.
    pub fn load(&mut self, address: u32, now: u64) -> u64 {
        let Some(line) = self.window.line(address) else { return 0 };
        let held = self.busy_until.saturating_sub(now);
        held + match &mut self.way {
            Way::Immediate => 0,
            Way::Art(art) => art.load(line, now + held),
            Way::Cache(cache) => cache.load(),
        }
    }

    /// Flash was programmed or erased, or the chip was reset: nothing that was read before is kept.
    pub fn forget(&mut self) {
        self.current = NO_LINE;
        match &mut self.way {
            Way::Immediate => {}
            Way::Art(art) => art.forget(),
            Way::Cache(cache) => cache.forget(),
        }
    }

    /// Programming or erasing holds up every read of flash for `cycles` from now on; 0 ends it.
    pub fn occupy(&mut self, cycles: u64) {
        self.busy_until = self.contention.now().saturating_add(cycles);
        self.forget();
    }

    /// Sets what an STM32F4's FLASH_ACR says; nothing elsewhere.
    pub fn control_art(&mut self, control: Control) {
        if let Way::Art(art) = &mut self.way {
            art.control(control);
        }
    }

    /// Sets what an nRF52840's ICACHECNF says: the cache, and its counters; nothing elsewhere.
    pub fn control_cache(&mut self, enabled: bool, profiling: bool) {
        if let Way::Cache(cache) = &mut self.way {
            cache.control(enabled, profiling);
        }
    }

    /// The hits and misses that the cache has counted, to be read and written; `None` where nothing counts.
    pub fn cache_counts(&mut self) -> Option<&mut [u32; 2]> {
        match &mut self.way {
            Way::Cache(cache) => Some(cache.counts()),
            Way::Immediate | Way::Art(_) => None,
        }
    }

    /// Notes what the core does, as far as its bus accesses can meet those of DMA.
    #[inline]
    pub fn observe(&mut self, core: CoreView) {
        self.contention.observe(core);
    }

    /// DMA accesses `address` once. Gives the cycles that the core loses by it.
    pub fn dma_access(&mut self, address: u32) -> u64 {
        if self.window.line(address).is_some()
            && let Way::Art(art) = &mut self.way
        {
            art.read_by_another(self.contention.now());
        }
        self.contention.access(address)
    }
}
