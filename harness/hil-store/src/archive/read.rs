//! Reading an archive while others write to it: what is read is what was there at one moment.
//!
//! A folder can change while it is listed, so it is listed until two lists agree; a file that is gone when it is opened was
//! sorted or merged meanwhile, and everything starts again.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use hil_model::id::{RunId, TargetId};

use super::entry::{Entry, Origin, Subject};
use super::layout::{self, Listing, Place};
use super::slab::Slab;
use super::storage::Storage;
use super::{Archive, index, rows};
use crate::error::StoreError;
use crate::runs::time_key;

/// How often reading starts again before it gives up; every time takes somebody who sorted or merged in between.
const ATTEMPTS: usize = 20;

/// Reads one archive for one question. Files of appends hold figures of many places and are decoded once.
pub(super) struct Reader<'a> {
    archive: &'a Archive,
    decoded: RefCell<HashMap<PathBuf, Rc<Vec<Entry>>>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(archive: &'a Archive) -> Self {
        Self { archive, decoded: RefCell::default() }
    }

    /// Every place with a figure.
    pub(super) fn places(&self) -> Result<BTreeSet<Place>, StoreError> {
        let storage = self.archive.storage.as_ref();
        self.repeat(|| {
            let mut found = BTreeSet::new();
            // Figures move from here to the folders of places, so this comes first.
            for file in layout::new_files(storage)? {
                for Subject { platform, scenario, .. } in self.recent(&file)?.iter().map(|entry| &entry.subject) {
                    found.insert(Place { platform: platform.clone(), scenario: scenario.clone() });
                }
            }
            found.extend(layout::places(storage)?);
            Ok(Some(found))
        })
    }

    /// The figures of a place about what is wanted. The runs are all of the place's.
    pub(super) fn slab(
        &self,
        place: &Place,
        wanted: impl Fn(&Subject, &BTreeSet<TargetId>) -> bool,
    ) -> Result<Slab, StoreError> {
        let storage = self.archive.storage.as_ref();
        self.repeat(|| {
            let Some(listing) = self.listing(place)? else { return Ok(None) };
            let index = index::load(storage, place, &wanted)
                .filter(|index| index.covers.iter().all(|file| listing.parts.binary_search(file).is_ok()));
            let (mut slab, covers) = index.map_or_else(Default::default, |index| (index.slab, index.covers));
            for file in listing.parts.iter().filter(|file| !covers.contains(*file)) {
                slab.add_file(place, &decode(storage, file)?);
            }
            for file in &listing.new {
                slab.add_file(place, &self.recent(file)?);
            }
            slab.lines.retain(|subject, line| wanted(subject, &line.targets));
            Ok(Some(slab))
        })
    }

    /// Every run with a figure in one of the places, in the order of their starts.
    pub(super) fn runs(&self, places: &BTreeSet<Place>) -> Result<Vec<Arc<Origin>>, StoreError> {
        let mut found: BTreeMap<RunId, Arc<Origin>> = BTreeMap::new();
        for place in places {
            for origin in self.slab(place, |_, _| false)?.runs {
                found.entry(origin.run.clone()).or_insert(origin);
            }
        }
        let mut runs: Vec<Arc<Origin>> = found.into_values().collect();
        runs.sort_by_cached_key(|origin| time_key(&origin.started));
        Ok(runs)
    }

    /// The figures of one run, in the order of places and, within one, of its checks.
    pub(super) fn entries(&self, origin: &Origin) -> Result<Vec<Entry>, StoreError> {
        let storage = self.archive.storage.as_ref();
        let Some(day) = layout::day_of(&origin.started) else { return Ok(Vec::new()) };
        let of_run = |entries: &[Entry], place: &Place| -> Vec<Entry> {
            let is_ours = |entry: &&Entry| {
                let subject = &entry.subject;
                entry.origin.run == origin.run
                    && subject.platform == place.platform
                    && subject.scenario == place.scenario
            };
            entries.iter().filter(is_ours).cloned().collect()
        };
        let mut all = Vec::new();
        for place in self.places()? {
            all.extend(self.repeat(|| {
                let Some(listing) = self.listing(&place)? else { return Ok(None) };
                let folder = place.day(day);
                for file in listing.parts.iter().filter(|file| file.starts_with(&folder)) {
                    let found = of_run(&decode(storage, file)?, &place);
                    if !found.is_empty() {
                        return Ok(Some(found));
                    }
                }
                for file in &listing.new {
                    let found = of_run(&self.recent(file)?, &place);
                    if !found.is_empty() {
                        return Ok(Some(found));
                    }
                }
                Ok(Some(Vec::new()))
            })?);
        }
        Ok(all)
    }

    /// The files of a place, if nothing changed while they were listed.
    fn listing(&self, place: &Place) -> Result<Option<Listing>, StoreError> {
        let first = Listing::of(self.archive.storage.as_ref(), place)?;
        Ok((first == Listing::of(self.archive.storage.as_ref(), place)?).then_some(first))
    }

    /// The figures of an append.
    fn recent(&self, file: &Path) -> Result<Rc<Vec<Entry>>, StoreError> {
        if let Some(known) = self.decoded.borrow().get(file) {
            return Ok(Rc::clone(known));
        }
        let entries = Rc::new(decode(self.archive.storage.as_ref(), file)?);
        self.decoded.borrow_mut().insert(file.to_owned(), Rc::clone(&entries));
        Ok(entries)
    }

    /// Tries until it succeeds at one moment.
    fn repeat<T>(&self, mut once: impl FnMut() -> Result<Option<T>, StoreError>) -> Result<T, StoreError> {
        for _ in 0..ATTEMPTS {
            match once() {
                Ok(Some(done)) => return Ok(done),
                Ok(None) | Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Busy { path: self.archive.root().to_owned() })
    }
}

fn decode(storage: &dyn Storage, file: &Path) -> Result<Vec<Entry>, StoreError> {
    Ok(rows::decode(&storage.root().join(file), &layout::read(storage, file)?)?.0)
}
