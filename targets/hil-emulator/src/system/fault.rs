//! Faults: which status bits they set, which exception they raise, when that escalates, and lock-up
//! (DDI 0403E, B1.5.14, B1.5.15 and B3.2.15).

use super::debug::{demcr, dfsr};
use super::exceptions::{BUS_FAULT, DEBUG_MONITOR, HARD_FAULT, MEM_MANAGE, NMI, SV_CALL, USAGE_FAULT};
use super::scb::{self, ccr};
use crate::cpu::{Cpu, Fault};
use crate::decode;
use crate::micro::advance_it;
use crate::soc::ResetCause;

/// Where the program counter stands in a lock-up.
pub const LOCKUP_ADDRESS: u32 = 0xFFFF_FFFE;

/// Bits of CFSR.
pub mod cfsr {
    /// Fetch from where the MPU or the memory map forbids it.
    pub const IACCVIOL: u32 = 1;
    /// Load or store where the MPU forbids it.
    pub const DACCVIOL: u32 = 1 << 1;
    /// The MPU forbids unstacking.
    pub const MUNSTKERR: u32 = 1 << 3;
    /// The MPU forbids stacking.
    pub const MSTKERR: u32 = 1 << 4;
    /// The MPU forbids saving the FPU registers late.
    pub const MLSPERR: u32 = 1 << 5;
    /// MMFAR holds an address.
    pub const MMARVALID: u32 = 1 << 7;
    /// Fetch that nobody answered.
    pub const IBUSERR: u32 = 1 << 8;
    /// Load or store that nobody answered.
    pub const PRECISERR: u32 = 1 << 9;
    /// Bus error while unstacking.
    pub const UNSTKERR: u32 = 1 << 11;
    /// Bus error while stacking.
    pub const STKERR: u32 = 1 << 12;
    /// Bus error while saving the FPU registers late.
    pub const LSPERR: u32 = 1 << 13;
    /// BFAR holds an address.
    pub const BFARVALID: u32 = 1 << 15;
    /// Undefined instruction.
    pub const UNDEFINSTR: u32 = 1 << 16;
    /// The T bit is clear.
    pub const INVSTATE: u32 = 1 << 17;
    /// Bad exception return.
    pub const INVPC: u32 = 1 << 18;
    /// Coprocessor absent or off.
    pub const NOCP: u32 = 1 << 19;
    /// Unaligned access.
    pub const UNALIGNED: u32 = 1 << 24;
    /// Division by 0.
    pub const DIVBYZERO: u32 = 1 << 25;
}

/// HFSR.VECTTBL.
pub const VECTTBL: u32 = 1 << 1;
/// HFSR.FORCED.
pub const FORCED: u32 = 1 << 30;
/// HFSR.DEBUGEVT.
pub const DEBUGEVT: u32 = 1 << 31;

/// What a fault comes to.
struct Case {
    exception: u16,
    status: u32,
    catch: u32,
    address: Option<u32>,
}

fn case(fault: Fault) -> Option<Case> {
    let usage = |status, catch| Some(Case { exception: USAGE_FAULT, status, catch, address: None });
    let bus = |status, catch, address| Some(Case { exception: BUS_FAULT, status, catch, address });
    let memory = |status, catch, address| Some(Case { exception: MEM_MANAGE, status, catch, address });
    match fault {
        Fault::Undefined => usage(cfsr::UNDEFINSTR, demcr::VC_STATERR),
        Fault::InvalidState => usage(cfsr::INVSTATE, demcr::VC_STATERR),
        Fault::InvalidPc => usage(cfsr::INVPC, demcr::VC_STATERR),
        Fault::NoCoprocessor => usage(cfsr::NOCP, demcr::VC_NOCPERR),
        Fault::Unaligned => usage(cfsr::UNALIGNED, demcr::VC_CHKERR),
        Fault::DivideByZero => usage(cfsr::DIVBYZERO, demcr::VC_CHKERR),
        Fault::InstructionBus => bus(cfsr::IBUSERR, demcr::VC_BUSERR, None),
        Fault::DataBus { address } => bus(cfsr::PRECISERR | cfsr::BFARVALID, demcr::VC_BUSERR, Some(address)),
        Fault::LazyBus => bus(cfsr::LSPERR, demcr::VC_BUSERR | demcr::VC_INTERR, None),
        Fault::InstructionAccess => memory(cfsr::IACCVIOL, demcr::VC_MMERR, None),
        Fault::DataAccess { address } => memory(cfsr::DACCVIOL | cfsr::MMARVALID, demcr::VC_MMERR, Some(address)),
        Fault::LazyAccess => memory(cfsr::MLSPERR, demcr::VC_MMERR | demcr::VC_INTERR, None),
        Fault::Breakpoint | Fault::SupervisorCall => None,
    }
}

