//! Taking an exception: the stack frame, the vector, the state of the handler (DDI 0403E, B1.5.6 and B1.5.7).
//!
//! Entry is one step here. On the real core an exception that becomes pending during the twelve cycles of entry and
//! is more urgent takes the place of the first one (late arrival); here it preempts the first handler before its
//! first instruction, with a frame of its own. What it costs stands in [`crate::cycles::exception`].

use super::exceptions::{BUS_FAULT, DEBUG_MONITOR, HARD_FAULT, MEM_MANAGE, Masks, PEND_SV, SYS_TICK};
use super::mpu::Right;
use super::scb::{self, ccr};
use super::set::ExceptionSet;
use crate::cpu::{Cpu, Fault};
use crate::cycles::exception::{ENTRY, FLOAT_CONTEXT, TAIL_CHAIN};
use crate::soc::{BusFault, Width};

/// CONTROL.FPCA.
pub(super) const FPCA: u32 = 1 << 2;
/// Words of the basic frame, and of the part for the FPU without its reserved word.
pub(super) const BASIC: usize = 8;
/// Bytes of the basic frame.
pub(super) const BASIC_BYTES: u32 = 0x20;
/// Bytes of the frame with FPU registers.
pub(super) const FLOAT_BYTES: u32 = 0x68;

impl Cpu {
    /// PRIMASK, FAULTMASK and BASEPRI.
    fn masks(&self) -> Masks {
        Masks { primask: self.primask, faultmask: self.faultmask, basepri: self.basepri }
    }

    /// The priority at which the core executes; lower is more urgent.
    #[must_use]
    pub fn execution_priority(&self) -> i16 {
        self.system.exceptions.execution_priority(self.masks())
    }

    /// The exception that preempts now, as if PRIMASK were `primask`.
    fn preempting(&self, primask: bool) -> Option<u16> {
        let exceptions = &self.system.exceptions;
        if !exceptions.any() {
            return None;
        }
        let hidden = if self.system.debug.masks_interrupts() {
            ExceptionSet::interrupts_and(&[PEND_SV, SYS_TICK])
        } else {
            ExceptionSet::default()
        };
        let number = exceptions.most_urgent(&hidden)?;
        let current = exceptions.execution_priority(Masks { primask, ..self.masks() });
        (exceptions.group_priority(number) < current).then_some(number)
    }

    /// Whether something ends the sleep; the event register is cleared when it did.
    #[must_use]
    pub fn wakes(&mut self) -> bool {
        // WFI wakes up for what PRIMASK holds back.
        if self.preempting(false).is_some() {
            return true;
        }
        self.sleeping == Some(crate::cpu::Sleep::Event) && std::mem::take(&mut self.event)
    }

    /// Enters the pending exception that may preempt; false when there is none.
    pub fn take_exception(&mut self) -> bool {
        let Some(mut number) = self.preempting(self.primask) else { return false };
        let before = self.rights();
        self.system.debug.locked_up = false;
        let float = self.control & FPCA != 0;
        let mut exc_return = if float { 0xFFFF_FFE1 } else { 0xFFFF_FFF1 };
        if self.ipsr == 0 {
            exc_return |= if self.uses_process_stack() { 0xC } else { 0x8 };
        }
        if let Err(fault) = self.push_frame(float) {
            number = self.derived_while_entering(fault, number);
        }
        self.exception_costs(ENTRY);
        self.begin_handler(number, exc_return);
        self.rights_changed_since(before);
        true
    }

    pub(super) fn exception_costs(&mut self, cycles: u64) {
        self.cycles += cycles;
        self.system.dwt.exception_took(cycles);
    }

    /// Leaves a handler straight into the next one, if one is waiting.
    pub(super) fn tail_chain(&mut self, exc_return: u32) -> bool {
        let Some(number) = self.preempting(self.primask) else { return false };
        self.exception_costs(TAIL_CHAIN);
        self.begin_handler(number, exc_return);
        true
    }

