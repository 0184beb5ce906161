//! Lab files and the built-in lab, from the command line to the run.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::common::{Ended, Place};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn scenario(id: &str, platform: &str, kernel: &str) -> String {
    format!(
        r#"id = "{id}"
title = "A question"
[on]
platform = "{platform}"
[workload]
kernel = "{kernel}"
[sampling]
warmup = 2
min_samples = 60
starts = 1
timeout = "60 s"
[[check]]
metric = "latency"
statistic = "p50"
limit = "< 1 s"
"#
    )
}

/// Whether the firmware of this repository is up to date, so that a run builds nothing.
#[expect(clippy::print_stderr, reason = "what was not tested has to be said")]
fn has_firmware() -> bool {
    let built = ["stm32f4", "nrf52840"].map(|board| repository(&format!("target/firmware/fw-{board}.elf")).exists());
    if built != [true; 2] {
        eprintln!("NOT TESTED: the firmware has not been built; run `cargo xtask fw`");
    }
    built == [true; 2]
}

/// `hil ARGS` in the repository, whose firmware it finds there.
fn in_repository(place: &Place, args: &[&str]) -> Ended {
    Ended::of(place.command(args).current_dir(repository("")).output().unwrap())
}

fn checks(run: &Value) -> Vec<(String, String, String)> {
    let text = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
    let checks = run["checks"].as_array().unwrap().iter();
    checks.map(|check| (text(check, "platform"), text(check, "evidence"), text(check, "verdict"))).collect()
}

#[test]
fn one_run_measures_this_computer_and_both_emulated_boards() {
    if !has_firmware() {
        return;
    }
    let place = Place::new();
    let kernel = "lan/keyword_hop_i8";
    let files =
        ["nrf52840", "stm32f4"].map(|board| place.write(&format!("{board}.toml"), &scenario(board, board, kernel)));
    let here = place.write("here.toml", &scenario("here", "desktop-cpu", "lan/keyword_i8"));
    let out = place.path().join("hil-runs");
    let files: Vec<&str> = files.iter().chain([&here]).map(|path| path.to_str().unwrap()).collect();
    let args = [&["run"], files.as_slice(), &["--out", out.to_str().unwrap()]].concat();
    let ended = in_repository(&place, &args);
    let mut found = checks(&place.run_json());
    found.sort();
    // How quiet this computer is decides how much its own figure proves; that it was measured is what matters here.
    if let Some((platform, _, verdict)) = found.first_mut()
        && platform == "desktop-cpu"
    {
        *verdict = "pass".to_owned();
    }
    let expected = [("desktop-cpu", "host"), ("nrf52840", "emulated"), ("stm32f4", "emulated")];
    let expected = expected.map(|(platform, evidence)| (platform.to_owned(), evidence.to_owned(), "pass".to_owned()));
    assert_eq!(found, expected, "{}", ended.err);
}

#[test]
fn without_the_repository_boards_are_not_run_and_say_what_is_needed() {
    let place = Place::new();
    place.write("a.toml", &scenario("board", "stm32f4", "lan/keyword_hop_i8"));
    place.write("b.toml", &scenario("here", "desktop-cpu", "lan/keyword_i8"));
    // How quiet this computer is decides what its own figure proves.
    place.hil(&["run", "a.toml", "b.toml"]);
    let run = place.run_json();
    let board = &run["checks"][0];
    assert_eq!((&board["verdict"], &board["reason_code"]), (&"not-run".into(), &"no-firmware".into()), "{board}");
    assert!(board["reason"].as_str().unwrap().contains("--image"), "{board}");
    assert_ne!(run["checks"][1]["verdict"], "not-run");
    place.hil(&["run", "a.toml", "--require", "board"]).expect(4);
}

#[test]
fn a_kernel_that_an_agent_lacks_is_not_run() {
    let place = Place::new();
    place.write("a.toml", &scenario("here", "desktop-cpu", "fault/hard-fault"));
    let plan = place.hil(&["plan", "a.toml"]).expect(0).out;
    assert!(plan.contains("needs kernel fault/hard-fault in the agent of desktop-cpu"), "{plan}");
}

#[test]
fn the_lab_of_the_folder_is_used_and_every_mistake_in_it_is_told_at_once() {
    let place = Place::new();
    let mistakes = std::fs::read_to_string(repository("fixtures/labs/mistakes.toml")).unwrap();
    place.write("a.toml", &scenario("here", "desktop-cpu", "lan/keyword_i8"));
    place.write("lab.toml", &mistakes);
    for command in ["run", "plan", "check", "doctor"] {
        let ended = place.hil(&[command, "a.toml"]).expect(2);
        assert!(
            ended.err.contains("lab.toml:2:8") && ended.err.contains("in the lab file"),
            "{command}: {}",
            ended.err
        );
    }
    place.write("other.toml", "[host]\nenabled = false\n");
    let plan = place.hil(&["plan", "a.toml", "--lab", "other.toml"]).expect(0).out;
    assert!(plan.contains("needs a bench of platform desktop-cpu"), "{plan}");
    let ended = place.hil(&["plan", "a.toml", "--lab", "nowhere.toml"]).expect(2);
    assert!(ended.err.contains("nowhere.toml"), "{}", ended.err);
    let schema: Value = serde_json::from_str(&place.hil(&["schema", "lab"]).expect(0).out).unwrap();
    assert!(schema["properties"]["board"].is_object());
}

