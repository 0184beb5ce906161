//! What a piece of code has to offer to be measured.
//!
//! A kernel is measured only while it is right: the host has it compared with a known answer before and after every
//! measurement, so [`Kernel::known_answer`] has no default.

use core::fmt;

use crate::text::Text;

/// Longest reason that a kernel can give, in bytes; what is longer is cut. Short, because it is returned by value.
pub const MAX_WHY: usize = 112;

/// Code that can be measured.
///
/// The agent calls `load` (or `known_answer`) before the first `run`, and `run` any number of times after it; every
/// call of `run` shall do the same work on the same input.
pub trait Kernel {
    /// The name that scenarios use: lower-case words joined by `-`, `_`, `.` and `/`, such as `lan/keyword_i8`.
    fn name(&self) -> &str;

    /// One line for people.
    fn about(&self) -> &str;

    /// Takes an input; not timed. What the bytes mean is the kernel's business: for sounds, 16-bit little-endian PCM.
    ///
    /// # Errors
    /// [`LoadError`] when the bytes are not an input of this kernel.
    fn load(&mut self, input: &[u8]) -> Result<(), LoadError>;

    /// One iteration: the work whose time is taken.
    fn run(&mut self);

    /// Loads the built-in input, runs once, compares the result with the known one, and leaves the input loaded.
    ///
    /// # Errors
    /// [`Mismatch`] with the first difference.
    fn known_answer(&mut self) -> Result<(), Mismatch>;

    /// The class that the last run gave its input, for kernels that classify.
    fn class(&self) -> Option<u32> {
        None
    }

    /// Whether the last run did its work; asked after every iteration, outside the timed region.
    ///
    /// # Errors
    /// [`Mismatch`] with what it did instead, such as the exit status of a command.
    fn status(&self) -> Result<(), Mismatch> {
        Ok(())
    }

    /// The outcome of one case of a table, counted from 0; nothing behind the last case, and for unknown tables.
    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        let _ = (table, case);
        None
    }

    /// Where the work is done, so that processor time and memory are read in the right place.
    fn runs_in(&self) -> RunsIn {
        RunsIn::Agent
    }
}

/// Where the work of a kernel is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunsIn {
    /// In the agent itself.
    Agent,
    /// In processes that the kernel starts and waits for.
    Children,
}

/// A kernel refuses an input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadError(Text<MAX_WHY>);

impl LoadError {
    /// Why: `LoadError::new(format_args!("{} bytes are no whole number of samples", n))`.
    #[must_use]
    pub fn new(why: fmt::Arguments<'_>) -> Self {
        Self(Text::new(why))
    }

    /// Why, in words.
    #[must_use]
    pub fn why(&self) -> &str {
        self.0.as_str()
    }
}

/// A result that is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mismatch(Text<MAX_WHY>);

impl Mismatch {
    /// The first difference: `Mismatch::new(format_args!("at {at}: got {got}, wanted {wanted}"))`.
    #[must_use]
    pub fn new(difference: fmt::Arguments<'_>) -> Self {
        Self(Text::new(difference))
    }

    /// The first difference, in words.
    #[must_use]
    pub fn difference(&self) -> &str {
        self.0.as_str()
    }
}

/// The outcome of one case of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// Its name.
    pub name: Text<80>,
    /// Nothing when it holds, otherwise what was wrong.
    pub broken: Option<Mismatch>,
}
