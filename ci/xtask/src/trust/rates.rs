//! How often each rule said what, from the lines of a log.

use std::fmt::Write as _;

use crate::trust::gate::MARGIN;
use crate::trust::numbers::{clopper_pearson, mean, median};
use crate::trust::peers::SAMPLES;
use crate::trust::record::{Comparison, Kind, Line, Regime, Times};
use crate::trust::rules::{self, Says};

/// The rules, each on the data that it is used on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// `hil gate`.
    Gate,
    /// The core of its rule on times in turns.
    Paired,
    /// Criterion's verdict on times in sequence.
    Criterion,
    /// Criterion's verdict on times in turns.
    CriterionInTurns,
    /// hyperfine and its script for Welch's test.
    Hyperfine,
    /// A threshold in percent on the means of times in sequence.
    Threshold(u32),
    /// The same on times in turns.
    ThresholdInTurns(u32),
}

impl Rule {
    /// Every rule, in the order of the report.
    pub const ALL: [Self; 9] = [
        Self::Gate,
        Self::Paired,
        Self::Criterion,
        Self::CriterionInTurns,
        Self::Hyperfine,
        Self::Threshold(105),
        Self::ThresholdInTurns(105),
        Self::Threshold(110),
        Self::Threshold(200),
    ];

    /// Its name in tables.
    pub fn name(self) -> String {
        match self {
            Self::Gate => "`hil gate`".to_owned(),
            Self::Paired => "median of pairs, in turns".to_owned(),
            Self::Criterion => "criterion, in sequence".to_owned(),
            Self::CriterionInTurns => "criterion, in turns".to_owned(),
            Self::Hyperfine => "hyperfine and Welch's test".to_owned(),
            Self::Threshold(percent) => format!("mean above {percent} %, in sequence"),
            Self::ThresholdInTurns(percent) => format!("mean above {percent} %, in turns"),
        }
    }

    /// What it says of a comparison; nothing when it took no part.
    pub fn says(self, comparison: &Comparison) -> Option<Says> {
        let sequence = || comparison.sequence.as_ref();
        let turns = || comparison.turns.as_ref();
        Some(match self {
            Self::Gate => gate(comparison),
            Self::Paired => {
                let turns = turns()?;
                let (old, new) = sides(&turns.times);
                rules::paired(&old, &new, &turns.candidate_first, MARGIN)
            }
            Self::Criterion => criterion(sequence()?, comparison.index),
            Self::CriterionInTurns => criterion(&turns()?.times, comparison.index),
            Self::Hyperfine => {
                let (old, new) = sides(comparison.processes.as_ref()?);
                rules::welch(&old, &new)
            }
            Self::Threshold(percent) => threshold(sequence()?, percent),
            Self::ThresholdInTurns(percent) => threshold(&turns()?.times, percent),
        })
    }
}

/// What the gate says of the only figure of a comparison; invalid when it has none.
fn gate(comparison: &Comparison) -> Says {
    comparison.gate.only().map_or(Says::Invalid, |row| change(&row.change))
}

/// What a word of `verdict.json` says.
fn change(word: &str) -> Says {
    match word {
        "regressed" => Says::Worse,
        "improved" => Says::Better,
        "unchanged" => Says::Same,
        "inconclusive" => Says::Undecided,
        _ => Says::Invalid,
    }
}

fn sides(times: &Times) -> (Vec<f64>, Vec<f64>) {
    let of = |times: &[u64]| times.iter().map(|time| *time as f64).collect();
    (of(&times.baseline), of(&times.candidate))
}

/// Criterion's flat sampling: as many iterations in each sample.
fn criterion(times: &Times, seed: u64) -> Says {
    let (old, new) = sides(times);
    let samples = |times: &[f64]| -> Vec<f64> { times.chunks((times.len() / SAMPLES).max(1)).map(mean).collect() };
    rules::criterion(&samples(&old), &samples(&new), seed)
}

fn threshold(times: &Times, percent: u32) -> Says {
    let (old, new) = sides(times);
    rules::threshold(&old, &new, f64::from(percent) / 100.0)
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// What is counted.
    pub hits: u64,
    /// Out of.
    pub n: u64,
}

impl Rate {
    /// Its share; nothing out of nothing.
    pub fn share(self) -> Option<f64> {
        (self.n > 0).then(|| self.hits as f64 / self.n as f64)
    }

    /// The 95 % interval.
    pub fn interval(self) -> (f64, f64) {
        if self.n == 0 { (0.0, 1.0) } else { clopper_pearson(self.hits, self.n, 0.025) }
    }

