//! One row of a gate and one control pair in display form: both figures, their ratio, and all that a reader needs to
//! doubt it.

use hil_model::comparison::Change;
use hil_model::estimate::Method;
use hil_model::gate::{Acknowledged, ControlPair, GateRow, Mode};
use hil_model::id::WorkloadId;
use hil_model::lab::Evidence;
use hil_model::metric::Metric;
use hil_model::run::Figure;
use hil_model::scenario::Place;

use crate::clean::one_line;
use crate::figure::{Digits, Numbers, difference, number};
use crate::gate::words;
use crate::view::FigureText;
use crate::words::counted;

/// What a row is to the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// The gate depends on it.
    Gating,
    /// Its regression is acknowledged, and the acknowledgement holds.
    Acknowledged,
    /// It is shown, and the gate does not depend on it.
    Informational,
}

/// One figure of both sides in display form.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its place in the verdict, from 0.
    pub index: usize,
    /// What is proved.
    pub change: Change,
    /// What it is to the gate.
    pub standing: Standing,
    /// The scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// The kind of machine.
    pub platform: String,
    /// Metric, statistic and workload: `latency p95 small`.
    pub what: String,
    /// Which way is better, in words.
    pub better: &'static str,
    /// The baseline's figure, unless there is none.
    pub baseline: Option<FigureText>,
    /// The candidate's figure, unless there is none.
    pub candidate: Option<FigureText>,
    /// Candidate over baseline, unless there is none.
    pub ratio: Option<RatioText>,
    /// How much worse counts as a regression: `1 %`.
    pub margin: String,
    /// The smallest change that the comparison could have seen: `0.32 %`.
    pub smallest_seen: Option<String>,
    /// What the ratio comes from: `120 pairs from 5 starts`, `40 samples from 5 starts`.
    pub amount: String,
    /// Pairs, or samples of the side that has fewer.
    pub pairs: u64,
    /// Starts of each side.
    pub starts: u32,
    /// Why.
    pub reason: Option<String>,
    /// Why, as a stable word.
    pub reason_code: Option<String>,
    /// Who answers for it until when, or did: one sentence.
    pub acknowledged: Option<String>,
    /// Whether somebody did and the last day has passed.
    pub expired: bool,
    /// What the figures count as; nothing when there are none.
    pub evidence: Option<Evidence>,
    /// Where the scenario is written; nothing where only the baseline has it.
    pub place: Option<Place>,
}

/// A ratio as a change in per cent.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioText {
    /// With its sign: `+5.3 %`.
    pub value: String,
    /// In per cent: `[+4.9, +5.8]`; nothing for exact figures.
    pub interval: Option<String>,
    /// How it was computed: `95 % interval, paired log-ratio`.
    pub method: String,
    /// Something that the reader should know.
    pub remark: Option<String>,
    /// The same as numbers, for drawing; nothing where one is not finite.
    pub picture: Option<Picture>,
}

/// A change and its margin in per cent; only finite numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Picture {
    /// The change.
    pub value: f64,
    /// Lower end of its interval.
    pub lower: Option<f64>,
    /// Upper end of its interval.
    pub upper: Option<f64>,
    /// The margin, to either side.
    pub margin: f64,
    /// Whether a larger figure is the worse one.
    pub up_is_worse: bool,
}

/// Two copies of the same code in display form.
#[derive(Debug, Clone)]
pub struct Control {
    /// The scenario it was measured in.
    pub scenario: String,
    /// Metric and workload.
    pub what: String,
    /// One copy over the other.
    pub ratio: Option<RatioText>,
    /// Whether the copies could not be told apart.
    pub agrees: bool,
    /// The smallest change that the comparison could have seen.
    pub smallest_seen: Option<String>,
}

