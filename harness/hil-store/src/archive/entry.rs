//! One figure of one run as the archive keeps it, and how a run becomes such figures.

use hil_model::estimate::Method;
use hil_model::id::{PlatformId, RunId, ScenarioId, TargetId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::run::{CheckResult, Run};
use hil_model::units::{Dimension, Unit};
use hil_model::verdict::Outcome;

use crate::archive::Fingerprint;

/// Where the user's code stood when a run was made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision {
    /// The full id of the commit, in hexadecimal.
    pub commit: String,
    /// Whether something tracked was changed and not committed; nothing when nobody looked.
    pub dirty: Option<bool>,
}

/// Which run a figure is of, and what must be known of it before the figure is believed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The run.
    pub run: RunId,
    /// Its start, RFC 3339 in UTC.
    pub started: String,
    /// Where the code stood, if anybody knew.
    pub revision: Option<Revision>,
    /// Whether `--quick` cut the samples.
    pub quick: bool,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// Whether a fault was injected on purpose.
    pub injected: bool,
}

impl Origin {
    /// Of a run that was made when the code stood at `revision`.
    #[must_use]
    pub fn new(run: &Run, revision: Option<Revision>) -> Self {
        Self {
            run: run.id.clone(),
            started: run.started.clone(),
            revision,
            quick: run.quick,
            interrupted: run.interrupted,
            injected: run.fault.is_some(),
        }
    }

    /// Why its figures say little about the code, in words; nothing for a sound run.
    #[must_use]
    pub fn flaw(&self) -> Option<&'static str> {
        if self.injected {
            Some("a fault was injected")
        } else if self.interrupted {
            Some("it was interrupted")
        } else if self.quick {
            Some("it was cut short by --quick")
        } else {
            None
        }
    }
}

/// What a figure is about. Figures of different runs with the same subject and the same fingerprint form a series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// The kind of machine.
    pub platform: PlatformId,
    /// The scenario.
    pub scenario: ScenarioId,
    /// The workload.
    pub workload: WorkloadId,
    /// The other side, for a ratio.
    pub versus: Option<WorkloadId>,
    /// What was observed.
    pub metric: Metric,
    /// How observations became a figure.
    pub statistic: Statistic,
    /// The order or the table of cases that the figure is about, as its limit is written, the part of the work, or
    /// `saved` for what one workload saves of what another takes.
    pub rule: Option<String>,
}

impl Subject {
    /// What a check is about.
    #[must_use]
    pub fn of(check: &CheckResult) -> Self {
        let rule = |limit: &&String| limit.starts_with("order ") || limit.starts_with("conforms ");
        Self {
            platform: check.platform.clone(),
            scenario: check.scenario.clone(),
            workload: check.workload.clone(),
            versus: check.versus.clone(),
            metric: check.metric,
            statistic: check.statistic,
            rule: match &check.part {
                Some(part) => Some(format!("part {part}")),
                None if check.versus.is_some() && check.unit.dimension == Dimension::Proportion => {
                    Some("saved".to_owned())
                }
                None => check.limit.as_ref().filter(rule).cloned(),
            },
        }
    }
}

/// A figure in base units: seconds, bytes, watts, joules, per second; shares and ratios as they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// Point estimate.
    pub value: f64,
    /// Lower end of the interval, if the samples bound it.
    pub lower: Option<f64>,
    /// Upper end, likewise.
    pub upper: Option<f64>,
    /// Probability that the interval covers the truth.
    pub confidence: f64,
    /// Independent observations that the samples are worth.
    pub effective_samples: f64,
    /// How it was computed.
    pub method: Method,
}

/// One figure of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Of which run.
    pub origin: Origin,
    /// About what.
    pub subject: Subject,
    /// The row of the catalogue that asked for it.
    pub target: Option<TargetId>,
    /// The unit in which the run showed it.
    pub unit: Unit,
    /// The figure, unless there is none.
    pub amount: Option<Amount>,
    /// Observations behind it.
    pub samples: u64,
    /// What was proved.
    pub verdict: Outcome,
    /// Why, as a stable word.
    pub reason_code: Option<String>,
    /// Where the figure comes from; nothing when there is none.
    pub evidence: Option<Evidence>,
    /// Under which conditions it came about.
    pub fingerprint: Fingerprint,
}

/// The figures of a run, in the order of its checks.
#[must_use]
pub fn entries(run: &Run, revision: Option<&Revision>) -> Vec<Entry> {
    let origin = Origin::new(run, revision.cloned());
    let entry = |check: &CheckResult| {
        let base = |value: f64| value * check.unit.scale;
        let amount = check.estimate.as_ref().map(|figure| Amount {
            value: base(figure.value),
            lower: figure.lower.map(base),
            upper: figure.upper.map(base),
            confidence: figure.confidence,
            effective_samples: figure.effective_samples,
            method: figure.method,
        });
        Entry {
            origin: origin.clone(),
            subject: Subject::of(check),
            target: check.target.clone(),
            unit: check.unit,
            amount,
            samples: check.samples,
            verdict: check.verdict,
            reason_code: check.reason_code.clone(),
            evidence: check.evidence,
            fingerprint: Fingerprint::of(&run.environment, check.evidence),
        }
    };
    run.checks.iter().map(entry).collect()
}
