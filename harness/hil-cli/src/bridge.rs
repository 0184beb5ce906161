//! The process that carries bytes to the agent on a board: `hil bridge ORDER`, which `hil run` starts for each board.
//!
//! Standard output carries frames. Standard error carries lines that tell how far it is, and, when it ends otherwise than
//! by the host's wish, last words: of the firmware or of the rig, told apart by the exit status. Whatever hangs in a driver
//! is ended with this process, by itself when a phase exceeds its deadline.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use hil_bench::carried::{ABSENT, LASTING, PROGRESS};
use hil_probe::board::bridge::Ended;
use hil_probe::board::error::{BoardError, Step};
use hil_probe::board::run::{Host, carry_out};
use hil_probe::board::watch::Limits;
use hil_probe::order::Order;

use crate::show::{clean, print_err};

/// What stands on standard error is the firmware's doing. Not the 101 of a Rust program that panicked, which would be this
/// one's.
pub const FIRMWARE_FAILED: u8 = 70;
/// The status for a fault of the rig that may pass, such as `EX_IOERR` of sysexits.h.
pub const RIG_FAILED: u8 = 74;

/// Carries bytes between standard input and output and the agent of an `order`, one JSON text.
#[must_use]
pub fn bridge(order: &str) -> ExitCode {
    let order: Order = match serde_json::from_str(order) {
        Ok(order) => order,
        Err(error) => {
            print_err(&clean(&format!("the order for the board cannot be read: {error}")));
            return ExitCode::from(LASTING);
        }
    };
    let mut output = io::stdout();
    let host = Host {
        input: Box::new(io::stdin()),
        output: &mut output,
        say: &|line| print_err(&format!("{PROGRESS}{}", clean(line))),
        give_up: Arc::new(|words| {
            print_err(&clean(words));
            // Nothing that hangs can be asked to let go, so nothing is asked.
            std::process::exit(i32::from(RIG_FAILED));
        }),
    };
    match carry_out(&order, &Limits::default(), host) {
        Ok(Ended::ByHost) => ExitCode::SUCCESS,
        Ok(Ended::LastWords(words)) => {
            print_err(&words.lines().map(clean).collect::<Vec<_>>().join("\n"));
            ExitCode::from(FIRMWARE_FAILED)
        }
        Ok(Ended::Stopped) => {
            print_err("the core stopped at a breakpoint without a word");
            ExitCode::from(FIRMWARE_FAILED)
        }
        Err(error) => {
            print_err(&clean(&error.to_string()));
            ExitCode::from(status(&error))
        }
    }
}

/// What helps against an error, as the parent is told.
fn status(error: &BoardError) -> u8 {
    match error {
        BoardError::NoProbe { .. } | BoardError::NoPermission { .. } | BoardError::Busy { .. } => ABSENT,
        BoardError::Order { .. }
        | BoardError::Locked { .. }
        | BoardError::WrongChip { .. }
        | BoardError::OtherBoard { .. }
        | BoardError::Clock { .. }
        | BoardError::Image { step: Step::Flash, .. } => LASTING,
        BoardError::NoTarget { .. }
        | BoardError::Flash { .. }
        | BoardError::Image { .. }
        | BoardError::Reset { .. }
        | BoardError::LinkLost { .. }
        | BoardError::Probe { .. }
        | BoardError::Other { .. } => RIG_FAILED,
    }
}

#[cfg(test)]
mod tests {
    use super::{ABSENT, BoardError, LASTING, RIG_FAILED, Step, status};

    #[test]
    fn the_parent_learns_what_helps() {
        let detail = String::new;
        assert_eq!(status(&BoardError::NoProbe { detail: detail() }), ABSENT);
        assert_eq!(status(&BoardError::WrongChip { found: detail(), wanted: detail() }), LASTING);
        assert_eq!(status(&BoardError::Image { step: Step::Flash, detail: detail() }), LASTING);
        assert_eq!(
            status(&BoardError::Image { step: Step::Boot, detail: detail() }),
            RIG_FAILED,
            "it may start next time"
        );
        assert_eq!(status(&BoardError::LinkLost { detail: detail() }), RIG_FAILED);
    }
}
