//! Plans of two builds in turns: who runs when, how often the control does, and what is left out.

#![expect(clippy::unwrap_used, reason = "a panic of a test is its failure")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hil_model::id::{KernelName, PlatformId, ScenarioId, WorkloadId};
use hil_model::lab::{BenchInfo, Counting, Evidence};
use hil_model::metric::{Metric, Statistic};
use hil_model::pairs::{PairedJob, Round, Side};
use hil_model::plan::Step;
use hil_model::scenario::{Check, Code, Needs, Place, Rule, Sampling, Scenario, Suite, Workers, Workload};
use hil_model::verdict::Reason;
use hil_plan::Options;
use hil_plan::pairs::{BLOCKS, LEAST_STARTS, PairOptions, QUICK_BLOCKS, paired};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

const FULL: Options = Options { seed: 7, quick: false, budget: None };

fn workload(name: &str) -> (WorkloadId, Workload) {
    let code = Code::Kernel(KernelName::new("lan/keyword_i8").unwrap());
    let workload = Workload { code, dataset: None, workers: Workers::Fixed(2), duty_cycle: None, battery: None };
    (WorkloadId::new(name).unwrap(), workload)
}

fn check(workload: &str, metric: Metric, statistic: Statistic) -> Check {
    Check {
        target: None,
        metric,
        statistic,
        workload: WorkloadId::new(workload).unwrap(),
        versus: None,
        rule: Rule::Report,
        needs: Needs::default(),
        part: None,
        note: None,
        place: Place { file: "x.toml".to_owned(), line: 1 },
    }
}

fn scenario(checks: Vec<Check>) -> Scenario {
    Scenario {
        id: ScenarioId::new("demo").unwrap(),
        title: "A demonstration".to_owned(),
        file: "x.toml".to_owned(),
        platform: PlatformId::new("desktop-cpu").unwrap(),
        workloads: BTreeMap::from([workload("a"), workload("b")]),
        sampling: Sampling {
            warmup: 20,
            min_samples: None,
            starts: 5,
            looks: 1,
            pairs: None,
            budget: Duration::from_secs(60),
            timeout: Duration::from_secs(10),
        },
        checks,
        alerts: Vec::new(),
        side_by_side: Vec::new(),
    }
}

fn bench(evidence: Evidence) -> BenchInfo {
    BenchInfo::new(PlatformId::new("desktop-cpu").unwrap(), evidence, 4)
}

fn plan(scenario: &Scenario, evidence: Evidence, options: &PairOptions) -> PairedJob {
    let (job, skipped) = paired(scenario, &bench(evidence), &BTreeMap::new(), options);
    assert!(skipped.is_empty(), "{skipped:?}");
    job.unwrap()
}

fn two_latencies() -> Scenario {
    let p95 = Statistic::Percentile(950);
    scenario(vec![check("a", Metric::Latency, p95), check("b", Metric::CpuTime, Statistic::Median)])
}

/// The sides of every block of a workload, in their order.
fn blocks(round: &Round, workload: &str) -> Vec<Vec<Side>> {
    let mut blocks: BTreeMap<u32, Vec<(u8, Side)>> = BTreeMap::new();
    for turn in &round.turns {
        if let Step::Measure { workload: of, block, slot, .. } = &turn.step
            && of.as_str() == workload
        {
            blocks.entry(*block).or_default().push((*slot, turn.side));
        }
    }
    // The order of the turns is the order of the slots.
    assert!(blocks.values().all(|block| block.is_sorted_by_key(|(slot, _)| *slot)));
    blocks.into_values().map(|block| block.into_iter().map(|(_, side)| side).collect()).collect()
}

proptest! {
    #[test]
    fn blocks_have_every_side_once_and_each_runs_before_each_other_equally_often(seed: u64, quick: bool) {
        let options = PairOptions::new(Options { seed, quick, ..FULL }, true);
        let job = plan(&two_latencies(), Evidence::Host, &options);
        prop_assert_eq!(&job, &plan(&two_latencies(), Evidence::Host, &options));
        for round in &job.rounds {
            prop_assert!(round.together);
            for workload in ["a", "b"] {
                let blocks = blocks(round, workload);
                prop_assert_eq!(blocks.len(), if quick { QUICK_BLOCKS } else { BLOCKS } as usize);
                for block in &blocks {
                    let mut sides = block.clone();
                    sides.sort_unstable();
                    prop_assert_eq!(sides, Side::ALL);
                }
                let place = |block: &[Side], side| block.iter().position(|at| *at == side);
                for (one, other) in [(0, 1), (0, 2), (1, 2)].map(|(one, other)| (Side::ALL[one], Side::ALL[other])) {
                    let before = blocks.iter().filter(|block| place(block, one) < place(block, other)).count();
                    prop_assert_eq!(2 * before, blocks.len(), "{} before {}", one, other);
                }
            }
        }
    }
}