impl Row {
    /// A row of the verdict, which stands at `index` there.
    pub(super) fn new(index: usize, row: &GateRow, mode: Mode) -> Self {
        let unit = row.unit;
        let up_is_worse = row.better == hil_model::metric::Better::Lower;
        Self {
            index,
            change: row.change,
            standing: standing(row),
            scenario: row.scenario.to_string(),
            title: one_line(&row.title),
            platform: row.platform.to_string(),
            what: format!("{} {}{}", metric(row.metric), row.statistic, suffix(&row.workload)),
            better: words::better(row.better),
            baseline: row.baseline.as_ref().map(|figure| FigureText::new(figure, unit, &[])),
            candidate: row.candidate.as_ref().map(|figure| FigureText::new(figure, unit, &[])),
            ratio: row.ratio.as_ref().map(|ratio| RatioText::new(ratio, row.margin, up_is_worse)),
            margin: percent(row.margin),
            smallest_seen: row.smallest_seen.map(floor),
            amount: amount(row, mode),
            pairs: row.pairs,
            starts: row.starts,
            reason: row.reason.as_deref().map(one_line),
            reason_code: row.reason_code.as_deref().map(one_line),
            acknowledged: row.acknowledged.as_ref().map(acknowledged),
            expired: row.acknowledged.as_ref().is_some_and(|acknowledged| acknowledged.expired),
            evidence: row.evidence,
            place: row.place.as_ref().map(|place| Place { file: one_line(&place.file), line: place.line }),
        }
    }

    /// Whether it is proved not worse.
    #[must_use]
    pub fn is_green(&self) -> bool {
        matches!(self.change, Change::Improved | Change::Unchanged)
    }

    /// Whether it alone makes the gate fail: a regression that nobody answers for, one that somebody answered for until a
    /// day that has passed and that is not proved gone, or nothing to judge by.
    #[must_use]
    pub fn blocks(&self) -> bool {
        let is_bad = match self.change {
            Change::Regressed | Change::Invalid => true,
            Change::Inconclusive => self.expired,
            Change::Improved | Change::Unchanged => false,
        };
        self.standing == Standing::Gating && is_bad
    }

    /// The change, and what takes its weight: `regressed, acknowledged`.
    #[must_use]
    pub fn status(&self) -> String {
        let change = words::change(self.change);
        match self.standing {
            Standing::Gating => change.to_owned(),
            Standing::Acknowledged => format!("{change}, acknowledged"),
            Standing::Informational => format!("{change}, not gating"),
        }
    }

    /// Both figures: `1.83 ms -> 1.92 ms`, with `none` for one that is missing.
    #[must_use]
    pub fn sides(&self) -> String {
        let side = |figure: &Option<FigureText>| {
            figure.as_ref().map_or_else(|| "none".to_owned(), |figure| figure.value.clone())
        };
        format!("{} -> {}", side(&self.baseline), side(&self.candidate))
    }

    /// What the comparison could have seen: `0.33 % or more`.
    #[must_use]
    pub fn seen(&self) -> String {
        seen(self.smallest_seen.as_deref())
    }

    /// `file:line`, or nothing.
    #[must_use]
    pub fn place_text(&self) -> Option<String> {
        self.place.as_ref().map(|place| format!("{}:{}", place.file, place.line))
    }

    /// Where it stands in a list, worst first: what blocks the gate, then what is open, then the rest.
    pub(super) fn rank(&self) -> (u8, u8, Standing, usize) {
        let change = words::CHANGES.iter().position(|change| *change == self.change).unwrap_or(0);
        let group = match (self.blocks(), self.standing, self.is_green()) {
            (true, _, _) => 0,
            (false, Standing::Gating, false) => 1,
            (false, _, false) => 2,
            (false, _, true) => 3,
        };
        (group, u8::try_from(change).unwrap_or(u8::MAX), self.standing, self.index)
    }
}

