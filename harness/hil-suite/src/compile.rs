//! A bench target becomes a program: built once, by Cargo, with the versions that its lock file names.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hil_bench::bench::Ending;
use hil_bench::control::Control;
use hil_bench::crash::printable;
use hil_bench::process::Program;
use hil_model::scenario::{Suite, SuiteFound};
use serde::Deserialize;

use crate::package::CARGO;
use crate::private::without_folders;
use crate::program::{Ran, run};

/// A build may take long, but not for ever.
const LIMIT: Duration = Duration::from_secs(60 * 60);
/// Time to say a version.
const FOR_VERSION: Duration = Duration::from_secs(60);
/// Cargo says a few hundred bytes a crate, and more about one that does not build.
const MOST_OUTPUT: usize = 64 << 20;
/// Lines of a failed build that are told; the first error stands among the first.
const MOST_LINES: usize = 200;
/// Characters of a line that are told.
const MOST_COLUMNS: usize = 400;

/// A built suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Built {
    pub(crate) program: PathBuf,
    /// What was built, for the record.
    pub(crate) words: String,
}

/// Why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BuildError {
    /// The caller wants to stop.
    Cancelled,
    /// It does not build.
    Failed {
        /// For the stored run: no private names.
        message: String,
        /// What Cargo and the compiler say, line by line, without the package's folder.
        lines: Vec<String>,
    },
}

/// A line of Cargo's `--message-format=json`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    executable: Option<PathBuf>,
    package_id: Option<String>,
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    message: String,
    rendered: Option<String>,
}

/// Builds the bench target that `suite` means.
pub(crate) fn build(suite: &Suite, found: &SuiteFound, control: &Control<'_>) -> Result<Built, BuildError> {
    let folder = Path::new(&found.folder);
    let mut arguments: Vec<OsString> =
        ["bench", "--no-run", "--locked", "--message-format=json", "--bench"].map(OsString::from).into();
    arguments.extend([OsString::from(&found.bench), "--manifest-path".into(), folder.join("Cargo.toml").into()]);
    if !suite.features.is_empty() {
        arguments.extend(["--features".into(), suite.features.join(",").into()]);
    }
    let failed = |message: String, lines: Vec<String>| {
        let (package, bench) = (&found.name, &found.bench);
        BuildError::Failed { message: format!("bench {bench} of package {package}: {message}"), lines }
    };
    let cargo = Program::new(CARGO, arguments).in_folder(folder);
    let (end, out) = match run(&cargo, control, LIMIT, MOST_OUTPUT) {
        Ok(Ran::Ended { end, out }) => (end, out),
        Ok(Ran::Cancelled) => return Err(BuildError::Cancelled),
        Ok(Ran::TimedOut) => return Err(failed(format!("it was not built within {LIMIT:?}"), Vec::new())),
        Err(error) => return Err(failed(format!("cargo does not start: {error}"), Vec::new())),
    };
    let messages = messages(&out);
    if end.how != Ending::Exited(0) {
        let (message, lines) = why(&messages, &end.last_words);
        let private = |line: &String| line.replace(&found.folder, "[package]");
        return Err(failed(message, lines.iter().map(private).collect()));
    }
    let is_meant = |message: &&Message| {
        message.reason == "compiler-artifact"
            && message.executable.is_some()
            && message
                .target
                .as_ref()
                .is_some_and(|target| target.name == found.bench && target.kind.iter().any(|kind| kind == "bench"))
    };
    let artifact = messages.iter().find(is_meant);
    let Some(program) = artifact.and_then(|artifact| artifact.executable.clone()) else {
        return Err(failed("cargo has built no program for it".to_owned(), Vec::new()));
    };
    let version = artifact.and_then(|artifact| version(artifact.package_id.as_deref()?)).unwrap_or_default();
    let with = if suite.features.is_empty() { String::new() } else { format!(" with {}", suite.features.join("+")) };
    let words = format!("{}{version}, bench {}{with}, {}", found.name, found.bench, compiler(folder, control));
    Ok(Built { program, words })
}