#[test]
fn every_side_is_verified_and_warmed_up_before_it_is_timed_and_the_sides_of_a_block_stand_together() {
    let job = plan(&two_latencies(), Evidence::Host, &PairOptions::new(FULL, true));
    for round in &job.rounds {
        let is_timed = |step: &Step| matches!(step, Step::Measure { .. });
        let (before, timed): (Vec<_>, Vec<_>) = round.turns.iter().partition(|turn| !is_timed(&turn.step));
        assert_eq!(before.len(), 3 * 2 * 2);
        assert!(round.turns[..before.len()].iter().all(|turn| !is_timed(&turn.step)));
        for block in timed.chunks(3) {
            let [first, second, third] = block else { unreachable!() };
            assert!([second, third].into_iter().all(|other| other.step.workload() == first.step.workload()));
            assert!(first.side != second.side && second.side != third.side && third.side != first.side);
        }
    }
}

#[test]
fn one_looks_when_the_starts_have_doubled_and_candidates_get_the_samples_of_their_statistics_by_then() {
    let options = PairOptions::new(FULL, true);
    let job = plan(&two_latencies(), Evidence::Host, &options);
    let looks = |job: &PairedJob| -> Vec<u32> {
        job.rounds.iter().filter(|round| round.look).map(|round| round.index + 1).collect()
    };
    assert_eq!(looks(&job), [10, 20, 40, 80, 160, 320]);
    assert_eq!(job.looks(), 6);
    let mut samples = 0;
    for turn in job.rounds[..10].iter().flat_map(|round| &round.turns) {
        if let Step::Measure { workload, iterations, .. } = &turn.step
            && (turn.side, workload.as_str()) == (Side::Candidate, "a")
        {
            samples += iterations;
        }
    }
    assert!(samples >= Statistic::Percentile(950).default_samples(), "{samples}");
    // A board's cycles are perhaps exact, and two starts show it.
    assert_eq!(looks(&plan(&two_latencies(), Evidence::Emulated, &options)), [2, 10, 20, 40, 80, 160, 320]);
    let hasty = PairOptions { starts: 1, most: 1, ..options.clone() };
    assert_eq!(looks(&plan(&two_latencies(), Evidence::Host, &hasty)), [LEAST_STARTS]);
    let patient = PairOptions { starts: 5, most: 10_000, ..options };
    assert_eq!(looks(&plan(&two_latencies(), Evidence::Host, &patient)), [5, 10, 20, 40, 80, 160, 10_000]);
}

#[test]
fn sides_that_cannot_live_together_take_turns_by_starts_in_balanced_order() {
    let options = PairOptions::new(FULL, false);
    let job = plan(&two_latencies(), Evidence::Hardware, &options);
    let orders: Vec<Vec<Side>> = job.rounds[..9]
        .iter()
        .map(|round| {
            assert!(!round.together);
            let mut order: Vec<Side> = round.turns.iter().map(|turn| turn.side).collect();
            order.dedup();
            order
        })
        .collect();
    assert!(orders.iter().all(|order| order.len() == 3), "each side has one life in a round: {orders:?}");
    for place in 0..3 {
        for side in Side::ALL {
            assert_eq!(orders.iter().filter(|order| order[place] == side).count(), 3, "{side} at {place}");
        }
    }
    for round in &job.rounds {
        assert_eq!(blocks(round, "a").len(), 1, "neighbouring starts make one pair");
    }
}

#[test]
fn what_needs_a_process_of_its_own_takes_turns_and_answers_come_once_from_both_builds() {
    let checks = vec![
        check("a", Metric::Latency, Statistic::Median),
        check("b", Metric::Memory, Statistic::Max),
        check("b", Metric::Throughput, Statistic::Mean),
        check("a", Metric::NumericalError, Statistic::Max),
    ];
    let job = plan(&scenario(checks), Evidence::Host, &PairOptions::new(FULL, true));
    let sides_of = |is: fn(&Step) -> bool| -> Vec<BTreeSet<Side>> {
        let of_round = |round: &Round| -> BTreeSet<Side> {
            round.turns.iter().filter(|turn| is(&turn.step)).map(|turn| turn.side).collect()
        };
        job.rounds.iter().map(of_round).filter(|sides| !sides.is_empty()).collect()
    };
    let all = BTreeSet::from(Side::ALL);
    assert_eq!(sides_of(|step| matches!(step, Step::Memory { .. })), vec![all.clone(); 10]);
    assert_eq!(sides_of(|step| matches!(step, Step::Throughput { .. })), vec![all; 10]);
    let builds = BTreeSet::from([Side::Baseline, Side::Candidate]);
    assert_eq!(sides_of(|step| matches!(step, Step::Deviate { .. })), [builds]);
    assert!(job.rounds.iter().zip(0..).all(|(round, index)| round.index == index));
}

