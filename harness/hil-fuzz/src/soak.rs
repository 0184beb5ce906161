//! Starts workers and outlives them: what ends a worker, or keeps it from going on, is a finding with the input that did it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::seeds;
use crate::target::Target;
use crate::worker::{self, BROKEN, DONE, TRYING};

/// Memory that a worker may take, in KiB: thousands of times the longest input. Only Linux holds mapped memory to it.
const MEMORY_KIB: u32 = 512 * 1024;

/// What to try.
#[derive(Debug, Clone)]
pub struct Options {
    /// The program that works when it is called with `--worker`.
    pub program: PathBuf,
    /// Everything follows from it.
    pub seed: u64,
    /// How many inputs of each target.
    pub iterations: u64,
    /// How long one input may take.
    pub patience: Duration,
    /// Findings of one target after which no more are looked for.
    pub findings: usize,
    /// Where inputs that went wrong are kept.
    pub out: PathBuf,
}

/// An input that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The target.
    pub target: &'static str,
    /// What happened.
    pub why: String,
    /// Where the input is kept.
    pub file: PathBuf,
}

impl Finding {
    /// The finding and how to see it again, on two lines.
    #[must_use]
    pub fn show(&self) -> String {
        let file = self.file.display();
        format!("{}: {}\n  replay: cargo xtask fuzz {} --replay {file}\n", self.target, self.why, self.target)
    }
}

/// What a target came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Inputs that were tried.
    pub tried: u64,
    /// Those that went wrong, at most [`Options::findings`].
    pub findings: Vec<Finding>,
}

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
pub enum SoakError {
    /// The worker or a file.
    #[error("{what}: {source}")]
    Io {
        /// What was attempted.
        what: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The worker ended before it tried anything.
    #[error("the worker for {0} ended before it tried anything")]
    NoWorker(&'static str),
}

/// Tries `options.iterations` inputs of `target`.
///
/// # Errors
/// [`SoakError`]; an input that goes wrong is not an error but a finding.
pub fn soak(target: &Target, options: &Options) -> Result<Report, SoakError> {
    let seeds = seeds::seeds(target).map_err(|source| io(format!("the seeds of {}", target.name), source))?;
    let mut report = Report { tried: 0, findings: Vec::new() };
    let mut from = 0;
    while from < options.iterations && report.findings.len() < options.findings {
        let (next, broken) = worker(target, options, from)?;
        for (index, why) in broken.into_iter().take(options.findings - report.findings.len()) {
            let bytes = worker::input(target, &seeds, options.seed, index);
            let file = keep(target, &options.out, options.seed, index, &bytes)?;
            report.findings.push(Finding { target: target.name, why, file });
        }
        report.tried += next - from;
        from = next;
    }
    Ok(report)
}

/// Runs one worker from input `from` until it ends in whatever way: the input to go on with, and what went wrong.
fn worker(target: &Target, options: &Options, from: u64) -> Result<(u64, Vec<(u64, String)>), SoakError> {
    let mut child = start(target, options, from).map_err(|source| io("the worker".to_owned(), source))?;
    let (send, lines) = mpsc::channel();
    let stdout = child.stdout.take();
    let reader = std::thread::spawn(move || {
        for line in stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines().map_while(Result::ok)) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let (mut current, mut broken, mut is_done) = (None, Vec::new(), false);
    let is_stuck = loop {
        match lines.recv_timeout(options.patience) {
            Ok(line) => match (line.strip_prefix(TRYING), line.strip_prefix(BROKEN), current) {
                (Some(index), _, _) => current = index.parse::<u64>().ok(),
                (None, Some(why), Some(index)) => broken.push((index, why.to_owned())),
                (None, Some(_) | None, _) => is_done |= line == DONE,
            },
            Err(RecvTimeoutError::Disconnected) => break false,
            Err(RecvTimeoutError::Timeout) => break true,
        }
        if broken.len() >= options.findings {
            break false;
        }
    };
    drop(lines);
    let status = end(&mut child, is_done)?;
    // The pipe is closed now, so the reader ends.
    let _ended = reader.join();
    let Some(last) = current else { return Err(SoakError::NoWorker(target.name)) };
    if is_stuck {
        broken.push((last, format!("no end within {:?}", options.patience)));
    } else if !is_done && broken.len() < options.findings {
        broken.push((last, format!("the process ended ({status}): the stack or the memory was used up")));
    }
    Ok((if is_done { options.iterations } else { last + 1 }, broken))
}

fn start(target: &Target, options: &Options, from: u64) -> std::io::Result<Child> {
    let numbers = [("--seed", options.seed), ("--from", from), ("--iterations", options.iterations)];
    let mut command = if cfg!(unix) {
        // The shell sets the limit, because this program has no unsafe code to do it with.
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("ulimit -d {MEMORY_KIB} && exec \"$@\"")).arg("sh").arg(&options.program);
        command
    } else {
        Command::new(&options.program)
    };
    command.arg("--worker").arg(target.name);
    for (name, value) in numbers {
        command.arg(name).arg(value.to_string());
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
}

/// Waits for a worker that is done and ends any other.
fn end(child: &mut Child, is_done: bool) -> Result<std::process::ExitStatus, SoakError> {
    if !is_done {
        // It may have ended by itself.
        let _gone = child.kill();
    }
    child.wait().map_err(|source| io("the worker".to_owned(), source))
}

fn keep(target: &Target, out: &Path, seed: u64, index: u64, bytes: &[u8]) -> Result<PathBuf, SoakError> {
    let file = out.join(format!("{}-{seed}-{index}", target.name));
    let written = std::fs::create_dir_all(out).and_then(|()| std::fs::write(&file, bytes));
    written.map_err(|source| io(file.display().to_string(), source))?;
    Ok(file)
}

fn io(what: String, source: std::io::Error) -> SoakError {
    SoakError::Io { what, source }
}
