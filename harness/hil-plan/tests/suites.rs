//! Plans of criterion suites: rounds of process starts, and what keeps a suite from being run.

#![expect(clippy::unwrap_used, reason = "a panic of a test is its failure")]

use std::collections::BTreeMap;
use std::time::Duration;

use hil_model::id::{PlatformId, ScenarioId, WorkloadId};
use hil_model::lab::{BenchInfo, Evidence, Lab};
use hil_model::metric::{Metric, Statistic};
use hil_model::plan::{Plan, Step, SuiteAmount};
use hil_model::scenario::{Check, Code, Needs, Place, Rule, Sampling, Scenario, Suite, SuiteFound, Workers, Workload};
use hil_model::verdict::Reason;
use hil_plan::{Options, plan};

fn suite(is_here: bool) -> Workload {
    let found = SuiteFound { folder: "/x/fir".to_owned(), name: "fir".to_owned(), bench: "filters".to_owned() };
    let suite = Suite {
        package: "fir".to_owned(),
        bench: None,
        found: is_here.then_some(found),
        benchmark: None,
        filter: None,
        features: Vec::new(),
        warm_up_time: Some(Duration::from_secs(2)),
        measurement_time: None,
        sample_size: Some(50),
    };
    Workload {
        code: Code::Criterion(Box::new(suite)),
        dataset: None,
        workers: Workers::EveryCore,
        duty_cycle: None,
        battery: None,
    }
}

/// Two suites in a comparison.
fn scenario(is_here: bool) -> Scenario {
    let id = |name: &str| WorkloadId::new(name).unwrap();
    let check = Check {
        target: None,
        metric: Metric::Latency,
        statistic: Statistic::Ratio,
        workload: id("short"),
        versus: Some(id("long")),
        rule: Rule::Report,
        needs: Needs::default(),
        part: None,
        note: None,
        place: Place { file: "x.toml".to_owned(), line: 1 },
    };
    Scenario {
        id: ScenarioId::new("demo").unwrap(),
        title: "A demonstration".to_owned(),
        file: "x.toml".to_owned(),
        platform: PlatformId::new("desktop-cpu").unwrap(),
        workloads: BTreeMap::from([(id("short"), suite(is_here)), (id("long"), suite(true))]),
        sampling: Sampling {
            warmup: 20,
            min_samples: None,
            starts: 6,
            looks: 1,
            pairs: None,
            budget: Duration::from_secs(60),
            timeout: Duration::from_secs(60),
        },
        checks: vec![check],
        alerts: Vec::new(),
        side_by_side: Vec::new(),
    }
}

fn planned(scenario: Scenario, evidence: Evidence, quick: bool) -> Plan {
    let platform = PlatformId::new("desktop-cpu").unwrap();
    let lab = Lab { benches: vec![BenchInfo::new(platform, evidence, 2)], ..Lab::default() };
    plan(&[scenario], &lab, &BTreeMap::new(), &Options { seed: 7, quick, budget: None })
}

#[test]
fn every_round_starts_each_suite_once_in_a_balanced_order() {
    let plan = planned(scenario(true), Evidence::Host, false);
    let starts = &plan.jobs[0].starts;
    assert_eq!(starts.len(), 12);
    let mut first = BTreeMap::<String, u32>::new();
    for (place, start) in starts.iter().enumerate() {
        let [Step::Suite { workload, round, slot, amount }] = start.steps.as_slice() else { panic!("{start:?}") };
        assert_eq!((*round as usize, usize::from(*slot)), (place / 2, place % 2));
        let wanted = SuiteAmount { warm_up: Some(Duration::from_secs(2)), measurement: None, samples: Some(50) };
        assert_eq!(*amount, wanted, "what the scenario does not say is the suite's");
        if *slot == 0 {
            *first.entry(workload.to_string()).or_default() += 1;
        }
    }
    assert_eq!(first.into_values().collect::<Vec<_>>(), [3, 3]);
}

#[test]
fn a_quick_run_cuts_the_samples_and_not_the_starts() {
    let plan = planned(scenario(true), Evidence::Host, true);
    assert_eq!(plan.jobs[0].starts.len(), 12);
    for start in &plan.jobs[0].starts {
        let [Step::Suite { amount, .. }] = start.steps.as_slice() else { panic!("{start:?}") };
        assert!(amount.samples == Some(10) && amount.measurement.is_some_and(|time| time < Duration::from_secs(1)));
    }
}

#[test]
fn a_suite_needs_its_package_and_this_computer() {
    for (is_here, evidence, word) in
        [(false, Evidence::Host, "the package \"fir\""), (true, Evidence::Emulated, "this computer")]
    {
        let plan = planned(scenario(is_here), evidence, false);
        assert!(plan.jobs.is_empty(), "{plan:?}");
        let Reason::CannotObserve { needs } = &plan.skipped[0].reason else { panic!("{plan:?}") };
        assert!(needs.contains(word), "{needs}");
    }
}
