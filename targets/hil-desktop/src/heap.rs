//! The heap of an agent: the largest sum of bytes that were alive at once in an iteration.
//!
//! A program that wants to tell it has [`CountingAllocator`] for its global allocator, which hands everything on to the system's
//! and counts only in an agent that is started with [`FLAG`]. In any other, an allocation costs one relaxed load and a branch
//! that always goes the same way. Bytes are those that were asked for; what the system's allocator needs beside them is not
//! among them, and neither is what was alive before the agent began to count.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};

use hil_agent::kernel::Kernel;

/// The argument of an agent that counts its heap.
pub const FLAG: &str = "--heap";

/// The system's allocator, with an account of what is alive when that is asked for.
///
/// ```no_run
/// #[global_allocator]
/// static ALLOCATOR: hil_desktop::heap::CountingAllocator = hil_desktop::heap::CountingAllocator;
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct CountingAllocator;

/// Whether anything is counted. It changes once, before threads are there.
static COUNTS: AtomicBool = AtomicBool::new(false);
/// Bytes alive, of those that were asked for since; what was there before and is given back makes it less.
static ALIVE: AtomicIsize = AtomicIsize::new(0);
/// The largest `ALIVE` since the iteration began.
static PEAK: AtomicIsize = AtomicIsize::new(0);
/// The largest `PEAK` of all iterations.
static LARGEST: AtomicIsize = AtomicIsize::new(0);

/// Takes note of bytes that come or go.
#[inline]
fn note(more: usize, less: usize) {
    if COUNTS.load(Ordering::Relaxed) {
        count(more, less);
    }
}

/// Kept out of the way of those who do not count.
#[cold]
#[inline(never)]
fn count(more: usize, less: usize) {
    // No layout is larger than isize::MAX.
    let change = more.cast_signed().wrapping_sub(less.cast_signed());
    let alive = ALIVE.fetch_add(change, Ordering::Relaxed).wrapping_add(change);
    PEAK.fetch_max(alive, Ordering::Relaxed);
}

// SAFETY: every method hands its arguments on to the system's allocator, which keeps the contract, and gives back what that
// one gave; what is counted beside it are plain numbers that no allocation depends on, and counting allocates nothing.
unsafe impl GlobalAlloc for CountingAllocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        note(0, layout.size());
        // SAFETY: the caller keeps the contract of `dealloc`, and the block came from the system's allocator.
        unsafe { System.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size, layout.size());
        // SAFETY: the caller keeps the contract of `realloc`, and the block came from the system's allocator.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// Begins to count. Whether anything is counted: not where the program has another allocator.
pub(crate) fn begin() -> bool {
    COUNTS.store(true, Ordering::Relaxed);
    let before = ALIVE.load(Ordering::Relaxed);
    let tried = black_box(Box::new([0u8; 64]));
    let counts = ALIVE.load(Ordering::Relaxed) != before;
    drop(tried);
    counts
}

/// The largest sum of bytes alive in an iteration so far; 0 before the first.
pub(crate) fn largest() -> u64 {
    u64::try_from(LARGEST.load(Ordering::Relaxed)).unwrap_or(0)
}

/// One iteration of `kernel`, in which the peak is looked for.
pub(crate) fn iteration(kernel: &mut dyn Kernel) {
    PEAK.store(ALIVE.load(Ordering::Relaxed), Ordering::Relaxed);
    kernel.run();
    LARGEST.fetch_max(PEAK.load(Ordering::Relaxed), Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use hil_agent::kernel::{Kernel, LoadError, Mismatch};

    use super::{CountingAllocator, begin, iteration, largest};
    use crate::around::Around;

    #[global_allocator]
    static ALLOCATOR: CountingAllocator = CountingAllocator;

    /// Nobody touches it, so it takes no memory; what other tests have meanwhile is small beside it.
    const MUCH: usize = 1 << 30;

    /// Has as much alive in an iteration, in each of the ways that there are, and three times that for its known answer.
    struct Grows;

    impl Kernel for Grows {
        fn name(&self) -> &str {
            "grows"
        }
        fn about(&self) -> &str {
            "asks for memory and gives it back"
        }
        fn load(&mut self, _: &[u8]) -> Result<(), LoadError> {
            Ok(())
        }
        fn run(&mut self) {
            let mut grown = black_box(Vec::<u8>::with_capacity(MUCH / 2));
            grown.reserve_exact(MUCH);
            drop(black_box(grown));
            drop(black_box(vec![0u8; MUCH]));
        }
        fn known_answer(&mut self) -> Result<(), Mismatch> {
            drop(black_box(Vec::<u8>::with_capacity(3 * MUCH)));
            Ok(())
        }
    }

    #[test]
    fn what_is_alive_at_once_in_an_iteration_is_the_figure() {
        let mut kernel = Around::new(Box::new(Grows), iteration);
        assert!(begin(), "this program has the allocator");
        kernel.known_answer().unwrap();
        assert_eq!(largest(), 0, "a known answer is no iteration");
        for _ in 0..3 {
            kernel.run();
        }
        let much = MUCH as u64;
        assert!((much..much + much / 4).contains(&largest()), "{}", largest());
    }
}
