//! Two prepared folders: the form to which the others come down.

use std::path::Path;

use super::{FAST, SLOW, counting, gate, program, row, scenario, two_folders, verdict};

#[test]
fn the_same_program_twice_is_no_regression_and_is_kept_with_its_control() {
    let place = two_folders(&counting(FAST), &counting(FAST));
    let ended = gate(&place, &["--seed", "7"]);
    let found = verdict(&place, Path::new("out"));
    assert_ne!(found["decision"], "fail", "{found:#}");
    let latency = row(&found, "script", "latency");
    assert_ne!(latency["change"], "regressed", "{latency:#}");
    assert_eq!((&latency["gating"], &found["mode"]), (&true.into(), &"interleaved".into()));
    assert!(latency["ratio"]["value"].is_f64() && latency["starts"].as_u64() >= Some(5), "{latency:#}");
    assert_eq!(row(&found, "script", "cpu_time")["gating"], false, "processor time is a witness");
    assert!(!found["controls"].as_array().unwrap().is_empty(), "{found:#}");
    assert!(ended.out.contains("verdict: hil-runs"), "{}", ended.out);
    let run = place.runs().pop().unwrap();
    let kept = verdict(&place, &run);
    assert_eq!(kept, found, "the run has the same verdict");
    let sides: Vec<String> =
        hil_store::read_observations(&run).unwrap().iter().map(|seen| seen.workload.to_string()).collect();
    assert_eq!(sides, ["main", "main.baseline", "main.control"], "the samples of every side are kept");
    for report in ["report.html", "report.md", "comment.md", "summary.md", "junit.xml", "annotations.txt"] {
        assert!(place.path().join("out").join(report).is_file(), "{report}");
    }
}

#[test]
fn a_slower_program_fails_until_somebody_answers_for_it_and_again_afterwards() {
    let place = two_folders(&counting(FAST), &counting(SLOW));
    gate(&place, &[]).expect(3);
    let found = verdict(&place, Path::new("out"));
    assert_eq!(found["decision"], "fail");
    let latency = row(&found, "script", "latency");
    assert_eq!((&latency["change"], &latency["place"]["line"]), (&"regressed".into(), &10.into()), "{latency:#}");
    assert!(latency["ratio"]["lower"].as_f64() > Some(1.5), "{latency:#}");

    let entry = |until: &str| {
        format!(
            "[[acknowledge]]\nscenario = \"script\"\nmetric = \"latency\"\nreason = \"it does more\"\nowner = \"a\"\n\
             until = \"{until}\"\n"
        )
    };
    place.write("hil-acknowledged.toml", &entry("9999-12-31"));
    gate(&place, &[]).expect(0);
    let found = verdict(&place, Path::new("out"));
    assert_eq!(
        (&found["decision"], &row(&found, "script", "latency")["change"]),
        (&"pass".into(), &"regressed".into())
    );
    assert_eq!(row(&found, "script", "latency")["acknowledged"]["reason"], "it does more");

    place.write("hil-acknowledged.toml", &entry("2020-01-31"));
    let ended = gate(&place, &[]).expect(3);
    let found = verdict(&place, Path::new("out"));
    assert_eq!(row(&found, "script", "latency")["acknowledged"]["expired"], true);
    assert!(found["summary"].as_str().unwrap().contains("expired") && ended.out.contains("expired"), "{}", ended.out);
}

#[test]
fn a_faster_program_is_improved() {
    let place = two_folders(&counting(SLOW), &counting(FAST));
    gate(&place, &[]).expect(0);
    assert_eq!(row(&verdict(&place, Path::new("out")), "script", "latency")["change"], "improved");
}

#[test]
fn code_that_fails_is_never_green_on_either_side() {
    for (old, new, side) in [
        (counting(FAST), "#!/bin/sh\nexit 1\n".to_owned(), "candidate"),
        ("#!/bin/sh\nkill -SEGV $$\n".to_owned(), counting(FAST), "baseline"),
    ] {
        let place = two_folders(&old, &new);
        gate(&place, &[]).expect(5);
        let found = verdict(&place, Path::new("out"));
        let latency = row(&found, "script", "latency");
        assert_eq!((&latency["change"], &latency["reason_code"]), (&"invalid".into(), &"no-figure".into()));
        assert!(latency["reason"].as_str().unwrap().contains(side), "{latency:#}");
    }
}

#[test]
fn a_program_that_is_gone_is_invalid_and_one_that_is_new_gates_nothing() {
    let place = two_folders(&counting(FAST), &counting(FAST));
    std::fs::remove_file(place.path().join("new/work.sh")).unwrap();
    gate(&place, &[]).expect(5);
    let latency = row(&verdict(&place, Path::new("out")), "script", "latency").clone();
    assert_eq!(latency["change"], "invalid");
    assert!(latency["reason"].as_str().unwrap().contains("no program work.sh"), "{latency:#}");

    let place = two_folders(&counting(FAST), &counting(FAST));
    place.write("t.toml", &scenario("added", "./more.sh"));
    program(&place, "new/more.sh", &counting(FAST));
    let words = [
        "gate",
        "s.toml",
        "t.toml",
        "--baseline-dir",
        "old",
        "--candidate-dir",
        "new",
        "--quick",
        "--artefacts",
        "out",
    ];
    place.hil(&words);
    let added = row(&verdict(&place, Path::new("out")), "added", "latency").clone();
    assert_eq!((&added["reason_code"], &added["gating"]), (&"new".into(), &false.into()), "{added:#}");
}

#[test]
fn what_only_the_baseline_asks_has_vanished() {
    let place = two_folders(&counting(FAST), &counting(FAST));
    let more =
        scenario("script", "./work.sh") + "[[check]]\nmetric = \"memory\"\nstatistic = \"max\"\nlimit = \"< 5 GB\"\n";
    place.write("old/s.toml", &more);
    gate(&place, &[]).expect(5);
    let found = verdict(&place, Path::new("out"));
    let memory = row(&found, "script", "memory");
    assert_eq!((&memory["change"], &memory["reason_code"]), (&"invalid".into(), &"vanished".into()), "{memory:#}");
    assert_eq!(found["decision"], "invalid");
}
