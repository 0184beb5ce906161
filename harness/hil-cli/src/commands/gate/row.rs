//! One row of the verdict: both figures, their ratio, and what it proves. A lack of anything is said and never green.

use hil_model::comparison::{Change, ChangeReason, Comparison};
use hil_model::estimate::{Estimate, Finding, Method};
use hil_model::gate::{ControlPair, GateRow};
use hil_model::lab::Evidence;
use hil_model::metric::{Better, Metric};
use hil_model::pairs::Side;
use hil_model::sample::Observations;
use hil_model::units::Unit;
use hil_stats::builds;
use hil_verdict::compare::{compare, noise_floor};

use crate::commands::gate::asked::Asked;
use crate::commands::gate::figures::{self, Lack};
use crate::results::figure;

/// What a row is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    /// How much worse counts as a regression.
    pub(super) margin: f64,
    /// How often each end of an interval may err.
    pub(super) alpha: f64,
    /// How often two copies of the same code may be told apart, either way.
    pub(super) control_alpha: f64,
}

/// A row on its way: what it shows, and the chance of it if the candidate is not worse by more than the margin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    pub(super) row: GateRow,
    /// Nothing where no test was made.
    pub(super) chance: Option<f64>,
    pub(super) control: Option<ControlPair>,
}

/// What the three sides showed of a workload; nothing where a side was not observed at all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'o> {
    pub(super) baseline: Option<&'o Observations>,
    pub(super) candidate: Option<&'o Observations>,
    pub(super) control: Option<&'o Observations>,
}

/// The row of a figure that was measured in turns. Nothing for one that neither side can have.
pub(super) fn interleaved(asked: &Asked<'_>, shown: Shown<'_>, rule: Rule) -> Option<Draft> {
    let sides = match both(asked, shown) {
        Ok(sides) => sides,
        Err(draft) => return draft.map(|draft| *draft),
    };
    let better = asked.metric.better();
    let mut draft = sides.draft(asked);
    if figures::is_whole(asked.metric) {
        match figures::whole(asked, sides.candidate, sides.baseline) {
            Ok(ratio) => judge(&mut draft, &ratio, compare(&ratio, better, rule.margin, None), rule),
            Err(lack) => return Some(without(asked, shown, "candidate", &lack)),
        }
        return Some(draft);
    }
    let ratio = match ratio_of(asked.metric, Side::Candidate, sides.candidate, sides.baseline) {
        Ok(ratio) => ratio,
        Err((side, lack)) => return Some(without(asked, shown, side, &lack)),
    };
    let estimate = ratio.estimate(rule.alpha);
    draft.chance = Some(ratio.p_worse(better, rule.margin));
    draft.row.starts = u32::try_from(ratio.starts()).unwrap_or(u32::MAX);
    if ratio.is_exact() {
        judge(&mut draft, &estimate, compare(&estimate, better, rule.margin, None), rule);
        return Some(draft);
    }
    let control = shown
        .control
        .ok_or_else(|| Lack::Failed("it was not measured".to_owned()))
        .and_then(|control| ratio_of(asked.metric, Side::Control, control, sides.baseline).map_err(|(_, lack)| lack));
    let control = match control {
        Ok(control) => control,
        Err(lack) => {
            let why = ChangeReason::NoFigure { side: "control", why: lack.in_words().to_owned() };
            judge(&mut draft, &estimate, Comparison { change: Change::Invalid, reason: Some(why) }, rule);
            return Some(draft);
        }
    };
    let (seen, guard) = (control.estimate(rule.alpha), control.estimate(rule.control_alpha));
    if let Some(reason) = too_few(&[&estimate, &seen, &guard]) {
        judge(&mut draft, &estimate, Comparison { change: Change::Invalid, reason: Some(reason) }, rule);
        return Some(draft);
    }
    let comparison = compare(&estimate, better, rule.margin, Some(&guard));
    let agrees = !matches!(comparison.reason, Some(ChangeReason::ControlDisagrees { .. }));
    draft.row.smallest_seen = noise_floor(&seen);
    draft.control = Some(ControlPair {
        scenario: asked.scenario.id.clone(),
        workload: asked.workload.clone(),
        metric: asked.metric,
        // The interval by which it was judged, so that what is shown explains what is said.
        ratio: Some(figure(&guard, RATIO)),
        agrees,
        smallest_seen: draft.row.smallest_seen,
    });
    judge(&mut draft, &estimate, comparison, rule);
    Some(draft)
}

