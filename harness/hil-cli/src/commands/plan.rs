//! `hil plan`: what a run would do, step by step, without doing it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use hil_model::id::{DatasetName, ScenarioId};
use hil_model::lab::Lab;
use hil_model::plan::{Plan, Start, Step};
use hil_model::scenario::Scenario;
use hil_plan::{MissingData, Options};

use crate::args::{Format, PlanArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::files;
use crate::lab::{Setup, Stale};
use crate::show::{Show, print_out};
use crate::surroundings::Surroundings;

/// Prints the plan of a run.
pub fn plan(args: &PlanArgs, around: &Surroundings) -> Result<Exit, CliError> {
    let mut show = Show::new(Format::Text, 0);
    let mut setup = Setup::choose(args.lab.lab.as_deref(), args.image.as_deref(), None)?;
    let scenarios = files::scenarios(&args.files, setup.learn_kernels()?, &mut show)?;
    setup.find_images(&scenarios, &args.files, Stale::Leave);
    let options = Options { seed: args.amount.seed.unwrap_or(1), quick: args.amount.quick, budget: args.amount.budget };
    let plan = planned(&scenarios, &setup.lab(), &around.data_dirs(args.data.data.as_deref())?, &options);
    print_out(&describe(&plan, |id| scenarios.iter().find(|s| s.id == *id).map_or("", |s| s.title.as_str())));
    Ok(Exit::Success)
}

/// What a run on `lab` would do, with the data sets below `dirs`.
#[must_use]
pub fn planned(scenarios: &[Scenario], lab: &Lab, dirs: &[PathBuf], options: &Options) -> Plan {
    let names = scenarios.iter().flat_map(|scenario| scenario.workloads.values()).filter_map(|w| w.dataset.clone());
    let missing: BTreeMap<DatasetName, MissingData> = names
        .filter_map(|name| match hil_data::find(&name, dirs) {
            Err(hil_data::DataError::Absent(absent)) => {
                Some((name, MissingData { origin: absent.origin.clone(), licence: absent.licence.clone() }))
            }
            _ => None,
        })
        .collect();
    hil_plan::plan(scenarios, lab, &missing, options)
}

/// The plan in words. Starts that do the same are described once.
fn describe<'a>(plan: &Plan, title: impl Fn(&ScenarioId) -> &'a str) -> String {
    let mut text = String::new();
    for job in &plan.jobs {
        let budget = job.budget.as_secs_f64();
        let _ = writeln!(text, "{} on {} ({}), budget {budget} s", job.scenario, job.platform, job.evidence);
        let _ = writeln!(text, "  {}", title(&job.scenario));
        let mut starts = job.starts.as_slice();
        while let Some(first) = starts.first() {
            let alike = starts.iter().take_while(|start| outline(start) == outline(first)).count();
            let range = if alike == 1 {
                format!("start {}", first.index)
            } else {
                format!("starts {}..{}", first.index, first.index + u32::try_from(alike).unwrap_or(u32::MAX) - 1)
            };
            let _ = writeln!(text, "  {range}:");
            for line in outline(first) {
                let _ = writeln!(text, "    {line}");
            }
            starts = &starts[alike..];
        }
        for (look, starts) in (2..).zip(&job.further) {
            let (looks, more) = (job.looks(), starts.len());
            let _ = writeln!(text, "  before look {look} of {looks}: {more} more starts with what is still open");
        }
    }
    for skipped in &plan.skipped {
        let check = skipped.check.map_or(String::new(), |position| format!(", check {}", position + 1));
        let _ = writeln!(text, "left out: {}{check}: {}", skipped.scenario, skipped.reason);
    }
    if plan.jobs.is_empty() && plan.skipped.is_empty() {
        text.push_str("nothing to run\n");
    }
    text
}

/// A start in a few lines; the blocks of a comparison, whose order differs from start to start, become one line.
fn outline(start: &Start) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut blocks: Vec<(&Step, u32)> = Vec::new();
    for step in &start.steps {
        if let Step::Measure { workload, .. } = step {
            match blocks.iter_mut().find(|(first, _)| first.workload() == workload) {
                Some((_, count)) => *count += 1,
                None => blocks.push((step, 1)),
            }
            continue;
        }
        flush(&mut blocks, &mut lines);
        lines.push(in_words(step));
    }
    flush(&mut blocks, &mut lines);
    lines
}

fn flush(blocks: &mut Vec<(&Step, u32)>, lines: &mut Vec<String>) {
    // The first block's order is random; in an outline the workloads stand by name.
    blocks.sort_by(|(a, _), (b, _)| a.workload().cmp(b.workload()));
    let interleaved = if blocks.len() > 1 { ", interleaved in random order" } else { "" };
    for (step, count) in blocks.drain(..) {
        let times = if count > 1 { format!("{count} x ") } else { String::new() };
        lines.push(format!("{times}{}{interleaved}", in_words(step)));
    }
}

fn in_words(step: &Step) -> String {
    match step {
        Step::Verify { workload } => format!("{workload}: compare with the known answer"),
        Step::WarmUp { workload, iterations } => format!("{workload}: {iterations} iterations to warm up"),
        Step::Measure { workload, iterations, at_least, .. } if at_least.is_zero() => {
            format!("{workload}: {iterations} timed iterations")
        }
        Step::Measure { workload, iterations, at_least, .. } => {
            format!(
                "{workload}: {iterations} timed iterations, and as many more as fit into {} ms",
                at_least.as_millis()
            )
        }
        Step::Throughput { workload, workers, slices, slice } => {
            let (length, plural) = (slice.as_millis(), if *workers == 1 { "worker" } else { "workers" });
            format!(
                "{workload}: closed loop on {workers} {plural}, each verified and warmed up; {slices} slices of {length} ms"
            )
        }
        Step::Answer { workload, dataset, most: None } => format!("{workload}: answer every item of {dataset}"),
        Step::Answer { workload, dataset, most: Some(most) } => {
            format!("{workload}: answer {most} items of {dataset} at most")
        }
        Step::Conform { workload, table } => format!("{workload}: every case of {table}"),
        Step::Suite { workload, .. } => format!("{workload}: one process start of its criterion suite"),
        Step::Deviate { workload } => format!("{workload}: compare every result with its reference"),
        Step::Weigh { workload } => format!("{workload}: ask how large the weights of its model are"),
        Step::Profile { workload } => format!("{workload}: take a profile of its work"),
        Step::Temperature { workload } => format!("{workload}: read how warm the processor is"),
        Step::DutyCycle { workload, sleep, period, periods } if period.is_zero() => {
            format!("{workload}: meter the power of {periods} iterations, with {sleep} between them")
        }
        Step::DutyCycle { workload, sleep, period, periods } => {
            format!("{workload}: meter the power over {periods} periods of {period:?}, asleep in {sleep}")
        }
        Step::Count { workload } => {
            format!("{workload}: count the instructions of one iteration, unless two starts before agree")
        }
        Step::Heap { workload, iterations } => {
            format!(
                "{workload}: count the bytes that are alive on the heap, unless two starts before agree; {iterations} iterations"
            )
        }
        Step::Memory { workload } => format!("{workload}: read the peak of memory"),
    }
}
