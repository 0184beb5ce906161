//! What is exported: read back where there is a reader, and as text.

use hil_import::export::{Exported, bmf, csv, github_action, openmetrics};
use hil_import::imported::Format;
use hil_model::lab::Evidence;
use hil_model::metric::Better;
use hil_model::run::Run;

use crate::common::{named, read};

/// A stored run of format version 1.
fn run() -> Run {
    serde_json::from_str(include_str!("../../../../fixtures/store/v1/run.json")).unwrap()
}

/// The figures of a run in base units, with the name that exports give them.
fn n_figures(run: &Run) -> usize {
    run.checks.iter().filter(|check| check.estimate.is_some()).count()
}

#[test]
fn bmf_reads_back_with_the_same_figures() {
    let run = run();
    let Exported { text, left_out } = bmf::export(&run);
    let imported = read(Format::Bmf, text.as_bytes()).unwrap();
    let stated: usize = imported.benchmarks.iter().map(|benchmark| benchmark.stated.len()).sum();
    assert_eq!(stated + left_out.iter().map(|(count, _)| count).sum::<usize>(), run.checks.len());
    let check = run.checks.iter().find(|check| check.estimate.is_some() && check.metric.name() == "latency").unwrap();
    let figure = check.estimate.as_ref().unwrap();
    let back =
        imported.benchmarks.iter().flat_map(|benchmark| &benchmark.stated).find(|stated| stated.measure == "latency");
    let back = back.unwrap();
    let wanted = figure.value * check.unit.scale * 1e9;
    assert!((back.value - wanted).abs() <= wanted * 1e-12, "{} {wanted}", back.value);
    assert_eq!((back.lower.is_some(), back.upper.is_some()), (figure.lower.is_some(), figure.upper.is_some()));
}

#[test]
fn bmf_names_what_was_not_measured() {
    let mut run = run();
    run.checks.retain(|check| check.estimate.is_some());
    run.checks.truncate(1);
    let names = |run: &Run| -> Vec<String> {
        let imported = read(Format::Bmf, bmf::export(run).text.as_bytes()).unwrap();
        imported.benchmarks.into_iter().map(|benchmark| benchmark.name).collect()
    };
    run.checks[0].evidence = Some(Evidence::Hardware);
    let plain = names(&run);
    for (evidence, suffix) in [
        (Evidence::Host, ""),
        (Evidence::Emulated, " (emulated)"),
        (Evidence::Replayed, " (replayed)"),
        (Evidence::SoftwareGpu, " (software-gpu)"),
        (Evidence::Imported, " (imported)"),
    ] {
        run.checks[0].evidence = Some(evidence);
        assert_eq!(names(&run), [format!("{}{suffix}", plain[0])]);
    }
    // An emulated figure and a measured one of the same name are two benchmarks.
    let mut measured = run.checks[0].clone();
    measured.evidence = Some(Evidence::Hardware);
    run.checks.push(measured);
    assert_eq!(names(&run).len(), 2);
}

#[test]
fn the_end_of_an_interval_may_lie_below_0() {
    let mut run = run();
    run.checks.retain(|check| check.estimate.is_some() && check.metric.name() == "latency");
    run.checks.truncate(1);
    let unit = run.checks[0].unit.scale;
    let figure = run.checks[0].estimate.as_mut().unwrap();
    (figure.value, figure.lower, figure.upper) = (1e-6 / unit, Some(-2e-6 / unit), Some(4e-6 / unit));
    let imported = read(Format::Bmf, bmf::export(&run).text.as_bytes()).unwrap();
    let stated = &imported.benchmarks[0].stated[0];
    assert!((stated.lower.unwrap() + 2000.0).abs() < 1e-6, "{stated:?}");
    assert!((stated.upper.unwrap() - 4000.0).abs() < 1e-6, "{stated:?}");
    let list = github_action::export(&run, Better::Lower).text;
    assert_eq!(read(Format::GithubActionBenchmark, list.as_bytes()).unwrap().benchmarks.len(), 1);
}

#[test]
fn github_action_benchmark_reads_back_and_each_figure_has_one_direction() {
    let run = run();
    let (less, more) = (github_action::export(&run, Better::Lower), github_action::export(&run, Better::Higher));
    let mut n_back = 0;
    for exported in [less, more] {
        if exported.text.trim() != "[]" {
            n_back += read(Format::GithubActionBenchmark, exported.text.as_bytes()).unwrap().benchmarks.len();
        }
    }
    assert_eq!(n_back, n_figures(&run));
}

#[test]
fn two_limits_on_one_figure_are_one_number_and_are_counted() {
    let mut run = run();
    let position = run.checks.iter().position(|check| check.estimate.is_some()).unwrap();
    let again = run.checks[position].clone();
    run.checks = vec![again.clone(), again];
    for exported in [bmf::export(&run), openmetrics::export(&run)] {
        assert_eq!(exported.left_out.len(), 1, "{}", exported.text);
        assert_eq!(exported.left_out[0].0, 1);
    }
    run.checks[0].estimate = None;
    assert_eq!(bmf::export(&run).left_out, [(1, "without a figure")]);
}

#[test]
fn figures_that_are_no_numbers_do_not_leave() {
    let mut run = run();
    for check in &mut run.checks {
        if let Some(figure) = &mut check.estimate {
            figure.value = f64::NAN;
        }
    }
    assert_eq!(bmf::export(&run).text, "{}\n");
    assert_eq!(github_action::export(&run, Better::Lower).text, "[]\n");
    assert!(!openmetrics::export(&run).text.contains("NaN"));
}

#[test]
fn openmetrics_has_one_block_a_family_and_an_end() {
    let text = openmetrics::export(&run()).text;
    assert!(text.ends_with("\n# EOF\n"), "{text}");
    let families: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let mut unique = families.clone();
    unique.dedup();
    assert_eq!(families, unique);
    for unit in text.lines().filter_map(|line| line.strip_prefix("# UNIT ")) {
        let (family, unit) = unit.split_once(' ').unwrap();
        assert!(family.ends_with(&format!("_{unit}")), "{family} {unit}");
    }
    let set = text.lines().filter(|line| line.starts_with("hilbench_verdict{") && line.ends_with(" 1")).count();
    assert_eq!(set, run().checks.len(), "each check is in exactly one state");
}

#[test]
fn csv_quotes_what_it_must() {
    let mut run = run();
    run.checks[0].title = "a \"b\", c\nd".to_owned();
    let text = csv::checks(&run).text;
    assert!(text.contains(",\"a \"\"b\"\", c\nd\","), "{text}");
    let columns = text.lines().next().unwrap().split(',').count();
    let plain = text.split("\r\n").find(|line| !line.is_empty() && !line.contains('"') && !line.starts_with("run,"));
    if let Some(plain) = plain {
        assert_eq!(plain.split(',').count(), columns);
    }
    assert_eq!(text.matches("\r\n").count(), run.checks.len() + 1);
    assert_eq!(csv::samples(&run, &[]).text.matches("\r\n").count(), 1);
}

#[test]
fn an_exported_name_tells_scenario_and_statistic() {
    let run = run();
    let check = run.checks.iter().find(|check| check.estimate.is_some()).unwrap();
    let imported = read(Format::Bmf, bmf::export(&run).text.as_bytes()).unwrap();
    let scenario = check.scenario.as_str();
    let found = imported.benchmarks.iter().find(|benchmark| benchmark.name.starts_with(scenario)).unwrap();
    assert!(found.name.ends_with(&check.statistic.to_string()), "{}", found.name);
    named(&imported, &found.name);
}
