//! Without a baseline: the candidate is run as `hil run` does, and held to its declared limits.

use std::sync::atomic::AtomicBool;

use hil_model::gate::{Mode, Side};

use crate::args::GateArgs;
use crate::commands::gate::compared::Compared;
use crate::commands::gate::interleaved::Kept;
use crate::error::CliError;
use crate::show::Show;
use crate::stages::{estimate, expand, judge, load, measure};
use crate::surroundings::Surroundings;

/// Runs the candidate.
///
/// # Errors
/// As of `hil run`.
pub(super) fn run(
    args: &GateArgs,
    around: &Surroundings,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Result<(Compared, Kept), CliError> {
    let args = args.as_run();
    let question = load::load(&args, around, show)?;
    let plan = expand::expand(&question, &args);
    let observed = measure::measure(&question, &plan, &args, around, cancel, show)?;
    let findings = estimate::estimate(&question, &plan, &observed);
    let run = judge::judge(&question, &plan, &observed, &findings, &args, show);
    let compared = Compared {
        id: run.id.clone(),
        started: run.started.clone(),
        seed: run.seed,
        interrupted: run.interrupted,
        mode: Mode::Limits,
        baseline: None,
        candidate: Side { name: "this folder".to_owned(), commit: None, run: Some(run.id.clone()) },
        drafts: Vec::new(),
        checks: run.checks.clone(),
        errors: run.errors.clone(),
        environment: run.environment.clone(),
        noise: run.noise.clone(),
    };
    Ok((compared, Kept { run, observations: observed.observations }))
}
