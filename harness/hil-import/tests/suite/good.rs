//! Files that the real tools wrote, read as they mean it.

use hil_import::criterion;
use hil_import::imported::{Failed, Format};

use crate::common::{FILES, fixture, measurement, named, read};

#[test]
fn every_fixture_reads() {
    for (format, file) in FILES {
        let imported = read(format, &fixture(file)).unwrap();
        assert_eq!(imported.format, format);
        assert!(!imported.benchmarks.is_empty(), "{file}");
    }
}

#[test]
fn every_layout_of_criterion_reads_and_sums_up_to_what_it_says() {
    for version in ["0.3.0", "0.5.1", "0.8.2"] {
        let names = ["filters/fir/16/new", "filters/fir/64/new", "filters/block_1024/new", "plain/new", "plain/base"];
        let folders: Vec<_> = names.iter().map(|name| measurement(&format!("{version}/{name}"))).collect();
        let imported = criterion::read(&folders).unwrap();
        let found: Vec<&str> = imported.benchmarks.iter().map(|benchmark| benchmark.name.as_str()).collect();
        assert_eq!(found, ["filters/fir/16", "filters/fir/64", "filters/block/1024", "plain"], "{version}");
        let plain = named(&imported, "plain");
        let labels: Vec<&str> = plain.sources.iter().map(|source| source.label.as_str()).collect();
        assert_eq!(labels, ["new", "base"], "{version}");
        for benchmark in &imported.benchmarks {
            let source = benchmark.labelled(criterion::NEWEST)[0];
            assert_eq!(source.samples.len(), 100, "{version} {}", benchmark.name);
            assert!(source.samples.iter().all(|sample| sample.seconds > 0.0));
        }
        // Linear sampling: d, 2d, .. 100d iterations.
        let iterations: Vec<u64> = plain.sources[0].samples.iter().map(|sample| sample.iterations).collect();
        let step = iterations[0];
        assert!(iterations.iter().zip(1..).all(|(count, k)| *count == step * k), "{version}");
    }
}