/// What becomes of an exception that an instruction raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// This exception is taken: the one that was asked for, or HardFault.
    Taken(u16),
    /// Nothing can be taken.
    LockUp,
}

impl Cpu {
    /// Deals with [`Cpu::fault`]: status registers, escalation, lock-up, or a debug halt. The program counter and
    /// ITSTATE must be those of the instruction that failed.
    pub fn raise(&mut self) {
        let Some(fault) = self.fault.take() else { return };
        self.request_service();
        match fault {
            Fault::SupervisorCall => self.supervisor_call(),
            Fault::Breakpoint => self.breakpoint(),
            _ => {
                let Some(case) = case(fault) else { return };
                self.note(&case);
                let ignored = matches!(fault, Fault::DataBus { .. })
                    && self.negative_priority()
                    && self.system.scb.configuration & ccr::BFHFNMIGN != 0;
                if ignored {
                    self.skip_instruction();
                } else {
                    self.raise_exception(case.exception, case.catch);
                }
            }
        }
    }

    fn note(&mut self, case: &Case) {
        let scb = &mut self.system.scb;
        scb.fault_status |= case.status;
        match case.address {
            Some(address) if case.exception == BUS_FAULT => scb.bus_fault_address = address,
            Some(address) => scb.memory_fault_address = address,
            None => {}
        }
    }

    /// Which exception stands in for `number`, and HFSR.FORCED when it is HardFault.
    pub(super) fn escalate(&mut self, number: u16) -> Outcome {
        if self.system.exceptions.enabled.contains(number) && self.may_preempt(number) {
            return Outcome::Taken(number);
        }
        if !self.may_preempt(HARD_FAULT) {
            return Outcome::LockUp;
        }
        self.system.scb.hard_fault_status |= FORCED;
        Outcome::Taken(HARD_FAULT)
    }

    fn raise_exception(&mut self, number: u16, catch: u32) {
        match self.escalate(number) {
            Outcome::Taken(taken) => {
                self.system.debug.catch(taken, if taken == number { catch } else { catch & demcr::VC_INTERR });
                self.system.exceptions.pend(taken);
                self.take_exception();
            }
            Outcome::LockUp => self.lock_up(),
        }
    }

    fn supervisor_call(&mut self) {
        let outcome = self.escalate(SV_CALL);
        if outcome == Outcome::Taken(SV_CALL) {
            // The instruction has completed. When it escalates, HardFault returns to the SVC itself.
            self.pc = self.pc.wrapping_add(2);
            self.it = advance_it(self.it);
        }
        match outcome {
            Outcome::Taken(number) => {
                self.system.debug.catch(number, 0);
                self.system.exceptions.pend(number);
                self.take_exception();
            }
            Outcome::LockUp => self.lock_up(),
        }
    }

    fn breakpoint(&mut self) {
        if self.system.debug.attached() {
            return self.halt(dfsr::BKPT);
        }
        self.system.debug.status |= dfsr::BKPT;
        if self.system.debug.monitored() && self.may_preempt(DEBUG_MONITOR) {
            self.system.exceptions.pend(DEBUG_MONITOR);
            self.take_exception();
        } else if self.may_preempt(HARD_FAULT) {
            self.system.scb.hard_fault_status |= DEBUGEVT;
            self.system.exceptions.pend(HARD_FAULT);
            self.take_exception();
        } else {
            self.lock_up();
        }
    }

