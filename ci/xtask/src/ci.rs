//! `cargo xtask ci`: every check and test of the project, in one command, on a bench as in continuous integration.
//!
//! All steps run even when one fails, so that one run shows everything there is to mend; the summary and the
//! exit status say which failed.
#![expect(clippy::print_stdout, reason = "the progress of the steps is this command's output")]

use std::env;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::elf::toolchain::Toolchain;
use crate::finding::Report;
use crate::{cargo, elf, firmware, fuzz, licences, neon, tidy, trust, workflows};

/// One step.
#[derive(Debug, Clone, Copy)]
struct Step {
    name: &'static str,
    about: &'static str,
    action: Action,
}

/// What a step does.
#[derive(Debug, Clone, Copy)]
enum Action {
    /// Calls a check of this crate.
    Check(fn(&Path) -> Result<Report>),
    /// Calls cargo with these arguments and environment variables.
    Cargo { arguments: &'static [&'static str], environment: &'static [(&'static str, &'static str)] },
}

/// The steps in their order: what is quick and often wrong comes first.
const STEPS: [Step; 13] = [
    Step {
        name: "fmt",
        about: "the formatting is rustfmt's",
        action: Action::Cargo { arguments: &["fmt", "--all", "--check"], environment: &[] },
    },
    Step {
        name: "tidy",
        about: "layout, dependency arrows, links, headers, lengths, manifests, profile, forbidden words, lock file",
        action: Action::Check(tidy::tidy),
    },
    Step {
        name: "licences",
        about: "licences and duplicate versions of the dependencies",
        action: Action::Check(licences::licences),
    },
    Step {
        name: WORKFLOWS,
        about: "the workflow templates of ci/github, by rule, and by actionlint and shellcheck where these are installed",
        action: Action::Check(workflows::check),
    },
    Step {
        name: "clippy",
        about: "no warning of the compiler or of clippy",
        action: Action::Cargo {
            // With object storage, which nothing else looks at in the command line.
            arguments: &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--features=hil-cli/s3",
                "--release",
                "--locked",
                "--",
                "-D",
                "warnings",
            ],
            environment: &[],
        },
    },
    Step {
        name: FIRMWARE,
        about: "the firmware of the boards builds, where a compiler for it is installed; tests run it",
        action: Action::Check(firmware::check),
    },
    Step {
        name: TEST,
        about: "every test of every crate, HIL_DATA's data sets included when it is set",
        action: Action::Cargo {
            arguments: &["test", "--workspace", "--release", "--locked"],
            // A test must compare its snapshots, never write them.
            environment: &[("INSTA_UPDATE", "no")],
        },
    },
    Step {
        name: "s3",
        about: "the archive on object storage, against a server that the tests start",
        action: Action::Cargo {
            arguments: &["test", "--release", "--locked", "--package", "hil-store", "--features", "s3", "--lib"],
            environment: &[],
        },
    },
    Step {
        name: "fuzz",
        about: "damaged inputs for every reader, the same ones each time",
        action: Action::Check(fuzz::check),
    },
    Step {
        name: "trust",
        about: "the gate tried on unchanged and on slower programs; fails only on what cannot be chance",
        action: Action::Check(trust::check),
    },
    Step {
        name: "doc",
        about: "the documentation builds without a warning",
        action: Action::Cargo {
            arguments: &["doc", "--workspace", "--no-deps", "--release", "--locked"],
            environment: &[("RUSTDOCFLAGS", "-Dwarnings")],
        },
    },
    Step {
        name: ELF,
        about: "the firmware of fixtures/elf builds and is what is committed, where a compiler for it is installed",
        action: Action::Check(elf::check),
    },
    Step {
        name: NEON,
        about: "the kernels for aarch64 build and pass their tests under QEMU, where that is installed",
        action: Action::Check(neon::check),
    },
];

/// The step that looks at the workflow templates.
const WORKFLOWS: &str = "workflows";
/// The step that runs the tests, those on real data among them.
const TEST: &str = "test";
/// The step that builds the firmware of the boards. The tests run it, so that step brings this one along.
const FIRMWARE: &str = "fw";
/// The step that builds the firmware of tests.
const ELF: &str = "elf";
/// The step that builds and emulates the kernels of another processor.
const NEON: &str = "neon";

/// What is asked for besides running every step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options<'a> {
    /// The name of the only step to run.
    pub only: Option<&'a str>,
    /// Whether tests that are not run for want of real data are a failure.
    pub require_data: bool,
}

impl<'a> Options<'a> {
    /// Reads the arguments behind `ci`.
    ///
    /// # Errors
    /// When an argument is unknown or `--only` names no step.
    pub fn parse(arguments: &[&'a str]) -> Result<Self> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match *argument {
                "--only" => options.only = Some(rest.next().context("`--only` needs the name of a step")?),
                "--require-data" => options.require_data = true,
                other => bail!("`cargo xtask ci` has no option `{other}`"),
            }
        }
        Ok(options)
    }
}

/// How one step ended.
struct Outcome {
    name: &'static str,
    passed: bool,
    took: Duration,
}

