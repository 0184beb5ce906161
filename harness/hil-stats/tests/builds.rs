//! From the observations of two builds to a ratio: blocks, ticks, boards that count, and sides without a figure.

#![expect(clippy::unwrap_used, reason = "a panic of a test is its failure")]

use hil_model::estimate::{Finding, Method};
use hil_model::id::{ScenarioId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Better, Metric, Statistic};
use hil_model::pairs::Side;
use hil_model::sample::{Counter, Failure, Iteration, Observations, Peak, Slice};
use hil_stats::builds::{Ratio, pairs, ratio};

const LEVEL: f64 = 0.01;
const STARTS: u32 = 10;
const BLOCKS: u32 = 16;

fn nothing(evidence: Evidence) -> Observations {
    let clock = Counter { name: "monotonic".to_owned(), hz: 1e9 };
    Observations::new(ScenarioId::new("s").unwrap(), WorkloadId::main(), evidence, clock)
}

/// Blocks of `each` iterations; `ticks` knows start, block and number.
fn timed(evidence: Evidence, slot: u8, each: u32, ticks: impl Fn(u32, u32, u32) -> u64) -> Observations {
    let mut seen = nothing(evidence);
    for start in 0..STARTS {
        for block in 0..BLOCKS {
            for number in 0..each {
                let (index, ticks) = (block * each + number, ticks(start, block, number));
                let slot = (slot + (block % 2) as u8) % 2;
                let cpu_ns = Some(2 * ticks);
                seen.iterations.push(Iteration {
                    start,
                    block,
                    slot,
                    index,
                    warmup: false,
                    ticks,
                    cpu_ns,
                    cycles: None,
                });
            }
        }
    }
    seen
}

/// A spread of up to `width` without a visible pattern.
fn spread(a: u32, b: u32, c: u32, width: u64) -> u64 {
    let mixed = u64::from(a * 7919 + b * 104_729 + c * 1_299_709 + 13).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 40) % width
}

fn of(above: &Observations, below: &Observations, metric: Metric, statistic: Statistic) -> Ratio {
    ratio(metric, statistic, Side::Candidate, above, below).unwrap()
}

#[test]
fn five_percent_are_found_whatever_the_statistic() {
    let below = timed(Evidence::Host, 0, 5, |start, block, n| 100_000 + spread(start, block, n, 2_000));
    let above = timed(Evidence::Host, 1, 5, |start, block, n| 105_000 + spread(start, block + 500, n, 2_000));
    for metric in [Metric::Latency, Metric::CpuTime] {
        for statistic in [Statistic::Median, Statistic::Percentile(950), Statistic::Mean, Statistic::Ratio] {
            let found = of(&above, &below, metric, statistic);
            let estimate = found.estimate(LEVEL);
            assert_eq!((estimate.method, found.is_exact(), found.starts()), (Method::PairedLogRatio, false, 10));
            assert!((estimate.value - 1.05).abs() < 0.005, "{metric} {statistic}: {estimate:?}");
            assert!(estimate.lower.unwrap() > 1.03 && estimate.upper.unwrap() < 1.07, "{metric} {statistic}");
            assert!(found.p_worse(Better::Lower, 0.01) < LEVEL);
            assert_eq!(found.p_worse(Better::Higher, 0.01), 1.0, "the other way round it is better");
        }
    }
    let remark = of(&above, &below, Metric::Latency, Statistic::Median).estimate(LEVEL).remark.unwrap();
    assert!(remark.contains("running first costs") && remark.contains("10 starts, which vary by"), "{remark}");
}

#[test]
fn an_interrupted_iteration_moves_neither_a_block_nor_the_ratio() {
    let below = timed(Evidence::Host, 0, 5, |start, block, n| 100_000 + spread(start, block, n, 2_000));
    let interrupted =
        timed(
            Evidence::Host,
            1,
            5,
            |start, block, n| if n == 3 { 9_000_000 } else { 100_000 + spread(start, block, n, 2_000) },
        );
    let estimate = of(&interrupted, &below, Metric::Latency, Statistic::Median).estimate(LEVEL);
    assert!(estimate.lower.unwrap() < 1.0 && estimate.upper.unwrap() < 1.01, "{estimate:?}");
}

#[test]
fn readings_of_few_ticks_are_placed_within_their_tick_and_equal_ones_prove_nothing() {
    // 20.4 and 20.7 ticks, read as 20 or 21.
    let dithered = |share: u64| move |start, block, n| 20 + u64::from(spread(start, block, n, 100) < share);
    let (below, above) = (timed(Evidence::Host, 0, 400, dithered(40)), timed(Evidence::Host, 1, 400, dithered(70)));
    let estimate = of(&above, &below, Metric::Latency, Statistic::Median).estimate(LEVEL);
    assert!((estimate.value - 20.7 / 20.4).abs() < 0.003, "{estimate:?}");
    assert!(estimate.lower.unwrap() > 1.005, "{estimate:?}");
    // All read 20 on both sides: the truth may be anywhere within the tick.
    let same = timed(Evidence::Host, 0, 400, |_, _, _| 20);
    let estimate = of(&same, &same, Metric::Latency, Statistic::Median).estimate(LEVEL);
    assert!(estimate.lower.unwrap() < 0.92 && estimate.upper.unwrap() > 1.08, "{estimate:?}");
    assert!(estimate.remark.unwrap().contains("cannot tell less than 10.00 %"));
}

