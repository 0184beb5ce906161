//! What the archive promises when nothing goes wrong: what is kept comes back, versions, damage, histories and baselines.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hil_model::id::{ScenarioId, TargetId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::run::{Environment, Run};
use hil_model::verdict::Outcome;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

use super::folder::Folder;
use super::samples::{counted, entries, environment, run};
use super::slab::Slab;
use super::storage::Storage as _;
use super::{
    Archive, BaselineError, Entry, Fingerprint, Revision, Wanted, baseline_of_commit, baseline_of_run, index, layout,
    rows,
};
use crate::error::StoreError;
use crate::{RunWriter, read_run};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/store").join(name)
}

fn archive() -> (tempfile::TempDir, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::at(folder.path().join("archive"));
    (folder, archive)
}

/// Every file of figures in an archive, by path below its root.
fn files(root: &Path, below: &Path) -> Vec<PathBuf> {
    let storage = Folder::at(root);
    let mut found = layout::files(&storage, below).unwrap();
    for name in storage.names(below).unwrap() {
        if root.join(below).join(&name).is_dir() {
            found.extend(files(root, &below.join(name)));
        }
    }
    found
}

#[test]
fn a_run_comes_back_as_it_was_before_and_after_it_is_sorted() {
    let (_folder, archive) = archive();
    let run = read_run(&fixture("v1.2")).unwrap();
    let revision = Revision { commit: "ab".repeat(20), dirty: None };
    let kept = super::entries(&run, Some(&revision));
    assert_eq!(kept.len(), run.checks.len());
    archive.append(&kept).unwrap();
    let sorted = |mut entries: Vec<Entry>| {
        entries.sort_by(|a, b| a.subject.cmp(&b.subject));
        entries
    };
    for _ in 0..2 {
        let runs = archive.runs().unwrap();
        assert_eq!(runs, [kept[0].origin.clone()]);
        assert_eq!(sorted(archive.entries(&runs[0]).unwrap()), sorted(kept.clone()));
        archive.tidy_all().unwrap();
    }
    let day = format!("date={}", &run.started[..10]);
    let parts = files(archive.root(), Path::new(""));
    assert!(!parts.is_empty() && parts.iter().all(|part| part.to_string_lossy().contains(&day)), "{parts:?}");
}

#[test]
fn amounts_are_in_base_units() {
    let run = read_run(&fixture("v1")).unwrap();
    for (check, entry) in run.checks.iter().zip(super::entries(&run, None)) {
        let expected = check.estimate.as_ref().map(|figure| figure.value * check.unit.scale);
        assert_eq!(entry.amount.map(|amount| amount.value), expected);
    }
}

#[test]
fn appending_the_same_twice_counts_once_and_nothing_is_no_error() {
    let (_folder, archive) = archive();
    archive.append(&[]).unwrap();
    assert!(!archive.exists().unwrap() && archive.history(&Wanted::default()).unwrap().is_empty());
    archive.append(&entries(1)).unwrap();
    archive.append(&entries(1)).unwrap();
    archive.append(&[entries(1), entries(2)].concat()).unwrap();
    assert_eq!(counted(&archive).values().collect::<Vec<_>>(), [&[1, 1, 1], &[1, 1, 1]]);
}

#[test]
fn a_run_without_a_day_is_refused_before_anything_is_written() {
    let (_folder, archive) = archive();
    let mut odd = entries(1);
    odd[2].origin.started = "yesterday".to_owned();
    assert!(matches!(archive.append(&odd), Err(StoreError::Started { .. })));
    assert!(!archive.root().exists());
}

#[test]
fn sorting_waits_until_there_is_enough_and_days_are_merged() {
    let (_folder, archive) = archive();
    for run in 0..16 {
        archive.append(&entries(run)).unwrap();
        assert_eq!(archive.tidy().unwrap().sorted, 0);
    }
    archive.append(&entries(16)).unwrap();
    assert_eq!(archive.tidy().unwrap().sorted, 17);
    for run in 17..24 {
        archive.append(&entries(run)).unwrap();
        archive.tidy_all().unwrap();
    }
    let of_day = files(archive.root(), Path::new("platform=desktop-cpu/scenario=a/date=2026-03-01"));
    assert!((1..=4).contains(&of_day.len()), "{of_day:?}");
    assert_eq!(counted(&archive).len(), 24);
}

