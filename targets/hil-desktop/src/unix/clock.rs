//! POSIX clocks, read with nothing around the call.

use nix::libc;
use nix::sys::resource::{UsageWho, getrusage};

/// The clock that times iterations: the same one that `std::time::Instant` reads, one for the whole machine, so that
/// several agents can agree on a moment.
#[cfg(target_vendor = "apple")]
const ELAPSED: libc::clockid_t = libc::CLOCK_UPTIME_RAW;
#[cfg(not(target_vendor = "apple"))]
const ELAPSED: libc::clockid_t = libc::CLOCK_MONOTONIC;

/// Nanoseconds of elapsed time since a fixed moment; 0 if the system has no such clock.
pub(crate) fn elapsed_ns() -> u64 {
    read(ELAPSED).unwrap_or(0)
}

/// Nanoseconds of processor time of this process, all its threads together.
pub(crate) fn process_cpu_ns() -> Option<u64> {
    read(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// Nanoseconds of processor time, user and system, of all children that were waited for.
pub(crate) fn children_cpu_ns() -> Option<u64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    [usage.user_time(), usage.system_time()].into_iter().try_fold(0u64, |sum, time| {
        let micros = u64::try_from(time.tv_sec()).ok()? * 1_000_000 + u64::try_from(time.tv_usec()).ok()?;
        Some(sum + micros * 1_000)
    })
}

#[inline]
fn read(clock: libc::clockid_t) -> Option<u64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec of this frame, which the call fills in.
    let status = unsafe { libc::clock_gettime(clock, &raw mut time) };
    if status != 0 {
        return None;
    }
    let seconds = u64::try_from(time.tv_sec).ok()?;
    Some(seconds.wrapping_mul(1_000_000_000).wrapping_add(u64::try_from(time.tv_nsec).ok()?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn clocks_advance_with_work() {
        let (elapsed, cpu) = (super::elapsed_ns(), super::process_cpu_ns().unwrap());
        while super::process_cpu_ns().unwrap() <= cpu {}
        while super::elapsed_ns() <= elapsed {}
    }

    /// The form for Windows needs nothing of Windows. The zero of its clock is found without asking the system, so it
    /// is the same for every process exactly if it is the system's.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_clock_for_windows_counts_from_the_zero_of_the_system() {
        let before = super::elapsed_ns();
        let between = crate::windows_clock::elapsed_ns();
        let after = super::elapsed_ns();
        assert!(before <= between && between <= after, "{before} {between} {after}");
        assert_eq!((crate::windows_clock::process_cpu_ns(), crate::windows_clock::children_cpu_ns()), (None, None));
    }
}
