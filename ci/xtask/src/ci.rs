//! `cargo xtask ci`: every check and test of the project, in one command, on a bench as in continuous integration.
//!
//! All steps run even when one fails, so that one run shows everything there is to mend; the summary and the
//! exit status say which failed.
#![expect(clippy::print_stdout, reason = "the progress of the steps is this command's output")]

use std::env;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::finding::Report;
use crate::{cargo, licences, tidy};

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
const STEPS: [Step; 6] = [
    Step {
        name: "fmt",
        about: "the formatting is rustfmt's",
        action: Action::Cargo { arguments: &["fmt", "--all", "--check"], environment: &[] },
    },
    Step {
        name: "tidy",
        about: "layout, dependency arrows, headers, lengths, manifests, forbidden words, lock file",
        action: Action::Check(tidy::tidy),
    },
    Step {
        name: "licences",
        about: "licences and duplicate versions of the dependencies",
        action: Action::Check(licences::licences),
    },
    Step {
        name: "clippy",
        about: "no warning of the compiler or of clippy",
        action: Action::Cargo {
            arguments: &["clippy", "--workspace", "--all-targets", "--release", "--locked", "--", "-D", "warnings"],
            environment: &[],
        },
    },
    Step {
        name: "test",
        about: "every test of every crate, HIL_DATA's data sets included when it is set",
        action: Action::Cargo {
            arguments: &["test", "--workspace", "--release", "--locked"],
            // A test must compare its snapshots, never write them.
            environment: &[("INSTA_UPDATE", "no")],
        },
    },
    Step {
        name: "doc",
        about: "the documentation builds without a warning",
        action: Action::Cargo {
            arguments: &["doc", "--workspace", "--no-deps", "--release", "--locked"],
            environment: &[("RUSTDOCFLAGS", "-Dwarnings")],
        },
    },
];

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

/// Runs all steps, or the one named `only`; true when all passed.
///
/// # Errors
/// When there is no step of that name. A step that cannot be carried out has failed, and the others still run.
pub fn run(root: &Path, only: Option<&str>) -> Result<bool> {
    let steps = select(only)?;
    let outcomes = run_each(&steps, |step| {
        println!("\n=== {}: {}", step.name, step.about);
        let begin = Instant::now();
        let passed = perform(root, step).unwrap_or_else(|error| {
            println!("error: {error:#}");
            false
        });
        let took = begin.elapsed();
        println!("=== {}: {} in {:.1} s", step.name, word(passed), took.as_secs_f64());
        (passed, took)
    });
    print!("\n{}", summary(&outcomes));
    Ok(outcomes.iter().all(|outcome| outcome.passed))
}

fn select(only: Option<&str>) -> Result<Vec<Step>> {
    let steps: Vec<Step> = STEPS.into_iter().filter(|step| only.is_none_or(|only| step.name == only)).collect();
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

fn perform(root: &Path, step: &Step) -> Result<bool> {
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
            // Tests run in the folders of their crates, so a relative path would lead elsewhere.
            if let Some(data) = env::var_os("HIL_DATA").filter(|data| !data.is_empty()) {
                command.env("HIL_DATA", std::path::absolute(data).context("HIL_DATA names no path")?);
            }
            Ok(command.status().context("failed to start cargo")?.success())
        }
    }
}

fn summary(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let seconds = outcome.took.as_secs_f64();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:<10}{:<8}{seconds:>7.1} s", outcome.name, word(outcome.passed));
    }
    let failed: Vec<&str> = outcomes.iter().filter(|outcome| !outcome.passed).map(|outcome| outcome.name).collect();
    let total: f64 = outcomes.iter().map(|outcome| outcome.took.as_secs_f64()).sum();
    let _ = if failed.is_empty() {
        writeln!(text, "ci: everything passed in {total:.1} s")
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

    use super::{STEPS, list, run_each, select, summary};

    #[test]
    fn a_failed_step_stops_no_other_and_is_named_at_the_end() {
        let outcomes = run_each(&STEPS, |step| (step.name != "tidy", Duration::from_millis(1_500)));
        assert_eq!(outcomes.len(), STEPS.len());
        let text = summary(&outcomes);
        assert!(text.contains("fmt       passed      1.5 s\ntidy      FAILED      1.5 s\n"), "{text}");
        assert!(text.ends_with("ci: failed after 9.0 s: tidy\n"), "{text}");
    }

    #[test]
    fn passing_says_so() {
        let outcomes = run_each(&STEPS, |_| (true, Duration::ZERO));
        assert!(summary(&outcomes).ends_with("ci: everything passed in 0.0 s\n"));
    }

    #[test]
    fn steps_are_chosen_by_name() {
        assert_eq!(select(None).unwrap().len(), STEPS.len());
        assert_eq!(select(Some("doc")).unwrap()[0].name, "doc");
        let error = select(Some("docs")).unwrap_err().to_string();
        assert!(error.contains("fmt, tidy, licences, clippy, test, doc"), "{error}");
        assert_eq!(list().lines().count(), STEPS.len());
    }
}
