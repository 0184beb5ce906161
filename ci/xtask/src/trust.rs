//! `cargo xtask trust`: how often the gate errs, and how often it finds what it should.
//!
//! Code that is known to be unchanged, and code that is known to do more, is compared by `hil gate` under three kinds of noise;
//! the rules of other tools are given data of their own in the same minutes. Every comparison is a line of a log below
//! `target/trust`, so an interrupted measurement goes on where it stopped, and every figure of the report can be computed
//! again. xtask depends on no crate of the workspace: it drives the built `hil`, and its statistics are its own.
#![expect(clippy::print_stdout, reason = "the progress of the comparisons is this command's output")]

pub mod controls;
pub mod gate;
pub mod log;
pub mod machine;
pub mod measure;
pub mod numbers;
pub mod peers;
pub mod plan;
pub mod plot;
pub mod programs;
pub mod random;
pub mod rates;
pub mod record;
pub mod regime;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod truth;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::finding::{Finding, Report};
use crate::trust::log::Log;
use crate::trust::measure::Measuring;
use crate::trust::plan::{FULL, Plan, SMOKE};
use crate::trust::programs::Programs;
use crate::trust::record::{Line, Session};

/// What `--help` says.
const USAGE: &str = "\
Measures how often `hil gate` errs and what it finds, on programs whose difference is known.

Usage: cargo xtask trust [--hours H] [--seed N] [--hil PROGRAM]
       cargo xtask trust --smoke [--hil PROGRAM]
       cargo xtask trust --report

  --hours H      how long; what an earlier call measured is gone on with, with the programs that it tried [3]
  --seed N       decides what is compared in which order [20260131]
  --hil PROGRAM  the `hil` that is tried [built afresh]
  --smoke        a few minutes that show that everything works; fails only on what cannot be chance
  --report       write docs/trust.md from what was measured
";

/// Where everything is kept, relative to the root.
const FOLDER: &str = "target/trust";
/// Seed unless another is given, and always of the smoke test.
const SEED: u64 = 20_260_131;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
enum Options {
    Help,
    Report,
    Smoke { hil: Option<PathBuf> },
    Measure { hours: f64, seed: u64, hil: Option<PathBuf> },
}

impl Options {
    fn parse(options: &[&str]) -> Result<Self> {
        let (mut hours, mut seed, mut hil, mut smoke, mut report) = (None, None, None, false, false);
        let mut rest = options.iter();
        while let Some(option) = rest.next() {
            let mut value = || rest.next().with_context(|| format!("{option} needs a value\n\n{USAGE}"));
            match *option {
                "--help" => return Ok(Self::Help),
                "--smoke" => smoke = true,
                "--report" => report = true,
                "--hil" => hil = Some(PathBuf::from(value()?)),
                "--hours" => {
                    let value = value()?;
                    let parsed: Option<f64> = value.parse().ok().filter(|hours| (0.001..=1000.0).contains(hours));
                    hours = Some(parsed.with_context(|| format!("--hours needs a number of hours and not `{value}`"))?);
                }
                "--seed" => {
                    let value = value()?;
                    seed = Some(value.parse().with_context(|| format!("--seed needs a number and not `{value}`"))?);
                }
                other => bail!("unknown option `{other}`\n\n{USAGE}"),
            }
        }
        match (smoke, report, hours.is_some() || seed.is_some()) {
            (true, false, false) => Ok(Self::Smoke { hil }),
            (false, true, false) if hil.is_none() => Ok(Self::Report),
            (false, false, _) => Ok(Self::Measure { hours: hours.unwrap_or(3.0), seed: seed.unwrap_or(SEED), hil }),
            _ => bail!("these options exclude each other\n\n{USAGE}"),
        }
    }
}

/// Does what `options` ask for; true when nothing was found that must not be.
///
/// # Errors
/// When the options are wrong, something does not build, or a file cannot be written.
pub fn run(root: &Path, options: &[&str]) -> Result<bool> {
    match Options::parse(options)? {
        Options::Help => {
            print!("{USAGE}");
            Ok(true)
        }
        Options::Report => {
            print!("{}", report::write(root, &root.join(FOLDER).join(log_name(&FULL)))?);
            Ok(true)
        }
        Options::Smoke { hil } => smoke(root, hil),
        Options::Measure { hours, seed, hil } => {
            let mut log = open(root, &FULL, seed, programs_to_try(root, hil)?)?;
            let limit = Duration::from_secs_f64(hours * 3600.0);
            let problems = log.measure(&FULL, seed, Some(limit))?;
            print!("{}", rates::summary(&log.log.lines));
            Ok(tell(&problems))
        }
    }
}

