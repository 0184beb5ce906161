//! A kernel with something around each of its iterations, for agents that observe more than time.

use hil_agent::kernel::{Case, Deviation, Kernel, LoadError, Mismatch, RunsIn, Share, Trouble};

/// A kernel whose iterations are run by `iteration`; everything else is as usual, and what it runs for its known answer is
/// none of them.
pub(crate) struct Around {
    inner: Box<dyn Kernel>,
    iteration: fn(&mut dyn Kernel),
}

impl Around {
    pub(crate) fn new(inner: Box<dyn Kernel>, iteration: fn(&mut dyn Kernel)) -> Self {
        Self { inner, iteration }
    }
}

impl Kernel for Around {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn about(&self) -> &str {
        self.inner.about()
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        self.inner.load(input)
    }

    fn run(&mut self) {
        (self.iteration)(&mut *self.inner);
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.inner.known_answer()
    }

    fn class(&self) -> Option<u32> {
        self.inner.class()
    }

    fn piece(&self) -> Option<usize> {
        self.inner.piece()
    }

    fn hear(&mut self, first: bool, piece: &[u8]) -> Result<Option<u32>, LoadError> {
        self.inner.hear(first, piece)
    }

    fn status(&self) -> Result<(), Trouble> {
        self.inner.status()
    }

    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        self.inner.conform(table, case)
    }

    fn deviation(&mut self, case: u32) -> Option<Deviation> {
        self.inner.deviation(case)
    }

    fn share(&mut self, entry: u32) -> Option<Share> {
        self.inner.share(entry)
    }

    fn weight_bytes(&self) -> Option<u64> {
        self.inner.weight_bytes()
    }

    fn runs_in(&self) -> RunsIn {
        self.inner.runs_in()
    }
}
