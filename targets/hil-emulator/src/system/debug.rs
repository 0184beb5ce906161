//! Halting debug (DDI 0403E, C1.6): DHCSR, DCRSR, DCRDR, DEMCR, DFSR, and what halting means for the core.
//!
//! The debugger owns DHCSR and DCRSR: the core can read DHCSR, its writes to both are ignored. A halt wakes the core
//! and ends a lock-up.

use super::exceptions::{DEBUG_MONITOR, HARD_FAULT};
use crate::cpu::Cpu;
use crate::soc::Master;

/// DHCSR.C_DEBUGEN.
const C_DEBUGEN: u32 = 1;
/// DHCSR.C_HALT.
const C_HALT: u32 = 1 << 1;
/// DHCSR.C_STEP.
const C_STEP: u32 = 1 << 2;
/// DHCSR.C_MASKINTS.
const C_MASKINTS: u32 = 1 << 3;
/// DHCSR.C_SNAPSTALL.
const C_SNAPSTALL: u32 = 1 << 5;
/// The upper half of a write to DHCSR.
const KEY: u32 = 0xA05F;

/// Bits of DFSR: why the core halted.
pub mod dfsr {
    /// The debugger asked, or a step is done.
    pub const HALTED: u32 = 1;
    /// A breakpoint.
    pub const BKPT: u32 = 1 << 1;
    /// A watchpoint.
    pub const DWTTRAP: u32 = 1 << 2;
    /// A vector catch.
    pub const VCATCH: u32 = 1 << 3;
}

/// Bits of DEMCR.
pub mod demcr {
    /// Halt behind a reset.
    pub const VC_CORERESET: u32 = 1;
    /// Halt at MemManage.
    pub const VC_MMERR: u32 = 1 << 4;
    /// Halt at a UsageFault for want of a coprocessor.
    pub const VC_NOCPERR: u32 = 1 << 5;
    /// Halt at a UsageFault of a check that CCR enables.
    pub const VC_CHKERR: u32 = 1 << 6;
    /// Halt at a UsageFault of the state or the instruction.
    pub const VC_STATERR: u32 = 1 << 7;
    /// Halt at BusFault.
    pub const VC_BUSERR: u32 = 1 << 8;
    /// Halt at a fault of entering or leaving an exception.
    pub const VC_INTERR: u32 = 1 << 9;
    /// Halt at HardFault.
    pub const VC_HARDERR: u32 = 1 << 10;
    /// Debug events go to the DebugMonitor exception.
    pub const MON_EN: u32 = 1 << 16;
    /// The DebugMonitor exception is pending.
    pub const MON_PEND: u32 = 1 << 17;
    /// The DebugMonitor steps.
    pub const MON_STEP: u32 = 1 << 18;
    /// DWT and ITM work.
    pub const TRCENA: u32 = 1 << 24;
    /// What belongs to the monitor and does not survive a system reset.
    pub const MONITOR: u32 = 0xF << 16;
}

/// The debug registers.
#[derive(Debug, Clone, Default)]
pub struct Debug {
    /// The C_ bits of DHCSR but C_HALT, which is `halted`.
    control: u32,
    /// The core is in debug state.
    pub(super) halted: bool,
    /// The core is locked up.
    pub(super) locked_up: bool,
    /// DFSR.
    pub(super) status: u32,
    /// DCRDR.
    pub(super) data: u32,
    /// DHCSR.S_REGRDY.
    pub(super) transferred: bool,
    /// DEMCR, but MON_PEND.
    pub(super) exceptions: u32,
    /// DHCSR.S_RESET_ST.
    pub(super) was_reset: bool,
    /// The exception whose entry halts the core.
    pub(super) caught: Option<u16>,
    /// Cycles in which instructions were executed, at the last read of DHCSR.
    seen: u64,
    /// Cycles in which none was: halted, asleep.
    pub(super) idle: u64,
}

impl Debug {
    /// DHCSR.C_DEBUGEN.
    #[must_use]
    pub fn attached(&self) -> bool {
        self.control & C_DEBUGEN != 0
    }

    /// Whether the debugger keeps PendSV, SysTick and interrupts away.
    #[must_use]
    pub fn masks_interrupts(&self) -> bool {
        self.control & (C_DEBUGEN | C_MASKINTS) == C_DEBUGEN | C_MASKINTS
    }

    /// Whether the debugger wants a single instruction.
    #[must_use]
    pub fn stepping(&self) -> bool {
        self.control & (C_DEBUGEN | C_STEP) == C_DEBUGEN | C_STEP && !self.halted
    }

    /// Whether a DEMCR bit is set.
    #[must_use]
    pub fn catches(&self, bit: u32) -> bool {
        self.attached() && self.exceptions & bit != 0
    }

