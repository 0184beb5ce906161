//! A kernel whose untimed calls are watched for the stack that they take.

use core::sync::atomic::{AtomicUsize, Ordering};

use hil_agent::kernel::{Case, Deviation, Kernel, LoadError, Mismatch, Share, Trouble};

use crate::memory;

/// The deepest call so far: the stack pointer of the caller, and the lowest address that was written below it.
static FROM: AtomicUsize = AtomicUsize::new(0);
static DEEPEST: AtomicUsize = AtomicUsize::new(0);

/// A call of a kernel.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// The stack pointer of the caller.
    pub from: usize,
    /// The lowest address that was written.
    pub deepest: usize,
}

/// The deepest call of any kernel so far; one without depth, at the stack pointer of the caller, before the first.
#[must_use]
pub fn deepest_call() -> Call {
    match (FROM.load(Ordering::Relaxed), DEEPEST.load(Ordering::Relaxed)) {
        (0, _) => {
            let here = memory::stack_pointer();
            Call { from: here, deepest: here }
        }
        (from, deepest) => Call { from, deepest },
    }
}

fn watch<T>(call: impl FnOnce() -> T) -> T {
    let from = memory::paint();
    let result = call();
    let deepest = memory::deepest(from);
    let before = deepest_call();
    if from - deepest > before.from - before.deepest {
        FROM.store(from, Ordering::Relaxed);
        DEEPEST.store(deepest, Ordering::Relaxed);
    }
    result
}

/// The kernel `K`, watched.
pub struct Watched<K>(pub K);

impl<K: Kernel> Kernel for Watched<K> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn about(&self) -> &str {
        self.0.about()
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        watch(|| self.0.load(input))
    }

    #[inline]
    fn run(&mut self) {
        self.0.run();
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        watch(|| self.0.known_answer())
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

    fn weight_bytes(&self) -> Option<u64> {
        self.0.weight_bytes()
    }

    fn share(&mut self, entry: u32) -> Option<Share> {
        self.0.share(entry)
    }
}
