//! What earlier and later versions wrote: the stored samples are read to the values that they were written from.
//!
//! The files never change; when a test here fails, the reader is wrong.

mod sample;

use std::path::PathBuf;

use hil_model::run::FormatVersion;
use hil_store::{RunWriter, StoreError, read_observations, read_run, read_verdicts, run_json};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/store").join(name)
}

#[test]
fn a_run_of_version_1_0_reads_as_it_was_written() {
    let folder = fixture("v1");
    let run = sample::run().unwrap();
    assert_eq!(read_run(&folder).unwrap(), run);
    assert_eq!(read_verdicts(&folder).unwrap(), run.checks);
    assert_eq!(read_observations(&folder).unwrap(), sample::observations_1_0().unwrap());
}

#[test]
fn a_run_of_version_1_1_reads_as_it_was_written() {
    let folder = fixture("v1.1");
    assert_eq!(read_run(&folder).unwrap(), sample::run().unwrap());
    assert_eq!(read_observations(&folder).unwrap(), sample::observations_1_1().unwrap());
}

#[test]
fn a_run_of_version_1_2_reads_as_it_was_written() {
    let folder = fixture("v1.2");
    assert_eq!(read_run(&folder).unwrap(), sample::run().unwrap());
    assert_eq!(read_observations(&folder).unwrap(), sample::observations_1_2().unwrap());
}

#[test]
fn a_run_of_version_1_3_reads_as_it_was_written() {
    let folder = fixture("v1.3");
    assert_eq!(read_run(&folder).unwrap(), sample::run().unwrap());
    assert_eq!(read_observations(&folder).unwrap(), sample::observations_1_3().unwrap());
}

#[test]
fn a_run_of_version_1_4_reads_as_it_was_written() {
    let folder = fixture("v1.4");
    assert_eq!(read_run(&folder).unwrap(), sample::run().unwrap());
    assert_eq!(read_observations(&folder).unwrap(), sample::observations().unwrap());
}

#[test]
fn a_younger_table_that_was_written_and_is_gone_is_missed() {
    let out = tempfile::tempdir().unwrap();
    let observations = sample::observations().unwrap();
    let folder = RunWriter::new(out.path()).write(&sample::run().unwrap(), &observations, &[]).unwrap();
    std::fs::remove_file(folder.join("deviations.parquet")).unwrap();
    assert!(matches!(read_observations(&folder), Err(StoreError::NotFound { .. })));
}

#[test]
fn todays_run_json_has_the_bytes_of_version_1_0() {
    let frozen = std::fs::read_to_string(fixture("v1/run.json")).unwrap().replace("\r\n", "\n");
    assert_eq!(run_json::to_text(&sample::run().unwrap()).unwrap(), frozen);
}

#[test]
fn a_newer_minor_version_is_read_without_what_is_unknown() {
    let folder = fixture("v1-newer-minor");
    let mut run = sample::run().unwrap();
    run.format = FormatVersion { major: 1, minor: 7 };
    assert_eq!(read_run(&folder).unwrap(), run);
    assert_eq!(read_verdicts(&folder).unwrap(), run.checks, "an unknown column is ignored");
    let mut observations = sample::observations_1_0().unwrap();
    for iteration in observations.iter_mut().flat_map(|seen| &mut seen.iterations) {
        // That version does not write the column.
        iteration.cycles = None;
    }
    assert_eq!(read_observations(&folder).unwrap(), observations);
}

#[test]
fn a_newer_major_version_is_refused_by_name() {
    for error in
        [read_run(&fixture("newer-major")).unwrap_err(), read_observations(&fixture("newer-major")).unwrap_err()]
    {
        assert!(matches!(error, StoreError::Major { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains("format 2.0") && text.contains("reads 1.x"), "{text}");
    }
}

#[test]
fn nothing_is_written_over_a_newer_version() {
    let out = tempfile::tempdir().unwrap();
    let run = sample::run().unwrap();
    for name in ["v1-newer-minor", "newer-major"] {
        let path = out.path().join(name);
        std::fs::copy(fixture(name).join("run.json"), &path).unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(matches!(run_json::write(&path, &run), Err(StoreError::Newer { .. })), "{name}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
    let newer = read_run(&fixture("v1-newer-minor")).unwrap();
    let written = RunWriter::new(out.path()).write(&newer, &[], &[]);
    assert!(matches!(written, Err(StoreError::Newer { .. })), "its unknown fields would be lost");
}

#[test]
fn an_older_run_json_may_be_replaced() {
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("run.json");
    let mut run = sample::run().unwrap();
    run_json::write(&path, &run).unwrap();
    run.quick = false;
    run_json::write(&path, &run).unwrap();
    assert_eq!(run_json::read(&path).unwrap(), run);
    std::fs::write(&path, "notes of mine").unwrap();
    assert!(matches!(run_json::write(&path, &run), Err(StoreError::Json { .. })), "not a run: not ours to replace");
}
