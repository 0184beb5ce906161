//! `hil history`: what runs leave in the archive, and what is said about it.

use std::process::Command;

use hil_model::id::RunId;
use hil_model::run::Run;
use hil_store::archive::{Archive, Revision, entries};

use crate::common::{Place, quick_scenario};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// `hil run q.toml` with more words.
fn run(place: &Place, more: &[&str]) {
    let args = [&["run", "q.toml"], more].concat();
    place.hil(&args).expect(0);
}

fn json(place: &Place, more: &[&str]) -> Vec<serde_json::Value> {
    let args = [&["history", "--format", "json"], more].concat();
    place.hil(&args).expect(0).out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_archive_remembers_runs_whose_folders_are_gone_and_leaves_quick_ones_out() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    run(&place, &["--keep", "1"]);
    run(&place, &["--keep", "1"]);
    run(&place, &["--keep", "1", "--quick"]);
    assert_eq!(place.runs().len(), 1);
    let series = json(&place, &["latency"]);
    assert_eq!(series.len(), 1, "{series:#?}");
    assert_eq!(series[0]["points"].as_array().unwrap().len(), 2);
    assert_eq!(series[0]["targets"][0], "TST-1");
    assert!(series[0]["conditions"]["cores"].is_string() && series[0]["points"][0]["commit"].is_null(), "{series:#?}");
    let with_quick = json(&place, &["TST-1", "--all"]);
    assert_eq!(with_quick[0]["points"].as_array().unwrap().len(), 3);
    assert_eq!(with_quick[0]["points"][2]["flaw"], "it was cut short by --quick");
    assert_eq!(json(&place, &["quick", "--limit", "1"])[0]["points"].as_array().unwrap().len(), 1);
    let rows = place.hil(&["history", "--format", "csv"]).expect(0).out;
    assert_eq!(rows.lines().count(), 3, "{rows}");
    assert!(rows.starts_with("platform,scenario,workload,"), "{rows}");
    let text = place.hil(&["history", "--statistic", "p50"]).expect(0).out;
    assert!(
        text.contains("quick: latency p50 on desktop-cpu, evidence host [TST-1]") && text.contains("2 figures"),
        "{text}"
    );
}

#[test]
fn an_archive_that_is_named_takes_the_place_of_the_one_beside_the_runs() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    run(&place, &["--archive", "figures"]);
    assert!(!place.path().join("hil-runs/archive").exists());
    assert_eq!(json(&place, &["--archive", "figures"])[0]["points"].as_array().unwrap().len(), 1);
    let error = place.hil(&["history", "--archive", "elsewhere"]).expect(2).err;
    assert!(error.contains("in elsewhere"), "{error}");
}

#[test]
fn a_bucket_is_refused_before_anything_is_measured() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    let words: [&[&str]; 3] = [&["run", "q.toml"], &["gate", "--limits-only", "q.toml"], &["history"]];
    for words in words {
        let error = place.hil(&[words, &["--archive", "s3://No/lab"]].concat()).expect(2).err;
        let expected = if cfg!(feature = "s3") { "write s3://BUCKET/PREFIX" } else { "-p hil-cli --features s3" };
        assert!(error.contains(expected), "{error}");
        let error = place.hil(&[words, &["--out", "s3://figures/lab"]].concat()).expect(2).err;
        assert!(error.contains("name a bucket for their figures with --archive"), "{error}");
    }
    assert!(!place.path().join("hil-runs").exists() && !place.path().join("s3:").exists());
}

#[test]
fn runs_from_before_there_was_an_archive_are_taken_in() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    run(&place, &[]);
    std::fs::remove_dir_all(place.path().join("hil-runs/archive")).unwrap();
    run(&place, &[]);
    assert_eq!(json(&place, &[])[0]["points"].as_array().unwrap().len(), 2);
}

