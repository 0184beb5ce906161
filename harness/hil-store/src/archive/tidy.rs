//! Sorting appends into partitions, merging many small files of a day into one, and writing the index.
//!
//! Every step first writes what it makes, safe on the disk, and only then removes what it was made from; the index is written
//! in between, so that it covers files that stay. Whoever reads meanwhile, or after a crash between two steps, sees some
//! runs twice and counts them once. Two at a time would do the same work twice, so a lock keeps the second away; where there
//! are no locks, nothing but that work is lost.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use hil_model::id::RunId;

use super::columns::ARCHIVE_FORMAT;
use super::entry::Entry;
use super::layout::{self, Listing, Place};
use super::slab::Slab;
use super::{Archive, index, rows};
use crate::error::StoreError;
use crate::runs::time_key;

/// Appends that are left as they are; more are sorted. Every question reads all of them.
const MOST_NEW: usize = 16;
/// Files of one day and place that are left as they are; more are merged.
const MOST_PARTS: usize = 4;
/// Appends that are sorted at a time, which bounds the memory it takes.
const AT_A_TIME: usize = 64;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tidied {
    /// Files of appends that were sorted into partitions.
    pub sorted: usize,
    /// Files that were merged into others.
    pub merged: usize,
    /// Files that others had left unfinished.
    pub left_behind: usize,
}

impl Archive {
    /// Sorts, merges and indexes, if there is enough to do.
    ///
    /// # Errors
    /// Those of reading and of [`Archive::append`]; nothing is lost then, and what is left is done next time.
    pub fn tidy(&self) -> Result<Tidied, StoreError> {
        if layout::new_files(self.storage.as_ref())?.len() <= MOST_NEW {
            return Ok(Tidied::default());
        }
        self.tidy_all()
    }

    /// The same, however little there is to do.
    ///
    /// # Errors
    /// As [`Archive::tidy`].
    pub fn tidy_all(&self) -> Result<Tidied, StoreError> {
        let storage = self.storage.as_ref();
        let mut done = Tidied::default();
        if !self.exists()? {
            return Ok(done);
        }
        let Some(_lock) = storage.lock()? else { return Ok(done) };
        for files in layout::new_files(storage)?.chunks(AT_A_TIME) {
            done.sorted += self.sort(files, &mut done.merged)?;
        }
        done.left_behind = storage.sweep()?;
        Ok(done)
    }

    /// Sorts the figures of some appends into their partitions; says how many files are gone.
    fn sort(&self, files: &[PathBuf], merged: &mut usize) -> Result<usize, StoreError> {
        let mut days: BTreeMap<(Place, String), Vec<Vec<Entry>>> = BTreeMap::new();
        let mut sorted = Vec::new();
        for file in files {
            let Some(entries) = self.ours(file)? else { continue };
            sorted.push(file);
            for (day, entries) in by_day(entries) {
                days.entry(day).or_default().push(entries);
            }
        }
        let mut places: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
        for ((place, day), entries) in days {
            self.put_part(&place.day(&day), once_a_run(entries))?;
            places.entry(place).or_default().insert(day);
        }
        for (place, days) in places {
            *merged += self.merge_and_index(&place, &days)?;
        }
        for file in &sorted {
            self.storage.remove(file)?;
        }
        Ok(sorted.len())
    }

    /// Merges the files of days that have too many, writes the index of the place, and removes what was merged.
    fn merge_and_index(&self, place: &Place, days: &BTreeSet<String>) -> Result<usize, StoreError> {
        let mut merged: BTreeSet<PathBuf> = BTreeSet::new();
        for day in days {
            let folder = place.day(day);
            let parts = layout::files(self.storage.as_ref(), &folder)?;
            if parts.len() <= MOST_PARTS {
                continue;
            }
            let (mut sources, mut contents) = (Vec::new(), Vec::new());
            for part in parts {
                let Some(entries) = self.ours(&part)? else { continue };
                contents.push(entries);
                sources.push(part);
            }
            if sources.len() > 1 {
                let target = self.put_part(&folder, once_a_run(contents))?;
                // A file that holds everything already is what it was merged into.
                merged.extend(sources.into_iter().filter(|source| *source != target));
            }
        }
        self.write_index(place, &merged)?;
        for file in &merged {
            self.storage.remove(file)?;
        }
        Ok(merged.len())
    }

    /// Writes the index of a place over all its files but those that are about to go.
    fn write_index(&self, place: &Place, going: &BTreeSet<PathBuf>) -> Result<(), StoreError> {
        let storage = self.storage.as_ref();
        let parts = Listing::of(storage, place)?.parts;
        let old = index::load(storage, place, |_, _| true)
            .filter(|old| old.covers.iter().all(|file| parts.binary_search(file).is_ok()));
        let (mut slab, mut covers) = match old {
            Some(old) => (old.slab, old.covers.into_iter().collect()),
            None => (Slab::default(), BTreeSet::new()),
        };
        for part in parts.iter().filter(|part| !going.contains(*part)) {
            if !covers.contains(part)
                && let Some(entries) = self.ours(part)?
            {
                slab.add_file(place, &entries);
                covers.insert(part.clone());
            }
        }
        covers.retain(|file| !going.contains(file));
        storage.replace(&place.folder().join(layout::INDEX), &index::encode(&slab, &covers), index::is_newer)
    }

    /// The figures in a file, unless a newer version wrote it: then it stays as it is.
    fn ours(&self, below: &Path) -> Result<Option<Vec<Entry>>, StoreError> {
        let storage = self.storage.as_ref();
        match rows::decode(&storage.root().join(below), &layout::read(storage, below)?) {
            Ok((entries, format)) => Ok((format <= ARCHIVE_FORMAT).then_some(entries)),
            Err(StoreError::Major { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a file of figures into a folder below the root and returns its path below the root.
    fn put_part(&self, folder: &Path, entries: Vec<Entry>) -> Result<PathBuf, StoreError> {
        let bytes = rows::encode(&entries)?;
        let below = folder.join(layout::name_of(&bytes));
        self.storage.put(&below, &bytes)?;
        Ok(below)
    }
}

/// The figures of one file by the partition that they belong to.
fn by_day(entries: Vec<Entry>) -> BTreeMap<(Place, String), Vec<Entry>> {
    let mut days: BTreeMap<(Place, String), Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        let subject = &entry.subject;
        let place = Place { platform: subject.platform.clone(), scenario: subject.scenario.clone() };
        // Whoever wrote it made sure of the date.
        let day = layout::day_of(&entry.origin.started).unwrap_or("0000-00-00").to_owned();
        days.entry((place, day)).or_default().push(entry);
    }
    days
}

/// The figures of several files, those of each run once, in the order of the runs' starts.
fn once_a_run(files: Vec<Vec<Entry>>) -> Vec<Entry> {
    let mut seen: HashSet<RunId> = HashSet::new();
    let mut all = Vec::new();
    for entries in files {
        let of_file: HashSet<RunId> = entries.iter().map(|entry| entry.origin.run.clone()).collect();
        all.extend(entries.into_iter().filter(|entry| !seen.contains(&entry.origin.run)));
        seen.extend(of_file);
    }
    all.sort_by_cached_key(|entry| (time_key(&entry.origin.started), entry.origin.run.clone()));
    all
}
