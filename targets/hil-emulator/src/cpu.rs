//! The state of the processor: registers, flags, and everything it can reach.
//!
//! Behaviour lives elsewhere: [`crate::exec`] executes instructions, [`crate::system`] holds exceptions and the
//! private peripheral bus, [`crate::access`] the loads and stores, [`crate::machine`] the run loop.

use crate::cycles::Timing;
use crate::flash_timing::FlashTiming;
use crate::memory::Memory;
use crate::power::Supply;
use crate::soc::{Activity, IrqLines, Requests, Soc};
use crate::system::System;
use crate::time::{Clock, Time};

/// Why an instruction did not complete. The names are the bits of CFSR that they set, where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// UNDEFINSTR.
    Undefined,
    /// INVSTATE: the T bit is clear.
    InvalidState,
    /// INVPC: a bad exception return.
    InvalidPc,
    /// NOCP: a coprocessor that is absent or switched off.
    NoCoprocessor,
    /// UNALIGNED.
    Unaligned,
    /// DIVBYZERO, when CCR asks for it.
    DivideByZero,
    /// IBUSERR: nothing to fetch at the program counter.
    InstructionBus,
    /// PRECISERR.
    DataBus {
        /// The address of the access.
        address: u32,
    },
    /// IACCVIOL: the MPU or the memory map forbids the fetch.
    InstructionAccess,
    /// DACCVIOL.
    DataAccess {
        /// The address of the access.
        address: u32,
    },
    /// LSPERR: a bus error while FPU registers were saved late.
    LazyBus,
    /// MLSPERR: the MPU forbids saving FPU registers late.
    LazyAccess,
    /// A BKPT instruction or an FPB comparator.
    Breakpoint,
    /// SVC; not a fault, but it leaves the instruction stream the same way. The instruction has completed.
    SupervisorCall,
}

/// An access failed: [`Cpu::fault`] says why. The handler returns [`crate::micro::Flow::Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faulted;

/// The condition flags, kept so that setting them is cheap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// Bit 31 is N.
    pub n: u32,
    /// Z is set when this is 0.
    pub z: u32,
    /// C.
    pub c: bool,
    /// V.
    pub v: bool,
}

impl Flags {
    /// Sets N and Z from a result.
    #[inline(always)]
    pub fn set_nz(&mut self, result: u32) {
        self.n = result;
        self.z = result;
    }

    /// Bits 31:28 of APSR.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.n & 1 << 31 | u32::from(self.z == 0) << 30 | u32::from(self.c) << 29 | u32::from(self.v) << 28
    }

    /// The flags from bits 31:28.
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        Self { n: bits, z: !bits & 1 << 30, c: bits >> 29 & 1 == 1, v: bits >> 28 & 1 == 1 }
    }

    /// Whether condition `cond` (0 to 15) holds.
    #[inline]
    #[must_use]
    pub fn hold(&self, cond: u8) -> bool {
        let n = self.n >> 31 == 1;
        let base = match cond >> 1 {
            0 => self.z == 0,
            1 => self.c,
            2 => n,
            3 => self.v,
            4 => self.c && self.z != 0,
            5 => n == self.v,
            6 => n == self.v && self.z != 0,
            _ => return true,
        };
        base != (cond & 1 == 1)
    }
}

