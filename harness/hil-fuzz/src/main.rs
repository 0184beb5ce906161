//! `hil-fuzz`: damaged inputs for every reader, for as long as one likes. `cargo xtask fuzz` calls it.
//!
//! Exit status: 0 when every reader kept its promises, 1 when one did not, 2 for wrong usage or when nothing could be tried.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command-line tool: printing is its output")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use hil_fuzz::soak::{Options, soak};
use hil_fuzz::target::{TARGETS, Target, find};
use hil_fuzz::{seeds, worker};

const USAGE: &str = "\
Gives damaged inputs to the readers of the workspace.

Usage: cargo xtask fuzz [TARGET..] [OPTIONS]

Options:
  --iterations N   Inputs of each target (10000)
  --seed N         Everything follows from it (1)
  --patience N     Seconds that one input may take (20)
  --findings N     Stop a target after so many (5)
  --out DIR        Where inputs that went wrong are kept (target/fuzz)
  --replay FILE    Try this one input of the one target
  --list           List the targets
  --help           Print this
";

/// What was typed.
struct Typed {
    targets: Vec<Target>,
    options: Options,
    replay: Option<PathBuf>,
    is_worker: bool,
    from: u64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["--list"] {
        for target in TARGETS {
            println!("{:<32}{}", target.name, target.about);
        }
        return ExitCode::SUCCESS;
    }
    if arguments == ["--help"] {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match parse(&arguments).and_then(run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: &[String]) -> Result<Typed, String> {
    let program = std::env::current_exe().map_err(|error| format!("this program's own file: {error}"))?;
    let out = PathBuf::from("target/fuzz");
    let patience = Duration::from_secs(20);
    let options = Options { program, seed: 1, iterations: 10_000, patience, findings: 5, out };
    let mut typed = Typed { targets: Vec::new(), options, replay: None, is_worker: false, from: 0 };
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{word} needs a value\n\n{USAGE}"));
        let number = |text: &String| text.parse::<u64>().map_err(|_| format!("{word} needs a number, not {text:?}"));
        match word.as_str() {
            "--worker" => typed.is_worker = true,
            "--seed" => typed.options.seed = number(value()?)?,
            "--iterations" => typed.options.iterations = number(value()?)?,
            "--from" => typed.from = number(value()?)?,
            "--patience" => typed.options.patience = Duration::from_secs(number(value()?)?),
            "--findings" => typed.options.findings = number(value()?)?.max(1) as usize,
            "--out" => typed.options.out = PathBuf::from(value()?),
            "--replay" => typed.replay = Some(PathBuf::from(value()?)),
            name => {
                let unknown = || format!("there is no target or option {name:?}; see --list and --help");
                typed.targets.push(find(name).ok_or_else(unknown)?);
            }
        }
    }
    if (typed.is_worker || typed.replay.is_some()) && typed.targets.len() != 1 {
        return Err("name the one target that is meant; see --list".to_owned());
    }
    Ok(typed)
}

fn run(typed: Typed) -> Result<bool, String> {
    let Typed { targets, options, replay, is_worker, from } = typed;
    match (targets.first().copied(), replay) {
        (Some(target), Some(file)) => {
            let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            let held = worker::attempt(&target, &bytes);
            println!("{}: {}", target.name, held.as_ref().err().map_or("every promise was kept", String::as_str));
            Ok(held.is_ok())
        }
        (Some(target), None) if is_worker => {
            let committed = seeds::seeds(&target).unwrap_or_default();
            let seed = options.seed;
            let make = move |index| worker::input(&target, &committed, seed, index);
            // The lines are the only sign of life, so they are not held back.
            worker::work(target, from..options.iterations, make, std::io::stdout())
                .map_err(|error| error.to_string())?;
            Ok(true)
        }
        _ => all(if targets.is_empty() { &TARGETS } else { &targets }, &options),
    }
}

/// Two at a time: workers compute, and what they report is short.
fn all(targets: &[Target], options: &Options) -> Result<bool, String> {
    let next = std::sync::Mutex::new(targets.iter());
    let take = || next.lock().ok().and_then(|mut targets| targets.next());
    let some = || -> Result<bool, String> {
        let mut held = true;
        while let Some(target) = take() {
            let report = soak(target, options).map_err(|error| error.to_string())?;
            let findings = report.findings.len();
            println!("{:<32}{:>10} inputs of seed {}, {findings} findings", target.name, report.tried, options.seed);
            for finding in &report.findings {
                print!("{}", finding.show());
            }
            held &= findings == 0;
        }
        Ok(held)
    };
    std::thread::scope(|scope| {
        let handles = [scope.spawn(some), scope.spawn(some)];
        let ended = handles.map(|handle| handle.join().unwrap_or_else(|_| Err("a thread panicked".to_owned())));
        ended.into_iter().try_fold(true, |held, ended| Ok(held & ended?))
    })
}
