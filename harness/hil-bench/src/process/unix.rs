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
    match look(child, libc::WEXITED) {
        Ok(found) => found.is_some(),
        // With WNOHANG nothing waits, so nothing is interrupted either; but a signal is no end of the child.
        Err(Errno::EINTR) => false,
        // There is no such child any more.
        Err(_) => true,
    }
}

/// The signal that suspended the child, if it is suspended now.
pub(super) fn suspended_by(child: &mut Child) -> Option<String> {
    let found = look(child, libc::WSTOPPED).ok().flatten()?;
    // SAFETY: waitid filled this in for a child, and then it has a status.
    let number = unsafe { found.si_status() };
    Some(Signal::try_from(number).map_or_else(|_| format!("signal {number}"), |signal| signal.as_str().to_owned()))
}

/// What has become of the child as far as `events` go, if anything has. Nothing is waited for or taken away.
fn look(child: &Child, events: libc::c_int) -> Result<Option<libc::siginfo_t>, Errno> {
    // The system call itself, because nix does not offer it on Apple's systems.
    let flags = events | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: this struct of C has no field that must not be zero.
    let mut found: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a siginfo_t of this frame, which the call fills in.
    let status = unsafe { libc::waitid(libc::P_PID, child.id(), &raw mut found, flags) };
    // Zeros were written or left where nothing has happened: Linux does the one, Apple the other.
    Errno::result(status).map(|_| (found.si_signo != 0).then_some(found))
}

/// Ends the child and everything in its group.
pub(super) fn kill_group(child: &mut Child) {
    if let Ok(pid) = i32::try_from(child.id()) {
        // The only error is that nobody is left in the group.
        let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
    }
    // The child may have left its group. The only error is that it has ended already.
    let _ = child.kill();
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

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    use super::{Signal, has_ended, kill_group, own_group, suspended_by};

    #[test]
    fn a_child_that_is_in_another_group_is_ended_all_the_same() {
        // Never put into a group of its own, so there is no group of its number.
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
        kill_group(&mut child);
        assert_eq!(child.wait().unwrap().signal(), Some(Signal::SIGKILL as i32));
    }

    #[test]
    fn a_child_that_is_suspended_has_not_ended() {
        let mut command = Command::new("sh");
        own_group(&mut command);
        let mut child = command.args(["-c", "kill -STOP $$"]).stdin(Stdio::null()).spawn().unwrap();
        let asked = std::time::Instant::now();
        let found = loop {
            let found = suspended_by(&mut child);
            if found.is_some() || asked.elapsed() > std::time::Duration::from_secs(10) {
                break found;
            }
            std::thread::yield_now();
        };
        assert_eq!((found.as_deref(), has_ended(&mut child)), (Some("SIGSTOP"), false));
        kill_group(&mut child);
        child.wait().unwrap();
        assert_eq!((suspended_by(&mut child), has_ended(&mut child)), (None, true));
    }
}
