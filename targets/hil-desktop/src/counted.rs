//! An agent whose iterations can be told apart from everything else that it does, for whoever counts instructions.
//!
//! Callgrind can be told by the program that it watches when to count and when to write down what it has counted. Agents that
//! are timed have nothing of this in their way: only one that is started with [`FLAG`] does it. Each of its iterations is one
//! dump; what a kernel runs to give its known answer is none.

use std::io::Write;

use hil_agent::kernel::{Case, Deviation, Kernel, LoadError, Mismatch, RunsIn, Share, Trouble};
use hil_kernels::tensor::vector::Vector;

use crate::callgrind;

/// The argument of an agent whose instructions are counted.
pub const FLAG: &str = "--counted";
/// How the line of standard error begins in which such an agent says which vector instructions it found.
pub const MARK: &str = "[counted with] ";

/// The widest vector instructions that kernels find on this processor, or on one that is emulated: what shared kernels
/// choose their code by.
#[must_use]
pub fn vectors() -> &'static str {
    Vector::widest().map_or("none", Vector::name)
}

/// Says on standard error with which vector instructions iterations will be counted.
pub(crate) fn tell_vectors() {
    // Nobody is left to tell when standard error is closed; then the host says that it was not told.
    let _ = writeln!(std::io::stderr(), "{MARK}{}", vectors());
}

/// A kernel whose iterations are counted; everything else is as usual.
pub(crate) struct CountedKernel(Box<dyn Kernel>);

impl CountedKernel {
    pub(crate) fn new(inner: Box<dyn Kernel>) -> Self {
        Self(inner)
    }
}

impl Kernel for CountedKernel {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn about(&self) -> &str {
        self.0.about()
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        self.0.load(input)
    }

    fn run(&mut self) {
        callgrind::count(|| self.0.run());
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.0.known_answer()
    }

    fn class(&self) -> Option<u32> {
        self.0.class()
    }

    fn piece(&self) -> Option<usize> {
        self.0.piece()
    }

    fn hear(&mut self, first: bool, piece: &[u8]) -> Result<Option<u32>, LoadError> {
        self.0.hear(first, piece)
    }

    fn status(&self) -> Result<(), Trouble> {
        self.0.status()
    }

    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        self.0.conform(table, case)
    }

    fn deviation(&mut self, case: u32) -> Option<Deviation> {
        self.0.deviation(case)
    }

    fn share(&mut self, entry: u32) -> Option<Share> {
        self.0.share(entry)
    }

    fn weight_bytes(&self) -> Option<u64> {
        self.0.weight_bytes()
    }

    fn runs_in(&self) -> RunsIn {
        self.0.runs_in()
    }
}
