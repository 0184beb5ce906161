//! Arguments, signals and limits of processes.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// Ends this process as if somebody had killed it from outside.
pub(crate) const KILL_SELF: Option<fn()> = Some(kill_self);

fn kill_self() {
    // Nothing to do if the system refuses: the run then goes on without a fault, which shows.
    let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL);
}

/// One argument of a program; nothing if this system cannot pass these bytes on.
#[expect(clippy::unnecessary_wraps, reason = "other systems do not take every sequence of bytes")]
pub(crate) fn argument(bytes: &[u8]) -> Option<OsString> {
    Some(OsStr::from_bytes(bytes).to_owned())
}

/// The number of the signal that ended a program.
pub(crate) fn signal(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// Crashes on purpose shall leave no core files behind.
pub(crate) fn leave_no_core() {
    let _ = nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_CORE, 0, 0);
}

/// Has the system kill this process when the host is killed, even in the middle of a kernel that never returns.
#[cfg(target_os = "linux")]
pub(crate) fn end_with_the_host() {
    // Without it the agent still ends at the next read of the link, so a failure here is no reason to stop.
    let _ = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL);
}

/// Other systems have no such signal: there the agent ends at the next read of the link.
#[cfg(not(target_os = "linux"))]
pub(crate) fn end_with_the_host() {}
