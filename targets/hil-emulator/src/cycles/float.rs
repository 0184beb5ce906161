//! The FPU: when its results are ready, and when it is free for the next instruction.
//!
//! The latencies are those of gcc's `cortex-m4-fpu.md`, which agree with TI SWCU192, Table 3-27. The model keeps a
//! clock for the straight line it walks. What a division leaves over is counted while the program runs, because a
//! division may outlast its block: see [`super::Timing::float_divide_busy`].

use super::rules::{Rule, Rules};
use super::usage::Usage;
use crate::instr::{FloatOp, FloatUnary, Instr};

/// Cycles of a multiply-accumulate.
const MAC: u32 = 3;

/// Cycles of VDIV and VSQRT.
pub(super) const DIVIDE: u32 = 14;

/// The FPU in the straight line that is walked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fpu {
    /// Cycles since the start of the straight line.
    now: u32,
    /// When the FPU takes the next instruction.
    free: u32,
    /// When each register can be read.
    ready: [u32; 32],
    /// The result of a division that still runs, and when the division began.
    dividing: Option<(u32, u32)>,
}

/// What an instruction does to the FPU.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Nothing.
    Integer,
    /// Arithmetic whose result is late.
    Late,
    /// Multiply-accumulate.
    Mac,
    /// VDIV and VSQRT.
    Divide,
    /// Anything else that uses it.
    Other,
}

fn class(instr: &Instr) -> Class {
    match *instr {
        Instr::Float { op: FloatOp::Vdiv, .. } | Instr::FloatUnary { op: FloatUnary::Vsqrt, .. } => Class::Divide,
        Instr::Float { op, .. } if op.accumulates() => Class::Mac,
        Instr::Float { .. } | Instr::FloatConvert { .. } => Class::Late,
        Instr::FloatUnary { .. }
        | Instr::FloatImm { .. }
        | Instr::FloatCompare { .. }
        | Instr::FloatMove { .. }
        | Instr::FloatMovePair { .. }
        | Instr::Vmrs { .. }
        | Instr::Vmsr { .. }
        | Instr::FloatLoad { .. }
        | Instr::FloatStore { .. }
        | Instr::FloatLoadMultiple { .. }
        | Instr::FloatStoreMultiple { .. } => Class::Other,
        _ => Class::Integer,
    }
}

impl Fpu {
    /// Cycles of an instruction that takes `alone` cycles as far as the rest of the core is concerned.
    pub(super) fn next(&mut self, instr: &Instr, usage: &Usage, alone: u32, rules: Rules) -> u32 {
        let class = class(instr);
        let waits = if class == Class::Integer { 0 } else { self.waits(usage, rules) };
        let issue = self.now + waits;
        let late = rules.pick(Rule::FloatLatency, 1, 0);
        let own = match class {
            Class::Integer | Class::Other => alone,
            Class::Late => {
                self.result(usage, issue + 1 + late);
                alone
            }
            Class::Mac => {
                let length = rules.pick(Rule::FloatMac, MAC, 1);
                self.free = issue + length;
                self.result(usage, issue + length + late);
                rules.pick(Rule::MacOverlap, 1, length)
            }
            Class::Divide => {
                let length = rules.pick(Rule::FloatDivide, DIVIDE, 1);
                if rules.has(Rule::DivideOverlap) {
                    self.dividing = Some((usage.float_writes, issue));
                    1
                } else {
                    self.result(usage, issue + length + late);
                    length
                }
            }
        };
        self.now = issue + own;
        waits + own
    }

    /// Cycles until the FPU is free and the sources are ready, a running division aside.
    fn waits(&mut self, usage: &Usage, rules: Rules) -> u32 {
        let forwards = rules.has(Rule::AddendForwarding);
        let mut issue = self.now.max(self.free);
        for (register, ready) in self.ready.iter().enumerate() {
            if usage.float_reads >> register & 1 == 1 {
                issue = issue.max(*ready);
            } else if usage.float_addend >> register & 1 == 1 {
                issue = issue.max(ready.saturating_sub(u32::from(forwards)));
            }
        }
        if let Some((result, began)) = self.dividing.take() {
            // The division itself is waited for while the program runs; here only its late result counts.
            let early = usage.float_reads | if forwards { 0 } else { usage.float_addend };
            let length = rules.pick(Rule::FloatDivide, DIVIDE, 1);
            if result & early != 0 && issue <= began + length && rules.has(Rule::FloatLatency) {
                issue += 1;
            }
        }
        issue - self.now
    }

    fn result(&mut self, usage: &Usage, ready: u32) {
        for (register, place) in self.ready.iter_mut().enumerate() {
            if usage.float_writes >> register & 1 == 1 {
                *place = ready;
            }
        }
    }
}