impl RatioText {
    /// A ratio held against a margin (0.01 is 1 %).
    fn new(ratio: &Figure, margin: f64, up_is_worse: bool) -> Self {
        let change = |ratio: f64| (ratio - 1.0) * 100.0;
        let (value, lower, upper) = (change(ratio.value), ratio.lower.map(change), ratio.upper.map(change));
        let is_point = ratio.lower == Some(ratio.value) && ratio.upper == Some(ratio.value);
        let exact = ratio.method == Method::Counted && (is_point || (ratio.lower.is_none() && ratio.upper.is_none()));
        let margin = margin * 100.0;
        let numbers = Numbers { value, lower, upper, exact, limits: &[margin, -margin, 0.0] };
        let Digits { value: text, interval } = difference(numbers);
        let interval = interval.map(|interval| {
            let ends = interval.trim_start_matches('[').trim_end_matches(']').split(", ").map(signed);
            format!("[{}]", ends.collect::<Vec<_>>().join(", "))
        });
        let method = match (exact, ratio.method) {
            (true, _) => "counted, compared exactly".to_owned(),
            (false, method) => format!("{} % interval, {method}", number(ratio.confidence * 100.0)),
        };
        let is_finite = [Some(value), lower, upper, Some(margin)].into_iter().flatten().all(f64::is_finite);
        Self {
            value: format!("{} %", signed(&text)),
            interval,
            method,
            remark: ratio.remark.as_deref().map(one_line),
            picture: is_finite.then_some(Picture { value, lower, upper, margin, up_is_worse }),
        }
    }

    /// Value and interval on one line.
    #[must_use]
    pub fn line(&self) -> String {
        self.interval.as_ref().map_or_else(|| self.value.clone(), |interval| format!("{} {interval}", self.value))
    }
}

impl Control {
    pub(super) fn new(pair: &ControlPair) -> Self {
        Self {
            scenario: pair.scenario.to_string(),
            what: format!("{}{}", metric(pair.metric), suffix(&pair.workload)),
            ratio: pair.ratio.as_ref().map(|ratio| RatioText::new(ratio, 0.0, true)),
            agrees: pair.agrees,
            smallest_seen: pair.smallest_seen.map(floor),
        }
    }

    /// What the comparison could have seen: `0.33 % or more`.
    #[must_use]
    pub fn seen(&self) -> String {
        seen(self.smallest_seen.as_deref())
    }

    /// Both copies as one sentence.
    #[must_use]
    pub fn line(&self) -> String {
        let ratio = self.ratio.as_ref().map_or_else(|| "no ratio".to_owned(), RatioText::line);
        let says = if self.agrees {
            "the copies agree"
        } else {
            "the copies differ, so the rows of this scenario are invalid"
        };
        let floor = self.smallest_seen.as_ref().map_or_else(String::new, |least| format!("; {}", unseen(least)));
        format!("{}: {ratio}, {says}{floor}", self.what)
    }
}

fn amount(row: &GateRow, mode: Mode) -> String {
    let one = if mode == Mode::Interleaved { "pair" } else { "sample" };
    match row.pairs {
        0 => format!("no {one}s"),
        // What is told as a whole, such as counts and answers, comes from no start in particular.
        n if row.starts == 0 => format!("{} on each side", counted(n, "observation")),
        n => format!("{} from {}", counted(n, one), counted(row.starts, "start")),
    }
}

fn seen(least: Option<&str>) -> String {
    match least {
        None => "not known".to_owned(),
        Some("0 %") => "any change".to_owned(),
        Some(least) => format!("{least} or more"),
    }
}

/// What could not have been seen, as the end of a sentence.
pub(super) fn unseen(least: &str) -> String {
    match least {
        "0 %" => "any change would have been seen".to_owned(),
        least => format!("a change below {least} could not have been seen"),
    }
}

