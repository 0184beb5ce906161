//! What is counted, instructions and the heap, is compared exactly: of two trees, and of two stored runs.

use std::path::{Path, PathBuf};

use hil_model::id::RunId;

use super::{row, verdict};
use crate::common::Place;
use crate::counting::valgrind_is_here;

/// A scenario that counts both of `kernel`.
fn scenario(kernel: &str) -> String {
    format!(
        "id = \"counted\"\ntitle = \"Counted\"\n[on]\nplatform = \"desktop-cpu\"\n[workload]\nkernel = \"{kernel}\"\n\
         [[check]]\nmetric = \"instructions\"\nstatistic = \"exact\"\nlimit = \"< 1000000000 instructions\"\n\
         [[check]]\nmetric = \"heap\"\nstatistic = \"max\"\nlimit = \"< 1 GB\"\n"
    )
}

const SCALAR: &str = "ndv/relu-l1-scalar";
const VECTOR: &str = "ndv/relu-l1";

#[test]
fn trees_whose_code_is_the_same_have_the_same_counts() {
    if !valgrind_is_here() {
        return;
    }
    let place = Place::new();
    place.write("c.toml", &scenario(SCALAR));
    for side in ["old", "new"] {
        std::fs::create_dir(place.path().join(side)).unwrap();
        std::fs::copy(env!("CARGO_BIN_EXE_hil"), place.path().join(side).join("agent")).unwrap();
    }
    let sides = ["--baseline-dir", "old", "--candidate-dir", "new", "--image", "agent"];
    place.hil(&[&["gate", "c.toml", "--artefacts", "out"], &sides[..]].concat()).expect(0);
    let found = verdict(&place, Path::new("out"));
    assert_eq!(found["decision"], "pass", "{found:#}");
    for metric in ["instructions", "heap"] {
        let row = row(&found, "counted", metric);
        assert_eq!((&row["change"], &row["gating"]), (&"unchanged".into(), &true.into()), "{row:#}");
        let ratio = &row["ratio"];
        assert_eq!((&ratio["value"], &ratio["method"]), (&1.0.into(), &"counted".into()), "{row:#}");
        assert_eq!(row["smallest_seen"], 0.0, "any change would have been seen: {row:#}");
    }
    assert!(found["controls"].as_array().unwrap().is_empty(), "what is counted needs no control: {found:#}");
}

/// Stores a run of `kernel`.
fn stored(place: &Place, kernel: &str, out: &str) -> PathBuf {
    place.write("c.toml", &scenario(kernel));
    place.hil(&["run", "c.toml", "--out", out]).expect(0);
    hil_store::list_runs(&place.path().join(out)).unwrap().remove(0).1
}

#[test]
fn counts_of_stored_runs_differ_by_what_they_differ_by() {
    if !valgrind_is_here() {
        return;
    }
    let place = Place::new();
    let [scalar, vector] = [(SCALAR, "scalar"), (VECTOR, "vector")].map(|(kernel, out)| stored(&place, kernel, out));
    let gate_with = |margin: &str, baseline: &Path, candidate: &Path, code| {
        let [baseline, candidate] = [baseline, candidate].map(|run| run.to_str().unwrap());
        let sides = ["--baseline", baseline, "--candidate", candidate, "--margin", margin];
        place.hil(&[&["gate", "--artefacts", "out"], &sides[..]].concat()).expect(code);
        row(&verdict(&place, Path::new("out")), "counted", "instructions").clone()
    };
    let gate = |baseline: &Path, candidate: &Path, code| gate_with("2%", baseline, candidate, code);
    assert_eq!(gate(&vector, &scalar, 3)["change"], "regressed");
    assert_eq!(gate(&scalar, &vector, 0)["change"], "improved");

    // A count within the margin is fine, one beyond it is proved, and one of another counter says nothing.
    let changed = |id: &str, per_mille: u64, counter: &str| {
        let mut run = hil_store::read_run(&scalar).unwrap();
        let mut observations = hil_store::read_observations(&scalar).unwrap();
        run.id = RunId::new(id).unwrap();
        for count in observations.iter_mut().flat_map(|seen| &mut seen.counts) {
            let count = count.outcome.as_mut().unwrap();
            count.number = count.number * per_mille / 1000;
            counter.clone_into(&mut count.counter);
        }
        hil_store::RunWriter::new(place.path().join("changed")).write(&run, &observations, &[]).unwrap()
    };
    let counter = hil_store::read_observations(&scalar).unwrap()[0].counts[0].outcome.clone().unwrap().counter;
    let little = changed("2026-01-01-0001", 1019, &counter);
    assert_eq!(gate(&scalar, &little, 0)["change"], "unchanged");
    assert_eq!(gate_with("instructions=1%", &scalar, &little, 3)["change"], "regressed");
    assert_eq!(gate_with("heap=1%", &scalar, &little, 0)["margin"], 0.02);
    assert_eq!(gate(&scalar, &changed("2026-01-01-0002", 1021, &counter), 3)["change"], "regressed");
    let foreign = gate(&scalar, &changed("2026-01-01-0003", 1000, "another-1"), 5);
    assert_eq!((&foreign["change"], &foreign["reason_code"]), (&"invalid".into(), &"foreign".into()));
    assert!(foreign["reason"].as_str().unwrap().contains("is another-1"), "{foreign:#}");
}