/// Too few starts for one of the intervals, which says nothing about the pair that it is of.
fn too_few(estimates: &[&Estimate]) -> Option<ChangeReason> {
    let without = estimates.iter().find(|estimate| estimate.lower.is_none() || estimate.upper.is_none())?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of starts")]
    let have = without.effective_samples as u64;
    Some(ChangeReason::TooFewStarts { have, need: without.needed_samples.max(have + 1) })
}

/// A ratio has no unit but how many times.
pub(super) const RATIO: Unit = Unit { symbol: "x", dimension: hil_model::units::Dimension::Ratio, scale: 1.0 };

fn ratio_of(
    metric: Metric,
    side: Side,
    above: &Observations,
    below: &Observations,
) -> Result<builds::Ratio, (&'static str, Lack)> {
    let statistic = super::asked::statistic_of(metric);
    builds::ratio(metric, statistic, side, above, below).map_err(|none| {
        let whose = match none.side {
            Some(Side::Baseline) => "baseline",
            Some(Side::Control) => "control",
            Some(Side::Candidate) | None => "candidate",
        };
        let lack = match none.finding {
            Finding::Estimate(_) => Lack::Failed("it has no ratio".to_owned()),
            other => figures::of_finding(other).err().unwrap_or_else(|| Lack::Failed("it has no ratio".to_owned())),
        };
        (whose, lack)
    })
}

/// Both sides with their figures.
pub(super) struct Both<'o> {
    pub(super) baseline: &'o Observations,
    pub(super) candidate: &'o Observations,
    pub(super) figures: [Estimate; 2],
}

impl Both<'_> {
    pub(super) fn draft(&self, asked: &Asked<'_>) -> Draft {
        let [baseline, candidate] = &self.figures;
        let mut draft = empty(asked, Some(self.candidate.evidence));
        let unit = asked.metric.display_unit(baseline.value);
        draft.row.unit = unit;
        draft.row.baseline = shown_figure(baseline, unit);
        draft.row.candidate = shown_figure(candidate, unit);
        draft
    }
}

/// The figures of both sides, or the row that says what is missing; no row where neither side can have it.
pub(super) fn both<'o>(asked: &Asked<'_>, shown: Shown<'o>) -> Result<Both<'o>, Option<Box<Draft>>> {
    let never = || Lack::Failed("it was not measured".to_owned());
    let of = |seen: Option<&'o Observations>| {
        let seen = seen.ok_or_else(never)?;
        figures::of_one(asked, seen).map(|figure| (seen, figure))
    };
    match (of(shown.baseline), of(shown.candidate)) {
        (Ok((baseline, old)), Ok((candidate, new))) => Ok(Both { baseline, candidate, figures: [old, new] }),
        (Err(Lack::NotThere(_)), Err(Lack::NotThere(_))) => Err(None),
        // A baseline that failed ends the measuring of both, before the candidate may have begun.
        (Err(lack @ Lack::Failed(_)), Err(_)) if failed(shown.baseline) && !failed(shown.candidate) => {
            Err(Some(Box::new(without(asked, shown, "baseline", &lack))))
        }
        // The worse news first: a baseline without the figure is an addition, anything else is a loss.
        (_, Err(lack)) => Err(Some(Box::new(without(asked, shown, "candidate", &lack)))),
        (Err(lack), Ok(_)) => Err(Some(Box::new(without(asked, shown, "baseline", &lack)))),
    }
}

/// Whether the code of a side failed.
fn failed(seen: Option<&Observations>) -> bool {
    seen.is_some_and(|seen| seen.failure.is_some())
}

