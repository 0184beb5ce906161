//! Arguments, signals and limits of processes.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

use crate::command::Ending;

/// Ends this process as if somebody had killed it from outside.
pub(crate) const KILL_SELF: Option<fn()> = Some(kill_self);

fn kill_self() {
    // Nothing to do if the system refuses: the run then goes on without a fault, which shows.
    let _ = nix::sys::signal::raise(Signal::SIGKILL);
}

/// One argument of a program; nothing if this system cannot pass these bytes on.
#[expect(clippy::unnecessary_wraps, reason = "other systems do not take every sequence of bytes")]
pub(crate) fn argument(bytes: &[u8]) -> Option<OsString> {
    Some(OsStr::from_bytes(bytes).to_owned())
}

/// How a program ended. The host tells the ends of agents apart by the same signals.
pub(crate) fn ending(status: ExitStatus) -> Ending {
    let Some(number) = status.signal() else { return Ending::Exited(status.code().unwrap_or(-1)) };
    let Ok(signal) = Signal::try_from(number) else { return Ending::KilledFromOutside(format!("signal {number}")) };
    let name = signal.as_str().to_owned();
    match signal {
        // The signals that a program brings upon itself.
        Signal::SIGSEGV
        | Signal::SIGABRT
        | Signal::SIGILL
        | Signal::SIGFPE
        | Signal::SIGBUS
        | Signal::SIGTRAP
        | Signal::SIGSYS => Ending::Crashed(name),
        // Every other signal has to be sent by somebody.
        _ => Ending::KilledFromOutside(name),
    }
}

/// Crashes on purpose shall leave no core files behind.
pub(crate) fn leave_no_core() {
    let _ = nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_CORE, 0, 0);
}

/// Has the system end this process when the host is killed, even in the middle of a kernel that never returns; and with
/// it all that it started, if the host gave it a process group of its own.
///
/// So `SIGHUP` ends the group. Programs could instead be told one by one to die with this process, but then each start
/// would need a full fork, and the time of that would count as the program's.
#[cfg(target_os = "linux")]
pub(crate) fn end_with_the_host() {
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, sigaction};
    let action = SigAction::new(SigHandler::Handler(end_group), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler only makes system calls, each of them one that a handler may make (signal-safety(7)), and
    // touches no memory of this process.
    let handled = unsafe { sigaction(Signal::SIGHUP, &action) };
    let signal = if handled.is_ok() { Signal::SIGHUP } else { Signal::SIGKILL };
    // Without it the agent still ends at the next read of the link, so a failure here is no reason to stop.
    let _ = nix::sys::prctl::set_pdeathsig(signal);
}

/// Ends this process, and its group if it leads one. A group that it does not lead is somebody else's.
#[cfg(target_os = "linux")]
extern "C" fn end_group(_: nix::libc::c_int) {
    use nix::sys::signal::{kill, killpg};
    use nix::unistd::{getpgrp, getpid};
    let own = getpid();
    if getpgrp() == own {
        // Nothing can be done about a refusal here, and the next line ends this process all the same.
        let _ = killpg(own, Signal::SIGKILL);
    }
    let _ = kill(own, Signal::SIGKILL);
}

/// Other systems have no such signal: there the agent ends at the next read of the link.
#[cfg(not(target_os = "linux"))]
pub(crate) fn end_with_the_host() {}
