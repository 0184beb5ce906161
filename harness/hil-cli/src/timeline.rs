//! A series of figures with what can be said about it: where its level changed, and how much it varies by itself.
//!
//! Changes are looked for by the energy statistic of `hil_stats::change` and kept where the false-discovery rate over all
//! series that are shown stays below 5 %. They say since when, for commits that are merged; no verdict depends on them.

use hil_model::units::Unit;
use hil_report::figure::{self, Numbers};
use hil_stats::change::{self, Change, Options};
use hil_stats::{history, multiple};
use hil_store::archive::{HistoryPoint, Series};

use crate::show::clean;

/// Changes are looked for in so many of the newest figures: the search takes the square of their number.
pub const SEARCHED: usize = 500;
/// Share of false ones among the changes that are shown.
const FALSE_DISCOVERIES: f64 = 0.05;
/// Digits of a commit that people read.
const SHORT: usize = 12;

/// A series, and what can be said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The series.
    pub series: Series,
    /// Where its level changed, by position in its points.
    pub changes: Vec<Change>,
    /// The relative change between neighbouring figures that it hardly ever exceeds by itself; nothing for a short history.
    pub noise: Option<f64>,
}

/// Looks at every series, and keeps what stands when all are looked at together.
#[must_use]
pub fn all(series: Vec<Series>) -> Vec<Timeline> {
    let mut timelines: Vec<Timeline> = series.into_iter().map(look).collect();
    // A series without a change counts as one that was tried.
    let tried = |timeline: &Timeline| -> Vec<f64> {
        if timeline.changes.is_empty() { vec![1.0] } else { timeline.changes.iter().map(|change| change.p).collect() }
    };
    let mut adjusted =
        multiple::benjamini_hochberg(&timelines.iter().flat_map(tried).collect::<Vec<f64>>()).into_iter();
    for timeline in &mut timelines {
        if timeline.changes.is_empty() {
            adjusted.next();
        }
        timeline.changes.retain(|_| adjusted.next().is_some_and(|p| p <= FALSE_DISCOVERIES));
    }
    timelines
}

fn look(series: Series) -> Timeline {
    let skipped = series.points.len().saturating_sub(SEARCHED);
    let values: Vec<f64> = series.points[skipped..].iter().map(|point| point.value).collect();
    let mut changes = Vec::new();
    // The methods are about ratios.
    if values.iter().all(|value| *value > 0.0 && value.is_finite()) {
        changes = change::changes(&values, &Options::default());
    }
    for change in &mut changes {
        change.at += skipped;
    }
    let noise = history::fence(&values);
    Timeline { series, changes, noise }
}

impl Timeline {
    /// For people, on lines of at most `width` columns where a figure allows it.
    #[must_use]
    pub fn text(&self, width: usize, unicode: bool) -> String {
        let series = &self.series;
        let mut text = format!("{}\n", clean(&self.title()));
        let (Some(first), Some(last)) = (series.points.first(), series.points.last()) else { return text };
        let values: Vec<f64> = series.points.iter().map(|point| point.value).collect();
        let shown = &values[values.len().saturating_sub(width.saturating_sub(4))..];
        text += &format!("  {}\n", sparkline(shown, unicode));
        let count = values.len();
        let figures = if count == 1 { "figure" } else { "figures" };
        text += &format!("  {count} {figures}, {} to {}\n", day(first), day(last));
        text += &format!("  last: {}, {}, {}\n", self.figure(last), last.verdict, whence(last));
        for change in &self.changes {
            let percent = (change.after / change.before - 1.0) * 100.0;
            let unit = self.unit();
            let number = |base: f64| figure::number(unit.from_base(base));
            text += &format!(
                "  {percent:+.1} % since {} (median {} {unit} before, {} {unit} after, p = {:.3})\n",
                whence(&series.points[change.at]),
                number(change.before),
                number(change.after),
                change.p,
            );
        }
        let lookable = values.len() >= 2 * Options::default().least_runs;
        if self.changes.is_empty() && lookable {
            text += "  no change of level\n";
        }
        if count > SEARCHED {
            text += &format!("  changes were looked for in the newest {SEARCHED} figures\n");
        }
        text += &match self.noise {
            Some(noise) => {
                format!("  noise: neighbours differ by up to {:.1} % by themselves\n", noise * 100.0)
            }
            None => format!("  noise: not known; it takes {} figures above zero\n", history::LEAST_RUNS),
        };
        clean_lines(&text)
    }

