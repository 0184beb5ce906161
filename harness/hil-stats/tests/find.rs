//! What each kind of check becomes, from raw observations on.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

use std::time::Duration;

use hil_model::estimate::{Estimate, Finding, Method};
use hil_model::id::{ScenarioId, TableName, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::limit::Limit;
use hil_model::metric::{Metric, Statistic};
use hil_model::sample::{
    Answer, Case, Counter, Cut, Deviation, Failure, Iteration, Observations, OwnCost, Peak, Share, Slice,
};
use hil_model::scenario::{Alert, Check, Needs, Place, Rule, Severity};
use hil_stats::estimate::{cut, find, find_alert, find_at, needed};

fn workload(name: &str) -> WorkloadId {
    WorkloadId::new(name).unwrap()
}

fn check(metric: Metric, statistic: &str) -> Check {
    Check {
        target: None,
        metric,
        statistic: Statistic::find(statistic).unwrap(),
        workload: workload("main"),
        versus: None,
        rule: Rule::Report,
        needs: Needs::default(),
        part: None,
        note: None,
        place: Place { file: "a.toml".to_owned(), line: 1 },
    }
}

fn ratio(metric: Metric) -> Check {
    Check { versus: Some(workload("other")), ..check(metric, "ratio") }
}

fn alert(metric: Metric, statistic: Statistic, when: &str) -> Alert {
    Alert {
        target: None,
        metric,
        statistic,
        workload: workload("main"),
        drift: false,
        when: Limit::parse(when).unwrap(),
        severity: Severity::Critical,
        place: Place { file: "a.toml".to_owned(), line: 1 },
    }
}

fn conforms(table: &str) -> Check {
    Check { rule: Rule::Conforms(TableName::new(table).unwrap()), ..check(Metric::Conformance, "exact") }
}

fn case(table: &str, name: &str, broken: Option<&str>) -> Case {
    Case { table: TableName::new(table).unwrap(), name: name.to_owned(), broken: broken.map(str::to_owned) }
}

fn nothing_of(name: &str) -> Observations {
    let clock = Counter { name: "monotonic".to_owned(), hz: 1e9 };
    Observations::new(ScenarioId::new("s").unwrap(), workload(name), Evidence::Host, clock)
}

/// Blocks of one iteration each, numbered anew in each of five starts; `slot` says in which place of a block it ran.
fn timed(name: &str, n: u32, ticks: impl Fn(u32) -> u64, slot: impl Fn(u32) -> u8) -> Observations {
    let iterations = (0..n).map(|i| Iteration {
        start: i * 5 / n,
        block: i % (n / 5).max(1),
        slot: slot(i),
        index: i,
        warmup: false,
        ticks: ticks(i),
        cpu_ns: None,
        cycles: None,
    });
    Observations { iterations: iterations.collect(), ..nothing_of(name) }
}

/// A spread of up to `width` ticks without a visible pattern.
fn jitter(i: u32, width: u64) -> u64 {
    u64::from(i.wrapping_mul(2_654_435_761) >> 7) % width
}

fn estimate(finding: Finding) -> Estimate {
    match finding {
        Finding::Estimate(estimate) => estimate,
        other => panic!("{other:?} is no estimate"),
    }
}

#[test]
fn latency_percentiles_come_from_order_statistics_of_counted_iterations_less_their_own_cost() {
    let mut seen = timed("main", 500, |i| 1_000_050 + jitter(i, 1000), |_| 0);
    seen.own_costs = (0..5).map(|start| OwnCost { start, ticks: 50, cpu_ns: None, cycles: None }).collect();
    seen.iterations.push(Iteration { warmup: true, ticks: 1 << 40, ..seen.iterations[0] });
    let found = estimate(find(&check(Metric::Latency, "p95"), &[seen]));
    assert_eq!((found.method, found.samples, found.needed_samples), (Method::OrderStatistics, 500, 59));
    assert!((0.001..0.001_001).contains(&found.value), "{found:?}");
    assert!(found.lower.unwrap() <= found.value && found.value <= found.upper.unwrap());
}

#[test]
fn a_stricter_level_widens_what_is_timed_and_needs_more_samples() {
    let seen = [
        timed("main", 500, |i| 1_000_000 + jitter(i, 1000), |i| (i % 2) as u8),
        timed("other", 500, |i| 1_000_000 + jitter(i + 7, 1000), |i| ((i + 1) % 2) as u8),
    ];
    for check in [check(Metric::Latency, "p95"), check(Metric::Latency, "mean"), ratio(Metric::Latency)] {
        let [usual, strict] = [0.05, 0.01].map(|alpha| estimate(find_at(&check, &seen, alpha)));
        assert_eq!(usual, estimate(find(&check, &seen)));
        assert_eq!((usual.value, usual.confidence, strict.confidence), (strict.value, 0.9, 0.98), "{check:?}");
        let width = |estimate: &Estimate| estimate.upper.unwrap() - estimate.lower.unwrap();
        assert!(width(&strict) > width(&usual), "{usual:?} {strict:?}");
    }
    // ln(0.025) / ln(0.95) = 71.9
    let found = estimate(find_at(&check(Metric::Latency, "p95"), &seen, 0.025));
    assert_eq!(found.needed_samples, 72);
}

#[test]
fn each_statistic_of_latency_has_its_method() {
    let seen = [timed("main", 500, |i| 1_000_000 + jitter(i, 1000), |_| 0)];
    for (statistic, method) in [
        ("p50", Method::OrderStatistics),
        ("median", Method::OrderStatistics),
        ("mean", Method::BatchMeans),
        ("max", Method::LargestSeen),
    ] {
        assert_eq!(estimate(find(&check(Metric::Latency, statistic), &seen)).method, method, "{statistic}");
    }
}

#[test]
fn a_failure_of_the_code_comes_before_every_figure() {
    let crash = Failure::Crashed { detail: "main.rs:1".to_owned() };
    let mut seen = timed("main", 500, |_| 1000, |_| 0);
    seen.failure = Some(crash.clone());
    let other = timed("other", 500, |_| 1000, |_| 1);
    assert_eq!(find(&check(Metric::Latency, "p95"), std::slice::from_ref(&seen)), Finding::Failed(crash.clone()));
    assert_eq!(find(&check(Metric::Energy, "mean"), std::slice::from_ref(&seen)), Finding::Failed(crash.clone()));
    let both = [other, seen];
    assert_eq!(find(&ratio(Metric::Latency), &both), Finding::Failed(crash.clone()));
    let order =
        Check { rule: Rule::Order(vec![workload("other"), workload("main")]), ..check(Metric::Latency, "median") };
    assert_eq!(find(&order, &both), Finding::Failed(crash));
}

#[test]
fn a_ratio_says_how_many_times_better_whatever_the_direction_of_the_metric() {
    let slot = |i: u32| (jitter(i, 2)) as u8;
    let main = timed("main", 100, |i| 1_000_000 + jitter(i, 20_000), slot);
    let other = timed("other", 100, |i| 3_000_000 + jitter(i + 7, 60_000), |i| 1 - slot(i));
    let found = estimate(find(&ratio(Metric::Latency), &[main, other]));
    assert!((found.value - 3.0).abs() < 0.05, "{found:?}");
    assert!(found.lower.unwrap() > 2.9 && found.upper.unwrap() < 3.1);
    assert!(found.remark.unwrap().contains("running first costs"));

    let slices = |name: &str, finished: u64| Observations {
        slices: (0..100)
            .map(|i| Slice {
                start: i / 20,
                index: i % 20,
                workers: 2,
                finished: finished + jitter(i, 9),
                seconds: 0.05,
            })
            .collect(),
        ..nothing_of(name)
    };
    let found = estimate(find(&ratio(Metric::Throughput), &[slices("main", 3000), slices("other", 1000)]));
    assert!((found.value - 3.0).abs() < 0.05, "more is better: {found:?}");
}

#[test]
fn blocks_that_only_one_side_ran_are_no_pairs() {
    let main = timed("main", 100, |i| 1_000_000 + jitter(i, 1000), |_| 0);
    let mut other = timed("other", 100, |i| 2_000_000 + jitter(i, 1000), |_| 1);
    other.iterations.retain(|iteration| iteration.block % 2 == 0);
    let found = estimate(find(&ratio(Metric::Latency), &[main, other]));
    assert_eq!(found.samples, 50);
}

#[test]
fn an_order_has_one_ratio_a_step_of_the_greater_over_the_lesser() {
    let names = ["euler", "heun", "rk4"];
    let seen: Vec<Observations> = (0..3u8)
        .map(|place| {
            let ticks = move |i: u32| 1_000_000 * u64::from(place + 1) + jitter(i, 1000);
            timed(names[usize::from(place)], 100, ticks, move |i| (place + (i % 3) as u8) % 3)
        })
        .collect();
    let order = Check { rule: Rule::Order(names.map(workload).to_vec()), ..check(Metric::Latency, "median") };
    let Finding::Order(steps) = find(&order, &seen) else { panic!() };
    assert_eq!(steps.len(), 2);
    assert!((steps[0].ratio.value - 2.0).abs() < 0.01 && (steps[1].ratio.value - 1.5).abs() < 0.01);
    assert_eq!((steps[1].lesser.as_str(), steps[1].greater.as_str()), ("heun", "rk4"));
    assert!(matches!(find(&order, &seen[..2]), Finding::TooFew { have: 0, .. }), "rk4 was not observed");
}

#[test]
fn memory_is_the_largest_start_and_its_ratio_pairs_starts_in_their_order() {
    let peaks = |name: &str, first: u32, total: u64| Observations {
        peaks: (0..5)
            .map(|i| {
                let total = total * 1_000_000 + u64::from(i);
                Peak { start: first + i, total, agent: 700_000, upper_bound_only: false }
            })
            .collect(),
        ..nothing_of(name)
    };
    let seen = [peaks("main", 0, 1), peaks("other", 5, 3)];
    let found = estimate(find(&check(Metric::Memory, "max"), &seen));
    assert_eq!((found.value, found.method, found.samples), (1_000_004.0, Method::LargestSeen, 5));
    assert!(found.remark.as_deref().unwrap().ends_with("0.7 MB of it were in use before the workload ran"));
    let found = estimate(find(&ratio(Metric::Memory), &seen));
    assert!((found.value - 3.0).abs() < 0.01 && found.lower.is_some(), "{found:?}");
    let saving = |text: &str| Rule::Limit { limit: Limit::parse(text).unwrap(), acceptable: None };
    let saved = estimate(find(&Check { rule: saving(">= 50 %"), ..ratio(Metric::Memory) }, &seen));
    let turned = |end: Option<f64>| end.map(|times| 1.0 - 1.0 / times);
    for (saved, wanted) in [
        (Some(saved.value), turned(Some(found.value))),
        (saved.lower, turned(found.lower)),
        (saved.upper, turned(found.upper)),
    ] {
        assert!((saved.unwrap() - wanted.unwrap()).abs() < 1e-12, "{saved:?} {wanted:?}");
    }
    let twice = [peaks("main", 0, 2), peaks("other", 5, 1)];
    let more = estimate(find(&Check { rule: saving(">= 50 %"), ..ratio(Metric::Memory) }, &twice));
    assert!((more.value + 1.0).abs() < 0.01, "{more:?}");
}

#[test]
fn memory_that_may_be_the_agents_own_can_prove_a_limit_met_but_not_missed() {
    let peaks = |name: &str, total: u64, upper_bound_only: bool| Observations {
        peaks: (0..10).map(|start| Peak { start, total, agent: 4_000_000, upper_bound_only }).collect(),
        ..nothing_of(name)
    };
    let found = estimate(find(&check(Metric::Memory, "max"), &[peaks("main", 4_000_000, true)]));
    assert_eq!((found.lower, found.upper), (Some(0.0), Some(4_000_000.0)));
    assert!(found.remark.as_deref().unwrap().contains("at most"), "{found:?}");
    // A workload that needs nothing beside the agent is no bound.
    let found = estimate(find(&check(Metric::Memory, "max"), &[peaks("main", 4_000_000, false)]));
    assert_eq!(found.lower, Some(4_000_000.0));
    // How many times better is open on the side of the bound.
    let of = |main, other| {
        let seen = [peaks("main", 4_000_000, main), peaks("other", 8_000_000, other)];
        let found = estimate(find(&ratio(Metric::Memory), &seen));
        (found.lower, found.upper)
    };
    assert_eq!(of(false, false), (Some(2.0), Some(2.0)));
    assert_eq!(of(true, false), (Some(2.0), None));
    assert_eq!(of(false, true), (Some(0.0), Some(2.0)));
}

#[test]
fn accuracy_is_clustered_by_group_and_counts_each_item_once() {
    let answer = |i: u32, group: &str, predicted: u32| Answer {
        item: format!("item-{i}"),
        group: group.to_owned(),
        expected: 1,
        predicted,
    };
    let mut seen = nothing_of("main");
    seen.answers = (0..100).map(|i| answer(i, "", u32::from(i % 10 != 0))).collect();
    let found = estimate(find(&check(Metric::Accuracy, "proportion"), std::slice::from_ref(&seen)));
    assert_eq!((found.value, found.method, found.samples), (0.9, Method::Wilson, 100));

    seen.answers = (0..100).map(|i| answer(i, &format!("speaker-{}", i / 10), u32::from(i % 10 != 0))).collect();
    // The same item once more, answered wrongly this time: it is one trial, and not right.
    seen.answers.push(answer(1, "speaker-0", 7));
    let found = estimate(find(&check(Metric::Accuracy, "proportion"), &[seen]));
    assert_eq!((found.value, found.method, found.samples), (0.89, Method::ClusteredProportion, 100));
}

#[test]
fn a_table_of_cases_is_counted_and_its_first_broken_case_named() {
    let mut seen = nothing_of("main");
    let conforms = conforms("t");
    assert_eq!(find(&conforms, std::slice::from_ref(&seen)), Finding::TooFew { have: 0, need: 1 });
    seen.cases = ["a", "b", "c"].map(|name| case("t", name, None)).to_vec();
    seen.cases[1].broken = Some("2 is not 3".to_owned());
    let expected = Finding::Cases { held: 2, total: 3, first_broken: Some("b: 2 is not 3".to_owned()) };
    assert_eq!(find(&conforms, &[seen]), expected);
}

#[test]
fn the_largest_deviation_is_exact_and_a_part_of_the_cases_proves_nothing_but_a_miss() {
    let question = check(Metric::NumericalError, "max");
    let mut seen = nothing_of("main");
    assert_eq!(find(&question, std::slice::from_ref(&seen)), Finding::TooFew { have: 0, need: 1 });
    let deviation = |name: &str, error: f64| Deviation { name: name.to_owned(), error };
    seen.deviations = vec![deviation("a", 1e-7), deviation("b", 3e-6)];
    let whole = estimate(find(&question, std::slice::from_ref(&seen)));
    assert_eq!((whole.value, whole.lower, whole.upper, whole.method), (3e-6, Some(3e-6), Some(3e-6), Method::Counted));
    seen.cut = Some(Cut::Budget);
    let part = estimate(find(&question, std::slice::from_ref(&seen)));
    assert_eq!((part.lower, part.upper), (Some(3e-6), None));
    seen.deviations.clear();
    assert_eq!(find(&question, std::slice::from_ref(&seen)), Finding::TooFew { have: 0, need: 1 });
    seen.unobservable.insert(Metric::NumericalError);
    let needs = "a kernel that compares its results with a reference".to_owned();
    assert_eq!(find(&question, &[seen]), Finding::CannotObserve { needs });
}

#[test]
fn cycles_are_ticks_of_a_clock_that_counts_them_less_their_own_cost() {
    let of_board = |seen: Observations| Observations {
        evidence: Evidence::Emulated,
        clock: Counter { name: "cyccnt".to_owned(), hz: 168e6 },
        own_costs: (0..5).map(|start| OwnCost { start, ticks: 4, cpu_ns: None, cycles: None }).collect(),
        ..seen
    };
    let seen = [of_board(timed("main", 10, |_| 1004, |_| 0)), of_board(timed("other", 10, |_| 3004, |_| 1))];
    let found = estimate(find(&check(Metric::Cycles, "p50"), &seen));
    assert_eq!((found.value, found.method), (1000.0, Method::Counted));
    let ratio = estimate(find(&ratio(Metric::Cycles), &seen));
    assert_eq!((ratio.value, ratio.lower), (3.0, Some(3.0)), "three times better than the other");
}

#[test]
fn the_size_of_a_model_is_what_its_kernel_states() {
    let question = check(Metric::ModelSize, "exact");
    let mut seen = nothing_of("main");
    assert_eq!(find(&question, std::slice::from_ref(&seen)), Finding::TooFew { have: 0, need: 1 });
    seen.weight_bytes = Some(19_904);
    let found = estimate(find(&question, std::slice::from_ref(&seen)));
    assert_eq!((found.value, found.lower, found.upper), (19_904.0, Some(19_904.0), Some(19_904.0)));
    let other = Observations { weight_bytes: Some(9_952), ..nothing_of("other") };
    assert_eq!(
        estimate(find(&ratio(Metric::ModelSize), &[seen.clone(), other])).value,
        0.5,
        "twice as large is half as good"
    );
    seen.weight_bytes = None;
    seen.unobservable.insert(Metric::ModelSize);
    let needs = "a kernel that states the size of its weights".to_owned();
    assert_eq!(find(&question, &[seen]), Finding::CannotObserve { needs });
}

#[test]
fn errors_have_an_order_that_is_exact_and_open_where_cases_are_missing() {
    let errors = |name: &str, errors: &[f64]| {
        let deviation = |(case, error): (usize, &f64)| Deviation { name: format!("case {case}"), error: *error };
        Observations { deviations: errors.iter().enumerate().map(deviation).collect(), ..nothing_of(name) }
    };
    let order =
        Check { rule: Rule::Order(vec![workload("main"), workload("other")]), ..check(Metric::NumericalError, "max") };
    let step = |seen: &[Observations]| match find(&order, seen) {
        Finding::Order(steps) => steps.into_iter().next().unwrap().ratio,
        other => panic!("{other:?} is no order"),
    };
    let (fine, coarse) = (errors("main", &[1e-6, 2e-6]), errors("other", &[8e-6, 1e-6]));
    let ratio = step(&[fine.clone(), coarse.clone()]);
    assert_eq!((ratio.value, ratio.lower, ratio.upper, ratio.method), (4.0, Some(4.0), Some(4.0), Method::Counted));
    let part = Observations { cut: Some(Cut::Budget), ..fine };
    let ratio = step(&[part, coarse.clone()]);
    assert_eq!((ratio.lower, ratio.upper), (None, Some(4.0)), "the finer one may have a larger error among the rest");
    assert!(step(&[errors("main", &[0.0]), coarse]).value.is_nan());
}

#[test]
fn a_share_of_a_profile_is_that_of_its_part_with_groups_as_clusters() {
    let of_part = |part: &str| Check { part: Some(part.to_owned()), ..check(Metric::Share, "proportion") };
    let mut seen = nothing_of("main");
    assert_eq!(find(&of_part("matmul"), std::slice::from_ref(&seen)), Finding::TooFew { have: 0, need: 1 });
    for group in 0..20 {
        // Steps differ: 40 or 60 of 100 samples.
        let samples = if group % 2 == 0 { 40 } else { 60 };
        let share = |part: &str, samples| Share { part: part.to_owned(), group, samples, of: 100 };
        seen.shares.extend([share("matmul", samples), share("other", 100 - samples)]);
    }
    let found = estimate(find(&of_part("matmul"), std::slice::from_ref(&seen)));
    assert_eq!((found.value, found.samples), (0.5, 2000));
    assert!(found.effective_samples < 500.0, "steps that differ are worth less: {found:?}");
    let Finding::CannotObserve { needs } = find(&of_part("attention"), std::slice::from_ref(&seen)) else {
        panic!("a part that the profile does not have has no share")
    };
    assert_eq!(needs, "a part called \"attention\"; the profile has: matmul, other");
}

#[test]
fn what_no_bench_observes_says_what_it_needs() {
    let seen = [timed("main", 100, |_| 1000, |_| 0)];
    for (metric, statistic, needs) in [
        (Metric::Power, "mean", "a board with a shunt, or a meter"),
        (Metric::Energy, "mean", "a board with a shunt, or a meter"),
        (Metric::BatteryLife, "mean", "a board with a shunt, or a meter"),
        (Metric::Cycles, "p50", "a clock that counts cycles of the processor"),
        (Metric::CpuTime, "p95", "a clock of processor time"),
        (Metric::Memory, "mean", "another statistic: memory has no mean"),
    ] {
        let expected = Finding::CannotObserve { needs: needs.to_owned() };
        assert_eq!(find(&check(metric, statistic), &seen), expected, "{metric}");
    }
}

#[test]
fn nothing_one_and_two_observations_never_panic_and_never_bound_anything() {
    for metric in Metric::ALL {
        for name in Statistic::NAMES.into_iter().chain(["ratio"]) {
            assert!(!matches!(find(&check(metric, name), &[]), Finding::Estimate(_)), "{metric} {name}");
            let found = find(&check(metric, name), &[nothing_of("main")]);
            assert!(!matches!(found, Finding::Estimate(_) | Finding::Cases { .. }), "{metric} {name}");
        }
    }
    for n in 1..=2 {
        let seen =
            [timed("main", n, |i| 1000 + jitter(i, 9), |_| 0), timed("other", n, |i| 1000 + jitter(i, 9), |_| 1)];
        for name in ["p50", "p90", "p95", "p99", "median"] {
            assert_eq!(estimate(find(&check(Metric::Latency, name), &seen)).upper, None, "{name} of {n}");
        }
        assert!(matches!(find(&check(Metric::Latency, "mean"), &seen), Finding::TooFew { .. }));
        let found = estimate(find(&ratio(Metric::Latency), &seen));
        assert_eq!((found.lower, found.upper), (None, None));
    }
}

#[test]
fn clocks_that_lie_give_no_figure_that_a_limit_could_accept() {
    let stuck = timed("main", 100, |_| 0, |_| 0);
    assert!(matches!(
        find(&check(Metric::Latency, "p95"), &[stuck]),
        Finding::Failed(Failure::ClockStuck { counter }) if counter == "monotonic"
    ));
    for hz in [0.0, -1e9, f64::NAN] {
        let mut seen = timed("main", 500, |_| 1000, |_| 0);
        seen.clock.hz = hz;
        for statistic in ["p95", "mean", "max"] {
            let found = estimate(find(&check(Metric::Latency, statistic), std::slice::from_ref(&seen)));
            assert!(found.value.is_nan() && found.upper.is_none(), "{hz} {statistic}: {found:?}");
            assert!(found.remark.is_some());
        }
    }
    let endless = Observations {
        slices: vec![Slice { start: 0, index: 0, workers: 1, finished: 5, seconds: 0.0 }; 100],
        ..nothing_of("main")
    };
    assert!(estimate(find(&check(Metric::Throughput, "mean"), &[endless])).value.is_nan());
}

#[test]
fn an_iteration_shorter_than_the_clock_can_tell_is_remarked_on_and_has_no_ratio() {
    let costs = |seen: Observations| Observations {
        own_costs: (0..5).map(|start| OwnCost { start, ticks: 60, cpu_ns: None, cycles: None }).collect(),
        ..seen
    };
    let seen = [costs(timed("main", 100, |_| 50, |_| 0)), costs(timed("other", 100, |_| 500, |_| 1))];
    let found = estimate(find(&check(Metric::Latency, "p50"), &seen));
    assert_eq!(found.value, 0.0);
    assert!(found.remark.unwrap().contains("100 iterations were shorter than reading the clock"));
    assert!(estimate(find(&ratio(Metric::Latency), &seen)).value.is_nan());
}

#[test]
fn emulated_time_that_repeats_is_counted_and_unequal_time_is_sampled() {
    let emulated = |seen: Observations| Observations { evidence: Evidence::Emulated, ..seen };
    let same = [emulated(timed("main", 3, |_| 84_000, |_| 0)), emulated(timed("other", 3, |_| 168_000, |_| 1))];
    let found = estimate(find(&check(Metric::Latency, "p95"), &same));
    assert_eq!((found.method, found.upper), (Method::Counted, Some(found.value)));
    let found = estimate(find(&ratio(Metric::Latency), &same));
    assert_eq!((found.method, found.lower), (Method::Counted, Some(2.0)));
    let unequal = [emulated(timed("main", 3, |i| 84_000 + u64::from(i), |_| 0))];
    assert_eq!(estimate(find(&check(Metric::Latency, "p95"), &unequal)).method, Method::OrderStatistics);
}

#[test]
fn a_cut_workload_cuts_the_checks_that_look_at_it_and_no_others() {
    let seen = [Observations { cut: Some(Cut::Budget), ..nothing_of("main") }, nothing_of("other")];
    let of_other = Check { workload: workload("other"), ..check(Metric::Latency, "p95") };
    assert_eq!(cut(&check(Metric::Latency, "p95"), &seen), Some(Cut::Budget));
    assert_eq!(cut(&Check { versus: Some(workload("main")), ..of_other.clone() }, &seen), Some(Cut::Budget));
    let order = Rule::Order(vec![workload("other"), workload("main")]);
    assert_eq!(cut(&Check { rule: order, ..of_other.clone() }, &seen), Some(Cut::Budget));
    assert_eq!(cut(&of_other, &seen), None);
}

#[test]
fn the_largest_of_a_part_has_no_upper_end_for_checks_and_alerts_alike() {
    for cut in [Cut::Budget, Cut::User] {
        let seen = [Observations { cut: Some(cut), ..timed("main", 100, |i| 1000 + jitter(i, 9), |_| 0) }];
        let found = estimate(find(&check(Metric::Latency, "max"), &seen));
        assert_eq!((found.lower, found.upper), (Some(found.value), None));
        assert_eq!((found.samples, found.needed_samples), (100, 101));
        let alert = alert(Metric::Latency, Statistic::Max, "> 50 ms");
        assert_eq!(find_alert(&alert, &seen), Finding::Estimate(found));
        let peaks = vec![Peak { start: 0, total: 4_000_000, agent: 0, upper_bound_only: true }];
        let seen = Observations { cut: Some(cut), peaks, ..nothing_of("main") };
        let found = estimate(find(&check(Metric::Memory, "max"), &[seen]));
        assert_eq!((found.lower, found.upper), (Some(0.0), None));
    }
}

#[test]
fn a_part_of_a_data_set_gives_no_accuracy_and_all_of_it_does() {
    let answers = |n: u32| {
        let answer = |i: u32| Answer { item: format!("item-{i}"), group: String::new(), expected: 1, predicted: 1 };
        (0..n).map(answer).collect::<Vec<Answer>>()
    };
    let seen =
        |n| Observations { answers: answers(n), answers_planned: 100, cut: Some(Cut::User), ..nothing_of("main") };
    let accuracy = check(Metric::Accuracy, "proportion");
    assert_eq!(find(&accuracy, &[seen(99)]), Finding::TooFew { have: 99, need: 100 });
    // The plan was cut behind the data set: every item has its answer.
    assert_eq!(estimate(find(&accuracy, &[seen(100)])).samples, 100);
    let alert = alert(Metric::Accuracy, Statistic::Proportion, "< 90 %");
    assert_eq!(find_alert(&alert, &[seen(99)]), Finding::TooFew { have: 99, need: 100 });
}

#[test]
fn a_part_of_a_table_is_disproved_by_a_broken_case_and_never_proved() {
    let part = |broken: Option<&str>| {
        let cases = vec![case("t", "a", None), case("t", "b", broken)];
        [Observations { cases, cut: Some(Cut::Budget), ..nothing_of("main") }]
    };
    assert_eq!(find(&conforms("t"), &part(None)), Finding::TooFew { have: 2, need: 3 });
    let first_broken = Some("b: 2 is not 3".to_owned());
    assert_eq!(find(&conforms("t"), &part(Some("2 is not 3"))), Finding::Cases { held: 1, total: 2, first_broken });
    // A share of a part would be a guess at the share of the whole.
    let share = check(Metric::Conformance, "exact");
    assert_eq!(find(&share, &part(Some("2 is not 3"))), Finding::TooFew { have: 2, need: 3 });
}

#[test]
fn tables_of_one_workload_are_counted_each_for_itself() {
    let cases = vec![case("left", "a", None), case("right", "a", Some("no")), case("left", "b", None)];
    let seen = [Observations { cases, ..nothing_of("main") }];
    assert_eq!(find(&conforms("left"), &seen), Finding::Cases { held: 2, total: 2, first_broken: None });
    let first_broken = Some("a: no".to_owned());
    assert_eq!(find(&conforms("right"), &seen), Finding::Cases { held: 0, total: 1, first_broken });
    assert_eq!(find(&conforms("neither"), &seen), Finding::TooFew { have: 0, need: 1 });
}

#[test]
fn what_the_machine_could_not_observe_says_what_it_needs() {
    let blind = |name: &str| Observations { unobservable: [Metric::Memory].into(), ..nothing_of(name) };
    let expected = Finding::CannotObserve { needs: "a system that tells a process's peak of memory".to_owned() };
    let seen = [blind("main"), blind("other")];
    assert_eq!(find(&check(Metric::Memory, "max"), &seen), expected);
    assert_eq!(find(&ratio(Metric::Memory), &seen), expected);
    assert!(matches!(find(&check(Metric::Latency, "max"), &seen), Finding::TooFew { .. }), "only that metric");
}

#[test]
fn an_alert_has_the_figure_that_a_check_would_have() {
    let seen = [timed("main", 500, |i| 1_000_000 + jitter(i, 1000), |_| 0)];
    let alert = alert(Metric::Latency, Statistic::Percentile(950), "> 50 ms");
    assert_eq!(find_alert(&alert, &seen), find(&check(Metric::Latency, "p95"), &seen));
    let failed =
        [Observations { failure: Some(Failure::TimedOut { after: Duration::from_secs(1) }), ..nothing_of("main") }];
    assert!(matches!(find_alert(&alert, &failed), Finding::Failed(Failure::TimedOut { .. })));
}

#[test]
fn defaults_are_those_of_the_statistic_and_of_starts_for_memory() {
    assert_eq!(needed(Statistic::Percentile(950), Metric::Latency), 500);
    assert_eq!(needed(Statistic::Max, Metric::Memory), 5);
}

#[test]
fn on_a_board_the_agents_declared_share_of_memory_does_not_count() {
    let peaks = (0..10).map(|start| Peak { start, total: 40_000, agent: 13_000, upper_bound_only: false }).collect();
    let board = Observations { evidence: Evidence::Emulated, peaks, ..nothing_of("main") };
    let here = Observations { evidence: Evidence::Host, ..board.clone() };
    let figure = |seen: Observations| match find(&check(Metric::Memory, "max"), &[seen]) {
        Finding::Estimate(estimate) => (estimate.value, estimate.remark.unwrap_or_default()),
        other => panic!("{other:?}"),
    };
    let (value, remark) = figure(board);
    assert_eq!(value, 27_000.0);
    assert!(remark.contains("without 13000 bytes that the agent itself takes"), "{remark}");
    assert_eq!(figure(here).0, 40_000.0);
}
