//! The log of currents: a line for every change, the same bytes for the same image and seed.

use std::io::Write;

use super::{Recorder, Stretch};
use crate::time::Time;

/// Writes CSV: a header, then `picoseconds,picoamperes` for every change of the current, and a last line with the end
/// of the log and the current then. A log that cannot be written any more falls silent.
pub struct CurrentLog {
    out: Box<dyn Write + Send>,
    /// The end of the last stretch, and its current.
    last: Option<(Time, u64)>,
    failed: bool,
}

impl std::fmt::Debug for CurrentLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CurrentLog").field("last", &self.last).finish_non_exhaustive()
    }
}

impl CurrentLog {
    /// The first line.
    pub const HEADER: &str = "emulated_time_ps,current_pa";

    /// A log into `out`, which should be buffered.
    #[must_use]
    pub fn new(mut out: Box<dyn Write + Send>) -> Self {
        let failed = writeln!(out, "{}", Self::HEADER).is_err();
        Self { out, last: None, failed }
    }

    fn line(&mut self, at: Time, picoamperes: u64) {
        if !self.failed {
            self.failed = writeln!(self.out, "{},{picoamperes}", at.0).is_err();
        }
    }
}

impl Recorder for CurrentLog {
    fn stretch(&mut self, stretch: Stretch) {
        if self.last.is_none_or(|(_, before)| before != stretch.picoamperes) {
            self.line(stretch.start, stretch.picoamperes);
        }
        self.last = Some((stretch.end, stretch.picoamperes));
    }

    fn finish(&mut self) {
        if let Some((end, picoamperes)) = self.last.take() {
            self.line(end, picoamperes);
        }
        if !self.failed {
            self.failed = self.out.flush().is_err();
        }
    }
}
