//! Processes of Windows, as far as the standard library goes: only the child itself can be ended.

use std::os::windows::process::CommandExt;
use std::process::{Child, Command, ExitStatus};

use crate::bench::Ending;

/// `CREATE_NEW_PROCESS_GROUP` of `CreateProcess`: Ctrl-C in a terminal does not reach the child.
const NEW_GROUP: u32 = 0x200;
/// `STATUS_CONTROL_C_EXIT`: the end of a program that somebody interrupted.
const INTERRUPTED: u32 = 0xC000_013A;

pub(super) fn own_group(command: &mut Command) {
    command.creation_flags(NEW_GROUP);
}

/// Whether the child has ended. Its number stays taken as long as its handle is open.
pub(super) fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

/// Nothing tells whether a process is suspended.
pub(super) fn suspended_by(_: &mut Child) -> Option<String> {
    None
}

/// Ends the child. What it started lives on.
pub(super) fn kill_group(child: &mut Child) {
    // The only error is that it has ended already.
    let _ = child.kill();
}

/// A program that an exception ended exits with the number of the exception.
pub(super) fn ending(status: ExitStatus) -> Ending {
    let code = status.code().unwrap_or(-1);
    match code.cast_unsigned() {
        INTERRUPTED => Ending::KilledFromOutside { signal: "Ctrl-C".to_owned() },
        // Errors of the system itself: an NTSTATUS of severity 3 and facility 0 (MS-ERREF, section 2.3).
        exception @ 0xC000_0000..=0xC000_FFFF => Ending::Crashed { signal: format!("exception {exception:#010x}") },
        _ => Ending::Exited(code),
    }
}