/// The steps with what each is for, one a line.
pub fn list() -> String {
    STEPS.iter().fold(String::new(), |mut text, step| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:<10}{}", step.name, step.about);
        text
    })
}

/// Runs all steps, or the one that the options name with the one that it needs; true when all passed.
///
/// # Errors
/// When there is no step of that name, `HIL_DATA` names no folder, or firmware that cannot be built here cannot be removed. A step that cannot be carried out has failed,
/// and the others still run.
pub fn run(root: &Path, options: Options<'_>) -> Result<bool> {
    let mut steps = select(options.only)?;
    let data = data_folder()?;
    let mut untested = Vec::new();
    let lacks_data = data.is_none() && steps.iter().any(|step| step.name == TEST);
    if lacks_data {
        untested.push("HIL_DATA was not set: tests on real data were not run".to_owned());
    }
    untested.extend(leave_out(&mut steps, WORKFLOWS, || (true, workflows::untested(root))));
    if let Some(missing) = leave_out(&mut steps, FIRMWARE, || match Toolchain::find() {
        Ok(_) => (true, None),
        Err(missing) => (false, Some(format!("no firmware was run on emulated boards: {missing}"))),
    }) {
        // Tests run the images that they find; one of other sources would prove nothing.
        firmware::remove(root, &firmware::BOARDS)?;
        untested.push(missing);
    }
    untested.extend(leave_out(&mut steps, ELF, || match Toolchain::find() {
        Ok(_) => (true, None),
        Err(missing) => (false, Some(format!("firmware was not built: {missing}"))),
    }));
    untested.extend(leave_out(&mut steps, NEON, || match neon::Tools::find() {
        Ok(tools) => (true, tools.untested().map(str::to_owned)),
        Err(missing) => (false, Some(format!("the NEON kernels were not built: {missing}"))),
    }));
    let mut outcomes = run_each(&steps, |step| {
        println!("\n=== {}: {}", step.name, step.about);
        let begin = Instant::now();
        let passed = perform(root, step, data.as_deref()).unwrap_or_else(|error| {
            println!("error: {error:#}");
            false
        });
        let took = begin.elapsed();
        println!("=== {}: {} in {:.1} s", step.name, word(passed), took.as_secs_f64());
        (passed, took)
    });
    outcomes.extend(lack_of_data(lacks_data, options.require_data));
    print!("\n{}", summary(&outcomes, &untested));
    Ok(outcomes.iter().all(|outcome| outcome.passed))
}

/// Takes the step of that name out of `steps` where this machine cannot carry it out; `look` says whether it can, and
/// what then remains untested. A step that nobody asked for is not looked at.
fn leave_out(steps: &mut Vec<Step>, name: &str, look: impl FnOnce() -> (bool, Option<String>)) -> Option<String> {
    if !steps.iter().any(|step| step.name == name) {
        return None;
    }
    let (can, untested) = look();
    steps.retain(|step| can || step.name != name);
    untested
}

/// The failure that a lack of real data is where it is required.
fn lack_of_data(lacks_data: bool, is_required: bool) -> Option<Outcome> {
    (lacks_data && is_required).then_some(Outcome { name: "data", passed: false, took: Duration::ZERO })
}

/// The folder of real data that `HIL_DATA` names. Tests run in the folders of their crates, where a relative path
/// would lead elsewhere, so it is absolute.
fn data_folder() -> Result<Option<PathBuf>> {
    let Some(data) = env::var_os("HIL_DATA").filter(|data| !data.is_empty()) else { return Ok(None) };
    let data = std::path::absolute(data).context("HIL_DATA names no path")?;
    if !data.is_dir() {
        bail!("HIL_DATA is {}, which is no folder; name a folder of data sets or unset it", data.display());
    }
    Ok(Some(data))
}

/// The step of that name with the one that it needs, or all of them.
fn select(only: Option<&str>) -> Result<Vec<Step>> {
    let is_asked_for = |name: &str| only.is_none_or(|only| name == only || (only, name) == (TEST, FIRMWARE));
    let steps: Vec<Step> = STEPS.into_iter().filter(|step| is_asked_for(step.name)).collect();
    if steps.is_empty() {
        let names = STEPS.map(|step| step.name).join(", ");
        bail!("there is no step `{}`; the steps are {names}", only.unwrap_or_default());
    }
    Ok(steps)
}

/// Runs each step with `run_one`, which says whether it passed and how long it took, whatever the others did.
fn run_each(steps: &[Step], mut run_one: impl FnMut(&Step) -> (bool, Duration)) -> Vec<Outcome> {
    steps
        .iter()
        .map(|step| {
            let (passed, took) = run_one(step);
            Outcome { name: step.name, passed, took }
        })
        .collect()
}

fn perform(root: &Path, step: &Step, data: Option<&Path>) -> Result<bool> {
    match step.action {
        Action::Check(check) => {
            let report = check(root)?;
            print!("{}", report.text(step.name));
            Ok(report.passed())
        }
        Action::Cargo { arguments, environment } => {
            println!("cargo {}", arguments.join(" "));
            let mut command = cargo::command(root);
            command.args(arguments).envs(environment.iter().copied());
            match data {
                Some(data) => command.env("HIL_DATA", data),
                None => command.env_remove("HIL_DATA"),
            };
            Ok(command.status().context("failed to start cargo")?.success())
        }
    }
}