    /// A fault while entering exception `entering`: gives the exception that is entered instead, or the same one.
    pub(super) fn derived_while_entering(&mut self, fault: Fault, entering: u16) -> u16 {
        let exception = self.note_frame_fault(fault, cfsr::STKERR, cfsr::MSTKERR);
        let exceptions = &mut self.system.exceptions;
        let enabled = exceptions.enabled.contains(exception);
        // Both are pending: of equal priorities, the lower number comes first (B1.5.4).
        let order = |number| (exceptions.priority_of(number), number);
        let entered = if enabled && order(exception) < order(entering) {
            exceptions.pend(exception);
            exception
        } else if enabled && self.may_preempt(exception) {
            self.system.exceptions.pend(exception);
            entering
        } else if entering == HARD_FAULT {
            // HardFault is entered all the same, with an unusable frame.
            entering
        } else {
            self.system.scb.hard_fault_status |= FORCED;
            self.system.exceptions.pend(HARD_FAULT);
            if entering == NMI { entering } else { HARD_FAULT }
        };
        self.system.debug.catch(entered, demcr::VC_INTERR);
        entered
    }

    /// Saving the FPU registers late failed. True when the fault must wait: FPCCR recorded that its exception could be
    /// taken in the context that the registers belong to, but it is not urgent enough for the handler that runs. It
    /// is pending then, and the handler goes on as if the registers had been saved.
    pub(super) fn late_saving_waits(&mut self, fault: Fault) -> bool {
        let Some(case) = case(fault) else { return false };
        let ready = if case.exception == MEM_MANAGE { scb::MMRDY } else { scb::BFRDY };
        if self.system.scb.float_control & ready == 0 || self.may_preempt(case.exception) {
            return false;
        }
        self.note(&case);
        self.system.exceptions.pend(case.exception);
        self.request_service();
        true
    }

    /// A fault while leaving an exception, or a return that is not allowed: makes the exception pending that is
    /// entered without unstacking; false when the core locks up.
    pub(super) fn derived_while_leaving(&mut self, fault: Fault) -> bool {
        let exception = self.note_frame_fault(fault, cfsr::UNSTKERR, cfsr::MUNSTKERR);
        match self.escalate(exception) {
            Outcome::Taken(number) => {
                self.system.debug.catch(number, demcr::VC_INTERR);
                self.system.exceptions.pend(number);
                true
            }
            Outcome::LockUp => {
                self.lock_up();
                false
            }
        }
    }

    /// Sets the status of a fault at an exception frame and names its exception.
    fn note_frame_fault(&mut self, fault: Fault, bus: u32, memory: u32) -> u16 {
        let (exception, status) = match fault {
            Fault::DataBus { .. } => (BUS_FAULT, bus),
            Fault::DataAccess { .. } => (MEM_MANAGE, memory),
            Fault::NoCoprocessor => (USAGE_FAULT, cfsr::NOCP),
            _ => (USAGE_FAULT, cfsr::INVPC),
        };
        self.system.scb.fault_status |= status;
        exception
    }

    /// The address of a handler could not be read: HardFault instead, or lock-up when that was it.
    pub(super) fn vector_failed(&mut self, entering: u16) -> Option<u16> {
        self.system.scb.hard_fault_status |= VECTTBL;
        if matches!(entering, HARD_FAULT | NMI) {
            self.system.exceptions.active.insert(entering);
            self.ipsr = entering;
            self.lock_up();
            return None;
        }
        self.system.exceptions.pend(HARD_FAULT);
        self.system.debug.catch(HARD_FAULT, demcr::VC_INTERR);
        Some(HARD_FAULT)
    }

    /// Stops executing until NMI, a reset or the debugger; resets the chip where it is made so.
    pub(super) fn lock_up(&mut self) {
        self.system.debug.locked_up = true;
        (self.pc, self.it) = (LOCKUP_ADDRESS, 0);
        if self.system.config.lockup_resets && !self.system.debug.attached() {
            self.requests.reset = Some(ResetCause::Lockup);
        }
        self.request_service();
    }

    /// Goes on behind the instruction at the program counter as if it had been executed.
    fn skip_instruction(&mut self) {
        let wide = self.memory.fetch(self.pc).is_some_and(decode::is_wide);
        self.pc = self.pc.wrapping_add(if wide { 4 } else { 2 });
        self.it = advance_it(self.it);
    }
}
