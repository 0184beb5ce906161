//! Every fixture: the valid ones have no problem, and each problem of the invalid ones looks as recorded.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::common::{load_all, load_files, scenario_files};
use hil_model::scenario::{Alert, Check, Code, Rule, Sampling, Scenario, SideBySide};
use hil_scenario::{Input, MAX_FILE_LEN, ProblemKind, Severity, render};

#[test]
fn valid_files_have_no_problem_and_give_one_scenario_each() {
    let files = scenario_files("fixtures/scenarios/valid");
    assert!(files.len() >= 14, "{files:?}");
    let loaded = load_files(&files);
    assert!(loaded.problems.is_empty(), "{}", render(&loaded.problems, &loaded.sources, false));
    assert_eq!(loaded.scenarios.len(), files.len());
}

#[test]
fn the_meaning_of_valid_files_is_as_recorded() {
    for file in scenario_files("fixtures/scenarios/valid") {
        let name = file.rsplit('/').next().unwrap().trim_end_matches(".toml");
        insta::assert_snapshot!(
            format!("valid_{name}"),
            summary(&load_files(std::slice::from_ref(&file)).scenarios[0])
        );
    }
}

/// A scenario in the words of the model, one fact a line.
fn summary(scenario: &Scenario) -> String {
    let Scenario { id, title, file, platform, workloads, sampling, checks, alerts, side_by_side } = scenario;
    let mut text = format!("{id} ({title}) of {file} on {platform}\n{sampling:?}\n");
    for (id, workload) in workloads {
        text += &format!("workload {id}: {workload:?}\n");
    }
    for check in checks {
        let Check { target, metric, statistic, workload, versus, rule, needs, part, note, place } = check;
        let rule = match rule {
            Rule::Limit { limit, acceptable: None } => format!("limit {limit} in {:?}", (limit.lower, limit.upper)),
            Rule::Limit { limit, acceptable: Some(second) } => format!("limit {limit}, acceptable {second}"),
            other => format!("{other:?}"),
        };
        text += &format!("check {target:?}: {metric} {statistic} of {workload} versus {versus:?}: {rule}\n");
        if let Some(part) = part {
            text += &format!("  part {part}\n");
        }
        text += &format!("  needs {needs:?}, note {note:?}, at {}:{}\n", place.file, place.line);
    }
    for alert in alerts {
        let Alert { target, metric, statistic, workload, drift, when, severity, place } = alert;
        let what = if *drift { "a drift of " } else { "" };
        text += &format!("alert {target:?}: {severity:?} when {what}{metric} {statistic} of {workload} {when}\n");
        text += &format!("  at {}:{}\n", place.file, place.line);
    }
    for SideBySide { title, baseline, workloads } in side_by_side {
        text += &format!("side by side ({title}): {baseline} and {workloads:?}\n");
    }
    text
}

/// Problems rendered, after those that scripts see: severity, kind, place.
fn problems_of(file: &str) -> String {
    let mut files = vec![file.to_owned()];
    // This mistake takes two files.
    if file.ends_with("duplicate-id-b.toml") {
        files.insert(0, file.replace("-b.toml", "-a.toml"));
    }
    let loaded = load_files(&files);
    let list: String = loaded
        .problems
        .iter()
        .map(|problem| {
            let json = problem.to_json();
            let field = |name: &str| json[name].to_string().replace('"', "");
            let file = field("file").replace("fixtures/scenarios/", "");
            format!("{} {} {file}:{}:{}\n", field("severity"), field("kind"), field("line"), field("column"))
        })
        .collect();
    format!("{list}\n{}", render(&loaded.problems, &loaded.sources, false))
}

#[test]
fn problems_of_invalid_files_look_as_recorded() {
    for file in scenario_files("fixtures/scenarios/invalid") {
        let name = file.rsplit('/').next().unwrap().trim_end_matches(".toml");
        insta::assert_snapshot!(format!("invalid_{name}"), problems_of(&file));
    }
}

#[test]
fn invalid_files_give_no_scenario_and_warned_ones_do() {
    for file in scenario_files("fixtures/scenarios/invalid") {
        let loaded = load_files(std::slice::from_ref(&file));
        if file.contains("/duplicate-id-") {
            assert!(loaded.problems.is_empty(), "alone, {file} has no problem");
            continue;
        }
        assert!(!loaded.problems.is_empty(), "{file}");
        let is_warned_only = file.contains("/warning-");
        assert_eq!(loaded.has_errors(), !is_warned_only, "{file}");
        assert_eq!(loaded.scenarios.len(), usize::from(is_warned_only), "{file}");
    }
}

