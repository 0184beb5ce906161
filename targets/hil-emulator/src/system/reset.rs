//! Reset (DDI 0403E, B1.5.5): the chip, the system registers, the core, and the vector catch.
//!
//! Debug registers, comparators and CYCCNT survive all but a power-on reset. [`Cpu::cycles`] goes on.

use super::debug::{Debug, demcr, dfsr};
use super::exceptions::{DEBUG_MONITOR, Exceptions, HARD_FAULT};
use super::fpb::Fpb;
use super::itm::{Itm, Tpiu};
use super::mpu::Mpu;
use super::scb::Scb;
use crate::cpu::{Cpu, Flags, Sleep};
use crate::soc::{Activity, CoreClock, IrqLines, Master, ResetCause, Width};

impl Cpu {
    /// Resets core and chip. Memory keeps its contents.
    pub fn reset(&mut self, cause: ResetCause) {
        self.irqs = IrqLines::default();
        self.requests.event = false;
        self.flash.forget();
        // What the chip draws is asked for at the end of its reset.
        self.activity = Activity::Running { flash: true };
        self.with_soc(Master::Debugger, |soc, io| soc.reset(cause, io));
        self.requests.reset = None;
        if cause == ResetCause::PowerOn {
            let system = &mut self.system;
            (system.fpb, system.itm, system.tpiu) = (Fpb::default(), Itm::default(), Tpiu::default());
            (system.debug, system.dwt) = (Debug::default(), system.dwt.powered_on());
        }
        self.reset_core();
        if self.soc.core_clock() == CoreClock::Off {
            // A chip without supply stays in reset.
            self.sleeping = Some(Sleep::Interrupt);
        }
    }

    /// Resets the core alone (AIRCR.VECTRESET).
    pub(super) fn reset_core(&mut self) {
        let cycles = self.cycles;
        let system = &mut self.system;
        system.exceptions = Exceptions::new(system.config.irqs, system.config.priority_bits);
        system.scb = Scb::default();
        system.mpu = Mpu::default();
        // The timer catches up first, so that it starts from now.
        let _ = system.systick.advance(cycles);
        system.systick.reset();
        let debug = &mut system.debug;
        (debug.halted, debug.locked_up, debug.caught) = (false, false, None);
        debug.exceptions &= !demcr::MONITOR;
        debug.was_reset = true;
        system.exceptions.enabled.put(DEBUG_MONITOR, false);

        (self.r, self.other_sp, self.s, self.fpscr) = ([0; 16], 0, [0; 32], 0);
        (self.flags, self.q, self.ge, self.it) = (Flags::from_bits(0), false, 0, 0);
        (self.ipsr, self.control, self.primask, self.faultmask, self.basepri) = (0, 0, false, false, 0);
        (self.exclusive, self.fault, self.sleeping, self.event) = (None, None, None, false);
        (self.float_ready, self.fpu_busy_until) = (false, 0);
        self.activity = Activity::Running { flash: true };
        self.r[14] = u32::MAX;
        self.update_fast_path();
        self.memory.code_changed = true;
        self.request_service();
        self.start();
        if self.system.debug.catches(demcr::VC_CORERESET) {
            self.halt(dfsr::VCATCH);
        }
    }

    /// Takes the stack pointer and the first instruction's address from the vector table.
    fn start(&mut self) {
        let table = self.system.scb.vector_table;
        let (stack, entry) = (self.bus_read(table, Width::Word), self.bus_read(table + 4, Width::Word));
        match (stack, entry) {
            (Ok(stack), Ok(entry)) => {
                self.r[13] = stack & !3;
                (self.pc, self.thumb) = (entry & !1, entry & 1 == 1);
            }
            _ => {
                self.system.scb.hard_fault_status |= super::fault::VECTTBL;
                self.system.exceptions.active.insert(HARD_FAULT);
                self.ipsr = HARD_FAULT;
                self.thumb = true;
                self.lock_up();
            }
        }
    }
}
