//! What an archive promises wherever it lies: the same tests in a folder and, with the feature `s3`, in a bucket.

use hil_model::id::ScenarioId;
use hil_model::metric::Metric;
use hil_model::run::Environment;

use super::layout::{self, NEW};
use super::samples::{counted, entries, environment};
use super::{Archive, BaselineError, Entry, Series, Wanted, baseline_of_commit, baseline_of_run};
use crate::error::StoreError;

/// What is in an archive, as users see it.
fn histories(archive: &Archive) -> [Vec<Series>; 2] {
    let of_a = Wanted { metric: Some(Metric::Latency), scenario: ScenarioId::new("a").ok(), ..Wanted::default() };
    [Wanted::default(), of_a].map(|wanted| archive.history(&wanted).unwrap())
}

/// Appends, sorts, merges and asks; returns what was answered, which must not depend on where the archive lies.
pub(super) fn a_whole_life(archive: &Archive) -> [Vec<Series>; 2] {
    assert!(!archive.exists().unwrap());
    archive.append(&[]).unwrap();
    assert!(!archive.exists().unwrap() && archive.history(&Wanted::default()).unwrap().is_empty());
    archive.append(&entries(0)).unwrap();
    archive.append(&entries(0)).unwrap();
    assert!(archive.exists().unwrap());
    // One day gets more files than are left alone, another waits unsorted.
    for run in 1..11 {
        archive.append(&entries(run)).unwrap();
        if run % 2 == 0 {
            let done = archive.tidy_all().unwrap();
            assert_eq!((done.sorted, done.merged > 0), (if run == 2 { 3 } else { 2 }, run == 10));
        }
    }
    for run in 30..47 {
        archive.append(&entries(run)).unwrap();
    }
    assert!(archive.tidy().unwrap().sorted == 17, "there was enough to do");
    assert_eq!(archive.tidy().unwrap().sorted, 0, "and then no more");
    archive.append(&entries(50)).unwrap();
    let counted = counted(archive);
    assert!(counted.values().all(|counts| *counts == [1, 1, 1]) && counted.len() == 29, "{counted:?}");
    assert_eq!(layout::places(archive.storage.as_ref()).unwrap().len(), 2);
    histories(archive)
}

/// Finds the runs of commits, and refuses those that cannot be compared with.
pub(super) fn baselines(archive: &Archive) {
    let out = tempfile::tempdir().unwrap();
    let mut quick = entries(3);
    quick.iter_mut().for_each(|entry| entry.origin.quick = true);
    archive.append(&[entries(1), entries(2), quick].concat()).unwrap();
    for _ in 0..2 {
        let sorted = |mut all: Vec<Entry>| {
            all.sort_by(|a, b| a.subject.cmp(&b.subject));
            all
        };
        let found = baseline_of_commit(archive, out.path(), &format!("{:040x}", 2), &environment()).unwrap();
        assert_eq!((found.origin.run.as_str(), found.folder), ("r2", None));
        assert_eq!(sorted(found.entries), sorted(entries(2)));
        let named = baseline_of_run(archive, out.path(), "r1".as_ref(), &environment()).unwrap();
        assert_eq!(sorted(named.entries), sorted(entries(1)));
        let commit = format!("{:040x}", 3);
        let error = baseline_of_commit(archive, out.path(), &commit, &environment()).unwrap_err();
        assert!(error.to_string().contains("r3: it was cut short"), "{error}");
        let other = Environment { cpu: "Slow 3".to_owned(), ..environment() };
        let error = baseline_of_run(archive, out.path(), "r1".as_ref(), &other).unwrap_err();
        assert!(matches!(error, BaselineError::Foreign { .. }), "{error}");
        archive.tidy_all().unwrap();
    }
}

/// Reads what other versions wrote, refuses what it cannot know, and leaves both where they are. `place` puts a file there by its path
/// below the root, `read` takes it from there.
pub(super) fn other_versions(archive: &Archive, place: impl Fn(&str, &[u8]), read: impl Fn(&str) -> Vec<u8>) {
    let fixture = |name: &str| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/store/archive/").to_owned() + name;
        std::fs::read(path).unwrap()
    };
    archive.append(&entries(5)).unwrap();
    archive.tidy_all().unwrap();
    let index = "platform=desktop-cpu/scenario=a/index.hil";
    place(index, b"hilbench.index 12\nwhatever");
    let minor = fixture("v1-newer-minor.parquet");
    let minor_name = format!("{NEW}/{}", layout::name_of(&minor));
    place(&minor_name, &minor);
    archive.append(&entries(6)).unwrap();
    archive.tidy_all().unwrap();
    assert_eq!(read(&minor_name), minor, "never moved or rewritten");
    assert_eq!(read(index), b"hilbench.index 12\nwhatever", "never written over");
    assert_eq!(archive.runs().unwrap().len(), 3, "and read all the same");

    let major = fixture("newer-major.parquet");
    let major_name = format!("{NEW}/{}", layout::name_of(&major));
    place(&major_name, &major);
    let error = archive.history(&Wanted::default()).unwrap_err();
    assert!(matches!(&error, StoreError::Major { .. }), "{error}");
    assert!(error.to_string().contains("format 2.0"), "{error}");
    archive.append(&entries(7)).unwrap();
    archive.tidy_all().unwrap();
    assert_eq!(read(&major_name), major);
}

/// Many append and tidy at once, each through an archive of its own, and lose nothing.
pub(super) fn many_writers(archive: impl Fn() -> Archive + Sync) {
    std::thread::scope(|scope| {
        for writer in 0..4u32 {
            let archive = &archive;
            scope.spawn(move || {
                let archive = archive();
                for run in 0..6 {
                    archive.append(&entries(writer * 6 + run)).unwrap();
                    if run % 3 == 2 {
                        archive.tidy_all().unwrap();
                    }
                }
            });
        }
    });
    let found = counted(&archive());
    assert!(found.values().all(|counts| *counts == [1, 1, 1]) && found.len() == 24, "{found:?}");
}

mod in_a_folder {
    use std::fs;

    use crate::archive::Archive;

    #[test]
    fn a_whole_life() {
        let folder = tempfile::tempdir().unwrap();
        super::a_whole_life(&Archive::at(folder.path().join("archive")));
    }

    #[test]
    fn baselines() {
        let folder = tempfile::tempdir().unwrap();
        super::baselines(&Archive::at(folder.path()));
    }

    #[test]
    fn other_versions() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let place = |name: &str, bytes: &[u8]| fs::write(path(name), bytes).unwrap();
        super::other_versions(&Archive::at(folder.path()), place, |name| fs::read(path(name)).unwrap());
    }

    #[test]
    fn many_writers() {
        let folder = tempfile::tempdir().unwrap();
        super::many_writers(|| Archive::at(folder.path()));
    }
}