#[test]
fn what_a_board_counts_alike_in_every_start_is_compared_exactly() {
    let below = timed(Evidence::Emulated, 0, 3, |_, block, n| 100_000 + spread(0, block, n, 50));
    let above = timed(Evidence::Emulated, 1, 3, |_, block, n| 100_001 + spread(0, block, n, 50));
    let found = of(&above, &below, Metric::Latency, Statistic::Median);
    let estimate = found.estimate(LEVEL);
    assert_eq!((estimate.method, found.is_exact(), found.is_demoted()), (Method::Counted, true, false));
    assert_eq!((estimate.lower, estimate.upper), (Some(estimate.value), Some(estimate.value)));
    assert!((estimate.value - 1.000_01).abs() < 1e-7, "{}", estimate.value);
    assert_eq!((found.p_worse(Better::Lower, 0.0), found.p_worse(Better::Lower, 0.01)), (0.0, 1.0));
    // A host's equal readings are no counts.
    let host = Observations { evidence: Evidence::Host, ..below.clone() };
    assert!(!of(&host, &host, Metric::Latency, Statistic::Median).is_exact());
}

#[test]
fn a_board_whose_starts_differ_is_demoted_and_says_so() {
    let below = timed(Evidence::Emulated, 0, 3, |_, block, n| 100_000 + spread(0, block, n, 50));
    let above = timed(Evidence::Emulated, 1, 3, |start, block, n| 100_000 + spread(start, block, n, 50));
    for (above, below) in [(&above, &below), (&below, &above)] {
        let found = of(above, below, Metric::Latency, Statistic::Median);
        assert!(found.is_demoted() && !found.is_exact());
        let remark = found.estimate(LEVEL).remark.unwrap();
        assert!(remark.starts_with("two starts of the same build differ"), "{remark}");
    }
}

#[test]
fn throughput_and_memory_pair_the_starts_of_one_round() {
    let side = |factor: u64| {
        let mut seen = nothing(Evidence::Host);
        for start in 3..STARTS {
            seen.peaks.push(Peak {
                start,
                total: factor * 1_000_000 + spread(start, 0, 0, 9),
                agent: 0,
                upper_bound_only: false,
            });
            for index in 0..20 {
                let finished = factor * 1_000 + spread(start, index, 1, 9);
                seen.slices.push(Slice { start, index, workers: 2, finished, seconds: 0.05 });
            }
        }
        seen
    };
    let (below, mut above) = (side(100), side(110));
    // A start that only one side has makes no pair with another start.
    above.peaks.remove(0);
    above.slices.drain(..20);
    for (metric, count) in [(Metric::Memory, 6), (Metric::Throughput, 120)] {
        let (found, resolution) = pairs(metric, Statistic::Max, &above, &below);
        assert_eq!((found.len(), resolution), (count, 0.0), "{metric}");
        assert!(found.iter().all(|pair| pair.start > 3));
        let estimate = of(&above, &below, metric, Statistic::Max).estimate(0.05);
        assert!((estimate.value - 1.1).abs() < 0.001 && estimate.lower.unwrap() > 1.09, "{metric}: {estimate:?}");
    }
}

#[test]
fn a_side_without_a_figure_is_named() {
    let fine = timed(Evidence::Host, 0, 3, |start, block, n| 100_000 + spread(start, block, n, 50));
    let failed = Observations { failure: Some(Failure::Crashed { detail: "no".to_owned() }), ..fine.clone() };
    let stuck = timed(Evidence::Host, 0, 3, |_, _, _| 0);
    let mut blind = nothing(Evidence::Host);
    blind.unobservable.insert(Metric::Memory);
    let cases = [
        (Metric::Latency, &failed, "Failed(Crashed"),
        (Metric::Latency, &stuck, "Failed(ClockStuck"),
        (Metric::CpuTime, &stuck, "Failed(ClockStuck"),
        (Metric::Memory, &blind, "CannotObserve"),
    ];
    for (metric, bad, expected) in cases {
        for (above, below, culprit) in [(bad, &fine, Side::Control), (&fine, bad, Side::Baseline)] {
            let found = ratio(metric, Statistic::Median, Side::Control, above, below).unwrap_err();
            assert_eq!(found.side, Some(culprit), "{metric} {expected}");
            assert!(format!("{:?}", found.finding).starts_with(expected), "{found:?}");
        }
    }
    let none = ratio(Metric::Latency, Statistic::Median, Side::Candidate, &nothing(Evidence::Host), &fine).unwrap_err();
    assert_eq!((none.side, none.finding), (None, Finding::TooFew { have: 0, need: 5 }));
}
