//! The FPU and exceptions: who may use it, and saving its registers late (DDI 0403E, B1.5.7 and A2.5).
//!
//! When saving late fails, FPCCR's record from when the frame was reserved says whether the fault's exception waits for
//! the handler that runs. Where the record says that it could not have been taken, it escalates by the priority of the
//! moment, which differs only when a program changed priorities in between.

use super::entry::FPCA;
use super::scb;
use crate::cpu::{Cpu, Fault, Faulted};
use crate::cycles::exception::FLOAT_CONTEXT;

/// The fields of FPSCR that FPDSCR gives a new context.
const DEFAULTS: u32 = 0x07C0_0000;

impl Cpu {
    /// Whether CPACR lets the code that runs use the FPU.
    ///
    /// # Errors
    /// NOCP when it does not.
    pub fn float_allowed(&self) -> Result<(), Fault> {
        match self.system.scb.coprocessors >> 20 & 3 {
            3 => Ok(()),
            1 if self.privileged() => Ok(()),
            _ => Err(Fault::NoCoprocessor),
        }
    }

    /// Makes the FPU ready for an instruction: checks CPACR, saves the lazily stacked context, sets FPCA, and sets
    /// [`Cpu::float_ready`] so that the next instruction need not ask.
    ///
    /// # Errors
    /// NOCP when the FPU is switched off; the fault of the lazy stacking.
    #[cold]
    pub fn prepare_float(&mut self) -> Result<(), Faulted> {
        self.float_allowed().map_err(|fault| self.fail(fault))?;
        let control = self.system.scb.float_control;
        if control & scb::LSPACT != 0 {
            // With the rights of the context that the registers belong to: FPCCR.USER and HFRDY.
            let rights = (control >> 1 & 1 == 0, control >> 4 & 1 == 0);
            if let Err(fault) = self.write_float_frame(self.system.scb.float_frame, rights) {
                let memory = matches!(fault, Fault::DataAccess { .. });
                let fault = if memory { Fault::LazyAccess } else { Fault::LazyBus };
                if !self.late_saving_waits(fault) {
                    return Err(self.fail(fault));
                }
            }
            self.system.scb.float_control &= !scb::LSPACT;
            self.cycles += FLOAT_CONTEXT;
        }
        if control & scb::ASPEN != 0 && self.control & FPCA == 0 {
            self.fpscr = self.fpscr & !DEFAULTS | self.system.scb.float_default & DEFAULTS;
            self.control |= FPCA;
        }
        self.float_ready = true;
        Ok(())
    }
}
