//! A program run to its end, with a deadline and the caller's wish to stop.

use std::time::Duration;

use hil_bench::bench::{End, LinkGone};
use hil_bench::control::Control;
use hil_bench::process::Program;

/// How often the caller's wish to stop is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Time to end for a program that has closed its standard output.
const FOR_CLOSING: Duration = Duration::from_secs(10);

/// How a program ended.
#[derive(Debug)]
pub(crate) enum Ran {
    /// By itself, or ended by somebody else; `out` is the beginning of its standard output.
    Ended { end: End, out: Vec<u8> },
    /// It was still running at its deadline and was ended with everything that it had started.
    TimedOut,
    /// The caller wanted to stop, and it was ended likewise.
    Cancelled,
}

/// Runs `program` for at most `limit` and keeps `most` bytes of what it prints.
///
/// # Errors
/// When it does not start.
pub(crate) fn run(program: &Program, control: &Control<'_>, limit: Duration, most: usize) -> std::io::Result<Ran> {
    let mut life = program.start()?;
    let deadline = control.clock.now().saturating_add(limit);
    let (mut out, mut piece) = (Vec::new(), Vec::new());
    loop {
        // Leaving drops the life, which ends its process group.
        if control.cancelled() {
            return Ok(Ran::Cancelled);
        }
        let left = deadline.saturating_sub(control.clock.now());
        if left.is_zero() {
            return Ok(Ran::TimedOut);
        }
        piece.clear();
        let received = life.receive(&mut piece, left.min(LOOK_AGAIN));
        let room = most.saturating_sub(out.len()).min(piece.len());
        out.extend_from_slice(&piece[..room]);
        if received == Err(LinkGone) {
            let end = life.end(left.min(FOR_CLOSING));
            return Ok(match end.how {
                hil_bench::bench::Ending::Stopped => Ran::TimedOut,
                _ => Ran::Ended { end, out },
            });
        }
    }
}