#[test]
fn an_image_in_the_lab_must_be_one_for_its_board() {
    let place = Place::new();
    place.write("a.toml", &scenario("board", "stm32f4", "lan/keyword_hop_i8"));
    let lab = |image: &Path| {
        let image = image.to_str().unwrap().replace('\\', "/");
        format!("[[board]]\nname = \"mine\"\nplatform = \"stm32f4\"\nemulated = true\nimage = \"{image}\"\n")
    };
    for (image, says) in [
        (repository("fixtures/elf/hello-nrf52840.elf"), "is for nrf52840"),
        (place.path().join("nowhere.elf"), "is not there"),
    ] {
        place.write("lab.toml", &lab(&image));
        let ended = place.hil(&["plan", "a.toml"]).expect(2);
        assert!(ended.err.contains("board mine") && ended.err.contains(says), "{}", ended.err);
    }
}

#[test]
fn doctor_looks_at_the_lab_and_overwrites_none() {
    let place = Place::new();
    let lab =
        place.write("lab.toml", "[[board]]\nname = \"far\"\nplatform = \"stm32f4\"\nprobe = \"0483:374b:none\"\n");
    let before = std::fs::read_to_string(&lab).unwrap();
    let out = place.hil(&["doctor"]).expect(0).out;
    assert!(out.contains("far, through the probe 0483:374b:none, evidence hardware: no such probe"), "{out}");
    let ended = place.hil(&["doctor", "--write-lab", "lab.toml"]).expect(2);
    assert!(ended.err.contains("is not overwritten"), "{}", ended.err);
    assert_eq!(std::fs::read_to_string(&lab).unwrap(), before);
    let listed = place.hil(&["list", "boards"]).expect(0).out;
    assert!(listed.contains("far, evidence hardware") && listed.contains("emulated, evidence emulated"), "{listed}");
}

#[test]
fn init_knows_the_boards_of_the_folder_that_it_writes_into() {
    let place = Place::new();
    place.write("there/scenarios/_boards/abacus.toml", "platform = \"abacus\"\ntitle = \"Mine\"\nreach = \"probe\"\n");
    place.hil(&["init", "--board", "abacus"]).expect(2);
    place.hil(&["init", "there", "--board", "abacus"]).expect(0);
    assert!(place.path().join("there/scenarios/first-abacus.toml").exists());
    assert!(std::fs::read_to_string(place.path().join("there/.gitignore")).unwrap().contains("/lab.toml"));
}

/// The list of what firmware offers is part of the program, so that nothing has to be built for it.
#[test]
fn the_images_have_every_kernel_that_is_listed_for_boards() {
    if !has_firmware() {
        return;
    }
    let place = Place::new();
    let listed = place.hil(&["list", "kernels"]).expect(0).out;
    let on_boards = listed.lines().filter(|line| line.contains("(on boards"));
    let names: Vec<&str> = on_boards.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"lan/keyword_hop_i8") && names.contains(&"fault/hard-fault"), "{listed}");
    for board in ["stm32f4", "nrf52840"] {
        for name in &names {
            let id = name.replace(['/', '_'], "-");
            place.write(&format!("{board}/{id}.toml"), &scenario(&id, board, name));
        }
        let image = repository(&format!("target/firmware/fw-{board}.elf"));
        let plan = place.hil(&["plan", board, "--image", image.to_str().unwrap()]).expect(0).out;
        assert!(!plan.contains("left out") && plan.matches(" on ").count() >= names.len(), "{board}: {plan}");
    }
}

/// What a probe on the network leads to may be computed, so it never counts as hardware.
#[test]
fn a_board_behind_a_probe_of_the_lab_is_measured_through_probe_rs() {
    if !has_firmware() {
        return;
    }
    let place = Place::new();
    let mut served = place.command(&["emulate", "stm32f4"]).stdout(Stdio::piped()).spawn().unwrap();
    let lines = std::io::BufReader::new(served.stdout.take().unwrap()).lines();
    let selector = lines
        .map_while(Result::ok)
        .find_map(|line| line.split_whitespace().find(|word| word.starts_with("1d50:6018:")).map(str::to_owned));
    let lab = format!("[[board]]\nname = \"far\"\nplatform = \"stm32f4\"\nprobe = \"{}\"\n", selector.unwrap());
    let lab = place.write("desk.toml", &lab);
    let file = place.write("a.toml", &scenario("board", "stm32f4", "lan/keyword_hop_i8"));
    let out = place.path().join("hil-runs");
    let args = ["run", file.to_str().unwrap(), "--lab", lab.to_str().unwrap(), "--out", out.to_str().unwrap(), "-v"];
    let ended = in_repository(&place, &args);
    served.kill().unwrap();
    served.wait().unwrap();
    // A server keeps the time of a real board only where this computer is free; where it is not, the clock is found to be
    // wrong, which is a fault of the rig. Either way the board was reached as one behind a probe is.
    assert!([0, 5].contains(&ended.code), "{}", ended.err);
    for says in ["bench far: stm32f4, evidence emulated", "board: identify: STM32F407"] {
        assert!(ended.err.contains(says), "{says}: {}", ended.err);
    }
    let run = place.run_json();
    assert_ne!(run["checks"][0]["evidence"], "hardware", "{run:#}");
}
