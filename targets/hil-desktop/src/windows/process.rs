//! Arguments of processes; of signals and limits there are none.

use std::ffi::OsString;
use std::process::ExitStatus;

use crate::command::Ending;

/// `STATUS_CONTROL_C_EXIT`: the end of a program that somebody interrupted.
const INTERRUPTED: u32 = 0xC000_013A;

/// A process that somebody ended cannot be told from one that exited, so there is nothing to imitate.
pub(crate) const KILL_SELF: Option<fn()> = None;

/// One argument of a program; nothing if it is no Unicode, which is all that this system passes on.
pub(crate) fn argument(bytes: &[u8]) -> Option<OsString> {
    std::str::from_utf8(bytes).ok().map(OsString::from)
}

/// How a program ended. One that an exception ended exits with the number of the exception; the host tells the ends of
/// agents apart in the same way.
pub(crate) fn ending(status: ExitStatus) -> Ending {
    let code = status.code().unwrap_or(-1);
    match code.cast_unsigned() {
        INTERRUPTED => Ending::KilledFromOutside("Ctrl-C".to_owned()),
        // Errors of the system itself: an NTSTATUS of severity 3 and facility 0 (MS-ERREF, section 2.3).
        exception @ 0xC000_0000..=0xC000_FFFF => Ending::Crashed(format!("exception {exception:#010x}")),
        _ => Ending::Exited(code),
    }
}

/// There are no core files.
pub(crate) fn leave_no_core() {}

/// Nothing ends a process with the one that started it: the agent ends at the next read of the link.
pub(crate) fn end_with_the_host() {}