    fn title(&self) -> String {
        let subject = &self.series.subject;
        let mut title = format!("{}: {} {}", subject.scenario, subject.metric.name(), subject.statistic);
        if subject.workload != hil_model::id::WorkloadId::main() || subject.versus.is_some() {
            title += &format!(" of {}", subject.workload);
        }
        if let Some(versus) = &subject.versus {
            title += &format!(" versus {versus}");
        }
        if let Some(rule) = &subject.rule {
            title += &format!(" ({rule})");
        }
        title += &format!(" on {}", subject.platform);
        if let Some(evidence) = self.series.evidence {
            title += &format!(", evidence {evidence}");
        }
        if !self.series.targets.is_empty() {
            let targets: Vec<&str> = self.series.targets.iter().map(|target| target.as_str()).collect();
            title += &format!(" [{}]", targets.join(", "));
        }
        title
    }

    /// A unit that suits the last figure; a ratio, an order and a table of cases keep theirs.
    fn unit(&self) -> Unit {
        let Series { subject, points, unit, .. } = &self.series;
        match points.last() {
            Some(last) if subject.versus.is_none() && subject.rule.is_none() => subject.metric.display_unit(last.value),
            _ => *unit,
        }
    }

    fn figure(&self, point: &HistoryPoint) -> String {
        let unit = self.unit();
        let end = |end: Option<f64>| end.map(|base| unit.from_base(base));
        let exact = point.lower.is_none() && point.upper.is_none();
        let value = unit.from_base(point.value);
        let digits =
            figure::digits(Numbers { value, lower: end(point.lower), upper: end(point.upper), exact, limits: &[] });
        let interval = digits.interval.map_or_else(String::new, |interval| format!(" {interval}"));
        format!("{} {unit}{interval}", digits.value)
    }
}

/// The commit, or the run where nobody knew one, with its day.
fn whence(point: &HistoryPoint) -> String {
    let origin = &point.origin;
    let flaw = origin.flaw().map_or_else(String::new, |flaw| format!(", {flaw}"));
    match &origin.revision {
        Some(revision) => {
            let short: String = revision.commit.chars().take(SHORT).collect();
            let dirty = if revision.dirty == Some(true) { " with changes" } else { "" };
            format!("commit {short}{dirty}, {}{flaw}", day(point))
        }
        None => format!("run {}, {}{flaw}", origin.run, day(point)),
    }
}

fn day(point: &HistoryPoint) -> &str {
    point.origin.started.get(..10).unwrap_or(&point.origin.started)
}

fn clean_lines(text: &str) -> String {
    text.lines().map(|line| clean(line) + "\n").collect()
}

