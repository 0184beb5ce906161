//! Callgrind: how an agent is started under it, and what it leaves behind.
//!
//! Callgrind (a tool of valgrind) emulates the processor and counts the instructions that a process executes, over all of
//! its threads. It does so from when the agent asks for it to when the agent has it dumped, so each dump holds one iteration;
//! everything else runs several times faster for not being counted. Every number of a dump is checked before it is believed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The largest dump that is read, in bytes; those of agents have less than one in a thousand of that.
pub const MAX_DUMP: u64 = 256 << 20;
/// Name of the dumps: the first is `counts.1`.
const DUMP: &str = "counts";
/// The event that is the execution of an instruction.
const INSTRUCTIONS: &str = "Ir";

/// How instructions are counted on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callgrind {
    /// The program `valgrind`.
    pub valgrind: PathBuf,
    /// The argument of an agent that says to callgrind where its iterations begin and end.
    pub flag: &'static str,
    /// How the line of standard error begins in which such an agent names the vector instructions that it found.
    pub mark: &'static str,
    /// The vector instructions that the same code finds when it is timed.
    pub timed_with: String,
}

impl Callgrind {
    /// The arguments with which valgrind starts `program` with `arguments` and dumps into `folder`.
    #[must_use]
    pub fn arguments(&self, folder: &Path, program: &Path, arguments: &[OsString]) -> Vec<OsString> {
        let out = |option: &str| {
            let mut option = OsString::from(option);
            option.push(folder.join(DUMP));
            option
        };
        let own = [
            // What valgrind has to say beside errors is of no interest to anybody.
            OsString::from("-q"),
            "--tool=callgrind".into(),
            "--instr-atstart=no".into(),
            // Nobody attaches a debugger, whose pipes would be left behind by an agent that is ended by force.
            "--vgdb=no".into(),
            out("--callgrind-out-file="),
        ];
        own.into_iter().chain([program.into()]).chain(arguments.iter().cloned()).chain([self.flag.into()]).collect()
    }
}

/// The file of dump number `number`, from 1.
#[must_use]
pub fn dump_file(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{DUMP}.{number}"))
}

/// What one dump says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// Instructions executed.
    pub instructions: u64,
    /// What wrote it, with its version.
    pub creator: String,
}

