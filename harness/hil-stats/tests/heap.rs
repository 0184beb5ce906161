//! The heap: exact where every start has the same bytes, the largest seen where not.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

mod common;

use common::workload;
use hil_model::estimate::{Estimate, Finding, Method};
use hil_model::id::ScenarioId;
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::sample::{Counter, Cut, Heap, Observations};
use hil_model::scenario::Check;
use hil_stats::estimate::{find, needed};

fn check(versus: Option<&str>) -> Check {
    common::check(Metric::Heap, Statistic::Max, versus)
}

fn seen(name: &str, bytes: &[u64]) -> Observations {
    let clock = Counter { name: "monotonic".to_owned(), hz: 1e9 };
    let seen = Observations::new(ScenarioId::new("s").unwrap(), workload(name), Evidence::Host, clock);
    Observations { heaps: (0..).zip(bytes).map(|(start, bytes)| Heap { start, bytes: *bytes }).collect(), ..seen }
}

fn estimate(finding: Finding) -> Estimate {
    match finding {
        Finding::Estimate(estimate) => estimate,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_in_two_starts_is_exact_and_what_differs_is_the_largest_seen() {
    let found = estimate(find(&check(None), &[seen("main", &[4096, 4096])]));
    assert_eq!((found.lower, found.upper, found.method), (Some(4096.0), Some(4096.0), Method::Counted));
    let found = estimate(find(&check(None), &[seen("main", &[4096, 4100, 4098])]));
    assert_eq!((found.value, found.method), (4100.0, Method::LargestSeen));
    assert!(found.remark.unwrap().starts_with("largest of 3 starts"));
    // One start proves no repeatability, and a part of what was planned bounds nothing.
    let cut = Observations { cut: Some(Cut::Budget), ..seen("main", &[4096]) };
    let found = estimate(find(&check(None), &[cut]));
    assert_eq!((found.lower, found.upper, found.method), (Some(4096.0), None, Method::LargestSeen));
    assert_eq!(find(&check(None), &[seen("main", &[])]), Finding::TooFew { have: 0, need: 1 });
    assert_eq!(needed(Statistic::Max, Metric::Heap), 5);
}

#[test]
fn a_ratio_is_exact_where_both_sides_are_and_pairs_starts_where_not() {
    let ratio = |main: &[u64], other: &[u64]| find(&check(Some("other")), &[seen("main", main), seen("other", other)]);
    let found = estimate(ratio(&[50, 50], &[100, 100]));
    assert_eq!((found.value, found.lower, found.upper, found.confidence), (2.0, Some(2.0), Some(2.0), 1.0));
    let found = estimate(ratio(&[50, 51, 50, 49, 50], &[100, 100, 100, 100, 101]));
    assert_eq!((found.value, found.method), (2.0, Method::PairedLogRatio));
    assert!(found.lower.unwrap() < 2.0 && found.upper.unwrap() > 2.0, "{found:?}");
}

#[test]
fn an_agent_that_counts_nothing_says_what_it_needs() {
    let mut blind = seen("main", &[]);
    blind.unobservable.insert(Metric::Heap);
    let needs = "an agent whose program has hil_desktop::heap::CountingAllocator".to_owned();
    assert_eq!(find(&check(None), &[blind]), Finding::CannotObserve { needs });
}
