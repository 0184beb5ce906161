//! The runs in a folder: listing them, and removing old ones.
//!
//! A run is a real folder with a readable `run.json`; whatever else is there is not ours and is left alone.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hil_model::id::RunId;

use crate::error::StoreError;
use crate::file::{partial_name, read_text, sync_folder};
use crate::run_json;

/// How long before the newest run a hidden folder must have been left alone to count as left behind: writing a run
/// takes seconds, and two computers that share `out` may differ in their time.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);

/// The runs in `out`, newest last; none when there is no such folder.
///
/// Hidden folders, links, and folders whose `run.json` this version cannot read are passed over.
///
/// # Errors
/// [`StoreError::NotAFolder`], [`StoreError::Io`] when `out` itself cannot be read.
pub fn list_runs(out: &Path) -> Result<Vec<(RunId, PathBuf)>, StoreError> {
    let entries = match fs::read_dir(out) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::io("read", out, error)),
    };
    let mut runs = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| StoreError::io("read", out, error))?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        // The type of the entry itself: a link to a run is not a second run.
        if hidden || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let path = entry.path();
        let file = path.join(run_json::NAME);
        if let Ok(header) = read_text(&file).and_then(|text| run_json::header(&text, &file)) {
            runs.push((time_key(&header.started), header.id, path));
        }
    }
    runs.sort();
    Ok(runs.into_iter().map(|(_, id, path)| (id, path)).collect())
}

/// Removes the oldest runs in `out` until `keep` are left, and returns the folders that are gone.
///
/// With them go the hidden folders of runs that were never finished, if nothing was written there for an hour before
/// the newest run was. Only folders that still have the name of their run count and are removed: whoever renamed or copied one wants
/// to keep it. `protect`, the run just written, stays in any case.
///
/// # Errors
/// The errors of [`list_runs`]; [`StoreError::ReadOnly`], [`StoreError::Io`] when a folder cannot be removed.
pub fn retain(out: &Path, keep: usize, protect: &RunId) -> Result<Vec<PathBuf>, StoreError> {
    let mut runs = list_runs(out)?;
    runs.retain(|(id, path)| path.file_name().is_some_and(|name| name == id.as_str()));
    let newest = runs.last().and_then(|(_, path)| written(path));
    let surplus = runs.len().saturating_sub(keep);
    let oldest = runs.into_iter().filter(|(id, _)| id != protect).take(surplus);
    let mut removed = Vec::new();
    for (id, path) in oldest {
        // Under a hidden name first: if removing stops half-way, no half run has a final name.
        let hidden = out.join(partial_name(format!("{id}.old")));
        fs::rename(&path, &hidden).map_err(|error| StoreError::io("remove", &path, error))?;
        fs::remove_dir_all(&hidden).map_err(|error| StoreError::io("remove", &hidden, error))?;
        removed.push(path);
    }
    for path in newest.map_or_else(|| Ok(Vec::new()), |newest| left_behind(out, newest))? {
        fs::remove_dir_all(&path).map_err(|error| StoreError::io("remove", &path, error))?;
        removed.push(path);
    }
    if !removed.is_empty() {
        sync_folder(out)?;
    }
    Ok(removed)
}

/// Hidden folders with the name of an unfinished run in which nothing was written for long before `newest`.
fn left_behind(out: &Path, newest: SystemTime) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(out).map_err(|error| StoreError::io("read", out, error))? {
        let entry = entry.map_err(|error| StoreError::io("read", out, error))?;
        let is_ours = entry.file_name().to_str().is_some_and(is_partial_run);
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let age = written(&entry.path()).and_then(|written| newest.duration_since(written).ok());
        if age.is_some_and(|age| age >= LEFT_BEHIND) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Whether this is `.ID.tmp` with an id that begins with a date, as those of runs do.
fn is_partial_run(name: &str) -> bool {
    let Some(id) = name.strip_prefix('.').and_then(|name| name.strip_suffix(".tmp")) else { return false };
    let dated = id.len() > 8 && id.bytes().take(8).all(|byte| byte.is_ascii_digit());
    dated && !id.contains('/') && RunId::new(id).is_ok()
}

/// When a file of the folder was last added, renamed or removed.
fn written(folder: &Path) -> Option<SystemTime> {
    fs::metadata(folder).and_then(|folder| folder.modified()).ok()
}

/// Orders RFC 3339 times in UTC as [`time_key`] does, without making keys.
pub(crate) fn time_order(one: &str, other: &str) -> Ordering {
    fn parts(started: &str) -> (&str, &str) {
        let started = started.trim_end_matches(['Z', 'z']).trim_end_matches("+00:00");
        started.split_once('.').unwrap_or((started, ""))
    }
    let ((one, one_fraction), (other, other_fraction)) = (parts(one), parts(other));
    let upper = |text: &str, at: usize| text.as_bytes().get(at).map(u8::to_ascii_uppercase);
    let differs =
        (0..one.len().max(other.len())).map(|at| upper(one, at).cmp(&upper(other, at))).find(|order| order.is_ne());
    let seconds = differs.unwrap_or(Ordering::Equal);
    seconds.then_with(|| one_fraction.cmp(other_fraction))
}

/// Orders RFC 3339 times in UTC: the digits up to the second, then the fraction, which may be absent.
pub(crate) fn time_key(started: &str) -> (String, String) {
    let started = started.trim_end_matches(['Z', 'z']).trim_end_matches("+00:00");
    let (seconds, fraction) = started.split_once('.').unwrap_or((started, ""));
    (seconds.to_ascii_uppercase(), fraction.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{is_partial_run, time_key, time_order};

    #[test]
    fn only_the_hidden_name_of_a_dated_run_is_that_of_an_unfinished_run() {
        for name in [".20260102-030405-00beef.tmp", ".20260102t030405z-5eed.tmp", ".20260102-030405-00beef.old.tmp"] {
            assert!(is_partial_run(name), "{name}");
        }
        for name in [
            ".notes.tmp",
            "20260102-030405-00beef.tmp",
            ".20260102-030405-00beef",
            ".20260102.tmp",
            ".20260102-A.tmp",
            ".tmp",
        ] {
            assert!(!is_partial_run(name), "{name}");
        }
    }

    #[test]
    fn times_with_and_without_fractions_are_in_order() {
        let times = [
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.25+00:00",
            "2026-01-02T03:04:05.5Z",
            "2026-01-02T03:04:06Z",
            "2026-10-01T00:00:00Z",
        ];
        assert!(times.is_sorted_by_key(|time| time_key(time)));
        for one in times {
            for other in times {
                assert_eq!(time_order(one, other), time_key(one).cmp(&time_key(other)), "{one} {other}");
            }
        }
        assert!(time_order("2026-01-02t03:04:05z", "2026-01-02T03:04:05Z").is_eq());
    }
}