/// Why something is no dump that could be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DumpError {
    /// It is not text.
    #[error("the dump is no text")]
    NotText,
    /// A line is missing.
    #[error("the dump has no line {0:?}, so it is not callgrind's or it is cut off")]
    Missing(&'static str),
    /// A line that may be there once is there again.
    #[error("the dump has the line {0:?} more than once")]
    Twice(&'static str),
    /// It is of a version that nobody here has read.
    #[error("the dump has version {0:?} of its format; 1 is known")]
    Version(String),
    /// Instructions were not counted.
    #[error("the dump counts {0:?} and no instructions (Ir)")]
    NoInstructions(String),
    /// The sum is no number.
    #[error("the sum of the dump is {0:?}, which is no number of instructions")]
    NoNumber(String),
    /// Nothing was executed, which cannot be.
    #[error("the dump counts no instruction at all")]
    Nothing,
}

/// Reads a dump.
///
/// The sum is that of the line `totals`, of what the dump lists; `summary` also holds what the thread had executed since its
/// last dump and was told to forget.
///
/// # Errors
/// [`DumpError`] for everything that is not a whole dump with a number of instructions above zero.
pub fn parse(bytes: &[u8]) -> Result<Dump, DumpError> {
    let text = std::str::from_utf8(bytes).map_err(|_| DumpError::NotText)?;
    let version = only(text, "version:")?;
    if version != "1" {
        return Err(DumpError::Version(cut(version)));
    }
    let creator = cut(only(text, "creator:")?);
    let events = only(text, "events:")?;
    let Some(place) = events.split_whitespace().position(|event| event == INSTRUCTIONS) else {
        return Err(DumpError::NoInstructions(cut(events)));
    };
    let totals = only(text, "totals:")?;
    let sum = totals.split_whitespace().nth(place).unwrap_or_default();
    // A sign or anything else that a number of Rust may have is not what callgrind writes.
    let number = Some(sum).filter(|sum| sum.bytes().all(|byte| byte.is_ascii_digit())).and_then(|sum| sum.parse().ok());
    match number {
        None => Err(DumpError::NoNumber(cut(totals))),
        Some(0) => Err(DumpError::Nothing),
        Some(instructions) => Ok(Dump { instructions, creator }),
    }
}

/// What stands behind `key` on the one line that begins with it.
fn only<'t>(text: &'t str, key: &'static str) -> Result<&'t str, DumpError> {
    // The last line counts only with its end: one that is cut off may have lost digits.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut found = whole.lines().filter_map(|line| line.strip_prefix(key));
    let value = found.next().ok_or(DumpError::Missing(key))?;
    if found.next().is_some() { Err(DumpError::Twice(key)) } else { Ok(value.trim()) }
}

/// The beginning of a text from outside, without control characters.
fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use proptest::prelude::{any, prop, proptest};

    use super::{Callgrind, Dump, DumpError, parse};

    /// What callgrind 3.19 wrote of a function that works, shortened in its middle.
    const REAL: &str = "# callgrind format\nversion: 1\ncreator: callgrind-3.19.0\npid: 4711\ncmd:  ./a\npart: 2\n\n\n\
         desc: I1 cache: \ndesc: Timerange: Basic block 5003187 - 8003205\n\
         desc: Trigger: Client Request\n\npositions: line\nevents: Ir\nsummary: 9004866\n\n\n\
         fl=(1) ???\nfn=(2) a::work\n0 9000000\n\ntotals: 9000026\n";

    fn swapped(from: &str, to: &str) -> Result<Dump, DumpError> {
        assert!(REAL.contains(from), "{from}");
        parse(REAL.replacen(from, to, 1).as_bytes())
    }

    #[test]
    fn the_sum_of_what_is_listed_is_what_was_counted() {
        let dump = Dump { instructions: 9_000_026, creator: "callgrind-3.19.0".to_owned() };
        assert_eq!(parse(REAL.as_bytes()), Ok(dump.clone()));
        let (events, totals) = ("events: Bc Ir Bcm\n", "totals: 4 9000026 1\n");
        assert_eq!(
            parse(REAL.replace("events: Ir\n", events).replace("totals: 9000026\n", totals).as_bytes()),
            Ok(dump)
        );
    }

    #[test]
    fn what_is_no_whole_dump_is_refused() {
        assert_eq!(parse(b""), Err(DumpError::Missing("version:")));
        assert_eq!(parse(b"\xff\xfe"), Err(DumpError::NotText));
        assert_eq!(parse(b"<html>\n"), Err(DumpError::Missing("version:")));
        assert_eq!(swapped("version: 1", "version: 2"), Err(DumpError::Version("2".to_owned())));
        assert_eq!(swapped("creator: callgrind-3.19.0\n", ""), Err(DumpError::Missing("creator:")));
        assert_eq!(swapped("events: Ir", "events: Bc"), Err(DumpError::NoInstructions("Bc".to_owned())));
        assert_eq!(swapped("totals: 9000026\n", "totals: 0\n"), Err(DumpError::Nothing));
        assert_eq!(swapped("part: 2\n", "totals: 7\n"), Err(DumpError::Twice("totals:")));
        for sum in ["", "-1", "+1", "1e9", "0x10", "99999999999999999999", "nine"] {
            assert_eq!(swapped("9000026", sum), Err(DumpError::NoNumber(sum.to_owned())));
        }
    }

    #[test]
    fn a_dump_that_is_cut_off_anywhere_is_refused() {
        for len in 0..REAL.len() {
            assert!(parse(&REAL.as_bytes()[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn what_a_dump_says_is_cut_and_tamed_before_it_is_repeated() {
        let Err(DumpError::Version(told)) = swapped("version: 1", &format!("version: \u{1b}[31m{}", "9".repeat(999)))
        else {
            panic!("another version was taken");
        };
        assert_eq!((told.len(), told.contains('\u{1b}')), (40, false));
    }

    #[test]
    fn callgrind_waits_until_the_agent_says_when_to_count() {
        let callgrind = Callgrind {
            valgrind: PathBuf::from("valgrind"),
            flag: "--counted",
            mark: "[with] ",
            timed_with: "none".to_owned(),
        };
        let given = callgrind.arguments(Path::new("folder"), Path::new("hil"), &["agent".into()]);
        let given: Vec<&str> = given.iter().filter_map(|argument| argument.to_str()).collect();
        assert_eq!(given[..3], ["-q", "--tool=callgrind", "--instr-atstart=no"]);
        assert_eq!(given[5..], ["hil", "agent", "--counted"]);
    }

    proptest! {
        #[test]
        fn no_input_makes_it_panic_or_count_nothing(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0..400usize) {
            let mut damaged = REAL.as_bytes().to_vec();
            let at = at.min(damaged.len());
            damaged.splice(at..at, bytes);
            if let Ok(dump) = parse(&damaged) {
                assert!(dump.instructions > 0);
            }
        }
    }
}
