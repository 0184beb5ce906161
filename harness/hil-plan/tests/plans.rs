//! Whole plans: what is run, in which order, and what is left out with which reason.

#![expect(clippy::unwrap_used, reason = "a panic of a test is its failure")]

use std::collections::BTreeMap;
use std::time::Duration;

use hil_model::id::{DatasetName, KernelName, PlatformId, ScenarioId, TargetId, WorkloadId};
use hil_model::lab::{BenchInfo, Counting, Evidence, Lab};
use hil_model::limit::Limit;
use hil_model::metric::{Metric, Statistic};
use hil_model::plan::{Plan, Start, Step};
use hil_model::power::{Meter, Shunt};
use hil_model::scenario::{
    Alert, Check, Code, DutyCycle, Needs, Place, Rule, Sampling, Scenario, Severity, Workers, Workload,
};
use hil_model::units::{MILLISECOND, Quantity, SECOND};
use hil_model::verdict::Reason;
use hil_plan::{MissingData, Options, plan, select};

fn workload(dataset: Option<&str>) -> Workload {
    Workload {
        code: Code::Kernel(KernelName::new("lan/keyword_i8").unwrap()),
        dataset: dataset.map(|name| DatasetName::new(name).unwrap()),
        workers: Workers::EveryCore,
        duty_cycle: None,
        battery: None,
    }
}