/// What the steps came to; `untested` says what was left out and why.
fn summary(outcomes: &[Outcome], untested: &[String]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let seconds = outcome.took.as_secs_f64();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:<10}{:<8}{seconds:>7.1} s", outcome.name, word(outcome.passed));
    }
    for what in untested {
        let _ = writeln!(text, "NOT TESTED: {what}");
    }
    let failed: Vec<&str> = outcomes.iter().filter(|outcome| !outcome.passed).map(|outcome| outcome.name).collect();
    let total: f64 = outcomes.iter().map(|outcome| outcome.took.as_secs_f64()).sum();
    let _ = if failed.is_empty() {
        let what = if untested.is_empty() { "everything" } else { "everything but what is NOT TESTED" };
        writeln!(text, "ci: {what} passed in {total:.1} s")
    } else {
        writeln!(text, "ci: failed after {total:.1} s: {}", failed.join(", "))
    };
    text
}

fn word(passed: bool) -> &'static str {
    if passed { "passed" } else { "FAILED" }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ELF, FIRMWARE, NEON, Options, STEPS, TEST, lack_of_data, leave_out, list, run_each, select, summary};

    #[test]
    fn a_failed_step_stops_no_other_and_is_named_at_the_end() {
        let outcomes = run_each(&STEPS, |step| (step.name != "tidy", Duration::from_millis(1_500)));
        assert_eq!(outcomes.len(), STEPS.len());
        let text = summary(&outcomes, &[]);
        assert!(text.contains("fmt       passed      1.5 s\ntidy      FAILED      1.5 s\n"), "{text}");
        assert!(text.ends_with("ci: failed after 19.5 s: tidy\n"), "{text}");
    }

    #[test]
    fn passing_says_so() {
        let outcomes = run_each(&STEPS, |_| (true, Duration::ZERO));
        assert!(summary(&outcomes, &[]).ends_with("ci: everything passed in 0.0 s\n"));
    }

    #[test]
    fn tests_without_real_data_are_told_and_fail_where_data_is_required() {
        let mut outcomes = run_each(&STEPS, |_| (true, Duration::ZERO));
        let untested = ["HIL_DATA was not set".to_owned(), "firmware was not built".to_owned()];
        let text = summary(&outcomes, &untested);
        assert!(text.contains("\nNOT TESTED: HIL_DATA was not set\nNOT TESTED: firmware was not built\n"), "{text}");
        assert!(text.ends_with("ci: everything but what is NOT TESTED passed in 0.0 s\n"), "{text}");
        outcomes.extend(lack_of_data(true, true));
        assert!(summary(&outcomes, &untested).ends_with("ci: failed after 0.0 s: data\n"));
        for (lacks_data, is_required) in [(true, false), (false, true), (false, false)] {
            assert!(lack_of_data(lacks_data, is_required).is_none());
        }
    }

    #[test]
    fn a_step_that_cannot_be_carried_out_is_left_out_and_told() {
        let mut steps = STEPS.to_vec();
        assert_eq!(leave_out(&mut steps, ELF, || (true, None)), None);
        assert_eq!(leave_out(&mut steps, NEON, || (true, Some("not run".to_owned()))).as_deref(), Some("not run"));
        assert_eq!(steps.len(), STEPS.len());
        assert_eq!(leave_out(&mut steps, NEON, || (false, Some("not built".to_owned()))).as_deref(), Some("not built"));
        assert_eq!((steps.len(), steps.iter().any(|step| step.name == NEON)), (STEPS.len() - 1, false));
        assert_eq!(leave_out(&mut steps, NEON, || unreachable!("nobody asked")), None);
    }

    #[test]
    fn options_are_read_in_any_order() {
        let both = Options { only: Some("test"), require_data: true };
        assert_eq!(Options::parse(&["--only", "test", "--require-data"]).unwrap(), both);
        assert_eq!(Options::parse(&["--require-data", "--only", "test"]).unwrap(), both);
        assert_eq!(Options::parse(&[]).unwrap(), Options::default());
        assert!(Options::parse(&["--only"]).is_err());
        assert!(Options::parse(&["--require"]).is_err());
    }

    #[test]
    fn the_tests_never_run_without_the_firmware_that_they_run() {
        let names: Vec<&str> = select(Some(TEST)).unwrap().iter().map(|step| step.name).collect();
        assert_eq!(names, [FIRMWARE, TEST]);
        assert_eq!(select(Some(FIRMWARE)).unwrap().len(), 1);
    }

    #[test]
    fn steps_are_chosen_by_name() {
        assert_eq!(select(None).unwrap().len(), STEPS.len());
        assert_eq!(select(Some("doc")).unwrap()[0].name, "doc");
        let error = select(Some("docs")).unwrap_err().to_string();
        assert!(
            error.contains("fmt, tidy, licences, workflows, clippy, fw, test, s3, fuzz, trust, doc, elf, neon"),
            "{error}"
        );
        assert_eq!(list().lines().count(), STEPS.len());
    }
}
