//! The whole flow on one screen, one direction: load -> expand -> run -> estimate -> judge -> append -> render.

use std::sync::atomic::AtomicBool;

use crate::args::RunArgs;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::Show;
use crate::stages::{append, archive, drift, estimate, expand, judge, load, measure, render};
use crate::surroundings::Surroundings;

/// `hil run`: scenario files in, verdicts and a report out.
///
/// # Errors
/// [`CliError`] when nothing could be run or nothing could be kept. Slow or broken code is not an error, and neither is
/// a fault of the rig in one scenario: both are in the run that is kept.
pub fn run(args: &RunArgs, around: &Surroundings, cancel: &AtomicBool, show: &mut Show) -> Result<Exit, CliError> {
    let remembered = archive::open(&args.archive, &args.out)?;
    let question = load::load(args, around, show)?;
    let plan = expand::expand(&question, args);
    let observed = measure::measure(&question, &plan, args, around, cancel, show)?;
    let mut findings = estimate::estimate(&question, &plan, &observed);
    drift::drift(&question, &plan, &remembered, &mut findings);
    let run = judge::judge(&question, &plan, &observed, &findings, args, show);
    let folder = append::append(&run, &observed, args, &remembered, show)?;
    render::render(&run, &folder, args.format, around, show);
    Ok(Exit::of_run(&run, args.strict, &args.require))
}