fn check(target: &str, metric: Metric, statistic: Statistic, limit: &str) -> Check {
    Check {
        target: Some(TargetId::new(target).unwrap()),
        metric,
        statistic,
        workload: WorkloadId::main(),
        versus: None,
        rule: Rule::Limit { limit: Limit::parse(limit).unwrap(), acceptable: None },
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
        workloads: BTreeMap::from([(WorkloadId::main(), workload(Some("sounds")))]),
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

fn lab(cores: u32) -> Lab {
    let platform = PlatformId::new("desktop-cpu").unwrap();
    Lab { benches: vec![BenchInfo::new(platform, Evidence::Host, cores)], ..Lab::default() }
}

fn counting_lab(counting: Counting) -> Lab {
    let platform = PlatformId::new("desktop-cpu").unwrap();
    let bench = BenchInfo::new(platform, Evidence::Host, 2).with_counting(counting);
    Lab { benches: vec![bench], ..Lab::default() }
}

const FULL: Options = Options { seed: 7, quick: false, budget: None };

fn steps(plan: &Plan) -> impl Iterator<Item = &Step> {
    plan.jobs.iter().flat_map(|job| &job.starts).flat_map(|start| &start.steps)
}

fn measured(plan: &Plan) -> u32 {
    steps(plan).map(|step| if let Step::Measure { iterations, .. } = step { *iterations } else { 0 }).sum()
}

#[test]
fn a_latency_check_runs_its_samples_over_five_starts_each_verified_and_warmed_up() {
    let scenario = scenario(vec![check("LAN-16", Metric::Latency, Statistic::Percentile(950), "< 5 ms")]);
    let plan = plan(&[scenario], &lab(2), &BTreeMap::new(), &FULL);
    assert_eq!(plan.jobs[0].starts.len(), 5);
    for start in &plan.jobs[0].starts {
        assert!(matches!(start.steps[0], Step::Verify { .. }), "nothing is timed before the known answer holds");
        assert!(matches!(start.steps[1], Step::WarmUp { iterations: 20, .. }));
    }
    assert_eq!(measured(&plan), Statistic::Percentile(950).default_samples());
    let is_timed =
        |step: &Step| matches!(step, Step::Measure { at_least, .. } if *at_least >= Duration::from_millis(100));
    assert!(steps(&plan).any(is_timed), "fast iterations go on for a while");
}

#[test]
fn min_samples_raises_the_amount_and_quick_lowers_it() {
    let mut demanding = scenario(vec![check("LAN-16", Metric::Latency, Statistic::Percentile(950), "< 5 ms")]);
    demanding.sampling.min_samples = Some(2000);
    let full = plan(&[demanding.clone()], &lab(2), &BTreeMap::new(), &FULL);
    assert_eq!(measured(&full), 2000);
    let quick = plan(&[demanding], &lab(2), &BTreeMap::new(), &Options { quick: true, ..FULL });
    assert_eq!(measured(&quick), 670, "a third, in five equal parts");
}

#[test]
fn a_quick_run_answers_a_part_of_a_data_set() {
    let mut spoken = scenario(vec![check("LAN-19", Metric::Accuracy, Statistic::Proportion, "> 95 %")]);
    for workload in spoken.workloads.values_mut() {
        workload.dataset = Some(DatasetName::new("words").unwrap());
    }
    let most = |options: &Options| {
        let plan = plan(std::slice::from_ref(&spoken), &lab(2), &BTreeMap::new(), options);
        steps(&plan).find_map(|step| if let Step::Answer { most, .. } = step { Some(*most) } else { None })
    };
    assert_eq!((most(&FULL), most(&Options { quick: true, ..FULL })), (Some(None), Some(Some(60))));
}

#[test]
fn each_further_look_takes_as_many_starts_as_all_before_it() {
    let mut patient = scenario(vec![check("LAN-16", Metric::Latency, Statistic::Percentile(950), "< 5 ms")]);
    patient.sampling.looks = 3;
    let of = |scenario: &Scenario, options: &Options| {
        let plan = plan(std::slice::from_ref(scenario), &lab(2), &BTreeMap::new(), options);
        let indices = |starts: &Vec<Start>| starts.iter().map(|start| start.index).collect::<Vec<_>>();
        (plan.jobs[0].looks(), plan.jobs[0].further.iter().map(indices).collect::<Vec<_>>())
    };
    assert_eq!(of(&patient, &FULL), (3, vec![(5..10).collect(), (10..20).collect()]));
    assert_eq!(of(&patient, &Options { quick: true, ..FULL }), (1, vec![]), "a quick run shall end soon");
    // What is only shown is never open, and neither is what is not timed.
    patient.checks[0].rule = Rule::Report;
    assert_eq!(of(&patient, &FULL).0, 1);
    let mut memory = scenario(vec![check("LAN-18", Metric::Memory, Statistic::Max, "< 5 MB")]);
    memory.sampling.looks = 3;
    assert_eq!(of(&memory, &FULL).0, 1);
}

#[test]
fn a_quick_comparison_takes_fewer_pairs() {
    let other = WorkloadId::new("other").unwrap();
    let mut scenario = scenario(vec![check("LAN-16", Metric::Latency, Statistic::Ratio, ">= 2 x")]);
    scenario.workloads.insert(other.clone(), workload(None));
    scenario.checks[0].versus = Some(other);
    let of = |options: &Options| measured(&plan(&[scenario.clone()], &lab(2), &BTreeMap::new(), options));
    // And a copy of one side as often.
    assert_eq!((of(&FULL), of(&Options { quick: true, ..FULL })), (3 * 100, 3 * 60));
    // Where large differences are asked about, fewer are enough.
    scenario.sampling.pairs = Some(48);
    let of = |options: &Options| measured(&plan(&[scenario.clone()], &lab(2), &BTreeMap::new(), options));
    assert_eq!((of(&FULL), of(&Options { quick: true, ..FULL })), (3 * 50, 3 * 30));
}

#[test]
fn memory_is_read_in_a_process_that_ran_nothing_else() {
    let mut scenario = scenario(vec![
        check("AA-1", Metric::Latency, Statistic::Median, "< 5 ms"),
        check("LAN-18", Metric::Memory, Statistic::Max, "< 100 MB"),
    ]);
    let alone = plan(&[scenario.clone()], &lab(2), &BTreeMap::new(), &FULL);
    assert_eq!(alone.jobs[0].starts.len(), 5, "one workload: its timed starts serve");

    let other = WorkloadId::new("other").unwrap();
    scenario.workloads.insert(other.clone(), workload(None));
    scenario.checks[0].versus = Some(other.clone());
    scenario.checks[0].statistic = Statistic::Ratio;
    let beside = plan(&[scenario], &lab(2), &BTreeMap::new(), &FULL);
    let with_memory: Vec<_> = beside.jobs[0]
        .starts
        .iter()
        .filter(|start| start.steps.iter().any(|step| matches!(step, Step::Memory { .. })))
        .collect();
    assert_eq!(with_memory.len(), 5);
    for start in with_memory {
        assert!(start.steps.iter().all(|step| *step.workload() == WorkloadId::main()));
    }
}

#[test]
fn results_are_compared_with_their_reference_once_in_a_start_of_their_own() {
    let error = check("NDV-10", Metric::NumericalError, Statistic::Max, "< 1e-5 rel");
    let plan = plan(&[scenario(vec![error.clone(), error])], &lab(2), &BTreeMap::new(), &FULL);
    let [start] = plan.jobs[0].starts.as_slice() else { panic!("{plan:?}") };
    assert_eq!(start.steps, [Step::Deviate { workload: WorkloadId::main() }]);
    assert!(plan.skipped.is_empty());
}

#[test]
fn the_sides_of_a_ratio_alternate_in_short_blocks() {
    let other = WorkloadId::new("other").unwrap();
    let mut scenario = scenario(vec![check("LAN-16", Metric::Latency, Statistic::Ratio, ">= 2 x")]);
    scenario.checks[0].versus = Some(other.clone());
    scenario.workloads.insert(other, workload(None));
    let plan = plan(&[scenario], &lab(2), &BTreeMap::new(), &FULL);
    for start in &plan.jobs[0].starts {
        let all: Vec<(u32, u8, &WorkloadId)> = start
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Measure { workload, block, slot, .. } => Some((*block, *slot, workload)),
                _ => None,
            })
            .collect();
        let copy = WorkloadId::main().control().unwrap();
        let (copies, places): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, _, id)| **id == copy);
        assert_eq!((places.len(), copies.len()), (40, 20), "20 blocks of two sides, with a copy");
        for pair in places.chunks(2) {
            assert!(pair[0].0 == pair[1].0 && pair[0].1 < pair[1].1);
            assert_ne!(pair[0].2, pair[1].2);
        }
        let first = places.chunks(2).filter(|pair| *pair[0].2 == WorkloadId::main()).count();
        // Six blocks have every order; twenty are three times six and two more.
        assert!((9..=11).contains(&first), "each side goes first half of the time: {first}");
        assert!(start.steps.iter().any(|step| *step == Step::Verify { workload: copy.clone() }));
    }
}

