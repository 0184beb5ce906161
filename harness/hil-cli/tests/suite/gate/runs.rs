//! Stored runs beside each other, and limits without any baseline.

use std::path::{Path, PathBuf};

use hil_model::id::RunId;
use serde_json::Value;

use super::{FAST, counting, program, row, scenario, verdict};
use crate::common::Place;

/// A place with a run of a script that counts to each of `counts`.
fn with_runs(counts: &[u32]) -> Place {
    let place = Place::new();
    place.write("s.toml", &scenario("script", "./work.sh"));
    for count in counts {
        program(&place, "work.sh", &counting(*count));
        place.hil(&["run", "s.toml", "--quick"]).expect(0);
    }
    place
}

fn gate(place: &Place, baseline: &Path) -> crate::common::Ended {
    place.hil(&["gate", "--baseline", baseline.to_str().unwrap(), "--artefacts", "out"])
}

/// The run that was stored first.
fn first(place: &Place) -> PathBuf {
    let list = hil_store::list_runs(&place.path().join("hil-runs")).unwrap();
    list.into_iter().next().unwrap().1
}

/// Stores the measured run again under `id`, with times that are `scale` of times that every call makes the same: what
/// two measured runs differ by on a busy computer is not for a test to expect.
fn with_times(place: &Place, id: &str, scale: u64) -> PathBuf {
    let measured = first(place);
    let mut run = hil_store::read_run(&measured).unwrap();
    let mut observations = hil_store::read_observations(&measured).unwrap();
    run.id = RunId::new(id).unwrap();
    for seen in &mut observations {
        for own in &mut seen.own_costs {
            own.ticks = 0;
        }
        for iteration in &mut seen.iterations {
            let scatter = u64::from(iteration.start * 7 + iteration.index * 3) % 10;
            iteration.ticks = scale * (1_000_000 + 1_000 * scatter);
        }
    }
    hil_store::RunWriter::new(place.path().join("stored")).write(&run, &observations, &[]).unwrap()
}

#[test]
fn a_large_change_between_stored_runs_is_proved_and_a_small_one_is_neither() {
    let place = with_runs(&[FAST]);
    let baseline = with_times(&place, "2026-01-01-0001", 1);
    for (scale, change, code) in [(2, "regressed", 3), (1, "inconclusive", 0)] {
        let candidate = with_times(&place, &format!("2026-01-01-001{scale}"), scale);
        let [old, new] = [&baseline, &candidate].map(|run| run.to_str().unwrap());
        place.hil(&["gate", "--artefacts", "out", "--baseline", old, "--candidate", new]).expect(code);
        let found = verdict(&place, Path::new("out"));
        let latency = row(&found, "script", "latency");
        assert_eq!((&latency["change"], &found["mode"]), (&change.into(), &"stored".into()), "{latency:#}");
        assert!(latency["smallest_seen"].as_f64() > Some(0.09), "how little it proves is said: {latency:#}");
    }
}

#[test]
fn runs_of_different_machines_are_not_compared() {
    let place = with_runs(&[FAST, FAST]);
    let file = first(&place).join("run.json");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut run: Value = serde_json::from_str(&text).unwrap();
    run["environment"]["cpu"] = "Z80".into();
    std::fs::write(&file, serde_json::to_string(&run).unwrap()).unwrap();
    gate(&place, &first(&place)).expect(5);
    let found = verdict(&place, Path::new("out"));
    let latency = row(&found, "script", "latency");
    assert_eq!((&latency["change"], &latency["reason_code"]), (&"invalid".into(), &"foreign".into()));
    assert!(latency["reason"].as_str().unwrap().contains("the processor was Z80"), "{latency:#}");
}

#[test]
fn a_figure_that_only_the_stored_baseline_has_is_invalid() {
    let place = Place::new();
    program(&place, "work.sh", &counting(FAST));
    place.write(
        "s.toml",
        &(scenario("script", "./work.sh")
            + "[[check]]\nmetric = \"memory\"\nstatistic = \"max\"\nlimit = \"< 5 GB\"\n"),
    );
    place.hil(&["run", "s.toml", "--quick"]).expect(0);
    let baseline = place.runs().pop().unwrap();
    place.write("s.toml", &scenario("script", "./work.sh"));
    place.hil(&["run", "s.toml", "--quick"]).expect(0);
    gate(&place, &baseline).expect(5);
    let found = verdict(&place, Path::new("out"));
    assert_eq!(row(&found, "script", "memory")["reason_code"], "vanished", "{found:#}");
}

#[test]
fn limits_alone_decide_where_nothing_is_compared() {
    let place = Place::new();
    program(&place, "work.sh", &counting(FAST));
    for (limit, code, decision) in [("< 5 s", 0, "pass"), ("< 1 ns", 3, "fail")] {
        place.write("s.toml", &scenario("script", "./work.sh").replace("< 5 s", limit));
        place.hil(&["gate", "s.toml", "--limits-only", "--quick", "--artefacts", "out"]).expect(code);
        let found = verdict(&place, Path::new("out"));
        assert_eq!((&found["decision"], &found["mode"]), (&decision.into(), &"limits".into()));
        assert_eq!((&found["baseline"], found["checks"].as_array().unwrap().len()), (&Value::Null, 1));
    }
    place.write("s.toml", &scenario("script", "./work.sh").replace("desktop-cpu", "stm32f4"));
    place.hil(&["gate", "s.toml", "--limits-only"]).expect(5);
}
