//! From the end of an agent to words: was it the code's own doing, and what did it say last?

use crate::bench::{End, Ending};

/// Longest text that is taken from an agent's last words, in characters.
const MAX_DETAIL: usize = 400;
/// The exit status of a Rust program that panicked.
const PANIC_STATUS: i32 = 101;
/// What to think of when a process was ended from outside.
pub const WHO_KILLS: &str = "was it the out-of-memory killer, or somebody's kill?";

/// Whose doing the end of an agent was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blame {
    /// The code that ran in it.
    Code {
        /// How it ended, in words.
        detail: String,
    },
    /// Somebody else.
    Rig {
        /// What happened, in words.
        message: String,
    },
}

/// Whose doing it was.
#[must_use]
pub fn blame(end: &End) -> Blame {
    let said = last_message(&end.last_words);
    let with = |how: String| match &said {
        Some(said) => format!("{how}: {said}"),
        None => how,
    };
    match &end.how {
        Ending::Exited(PANIC_STATUS) if said.as_ref().is_some_and(|said| said.starts_with("panicked at ")) => {
            Blame::Code { detail: said.clone().unwrap_or_default() }
        }
        Ending::Exited(status) => Blame::Code { detail: with(format!("exited with status {status}")) },
        Ending::Crashed { signal } => Blame::Code { detail: with(format!("ended by {signal}")) },
        Ending::KilledFromOutside { signal } => {
            Blame::Rig { message: format!("the agent was ended or stopped from outside by {signal}; {WHO_KILLS}") }
        }
        Ending::RigFailed(_) => Blame::Rig { message: said.unwrap_or_else(|| "it did not say how".to_owned()) },
        Ending::Stopped => Blame::Rig { message: with("the agent closed its link and went on without it".to_owned()) },
    }
}

/// The panic message with its place, or else the last line that says something.
fn last_message(words: &str) -> Option<String> {
    let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if let Some(at) = lines.iter().rposition(|line| line.contains("panicked at ")) {
        let place = lines[at].split_once("panicked at ").map_or("", |(_, place)| place.trim_end_matches(':'));
        let message: Vec<&str> = lines[at + 1..]
            .iter()
            .copied()
            .take_while(|line| !line.starts_with("note: ") && *line != "stack backtrace:")
            .take(3)
            .collect();
        return Some(printable(&format!("panicked at {}: {}", short_place(place), message.join(" "))));
    }
    let overflow = lines.iter().find(|line| line.contains("has overflowed its stack"));
    overflow.or(lines.last()).map(|line| printable(line))
}

/// A place in a file, without the folders of whoever built it: `/home/me/.cargo/x-1.0/src/a.rs:1:2` becomes
/// `x-1.0/src/a.rs:1:2`. The backslashes of Windows become slashes, so that a place reads the same everywhere.
fn short_place(place: &str) -> String {
    let place = place.replace('\\', "/");
    if !place.starts_with('/') && place.get(1..3) != Some(":/") {
        return place;
    }
    let Some(src) = place.rfind("/src/") else { return place.rsplit('/').next().unwrap_or(&place).to_owned() };
    let start = place[..src].rfind('/').map_or(0, |slash| slash + 1);
    place[start..].to_owned()
}

/// The text on one line, without control characters, cut to a length that fits into a report.
#[must_use]
pub fn printable(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut out: String = clean.take(MAX_DETAIL).collect();
    if text.chars().nth(MAX_DETAIL).is_some() {
        out.push_str(" ...");
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Blame, blame, printable};
    use crate::bench::{End, Ending};

    fn code(how: Ending, last_words: &str) -> String {
        match blame(&End { how, last_words: last_words.to_owned() }) {
            Blame::Code { detail } => detail,
            Blame::Rig { message } => panic!("rig: {message}"),
        }
    }

    #[test]
    fn a_panic_is_told_with_its_place() {
        let words = "starting\n\nthread 'main' (77) panicked at src/fir.rs:10:5:\nindex out of bounds\n\
                     note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        assert_eq!(code(Ending::Exited(101), words), "panicked at src/fir.rs:10:5: index out of bounds");
        let words =
            "thread 'main' panicked at /home/me/.cargo/registry/src/x-1.0/src/a.rs:1:2:\nno\nstack backtrace:\n0: f";
        assert_eq!(code(Ending::Exited(101), words), "panicked at x-1.0/src/a.rs:1:2: no");
        let words = "thread 'main' panicked at C:\\Users\\me\\.cargo\\registry\\src\\x-1.0\\src\\a.rs:1:2:\nno\n";
        assert_eq!(code(Ending::Exited(101), words), "panicked at x-1.0/src/a.rs:1:2: no");
        let words = "thread 'main' panicked at targets\\x\\src\\a.rs:1:2:\nno\n";
        assert_eq!(code(Ending::Exited(101), words), "panicked at targets/x/src/a.rs:1:2: no");
    }

    #[test]
    fn signals_and_exits_are_told_with_the_last_words() {
        let signal = || Ending::Crashed { signal: "SIGSEGV".to_owned() };
        assert_eq!(code(signal(), ""), "ended by SIGSEGV");
        let words = "\nthread 'main' has overflowed its stack\nfatal runtime error: stack overflow, aborting\n";
        assert_eq!(code(signal(), words), "ended by SIGSEGV: thread 'main' has overflowed its stack");
        assert_eq!(code(Ending::Exited(0), ""), "exited with status 0");
        assert_eq!(code(Ending::Exited(3), "cannot go on\n"), "exited with status 3: cannot go on");
        assert_eq!(code(Ending::Exited(101), ""), "exited with status 101");
    }

    #[test]
    fn a_kill_from_outside_is_never_the_code_s_doing() {
        let end = End { how: Ending::KilledFromOutside { signal: "SIGKILL".to_owned() }, last_words: String::new() };
        assert!(matches!(blame(&end), Blame::Rig { .. }));
    }

    #[test]
    fn escapes_and_floods_are_tamed() {
        assert_eq!(printable("a\u{1b}[31mb\n"), "a [31mb");
        assert!(printable(&"x".repeat(10_000)).len() < 500);
    }
}
