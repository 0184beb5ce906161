//! Instructions: exact where every start counts the same, sampled where not, and nothing where one could not be counted.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

mod common;

use common::workload;
use hil_model::estimate::{Estimate, Finding, Method};
use hil_model::id::ScenarioId;
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::sample::{Count, Counter, Instructions, Observations};
use hil_model::scenario::Check;
use hil_stats::estimate::{find, needed};

fn check(versus: Option<&str>) -> Check {
    common::check(Metric::Instructions, Statistic::Exact, versus)
}

fn seen_as(name: &str, numbers: &[u64], timed_with: &str) -> Observations {
    let clock = Counter { name: "monotonic".to_owned(), hz: 1e9 };
    let instructions = |number| Instructions {
        number,
        counter: "callgrind-3.19.0".to_owned(),
        counted_with: "avx2".to_owned(),
        timed_with: timed_with.to_owned(),
    };
    let counts = (0..).zip(numbers).map(|(start, number)| Count { start, outcome: Ok(instructions(*number)) });
    let seen = Observations::new(ScenarioId::new("s").unwrap(), workload(name), Evidence::Host, clock);
    Observations { counts: counts.collect(), ..seen }
}

fn seen(name: &str, numbers: &[u64]) -> Observations {
    seen_as(name, numbers, "avx2")
}

fn estimate(finding: Finding) -> Estimate {
    match finding {
        Finding::Estimate(estimate) => estimate,
        other => panic!("{other:?}"),
    }
}

fn ends(estimate: &Estimate) -> (Option<f64>, f64, Option<f64>) {
    (estimate.lower, estimate.value, estimate.upper)
}

#[test]
fn the_same_in_two_starts_is_exact() {
    let found = estimate(find(&check(None), &[seen("main", &[4711, 4711])]));
    assert_eq!((ends(&found), found.method), ((Some(4711.0), 4711.0, Some(4711.0)), Method::Counted));
    assert_eq!(found.remark.unwrap(), "counted by callgrind-3.19.0; vector instructions: avx2, as when timed");
}

#[test]
fn code_that_is_not_the_code_that_is_timed_says_so() {
    let sides = [seen_as("main", &[1, 1], "avx512"), seen_as("other", &[2, 2], "avx512")];
    for found in [find(&check(None), &sides[..1]), find(&check(Some("other")), &sides)] {
        let remark = estimate(found).remark.unwrap();
        assert_eq!(
            remark,
            "counted by callgrind-3.19.0; vector instructions: avx2 where it counts, avx512 when timed, so code that uses them \
             is not the code that is timed"
        );
    }
}

#[test]
fn one_count_and_none_prove_nothing() {
    for numbers in [&[][..], &[4711]] {
        let have = numbers.len() as u64;
        let alone = find(&check(None), &[seen("main", numbers)]);
        assert_eq!(alone, Finding::TooFew { have, need: 2 });
        let sides = [seen("main", numbers), seen("other", &[1, 1])];
        assert_eq!(find(&check(Some("other")), &sides), Finding::TooFew { have, need: 2 });
    }
    assert_eq!(needed(Statistic::Exact, Metric::Instructions), 2);
}

#[test]
fn what_differs_is_sampled_and_says_so() {
    let found = estimate(find(&check(None), &[seen("main", &[105, 101, 104, 102, 103])]));
    assert_eq!((ends(&found), found.method), ((Some(101.0), 103.0, Some(105.0)), Method::OrderStatistics));
    let remark = found.remark.unwrap();
    assert!(
        remark.starts_with("not the same in every start (101 to 105), so not compared exactly but sampled"),
        "{remark}"
    );
    // Two that differ have no interval, so they can neither meet a limit nor miss it.
    let found = estimate(find(&check(None), &[seen("main", &[101, 102])]));
    assert_eq!((found.lower, found.upper, found.needed_samples), (None, None, 5));
}

#[test]
fn a_ratio_is_as_exact_as_its_sides() {
    let ratio = |main: &[u64], other: &[u64]| {
        estimate(find(&check(Some("other")), &[seen("main", main), seen("other", other)]))
    };
    let (exact, wide) = ([50, 50], [98, 99, 100, 101, 102]);
    let found = ratio(&exact, &[100, 100]);
    assert_eq!((ends(&found), found.confidence), ((Some(2.0), 2.0, Some(2.0)), 1.0));
    let found = ratio(&exact, &wide);
    assert_eq!((ends(&found), found.confidence), ((Some(98.0 / 50.0), 2.0, Some(102.0 / 50.0)), 0.9));
    assert!(found.remark.unwrap().contains("not the same in every start (98 to 102)"));
    let found = ratio(&wide, &exact);
    assert_eq!(ends(&found), (Some(50.0 / 102.0), 0.5, Some(50.0 / 98.0)), "as many times better as it has fewer");
    let found = ratio(&wide, &[200, 200, 200, 200, 201]);
    assert_eq!((ends(&found), found.method), ((Some(201.0 / 102.0), 2.0, Some(200.0 / 98.0)), Method::PairedLogRatio));
    assert!(found.remark.unwrap().contains("neither side is the same in every start"));
}

#[test]
fn a_count_that_could_not_be_had_is_no_figure_whatever_the_others_say() {
    let mut broken = seen("main", &[7, 7]);
    broken.counts.push(Count { start: 2, outcome: Err("under what counts, crashed: SIGILL".to_owned()) });
    let needs = "an agent whose instructions can be counted: under what counts, crashed: SIGILL".to_owned();
    let expected = Finding::CannotObserve { needs };
    assert_eq!(find(&check(None), std::slice::from_ref(&broken)), expected);
    assert_eq!(find(&check(Some("other")), &[broken.clone(), seen("other", &[1, 1])]), expected);
    broken.counts.clear();
    broken.unobservable.insert(Metric::Instructions);
    let expected = Finding::CannotObserve { needs: "a bench that counts instructions".to_owned() };
    assert_eq!(find(&check(None), &[broken]), expected);
}
