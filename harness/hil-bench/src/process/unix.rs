//! Process groups and signals of Unix.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::bench::Ending;

pub(super) fn own_group(command: &mut Command) {
    command.process_group(0);
}

/// Whether the child has ended. It is not waited for, so its number stays taken.
pub(super) fn has_ended(child: &mut Child) -> bool {
    // The system call itself, because nix does not offer it on Apple's systems.
    let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: this struct of C has no field that must not be zero.
    let mut found: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a siginfo_t of this frame, which the call fills in.
    let status = unsafe { libc::waitid(libc::P_PID, child.id(), &raw mut found, flags) };
    match Errno::result(status) {
        // Zeros were written or left where no child has ended: Linux does the one, Apple the other.
        Ok(_) => found.si_signo != 0,
        // With WNOHANG nothing waits, so nothing is interrupted either; but a signal is no end of the child.
        Err(Errno::EINTR) => false,
        // There is no such child any more.
        Err(_) => true,
    }
}

/// Ends the child and everything in its group.
pub(super) fn kill_group(child: &mut Child) {
    if let Ok(pid) = i32::try_from(child.id()) {
        // The only error is that nobody is left in the group.
        let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

pub(super) fn ending(status: ExitStatus) -> Ending {
    let Some(number) = status.signal() else { return Ending::Exited(status.code().unwrap_or(-1)) };
    let Ok(signal) = Signal::try_from(number) else {
        return Ending::KilledFromOutside { signal: format!("signal {number}") };
    };
    let name = signal.as_str().to_owned();
    match signal {
        // The signals that a program brings upon itself.
        Signal::SIGSEGV
        | Signal::SIGABRT
        | Signal::SIGILL
        | Signal::SIGFPE
        | Signal::SIGBUS
        | Signal::SIGTRAP
        | Signal::SIGSYS => Ending::Crashed { signal: name },
        // Every other signal has to be sent by somebody.
        _ => Ending::KilledFromOutside { signal: name },
    }
}