#[test]
fn a_copy_is_run_only_where_time_is_compared_and_sampled() {
    let other = WorkloadId::new("other").unwrap();
    let copy = WorkloadId::main().control().unwrap();
    let runs_a_copy = |metric, versus: Option<&WorkloadId>, evidence, taken: bool| {
        let mut scenario = scenario(vec![check("LAN-16", metric, Statistic::Ratio, ">= 2 x")]);
        scenario.checks[0].versus = versus.cloned();
        scenario.workloads.insert(other.clone(), workload(None));
        if taken {
            scenario.workloads.insert(copy.clone(), workload(None));
        }
        let bench = BenchInfo::new(PlatformId::new("desktop-cpu").unwrap(), evidence, 2);
        let plan = plan(&[scenario], &Lab { benches: vec![bench], ..Lab::default() }, &BTreeMap::new(), &FULL);
        steps(&plan).any(|step| *step.workload() == copy)
    };
    assert!(runs_a_copy(Metric::Latency, Some(&other), Evidence::Host, false));
    assert!(runs_a_copy(Metric::CpuTime, Some(&other), Evidence::Hardware, false));
    assert!(!runs_a_copy(Metric::Latency, None, Evidence::Host, false), "nothing is compared");
    assert!(!runs_a_copy(Metric::Latency, Some(&other), Evidence::Emulated, false), "time is computed");
    assert!(!runs_a_copy(Metric::Throughput, Some(&other), Evidence::Host, false), "no time");
    assert!(!runs_a_copy(Metric::Latency, Some(&other), Evidence::Host, true), "the name is a workload's own");
}

