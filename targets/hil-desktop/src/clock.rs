//! POSIX clocks, read with nothing around the call.

use nix::libc;

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
}