/// The smoke test as a step of `cargo xtask ci`.
///
/// # Errors
/// As [`run`].
pub fn check(root: &Path) -> Result<Report> {
    let mut report = Report::default();
    if !smoke(root, None)? {
        let fix = "look at target/trust/smoke.jsonl, and repeat it with `cargo xtask trust --smoke`";
        report.findings.push(Finding::new(
            "harness/hil-cli/src/commands/gate",
            None,
            "the gate cannot be trusted",
            fix,
        ));
    }
    Ok(report)
}

/// The short measurement, from the beginning each time.
fn smoke(root: &Path, hil: Option<PathBuf>) -> Result<bool> {
    let path = root.join(FOLDER).join(log_name(&SMOKE));
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("failed to remove {}", path.display()));
        }
        _ => {}
    }
    let begin = Instant::now();
    let programs = Programs::build(root, &root.join(FOLDER).join("programs"), hil, false)?;
    let mut measuring = open(root, &SMOKE, SEED, programs)?;
    let problems = measuring.measure(&SMOKE, SEED, None)?;
    print!("{}", rates::summary(&measuring.log.lines));
    println!("trust: the smoke test took {:.0} s", begin.elapsed().as_secs_f64());
    Ok(tell(&problems))
}

fn log_name(plan: &Plan) -> String {
    format!("{}.jsonl", plan.name)
}

/// The programs of the whole measurement: those that an earlier call tried, or new ones.
fn programs_to_try(root: &Path, hil: Option<PathBuf>) -> Result<Programs> {
    let folder = root.join(FOLDER).join(FULL.name);
    match Programs::kept(&folder) {
        None => Programs::build(root, &folder, hil, true)?.keep(&folder),
        Some(kept) if hil.is_none() => Ok(kept),
        Some(_) => bail!(
            "{} keeps the programs of the measurement that was begun; --hil begins another one, so move the folder and \
             {} away first",
            folder.display(),
            log_name(&FULL)
        ),
    }
}

/// Opens the log, which must be of the same programs.
fn open(root: &Path, plan: &Plan, seed: u64, programs: Programs) -> Result<Measuring> {
    let folder = root.join(FOLDER);
    let path = folder.join(log_name(plan));
    let mut log = Log::open(&path)?;
    if log.was_cut {
        println!("trust: the last line of {} was cut off; that comparison is made again", path.display());
    }
    let session = Session {
        at: measure::now(),
        seed,
        plan: plan.name.to_owned(),
        programs: [programs::digest(&programs.hil)?, programs::digest(&programs.workloads)?],
        version: measure::version(&programs.hil)?,
        hyperfine: peers::hyperfine_version(),
        machine: machine::machine(),
    };
    let earlier =
        log.lines.iter().find_map(|line| if let Line::Session(session) = line { Some(session) } else { None });
    if let Some(earlier) = earlier.filter(|earlier| !same(earlier, &session)) {
        bail!(
            "{} was measured with seed {}, `{}` on {}; figures of different programs, machines or plans are not mixed: go on \
             with those, or move the file and the folder of that name away",
            path.display(),
            earlier.seed,
            earlier.version,
            earlier.machine.processor
        );
    }
    log.append(Line::Session(session))?;
    Ok(Measuring { log, programs, folder })
}

/// Whether figures of both may stand in one table.
fn same(one: &Session, other: &Session) -> bool {
    (one.seed, &one.plan, &one.programs, &one.machine) == (other.seed, &other.plan, &other.programs, &other.machine)
}

fn tell(problems: &[String]) -> bool {
    problems.iter().for_each(|problem| println!("trust: FAILED: {problem}"));
    if problems.is_empty() {
        println!("trust: nothing was found that cannot be chance");
    }
    problems.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{Options, SEED};

    #[test]
    fn options_say_what_is_done() {
        let measure = |hours, seed| Options::Measure { hours, seed, hil: None };
        assert_eq!(Options::parse(&[]).unwrap(), measure(3.0, SEED));
        assert_eq!(Options::parse(&["--seed", "7", "--hours", "0.5"]).unwrap(), measure(0.5, 7));
        assert_eq!(Options::parse(&["--report"]).unwrap(), Options::Report);
        assert_eq!(Options::parse(&["--smoke", "--hil", "x"]).unwrap(), Options::Smoke { hil: Some("x".into()) });
        let wrong: [&[&str]; 6] = [
            &["--hours"],
            &["--hours", "nan"],
            &["--hours", "0"],
            &["--smoke", "--report"],
            &["--smoke", "--seed", "1"],
            &["x"],
        ];
        for options in wrong {
            assert!(Options::parse(options).is_err(), "{options:?}");
        }
    }
}