#[test]
fn workloads_that_cannot_share_a_process_take_turns() {
    let other = WorkloadId::new("other").unwrap();
    for (metric, statistic) in [(Metric::Throughput, Statistic::Ratio), (Metric::Memory, Statistic::Ratio)] {
        let mut scenario = scenario(vec![check("LAN-17", metric, statistic, ">= 2 x")]);
        scenario.checks[0].versus = Some(other.clone());
        scenario.workloads.insert(other.clone(), workload(None));
        let plan = plan(&[scenario], &lab(2), &BTreeMap::new(), &FULL);
        let order: Vec<&WorkloadId> = plan.jobs[0].starts.iter().map(|start| start.steps[0].workload()).collect();
        assert_eq!(order.len(), 10);
        for round in order.chunks(2) {
            assert_ne!(round[0], round[1], "{metric}: {order:?}");
        }
    }
}

#[test]
fn a_demanding_statistic_of_one_workload_is_not_paid_for_by_another() {
    let other = WorkloadId::new("other").unwrap();
    let mut scenario = scenario(vec![
        check("LAN-16", Metric::Latency, Statistic::Percentile(990), "< 5 ms"),
        check("LAN-16", Metric::Latency, Statistic::Ratio, ">= 2 x"),
    ]);
    scenario.checks[1].versus = Some(other.clone());
    scenario.workloads.insert(other.clone(), workload(None));
    let plan = plan(&[scenario], &lab(2), &BTreeMap::new(), &FULL);
    let of = |id: &WorkloadId| -> u32 {
        let iterations = |step: &Step| match step {
            Step::Measure { workload, iterations, .. } if workload == id => *iterations,
            _ => 0,
        };
        steps(&plan).map(iterations).sum()
    };
    assert_eq!((of(&WorkloadId::main()), of(&other)), (3000, 100));
}

#[test]
fn an_alert_gets_the_samples_that_its_statistic_wants() {
    let mut scenario = scenario(vec![check("LAN-18", Metric::Memory, Statistic::Max, "< 100 MB")]);
    scenario.alerts.push(Alert {
        target: None,
        metric: Metric::Latency,
        statistic: Statistic::Percentile(950),
        workload: WorkloadId::main(),
        drift: false,
        when: Limit::parse("> 50 ms").unwrap(),
        severity: Severity::Warning,
        place: Place { file: "x.toml".to_owned(), line: 1 },
    });
    let plan = plan(&[scenario], &lab(2), &BTreeMap::new(), &FULL);
    assert_eq!(measured(&plan), Statistic::Percentile(950).default_samples());
}

#[test]
fn what_cannot_be_answered_says_what_is_needed() {
    let mut many_cores = check("LAN-17", Metric::Throughput, Statistic::Mean, "> 1000 req/s");
    many_cores.needs = Needs { cores: Some(8), ..Needs::default() };
    let scenario = scenario(vec![many_cores]);
    let plan_here = plan(std::slice::from_ref(&scenario), &lab(2), &BTreeMap::new(), &FULL);
    assert!(plan_here.jobs.is_empty());
    assert_eq!(plan_here.skipped[0].reason, Reason::TooFewCores { needs: 8, has: 2 });

    let missing = MissingData { origin: "somewhere".to_owned(), licence: "CC-BY-4.0".to_owned() };
    let missing = BTreeMap::from([(DatasetName::new("sounds").unwrap(), missing)]);
    let plan_without_data = plan(std::slice::from_ref(&scenario), &lab(8), &missing, &FULL);
    assert!(matches!(plan_without_data.skipped[0].reason, Reason::DataMissing { .. }));

    let mut power = scenario.clone();
    power.checks = vec![check("LAN-02", Metric::Power, Statistic::Mean, "< 1.2 mW")];
    let plan_without_meter = plan(&[power], &lab(8), &BTreeMap::new(), &FULL);
    assert!(plan_without_meter.jobs.is_empty());
    assert_eq!(
        plan_without_meter.skipped[0].reason,
        Reason::CannotObserve { needs: "a board with a shunt, or a meter".to_owned() }
    );

    let plan_without_bench = plan(&[scenario], &Lab::default(), &BTreeMap::new(), &FULL);
    assert!(matches!(plan_without_bench.skipped[0].reason, Reason::NoBench { .. }));
}