#[test]
fn the_index_answers_alone_and_a_damaged_or_missing_one_changes_nothing() {
    let (_folder, archive) = archive();
    for run in 0..6 {
        archive.append(&entries(run)).unwrap();
    }
    archive.tidy_all().unwrap();
    let expected = archive.history(&Wanted::default()).unwrap();
    let path = archive.root().join("platform=desktop-cpu/scenario=a").join(layout::INDEX);
    // With the files made unreadable but still there, only the index can have answered.
    let part = files(archive.root(), Path::new("platform=desktop-cpu/scenario=a")).remove(0);
    let part = archive.root().join(part);
    let bytes = fs::read(&part).unwrap();
    fs::write(&part, "nonsense").unwrap();
    assert_eq!(archive.history(&Wanted::default()).unwrap(), expected);
    fs::write(&part, bytes).unwrap();
    let index = fs::read(&path).unwrap();
    for at in (0..index.len()).step_by(41) {
        let mut damaged = index.clone();
        damaged[at] ^= 0x20;
        fs::write(&path, &damaged).unwrap();
        assert_eq!(archive.history(&Wanted::default()).unwrap(), expected, "byte {at}");
    }
    for length in (0..index.len()).step_by(211) {
        fs::write(&path, &index[..length]).unwrap();
        assert_eq!(archive.history(&Wanted::default()).unwrap(), expected, "{length} bytes");
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(archive.history(&Wanted::default()).unwrap(), expected);
}

#[test]
fn an_index_of_a_later_version_is_left_alone_and_not_used() {
    let (_folder, archive) = archive();
    archive.append(&entries(1)).unwrap();
    archive.tidy_all().unwrap();
    let path = archive.root().join("platform=desktop-cpu/scenario=a").join(layout::INDEX);
    fs::write(&path, "hilbench.index 12\nwhatever").unwrap();
    archive.append(&entries(2)).unwrap();
    archive.tidy_all().unwrap();
    assert!(fs::read_to_string(&path).unwrap().ends_with("whatever"));
    assert_eq!(counted(&archive).len(), 2);
}

#[test]
fn a_day_that_somebody_removed_is_gone_from_the_history_too() {
    let (_folder, archive) = archive();
    archive.append(&[entries(1), entries(30)].concat()).unwrap();
    archive.tidy_all().unwrap();
    fs::remove_dir_all(archive.root().join("platform=desktop-cpu/scenario=a/date=2026-03-01")).unwrap();
    let wanted = Wanted { scenario: ScenarioId::new("a").ok(), ..Wanted::default() };
    let points: usize = archive.history(&wanted).unwrap().iter().map(|series| series.points.len()).sum();
    assert_eq!(points, 2, "two figures of the one run that is left");
}

#[test]
fn damage_is_an_error_that_names_the_file() {
    let (_folder, archive) = archive();
    archive.append(&entries(1)).unwrap();
    let file = archive.root().join(files(archive.root(), Path::new("")).remove(0));
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 1;
    fs::write(&file, bytes).unwrap();
    let error = archive.history(&Wanted::default()).unwrap_err();
    assert!(matches!(&error, StoreError::DamagedArchive { path } if *path == file), "{error}");
}

#[test]
fn every_version_reads_and_a_newer_one_is_never_rewritten() {
    let root = fixture("archive");
    let revision = Revision { commit: "ab".repeat(20), dirty: Some(false) };
    let sample = super::entries(&read_run(&fixture("v1.2")).unwrap(), Some(&revision));
    assert!(sample.iter().any(|entry| entry.target.is_some()));
    let read = |name: &str| rows::decode(&root.join(name), &fs::read(root.join(name)).unwrap());
    let (found, format) = read("v1.0.parquet").unwrap();
    assert_eq!((found, format.to_string().as_str()), (sample.clone(), "1.0"));
    let (found, format) = read("v1-newer-minor.parquet").unwrap();
    assert_eq!(format.to_string(), "1.7");
    // That version has no column for the target, and one that nobody knows.
    let without: Vec<Entry> = sample.into_iter().map(|entry| Entry { target: None, ..entry }).collect();
    assert_eq!(found, without);
    let error = read("newer-major.parquet").unwrap_err();
    assert!(matches!(&error, StoreError::Major { .. }) && error.to_string().contains("format 2.0"), "{error}");

    let (_folder, archive) = archive();
    archive.append(&entries(5)).unwrap();
    let newer = fs::read(root.join("v1-newer-minor.parquet")).unwrap();
    let name = Path::new(layout::NEW).join(layout::name_of(&newer));
    fs::write(archive.root().join(&name), &newer).unwrap();
    archive.tidy_all().unwrap();
    assert_eq!(fs::read(archive.root().join(&name)).unwrap(), newer);
    assert_eq!(archive.runs().unwrap().len(), 2, "it is read all the same");
}

#[test]
fn a_history_has_what_is_wanted_in_the_order_of_time_and_conditions_apart() {
    let (_folder, archive) = archive();
    let mut all: Vec<Entry> = [3, 1, 2].into_iter().flat_map(entries).collect();
    let other = Environment { cpu: "Slow 3".to_owned(), ..environment() };
    for entry in all.iter_mut().filter(|entry| entry.origin.run.as_str() == "r1") {
        entry.fingerprint = Fingerprint::of(&other, Some(Evidence::Host));
    }
    all.extend(entries(4).into_iter().map(|mut entry| {
        entry.origin.quick = true;
        entry
    }));
    archive.append(&all).unwrap();
    let wanted =
        Wanted { metric: Some(Metric::Latency), statistic: Some(Statistic::Percentile(950)), ..Wanted::default() };
    let runs = |wanted: &Wanted| -> Vec<Vec<String>> {
        let series = archive.history(wanted).unwrap();
        series.iter().map(|series| series.points.iter().map(|point| point.origin.run.to_string()).collect()).collect()
    };
    assert_eq!(runs(&wanted), [vec!["r2", "r3"], vec!["r1"]], "the series of the newest run first");
    assert_eq!(runs(&Wanted { flawed: true, ..wanted.clone() })[0], ["r2", "r3", "r4"]);
    assert_eq!(runs(&Wanted { since: Some("2026-03-01T03:00:00Z".to_owned()), ..wanted.clone() }), [["r3"]]);
    assert_eq!(runs(&Wanted { target: TargetId::new("LAN-17").ok(), ..wanted.clone() }).len(), 0);
    assert_eq!(runs(&Wanted { target: TargetId::new("LAN-16").ok(), ..Wanted::default() }).len(), 6);
    let series = archive.history(&wanted).unwrap();
    assert_eq!(series[0].points[0].value, 3.0);
    assert_eq!(series[0].fingerprint.differences(&series[1].fingerprint)[0].what, "cpu");
}

#[test]
fn a_figure_that_two_checks_ask_for_is_one_point_with_the_worst_verdict() {
    let (_folder, archive) = archive();
    let mut all = entries(1);
    let mut second = all[0].clone();
    (second.verdict, second.target) = (Outcome::Fail, TargetId::new("LAN-17").ok());
    all.insert(1, second);
    archive.append(&all).unwrap();
    let wanted = Wanted { target: TargetId::new("LAN-17").ok(), ..Wanted::default() };
    let series = archive.history(&wanted).unwrap();
    assert_eq!((series.len(), series[0].points.len()), (1, 1));
    assert_eq!((series[0].points[0].verdict, series[0].targets.len()), (Outcome::Fail, 2));
}

/// A run folder and an archive that knows of it.
fn kept(out: &Path, id: &str, second: u32, commit: &str, change: impl Fn(&mut Run)) -> Run {
    let mut made = run(id);
    made.checks = read_run(&fixture("v1.2")).unwrap().checks;
    made.checks
        .iter_mut()
        .filter(|check| check.evidence == Some(Evidence::Imported))
        .for_each(|check| check.evidence = None);
    made.started = format!("2026-03-01T10:00:{second:02}Z");
    change(&mut made);
    RunWriter::new(out).write(&made, &[], &[]).unwrap();
    let (commit, dirty) = commit.strip_suffix('*').map_or((commit, false), |commit| (commit, true));
    let revision = Revision { commit: commit.to_owned(), dirty: Some(dirty) };
    Archive::beside(out).append(&super::entries(&made, Some(&revision))).unwrap();
    made
}

#[test]
fn the_baseline_of_a_commit_is_its_newest_sound_run_under_the_same_conditions() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path();
    let other = Environment { cpu: "Slow 3".to_owned(), cores: 1, ..environment() };
    kept(out, "first", 1, "aa", |_| ());
    kept(out, "second", 2, "aa", |_| ());
    kept(out, "quick", 3, "aa", |run| run.quick = true);
    kept(out, "dirty", 4, "aa*", |_| ());
    kept(out, "other", 5, "bb", |run| run.environment = other.clone());
    kept(out, "stopped", 6, "cc", |run| run.interrupted = true);
    kept(out, "broken", 7, "aa", |run| run.fault = Some("hang".to_owned()));
    for _ in 0..2 {
        let found = baseline_of_commit(&Archive::beside(out), out, "aa", &environment()).unwrap();
        assert_eq!((found.origin.run.as_str(), found.folder), ("second", Some(out.join("second"))));
        assert!(!found.entries.is_empty());
        Archive::beside(out).tidy_all().unwrap();
    }
    fs::remove_dir_all(out.join("second")).unwrap();
    assert_eq!(
        baseline_of_commit(&Archive::beside(out), out, "aa", &environment()).unwrap().folder,
        None,
        "only the archive remembers it"
    );
    let error = baseline_of_commit(&Archive::beside(out), out, "bb", &environment()).unwrap_err();
    assert!(matches!(&error, BaselineError::Foreign { run, .. } if run.as_str() == "other"), "{error}");
    assert!(error.to_string().contains(r#"cpu: "Fast 9000" here, "Slow 3" there"#), "{error}");
    assert!(baseline_of_commit(&Archive::beside(out), out, "bb", &other).is_ok());
    let error = baseline_of_commit(&Archive::beside(out), out, "cc", &environment()).unwrap_err();
    assert!(error.to_string().contains("stopped: it was interrupted"), "{error}");
    assert!(
        baseline_of_commit(&Archive::beside(out), out, "dd", &environment())
            .unwrap_err()
            .to_string()
            .contains("there is none")
    );
}

#[test]
fn a_baseline_is_named_by_its_folder_or_by_its_id() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path();
    kept(out, "first", 1, "aa", |_| ());
    kept(out, "quick", 2, "aa", |run| run.quick = true);
    kept(out, "empty", 3, "aa", |run| run.checks.clear());
    fs::rename(out.join("first"), out.join("mine")).unwrap();
    let named = |name: &Path| baseline_of_run(&Archive::beside(out), out, name, &environment());
    assert_eq!(named(&out.join("mine")).unwrap().origin.run.as_str(), "first");
    assert_eq!(named(Path::new("mine")).unwrap().folder, Some(out.join("mine")));
    assert_eq!(named(Path::new("first")).unwrap().folder, None, "the archive knows it by its id");
    assert!(matches!(named(Path::new("quick")), Err(BaselineError::NotSound { .. })));
    assert!(matches!(named(Path::new("empty")), Err(BaselineError::NotSound { .. })));
    assert!(matches!(named(Path::new("none")), Err(BaselineError::NoRun { .. })));
    let other = Environment { rustc: "rustc 2".to_owned(), ..environment() };
    assert!(matches!(
        baseline_of_run(&Archive::beside(out), out, Path::new("mine"), &other),
        Err(BaselineError::Foreign { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]
    #[test]
    fn any_order_of_appends_and_tidying_keeps_every_run_once(order in proptest::collection::vec((0u32..12, any::<bool>()), 1..8)) {
        let (_folder, archive) = archive();
        for (run, tidy) in &order {
            archive.append(&entries(*run)).unwrap();
            if *tidy {
                archive.tidy_all().unwrap();
            }
        }
        let expected: BTreeSet<u32> = order.iter().map(|(run, _)| *run).collect();
        let found = counted(&archive);
        prop_assert!(found.values().all(|counts| *counts == [1, 1, 1]), "{:?}", found);
        prop_assert_eq!(found.len(), expected.len());
    }

    #[test]
    fn an_index_says_what_was_put_into_it(runs in proptest::collection::btree_set(0u32..200, 0..20)) {
        let place = layout::Place {
            platform: entries(0)[0].subject.platform.clone(),
            scenario: ScenarioId::new("a").unwrap(),
        };
        let mut slab = Slab::default();
        for run in &runs {
            slab.add_file(&place, &entries(*run));
        }
        let covers = BTreeSet::from([PathBuf::from("x.parquet")]);
        let folder = tempfile::tempdir().unwrap();
        let storage = Folder::at(folder.path());
        storage.replace(&place.folder().join(layout::INDEX), &index::encode(&slab, &covers), index::is_newer).unwrap();
        let found = index::load(&storage, &place, |_, _| true).unwrap();
        prop_assert_eq!(&found.slab.lines, &slab.lines);
        prop_assert_eq!(&found.slab.runs, &slab.runs);
        prop_assert_eq!(&found.slab.fingerprints, &slab.fingerprints);
        prop_assert_eq!(found.covers.into_iter().collect::<BTreeSet<_>>(), covers);
        let some = index::load(&storage, &place, |subject, _| subject.metric == Metric::Memory).unwrap();
        prop_assert!(some.slab.lines.keys().all(|subject| subject.metric == Metric::Memory));
        prop_assert_eq!(some.slab.runs.len(), runs.len());
    }
}
