//! docs/your-own-suite.md, executed: its files are written, its commands run.
//!
//! Only criterion itself is replaced, by the library of `fixtures/suites` that makes its times up: the real one would
//! have to be built anew for a package outside the workspace.

use std::path::Path;

use crate::common::{Ended, Place};
use crate::suites::repository;

/// The fenced blocks of a page: the words behind the fence, and the lines.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(words) = line.strip_prefix("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((words.to_owned(), format!("{}\n", text.join("\n"))));
        }
    }
    blocks
}

#[test]
fn the_page_about_own_suites_does_what_it_says() {
    let page = std::fs::read_to_string(repository("docs").join("your-own-suite.md")).unwrap();
    let place = Place::new();
    let stand_in = repository("fixtures/suites/stand-in");
    let mut commands = Vec::new();
    for (words, text) in blocks(&page) {
        match words.split_once(' ') {
            Some((_, "fir/Cargo.toml")) => {
                let version = "criterion = { version = \"0.8\", ";
                assert!(text.contains(version), "{text}");
                let here = format!("criterion = {{ path = {:?}, ", stand_in.to_str().unwrap());
                place.write("fir/Cargo.toml", &text.replace(version, &here));
            }
            Some((_, path)) => drop(place.write(path, &text)),
            None if words == "console" => commands.extend(text.lines().map(str::to_owned)),
            None => panic!("a block of {words:?} that nobody executes"),
        }
    }
    assert!(commands.len() >= 4, "{commands:?}");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own-suite");
    for command in &commands {
        let words: Vec<&str> = command.strip_prefix("$ ").unwrap().split(' ').collect();
        let mut process = match words.split_first().unwrap() {
            (&"hil", args) => place.command(args),
            (program, args) => {
                let mut process = std::process::Command::new(program);
                process.args(args).current_dir(place.path()).env("CARGO_NET_OFFLINE", "true");
                process
            }
        };
        Ended::of(process.env("CARGO_TARGET_DIR", &target).output().unwrap()).expect(0);
    }
    let run = place.run_json();
    let verdicts: Vec<&str> =
        run["checks"].as_array().unwrap().iter().map(|check| check["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["pass", "pass"], "{run:#}");
}
