//! The same sounds for the kernel that takes them whole and for the one that takes them hop by hop, through the agent.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::path::Path;

use hil_kernels::known_answer::{CLIP_SAMPLES, SyntheticClip};
use hil_testkit::hil_bench::control::SystemClock;
use hil_testkit::hil_bench::process::ProcessBench;
use hil_testkit::hil_model::data::Dataset;
use hil_testkit::hil_model::id::{DatasetName, PlatformId};
use hil_testkit::hil_model::lab::{BenchInfo, Evidence};
use hil_testkit::hil_model::plan::Step;
use hil_testkit::hil_model::scenario::Workload;
use hil_testkit::jobs::{TestInputs, dataset, drive, job, kernel, measure, workload_id};

/// Synthetic clips and the self-made sounds. Their labels mean nothing.
fn sounds() -> Dataset {
    let mut inputs: Vec<Vec<u8>> = (1..=12)
        .map(|seed| {
            let mut clip = vec![0; CLIP_SAMPLES];
            SyntheticClip::new(seed).fill(&mut clip);
            clip.iter().flat_map(|sample| sample.to_le_bytes()).collect()
        })
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sounds");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wav") {
            let bytes = std::fs::read(path).unwrap();
            let data = bytes.windows(4).position(|word| word == b"data").unwrap();
            let mut clip = bytes[data + 8..].to_vec();
            clip.resize(2 * CLIP_SAMPLES, 0);
            inputs.push(clip);
        }
    }
    let labels: Vec<u8> = (0u8..).take(inputs.len()).collect();
    let mut set = dataset("set", &labels);
    for (item, input) in set.items.iter_mut().zip(inputs) {
        item.input = input;
    }
    set
}

#[test]
fn sounds_are_recognised_hop_by_hop_as_they_are_at_once_and_timed_a_hop_at_a_time() {
    let set = DatasetName::new("set").unwrap();
    let workload = |name: &str| Workload { dataset: Some(set.clone()), ..kernel(name) };
    let both = vec![("whole", workload("lan/keyword_i8")), ("hops", workload("lan/keyword_hop_i8"))];
    let answer = |id: &str| Step::Answer { workload: workload_id(id), dataset: set.clone(), most: None };
    let job = job(both, vec![vec![answer("whole"), answer("hops"), measure("hops", 40)]]);
    let info = BenchInfo::new(PlatformId::new("desktop-cpu").unwrap(), Evidence::Host, 2);
    let bench = ProcessBench::new(env!("CARGO_BIN_EXE_hil-agent-desktop"), vec!["agent".into()], info);
    let sounds = sounds();
    let (outcome, _) = drive(&job, &bench, &SystemClock::start(), &TestInputs(vec![sounds]), &mut |_, _| {});
    assert_eq!(outcome.fault, None);
    let predicted = |workload: usize| -> Vec<u32> {
        outcome.observations[workload].answers.iter().map(|answer| answer.predicted).collect()
    };
    assert_eq!(predicted(0).len(), 20);
    assert_eq!(predicted(0), predicted(1));
    assert!(predicted(0).iter().any(|word| *word != predicted(0)[0]), "sounds that are all the same prove nothing");
    assert_eq!((&outcome.observations[1].failure, outcome.observations[1].iterations.len()), (&None, 40));
}
