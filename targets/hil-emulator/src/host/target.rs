//! What a visitor finds: the machine and its debug port, stopped between two instructions.

use std::sync::atomic::AtomicBool;

use crate::cpu::Cpu;
use crate::debug::dp::Dap;
use crate::machine::Machine;
use crate::soc::{Master, ResetCause};

/// A machine with its debug port.
#[derive(Debug)]
pub struct Target {
    /// The machine.
    pub machine: Machine,
    /// Its debug port, which keeps its state when a probe goes and another comes.
    pub dap: Dap,
    in_reset: bool,
    /// The supply is gone: nothing on the chip answers.
    dark: bool,
}

/// A step of the debugger ends after one instruction; this bounds one that sleeps, in cycles.
const STEP: u64 = 100;
/// Events of the chip while time passes with the core halted; more of them wait for the next visit.
const EVENTS: u32 = 10_000;

impl Target {
    pub(super) fn new(machine: Machine) -> Self {
        Self { machine, dap: Dap::default(), in_reset: false, dark: false }
    }

    /// The debug port and the processor it acts on.
    pub fn debug(&mut self) -> (&mut Dap, &mut Cpu) {
        (&mut self.dap, &mut self.machine.cpu)
    }

    /// Whether the core stands still until a debugger acts: halted in debug state, or held in reset.
    #[must_use]
    pub fn halted(&self) -> bool {
        self.in_reset || self.dark || self.machine.cpu.system.halted()
    }

    /// Whether the chip is without supply: a probe gets no acknowledgement from it, on whatever transaction.
    #[must_use]
    pub fn dark(&self) -> bool {
        self.dark
    }

    /// Takes the supply away, for good.
    pub(crate) fn lose_supply(&mut self) {
        let cpu = &mut self.machine.cpu;
        cpu.supply.set_volts(cpu.clock.time_at(cpu.cycles), 0.0);
        self.dark = true;
    }

    /// Whether the reset pin is asserted.
    #[must_use]
    pub fn in_reset(&self) -> bool {
        self.in_reset
    }

    /// Drives the reset pin: true asserts it and holds the core, false lets it start.
    pub fn drive_reset(&mut self, asserted: bool) {
        if asserted != self.in_reset {
            self.in_reset = asserted;
            self.machine.cpu.reset(ResetCause::Pin);
        }
    }

    /// Runs for `cycles`, or lets the time pass while the core stands still.
    pub(crate) fn advance(&mut self, cycles: u64) {
        if !self.halted() {
            self.machine.run(cycles, &AtomicBool::new(false));
        } else {
            self.pass(cycles);
        }
    }

    /// Takes up what a visit asked for: a reset, forgotten code, a halt; and makes the step that the debugger wants.
    pub(super) fn settle(&mut self) {
        if self.in_reset || self.dark {
            return;
        }
        let never = AtomicBool::new(false);
        self.machine.run(0, &never);
        if !self.halted() && self.machine.cpu.system.stepping() {
            self.machine.run(STEP, &never);
        }
    }

    /// Lets `cycles` pass for the chip while the core stands still.
    pub(super) fn pass(&mut self, cycles: u64) {
        if self.dark {
            return;
        }
        let cpu = &mut self.machine.cpu;
        let end = cpu.cycles.saturating_add(cycles);
        for _ in 0..EVENTS {
            let event = cpu.clock.cycles_at(cpu.planned);
            if event > end {
                break;
            }
            cpu.pass_while_halted(event.saturating_sub(cpu.cycles));
            cpu.with_soc(Master::Debugger, |soc, io| soc.advance(io));
        }
        cpu.pass_while_halted(end.saturating_sub(cpu.cycles));
    }
}
