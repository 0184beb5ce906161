//! Figures of one place in memory, as history needs them: the runs once, and a line of points for each subject.
//!
//! It is built from files and the index alike. Guarantees: a run that was added by one file is not added by another, and a
//! subject has at most one point a run, so nothing counts twice however often it is stored.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hil_model::id::{RunId, TargetId};
use hil_model::lab::Evidence;
use hil_model::units::Unit;
use hil_model::verdict::Outcome;

use super::entry::{Entry, Origin, Subject};
use super::fingerprint::Fingerprint;
use super::layout::Place;

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    /// Position of its run in [`Slab::runs`].
    pub(super) run: u32,
    /// Position of its conditions in [`Slab::fingerprints`].
    pub(super) fingerprint: u32,
    pub(super) value: f64,
    pub(super) lower: Option<f64>,
    pub(super) upper: Option<f64>,
    pub(super) samples: u64,
    /// The worst verdict of the checks that ask for this figure.
    pub(super) verdict: Outcome,
    pub(super) evidence: Option<Evidence>,
}

/// The figures about one subject.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// The unit in which the figure was shown last.
    pub(super) unit: Unit,
    /// Rows of the catalogue that ever asked for it.
    pub(super) targets: BTreeSet<TargetId>,
    pub(super) points: Vec<Point>,
}

/// The figures of one place.
#[derive(Debug, Clone, Default)]
pub(super) struct Slab {
    /// Every run, also those without a figure.
    pub(super) runs: Vec<Arc<Origin>>,
    pub(super) fingerprints: Vec<Fingerprint>,
    pub(super) lines: BTreeMap<Subject, Line>,
    seen: HashMap<ById, u32>,
}

/// A run found by its id, without a copy of the id.
#[derive(Debug, Clone)]
struct ById(Arc<Origin>);

impl Borrow<RunId> for ById {
    fn borrow(&self) -> &RunId {
        &self.0.run
    }
}

impl Hash for ById {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.run.hash(state);
    }
}

impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.0.run == other.0.run
    }
}

impl Eq for ById {}

impl Slab {
    /// Makes room for that many runs.
    pub(super) fn reserve(&mut self, runs: usize) {
        self.seen.reserve(runs);
        self.runs.reserve(runs);
    }

    /// Adds a run unless it is there, and says whether it was added and where it is.
    pub(super) fn add_run(&mut self, origin: Arc<Origin>) -> (bool, u32) {
        // Four thousand million runs do not fit into any memory.
        let next = u32::try_from(self.runs.len()).unwrap_or(u32::MAX);
        if let Some(position) = self.seen.get(&origin.run) {
            return (false, *position);
        }
        self.seen.insert(ById(Arc::clone(&origin)), next);
        self.runs.push(origin);
        (true, next)
    }

    /// Adds what one file holds of a place, but for runs that another file added.
    pub(super) fn add_file(&mut self, place: &Place, entries: &[Entry]) {
        let ours =
            |entry: &&Entry| entry.subject.platform == place.platform && entry.subject.scenario == place.scenario;
        let mut of_file: HashMap<&RunId, Option<u32>> = HashMap::new();
        let mut positions: HashMap<&Fingerprint, u32> = HashMap::new();
        for entry in entries.iter().filter(ours) {
            let run = *of_file.entry(&entry.origin.run).or_insert_with(|| {
                let (added, position) = self.add_run(Arc::new(entry.origin.clone()));
                added.then_some(position)
            });
            let (Some(run), Some(amount)) = (run, entry.amount) else { continue };
            let fingerprint = *positions
                .entry(&entry.fingerprint)
                .or_insert_with(|| position(&mut self.fingerprints, &entry.fingerprint));
            let line = self.lines.entry(entry.subject.clone()).or_insert_with(|| Line {
                unit: entry.unit,
                targets: BTreeSet::new(),
                points: Vec::new(),
            });
            line.unit = entry.unit;
            line.targets.extend(entry.target.clone());
            match line.points.last_mut().filter(|last| last.run == run) {
                Some(same) => same.verdict = same.verdict.max(entry.verdict),
                None => line.points.push(Point {
                    run,
                    fingerprint,
                    value: amount.value,
                    lower: amount.lower,
                    upper: amount.upper,
                    samples: entry.samples,
                    verdict: entry.verdict,
                    evidence: entry.evidence,
                }),
            }
        }
    }
}

fn position(all: &mut Vec<Fingerprint>, one: &Fingerprint) -> u32 {
    let found = all.iter().position(|known| known == one).unwrap_or_else(|| {
        all.push(one.clone());
        all.len() - 1
    });
    u32::try_from(found).unwrap_or(u32::MAX)
}