/// The row of a figure that one side lacks.
pub(super) fn without(asked: &Asked<'_>, shown: Shown<'_>, side: &'static str, lack: &Lack) -> Draft {
    let evidence = shown.candidate.or(shown.baseline).map(|seen| seen.evidence);
    let mut draft = empty(asked, evidence);
    let unit_of = |seen: Option<&Observations>| seen.and_then(|seen| figures::of_one(asked, seen).ok());
    let (old, new) = (unit_of(shown.baseline), unit_of(shown.candidate));
    let unit = asked.metric.display_unit(old.as_ref().or(new.as_ref()).map_or(0.0, |estimate| estimate.value));
    draft.row.unit = unit;
    draft.row.baseline = old.as_ref().and_then(|estimate| shown_figure(estimate, unit));
    draft.row.candidate = new.as_ref().and_then(|estimate| shown_figure(estimate, unit));
    match lack {
        Lack::NotThere(_) if side == "baseline" => because(&mut draft, Change::Inconclusive, &ChangeReason::New),
        Lack::NotThere(why) | Lack::Failed(why) => {
            because(&mut draft, Change::Invalid, &ChangeReason::NoFigure { side, why: why.clone() });
        }
    }
    draft
}

/// A row without figures.
pub(super) fn empty(asked: &Asked<'_>, evidence: Option<Evidence>) -> Draft {
    let row = GateRow {
        scenario: asked.scenario.id.clone(),
        title: asked.scenario.title.clone(),
        platform: asked.scenario.platform.clone(),
        workload: asked.workload.clone(),
        metric: asked.metric,
        statistic: asked.statistic(),
        better: asked.metric.better(),
        unit: asked.metric.display_unit(0.0),
        baseline: None,
        candidate: None,
        ratio: None,
        margin: 0.0,
        smallest_seen: None,
        pairs: 0,
        starts: 0,
        change: Change::Invalid,
        reason: None,
        reason_code: None,
        gating: asked.gating,
        acknowledged: None,
        evidence,
        place: Some(asked.place.clone()),
    };
    Draft { row, chance: None, control: None }
}

/// Says in a row what became of its figure, and why. A figure that is new is compared with nothing, so nothing depends on it.
pub(super) fn because(draft: &mut Draft, change: Change, reason: &ChangeReason) {
    draft.row.change = change;
    draft.row.reason = Some(reason.to_string());
    draft.row.reason_code = Some(reason.code().to_owned());
    if *reason == ChangeReason::New {
        draft.row.gating = false;
    }
    if change == Change::Invalid {
        draft.chance = None;
    }
}

/// Puts a comparison into its row.
pub(super) fn judge(draft: &mut Draft, ratio: &Estimate, comparison: Comparison, rule: Rule) {
    draft.row.margin = rule.margin;
    draft.row.pairs = ratio.samples;
    draft.row.ratio = shown_figure(ratio, RATIO);
    if ratio.method == Method::Counted {
        // What is counted has no noise.
        draft.row.smallest_seen = Some(0.0);
    }
    if draft.chance.is_none() && comparison.change != Change::Invalid {
        draft.chance = Some(chance_of_whole(ratio, draft.row.better, rule.margin));
    }
    draft.row.change = comparison.change;
    if let Some(reason) = comparison.reason {
        because(draft, comparison.change, &reason);
    }
}

/// The chance of a whole figure: none for one that is counted, and for any other that of its interval as it is.
fn chance_of_whole(ratio: &Estimate, better: Better, margin: f64) -> f64 {
    let proved = match better {
        Better::Lower => ratio.lower.is_some_and(|lower| lower > 1.0 + margin),
        Better::Higher => ratio.upper.is_some_and(|upper| upper < 1.0 / (1.0 + margin)),
    };
    match (proved, ratio.method) {
        (false, _) => 1.0,
        (true, Method::Counted) => 0.0,
        (true, _) => (1.0 - ratio.confidence) / 2.0,
    }
}

/// A figure as JSON can carry it.
fn shown_figure(estimate: &Estimate, unit: Unit) -> Option<hil_model::run::Figure> {
    estimate.value.is_finite().then(|| figure(estimate, unit))
}
