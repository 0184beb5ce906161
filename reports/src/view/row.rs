//! One check as a row: what was asked, the figure, the verdict, and all that a reader needs to doubt it.

use hil_model::id::WorkloadId;
use hil_model::lab::Evidence;
use hil_model::limit::Limit;
use hil_model::run::{AlertResult, CheckResult, Figure};
use hil_model::units::{Dimension, Unit};
use hil_model::verdict::Outcome;

use crate::clean::one_line;
use crate::figure::{Digits, Numbers, digits};
use crate::words;

/// One check in display form.
#[derive(Debug, Clone)]
pub struct Row {
    /// The row of the catalogue.
    pub target: Option<String>,
    /// Metric, statistic and workload: `latency p95`, `latency ratio small versus large`.
    pub what: String,
    /// The figure, unless there is none.
    pub figure: Option<FigureText>,
    /// The figure and the limit as numbers of `unit`, for drawing.
    pub raw: Option<Raw>,
    /// The limit as written.
    pub limit: Option<String>,
    /// The second tier as written.
    pub acceptable: Option<String>,
    /// The verdict.
    pub outcome: Outcome,
    /// Why.
    pub reason: Option<String>,
    /// Why, as a stable word.
    pub reason_code: Option<String>,
    /// What the figure counts as; nothing when there is none.
    pub evidence: Option<Evidence>,
    /// Observations behind the figure.
    pub samples: u64,
    /// The other checks that answer the same row of the catalogue.
    pub compound: Option<Compound>,
    /// A remark from the scenario.
    pub note: Option<String>,
    /// Where the check is written: `lan.toml:12`.
    pub place: String,
}

/// A figure in display form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureText {
    /// With its unit: `1.83 ms`.
    pub value: String,
    /// In the same unit: `[1.71, 2.02]`; nothing for a counted figure.
    pub interval: Option<String>,
    /// How it was computed: `95 % interval by order statistics, 500 samples (180 independent)`.
    pub method: String,
    /// Something that the reader should know.
    pub remark: Option<String>,
}

/// A figure and the limit in one unit; only finite numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Raw {
    /// Point estimate.
    pub value: f64,
    /// Lower end of the interval.
    pub lower: Option<f64>,
    /// Upper end of the interval.
    pub upper: Option<f64>,
    /// What the figure must not fall below.
    pub at_least: Option<f64>,
    /// What the figure must not rise above.
    pub at_most: Option<f64>,
}

/// A row of the catalogue that stands in several checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compound {
    /// How many.
    pub parts: usize,
    /// The worst verdict among them, which is the verdict of the row.
    pub worst: Outcome,
}

impl Row {
    /// One check in display form; `all` are the checks of the same run, itself included.
    #[must_use]
    pub fn new(check: &CheckResult, all: &[CheckResult]) -> Self {
        let limits: Vec<&str> = [&check.limit, &check.acceptable].into_iter().flatten().map(String::as_str).collect();
        let figure = check.estimate.as_ref().map(|figure| {
            let mut text = FigureText::new(figure, check.unit, &limits);
            text.method = method(figure, check.samples);
            text
        });
        Self {
            target: check.target.as_ref().map(ToString::to_string),
            what: what(check),
            figure,
            raw: raw(check),
            limit: check.limit.as_deref().map(one_line),
            acceptable: check.acceptable.as_deref().map(one_line),
            outcome: check.verdict,
            reason: check.reason.as_deref().map(one_line),
            reason_code: check.reason_code.as_deref().map(one_line),
            evidence: check.evidence,
            samples: check.samples,
            compound: compound(check, all),
            note: check.note.as_deref().map(one_line),
            place: format!("{}:{}", one_line(&check.place.file), check.place.line),
        }
    }

    /// The limit, or what stands in its place.
    #[must_use]
    pub fn limit_text(&self) -> &str {
        self.limit.as_deref().unwrap_or("none")
    }

    /// The sentence about the other parts of the same row of the catalogue, where one of them is worse than this one.
    #[must_use]
    pub fn compound_text(&self) -> Option<String> {
        let compound = self.compound.filter(|compound| compound.worst > self.outcome)?;
        let target = self.target.as_deref()?;
        let Compound { parts, worst } = compound;
        Some(format!("{target} stands in {parts} checks; its verdict is the worst of them: {}", words::outcome(worst)))
    }
}

