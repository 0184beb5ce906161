//! `hil run --image ELF`: firmware on an emulated board, from the command line to the verdict.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::Place;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn scenario(platform: &str) -> String {
    format!(
        r#"id = "on-a-board"
title = "Keyword spotting on a board"
[on]
platform = "{platform}"
[workload]
kernel = "lan/keyword_hop_i8"
[sampling]
warmup = 4
min_samples = 60
starts = 1
budget = "120 s"
timeout = "60 s"
[[check]]
metric = "latency"
statistic = "p50"
limit = "< 15 ms"
[[check]]
metric = "memory"
statistic = "max"
limit = "< 64 KiB"
"#
    )
}

/// The image of this repository, unless it has not been built.
#[expect(clippy::print_stderr, reason = "what was not tested has to be said")]
fn image(board: &str) -> Option<String> {
    let path = repository(&format!("target/firmware/fw-{board}.elf"));
    if !path.exists() {
        eprintln!("NOT TESTED: fw-{board} has not been built; run `cargo xtask fw {board}`");
        return None;
    }
    Some(path.to_str().unwrap().to_owned())
}

#[test]
fn firmware_is_flashed_measured_and_judged_on_an_emulated_board() {
    for board in ["stm32f4", "nrf52840"] {
        let Some(image) = image(board) else { continue };
        let place = Place::new();
        place.write("a.toml", &scenario(board));
        let runs = [(); 2].map(|()| {
            place.hil(&["run", "a.toml", "--image", &image]).expect(0);
            let run = place.run_json();
            std::fs::remove_dir_all(place.path().join("hil-runs")).unwrap();
            run
        });
        let checks = |run: &Value| run["checks"].as_array().unwrap().clone();
        for check in checks(&runs[0]) {
            assert_eq!((&check["verdict"], &check["evidence"]), (&"pass".into(), &"emulated".into()), "{check}");
            assert_eq!(check["platform"], board);
        }
        // Computed, not sampled: the figures of another run are the same.
        let figures = |run: &Value| checks(run).iter().map(|check| check["estimate"].clone()).collect::<Vec<Value>>();
        assert_eq!(figures(&runs[0]), figures(&runs[1]), "{board}");
    }
}

#[test]
fn what_fails_on_the_board_is_told_with_its_last_words() {
    for (kernel, code, words) in [
        ("fault/panic", "crashed", "on purpose"),
        ("fault/hard-fault", "crashed", "fault: pc 0x"),
        ("fault/hang", "timeout", "did not return"),
    ] {
        let Some(image) = image("nrf52840") else { return };
        let place = Place::new();
        let text = scenario("nrf52840").replace("lan/keyword_hop_i8", kernel).replace("60 s", "2 s");
        place.write("a.toml", &text);
        place.hil(&["run", "a.toml", "--image", &image]).expect(5);
        let check = &place.run_json()["checks"][0];
        assert_eq!((&check["verdict"], &check["reason_code"]), (&"invalid".into(), &code.into()), "{check}");
        assert!(check["reason"].as_str().is_some_and(|text| text.contains(words)), "{check}");
    }
}

#[test]
fn an_image_of_another_board_is_no_bench_for_the_scenario() {
    let Some(image) = image("nrf52840") else { return };
    let place = Place::new();
    place.write("a.toml", &scenario("stm32f4"));
    place.hil(&["run", "a.toml", "--image", &image, "--require", "on-a-board"]).expect(4);
    assert_eq!(place.run_json()["checks"][0]["verdict"], "not-run");
}

#[test]
fn images_that_are_no_agents_are_refused_with_the_reason() {
    let place = Place::new();
    place.write("a.toml", &scenario("stm32f4"));
    let fixture = |name: &str| repository(&format!("fixtures/elf/{name}"));
    let whole = std::fs::read(fixture("hello-stm32f407.elf")).unwrap();
    std::fs::write(place.path().join("cut.elf"), &whole[..whole.len() / 2]).unwrap();
    for (image, says, code) in [
        // It has RTT and speaks text where frames are expected.
        (fixture("hello-stm32f407.elf"), "handshake", 5),
        (fixture("bench-fir.elf"), "no symbol _SEGGER_RTT", 5),
        (place.path().join("cut.elf"), "cut.elf", 2),
    ] {
        let ended = place.hil(&["run", "a.toml", "--image", image.to_str().unwrap()]).expect(code);
        assert!(ended.err.contains(says), "{}: {}", image.display(), ended.err);
        assert!(place.runs().is_empty(), "nothing was run");
    }
}

#[test]
fn faults_of_agents_on_this_computer_are_not_injected_into_firmware() {
    let place = Place::new();
    place.write("a.toml", &scenario("stm32f4"));
    let image = repository("fixtures/elf/hello-stm32f407.elf");
    let ended = place.hil(&["run", "a.toml", "--image", image.to_str().unwrap(), "--fault", "panic"]).expect(2);
    assert!(ended.err.contains("not into firmware"), "{}", ended.err);
}
