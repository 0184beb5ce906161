//! Whatever is observed and judged reads back equal, and what is damaged is told apart from what is well.

#![expect(clippy::unwrap_used, reason = "a panic in a helper is the failure of its test")]

#[expect(dead_code, reason = "only the run of the sample is needed here")]
mod sample;

use std::time::Duration;

use hil_model::estimate::Method;
use hil_model::id::{RunId, ScenarioId, TableName, TargetId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::power::{CameUp, Converter, Metering, Period, Shunt, StatedCurrent};
use hil_model::run::{CheckResult, Figure};
use hil_model::sample::{
    Answer, Case, Count, Counter, Cut, Deviation, Failure, Heap, Instructions, Iteration, Observations, OwnCost, Peak,
    Share, Slice, Temperature,
};
use hil_model::scenario::Battery;
use hil_model::units::{JOULE, Quantity, UNITS};
use hil_model::verdict::Outcome;
use hil_store::{RunWriter, StoreError, read_observations, read_run, read_verdicts};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;

/// Counters near every edge of their type, and anything between.
fn count() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(u64::MAX), (1 << 63) - 2..(1u64 << 63) + 2, any::<u64>()]
}

fn real() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(f64::MAX), Just(f64::MIN_POSITIVE), -1e9..1e9]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("日本/Straße \"1\",\n\u{0}.wav".to_owned()), "\\PC{0,40}"]
}

fn iteration() -> impl Strategy<Value = Iteration> {
    let readings = (count(), option::of(count()), option::of(count()));
    (any::<(u32, u32, u8, u32, bool)>(), readings).prop_map(
        |((start, block, slot, index, warmup), (ticks, cpu_ns, cycles))| Iteration {
            start,
            block,
            slot,
            index,
            warmup,
            ticks,
            cpu_ns,
            cycles,
        },
    )
}

fn failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        text().prop_map(|detail| Failure::Crashed { detail }),
        count().prop_map(|after| Failure::TimedOut { after: Duration::from_nanos(after) }),
        text().prop_map(|detail| Failure::WrongResult { detail }),
        text().prop_map(|counter| Failure::ClockStuck { counter }),
    ]
}

/// A metering with distinct periods; what it says need not be possible.
fn metering() -> impl Strategy<Value = Metering> {
    let converter = (any::<[u32; 6]>(), any::<u8>(), text(), text()).prop_map(|(numbers, bits, name, sleeps)| {
        let [full_scale_uv, full_scale_ppm, offset_uv, supply_uv, supply_ppm, sample_ticks] = numbers;
        let start = 0;
        Converter {
            start,
            name,
            bits,
            full_scale_uv,
            full_scale_ppm,
            offset_uv,
            supply_uv,
            supply_ppm,
            sample_ticks,
            sleeps,
        }
    });
    let period = (vec(any::<u16>(), 0..9), any::<[u64; 4]>(), any::<(u32, bool, u32, Option<(u32, u32)>)>(), text());
    let shunt = (proptest::array::uniform7(real()), text(), text(), option::of(text()));
    let rest = (text(), count(), option::of((real(), text())), option::of((real(), text())));
    (vec(converter, 1..4), vec(period, 0..6), shunt, rest).prop_map(|(mut converters, periods, shunt, rest)| {
        for (start, converter) in (0..).zip(&mut converters) {
            converter.start = start;
        }
        let (
            [ohms, tolerance, gain, gain_error_max, offset_max_volts, bandwidth_hz, high_volts],
            amplifier,
            source,
            unverified,
        ) = shunt;
        let (sleep, period_ticks, stated, battery) = rest;
        let periods =
            (0..).zip(periods).map(|(n, (codes, moments, (awake_codes, sleep_seen, lost, came_up), sleep))| {
                let [began, first_code, slept, ended] = moments;
                let (start, index) = (n / 3, n % 3);
                let came_up = came_up.map(|(crystal_ns, pll_ns)| CameUp { crystal_ns, pll_ns });
                Period {
                    start,
                    index,
                    sleep,
                    codes,
                    began,
                    first_code,
                    slept,
                    ended,
                    awake_codes,
                    sleep_seen,
                    lost,
                    came_up,
                }
            });
        Metering {
            shunt: Shunt {
                ohms,
                tolerance,
                amplifier,
                gain,
                gain_error_max,
                offset_max_volts,
                bandwidth_hz,
                high_volts,
                source,
                unverified,
            },
            converters,
            stated: stated.map(|(amperes, source)| StatedCurrent { sleep: sleep.clone(), amperes, source }),
            battery: battery.map(|(joules, why)| Battery { capacity: Quantity::new(joules, JOULE), why }),
            sleep,
            period_ticks,
            periods: periods.collect(),
        }
    })
}

