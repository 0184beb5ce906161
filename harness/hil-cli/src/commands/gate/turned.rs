//! What measuring in turns came to: told while it goes on, and put together as a run has it.

use std::collections::BTreeMap;

use hil_bench::bench::Trouble;
use hil_bench::event::Event;
use hil_bench::pairs::PairsOutcome;
use hil_model::id::WorkloadId;
use hil_model::pairs::{PairedJob, Side};
use hil_model::run::{Noise, RigFault};
use hil_model::sample::Observations;

use crate::commands::gate::interleaved::Prepared;
use crate::show::Show;
use crate::stages::measure::{self, JobEnd, Observed};
use crate::stages::voice::{failure_in_words, settling_in_words};

/// What comes of a job none of whose sides can begin.
pub(super) fn no_bench(job: &PairedJob, side: Side, message: String) -> PairsOutcome {
    let (scenario, platform) = (job.scenario.clone(), job.platform.clone());
    let fault = RigFault { scenario, platform, phase: "open".to_owned(), message: format!("{side}: {message}") };
    PairsOutcome {
        sides: [Vec::new(), Vec::new(), Vec::new()],
        rounds: 0,
        looks: 0,
        fault: Some((side, fault)),
        trouble: Trouble::Lasting,
        interrupted: false,
    }
}

/// Tells what a side does.
pub(super) fn say(show: &mut Show, side: Side, event: &Event) {
    match event {
        Event::StartBegan { start, starts } => {
            show.progress(u64::from(*start), u64::from(*starts), "rounds");
            show.detail(1, &format!("round {} of at most {starts}", start + 1));
        }
        Event::WorkloadFailed { workload, failure } => {
            show.detail(0, &format!("{side}, {workload}: {}", failure_in_words(failure)));
        }
        Event::Settles { workload, iterations, seconds } => {
            show.detail(1, &settling_in_words(workload, *iterations, *seconds));
        }
        Event::NotCounted { workload, why } => {
            show.detail(0, &format!("{side}, {workload}: its instructions cannot be counted: {why}"));
        }
        Event::BudgetSpent => show.detail(0, "the budget is spent; judging what there is"),
        Event::GettingReady { line } => show.detail(1, &format!("{side}: {line}")),
        Event::AgentLog { line } => show.detail(1, &format!("agent of the {side}: {line}")),
        Event::AgentGone { how } => show.detail(1, &format!("the agent of the {side} is gone: {how}")),
        _ => {}
    }
}

/// What the candidate showed, as a run has it.
pub(super) fn observed(turned: &[(&Prepared<'_>, PairsOutcome)], noise: Noise, interrupted: bool) -> Observed {
    let mut observed = Observed {
        observations: Vec::new(),
        faults: Vec::new(),
        ends: BTreeMap::new(),
        set_aside: BTreeMap::new(),
        interrupted,
        noise,
        clocks: Vec::new(),
        builds: Vec::new(),
        samplings: BTreeMap::new(),
    };
    for (prepared, outcome) in turned {
        let end = match (&outcome.fault, outcome.interrupted) {
            (Some(_), _) => JobEnd::Faulted,
            (None, true) => JobEnd::Interrupted,
            (None, false) => JobEnd::Finished,
        };
        observed.ends.insert(prepared.scenario.id.clone(), end);
        observed.faults.extend(outcome.fault.iter().map(|(_, fault)| fault.clone()));
        for seen in &outcome.sides[Side::Candidate.index()] {
            let clock = measure::in_words(&seen.clock);
            if !observed.clocks.contains(&clock) {
                observed.clocks.push(clock);
            }
            observed.observations.push(seen.clone());
        }
    }
    observed
}

/// What the other sides showed, each workload under a name of its own.
pub(super) fn others(outcome: PairsOutcome) -> Vec<Observations> {
    let [baseline, _, control] = outcome.sides;
    let named = |seen: Observations, side: Side| {
        let workload = WorkloadId::new(format!("{}.{side}", seen.workload)).ok()?;
        Some(Observations { workload, ..seen })
    };
    let baseline = baseline.into_iter().filter_map(|seen| named(seen, Side::Baseline));
    let control = control.into_iter().filter_map(|seen| named(seen, Side::Control));
    baseline.chain(control).collect()
}
