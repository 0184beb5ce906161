//! Jobs for tests, and a short way to run them.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use hil_bench::bench::Bench;
use hil_bench::control::{Control, HostClock};
use hil_bench::event::Event;
use hil_bench::job::{Inputs, JobOutcome, look_once, run_job};
use hil_model::data::{Dataset, Item};
use hil_model::id::{DatasetName, KernelName, PlatformId, ScenarioId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::plan::{Job, Start, Step};
use hil_model::run::DataUsed;
use hil_model::scenario::{Code, Workers, Workload};

/// The platform of test jobs.
pub const PLATFORM: &str = "test-device";

/// The workload id of that name.
#[must_use]
pub fn workload_id(name: &str) -> WorkloadId {
    WorkloadId::new(name).expect("a valid name")
}

/// A workload of one kernel with its built-in input.
#[must_use]
pub fn kernel(name: &str) -> Workload {
    workload(Code::Kernel(KernelName::new(name).expect("a valid name")))
}

/// A workload of one command.
#[must_use]
pub fn command(argv: &[&str]) -> Workload {
    workload(Code::Command(argv.iter().map(|word| (*word).to_owned()).collect()))
}

fn workload(code: Code) -> Workload {
    Workload { code, dataset: None, workers: Workers::Fixed(1), duty_cycle: None, battery: None }
}

/// A job with a budget of a minute and a timeout of a second. `starts` are the steps of each start.
#[must_use]
pub fn job(workloads: Vec<(&str, Workload)>, starts: Vec<Vec<Step>>) -> Job {
    let starts = starts.into_iter().zip(0..).map(|(steps, index)| Start { index, steps });
    Job {
        scenario: ScenarioId::new("test").expect("a valid name"),
        platform: PlatformId::new(PLATFORM).expect("a valid name"),
        evidence: Evidence::Emulated,
        budget: Duration::from_secs(60),
        timeout: Duration::from_secs(1),
        workloads: workloads.into_iter().map(|(id, workload)| (workload_id(id), workload)).collect(),
        starts: starts.collect(),
        further: Vec::new(),
    }
}

/// A step that compares with the known answer.
#[must_use]
pub fn verify(id: &str) -> Step {
    Step::Verify { workload: workload_id(id) }
}

/// A step that measures without blocks.
#[must_use]
pub fn measure(id: &str, iterations: u32) -> Step {
    Step::Measure { workload: workload_id(id), block: 0, slot: 0, iterations, at_least: Duration::ZERO }
}

/// A data set whose items are one byte each; the right class of an item is its byte.
#[must_use]
pub fn dataset(name: &str, bytes: &[u8]) -> Dataset {
    let items = bytes.iter().map(|byte| Item {
        name: format!("item-{byte}"),
        group: format!("group-{}", byte % 2),
        expected: Some(u32::from(*byte)),
        input: vec![*byte],
    });
    let used = DataUsed {
        name: name.to_owned(),
        items: bytes.len() as u64,
        sha256: String::new(),
        licence: "CC0-1.0".to_owned(),
        attribution: String::new(),
    };
    Dataset { name: DatasetName::new(name).expect("a valid name"), items: items.collect(), used }
}

/// Data sets in memory.
#[derive(Debug, Default)]
pub struct TestInputs(pub Vec<Dataset>);

impl Inputs for TestInputs {
    fn dataset(&self, name: &DatasetName) -> Option<&Dataset> {
        self.0.iter().find(|dataset| dataset.name == *name)
    }
}

/// Runs a job and returns its outcome with all its events. `on_event` may set the flag that cancels the job.
pub fn drive(
    job: &Job,
    bench: &dyn Bench,
    clock: &dyn HostClock,
    inputs: &TestInputs,
    on_event: &mut dyn FnMut(&Event, &AtomicBool),
) -> (JobOutcome, Vec<Event>) {
    let cancel = AtomicBool::new(false);
    let mut events = Vec::new();
    let control = Control { cancel: &cancel, clock };
    let outcome = run_job(job, bench, inputs, &control, &mut look_once, &mut |event| {
        on_event(&event, &cancel);
        events.push(event);
    });
    (outcome, events)
}
