//! One metric over time: the figures of many runs as series, each of one subject under one set of conditions.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hil_model::id::{PlatformId, ScenarioId, TargetId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::units::Unit;
use hil_model::verdict::Outcome;

use super::Archive;
use super::entry::{Origin, Subject};
use super::fingerprint::Fingerprint;
use super::read::Reader;
use crate::error::StoreError;
use crate::runs::time_order;

/// Which figures are wanted; whatever is not given may be anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The metric.
    pub metric: Option<Metric>,
    /// The row of the catalogue.
    pub target: Option<TargetId>,
    /// The scenario.
    pub scenario: Option<ScenarioId>,
    /// The kind of machine.
    pub platform: Option<PlatformId>,
    /// The workload.
    pub workload: Option<WorkloadId>,
    /// The statistic.
    pub statistic: Option<Statistic>,
    /// The first day or moment, `2026-01-31` or RFC 3339 in UTC.
    pub since: Option<String>,
    /// Figures of runs that were cut short, interrupted or had a fault injected, too.
    pub flawed: bool,
}

impl Wanted {
    fn is_about(&self, subject: &Subject, targets: &BTreeSet<TargetId>) -> bool {
        fn fits<T: PartialEq>(wanted: Option<&T>, found: &T) -> bool {
            wanted.is_none_or(|wanted| wanted == found)
        }
        fits(self.metric.as_ref(), &subject.metric)
            && fits(self.workload.as_ref(), &subject.workload)
            && fits(self.statistic.as_ref(), &subject.statistic)
            && self.target.as_ref().is_none_or(|target| targets.contains(target))
    }
}

/// One figure of a series. Amounts are in base units.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryPoint {
    /// Its run.
    pub origin: Arc<Origin>,
    /// Point estimate.
    pub value: f64,
    /// Lower end of the interval, if there is one.
    pub lower: Option<f64>,
    /// Upper end, likewise.
    pub upper: Option<f64>,
    /// Observations behind it.
    pub samples: u64,
    /// The worst verdict of the checks that ask for it.
    pub verdict: Outcome,
}

/// The figures about one subject that came about under the same conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What they are about.
    pub subject: Subject,
    /// Where they come from.
    pub evidence: Option<Evidence>,
    /// The conditions.
    pub fingerprint: Fingerprint,
    /// The unit in which the figure was shown last; the points are in base units.
    pub unit: Unit,
    /// Rows of the catalogue that ever asked for it.
    pub targets: Vec<TargetId>,
    /// One a run, in the order of their starts; at least one.
    pub points: Vec<HistoryPoint>,
}

impl Archive {
    /// The series of what is wanted: those of one subject stand together, the one with the newest run first.
    ///
    /// # Errors
    /// [`StoreError::Major`] for a file of a newer version, [`StoreError::DamagedArchive`], [`StoreError::Table`],
    /// [`StoreError::Cell`], [`StoreError::Busy`], [`StoreError::Io`]. An archive that does not exist has no series.
    pub fn history(&self, wanted: &Wanted) -> Result<Vec<Series>, StoreError> {
        let reader = Reader::new(self);
        let since = wanted.since.as_deref();
        let mut all = Vec::new();
        for place in reader.places()? {
            let fits = wanted.platform.as_ref().is_none_or(|platform| *platform == place.platform)
                && wanted.scenario.as_ref().is_none_or(|scenario| *scenario == place.scenario);
            if !fits {
                continue;
            }
            let slab = reader.slab(&place, |subject, targets| wanted.is_about(subject, targets))?;
            let is_shown = |origin: &Origin| {
                let late = since.is_none_or(|since| time_order(since, &origin.started).is_le());
                late && (wanted.flawed || origin.flaw().is_none())
            };
            let shown: Vec<bool> = slab.runs.iter().map(|origin| is_shown(origin)).collect();
            for (subject, line) in slab.lines {
                let mut series: BTreeMap<(Option<Evidence>, u32), Vec<HistoryPoint>> = BTreeMap::new();
                for point in line.points {
                    // Positions were checked when they were read.
                    let run = usize::try_from(point.run).unwrap_or(usize::MAX);
                    if !shown.get(run).is_some_and(|shown| *shown) {
                        continue;
                    }
                    let found = HistoryPoint {
                        origin: Arc::clone(&slab.runs[run]),
                        value: point.value,
                        lower: point.lower,
                        upper: point.upper,
                        samples: point.samples,
                        verdict: point.verdict,
                    };
                    series.entry((point.evidence, point.fingerprint)).or_default().push(found);
                }
                let mut of_subject: Vec<Series> = Vec::new();
                for ((evidence, fingerprint), mut points) in series {
                    // They mostly are in order already, which makes this cheap.
                    points.sort_by(|a, b| by_start(&a.origin, &b.origin));
                    let fingerprint = usize::try_from(fingerprint).unwrap_or(usize::MAX);
                    of_subject.push(Series {
                        subject: subject.clone(),
                        evidence,
                        fingerprint: slab.fingerprints[fingerprint].clone(),
                        unit: line.unit,
                        targets: line.targets.iter().cloned().collect(),
                        points,
                    });
                }
                let newest = |series: &Series| series.points.last().map(|point| Arc::clone(&point.origin));
                of_subject.sort_by(|a, b| match (newest(a), newest(b)) {
                    (Some(a), Some(b)) => by_start(&b, &a),
                    // Every series has a point.
                    _ => Ordering::Equal,
                });
                all.extend(of_subject);
            }
        }
        Ok(all)
    }
}

fn by_start(one: &Origin, other: &Origin) -> Ordering {
    time_order(&one.started, &other.started).then_with(|| one.run.cmp(&other.run))
}