/// The processor.
pub struct Cpu {
    /// R0 to R12, SP in use, LR. Index 15 is scratch: wrappers put the value there that an instruction reads as PC.
    pub r: [u32; 16],
    /// The stack pointer that is not in use.
    pub other_sp: u32,
    /// N, Z, C, V.
    pub flags: Flags,
    /// Q: sticky saturation.
    pub q: bool,
    /// GE, bits 3:0.
    pub ge: u8,
    /// S0 to S31, as bits.
    pub s: [u32; 32],
    /// FPSCR.
    pub fpscr: u32,
    /// The address of the next instruction, outside of a block.
    pub pc: u32,
    /// ITSTATE before that instruction.
    pub it: u8,
    /// EPSR.T.
    pub thumb: bool,
    /// IPSR: the number of the exception that is handled, 0 in thread mode.
    pub ipsr: u16,
    /// CONTROL: bit 0 nPRIV, bit 1 SPSEL, bit 2 FPCA.
    pub control: u32,
    /// PRIMASK, bit 0.
    pub primask: bool,
    /// FAULTMASK, bit 0.
    pub faultmask: bool,
    /// BASEPRI.
    pub basepri: u8,
    /// The address that LDREX marked.
    pub exclusive: Option<u32>,
    /// Where a jump goes, or the EXC_RETURN value.
    pub next: u32,
    /// Why the last instruction did not complete.
    pub fault: Option<Fault>,
    /// Waiting for an interrupt (WFI) or an event (WFE).
    pub sleeping: Option<Sleep>,
    /// The event register of WFE and SEV.
    pub event: bool,
    /// Cycles since power-on, sleep included. DWT's CYCCNT counts from its own origin.
    pub cycles: u64,
    /// When the run loop must look up; 0 asks for it at once.
    pub deadline: u64,
    /// Until when the divide and square-root unit of the FPU is busy, in cycles.
    pub fpu_busy_until: u64,
    /// Whether an FPU instruction may execute at once: CPACR allows it, CONTROL.FPCA is set, and no lazy stacking is
    /// pending. Otherwise [`Cpu::prepare_float`] must see to it first.
    pub float_ready: bool,
    /// The cost of things that depend on operands.
    pub timing: Timing,
    /// Maps cycles to time.
    pub clock: Clock,
    /// Flash and RAM.
    pub memory: Memory,
    /// The way to flash.
    pub flash: FlashTiming,
    /// The supply.
    pub supply: Supply,
    /// What the chip was last told that the core does.
    pub activity: Activity,
    /// The chip around the core. Whatever may change what it has planned goes through [`Cpu::with_soc`].
    pub soc: Box<dyn Soc>,
    /// When the chip has to be looked after next, as it said behind the last call.
    pub planned: Time,
    /// Interrupt lines from the chip.
    pub irqs: IrqLines,
    /// What the chip asked for during its last access.
    pub requests: Requests,
    /// The private peripheral bus: NVIC, SCB, SysTick, MPU, DWT, FPB, ITM, debug.
    pub system: System,
    /// The address of the instruction that is being executed; only kept where an access may need it.
    pub current: u32,
}

/// What ends a sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sleep {
    /// WFI: an interrupt that would preempt, PRIMASK aside, or a debug halt.
    Interrupt,
    /// WFE: the event register, or any of the above.
    Event,
}

impl std::fmt::Debug for Cpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cpu")
            .field("pc", &format_args!("{:#010x}", self.pc))
            .field("r", &self.r)
            .field("ipsr", &self.ipsr)
            .field("cycles", &self.cycles)
            .finish_non_exhaustive()
    }
}

impl Cpu {
    /// A processor in its state before the first reset.
    #[must_use]
    pub fn new(memory: Memory, soc: Box<dyn Soc>, system: System, timing: Timing, hz: u64) -> Self {
        Self {
            r: [0; 16],
            other_sp: 0,
            flags: Flags::default(),
            q: false,
            ge: 0,
            s: [0; 32],
            fpscr: 0,
            pc: 0,
            it: 0,
            thumb: true,
            ipsr: 0,
            control: 0,
            primask: false,
            faultmask: false,
            basepri: 0,
            exclusive: None,
            next: 0,
            fault: None,
            sleeping: None,
            event: false,
            cycles: 0,
            deadline: 0,
            fpu_busy_until: 0,
            float_ready: false,
            timing,
            clock: Clock::new(hz),
            memory,
            flash: FlashTiming::default(),
            supply: Supply::default(),
            activity: Activity::Running { flash: true },
            planned: soc.next_event(),
            soc,
            irqs: IrqLines::default(),
            requests: Requests::default(),
            system,
            current: 0,
        }
    }

