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

    /// Bytes of one piece, for kernels that take their input piece by piece as it comes in.
    fn piece(&self) -> Option<usize> {
        None
    }

    /// Takes the next piece of an input, the `first` one or a later one, and says what the input is so far; not timed.
    /// Behind the last piece the answer is that to the whole input. Where an input is no whole number of pieces the last
    /// one is shorter; a kernel that cannot take it refuses it.
    ///
    /// # Errors
    /// [`LoadError`] when the bytes are no piece of an input, and for kernels that take their input whole.
    fn hear(&mut self, first: bool, piece: &[u8]) -> Result<Option<u32>, LoadError> {
        let _ = (first, piece);
        Err(LoadError::new(format_args!("this kernel takes its input whole")))
    }

    /// Whether the last run did its work; asked after every iteration, outside the timed region, and after a known
    /// answer that was not met.
    ///
    /// # Errors
    /// [`Trouble`] with what became of the work instead, and whose doing that was.
    fn status(&self) -> Result<(), Trouble> {
        Ok(())
    }

    /// The outcome of one case of a table, counted from 0; nothing behind the last case, and for unknown tables.
    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        let _ = (table, case);
        None
    }

    /// How far the result of one case is off its reference, cases counted from 0; nothing behind the last case, and for
    /// kernels that have no reference.
    fn deviation(&mut self, case: u32) -> Option<Deviation> {
        let _ = case;
        None
    }

    /// How often samples of a profile of this kernel's work fell into a part of it in a group of samples, entries counted from
    /// 0; nothing behind the last one, and for kernels without a profile. The profile is taken when entry 0 is asked for.
    fn share(&mut self, entry: u32) -> Option<Share> {
        let _ = entry;
        None
    }

    /// Bytes of the weights of its model as they are stored, such as in flash; nothing for kernels without a model.
    fn weight_bytes(&self) -> Option<u64> {
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

/// What became of an iteration that did not do its work. Each kind means the same in every phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trouble {
    /// It ended, and its result is wrong or missing, such as a command's exit status that is not 0.
    Wrong(Text<MAX_WHY>),
    /// It ran in a process of its own and brought its end upon itself, such as by `SIGSEGV`.
    Crashed(Text<MAX_WHY>),
    /// It ran in a process of its own, which somebody else ended, such as by `SIGKILL`.
    KilledFromOutside(Text<MAX_WHY>),
    /// The machine did not run it.
    CouldNotRun(Text<MAX_WHY>),
}

impl Trouble {
    /// What happened, in words.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Wrong(why) | Self::Crashed(why) | Self::KilledFromOutside(why) | Self::CouldNotRun(why) => {
                why.as_str()
            }
        }
    }
}

impl From<Mismatch> for Trouble {
    fn from(Mismatch(difference): Mismatch) -> Self {
        Self::Wrong(difference)
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

/// How far the result of one case is off its reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// Its name.
    pub name: Text<80>,
    /// The largest difference as a share of the reference; 0 is agreement, and infinity is what no number expresses,
    /// such as a NaN on one side only.
    pub error: f64,
}

/// One entry of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The part of the work.
    pub part: Text<80>,
    /// Samples of one group depend on each other, such as those of one step of training.
    pub group: u32,
    /// Samples of this group in this part.
    pub samples: u32,
    /// Samples of this group in all parts.
    pub of: u32,
}