    /// `3 of 300 (1.0 %, 0.2 to 2.9)`.
    pub fn text(self) -> String {
        let Some(share) = self.share() else { return "not measured".to_owned() };
        let (lower, upper) = self.interval();
        let [share, lower, upper] = [share, lower, upper].map(|share| share * 100.0);
        format!("{} of {} ({share:.1} %, {lower:.1} to {upper:.1})", self.hits, self.n)
    }

    /// Whether it is at most `limit`: met when it is, proved when the far end of its one-sided 95 % interval is too.
    pub fn at_most(self, limit: f64) -> &'static str {
        let Some(share) = self.share() else { return "not measured" };
        let (_, upper) = clopper_pearson(self.hits, self.n, 0.05);
        if share > limit {
            "missed"
        } else if upper <= limit {
            "met, proved"
        } else {
            "met"
        }
    }

    /// The same for a share that has to reach `limit`.
    pub fn at_least(self, limit: f64) -> &'static str {
        if self.n == 0 { "not measured" } else { Self { hits: self.n - self.hits, n: self.n }.at_most(1.0 - limit) }
    }
}

/// The single comparisons of a log.
pub fn singles(lines: &[Line]) -> impl Iterator<Item = &Comparison> + Clone {
    comparisons(lines).filter(|comparison| comparison.subject.workload.is_some())
}

/// The runs of many metrics of a log.
pub fn families(lines: &[Line]) -> impl Iterator<Item = &Comparison> + Clone {
    comparisons(lines).filter(|comparison| comparison.subject.workload.is_none())
}

/// Every comparison of a log.
pub fn comparisons(lines: &[Line]) -> impl Iterator<Item = &Comparison> + Clone {
    lines.iter().filter_map(|line| if let Line::Comparison(comparison) = line { Some(&**comparison) } else { None })
}

/// How often `rule` says one of `says` of those comparisons of which `which` holds and in which it took part.
pub fn rate<'c>(
    comparisons: impl Iterator<Item = &'c Comparison>,
    rule: Rule,
    which: impl Fn(&Comparison) -> bool,
    says: &[Says],
) -> Rate {
    let said = comparisons.filter(|comparison| which(comparison)).filter_map(|comparison| rule.says(comparison));
    said.fold(Rate::default(), |rate, said| Rate { hits: rate.hits + u64::from(says.contains(&said)), n: rate.n + 1 })
}

/// How many runs of many metrics called a figure of unchanged code regressed, of those that could judge any: a run that was
/// over before five starts cannot err.
pub fn families_regressed(lines: &[Line], regime: Regime) -> Rate {
    let can_err = |comparison: &&Comparison| comparison.gate.gating().any(|row| change(&row.change) != Says::Invalid);
    let of_regime = families(lines).filter(|comparison| comparison.subject.regime == regime).filter(can_err);
    of_regime.fold(Rate::default(), |rate, comparison| {
        let regressed = comparison.gate.gating().any(|row| change(&row.change) == Says::Worse);
        Rate { hits: rate.hits + u64::from(regressed), n: rate.n + 1 }
    })
}

/// How often a figure in a run of many was said to be one of `says`.
pub fn figures(lines: &[Line], regime: Regime, says: &[Says]) -> Rate {
    let of_regime = families(lines).filter(|comparison| comparison.subject.regime == regime);
    of_regime.flat_map(|comparison| comparison.gate.gating()).fold(Rate::default(), |rate, row| Rate {
        hits: rate.hits + u64::from(says.contains(&change(&row.change))),
        n: rate.n + 1,
    })
}

/// The ratio of the candidate's figure over the baseline's, less the true one, as the gate saw it, and as the means of times
/// in sequence have it.
pub fn off(comparison: &Comparison) -> (Option<f64>, Option<f64>) {
    let truth = f64::from(comparison.subject.permille) / 1000.0;
    let gate = comparison.gate.only().and_then(|row| row.ratio[0]);
    let sequence = comparison.sequence.as_ref().map(|times| {
        let (old, new) = sides(times);
        mean(&new) / mean(&old)
    });
    (gate.map(|ratio| ratio / truth - 1.0), sequence.map(|ratio| ratio / truth - 1.0))
}

/// The middle of what `value` gives for the comparisons; nothing when it gives nothing.
pub fn middle<'c>(
    comparisons: impl Iterator<Item = &'c Comparison>,
    value: impl Fn(&Comparison) -> Option<f64>,
) -> Option<f64> {
    median(&comparisons.filter_map(value).collect::<Vec<f64>>())
}

