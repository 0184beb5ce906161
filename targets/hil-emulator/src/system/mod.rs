//! The system side of the core.

pub mod dwt;
pub mod mpu;

use crate::cpu::Cpu;
use crate::soc::{BusFault, Master, Width};

/// The private peripheral bus.
#[derive(Debug, Default)]
pub struct System {
    /// Data watchpoints and counters.
    pub dwt: dwt::Dwt,
    /// Memory protection.
    pub mpu: mpu::Mpu,
}

impl System {
    /// CCR.UNALIGN_TRP.
    #[must_use]
    pub fn traps_unaligned(&self) -> bool {
        false
    }

    /// CCR.DIV_0_TRP.
    #[must_use]
    pub fn traps_divide_by_zero(&self) -> bool {
        false
    }

    /// The bits of an 8-bit priority that the chip implements.
    #[must_use]
    pub fn priority_mask(&self) -> u8 {
        0xF0
    }

    /// Whether unprivileged code may touch `address` of the private peripheral bus.
    #[must_use]
    pub fn open_to_unprivileged(&self, _address: u32) -> bool {
        false
    }

    /// The cycle of the next SysTick underflow or cycle-count match; `u64::MAX` when none is planned.
    #[must_use]
    pub fn next_event(&self) -> u64 {
        u64::MAX
    }

    /// Whether a comparator of the FPB stops execution at `address`.
    #[must_use]
    pub fn breaks_at(&self, _address: u32) -> bool {
        false
    }

    /// What the FPB puts in place of the halfword at `address`.
    #[must_use]
    pub fn remapped(&self, _address: u32, _memory: &crate::memory::Memory) -> Option<u16> {
        None
    }

    /// Whether the core is halted in debug state.
    #[must_use]
    pub fn halted(&self) -> bool {
        false
    }

    /// Whether the debugger wants a single instruction.
    #[must_use]
    pub fn stepping(&self) -> bool {
        false
    }

    /// Whether the core is locked up.
    #[must_use]
    pub fn locked_up(&self) -> bool {
        false
    }

    /// Whether every instruction must be reported to [`Cpu::retired`].
    #[must_use]
    pub fn observes(&self) -> bool {
        false
    }
}

impl Cpu {
    /// Execution priority below 0: NMI, HardFault or FAULTMASK.
    #[must_use]
    pub fn negative_priority(&self) -> bool {
        false
    }

    /// Reads the private peripheral bus.
    ///
    /// # Errors
    /// Where nothing answers.
    pub fn private_read(&mut self, _master: Master, _address: u32, _width: Width) -> Result<u32, BusFault> {
        Err(BusFault)
    }

    /// Writes the private peripheral bus.
    ///
    /// # Errors
    /// Where nothing answers.
    pub fn private_write(&mut self, _: Master, _: u32, _: Width, _: u32) -> Result<(), BusFault> {
        Err(BusFault)
    }

    /// Lets SysTick and the DWT catch up with `cycles`, and samples the interrupt lines.
    pub fn advance_system(&mut self) {}

    /// Enters the pending exception that may preempt; false when there is none.
    pub fn take_exception(&mut self) -> bool {
        false
    }

    /// Whether something ends the sleep.
    #[must_use]
    pub fn wakes(&self) -> bool {
        false
    }

    /// Counts cycles that were slept.
    pub fn slept(&mut self, _cycles: u64) {}

    /// Returns from an exception by the EXC_RETURN value in `next`.
    pub fn exception_return(&mut self) {}

    /// Deals with [`Cpu::fault`]: status registers, escalation, lock-up, or a debug halt.
    pub fn raise(&mut self) {}

    /// One step of the debugger is done: halts.
    pub fn step_done(&mut self) {}

    /// Told after every instruction while [`System::observes`].
    pub fn retired(&mut self, _micro: &crate::micro::Micro, _before: u64, _jumped: bool) {}

    /// Makes the FPU ready for an instruction: checks CPACR, saves the lazily stacked context, sets FPCA, and sets
    /// [`Cpu::float_ready`] so that the next instruction need not ask.
    ///
    /// # Errors
    /// NOCP when the FPU is switched off; the fault of the lazy stacking.
    #[cold]
    pub fn prepare_float(&mut self) -> Result<(), crate::cpu::Faulted> {
        self.float_ready = true;
        Ok(())
    }

    /// Resets core and chip.
    pub fn reset(&mut self, _cause: crate::soc::ResetCause) {}
}
