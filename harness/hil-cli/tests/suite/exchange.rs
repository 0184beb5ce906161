//! `hil import` and `hil export` on the real binary: files that real tools wrote, and everything that can be wrong.

use std::path::{Path, PathBuf};

use crate::common::{Ended, Place, check};

/// `fixtures/import/<path>`.
fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/import").join(path)
}

impl Place {
    /// `hil import ARGS.. FIXTURE`.
    fn import(&self, args: &[&str], file: &str) -> Ended {
        let path = fixture(file);
        let mut all = vec!["import"];
        all.extend(args);
        all.push(path.to_str().unwrap());
        self.hil(&all)
    }

    /// Copies a folder of fixtures to `name`.
    fn copy(&self, from: &str, name: &str) {
        copy(&fixture(from), &self.path().join(name));
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A scenario about two benchmarks of the suite that the fixtures are from.
fn scenario(limit: &str) -> String {
    let workload = |id: &str, benchmark: &str| {
        format!(
            "[workloads.{id}]\nsuite = \"criterion\"\npackage = \"fir\"\nbench = \"filters\"\nbenchmark = \"{benchmark}\"\n"
        )
    };
    let check = |target: &str, rest: &str| format!("[[check]]\ntarget = \"{target}\"\nmetric = \"latency\"\n{rest}\n");
    [
        "id = \"fir\"\ntitle = \"FIR\"\n[on]\nplatform = \"desktop-cpu\"\n".to_owned(),
        workload("small", "filters/fir/16"),
        workload("plain", "plain"),
        check("TST-1", &format!("workload = \"small\"\nstatistic = \"mean\"\nlimit = \"{limit}\"")),
        check("TST-2", "workload = \"plain\"\nstatistic = \"median\"\nlimit = \"< 1 ms\""),
        check("TST-3", "workload = \"plain\"\nstatistic = \"p95\"\nlimit = \"< 1 ms\""),
        check("TST-4", "workload = \"small\"\nversus = \"plain\"\nlimit = \">= 2 x\""),
    ]
    .concat()
}

#[test]
fn a_criterion_folder_of_every_layout_is_read_and_one_start_proves_nothing() {
    for version in ["0.3.0", "0.5.1", "0.8.2"] {
        for limit in ["< 1 ms", "< 1 ns"] {
            let place = Place::new();
            place.write("fir.toml", &scenario(limit));
            let ended =
                place.import(&["criterion", "--scenario", "fir.toml"], &format!("criterion/{version}")).expect(5);
            assert!(!ended.out.contains("Again: hil run"), "{}", ended.out);
            let run = place.run_json();
            for target in ["TST-1", "TST-2"] {
                let judged = check(&run, target);
                let seen = (&judged["verdict"], &judged["evidence"]);
                assert_eq!(seen, (&"invalid".into(), &"imported".into()), "{version}");
                assert_eq!((&judged["samples"], &judged["estimate"]["lower"]), (&100.into(), &().into()));
                assert_eq!(judged["reason_code"], "too-few-samples");
                let remark = judged["estimate"]["remark"].as_str().unwrap();
                assert!(remark.contains("not independent"), "{remark}");
                assert!(remark.contains("1 process start where the scenario asks for 5"), "{remark}");
            }
            for unanswerable in ["TST-3", "TST-4"] {
                assert_eq!(check(&run, unanswerable)["verdict"], "not-run");
                assert_eq!(check(&run, unanswerable)["reason_code"], "cannot-observe");
            }
            assert_eq!(run["environment"]["cpu"], "unknown (imported)");
        }
    }
}

#[test]
fn five_folders_are_five_starts_and_prove_what_five_starts_of_a_run_prove() {
    let four = ["0.3.0", "0.5.1", "0.8.2", "0.5.1"].map(|version| fixture(&format!("criterion/{version}")));
    for (limit, code, verdict) in [("< 1 ms", 0, "pass"), ("< 1 ns", 3, "fail")] {
        let place = Place::new();
        place.write("fir.toml", &scenario(limit));
        let mut args = vec!["criterion", "--scenario", "fir.toml"];
        args.extend(four.iter().map(|folder| folder.to_str().unwrap()));
        place.import(&args, "criterion/0.8.2").expect(code);
        let run = place.run_json();
        let judged = check(&run, "TST-1");
        assert_eq!((&judged["verdict"], &judged["samples"]), (&verdict.into(), &500.into()));
        assert!(judged["estimate"]["remark"].as_str().unwrap().contains("means of 5 process starts vary by"));
        assert_eq!(check(&run, "TST-2")["verdict"], "pass");
    }
}

#[test]
fn where_a_package_lies_is_not_stored() {
    let place = Place::new();
    place.write("fir.toml", &scenario("< 1 ms").replace("\"fir\"\nbench", "\"/home/somebody/fir\"\nbench"));
    place.import(&["criterion", "--scenario", "fir.toml"], "criterion/0.8.2").expect(5);
    let stored = std::fs::read_to_string(place.runs()[0].join("run.json")).unwrap();
    assert!(stored.contains("the package that the scenario names, bench filters, is taken for granted"), "{stored}");
    assert!(!stored.contains("somebody"), "{stored}");
}

#[test]
fn without_a_scenario_every_benchmark_is_reported() {
    let cases = [
        ("criterion", "criterion/0.8.2", 4, 0),
        ("hyperfine", "hyperfine/two-commands.json", 2, 0),
        // `hyperfine -i` went on after failures; what failed is no figure.
        ("hyperfine", "hyperfine/failed-runs.json", 0, 3),
        ("google-benchmark", "google-benchmark/repetitions.json", 3, 3),
        ("google-benchmark", "google-benchmark/aggregates-only.json", 3, 3),
        ("bmf", "bmf/two-measures.json", 2, 0),
        ("github-action-benchmark", "github-action-benchmark/custom.json", 2, 0),
        ("github-action-benchmark", "github-action-benchmark/data.js", 2, 0),
    ];
    for (format, file, reported, code) in cases {
        let place = Place::new();
        place.import(&[format], file).expect(code);
        let run = place.run_json();
        let checks = run["checks"].as_array().unwrap();
        let with = checks.iter().filter(|check| check["verdict"] == "reported" && !check["estimate"].is_null());
        assert_eq!(with.count(), reported, "{file}: {run:#}");
        assert!(checks.iter().all(|check| check["evidence"] == "imported"), "{file}");
        let kept = std::fs::read_to_string(place.runs()[0].join("imported.json")).unwrap();
        assert!(kept.contains("\"benchmarks\""), "{file}");
        let schema: serde_json::Value = serde_json::from_str(&place.hil(&["schema", "run"]).expect(0).out).unwrap();
        assert!(jsonschema::is_valid(&schema, &run), "{file}");
        place.hil(&["report"]).expect(0);
    }
}

#[test]
fn a_bad_folder_of_criterion_is_told_whole_and_nothing_is_stored() {
    let place = Place::new();
    place.copy("criterion/0.8.2", "suite");
    std::fs::remove_file(place.path().join("suite/plain/new/sample.json")).unwrap();
    place.write("suite/filters/fir/16/new/sample.json", "{\"iters\": [1, 2], \"times\": [3, -1]}");
    place.write("suite/filters/fir/64/new/benchmark.json", "{\"full_id\": \"fil");
    place.write("suite/filters/report/new/sample.json", "plots, which are not looked at");
    let ended = place.hil(&["import", "criterion", "suite"]).expect(2);
    for told in [
        "suite/plain/new/sample.json: the file is missing; run the suite again, or remove the folder",
        "suite/filters/fir/16/new/sample.json:1:32 at $.times[1]: -1 is not a time in nanoseconds, from 0 to 10^18",
        "suite/filters/fir/64/new/benchmark.json:1:17: the file ends in the middle of a value; it is truncated",
        "3 problems in the imported files; nothing was stored",
    ] {
        assert!(ended.err.contains(told), "{told}\n{}", ended.err);
    }
    assert!(place.runs().is_empty());
}

#[test]
fn what_cannot_be_imported_ends_in_2_and_leaves_nothing() {
    let place = Place::new();
    place.write("fir.toml", &scenario("< 1 ms").replace("\"plain\"\n[[check]]", "\"plane\"\n[[check]]"));
    std::fs::create_dir(place.path().join("empty")).unwrap();
    let large = std::fs::File::create(place.path().join("large.json")).unwrap();
    large.set_len(100 * 1024 * 1024).unwrap();
    std::fs::write(place.path().join("latin.json"), b"{\"caf\xe9\": 1}").unwrap();
    place.write("escape.json", "{\"\\u001b[2J\": 3}");
    place.write("twice.json", "{\"a\": {\"latency\": {\"value\": 1}}}");
    let suite = fixture("criterion/0.8.2");
    let suite = suite.to_str().unwrap();
    let cases: [(&[&str], &str); 9] = [
        (&["criterion", "empty"], "the folder holds no measurement of criterion"),
        (&["criterion", "nowhere"], "cannot read nowhere"),
        (&["criterion", suite, "--baseline", "monday"], "has no measurement called \"monday\""),
        (
            &["criterion", suite, "--scenario", "fir.toml"],
            "benchmark \"plane\" was not imported; imported: filters/block/1024",
        ),
        (&["bmf", "large.json"], "large.json: the file is larger than 16 MiB"),
        (&["bmf", "latin.json"], "latin.json: the file is not UTF-8: there is another byte at offset 5"),
        (&["bmf", "escape.json"], "escape.json:1:15 at $[\"\\u{1b}[2J\"]: a number where an object is wanted"),
        (&["bmf", "twice.json", "twice.json"], "twice.json: the name \"a\" stands here twice"),
        (&["hyperfine", "."], "cannot read .: it is not a regular file"),
    ];
    for (args, told) in cases {
        let ended = place.hil(&[&["import"], args].concat()).expect(2);
        assert!(ended.err.contains(told), "{told}\n{}", ended.err);
        assert!(!ended.err.contains('\u{1b}') && !ended.out.contains('\u{1b}'));
    }
    assert!(place.runs().is_empty());
}

#[test]
fn names_with_escapes_are_kept_and_shown_escaped() {
    let place = Place::new();
    place.write("names.json", "{\"a\\u001b[2Jb\": {\"latency\": {\"value\": 5}}}");
    let ended = place.hil(&["import", "bmf", "names.json"]).expect(0);
    assert!(!ended.out.contains('\u{1b}') && ended.out.contains("a\\u{1b}[2Jb"), "{}", ended.out);
    let kept = std::fs::read_to_string(place.runs()[0].join("imported.json")).unwrap();
    assert!(kept.contains("a\\u001b[2Jb"), "{kept}");
}

#[test]
fn a_stored_run_is_exported_and_what_can_be_read_is_read_back() {
    let place = Place::new();
    place.write("fir.toml", &scenario("< 1 ms"));
    place.import(&["criterion", "--scenario", "fir.toml"], "criterion/0.8.2").expect(5);
    for format in ["bmf", "github-action-benchmark"] {
        let file = format!("{format}.json");
        let ended = place.hil(&["export", format, "--output", &file]).expect(0);
        assert!(ended.err.contains("left out: 2 checks without a figure"), "{}", ended.err);
        let back = place.hil(&["import", format, &file, "--out", "back", "--format", "json"]).expect(0);
        let last: serde_json::Value = serde_json::from_str(back.out.lines().last().unwrap()).unwrap();
        let ours = check(&place.run_json(), "TST-2")["estimate"]["value"].as_f64().unwrap();
        let values = last["checks"].as_array().unwrap().iter().map(|check| {
            let scale = if check["unit"] == "ns" { 1.0 } else { f64::NAN };
            check["estimate"]["value"].as_f64().unwrap() * scale
        });
        // The limit of TST-2 is in milliseconds, what comes back is in nanoseconds.
        assert!(values.into_iter().any(|value| (value - ours * 1e6).abs() <= value * 1e-9), "{last:#}");
    }
    let text = place.hil(&["export", "openmetrics"]).expect(0).out;
    assert!(text.contains("hilbench_latency_seconds{scenario=\"fir\"") && text.ends_with("# EOF\n"), "{text}");
    let checks = place.hil(&["export", "csv"]).expect(0).out;
    assert_eq!(checks.lines().count(), 5, "{checks}");
    let samples = place.hil(&["export", "csv", "--samples"]).expect(0).out;
    assert_eq!(samples.lines().count(), 201);
    place.hil(&["export", "csv", "no-such-run"]).expect(2);
}
