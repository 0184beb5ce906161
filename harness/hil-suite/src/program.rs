//! A program run to its end, with a deadline and the caller's wish to stop.
//!
//! A program that closes its standard output is about to end, and is given a moment for it. One that goes on without is
//! ended, and that is told as what it is: it is no timeout.

use std::time::Duration;

use hil_bench::bench::{End, Ending, LinkGone};
use hil_bench::control::Control;
use hil_bench::process::Program;

/// How often the caller's wish to stop is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Time to end for a program that has closed its standard output.
pub(crate) const FOR_CLOSING: Duration = Duration::from_secs(10);

/// How a program ended.
#[derive(Debug)]
pub(crate) enum Ran {
    /// By itself, ended by somebody else, or stopped here after it went on for [`FOR_CLOSING`] without standard output;
    /// `out` is the beginning of that.
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
    run_closing(program, control, (limit, FOR_CLOSING), most)
}

fn run_closing(
    program: &Program,
    control: &Control<'_>,
    (limit, closing): (Duration, Duration),
    most: usize,
) -> std::io::Result<Ran> {
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
            let end = life.end(left.min(closing));
            let at_the_deadline = end.how == Ending::Stopped && left <= closing;
            return Ok(if at_the_deadline { Ran::TimedOut } else { Ran::Ended { end, out } });
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    use hil_bench::bench::Ending;
    use hil_bench::control::{Control, SystemClock};
    use hil_bench::process::Program;

    use super::{Ran, run_closing};

    /// Long enough for any machine.
    const LONG: Duration = Duration::from_secs(600);
    const SHORT: Duration = Duration::from_millis(50);

    fn ran(script: &str, times: (Duration, Duration)) -> Ran {
        let never = AtomicBool::new(false);
        let control = Control { cancel: &never, clock: &SystemClock::start() };
        let shell = Program::new("sh", ["-c", script].map(Into::into).into());
        run_closing(&shell, &control, times, 100).unwrap()
    }

    #[test]
    fn closing_standard_output_is_no_timeout() {
        let Ran::Ended { end, out } = ran("echo said; exec >&-; sleep 600", (LONG, SHORT)) else {
            panic!("it did not reach its deadline")
        };
        assert_eq!((end.how, out.as_slice()), (Ending::Stopped, b"said\n".as_slice()));
        let Ran::Ended { end, .. } = ran("exec >&-; exit 3", (LONG, LONG)) else { panic!("it ended by itself") };
        assert_eq!(end.how, Ending::Exited(3));
    }

    #[test]
    fn a_deadline_is_one_with_or_without_standard_output() {
        for script in ["sleep 600", "exec >&-; sleep 600"] {
            assert!(matches!(ran(script, (SHORT, LONG)), Ran::TimedOut), "{script}");
        }
    }
}
