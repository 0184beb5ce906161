//! The scenarios and boards that come with the program: all of them are embedded, and none has a problem.

use crate::common::{Repository, known, read, scenario_files, toml_files};
use hil_model::lab::Reach;
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
    Known { kernels: None, ..known() }
}

#[test]
fn shipped_scenarios_have_no_problem_embedded_or_not() {
    let embedded = load(&embedded_inputs(), &world(), &Embedded);
    assert!(embedded.problems.is_empty(), "{}", render(&embedded.problems, &embedded.sources, false));
    let inputs: Vec<Input> = scenario_files("scenarios").iter().map(|path| Input::new(path, read(path))).collect();
    let files = load(&inputs, &world(), &Repository);
    assert_eq!(embedded.scenarios, files.scenarios);
}

#[test]
fn the_rows_of_the_catalogue_are_asked_as_they_are_written_there() {
    let loaded = load(&embedded_inputs(), &world(), &Embedded);
    let mut rows: Vec<String> = Vec::new();
    for scenario in &loaded.scenarios {
        for check in scenario.checks.iter().filter(|check| check.target.is_some()) {
            let Rule::Limit { limit, acceptable: None } = &check.rule else { panic!("{check:?}") };
            let target = check.target.as_ref().unwrap();
            rows.push(format!("{target} {} {} {} {limit}", scenario.platform, check.metric, check.statistic));
        }
    }
    rows.sort();
    // A row in several parts, one a size, asks the same in each.
    rows.dedup();
    assert_eq!(
        rows,
        [
            "LAN-01 stm32f4 latency p95 < 15 ms",
            "LAN-02 stm32f4 power mean < 1.2 mW",
            "LAN-03 stm32f4 memory max < 64 KiB",
            "LAN-04 stm32f4 accuracy proportion > 93.8 %",
            "LAN-05 stm32f4 battery_life mean > 80 h",
            "LAN-06 nrf52840 latency p95 < 12 ms",
            "LAN-07 nrf52840 power mean < 0.9 mW",
            "LAN-08 nrf52840 memory max < 32 KiB",
            "LAN-09 nrf52840 accuracy proportion > 93.5 %",
            "LAN-10 nrf52840 battery_life mean > 100 h",
            "LAN-16 desktop-cpu latency p95 < 5 ms",
            "LAN-17 desktop-cpu throughput mean > 1000 req/s",
            "LAN-18 desktop-cpu memory max < 100 MB",
            "LAN-19 desktop-cpu accuracy proportion > 95 %",
            "NDV-10 desktop-cpu numerical_error max < 1e-5 rel",
            "NDV-11 desktop-cpu latency ratio >= 2 x",
            "NDV-12 desktop-cpu latency ratio >= 2 x",
            "NDV-13 desktop-cpu latency ratio >= 3 x",
            "NDV-14 desktop-cpu latency ratio >= 2 x",
            "NDV-15 desktop-cpu latency ratio >= 2 x",
            "NDV-16 desktop-cpu latency ratio >= 2 x",
        ]
    );
}
