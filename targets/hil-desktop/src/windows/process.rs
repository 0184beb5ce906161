//! Arguments of processes; of signals and limits there are none.

use std::ffi::OsString;
use std::process::ExitStatus;

/// A process that somebody ended cannot be told from one that exited, so there is nothing to imitate.
pub(crate) const KILL_SELF: Option<fn()> = None;

/// One argument of a program; nothing if it is no Unicode, which is all that this system passes on.
pub(crate) fn argument(bytes: &[u8]) -> Option<OsString> {
    std::str::from_utf8(bytes).ok().map(OsString::from)
}

/// Programs are not ended by signals.
pub(crate) fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// There are no core files.
pub(crate) fn leave_no_core() {}

/// Nothing ends a process with the one that started it: the agent ends at the next read of the link.
pub(crate) fn end_with_the_host() {}
