//! Figures of one side, and ratios of two that are no pairs of blocks: what is counted, answered or metered as a whole.
//!
//! Times, throughput, memory and power of two builds in turns are the business of [`hil_stats::builds`].

use std::collections::BTreeMap;

use hil_model::estimate::{Estimate, Finding, Method};
use hil_model::metric::Metric;
use hil_model::sample::{Answer, Observations};
use hil_stats::mcnemar::{self, Table};
use hil_stats::{counted, instructions};

use crate::commands::gate::asked::Asked;
use crate::stages::voice::failure_in_words;

/// Why there is no figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lack {
    /// The machine, or the code, has no such figure.
    NotThere(String),
    /// The code failed, or there are too few observations.
    Failed(String),
}

impl Lack {
    /// Why, in words.
    pub(super) fn in_words(&self) -> &str {
        match self {
            Self::NotThere(why) | Self::Failed(why) => why,
        }
    }
}

/// The figure of one side.
pub(super) fn of_one(asked: &Asked<'_>, seen: &Observations) -> Result<Estimate, Lack> {
    if let Some(failure) = &seen.failure {
        return Err(Lack::Failed(failure_in_words(failure)));
    }
    let check = asked.as_check(&seen.workload, None);
    of_finding(hil_stats::estimate::find(&check, std::slice::from_ref(seen)))
}

pub(super) fn of_finding(finding: Finding) -> Result<Estimate, Lack> {
    match finding {
        Finding::Estimate(estimate) => Ok(estimate),
        Finding::Cases { held, total, .. } => {
            #[expect(clippy::cast_precision_loss, reason = "tables have few cases")]
            let share = held as f64 / total.max(1) as f64;
            Ok(counted::exactly(share, total))
        }
        Finding::Failed(failure) => Err(Lack::Failed(failure_in_words(&failure))),
        Finding::TooFew { have, need } => {
            Err(Lack::Failed(format!("{have} observations are too few, {need} are needed")))
        }
        Finding::CannotObserve { needs } => Err(Lack::NotThere(format!("it needs {needs}"))),
        Finding::Order(_) => Err(Lack::NotThere("an order is no figure".to_owned())),
    }
}

/// Whether the metric's figures are set beside each other as wholes, because their observations are no pairs.
pub(super) fn is_whole(metric: Metric) -> bool {
    match metric {
        Metric::Accuracy
        | Metric::NumericalError
        | Metric::Conformance
        | Metric::ModelSize
        | Metric::Instructions
        | Metric::Heap
        | Metric::BatteryLife
        | Metric::Share => true,
        Metric::Latency
        | Metric::CpuTime
        | Metric::Cycles
        | Metric::Throughput
        | Metric::Memory
        | Metric::Power
        | Metric::Energy
        | Metric::Temperature => false,
    }
}

/// The ratio of two figures as wholes, `above` over `below`.
pub(super) fn whole(asked: &Asked<'_>, above: &Observations, below: &Observations) -> Result<Estimate, Lack> {
    match asked.metric {
        Metric::Accuracy => accuracy(above, below),
        Metric::Instructions => instructions::ratio(above, below).or_else(of_finding),
        _ => Ok(over(&of_one(asked, above)?, &of_one(asked, below)?)),
    }
}

/// The ratio of two figures that are not paired: the ends of both intervals, each at its worst.
pub(super) fn over(above: &Estimate, below: &Estimate) -> Estimate {
    let same = |estimate: &Estimate| estimate.lower == Some(estimate.value) && estimate.upper == Some(estimate.value);
    if same(above) && same(below) {
        let value = if above.value == below.value { 1.0 } else { above.value / below.value };
        return counted::exactly(value, above.samples.min(below.samples));
    }
    let end = |above: Option<f64>, below: Option<f64>| Some(above? / below?).filter(|ratio| ratio.is_finite());
    Estimate {
        value: above.value / below.value,
        lower: end(above.lower, below.upper),
        upper: end(above.upper, below.lower),
        confidence: above.confidence.min(below.confidence),
        samples: above.samples.min(below.samples),
        effective_samples: above.effective_samples.min(below.effective_samples),
        needed_samples: above.needed_samples.max(below.needed_samples),
        method: above.method,
        remark: None,
    }
}

/// The change of the share of right answers to the same items, as a ratio of shares (McNemar; `hil_stats::mcnemar`).
fn accuracy(above: &Observations, below: &Observations) -> Result<Estimate, Lack> {
    let (new, old) = (by_item(above), by_item(below));
    if old.is_empty() || new.is_empty() {
        return Err(Lack::Failed("no item was answered".to_owned()));
    }
    if !old.keys().eq(new.keys()) {
        return Err(Lack::Failed("the sides answered different items".to_owned()));
    }
    let complete =
        |seen: &Observations| u64::try_from(seen.answers.len()).is_ok_and(|have| have >= seen.answers_planned);
    if !complete(above) || !complete(below) {
        return Err(Lack::Failed("a part of the data set is not the data set".to_owned()));
    }
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    let (mut same, mut right) = (true, 0_u64);
    for (key, old) in &old {
        let Some(new) = new.get(key) else { continue };
        same &= old.predicted == new.predicted;
        right += u64::from(old.predicted == old.expected);
        tables.entry(key.0).or_default().count(old.predicted == old.expected, new.predicted == new.expected);
    }
    let items = u64::try_from(old.len()).unwrap_or(u64::MAX);
    if same {
        return Ok(counted::exactly(1.0, items));
    }
    if right == 0 {
        return Err(Lack::Failed("the baseline has no right answer, so nothing can be compared with it".to_owned()));
    }
    let has_groups = tables.keys().any(|group| !group.is_empty());
    let change = if has_groups && tables.len() > 1 {
        mcnemar::clustered(&tables)
    } else {
        mcnemar::change(tables.values().fold(Table::default(), |sum, table| Table {
            both: sum.both + table.both,
            lost: sum.lost + table.lost,
            gained: sum.gained + table.gained,
            neither: sum.neither + table.neither,
        }))
    };
    let change = change.map_err(|error| Lack::Failed(error.to_string()))?;
    #[expect(clippy::cast_precision_loss, reason = "data sets have fewer than 2^53 items")]
    let (items_f, share) = (items as f64, right as f64 / items as f64);
    // A share of nothing has no logarithm; it is as much worse as can be.
    let ratio = |difference: f64| ((share + difference) / share).max(f64::MIN_POSITIVE);
    Ok(Estimate {
        value: ratio(change.difference),
        lower: Some(ratio(change.lower)),
        upper: Some(ratio(change.upper)),
        confidence: hil_stats::CONFIDENCE,
        samples: items,
        effective_samples: items_f,
        needed_samples: 1,
        method: if has_groups { Method::ClusteredProportion } else { Method::Wilson },
        remark: Some(format!("the same {items} items on both sides, by those on which the sides differ (McNemar)")),
    })
}

/// Answers by group and item; of an item that was answered more than once, the first wrong one.
fn by_item(seen: &Observations) -> BTreeMap<(&str, &str), &Answer> {
    let mut items: BTreeMap<(&str, &str), &Answer> = BTreeMap::new();
    for answer in &seen.answers {
        let kept = items.entry((&answer.group, &answer.item)).or_insert(answer);
        if kept.predicted == kept.expected {
            *kept = answer;
        }
    }
    items
}