    /// Whether debug events go to the DebugMonitor exception.
    #[must_use]
    pub fn monitored(&self) -> bool {
        !self.attached() && self.exceptions & demcr::MON_EN != 0
    }

    /// Notes that the exception that was just raised is one that a vector catch bit names.
    pub(super) fn catch(&mut self, number: u16, bit: u32) {
        let hard = if number == HARD_FAULT { demcr::VC_HARDERR } else { 0 };
        if self.catches(bit | hard) {
            self.caught = Some(number);
        }
    }
}

impl Cpu {
    /// Puts the core into debug state for the reasons `why` (bits of DFSR).
    pub fn halt(&mut self, why: u32) {
        let debug = &mut self.system.debug;
        debug.halted = true;
        debug.locked_up = false;
        debug.status |= why;
        self.sleeping = None;
        self.with_soc(Master::Debugger, |soc, io| soc.core_halted(true, io));
        // A halt ends sleep, and the run loop does not come by while the core is halted.
        self.sleep_changed();
    }

    /// Reads DHCSR; a read by the debugger clears the sticky bits.
    pub(super) fn halting_status(&mut self, master: Master) -> u32 {
        let debug = &mut self.system.debug;
        let worked = self.cycles.saturating_sub(debug.idle);
        let value = debug.control
            | u32::from(debug.halted) << 1
            | u32::from(debug.transferred) << 16
            | u32::from(debug.halted) << 17
            | u32::from(self.sleeping.is_some()) << 18
            | u32::from(debug.locked_up) << 19
            | u32::from(worked > debug.seen) << 24
            | u32::from(debug.was_reset) << 25;
        if master == Master::Debugger {
            debug.seen = worked;
            debug.was_reset = false;
        }
        value
    }

    /// Writes DHCSR.
    pub(super) fn set_halting_control(&mut self, value: u32, master: Master) {
        if master != Master::Debugger || value >> 16 != KEY {
            return;
        }
        let debug = &mut self.system.debug;
        let was_halted = debug.halted;
        debug.control = value & (C_DEBUGEN | C_STEP | C_MASKINTS | C_SNAPSTALL);
        if value & C_DEBUGEN == 0 {
            // Without debugger there is no debug state.
            debug.control = 0;
            debug.halted = false;
        } else if value & C_HALT == 0 {
            debug.halted = false;
        } else if !debug.halted {
            self.halt(dfsr::HALTED);
        }
        if was_halted && !self.system.debug.halted {
            self.with_soc(Master::Debugger, |soc, io| soc.core_halted(false, io));
        }
        self.request_service();
    }

    /// Reads DEMCR.
    pub(super) fn exception_control(&self) -> u32 {
        let pending = self.system.exceptions.pending.contains(DEBUG_MONITOR);
        self.system.debug.exceptions | if pending { demcr::MON_PEND } else { 0 }
    }

    /// Writes DEMCR.
    pub(super) fn set_exception_control(&mut self, value: u32) {
        let cycles = self.cycles;
        let system = &mut self.system;
        system.debug.exceptions = value & 0x010D_07F1;
        system.exceptions.pending.put(DEBUG_MONITOR, value & demcr::MON_PEND != 0);
        system.exceptions.enabled.put(DEBUG_MONITOR, value & (demcr::MON_EN | demcr::MON_PEND) != 0);
        let trace = value & demcr::TRCENA != 0;
        system.dwt.set_enabled(trace, cycles);
        system.itm.set_enabled(trace);
        self.update_fast_path();
    }

    /// One step is done: halts, or tells the DebugMonitor.
    pub fn step_done(&mut self) {
        let debug = &mut self.system.debug;
        if debug.stepping() {
            self.halt(dfsr::HALTED);
        } else if debug.monitored() && debug.exceptions & demcr::MON_STEP != 0 {
            debug.status |= dfsr::HALTED;
            self.system.exceptions.pend(DEBUG_MONITOR);
            self.request_service();
        }
    }

    /// A watchpoint was hit: halts, or tells the DebugMonitor, or is ignored.
    pub(super) fn watchpoint(&mut self) {
        let debug = &mut self.system.debug;
        if debug.attached() {
            self.halt(dfsr::DWTTRAP);
        } else if debug.monitored() && self.may_preempt(DEBUG_MONITOR) {
            self.system.debug.status |= dfsr::DWTTRAP;
            self.system.exceptions.pend(DEBUG_MONITOR);
        }
    }

    /// Lets `cycles` pass in debug state: virtual time goes on for the chip, SysTick and CYCCNT stand still.
    pub fn pass_while_halted(&mut self, cycles: u64) {
        self.cycles += cycles;
        self.system.systick.freeze(cycles);
        self.system.dwt.skip(cycles, self.cycles);
        self.system.debug.idle += cycles;
        self.request_service();
    }
}
