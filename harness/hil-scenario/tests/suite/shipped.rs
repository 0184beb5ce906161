//! The scenarios and boards that come with the program: all of them are embedded, and none has a problem.

use crate::common::{Repository, known, read, scenario_files, toml_files};
use hil_model::lab::Reach;
use hil_model::metric::Metric;
use hil_model::scenario::Rule;
use hil_scenario::{BOARDS, EMBEDDED, Embedded, Input, Known, board, embedded_inputs, load, render};

/// Paths and texts of a folder.
fn folder(name: &str) -> Vec<(String, String)> {
    toml_files(name)
        .into_iter()
        .map(|path| (path.clone(), String::from_utf8(crate::common::read(&path)).unwrap()))
        .collect()
}

fn owned(list: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut list: Vec<_> = list.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    list.sort();
    list
}

#[test]
fn every_scenario_of_the_folder_is_embedded_and_nothing_else() {
    assert_eq!(owned(EMBEDDED), folder("scenarios"));
}

#[test]
fn every_board_of_the_folder_is_embedded_and_nothing_else() {
    let is_board = |(path, _): &(String, String)| !path.starts_with("targets/boards/chips/");
    let files: Vec<_> = folder("targets/boards").into_iter().filter(is_board).collect();
    assert_eq!(owned(BOARDS), files);
}

#[test]
fn a_board_names_a_chip_that_has_a_file_and_every_chip_is_on_a_board() {
    let mut named: Vec<_> = BOARDS
        .iter()
        .filter_map(|(path, text)| board(text, path).unwrap().chip)
        .map(|chip| format!("targets/boards/chips/{chip}.toml"))
        .collect();
    named.sort();
    assert_eq!(named, toml_files("targets/boards/chips"));
}

#[test]
fn boards_have_no_problem_and_are_named_after_their_platform() {
    for (path, text) in BOARDS {
        let board = board(text, path).unwrap();
        assert_eq!(*path, format!("targets/boards/{}.toml", board.platform));
    }
}

#[test]
fn every_way_to_reach_a_machine_has_a_word() {
    for (word, reach) in [("process", Reach::Process), ("probe", Reach::Probe), ("phone", Reach::Phone)] {
        let text = format!("platform = \"a\"\ntitle = \"A\"\nreach = \"{word}\"\n");
        assert_eq!(board(&text, "a.toml").unwrap().reach, reach);
    }
}

#[test]
fn problems_of_a_board_come_all_at_once() {
    let (problems, sources) = board("platform = \"Bad\"\nreech = \"process\"\n", "b.toml").unwrap_err();
    let found: Vec<_> = problems.iter().map(|problem| (problem.kind.code(), problem.line)).collect();
    assert_eq!(found, [("missing-key", 1), ("bad-name", 1), ("unknown-key", 2)]);
    assert!(render(&problems, &sources, false).contains("did you mean \"reach\"?"));
}

/// The world of what is shipped. That its kernels exist is tested where the agent is.
fn world() -> Known {
    let mut known = Known { kernels: None, ..known() };
    known.datasets.push("forecast-etth1".to_owned().try_into().unwrap());
    known
}

#[test]
fn shipped_scenarios_have_no_problem_embedded_or_not() {
    let embedded = load(&embedded_inputs(), &world(), &Embedded);
    assert!(embedded.problems.is_empty(), "{}", render(&embedded.problems, &embedded.sources, false));
    let inputs: Vec<Input> = scenario_files("scenarios").iter().map(|path| Input::new(path, read(path))).collect();
    let files = load(&inputs, &world(), &Repository);
    assert_eq!(embedded.scenarios, files.scenarios);
}

/// A row says `any` or `any-board` where its statement is about no machine in particular.
#[test]
fn checks_of_the_catalogue_have_its_platform_statistic_and_limit() {
    let catalogue = read("scenarios/catalogue.csv");
    let mut reader = csv::Reader::from_reader(catalogue.as_slice());
    let heads = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let value = |row: &csv::StringRecord, head: &str| {
        let at = heads.iter().position(|known| known == head).unwrap();
        row.get(at).unwrap().to_owned()
    };
    assert_eq!(rows.len(), 165);
    let loaded = load(&embedded_inputs(), &world(), &Embedded);
    for scenario in &loaded.scenarios {
        for check in &scenario.checks {
            let Some(target) = &check.target else { continue };
            let row = rows.iter().find(|row| value(row, "id") == target.as_str());
            let row = row.unwrap_or_else(|| panic!("{target} is no row of the catalogue"));
            let platform = value(row, "platform");
            assert!(platform == scenario.platform.as_str() || platform.starts_with("any"), "{target}: {platform}");
            // A row of several parts has one of which the limit is, and others that its conditions name.
            let is_compound = value(row, "conditions").contains("compound");
            let (op, metric) = (value(row, "op"), value(row, "metric"));
            match &check.rule {
                Rule::Conforms(_) => {
                    assert!(op == "conforms" || is_compound, "{target}");
                    continue;
                }
                Rule::Order(_) => {
                    let observed: &[Metric] = match metric.as_str() {
                        "ode_cost" => &[Metric::Cycles, Metric::Latency],
                        "ode_error" | "ode_error_adaptive" => &[Metric::NumericalError],
                        "ode_power" | "energy_vs_complexity" => &[Metric::Power],
                        other => panic!("{target}: {other} has no order"),
                    };
                    assert!(op == "order" && observed.contains(&check.metric), "{target}");
                    continue;
                }
                Rule::Limit { .. } if is_compound && check.versus.is_some() => continue,
                Rule::Limit { .. } | Rule::Report => {}
            }
            // A speed-up of something is the ratio of two latencies, so is what more cores give; a reduction that of two peaks.
            let is_ratio = ["speedup_", "scaling_", "memory_reduction_", "feature_matrix"]
                .iter()
                .any(|start| metric.starts_with(start));
            // A hotspot is the share of a part, a loss of accuracy the largest difference over the trainings that are compared.
            let is_share = metric.starts_with("hotspot_") && check.metric == Metric::Share && check.part.is_some();
            let is_error = metric == "mixed_precision_accuracy" && check.metric == Metric::NumericalError;
            let is_other = is_share || is_error;
            assert!(metric == check.metric.to_string() || is_ratio || is_other, "{target}: {metric}");
            assert!(is_other || value(row, "statistic") == check.statistic.to_string(), "{target}");
            let Rule::Limit { limit, .. } = &check.rule else {
                assert_eq!((op.as_str(), &check.rule), ("report", &Rule::Report), "{target}");
                continue;
            };
            let asked = format!("{op} {} {}", value(row, "limit"), value(row, "unit"));
            assert_eq!(asked.trim_start_matches("in "), limit.to_string(), "{target}");
        }
    }
}