    /// Register `index` (0 to 15).
    #[inline(always)]
    #[must_use]
    pub fn reg(&self, index: u8) -> u32 {
        self.r[usize::from(index & 15)]
    }

    /// Writes register `index` (0 to 14). Writes to the stack pointer keep its two lowest bits 0.
    #[inline(always)]
    pub fn set_reg(&mut self, index: u8, value: u32) {
        self.r[usize::from(index & 15)] = if index == 13 { value & !3 } else { value };
    }

    /// Single `index` (0 to 31) as bits.
    #[inline(always)]
    #[must_use]
    pub fn single(&self, index: u8) -> u32 {
        self.s[usize::from(index & 31)]
    }

    /// Writes single `index` (0 to 31).
    #[inline(always)]
    pub fn set_single(&mut self, index: u8, bits: u32) {
        self.s[usize::from(index & 31)] = bits;
    }

    /// Whether the code that runs is privileged: in a handler, or in thread mode with CONTROL.nPRIV clear.
    #[inline]
    #[must_use]
    pub fn privileged(&self) -> bool {
        self.ipsr != 0 || self.control & 1 == 0
    }

    /// Bits of APSR: NZCV, Q and GE.
    #[must_use]
    pub fn apsr(&self) -> u32 {
        self.flags.bits() | u32::from(self.q) << 27 | u32::from(self.ge & 15) << 16
    }

    /// xPSR: APSR, IPSR and EPSR with ITSTATE.
    #[must_use]
    pub fn xpsr(&self) -> u32 {
        let it = u32::from(self.it);
        self.apsr() | u32::from(self.ipsr) | u32::from(self.thumb) << 24 | (it & 3) << 25 | (it >> 2) << 10
    }

    /// Writes APSR, ITSTATE and the T bit from an xPSR value; IPSR stays.
    pub fn set_xpsr(&mut self, value: u32) {
        self.flags = Flags::from_bits(value);
        self.q = value >> 27 & 1 == 1;
        self.ge = (value >> 16 & 15) as u8;
        self.it = ((value >> 25 & 3) | (value >> 10 & 0x3f) << 2) as u8;
        self.thumb = value >> 24 & 1 == 1;
    }

    /// Asks the run loop to look at interrupts, events and the debugger before the next instruction.
    #[inline]
    pub fn request_service(&mut self) {
        self.deadline = 0;
    }

    /// An instruction can be executed only in Thumb state.
    ///
    /// # Errors
    /// [`Fault::InvalidState`] when EPSR.T is clear.
    pub fn thumb_or_fault(&self) -> Result<(), Fault> {
        if self.thumb { Ok(()) } else { Err(Fault::InvalidState) }
    }

    /// Records why the instruction did not complete.
    #[cold]
    pub fn fail(&mut self, fault: Fault) -> Faulted {
        self.fault = Some(fault);
        Faulted
    }
}

#[cfg(test)]
mod tests {
    use super::Flags;

    #[test]
    fn every_condition_agrees_with_the_manual() {
        for bits in 0..16u32 {
            let (n, z, c, v) = (bits >> 3 & 1 == 1, bits >> 2 & 1 == 1, bits >> 1 & 1 == 1, bits & 1 == 1);
            let flags = Flags::from_bits(bits << 28);
            assert_eq!(flags.bits(), bits << 28);
            let expect = [z, !z, c, !c, n, !n, v, !v, c && !z, !c || z, n == v, n != v, !z && n == v, z || n != v];
            for (cond, want) in expect.into_iter().enumerate() {
                assert_eq!(flags.hold(cond as u8), want, "condition {cond} with flags {bits:04b}");
            }
            assert!(flags.hold(14));
        }
    }
}