    fn begin_handler(&mut self, mut number: u16, exc_return: u32) {
        let vector = loop {
            let address = self.system.scb.vector_table.wrapping_add(4 * u32::from(number));
            // The vector comes the way that instructions come (TRM, exception entry). None of the wait is hidden
            // behind the stacking here, of which three cycles might be.
            let wait = self.flash.fetch(address, self.cycles);
            self.exception_costs(wait);
            match self.bus_read(address, Width::Word) {
                Ok(vector) => break vector,
                Err(BusFault) => match self.vector_failed(number) {
                    Some(instead) => number = instead,
                    None => return,
                },
            }
        };
        let exceptions = &mut self.system.exceptions;
        exceptions.pending.remove(number);
        exceptions.active.insert(number);
        // Handlers use the main stack and have no FPU context yet.
        self.set_mode(number, self.control & 1);
        self.r[14] = exc_return;
        (self.pc, self.it, self.thumb) = (vector & !1, 0, vector & 1 == 1);
        self.exclusive = None;
        self.event = true;
        if self.system.debug.caught == Some(number) {
            self.system.debug.caught = None;
            self.halt(super::debug::dfsr::VCATCH);
        }
        self.step_done();
        self.request_service();
    }

    fn push_frame(&mut self, float: bool) -> Result<(), Fault> {
        let align = float || self.system.scb.configuration & ccr::STKALIGN != 0;
        let padded = align && self.r[13] & 4 != 0;
        let size = if float { FLOAT_BYTES } else { BASIC_BYTES };
        let frame = self.r[13].wrapping_sub(size) & if align { !7 } else { !3 };
        self.r[13] = frame;
        let xpsr = self.xpsr() & !(1 << 9) | u32::from(padded) << 9;
        let [r0, r1, r2, r3] = [self.r[0], self.r[1], self.r[2], self.r[3]];
        let words: [u32; BASIC] = [r0, r1, r2, r3, self.r[12], self.r[14], self.pc, xpsr];
        let rights = self.rights();
        for (index, word) in words.into_iter().enumerate() {
            self.frame_write(frame.wrapping_add(4 * index as u32), word, rights)?;
        }
        if !float {
            return Ok(());
        }
        if self.system.scb.float_control & scb::LSPEN != 0 {
            self.reserve_float_frame(frame.wrapping_add(BASIC_BYTES));
            return Ok(());
        }
        self.float_allowed()?;
        self.exception_costs(FLOAT_CONTEXT);
        self.write_float_frame(frame.wrapping_add(BASIC_BYTES), rights)
    }

    /// Leaves room for the FPU registers and notes that they are still to be saved there (`UpdateFPCCR`).
    fn reserve_float_frame(&mut self, frame: u32) {
        let current = self.execution_priority();
        let exceptions = &self.system.exceptions;
        let ready = |number: u16| exceptions.enabled.contains(number) && exceptions.group_priority(number) < current;
        let flags = [
            (0, true),
            (1, !self.privileged()),
            (3, self.ipsr == 0),
            (4, current > -1),
            (5, ready(MEM_MANAGE)),
            (6, ready(BUS_FAULT)),
            (8, ready(DEBUG_MONITOR)),
        ];
        let bits = flags.into_iter().fold(0, |bits, (bit, set)| bits | u32::from(set) << bit);
        let scb = &mut self.system.scb;
        scb.float_control = scb.float_control & (scb::ASPEN | scb::LSPEN) | bits;
        scb.float_frame = frame & !7;
    }

    pub(super) fn write_float_frame(&mut self, frame: u32, rights: (bool, bool)) -> Result<(), Fault> {
        for index in 0..16 {
            self.frame_write(frame.wrapping_add(4 * index), self.s[index as usize], rights)?;
        }
        self.frame_write(frame.wrapping_add(0x40), self.fpscr, rights)
    }

    fn frame_write(&mut self, address: u32, value: u32, rights: (bool, bool)) -> Result<(), Fault> {
        if self.memory.fast_write(address, value.to_le_bytes()) {
            return Ok(());
        }
        if !self.system.mpu.allows(address, Right::Write, rights.0, rights.1) {
            return Err(Fault::DataAccess { address });
        }
        self.bus_write(address, Width::Word, value).map_err(|BusFault| Fault::DataBus { address })
    }

    pub(super) fn frame_read(&mut self, address: u32, rights: (bool, bool)) -> Result<u32, Fault> {
        if let Some(bytes) = self.memory.fast_read(address) {
            return Ok(u32::from_le_bytes(bytes));
        }
        if !self.system.mpu.allows(address, Right::Read, rights.0, rights.1) {
            return Err(Fault::DataAccess { address });
        }
        self.bus_read(address, Width::Word).map_err(|BusFault| Fault::DataBus { address })
    }

    /// Execution priority below 0: NMI, HardFault or FAULTMASK.
    #[inline]
    #[must_use]
    pub fn negative_priority(&self) -> bool {
        let active = &self.system.exceptions.active;
        self.faultmask || active.contains(HARD_FAULT) || active.contains(super::exceptions::NMI)
    }
}