#[test]
fn instructions_are_counted_in_starts_that_do_nothing_else() {
    let counted = |starts: u32, checks: Vec<Check>| {
        let mut scenario = scenario(checks);
        scenario.sampling.starts = starts;
        plan(&[scenario], &counting_lab(Counting::Here), &BTreeMap::new(), &FULL)
    };
    let asked = || check("LAN-18", Metric::Instructions, Statistic::Exact, "< 5 instructions");
    let count = || vec![Step::Count { workload: WorkloadId::main() }];
    let steps: Vec<Vec<Step>> =
        counted(5, vec![asked()]).jobs[0].starts.iter().map(|start| start.steps.clone()).collect();
    assert_eq!(steps, [count(), count(), count(), count(), count()]);
    // One start proves no repeatability.
    assert_eq!(counted(1, vec![asked()]).jobs[0].starts.len(), 2);
    let beside = vec![asked(), check("LAN-16", Metric::Latency, Statistic::Percentile(950), "< 5 ms")];
    let beside = counted(5, beside);
    assert_eq!(beside.jobs[0].starts.len(), 10, "what is timed has starts of its own");
    assert_eq!(measured(&beside), 500);
}

#[test]
fn the_heap_is_counted_in_starts_that_do_nothing_else_in_quick_runs_as_well() {
    let asked = || scenario(vec![check("LAN-18", Metric::Heap, Statistic::Max, "< 5 MB")]);
    for options in [FULL, Options { quick: true, ..FULL }] {
        let plan = plan(&[asked()], &lab(2), &BTreeMap::new(), &options);
        let step = || vec![Step::Heap { workload: WorkloadId::main(), iterations: 20 }];
        let steps: Vec<Vec<Step>> = plan.jobs[0].starts.iter().map(|start| start.steps.clone()).collect();
        assert_eq!(steps, [step(), step(), step(), step(), step()]);
    }
    let mut program = asked();
    let main = Workload { code: Code::Command(vec!["true".to_owned()]), ..workload(None) };
    program.workloads.insert(WorkloadId::main(), main);
    let board = BenchInfo::new(PlatformId::new("desktop-cpu").unwrap(), Evidence::Emulated, 1);
    let board = Lab { benches: vec![board], ..Lab::default() };
    for (scenario, lab, wanted) in [(program, lab(2), "a kernel: "), (asked(), board, "this computer: ")] {
        let plan = plan(&[scenario], &lab, &BTreeMap::new(), &FULL);
        let Reason::CannotObserve { needs } = &plan.skipped[0].reason else { panic!("{:?}", plan.skipped) };
        assert!(plan.jobs.is_empty() && needs.starts_with(wanted), "{needs}");
    }
}

#[test]
fn instructions_that_cannot_be_counted_say_what_that_needs() {
    let why = |scenario: &Scenario, counting: Counting, options: &Options| {
        let plan = plan(std::slice::from_ref(scenario), &counting_lab(counting), &BTreeMap::new(), options);
        assert!(plan.jobs.is_empty());
        match &plan.skipped[0].reason {
            Reason::CannotObserve { needs } => needs.clone(),
            other => other.code().to_owned(),
        }
    };
    let asked = || scenario(vec![check("LAN-18", Metric::Instructions, Statistic::Exact, "< 5 instructions")]);
    assert_eq!(why(&asked(), Counting::Needs("valgrind".to_owned()), &FULL), "valgrind");
    let quick = Options { quick: true, ..FULL };
    assert_eq!(why(&asked(), Counting::Here, &quick), "quick-run");
    assert_eq!(why(&asked(), Counting::Needs("valgrind".to_owned()), &quick), "valgrind");
    let mut program = asked();
    let main = Workload { code: Code::Command(vec!["true".to_owned()]), ..workload(None) };
    program.workloads.insert(WorkloadId::main(), main);
    assert!(why(&program, Counting::Here, &FULL).starts_with("a kernel"));
}