#[test]
fn what_is_counted_is_counted_by_both_builds_before_anything_is_timed() {
    let checks = vec![
        check("a", Metric::Latency, Statistic::Median),
        check("a", Metric::Instructions, Statistic::Exact),
        check("b", Metric::Heap, Statistic::Max),
    ];
    let scenario = scenario(checks);
    let counting = bench(Evidence::Host).with_counting(Counting::Here);
    let (job, skipped) = paired(&scenario, &counting, &BTreeMap::new(), &PairOptions::new(FULL, true));
    assert!(skipped.is_empty(), "{skipped:?}");
    let job = job.unwrap();
    let counted = |step: fn(&Step) -> bool| {
        let of_step: Vec<&Round> =
            job.rounds.iter().filter(|round| round.turns.iter().any(|turn| step(&turn.step))).collect();
        for round in &of_step {
            let sides: Vec<Side> = round.turns.iter().map(|turn| turn.side).collect();
            assert_eq!((round.together, sides), (false, vec![Side::Baseline, Side::Candidate]));
        }
        of_step.iter().map(|round| round.index).collect::<Vec<u32>>()
    };
    // Two that agree are enough; the others are there for what does not.
    assert_eq!(counted(|step| matches!(step, Step::Heap { .. })), (0..10).collect::<Vec<_>>());
    assert_eq!(counted(|step| matches!(step, Step::Count { .. })), (10..20).collect::<Vec<_>>());
    assert!(job.rounds[20].together);
    let quick = PairOptions::new(Options { quick: true, ..FULL }, true);
    let (_, skipped) = paired(&scenario, &counting, &BTreeMap::new(), &quick);
    let reasons: Vec<&Reason> = skipped.iter().map(|skipped| &skipped.reason).collect();
    assert_eq!(reasons, [&Reason::QuickRun]);
}

#[test]
fn the_peak_of_the_only_timed_workload_is_read_where_it_was_timed() {
    let checks = vec![check("a", Metric::Latency, Statistic::Median), check("a", Metric::Memory, Statistic::Max)];
    for together in [true, false] {
        let job = plan(&scenario(checks.clone()), Evidence::Host, &PairOptions::new(FULL, together));
        assert_eq!(job.rounds.len(), 320);
        for round in &job.rounds {
            for side in Side::ALL {
                let last = round.turns.iter().rfind(|turn| turn.side == side).unwrap();
                assert!(matches!(last.step, Step::Memory { .. }), "{side}");
            }
        }
    }
}

#[test]
fn the_budget_is_that_of_three_runs_or_as_given_and_each_side_has_a_job_of_its_own() {
    let job = plan(&two_latencies(), Evidence::Host, &PairOptions::new(FULL, true));
    assert_eq!(job.budget, Duration::from_secs(180));
    let given = Options { budget: Some(Duration::from_secs(5)), ..FULL };
    assert_eq!(plan(&two_latencies(), Evidence::Host, &PairOptions::new(given, true)).budget.as_secs(), 5);
    let of_side = job.job_of(Side::Control);
    assert_eq!(of_side.starts.len(), job.rounds.len());
    let timed = |step: &&Step| matches!(step, Step::Measure { .. });
    let all = job.rounds.iter().flat_map(|round| &round.turns).map(|turn| &turn.step).filter(timed).count();
    let its = of_side.starts.iter().flat_map(|start| &start.steps).filter(timed).count();
    assert_eq!(its * 3, all, "as much as each of the others");
}

#[test]
fn suites_are_left_out_with_a_reason_and_nothing_to_run_is_no_job() {
    let mut scenario = scenario(vec![check("a", Metric::Latency, Statistic::Median)]);
    let suite = Suite {
        package: "x".to_owned(),
        bench: None,
        benchmark: None,
        filter: None,
        features: Vec::new(),
        warm_up_time: None,
        measurement_time: None,
        sample_size: None,
        found: None,
    };
    scenario.workloads.get_mut(&WorkloadId::new("a").unwrap()).unwrap().code = Code::Criterion(Box::new(suite));
    let (job, skipped) = paired(&scenario, &bench(Evidence::Host), &BTreeMap::new(), &PairOptions::new(FULL, true));
    assert_eq!(job, None);
    let [skipped] = skipped.as_slice() else { unreachable!() };
    assert_eq!(skipped.check, Some(0));
    assert!(matches!(&skipped.reason, Reason::CannotObserve { needs } if needs.contains("criterion")));
}
