//! The system side of the core: exceptions, the private peripheral bus, and the debugger's view.
//!
//! [`System`] holds the registers; the methods of [`Cpu`] in this folder are what they do. The DWT's and SysTick's
//! counters are functions of [`Cpu::cycles`] and never drift from it.

pub mod bus;
pub mod config;
pub mod coresight;
pub mod debug;
pub mod dwt;
pub mod entry;
pub mod exceptions;
pub mod fault;
mod float;
pub mod fpb;
pub mod itm;
mod leave;
pub mod mpu;
mod nvic;
mod reset;
pub mod scb;
pub mod set;
pub mod systick;
mod transfer;
mod watch;

#[cfg(test)]
mod tests;

use crate::cpu::Cpu;
use crate::memory::Memory;
use crate::micro::Micro;
use crate::soc::CoreClock;
pub use config::{RomTableId, SystemConfig};
use exceptions::{DEBUG_MONITOR, Exceptions, FIRST_IRQ, SYS_TICK};

/// The private peripheral bus.
#[derive(Debug, Clone)]
pub struct System {
    /// What the maker of the chip chose.
    pub config: SystemConfig,
    /// Pending, active, enabled; priorities.
    pub exceptions: Exceptions,
    /// System control block.
    pub scb: scb::Scb,
    /// The system timer.
    pub systick: systick::SysTick,
    /// Memory protection.
    pub mpu: mpu::Mpu,
    /// Breakpoints.
    pub fpb: fpb::Fpb,
    /// Data watchpoints and counters.
    pub dwt: dwt::Dwt,
    /// Instrumentation trace.
    pub itm: itm::Itm,
    /// Trace port.
    pub tpiu: itm::Tpiu,
    /// Halting debug.
    pub debug: debug::Debug,
}

impl Default for System {
    fn default() -> Self {
        Self::new(SystemConfig::default())
    }
}

impl System {
    /// The system side of a chip, in its state before the first reset.
    #[must_use]
    pub fn new(config: SystemConfig) -> Self {
        Self {
            config,
            exceptions: Exceptions::new(config.irqs, config.priority_bits),
            scb: scb::Scb::default(),
            systick: systick::SysTick::new(config.systick_reference, config.systick_calibration),
            mpu: mpu::Mpu::default(),
            fpb: fpb::Fpb::default(),
            dwt: dwt::Dwt::default(),
            itm: itm::Itm::default(),
            tpiu: itm::Tpiu::default(),
            debug: debug::Debug::default(),
        }
    }

    /// CCR.UNALIGN_TRP.
    #[must_use]
    pub fn traps_unaligned(&self) -> bool {
        self.scb.configuration & scb::ccr::UNALIGN_TRP != 0
    }

    /// CCR.DIV_0_TRP.
    #[must_use]
    pub fn traps_divide_by_zero(&self) -> bool {
        self.scb.configuration & scb::ccr::DIV_0_TRP != 0
    }

    /// The bits of a priority that are kept; the others of BASEPRI read 0.
    #[must_use]
    pub fn priority_mask(&self) -> u8 {
        self.exceptions.priority_mask()
    }

    /// Whether unprivileged code may touch `address` of the private peripheral bus.
    #[must_use]
    pub fn open_to_unprivileged(&self, address: u32) -> bool {
        match address {
            0xE000_0000..=0xE000_007F => self.itm.open_to_unprivileged(address & 0xFFF),
            0xE000_EF00 => self.scb.configuration & scb::ccr::USERSETMPEND != 0,
            _ => false,
        }
    }

    /// The cycle of the next SysTick underflow or cycle-count match; `u64::MAX` when none is planned.
    #[must_use]
    pub fn next_event(&self) -> u64 {
        self.systick.next_event().min(self.dwt.next_event())
    }

    /// Whether a comparator of the FPB stops execution at `address`.
    #[must_use]
    pub fn breaks_at(&self, address: u32) -> bool {
        self.fpb.breaks_at(address)
    }

    /// What the FPB puts in place of the halfword at `address`.
    #[must_use]
    pub fn remapped(&self, address: u32, memory: &Memory) -> Option<u16> {
        self.fpb.remapped(address, memory)
    }

    /// Whether the core is halted in debug state.
    #[must_use]
    pub fn halted(&self) -> bool {
        self.debug.halted
    }

    /// Whether the debugger, or the DebugMonitor, wants a single instruction.
    #[must_use]
    pub fn stepping(&self) -> bool {
        let monitor = self.debug.monitored()
            && self.debug.exceptions & debug::demcr::MON_STEP != 0
            && !self.exceptions.active.contains(DEBUG_MONITOR)
            && !self.exceptions.pending.contains(DEBUG_MONITOR);
        self.debug.stepping() || monitor
    }

    /// Whether the core is locked up.
    #[must_use]
    pub fn locked_up(&self) -> bool {
        self.debug.locked_up
    }

    /// Whether every instruction must be reported to [`Cpu::retired`].
    #[must_use]
    pub fn observes(&self) -> bool {
        self.dwt.observes()
    }
}

impl Cpu {
    /// Lets SysTick and the DWT catch up with `cycles`, and samples the interrupt lines.
    pub fn advance_system(&mut self) {
        if self.system.systick.advance(self.cycles) {
            self.system.exceptions.pend(SYS_TICK);
        }
        self.sample_lines();
        self.event |= std::mem::take(&mut self.requests.event);
        let pended = self.system.exceptions.take_newly_pending();
        self.event |= pended && self.system.scb.sleep_control & scb::SEVONPEND != 0;
        if self.system.dwt.advance(self.cycles) {
            self.watchpoint();
        }
    }

    fn sample_lines(&mut self) {
        let pulses = self.irqs.take_pulses();
        self.system.exceptions.sample(self.irqs.levels(), pulses);
    }

    /// Counts cycles that are about to be slept.
    pub fn slept(&mut self, cycles: u64) {
        if self.system.debug.locked_up {
            return;
        }
        self.system.debug.idle += cycles;
        if self.soc.core_clock() != CoreClock::On {
            self.system.systick.freeze(cycles);
            self.system.dwt.skip(cycles, self.cycles + cycles);
        } else if self.system.config.cyccnt_in_sleep {
            self.system.dwt.slept(cycles);
        } else {
            self.system.dwt.skip(cycles, self.cycles + cycles);
        }
    }

    /// Told after every instruction while [`System::observes`]; `before` is the cycle at which it began. The cycles
    /// of entering or leaving an exception are not its own and must not have been added yet.
    pub fn retired(&mut self, micro: &Micro, before: u64, _jumped: bool) {
        if self.system.dwt.retired(micro, self.cycles - before) {
            self.request_service();
        }
    }

    /// The exception number of interrupt line `irq`.
    #[must_use]
    pub fn irq_exception(irq: u8) -> u16 {
        FIRST_IRQ + u16::from(irq)
    }
}