/// A smallest change in per cent, with two digits and never smaller than it is: 0.003 21 is `0.33 %`.
pub(super) fn floor(share: f64) -> String {
    let percent = share * 100.0;
    if percent <= 0.0 || !percent.is_finite() {
        return self::percent(share);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a finite f64 lies within +-324")]
    let digit = 10f64.powi(percent.log10().floor() as i32 - 1);
    // What is two digits already must not gain one in the last place.
    self::percent((percent / digit - 1e-9).ceil() * digit / 100.0)
}

/// A share in per cent: 0.01 is `1 %`.
pub(super) fn percent(share: f64) -> String {
    // Powers of ten leave traces in the last places, which must not be shown.
    let rounded: f64 = format!("{:.3e}", share * 100.0).parse().unwrap_or(f64::NAN);
    format!("{} %", number(rounded))
}

/// A number with its sign, also where it is positive; zero and what is no number have none.
fn signed(text: &str) -> String {
    let is_positive = text.parse::<f64>().is_ok_and(|number| number > 0.0) || text == "infinite";
    if is_positive { format!("+{text}") } else { text.to_owned() }
}

fn metric(metric: Metric) -> String {
    metric.name().replace('_', " ")
}

fn suffix(workload: &WorkloadId) -> String {
    if *workload == WorkloadId::main() { String::new() } else { format!(" {workload}") }
}

fn standing(row: &GateRow) -> Standing {
    let holds = row.acknowledged.as_ref().is_some_and(|acknowledged| !acknowledged.expired);
    match (row.gating, holds && row.change == Change::Regressed) {
        (false, _) => Standing::Informational,
        (true, true) => Standing::Acknowledged,
        (true, false) => Standing::Gating,
    }
}

fn acknowledged(acknowledged: &Acknowledged) -> String {
    let Acknowledged { reason, owner, until, expired } = acknowledged;
    let (reason, owner, until) = (one_line(reason), one_line(owner), one_line(until));
    if *expired {
        format!("the acknowledgement of {owner} expired on {until} and holds no longer: {reason}")
    } else {
        format!("acknowledged until {until} by {owner}: {reason}")
    }
}

#[cfg(test)]
mod tests {
    use super::{RatioText, floor, percent, signed};
    use hil_model::estimate::Method;
    use hil_model::run::Figure;

    fn ratio(value: f64, lower: Option<f64>, upper: Option<f64>, method: Method) -> Figure {
        Figure { value, lower, upper, confidence: 0.9, effective_samples: 120.0, method, remark: None }
    }

    #[test]
    fn ratios_are_changes_with_a_sign() {
        let paired =
            |value, lower, upper| RatioText::new(&ratio(value, lower, upper, Method::PairedLogRatio), 0.01, true);
        assert_eq!(paired(1.0525, Some(1.0491), Some(1.0564)).line(), "+5.25 % [+4.91, +5.64]");
        assert_eq!(paired(0.95, Some(0.94), None).line(), "-5.0 % [-6.0, ..]");
        assert_eq!(paired(1.0, Some(0.997), Some(1.004)).line(), "0.00 % [-0.30, +0.40]");
        assert_eq!(paired(1.0, Some(0.997), Some(1.004)).method, "90 % interval, paired log-ratio");
    }

    #[test]
    fn rounding_never_moves_an_end_onto_the_margin() {
        let text = RatioText::new(&ratio(1.05, Some(1.010_04), Some(1.09), Method::PairedLogRatio), 0.01, true);
        assert_eq!(text.interval.as_deref(), Some("[+1.004, +9.0]"), "1.0 would be the margin itself");
    }

    #[test]
    fn exact_ratios_have_no_interval() {
        let exact = |value| RatioText::new(&ratio(value, Some(value), Some(value), Method::Counted), 0.0, true);
        assert_eq!(exact(1.5).line(), "+50 %");
        assert_eq!(exact(1.0).line(), "0 %");
    }

    #[test]
    fn what_is_no_number_says_so_and_is_not_drawn() {
        let text = RatioText::new(&ratio(f64::NAN, None, Some(f64::INFINITY), Method::PairedLogRatio), 0.01, true);
        assert_eq!(text.line(), "not a number % [.., +infinite]");
        assert_eq!(text.picture, None);
        assert_eq!((signed("-1"), signed("0.00")), ("-1".to_owned(), "0.00".to_owned()));
    }

    #[test]
    fn shares_are_read_in_per_cent() {
        for (share, text) in [(0.01, "1 %"), (0.002_9, "0.29 %"), (0.0, "0 %"), (0.123_456, "12.35 %")] {
            assert_eq!(percent(share), text);
        }
        for (share, text) in
            [(0.003_21, "0.33 %"), (0.003_2, "0.32 %"), (0.016_05, "1.7 %"), (0.0, "0 %"), (0.995, "100 %")]
        {
            assert_eq!(floor(share), text);
        }
    }
}