#[test]
fn a_data_set_that_is_missing_keeps_no_other_workload_from_running() {
    let other = WorkloadId::new("other").unwrap();
    let mut on_other = check("LAN-17", Metric::Latency, Statistic::Median, "< 5 ms");
    on_other.workload = other.clone();
    let mut scenario = scenario(vec![check("LAN-16", Metric::Latency, Statistic::Median, "< 5 ms"), on_other]);
    scenario.workloads.insert(other.clone(), workload(None));
    let missing = MissingData { origin: "somewhere".to_owned(), licence: "CC-BY-4.0".to_owned() };
    let missing = BTreeMap::from([(DatasetName::new("sounds").unwrap(), missing)]);
    let plan = plan(&[scenario], &lab(2), &missing, &FULL);
    assert_eq!((plan.skipped.len(), plan.skipped[0].check), (1, Some(0)));
    let names: Vec<&WorkloadId> = plan.jobs[0].workloads.iter().map(|(id, _)| id).collect();
    assert_eq!(names, [&other], "the job has what its steps name and nothing else");
}

#[test]
fn the_same_seed_gives_the_same_plan_and_another_seed_another_order() {
    let other = WorkloadId::new("other").unwrap();
    let mut scenario = scenario(vec![check("LAN-16", Metric::Latency, Statistic::Ratio, ">= 2 x")]);
    scenario.checks[0].versus = Some(other.clone());
    scenario.workloads.insert(other, workload(None));
    let scenarios = [scenario];
    let with = |seed| plan(&scenarios, &lab(2), &BTreeMap::new(), &Options { seed, ..FULL });
    assert_eq!(with(1), with(1));
    assert_ne!(with(1).jobs, with(2).jobs);
}

#[test]
fn only_keeps_what_it_names_and_refuses_names_that_fit_nothing() {
    let all = vec![scenario(vec![
        check("LAN-16", Metric::Latency, Statistic::Median, "< 5 ms"),
        check("LAN-18", Metric::Memory, Statistic::Max, "< 100 MB"),
    ])];
    let kept = select(all.clone(), &["LAN-18".to_owned()]).unwrap();
    assert_eq!(kept[0].checks.len(), 1);
    assert_eq!(select(all.clone(), &["desktop-cpu".to_owned()]).unwrap(), all);
    let error = select(all, &["LAN-18".to_owned(), "LAN-99".to_owned()]).unwrap_err();
    assert_eq!(error.0, ["LAN-99"]);
}

/// A lab whose bench has a meter.
fn metered_lab() -> Lab {
    let source = String::new();
    let shunt = Shunt {
        ohms: 0.5,
        tolerance: 0.001,
        amplifier: "INA240A2".to_owned(),
        gain: 50.0,
        gain_error_max: 0.002,
        offset_max_volts: 25e-6,
        bandwidth_hz: 400e3,
        high_volts: 3.2,
        source,
        unverified: None,
    };
    let mut lab = lab(1);
    lab.benches[0].meter = Some(Meter { shunt, stated: Vec::new() });
    lab
}

/// The duty cycles of a plan: sleep mode, period, periods.
fn cycles(plan: &Plan) -> Vec<(&str, Duration, u32)> {
    let steps = plan.jobs.iter().flat_map(|job| &job.starts).flat_map(|start| &start.steps);
    let cycle = |step| match step {
        &Step::DutyCycle { ref sleep, period, periods, .. } => Some((sleep.as_str(), period, periods)),
        _ => None,
    };
    steps.filter_map(cycle).collect()
}