#[test]
fn five_mistakes_in_one_file_are_five_problems_with_line_and_column() {
    let loaded = load_files(&["fixtures/scenarios/invalid/five-mistakes.toml".to_owned()]);
    let found: Vec<_> =
        loaded.problems.iter().map(|problem| (problem.kind.code(), problem.line, problem.column)).collect();
    assert_eq!(
        found,
        [
            ("syntax", 3, 23),
            ("unknown-name", 9, 10),
            ("unknown-key", 10, 1),
            ("bad-limit", 16, 9),
            ("bad-limit", 22, 9),
        ]
    );
    assert!(loaded.problems.iter().all(|problem| problem.hint.is_some() && problem.severity == Severity::Error));
}

#[test]
fn every_kind_of_problem_has_a_fixture() {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for file in scenario_files("fixtures/scenarios/invalid") {
        let both = [file.replace("-id-b", "-id-a"), file];
        seen.extend(load_files(&both).problems.iter().map(|problem| problem.kind.code()));
    }
    // These two are too large to be kept.
    let oversized = Input::new("large.toml", vec![b'#'; MAX_FILE_LEN + 1]);
    let hopeless = Input::new("hopeless.toml", "=\n".repeat(1_000));
    seen.extend(load_all(&[oversized, hopeless]).problems.iter().map(|problem| problem.kind.code()));
    seen.extend(crate::lab::codes_of_mistakes());
    let all: BTreeSet<&str> = ProblemKind::CODES.iter().copied().collect();
    assert_eq!(all.difference(&seen).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn a_broken_file_does_not_keep_others_from_being_used() {
    let files = ["invalid/five-mistakes", "valid/report"].map(|name| format!("fixtures/scenarios/{name}.toml"));
    let loaded = load_files(&files);
    assert_eq!(loaded.scenarios.len(), 1);
    assert_eq!(loaded.problems.len(), 5);
    assert_eq!(load_files(&[files[1].clone(), files[1].clone()]).scenarios.len(), 1, "named twice is meant once");
}

#[test]
fn problems_of_a_shared_base_are_listed_once() {
    let child = crate::common::read("fixtures/scenarios/invalid/bad-chain.toml");
    let other = String::from_utf8(child.clone()).unwrap().replace("fixture-bad-chain", "fixture-other");
    let folder = "fixtures/scenarios/invalid";
    let loaded =
        load_all(&[Input::new(format!("{folder}/a.toml"), child), Input::new(format!("{folder}/b.toml"), other)]);
    assert_eq!(loaded.problems.len(), 1);
    assert_eq!(loaded.problems[0].file, "fixtures/scenarios/invalid/_base/typo.toml");
    assert!(loaded.scenarios.is_empty());
}

#[test]
fn inheritance_merges_key_by_key_and_keeps_the_place_of_what_is_inherited() {
    let loaded = load_files(&["fixtures/scenarios/valid/inherited.toml".to_owned()]);
    let scenario = &loaded.scenarios[0];
    assert_eq!(scenario.title, "Inherited", "the child wins over the middle");
    let workload = scenario.workloads.values().next().unwrap();
    assert_eq!(workload.code, Code::Kernel("lan/keyword_i8".to_owned().try_into().unwrap()), "the middle wins");
    assert_eq!(workload.dataset.as_ref().unwrap().as_str(), "keywords-selfmade", "the bottom's key stays");
    assert_eq!(
        scenario.sampling,
        Sampling {
            warmup: Sampling::DEFAULT_WARMUP,
            min_samples: None,
            starts: 3,
            looks: 1,
            pairs: None,
            budget: Duration::from_secs(5),
            timeout: Duration::from_secs(5),
        }
    );
    let places: Vec<_> =
        scenario.checks.iter().map(|check| (check.place.file.rsplit('/').next().unwrap(), check.place.line)).collect();
    assert_eq!(places, [("bottom.toml", 13), ("inherited.toml", 9)]);
    assert!(scenario.checks.iter().all(|check| matches!(check.rule, Rule::Limit { .. })));
    assert_eq!(scenario.alerts.len(), 1);
}

#[test]
fn what_cannot_be_known_is_not_checked() {
    let file = "fixtures/scenarios/valid/report.toml";
    let text = String::from_utf8(crate::common::read(file)).unwrap().replace("lan/keyword_i8", "own/kernel");
    let known = hil_scenario::Known { kernels: None, ..crate::common::known() };
    let loaded = hil_scenario::load(&[Input::new(file, text)], &known, &crate::common::Repository);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
}