/// The rates of the gate in a few lines.
pub fn summary(lines: &[Line]) -> String {
    let mut text = String::new();
    for regime in Regime::ALL {
        let of = |kind: Kind, permille: u32| {
            move |comparison: &Comparison| {
                let subject = &comparison.subject;
                subject.regime == regime && subject.kind == kind && subject.permille == permille
            }
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{regime}:");
        for (name, kind) in [("copies", Kind::Copy), ("layouts", Kind::Layout)] {
            let rate = rate(singles(lines), Rule::Gate, of(kind, 1000), &[Says::Worse]);
            let _ = writeln!(text, "  {name} called regressed: {}", rate.text());
        }
        let mut ratios: Vec<u32> = singles(lines).map(|comparison| comparison.subject.permille).collect();
        ratios.sort_unstable();
        ratios.dedup();
        for permille in ratios.into_iter().filter(|permille| *permille != 1000) {
            let rate = rate(singles(lines), Rule::Gate, of(Kind::Slower, permille), &[Says::Worse]);
            let _ =
                writeln!(text, "  {:.2} times the work called regressed: {}", f64::from(permille) / 1e3, rate.text());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Rate, Rule, families_regressed, figures, off, rate, singles, summary};
    use crate::trust::record::{Kind, Line, Regime, Times};
    use crate::trust::report::tests::{comparison, log, row};
    use crate::trust::rules::Says;

    #[test]
    fn targets_are_met_proved_or_missed() {
        let of = |hits, n| Rate { hits, n };
        // Of 299 comparisons without an event, the one-sided bound is 1 - 0.05^(1/299) = 0.997 %.
        assert_eq!((of(0, 299).at_most(0.01), of(0, 298).at_most(0.01)), ("met, proved", "met"));
        assert_eq!((of(1, 100).at_most(0.01), of(2, 100).at_most(0.01)), ("met", "missed"));
        assert_eq!((of(60, 60).at_least(0.95), of(56, 60).at_least(0.95)), ("met, proved", "missed"));
        assert_eq!((of(0, 0).at_most(1.0), of(0, 0).at_least(0.0)), ("not measured", "not measured"));
        assert_eq!(of(3, 300).text(), "3 of 300 (1.0 %, 0.2 to 2.9)");
        assert_eq!(of(0, 0).text(), "not measured");
    }

    #[test]
    fn each_rule_is_counted_where_it_took_part() {
        let lines = log();
        let all = |rule: Rule, says: &[Says]| rate(singles(&lines), rule, |_| true, says);
        assert_eq!(all(Rule::Gate, &[Says::Worse]), Rate { hits: 2, n: 4 });
        assert_eq!(all(Rule::Gate, &[Says::Invalid]), Rate { hits: 1, n: 4 });
        assert_eq!(all(Rule::Threshold(105), &[Says::Worse]), Rate { hits: 1, n: 1 });
        assert_eq!(all(Rule::Threshold(110), &[Says::Worse]), Rate { hits: 0, n: 1 });
        assert_eq!(all(Rule::Criterion, &[Says::Worse]), Rate { hits: 1, n: 1 });
        assert_eq!(all(Rule::Hyperfine, &[Says::Worse]).n, 0);
        assert_eq!(families_regressed(&lines, Regime::Quiet), Rate { hits: 1, n: 1 });
        assert_eq!(families_regressed(&lines, Regime::BusyAll).n, 0);
        assert!(summary(&lines).contains("quiet:\n  copies called regressed: 1 of 2 (50.0 %, 1.3 to 98.7)\n"));
    }

    #[test]
    fn a_run_that_could_judge_nothing_is_no_run_without_an_alarm() {
        let mut over = comparison(9, Kind::Copy, 1000, vec![row("invalid", 1.0), row("invalid", 1.0)]);
        over.subject.regime = Regime::BusyAll;
        let lines = [Line::Comparison(Box::new(over))];
        assert_eq!(families_regressed(&lines, Regime::BusyAll).text(), "not measured");
        assert_eq!(figures(&lines, Regime::BusyAll, &[Says::Invalid]), Rate { hits: 2, n: 2 });
        assert_eq!(figures(&lines, Regime::BusyAll, &[Says::Same, Says::Better]), Rate { hits: 0, n: 2 });
    }

    #[test]
    fn errors_are_relative_to_the_true_ratio() {
        let lines = log();
        let slower = singles(&lines).find(|comparison| comparison.subject.permille == 1050).unwrap();
        let mut slower = slower.clone();
        slower.sequence = Some(Times { baseline: vec![100, 100], candidate: vec![105, 105] });
        let (gate, sequence) = off(&slower);
        assert!((gate.unwrap() - (1.06 / 1.05 - 1.0)).abs() < 1e-12 && sequence.unwrap().abs() < 1e-12);
    }
}
