//! Sound that is streamed hop by hop, to this computer and to emulated boards, from the command line to the verdict.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::Place;

/// The image of this repository, unless it has not been built.
#[expect(clippy::print_stderr, reason = "what was not tested has to be said")]
fn image(board: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../target/firmware/fw-{board}.elf"));
    if !path.exists() {
        eprintln!("NOT TESTED: fw-{board} has not been built; run `cargo xtask fw {board}`");
        return None;
    }
    Some(path)
}

/// The folder of data sets that the tester names.
#[expect(clippy::print_stderr, reason = "what was not tested has to be said")]
fn data() -> Option<PathBuf> {
    let root = std::env::var_os("HIL_DATA").map(PathBuf::from);
    let root = root.filter(|root| root.join("arabic-speech-commands").is_dir());
    if root.is_none() {
        eprintln!("NOT TESTED: HIL_DATA names no folder with the set arabic-speech-commands");
    }
    root
}

fn checks(run: &Value) -> &Vec<Value> {
    run["checks"].as_array().unwrap()
}

#[test]
fn a_timed_iteration_on_a_board_hears_a_hop_of_each_sound_and_the_run_says_what_the_image_takes() {
    for board in ["stm32f4", "nrf52840"] {
        let Some(image) = image(board) else { continue };
        let place = Place::new();
        let text = format!(
            r#"id = "hops"
title = "Hops of self-made sounds"
[on]
platform = "{board}"
[workload]
kernel = "lan/keyword_hop_i8"
dataset = "keywords-selfmade"
[sampling]
warmup = 8
min_samples = 64
starts = 1
budget = "120 s"
timeout = "60 s"
[[check]]
metric = "latency"
statistic = "p95"
limit = "< 20 ms"
"#
        );
        place.write("a.toml", &text);
        let ended = place.hil(&["run", "a.toml", "-v", "--image", image.to_str().unwrap()]).expect(0);
        let run = place.run_json();
        assert_eq!(checks(&run)[0]["verdict"], "pass", "{run:#}");
        let facts: Vec<&str> =
            run["environment"]["builds"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let [facts] = facts[..] else { panic!("{facts:?}") };
        assert!(facts.starts_with(&format!("fw-{board}.elf for {board}: ")), "{facts}");
        assert!(facts.contains(" bytes of flash, ") && facts.contains(".text "), "{facts}");
        assert!(ended.err.contains(".bss "), "a table of sections: {}", ended.err);
    }
}

/// What was recognised of 720 recordings by the kernel that takes them whole, and by the one that takes them in hops: as
/// a share, and how many.
fn recognised(place: &Place) -> Vec<(f64, u64)> {
    let run = place.run_json();
    let figures = checks(&run).iter().map(|check| {
        assert_eq!(check["metric"], "accuracy");
        (check["estimate"]["value"].as_f64().unwrap_or_else(|| panic!("{check:#}")), check["samples"].as_u64().unwrap())
    });
    figures.collect()
}

fn accuracy(platform: &str, kernels: &[&str]) -> String {
    let mut text = format!("id = \"words\"\ntitle = \"Words\"\non = {{ platform = \"{platform}\" }}\n");
    text.push_str("sampling = { budget = \"30 min\", timeout = \"60 s\" }\n");
    for (number, kernel) in kernels.iter().enumerate() {
        text.push_str(&format!("[workloads.w{number}]\nkernel = \"{kernel}\"\ndataset = \"keywords-test\"\n"));
    }
    for number in 0..kernels.len() {
        text.push_str(&format!(
            "[[check]]\nworkload = \"w{number}\"\nmetric = \"accuracy\"\nstatistic = \"proportion\"\n"
        ));
        text.push_str("limit = \"> 95 %\"\n");
    }
    text
}

#[test]
fn recordings_are_recognised_hop_by_hop_as_they_are_at_once_here_and_on_a_board() {
    let Some(data) = data() else { return };
    let place = Place::new();
    place.write("a.toml", &accuracy("desktop-cpu", &["lan/keyword_i8", "lan/keyword_hop_i8"]));
    let ran = |place: &Place, args: &[&str]| {
        let output = place.command(args).env("HIL_DATA", &data).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    ran(&place, &["run", "a.toml"]);
    let here = recognised(&place);
    assert_eq!((here.len(), here[0].1), (2, 720));
    assert_eq!(here[0], here[1]);
    let Some(image) = image("stm32f4") else { return };
    let place = Place::new();
    place.write("a.toml", &accuracy("stm32f4", &["lan/keyword_hop_i8"]));
    ran(&place, &["run", "a.toml", "--image", image.to_str().unwrap()]);
    assert_eq!(recognised(&place), here[..1], "36,000 hops");
}