/// What one workload showed; the workload is named by the caller, because names are unique in a run.
fn seen() -> impl Strategy<Value = Observations> {
    let cost = (any::<u32>(), count(), option::of(count()), option::of(count()))
        .prop_map(|(start, ticks, cpu_ns, cycles)| OwnCost { start, ticks, cpu_ns, cycles });
    let slice = (any::<(u32, u32, u32)>(), count(), real())
        .prop_map(|((start, index, workers), finished, seconds)| Slice { start, index, workers, finished, seconds });
    let peak = (any::<(u32, bool)>(), count(), count()).prop_map(|((start, upper_bound_only), total, agent)| Peak {
        start,
        total,
        agent,
        upper_bound_only,
    });
    let answer = (text(), text(), any::<u32>(), any::<u32>()).prop_map(|(item, group, expected, predicted)| Answer {
        item,
        group,
        expected,
        predicted,
    });
    let tables = ["edges", "lengths/long_1"].map(|name| TableName::new(name).unwrap()).to_vec();
    let case =
        (select(tables), text(), option::of(text())).prop_map(|(table, name, broken)| Case { table, name, broken });
    let error = prop_oneof![real(), Just(f64::INFINITY)];
    let deviation = (text(), error).prop_map(|(name, error)| Deviation { name, error });
    let end = (
        option::of(failure()),
        option::of(select(vec![Cut::Budget, Cut::User])),
        btree_set(select(Metric::ALL.to_vec()), 0..3),
        count(),
    );
    let evidence =
        select(vec![Evidence::Hardware, Evidence::Emulated, Evidence::Host, Evidence::SoftwareGpu, Evidence::Imported]);
    let metering = option::of(metering());
    let temperature =
        (any::<u32>(), text(), real()).prop_map(|(start, sensor, celsius)| Temperature { start, sensor, celsius });
    let share =
        (text(), any::<(u32, u32, u32)>()).prop_map(|(part, (group, samples, of))| Share { part, group, samples, of });
    let instructions = (count(), text(), text(), text()).prop_map(|(number, counter, counted_with, timed_with)| {
        Instructions { number, counter, counted_with, timed_with }
    });
    let outcome = prop_oneof![instructions.prop_map(Ok), text().prop_map(Err)];
    let counted = (any::<u32>(), outcome).prop_map(|(start, outcome)| Count { start, outcome });
    let heap = (any::<u32>(), count()).prop_map(|(start, bytes)| Heap { start, bytes });
    let told = (vec(heap, 0..3), vec(counted, 0..3), vec(temperature, 0..3), vec(share, 0..4), option::of(count()));
    let lists = (vec(cost, 0..3), vec(iteration(), 0..20), vec(slice, 0..3), vec(peak, 0..3), told);
    let others = (vec(answer, 0..4), vec(case, 0..4), vec(deviation, 0..4), end);
    (lists, others, evidence, (text(), real()), metering).prop_map(
        |(
            (own_costs, iterations, slices, peaks, (heaps, counts, temperatures, shares, weight_bytes)),
            (answers, cases, deviations, end),
            evidence,
            (name, hz),
            metering,
        )| {
            let (failure, cut, unobservable, answers_planned) = end;
            let scenario = ScenarioId::new("placeholder").unwrap();
            let seen = Observations::new(scenario, WorkloadId::main(), evidence, Counter { name, hz });
            let seen = Observations { own_costs, iterations, slices, peaks, answers, cases, deviations, ..seen };
            let seen = Observations { heaps, counts, temperatures, shares, weight_bytes, ..seen };
            Observations { metering, failure, cut, unobservable, answers_planned, ..seen }
        },
    )
}

fn observations() -> impl Strategy<Value = Vec<Observations>> {
    vec(seen(), 0..5).prop_map(|mut all| {
        for (index, seen) in all.iter_mut().enumerate() {
            // The same workload in several scenarios and several workloads in one scenario.
            seen.scenario = ScenarioId::new(format!("scenario-{}", index / 2)).unwrap();
            seen.workload = WorkloadId::new(format!("workload-{}", index % 2)).unwrap();
        }
        all
    })
}

fn figure() -> impl Strategy<Value = Figure> {
    let methods =
        vec![Method::OrderStatistics, Method::Wilson, Method::ClusteredProportion, Method::LargestSeen, Method::Stated];
    (real(), option::of(real()), option::of(real()), real(), real(), select(methods), option::of(text())).prop_map(
        |(value, lower, upper, confidence, effective_samples, method, remark)| Figure {
            value,
            lower,
            upper,
            confidence,
            effective_samples,
            method,
            remark,
        },
    )
}

