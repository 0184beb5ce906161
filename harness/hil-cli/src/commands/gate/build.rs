//! Building a tree with the command that was given, or with cargo.

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hil_bench::bench::Ending;
use hil_bench::process::Program;

use crate::show::Show;
use crate::surroundings::Surroundings;

/// What a tree with a `Cargo.toml` is built with unless something else is said.
const CARGO: &str = "cargo build --release";
/// How often the wish to stop is looked for.
const LOOK_UP: Duration = Duration::from_millis(100);
/// How long a build may take to end once it has closed its standard output.
const TO_END: Duration = Duration::from_secs(60);
/// Lines of a failed build that are shown.
const TAIL: usize = 20;

/// How a build ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Built {
    /// Well, or there was nothing to build.
    Well,
    /// It failed; why, without the names of this computer's folders.
    Failed(String),
    /// The user stopped it.
    Interrupted,
}

/// Builds what is in `tree`, which is that of `side`.
pub(super) fn build(
    command: Option<&str>,
    tree: &Path,
    side: &str,
    around: &Surroundings,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Built {
    let command = match command {
        Some(command) => command,
        None if tree.join("Cargo.toml").is_file() => CARGO,
        None => return Built::Well,
    };
    let mut words = command.split_ascii_whitespace();
    let Some(program) = words.next() else { return Built::Failed("the build command is empty".to_owned()) };
    // A name without a folder is looked for as a shell would; any other means a file of the tree.
    let found = if Path::new(program).components().count() > 1 {
        Some(tree.join(program)).filter(|file| file.is_file())
    } else {
        around.program(program)
    };
    let Some(found) = found else { return Built::Failed(format!("`{command}`: there is no program {program}")) };
    show.note(&format!("building the {side}: {command}"));
    let started = Program::new(found, words.map(OsString::from).collect()).in_folder(tree).start();
    let mut life = match started {
        Ok(life) => life,
        Err(error) => return Built::Failed(format!("`{command}` cannot be started: {error}")),
    };
    let mut said = Vec::new();
    while life.receive(&mut said, LOOK_UP).is_ok() {
        if cancel.load(Ordering::Relaxed) {
            return Built::Interrupted;
        }
    }
    let end = life.end(TO_END);
    let text = format!("{}\n{}", String::from_utf8_lossy(&said), end.last_words);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if end.how == Ending::Exited(0) {
        lines.iter().for_each(|line| show.detail(1, line));
        return Built::Well;
    }
    show.warn(&format!("the {side} does not build:"));
    lines[lines.len().saturating_sub(TAIL)..].iter().for_each(|line| show.note(&format!("  {line}")));
    let how = match end.how {
        Ending::Exited(status) => format!("ended with status {status}"),
        Ending::Crashed { signal } | Ending::KilledFromOutside { signal } => format!("was ended by {signal}"),
        Ending::RigFailed(_) | Ending::Stopped => "did not end by itself".to_owned(),
    };
    Built::Failed(format!("`{command}` {how}; the log has the end of what it said"))
}
