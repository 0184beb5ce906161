//! Peak memory of this process and of its children.

use nix::sys::resource::{UsageWho, getrusage};

/// Largest resident set of this process so far, in bytes.
#[cfg(target_os = "linux")]
pub(crate) fn own_peak() -> Option<u64> {
    // `ru_maxrss` would include the peak of whoever started this process (see `children_peak`); VmHWM belongs to the
    // address space, which is new with every program.
    vm_hwm(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Largest resident set of this process so far, in bytes.
#[cfg(not(target_os = "linux"))]
pub(crate) fn own_peak() -> Option<u64> {
    max_rss(UsageWho::RUSAGE_SELF)
}

/// Largest resident set of any child that was waited for, in bytes.
///
/// On Linux, a child counts with the larger of its own peak and the peak of the process that started it, because the
/// figure is carried over `execve`. So it tells something about the child only where it exceeds [`own_peak`].
pub(crate) fn children_peak() -> Option<u64> {
    max_rss(UsageWho::RUSAGE_CHILDREN)
}

fn max_rss(who: UsageWho) -> Option<u64> {
    // Apple counts bytes, everybody else kibibytes (getrusage(2)).
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    u64::try_from(getrusage(who).ok()?.max_rss()).ok()?.checked_mul(unit)
}

/// The line `VmHWM:     5124 kB` of `/proc/<pid>/status` (proc_pid_status(5)), in bytes.
#[cfg(target_os = "linux")]
fn vm_hwm(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{own_peak, vm_hwm};

    #[test]
    fn the_peak_is_read_from_its_line() {
        assert_eq!(vm_hwm("Name:\thil\nVmHWM:\t    5124 kB\nVmRSS:\t 1 kB\n"), Some(5124 * 1024));
        assert_eq!(vm_hwm("Name:\thil\n"), None);
    }

    #[test]
    fn using_memory_raises_the_peak_by_what_was_used() {
        let before = own_peak().unwrap();
        let len = 64 << 20;
        let block = std::hint::black_box(vec![1u8; len]);
        let raised = own_peak().unwrap() - before;
        drop(block);
        assert!(raised > len as u64 / 2, "{raised}");
    }
}