fn check() -> impl Strategy<Value = CheckResult> {
    let statistics = Statistic::NAMES.map(|name| Statistic::find(name).unwrap()).to_vec();
    let words = (select(Metric::ALL.to_vec()), select(statistics), select(UNITS), select(Outcome::ALL.to_vec()));
    let texts = (text(), option::of(text()), option::of(text()), option::of(text()), option::of(text()));
    let target = option::of(Just(TargetId::new("LAN-16").unwrap()));
    (words, texts, option::of(figure()), target, option::of(Just(Evidence::Replayed)), count(), any::<u32>()).prop_map(
        |(words, texts, estimate, target, evidence, samples, line)| {
            let mut check = sample::run().unwrap().checks.remove(2);
            (check.metric, check.statistic, check.unit, check.verdict) = words;
            (check.title, check.limit, check.acceptable, check.reason, check.note) = texts;
            check.place.file = check.title.clone();
            check.place.line = line;
            check.part = check.note.clone();
            CheckResult { estimate, target, evidence, samples, ..check }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_reads_back_equal(observations in observations(), checks in vec(check(), 0..5)) {
        let out = tempfile::tempdir().unwrap();
        let run = hil_model::run::Run { checks, ..sample::run().unwrap() };
        let folder = RunWriter::new(out.path()).write(&run, &observations, &[("hil.log", b"done")]).unwrap();
        prop_assert_eq!(&read_run(&folder).unwrap(), &run);
        prop_assert_eq!(&read_verdicts(&folder).unwrap(), &run.checks);
        prop_assert_eq!(&read_observations(&folder).unwrap(), &observations);
        prop_assert_eq!(std::fs::read(folder.join("hil.log")).unwrap(), b"done");
    }
}

fn one() -> Observations {
    let clock = Counter { name: "monotonic".to_owned(), hz: 1e9 };
    Observations::new(ScenarioId::new("a").unwrap(), WorkloadId::main(), Evidence::Host, clock)
}

#[test]
fn a_damaged_missing_or_swapped_table_is_an_error_that_names_it() {
    let out = tempfile::tempdir().unwrap();
    let folder = RunWriter::new(out.path()).write(&sample::run().unwrap(), &[one()], &[]).unwrap();
    read_observations(&folder).unwrap();
    let table = folder.join("peaks.parquet");
    let good = std::fs::read(&table).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    let swapped = std::fs::read(folder.join("cases.parquet")).unwrap();
    for bad in [flipped.as_slice(), &good[..good.len() - 1], b"", &swapped] {
        std::fs::write(&table, bad).unwrap();
        let error = read_observations(&folder).unwrap_err();
        assert!(matches!(&error, StoreError::Damaged { path } if *path == table), "{error}");
    }
    std::fs::remove_file(&table).unwrap();
    let error = read_observations(&folder).unwrap_err();
    assert!(matches!(&error, StoreError::NotFound { path } if *path == table), "{error}");
}

#[test]
fn a_table_under_a_wrong_name_is_noticed_even_with_the_right_sum() {
    let out = tempfile::tempdir().unwrap();
    let folder = RunWriter::new(out.path()).write(&sample::run().unwrap(), &[one()], &[]).unwrap();
    std::fs::copy(folder.join("cases.parquet"), folder.join("peaks.parquet")).unwrap();
    let sums = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let of = |name: &str| sums.lines().find(|line| line.ends_with(name)).unwrap().split_once(' ').unwrap().0.to_owned();
    std::fs::write(folder.join("SHA256SUMS"), sums.replace(&of("peaks.parquet"), &of("cases.parquet"))).unwrap();
    let error = read_observations(&folder).unwrap_err();
    assert!(matches!(&error, StoreError::Table { why, .. } if why.contains("\"cases\"")), "{error}");
}

#[test]
fn what_cannot_be_stored_exactly_is_refused_before_anything_is_written() {
    let out = tempfile::tempdir().unwrap();
    let writer = RunWriter::new(out.path().join("runs"));
    let run = sample::run().unwrap();
    assert!(matches!(writer.write(&run, &[one(), one()], &[]), Err(StoreError::Duplicate { .. })));
    assert!(matches!(writer.write(&run, &[], &[("run.json", b"{}")]), Err(StoreError::FileName { .. })));
    for broken in [f64::NAN, f64::INFINITY] {
        let mut run = run.clone();
        run.checks[0].estimate.as_mut().unwrap().upper = Some(broken);
        let error = writer.write(&run, &[], &[]).unwrap_err();
        assert!(matches!(&error, StoreError::NotFinite { .. }), "{error}");
        assert!(error.to_string().contains("check latency p95 of lan-desktop-keyword: upper"), "{error}");
    }
    assert!(!out.path().join("runs").exists());
}

#[test]
fn a_run_that_cannot_be_finished_leaves_nothing_or_the_hidden_folder() {
    let out = tempfile::tempdir().unwrap();
    let run = sample::run().unwrap();
    let first = RunWriter::new(out.path()).write(&run, &[], &[]).unwrap();
    let before = std::fs::read(first.join("run.json")).unwrap();
    let again = hil_model::run::Run { quick: false, ..run };
    assert!(matches!(
        RunWriter::new(out.path()).keep_partial().write(&again, &[], &[]),
        Err(StoreError::Exists { .. })
    ));
    assert_eq!(std::fs::read(first.join("run.json")).unwrap(), before);
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 1);
    let nested = hil_model::run::Run { id: RunId::new("a/b").unwrap(), ..again };
    assert!(matches!(RunWriter::new(out.path()).write(&nested, &[], &[]), Err(StoreError::RunName { .. })));
}