/// What is not JSON is what a build script or a macro has printed.
fn messages(out: &[u8]) -> Vec<Message> {
    out.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

/// The first error for the record, and everything that was said about errors.
fn why(messages: &[Message], last_words: &str) -> (String, Vec<String>) {
    let diagnostics = messages.iter().filter_map(|message| message.message.as_ref());
    let errors: Vec<&Diagnostic> = diagnostics.filter(|diagnostic| diagnostic.level.starts_with("error")).collect();
    let rendered = errors.iter().filter_map(|error| error.rendered.as_deref()).flat_map(str::lines);
    // What Cargo is doing says nothing about why it cannot.
    let is_news = |line: &&str| {
        let doing = ["Compiling ", "Checking ", "Downloading ", "Downloaded ", "Blocking ", "Updating ", "Locking "];
        !doing.iter().any(|word| line.trim_start().starts_with(word))
    };
    let said = last_words.lines().filter(is_news);
    let lines = rendered.chain(said).map(shown).filter(|line| !line.is_empty()).take(MOST_LINES).collect();
    let first = match errors.first() {
        Some(error) => printable(&without_folders(&error.message)),
        // Cargo's own first error may name the user's folders, so it stands among the lines only.
        None if last_words.contains("--locked") => {
            "its Cargo.lock is missing or does not fit its Cargo.toml: run `cargo generate-lockfile` there, because \
             what is measured must not change from run to run"
                .to_owned()
        }
        None => "cargo refuses it".to_owned(),
    };
    (format!("it does not build: {first}; the whole text is on standard error and in the log"), lines)
}

/// A line without control characters; its indentation shows what it points at.
fn shown(line: &str) -> String {
    let clean: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_COLUMNS).collect();
    clean.trim_end().to_owned()
}

/// The version in a package id: `path+file:///x#0.1.0` and `path+file:///x#name@0.1.0`.
fn version(id: &str) -> Option<String> {
    let (_, behind) = id.rsplit_once('#')?;
    Some(format!(" {}", behind.rsplit('@').next()?))
}

/// The compiler that Cargo uses in this folder, in its own words.
fn compiler(folder: &Path, control: &Control<'_>) -> String {
    let rustc = Program::new("rustc", vec!["--version".into()]).in_folder(folder);
    let said = match run(&rustc, control, FOR_VERSION, 1 << 10) {
        Ok(Ran::Ended { end, out }) if end.how == Ending::Exited(0) => printable(&String::from_utf8_lossy(&out)),
        _ => String::new(),
    };
    if said.is_empty() { "an unknown compiler".to_owned() } else { said }
}

#[cfg(test)]
mod tests {
    use super::{messages, version, why};

    #[test]
    fn the_first_error_is_kept_and_all_of_them_are_told() {
        let out = br#"a build script says hello
{"reason":"compiler-message","message":{"level":"warning","message":"unused","rendered":"warning: unused\n"}}
{"reason":"compiler-message","message":{"level":"error","message":"mismatched types","rendered":"error[E0308]: mismatched types\n --> benches/a.rs:1:1\n"}}
{"reason":"build-finished","success":false}
"#;
        let (message, lines) =
            why(&messages(out), "   Compiling a v0.1.0 (/home/me/a)\nerror: could not compile `a`\n");
        assert!(message.starts_with("it does not build: mismatched types;"), "{message}");
        assert_eq!(lines, ["error[E0308]: mismatched types", " --> benches/a.rs:1:1", "error: could not compile `a`"]);
        let unread = br#"{"reason":"compiler-message","message":{"level":"error","message":"couldn't read `/home/me/a b/x.rs`: gone"}}"#;
        let (message, _) = why(&messages(unread), "");
        assert!(message.starts_with("it does not build: couldn't read `[path]`: gone;"), "{message}");
        let (message, _) = why(&[], "error: the lock file /x needs to be updated but --locked was passed");
        assert!(message.contains("cargo generate-lockfile"), "{message}");
        assert!(!message.contains("/x"), "{message}");
    }

    #[test]
    fn versions_are_found_in_both_forms_of_an_id() {
        assert_eq!(version("path+file:///x/fir#0.1.0").as_deref(), Some(" 0.1.0"));
        assert_eq!(version("path+file:///x#fir@0.2.0").as_deref(), Some(" 0.2.0"));
        assert_eq!(version("fir 0.1.0 (path)"), None);
    }
}