#[test]
fn a_run_is_archived_with_the_commit_that_is_checked_out_or_else_with_that_of_ci() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    let in_ci = |place: &Place| {
        let output = place.command(&["run", "q.toml"]).env("GITHUB_SHA", COMMIT).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    in_ci(&place);
    let git = |words: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
        let ended = Command::new("git").args(identity).args(words).current_dir(place.path()).output();
        ended
            .ok()
            .filter(|ended| ended.status.success())
            .map(|ended| String::from_utf8_lossy(&ended.stdout).trim().to_owned())
    };
    let commits = |place: &Place| -> Vec<serde_json::Value> {
        json(place, &[])[0]["points"].as_array().unwrap().iter().map(|point| point["commit"].clone()).collect()
    };
    assert_eq!(commits(&place), [COMMIT]);
    if git(&["init", "-q"]).is_none() {
        println!("not run: there is no git");
        return;
    }
    git(&["add", "q.toml"]).unwrap();
    git(&["commit", "-q", "-m", "first"]).unwrap();
    let head = git(&["rev-parse", "HEAD"]).unwrap();
    in_ci(&place);
    place.write("q.toml", &quick_scenario("lan/keyword_i8").replace("A quick look", "Another look"));
    in_ci(&place);
    let points = json(&place, &[])[0]["points"].clone();
    let of_head: Vec<_> = points.as_array().unwrap().iter().filter(|point| point["commit"] == head.as_str()).collect();
    assert_eq!(of_head.len(), 2, "what is checked out counts, not what CI states: {points:#}");
    let mut dirty: Vec<bool> = of_head.iter().map(|point| point["dirty"].as_bool().unwrap()).collect();
    dirty.sort_unstable();
    assert_eq!(dirty, [false, true]);
}

#[test]
fn a_step_another_machine_and_the_noise_are_told() {
    let place = Place::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sample: Run = hil_store::read_run(&root.join("fixtures/store/v1.2")).unwrap();
    let mut all = Vec::new();
    for index in 0u32..28 {
        let mut run = sample.clone();
        run.id = RunId::new(format!("r{index:02}")).unwrap();
        run.started = format!("2026-01-{:02}T10:00:00Z", index + 1);
        (run.quick, run.fault, run.interrupted) = (false, None, false);
        run.checks.retain(|check| check.estimate.is_some());
        run.checks.truncate(1);
        if index < 4 {
            run.environment.cpu = "Old 1".to_owned();
        }
        let figure = run.checks[0].estimate.as_mut().unwrap();
        let level = if index < 16 { 1.0 } else { 1.2 };
        figure.value = level * (1.0 + 0.01 * f64::from(index * 7 % 5));
        (figure.lower, figure.upper) = (Some(figure.value * 0.99), Some(figure.value * 1.01));
        let revision = Revision { commit: format!("{index:02x}{:038}", 0), dirty: Some(false) };
        all.extend(entries(&run, Some(&revision)));
    }
    Archive::beside(&place.path().join("hil-runs")).append(&all).unwrap();
    insta::assert_snapshot!("history", place.hil(&["history"]).expect(0).out);
    let series = json(&place, &[]);
    assert_eq!(series.len(), 2);
    assert_eq!(series[0]["changes"][0]["run"], "r16");
    assert_eq!(json(&place, &["--since", "2026-01-20"])[0]["points"].as_array().unwrap().len(), 9);
}

#[test]
fn what_nobody_measured_and_what_is_mistyped_is_an_error() {
    let place = Place::new();
    for (args, told) in [
        (vec!["history"], "no stored figure of that in hil-runs"),
        (vec!["history", "latency"], "no stored figure of latency"),
        (vec!["history", "Latency\u{1b}[31m"], "no stored figure of Latency"),
        (vec!["history", "--since", "yesterday"], "2026-01-31"),
        (vec!["history", "--since", "2026-02-30"], "2026-01-31"),
        (vec!["history", "--statistic", "p0"], "p99.9"),
        (vec!["history", "--limit", "0"], "0"),
        (vec!["history", "--scenario", "A B"], "lower-case"),
    ] {
        let ended = place.hil(&args).expect(2);
        assert!(ended.err.contains(told) && !ended.err.contains('\u{1b}'), "{args:?}: {}", ended.err);
    }
    assert!(place.runs().is_empty() && !place.path().join("hil-runs").exists(), "asking leaves nothing behind");
}

#[test]
fn a_damaged_archive_does_not_lose_a_run_and_is_named() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    run(&place, &[]);
    let new = place.path().join("hil-runs/archive/new");
    let file = std::fs::read_dir(&new).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&file, "nonsense").unwrap();
    let ended = place.hil(&["history"]).expect(2);
    assert!(ended.err.contains("was damaged or changed"), "{}", ended.err);
    run(&place, &[]);
    assert_eq!(place.runs().len(), 2);
}

#[test]
fn an_archive_that_cannot_be_written_is_a_warning_and_no_verdict() {
    let place = Place::new();
    place.write("q.toml", &quick_scenario("lan/keyword_i8"));
    place.write("hil-runs/archive", "a file");
    let ended = place.hil(&["run", "q.toml"]).expect(0);
    assert!(ended.err.contains("not in the archive of figures"), "{}", ended.err);
    assert_eq!(place.runs().len(), 1);
}