#[test]
fn times_are_those_of_the_file_in_seconds() {
    let text = String::from_utf8(fixture("criterion/0.8.2/plain/new/sample.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let imported = criterion::read(&[measurement("0.8.2/plain/new")]).unwrap();
    for (position, sample) in imported.benchmarks[0].sources[0].samples.iter().enumerate() {
        let nanoseconds = json["times"][position].as_f64().unwrap();
        let iterations = json["iters"][position].as_f64().unwrap();
        assert!((sample.seconds * 1e9 - nanoseconds).abs() <= nanoseconds * 1e-12);
        assert!((sample.per_iteration() * 1e9 - nanoseconds / iterations).abs() <= 1e-9);
    }
}

#[test]
fn hyperfine_keeps_every_run_and_says_which_failed() {
    let imported = read(Format::Hyperfine, &fixture("hyperfine/two-commands.json")).unwrap();
    let sleep = named(&imported, "sleep 0.003");
    assert_eq!(sleep.sources[0].samples.len(), 12);
    assert!(sleep.sources[0].samples.iter().all(|sample| sample.iterations == 1 && sample.seconds >= 0.003));
    let measures: Vec<&str> = sleep.stated.iter().map(|stated| stated.measure.as_str()).collect();
    assert_eq!(measures, ["mean", "stddev", "median", "user", "system", "min", "max"]);

    let imported = read(Format::Hyperfine, &fixture("hyperfine/failed-runs.json")).unwrap();
    let failure = imported.benchmarks[0].sources[0].failure.clone();
    assert_eq!(failure, Some(Failed::Reported("3 of 3 runs failed, the first with exit code 1".to_owned())));
    let killed = br#"{"results":[{"command":"a","times":[1,2],"exit_codes":[0,null]}]}"#;
    let imported = read(Format::Hyperfine, killed).unwrap();
    let failure = imported.benchmarks[0].sources[0].failure.clone();
    assert_eq!(failure, Some(Failed::Killed("1 of 2 runs were ended by a signal".to_owned())));
}

#[test]
fn google_benchmark_tells_repetitions_from_aggregates_and_failures() {
    let imported = read(Format::GoogleBenchmark, &fixture("google-benchmark/repetitions.json")).unwrap();
    let names: Vec<&str> = imported.benchmarks.iter().map(|benchmark| benchmark.name.as_str()).collect();
    assert_eq!(names, ["fir/16", "fir/64", "broken", "slow"]);
    let fir = named(&imported, "fir/16");
    assert_eq!(fir.sources[0].samples.len(), 6);
    assert!(fir.sources[0].samples.iter().all(|sample| sample.cpu_seconds.is_some() && sample.iterations > 1000));
    let measures: Vec<&str> = fir.stated.iter().map(|stated| stated.measure.as_str()).collect();
    let both = |kind: &str| [format!("real_time {kind}"), format!("cpu_time {kind}")];
    assert_eq!(measures, ["mean", "median", "stddev"].map(both).concat(), "the coefficient of variation is no time");
    assert_eq!(named(&imported, "slow").unit, "us");
    let per_iteration = named(&imported, "slow").sources[0].samples[0].per_iteration();
    assert!((1e-5..0.1).contains(&per_iteration), "{per_iteration} s for 200,000 additions");
    let broken = named(&imported, "broken").sources[0].failure.clone();
    assert_eq!(broken, Some(Failed::Reported("no input file".to_owned())));

    let imported = read(Format::GoogleBenchmark, &fixture("google-benchmark/aggregates-only.json")).unwrap();
    assert!(named(&imported, "fir/16").sources.is_empty());
    assert!(!named(&imported, "fir/16").stated.is_empty());
}

#[test]
fn old_google_benchmark_files_without_run_types_read_alike() {
    let text = r#"{"benchmarks": [
        {"name": "a", "iterations": 10, "real_time": 5, "cpu_time": 4, "time_unit": "ms"},
        {"name": "a", "iterations": 10, "real_time": 6, "cpu_time": 4, "time_unit": "ms"},
        {"name": "a_mean", "iterations": 10, "real_time": 5.5, "cpu_time": 4, "time_unit": "ms"},
        {"name": "a_cv", "iterations": 10, "real_time": NaN, "cpu_time": NaN, "time_unit": "ms"}]}"#;
    let imported = read(Format::GoogleBenchmark, text.as_bytes()).unwrap();
    assert_eq!(imported.benchmarks.len(), 1);
    let samples = &imported.benchmarks[0].sources[0].samples;
    assert_eq!((samples.len(), samples[1].seconds), (2, 0.06));
    assert_eq!(imported.benchmarks[0].stated.len(), 2);
}

#[test]
fn the_newest_entry_of_a_history_counts() {
    let imported = read(Format::GithubActionBenchmark, &fixture("github-action-benchmark/data.js")).unwrap();
    let stated = &named(&imported, "bench_fir").stated[0];
    assert_eq!((stated.value, stated.unit.as_str(), stated.spread.as_deref()), (187.0, "ns/iter", Some("± 5")));
    assert_eq!(imported.remarks, ["suite Rust Benchmark: the newest of 2 entries is imported"]);
    let imported = read(Format::GithubActionBenchmark, &fixture("github-action-benchmark/custom.json")).unwrap();
    assert_eq!(named(&imported, "requests").stated[0].value, 51234.5, "texts that are numbers are numbers");
}

#[test]
fn several_files_are_several_starts() {
    let mut first = criterion::read(&[measurement("0.8.2/plain/new"), measurement("0.8.2/plain/base")]).unwrap();
    let second = criterion::read(&[measurement("0.5.1/plain/new")]).unwrap();
    first.join(second, "0.5.1").unwrap();
    let starts: Vec<u32> = first.benchmarks[0].labelled("new").iter().map(|source| source.start).collect();
    assert_eq!(starts, [0, 1]);

    let mut stated = read(Format::Bmf, &fixture("bmf/two-measures.json")).unwrap();
    let again = stated.clone();
    let error = stated.join(again, "b.json").unwrap_err().to_string();
    assert_eq!(error, "b.json: the name \"filters/fir/16\" stands here twice");
}

#[test]
fn names_are_kept_as_they_are() {
    let text = "{\"a\\u001b[31m\\n\": {\"latency\": {\"value\": 1}}}";
    let imported = read(Format::Bmf, text.as_bytes()).unwrap();
    assert_eq!(imported.benchmarks[0].name, "a\u{1b}[31m\n");
}