impl FigureText {
    /// A figure in `unit`; the limits as written decide together with the interval how many digits are shown.
    #[must_use]
    pub fn new(figure: &Figure, unit: Unit, limits: &[&str]) -> Self {
        let limits: Vec<f64> = limits.iter().flat_map(|text| ends(text, unit)).flatten().collect();
        let is_point = figure.lower == Some(figure.value) && figure.upper == Some(figure.value);
        let exact = figure.method == hil_model::estimate::Method::Counted
            && (is_point || (figure.lower.is_none() && figure.upper.is_none()));
        let numbers = Numbers { value: figure.value, lower: figure.lower, upper: figure.upper, exact, limits: &limits };
        let Digits { value, interval } = digits(numbers);
        Self {
            value: format!("{value} {unit}"),
            interval,
            method: figure.method.to_string(),
            remark: figure.remark.as_deref().map(one_line),
        }
    }

    /// Value and interval on one line.
    #[must_use]
    pub fn line(&self) -> String {
        self.interval.as_ref().map_or_else(|| self.value.clone(), |interval| format!("{} {interval}", self.value))
    }
}

fn what(check: &CheckResult) -> String {
    let mut what = format!("{} {}", check.metric.name().replace('_', " "), check.statistic);
    if let Some(part) = &check.part {
        what.push_str(&format!(" of {part}"));
    }
    if let Some(versus) = &check.versus {
        if check.unit.dimension == Dimension::Proportion {
            what = format!("{} saved", check.metric.name().replace('_', " "));
        }
        what.push_str(&format!(" {} versus {versus}", check.workload));
    } else if check.workload != WorkloadId::main() {
        what.push_str(&format!(" {}", check.workload));
    }
    what
}

/// What an alert watches, in the words that a check would have.
pub(super) fn watched(alert: &AlertResult) -> String {
    let mut what = alert.metric.name().replace('_', " ");
    if let Some(statistic) = alert.statistic {
        what.push_str(&format!(" {statistic}"));
    }
    if alert.workload != WorkloadId::main() {
        what.push_str(&format!(" {}", alert.workload));
    }
    if alert.drift {
        what.push_str(" drift");
    }
    what
}

/// The ends of a limit in `unit`; nothing for the forms without numbers.
fn ends(text: &str, unit: Unit) -> [Option<f64>; 2] {
    let Ok(limit) = Limit::parse(text) else { return [None, None] };
    if limit.unit.dimension != unit.dimension {
        return [None, None];
    }
    [limit.lower, limit.upper].map(|bound| bound.map(|bound| unit.from_base(bound.value)))
}

fn raw(check: &CheckResult) -> Option<Raw> {
    let figure = check.estimate.as_ref()?;
    let [at_least, at_most] = check.limit.as_deref().map_or([None, None], |text| ends(text, check.unit));
    let finite = |x: Option<f64>| x.filter(|x| x.is_finite());
    Some(Raw {
        value: finite(Some(figure.value))?,
        lower: finite(figure.lower),
        upper: finite(figure.upper),
        at_least,
        at_most,
    })
}

fn method(figure: &Figure, samples: u64) -> String {
    use hil_model::estimate::Method;
    let counted = words::counted(samples, "sample");
    match figure.method {
        Method::Counted => format!("counted, {counted}"),
        Method::Stated => "as another tool states it, without an interval".to_owned(),
        Method::LargestSeen => format!("the largest of {counted}; larger ones are possible"),
        Method::OrderStatistics
        | Method::BatchMeans
        | Method::CriterionStarts
        | Method::Metered
        | Method::Wilson
        | Method::ClusteredProportion
        | Method::PairedLogRatio => {
            let percent = crate::figure::number(figure.confidence * 100.0);
            let mut text = format!("{percent} % interval, {}, {counted}", figure.method);
            #[expect(clippy::cast_precision_loss, reason = "a count of samples is far below 2^53")]
            let is_worth_less = figure.effective_samples < 0.95 * samples as f64;
            if is_worth_less {
                text.push_str(&format!(" ({:.0} independent)", figure.effective_samples));
            }
            text
        }
    }
}

fn compound(check: &CheckResult, all: &[CheckResult]) -> Option<Compound> {
    let target = check.target.as_ref()?;
    let parts = || all.iter().filter(|other| other.target.as_ref() == Some(target)).map(|other| other.verdict);
    let worst = parts().max()?;
    let parts = parts().count();
    (parts > 1).then_some(Compound { parts, worst })
}
