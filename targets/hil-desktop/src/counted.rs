//! An agent whose iterations can be told apart from everything else that it does, for whoever counts instructions.
//!
//! Callgrind can be told by the program that it watches when to count and when to write down what it has counted. Agents that
//! are timed have nothing of this in their way: only one that is started with [`FLAG`] does it. Each of its iterations is one
//! dump; what a kernel runs to give its known answer is none.

use std::io::Write;

use hil_agent::kernel::Kernel;
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

/// One iteration of `kernel`, counted.
pub(crate) fn iteration(kernel: &mut dyn Kernel) {
    callgrind::count(|| kernel.run());
}
