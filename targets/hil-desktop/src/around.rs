//! A kernel with something around its iterations or its known answer: for agents that observe more than time, and for faults.

use hil_agent::kernel::{Case, Deviation, Kernel, LoadError, Mismatch, RunsIn, Share, Trouble};

/// What is done with a kernel in the place of one of its own functions.
type Act<T> = Box<dyn FnMut(&mut dyn Kernel) -> T>;

/// A kernel that others act on; everything else is as usual, and what it runs for its known answer is no iteration.
pub(crate) struct Around {
    inner: Box<dyn Kernel>,
    iteration: Act<()>,
    answer: Act<Result<(), Mismatch>>,
}

impl Around {
    /// Each iteration of `inner` is made by `iteration`.
    pub(crate) fn new(inner: Box<dyn Kernel>, iteration: impl FnMut(&mut dyn Kernel) + 'static) -> Self {
        Self { inner, iteration: Box::new(iteration), answer: Box::new(|inner| inner.known_answer()) }
    }

    /// The same whose known answer is given by `answer`.
    pub(crate) fn answering(self, answer: impl FnMut(&mut dyn Kernel) -> Result<(), Mismatch> + 'static) -> Self {
        Self { answer: Box::new(answer), ..self }
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
        (self.answer)(&mut *self.inner)
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