#[test]
fn power_is_metered_in_the_asked_mode_and_in_the_light_one() {
    let mut question = scenario(vec![check("LAN-02", Metric::Power, Statistic::Mean, "< 1.2 mW")]);
    let main = question.workloads.get_mut(&WorkloadId::main()).unwrap();
    main.duty_cycle = Some(DutyCycle { period: Quantity::new(20.0, MILLISECOND), sleep: "stop".to_owned() });
    let ms = Duration::from_millis;
    let planned = plan(&[question.clone()], &metered_lab(), &BTreeMap::new(), &FULL);
    assert!(planned.skipped.is_empty());
    assert_eq!(cycles(&planned), [("stop", ms(20), 20), ("sleep", ms(20), 20)].repeat(5));
    assert!(planned.jobs[0].starts.iter().all(|start| matches!(start.steps[0], Step::Verify { .. })));

    // Half of 60 s for five starts of one mode: six periods of a second each.
    let main = question.workloads.get_mut(&WorkloadId::main()).unwrap();
    main.duty_cycle = Some(DutyCycle { period: Quantity::new(1.0, SECOND), sleep: "sleep".to_owned() });
    let long = plan(&[question.clone()], &metered_lab(), &BTreeMap::new(), &FULL);
    assert_eq!(cycles(&long), [("sleep", ms(1000), 6)].repeat(5));

    question.workloads.get_mut(&WorkloadId::main()).unwrap().duty_cycle = None;
    let without = plan(&[question.clone()], &metered_lab(), &BTreeMap::new(), &FULL);
    assert!(without.jobs.is_empty());
    assert!(matches!(&without.skipped[0].reason, Reason::CannotObserve { needs } if needs.contains("duty_cycle =")));

    question.checks[0].metric = Metric::Energy;
    let energy = plan(&[question], &metered_lab(), &BTreeMap::new(), &FULL);
    assert_eq!(cycles(&energy), [("sleep", Duration::ZERO, 20)].repeat(5));
}

#[test]
fn workloads_are_metered_in_the_same_starts_of_a_board_and_in_starts_of_their_own_on_a_computer() {
    let mut question = scenario(vec![check("LAN-36", Metric::Power, Statistic::Mean, "< 1 W")]);
    let cycle = DutyCycle { period: Quantity::new(16.0, MILLISECOND), sleep: "sleep".to_owned() };
    let metered = Workload { duty_cycle: Some(cycle), ..workload(None) };
    let names: Vec<WorkloadId> = ["euler", "heun", "rk4"].map(|name| WorkloadId::new(name).unwrap()).into();
    question.workloads = names.iter().map(|name| (name.clone(), metered.clone())).collect();
    question.checks[0].rule = Rule::Order(names.clone());
    question.checks[0].workload = names[0].clone();
    // The workloads that each start meters, in their order.
    let of_starts = |evidence: Evidence| {
        let mut lab = metered_lab();
        lab.benches[0].evidence = evidence;
        let planned = plan(&[question.clone()], &lab, &BTreeMap::new(), &FULL);
        let of_start = |start: &Start| {
            let cycles = start.steps.iter().filter(|step| matches!(step, Step::DutyCycle { .. }));
            cycles.map(|step| step.workload().clone()).collect::<Vec<_>>()
        };
        planned.jobs[0].starts.iter().map(of_start).collect::<Vec<_>>()
    };
    let boards = of_starts(Evidence::Emulated);
    assert_eq!(boards.len(), 5);
    assert!(boards.iter().any(|order| *order != boards[0]), "in an order that changes");
    for mut order in boards {
        order.sort();
        assert_eq!(order, names);
    }
    let computer = of_starts(Evidence::Host);
    assert!(computer.len() == 15 && computer.iter().all(|start| start.len() == 1));
}

#[test]
fn a_quick_run_leaves_out_what_needs_a_full_one_and_runs_nothing_for_it() {
    let mut long = check("LAN-17", Metric::Throughput, Statistic::Mean, "> 1 /s");
    long.needs.full_run = true;
    let question = scenario(vec![check("LAN-16", Metric::Latency, Statistic::Median, "< 5 ms"), long]);
    let planned = |options: &Options| plan(std::slice::from_ref(&question), &lab(2), &BTreeMap::new(), options);
    let is_long = |step: &Step| matches!(step, Step::Throughput { .. });
    let full = planned(&FULL);
    assert!(full.skipped.is_empty() && steps(&full).any(is_long));
    let quick = planned(&Options { quick: true, ..FULL });
    assert_eq!((quick.skipped.len(), quick.skipped[0].check), (1, Some(1)));
    assert_eq!(quick.skipped[0].reason, Reason::QuickRun);
    assert!(!steps(&quick).any(is_long));
}
