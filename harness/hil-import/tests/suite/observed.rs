//! What becomes of imported samples: observations, and refusals of what they cannot say.

use hil_import::criterion;
use hil_import::imported::{Format, Sample, Source};
use hil_import::observe::{observations, remark, unanswerable};
use hil_model::estimate::Finding;
use hil_model::id::{ScenarioId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::sample::{Failure, Observations};

use crate::common::{fixture, measurement, named, read};

fn observe(format: Format, sources: &[&Source]) -> Observations {
    observations(&ScenarioId::new("s").unwrap(), &WorkloadId::main(), format, sources)
}

fn source(start: u32, samples: &[(u64, f64)]) -> Source {
    let sample = |&(iterations, seconds)| Sample { iterations, seconds, cpu_seconds: None };
    Source { label: "new".to_owned(), start, samples: samples.iter().map(sample).collect(), failure: None }
}

#[test]
fn times_per_iteration_survive_parts_of_a_nanosecond_and_days() {
    for seconds in [3.07e-10, 1.5e-3, 8_000.0, 1e8] {
        let source = source(3, &[(7, seconds * 7.0)]);
        let observed = observe(Format::Criterion, &[&source]);
        let (iteration, latency) = observed.latencies().next().unwrap();
        assert_eq!((iteration.start, iteration.index, iteration.warmup), (3, 0, false));
        assert!((latency - seconds).abs() <= seconds * 2e-6, "{latency} {seconds}");
        assert_eq!(observed.evidence, Evidence::Imported);
    }
}

#[test]
fn means_of_iterations_answer_no_percentile_and_single_ones_do() {
    let imported = criterion::read(&[measurement("0.8.2/plain/new")]).unwrap();
    let many = imported.benchmarks[0].labelled("new");
    let one = source(0, &[(1, 0.5)]);
    let p95 = Statistic::Percentile(950);
    for statistic in [p95, Statistic::Max] {
        let refused = unanswerable(Metric::Latency, statistic, Format::Criterion, &many);
        assert!(matches!(refused, Some(Finding::CannotObserve { needs }) if needs.contains("hide the slow ones")));
        assert_eq!(unanswerable(Metric::Latency, statistic, Format::Criterion, &[&one]), None);
    }
    for statistic in [Statistic::Mean, Statistic::Median, Statistic::Percentile(500)] {
        assert_eq!(unanswerable(Metric::Latency, statistic, Format::Criterion, &many), None);
    }
    assert!(unanswerable(Metric::CpuTime, Statistic::Mean, Format::Criterion, &many).is_some());
    assert!(unanswerable(Metric::Memory, Statistic::Max, Format::Criterion, &many).is_some());
}

#[test]
fn processor_times_are_kept_only_where_whole_nanoseconds_are_fine_enough() {
    let imported = read(Format::GoogleBenchmark, &fixture("google-benchmark/repetitions.json")).unwrap();
    for (name, kept) in [("slow", true), ("fir/16", false)] {
        let sources: Vec<&Source> = named(&imported, name).sources.iter().collect();
        let observed = observe(Format::GoogleBenchmark, &sources);
        assert_eq!(observed.cpu_times().count() > 0, kept, "{name}");
        let refused = unanswerable(Metric::CpuTime, Statistic::Mean, Format::GoogleBenchmark, &sources);
        assert_eq!(refused.is_none(), kept, "{name}");
    }
}

#[test]
fn what_failed_there_fails_here() {
    let imported = read(Format::Hyperfine, &fixture("hyperfine/failed-runs.json")).unwrap();
    let sources: Vec<&Source> = imported.benchmarks[0].sources.iter().collect();
    assert!(matches!(observe(Format::Hyperfine, &sources).failure, Some(Failure::WrongResult { .. })));
    let killed = br#"{"results":[{"command":"a","times":[1],"exit_codes":[null]}]}"#;
    let imported = read(Format::Hyperfine, killed).unwrap();
    let sources: Vec<&Source> = imported.benchmarks[0].sources.iter().collect();
    assert!(matches!(observe(Format::Hyperfine, &sources).failure, Some(Failure::Crashed { .. })));
}

#[test]
fn the_remark_says_what_the_samples_are() {
    let (first, second) = (source(0, &[(40, 0.5)]), source(1, &[(80, 0.5)]));
    assert_eq!(
        remark(Format::Criterion, &[&first]),
        "imported from criterion; its samples come from one process and are not independent; \
         each is the mean of up to 40 iterations"
    );
    assert!(remark(Format::Criterion, &[&first, &second]).contains("2 processes"));
}