/// The figures as bars of eight heights, the least the lowest; all alike are in the middle.
fn sparkline(values: &[f64], unicode: bool) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const ASCII: [char; 8] = ['_', '.', ',', '-', '=', '+', '*', '#'];
    let bars = if unicode { BARS } else { ASCII };
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bar = |value: &f64| {
        let height = (value - least) / (most - least);
        // A number that is none has no height; such a figure is never stored.
        let height = if height.is_finite() { height } else { 0.5 };
        // Between 0 and 7 by the line above.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 0 to 7")]
        let step = (height * 7.0).round() as usize;
        bars[step.min(7)]
    };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hil_model::id::{PlatformId, RunId, ScenarioId, WorkloadId};
    use hil_model::lab::Evidence;
    use hil_model::metric::{Metric, Statistic};
    use hil_model::run::Run;
    use hil_model::units::Unit;
    use hil_model::verdict::Outcome;
    use hil_store::archive::{Fingerprint, HistoryPoint, Origin, Revision, Series, Subject};

    use super::{all, sparkline};

    fn series(scenario: &str, values: &[f64]) -> Series {
        let run: Run = serde_json::from_str(include_str!("../../../fixtures/store/v1/run.json")).unwrap();
        let point = |(index, value): (usize, &f64)| {
            let revision = Some(Revision { commit: format!("{index:040x}"), dirty: Some(false) });
            let origin = Origin {
                run: RunId::new(format!("r{index}")).unwrap(),
                started: format!("2026-01-{:02}T10:00:00Z", 1 + index % 28),
                revision,
                quick: false,
                interrupted: false,
                injected: false,
            };
            HistoryPoint {
                origin: Arc::new(origin),
                value: *value,
                lower: Some(value * 0.99),
                upper: Some(value * 1.01),
                samples: 100,
                verdict: Outcome::Pass,
            }
        };
        Series {
            subject: Subject {
                platform: PlatformId::new("desktop-cpu").unwrap(),
                scenario: ScenarioId::new(scenario).unwrap(),
                workload: WorkloadId::main(),
                versus: None,
                metric: Metric::Latency,
                statistic: Statistic::Percentile(950),
                rule: None,
            },
            evidence: Some(Evidence::Host),
            fingerprint: Fingerprint::of(&run.environment, Some(Evidence::Host)),
            unit: Unit::find("ms").unwrap(),
            targets: Vec::new(),
            points: values.iter().enumerate().map(point).collect(),
        }
    }

    /// Twelve figures at one level and twelve 10 % above it, with a ripple of 1 %.
    fn stepped() -> Vec<f64> {
        (0..24).map(|at| (1.0 + 0.01 * f64::from(at * 7 % 5)) * if at < 12 { 1e-3 } else { 1.1e-3 }).collect()
    }

    #[test]
    fn a_step_is_told_with_its_commit_and_the_noise_with_its_size() {
        let timelines = all(vec![series("a", &stepped())]);
        let text = timelines[0].text(80, true);
        assert!(text.contains(" % since commit 000000000000, 2026-01-13"), "{text}");
        assert!(text.starts_with("a: latency p95 on desktop-cpu, evidence host\n  ▁"), "{text}");
        assert!(text.contains("24 figures, 2026-01-01 to 2026-01-24"), "{text}");
        assert!(text.contains("noise: neighbours differ by up to"), "{text}");
        assert_eq!(timelines[0].changes.len(), 1);
        assert_eq!(timelines[0].changes[0].at, 12);
    }

    #[test]
    fn a_change_among_many_series_that_have_none_has_to_be_surer() {
        let alone = all(vec![series("a", &stepped())]);
        assert_eq!(alone[0].changes.len(), 1);
        // The least p of 999 permutations is 0.001: among a hundred series it is what chance gives.
        let flat: Vec<f64> = (0..24).map(|at| 1.0 + 0.01 * f64::from(at * 7 % 5)).collect();
        let mut many = vec![series("a", &stepped())];
        many.extend((0..99).map(|at| series(&format!("flat{at}"), &flat)));
        assert!(all(many).iter().all(|timeline| timeline.changes.is_empty()));
    }

    #[test]
    fn short_and_odd_histories_are_shown_without_a_guess() {
        let timelines = all(vec![series("a", &[1.0]), series("b", &[0.0, 1.0, 2.0])]);
        let text = timelines[0].text(80, false);
        assert!(text.contains("  =\n  1 figure,") && text.contains("noise: not known"), "{text}");
        assert!(timelines[1].changes.is_empty() && timelines[1].noise.is_none());
    }

    #[test]
    fn bars_span_what_is_shown() {
        assert_eq!(sparkline(&[1.0, 2.0, 8.0], true), "▁▂█");
        assert_eq!(sparkline(&[1.0, 2.0, 8.0], false), "_.#");
        assert_eq!(sparkline(&[3.0, 3.0], true), "▅▅");
    }
}
