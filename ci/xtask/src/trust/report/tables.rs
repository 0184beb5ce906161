//! The tables of the report, each from the lines of a log.

use std::fmt::Write as _;

use crate::trust::gate::MARGIN;
use crate::trust::measure::FAMILY_BUDGET;
use crate::trust::numbers::quantile;
use crate::trust::rates::{Rate, Rule, comparisons, families, families_regressed, figures, middle, rate, singles};
use crate::trust::record::{Comparison, Kind, Line, Regime, Session, WORKLOADS};
use crate::trust::rules::Says;

/// Thousandths of twice the margin.
const TWICE: u32 = 1000 + (2000.0 * MARGIN) as u32;

/// The targets beside what was measured.
pub(super) fn targets(lines: &[Line]) -> String {
    let mut text = "## Targets\n\n\
        *Met* is a rate within the target, *proved* one whose one-sided 95 % bound is within it too.\n\n\
        | target | regime | measured | |\n|---|---|---|---|\n"
        .to_owned();
    let mut row = |target: &str, regime: Regime, rate: Rate, word: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {target} | {regime} | {} | {word} |", rate.text());
    };
    for regime in Regime::ALL {
        let rate = unchanged_rate(lines, regime, None, &[Says::Worse]);
        row("at most 1 % of comparisons of unchanged code called regressed", regime, rate, rate.at_most(0.01));
    }
    for regime in Regime::ALL {
        let rate = families_regressed(lines, regime);
        row("at most 5 % of runs of thirty figures with one called regressed", regime, rate, rate.at_most(0.05));
    }
    for regime in Regime::ALL {
        let rate = found(lines, Rule::Gate, regime, TWICE, None);
        row("95 % of slowdowns by twice the margin found", regime, rate, rate.at_least(0.95));
    }
    let rate = unchanged_rate(lines, Regime::Quiet, None, &[Says::Undecided]);
    row("at most 10 % inconclusive on a quiet machine", Regime::Quiet, rate, rate.at_most(0.1));
    text + "\n"
}

/// What the gate said of unchanged code.
pub(super) fn unchanged(lines: &[Line]) -> String {
    let mut text = "## Unchanged code\n\n\
        | regime | code | regressed | improved | inconclusive | invalid | smallest change seen, median |\n\
        |---|---|---|---|---|---|---|\n"
        .to_owned();
    for regime in Regime::ALL {
        for (name, kind) in [("copy", Some(Kind::Copy)), ("layout", Some(Kind::Layout)), ("both", None)] {
            let of = |says: Says| unchanged_rate(lines, regime, kind, &[says]).text();
            let floor =
                middle(singles(lines).filter(|comparison| is_unchanged(comparison, regime, kind)), |comparison| {
                    comparison.gate.only()?.smallest_seen
                });
            let _ = writeln!(
                text,
                "| {regime} | {name} | {} | {} | {} | {} | {} |",
                of(Says::Worse),
                of(Says::Better),
                of(Says::Undecided),
                of(Says::Invalid),
                percent(floor)
            );
        }
    }
    text.push_str("\nBy workload, called regressed:\n\n| workload |");
    heads(&mut text, Regime::ALL.iter().map(Regime::to_string));
    for workload in WORKLOADS {
        let _ = write!(text, "| {workload} |");
        for regime in Regime::ALL {
            let is = |comparison: &Comparison| is_unchanged(comparison, regime, None) && is_of(comparison, workload);
            let _ = write!(text, " {} |", rate(singles(lines), Rule::Gate, is, &[Says::Worse]).text());
        }
        text.push('\n');
    }
    text.push('\n');
    families_of(lines, &mut text);
    text
}

/// What became of the figures of runs of thirty.
fn families_of(lines: &[Line], text: &mut String) {
    if families(lines).next().is_none() {
        return;
    }
    let seconds = 3 * FAMILY_BUDGET;
    let _ = write!(
        text,
        "Figures in runs of thirty. Such a run has {seconds} s for fifteen workloads on three sides; where that is over before five \
         starts of each,\nnothing is said of any of them.\n\n\
         | regime | regressed | unchanged or improved | inconclusive | invalid |\n|---|---|---|---|---|\n",
    );
    for regime in Regime::ALL {
        let _ = write!(text, "| {regime} |");
        for says in [&[Says::Worse][..], &[Says::Same, Says::Better], &[Says::Undecided], &[Says::Invalid]] {
            let _ = write!(text, " {} |", share(figures(lines, regime, says)));
        }
        text.push('\n');
    }
    text.push('\n');
}

/// A rate without an interval, for what is not independent.
fn share(rate: Rate) -> String {
    format!("{} of {}", rate.hits, rate.n)
}

/// What the gate found of code that does more.
pub(super) fn slower(lines: &[Line]) -> String {
    let mut text = "## Code that does more\n\nCalled regressed:\n\n| work |".to_owned();
    heads(&mut text, Regime::ALL.iter().map(Regime::to_string));
    for permille in ratios(lines, false) {
        let _ = write!(text, "| {:.2} |", f64::from(permille) / 1000.0);
        for regime in Regime::ALL {
            let _ = write!(text, " {} |", found(lines, Rule::Gate, regime, permille, None).text());
        }
        text.push('\n');
    }
    let _ = write!(text, "\nAt {:.2} times the work, by workload:\n\n| workload |", f64::from(TWICE) / 1000.0);
    heads(&mut text, Regime::ALL.iter().map(Regime::to_string));
    for workload in WORKLOADS {
        let _ = write!(text, "| {workload} |");
        for regime in Regime::ALL {
            let _ = write!(text, " {} |", found(lines, Rule::Gate, regime, TWICE, Some(workload)).text());
        }
        text.push('\n');
    }
    text.push_str(
        "\nA ratio equal to the margin lies on the border of what is asked for; no rate of it is right or wrong. A sleep takes some time \
         beyond\nwhat it asks for, so its true ratio is a little nearer to 1.\n\n",
    );
    text
}

/// Every rule on unchanged code, and at the ratios.
pub(super) fn rules(lines: &[Line], session: &Session) -> String {
    let mut text = format!(
        "## Beside other rules\n\n\
         - *In sequence*: all iterations of the baseline, then all of the candidate, in two processes; *in turns*: one iteration of each, in\n\
           random order. About one and a half seconds for each, which is what most comparisons take the gate.\n\
         - *criterion*: its verdict as version 0.8 computes it (a bootstrap t test at 5 %, and the whole 95 % bootstrap interval of the change of\n\
           the mean beyond 1 %), recomputed from these times in 100 samples. *Median of pairs*: the core of the gate's rule, written a second time,\n\
           without control pair and without several starts.\n\
         - *hyperfine*: {}, whole processes of ten iterations, two warm-up runs, otherwise its defaults, so six seconds and more; slower where its\n\
           script for Welch's test would say \"different\" at 5 %.\n\
         - *mean above N %*: the plain threshold of many workflows; 200 % is the default of github-action-benchmark.\n\n\
         Unchanged code called slower, and called faster:\n\n| rule |",
        session.hyperfine.as_deref().unwrap_or("not installed here")
    );
    heads(&mut text, Regime::ALL.iter().map(|regime| format!("{regime}: slower | faster")));
    for rule in Rule::ALL {
        let _ = write!(text, "| {} |", rule.name());
        for regime in Regime::ALL {
            for says in [Says::Worse, Says::Better] {
                let is = |comparison: &Comparison| is_unchanged(comparison, regime, None);
                let _ = write!(text, " {} |", rate(singles(lines), rule, is, &[says]).text());
            }
        }
        text.push('\n');
    }
    text.push_str("\nSlower code called slower, over all regimes:\n\n| rule |");
    heads(&mut text, ratios(lines, false).into_iter().map(|permille| format!("{:.2}", f64::from(permille) / 1000.0)));
    for rule in Rule::ALL {
        let _ = write!(text, "| {} |", rule.name());
        for permille in ratios(lines, false) {
            let is = |comparison: &Comparison| comparison.subject.permille == permille;
            let _ = write!(text, " {} |", rate(singles(lines), rule, is, &[Says::Worse]).text());
        }
        text.push('\n');
    }
    text + "\n"
}

/// The negative controls.
pub(super) fn controls(lines: &[Line]) -> String {
    let mut text = "## Negative controls\n\nWhat must never be green:\n\n\
        | control | what was done | exit code | decision | |\n|---|---|---|---|---|\n"
        .to_owned();
    for line in lines {
        let Line::Control(control) = line else { continue };
        let exit = control.gate.exit.map_or("none".to_owned(), |exit| exit.to_string());
        let decision = control.gate.decision.as_deref().unwrap_or("no verdict");
        let word = if control.is_held { "held back" } else { "NOT held back" };
        let _ = writeln!(text, "| {} | {} | {exit} | {decision} | {word} |", control.name, control.about);
    }
    text + "\n"
}

/// The true ratios.
pub(super) fn truth(lines: &[Line]) -> String {
    let truths = || lines.iter().filter_map(|line| if let Line::Truth(truth) = line { Some(truth) } else { None });
    let Some(first) = truths().next() else {
        return "## The true ratios\n\nInstructions were not counted on this machine: Valgrind is not installed.\n\n"
            .to_owned();
    };
    let mut text = format!(
        "## The true ratios\n\nInstructions of one more iteration, counted by {} (callgrind), over those of an unscaled one. A sleep is \
         scaled by\nconstruction: the time that it asks for.\n\n| workload | instructions of an iteration |",
        first.tool
    );
    let mut ratios: Vec<u32> = truths().map(|truth| truth.permille).collect();
    ratios.sort_unstable();
    ratios.dedup();
    heads(&mut text, ratios.iter().map(|permille| format!("{:.2}", f64::from(*permille) / 1000.0)));
    for workload in WORKLOADS.into_iter().filter(|workload| *workload != "sleep") {
        let of = |permille: u32| truths().find(|truth| truth.workload == workload && truth.permille == permille);
        let base = ratios
            .iter()
            .find_map(|permille| of(*permille))
            .map_or("-".to_owned(), |truth| format!("{:.0}", truth.base));
        let _ = write!(text, "| {workload} | {base} |");
        for permille in &ratios {
            let ratio = of(*permille).map_or("-".to_owned(), |truth| format!("{:.5}", truth.scaled / truth.base));
            let _ = write!(text, " {ratio} |");
        }
        text.push('\n');
    }
    text + "\n"
}

/// How long it took and what else the machine did.
pub(super) fn surroundings(lines: &[Line]) -> String {
    let mut text = "## Time, and what else the machine did\n\n\
        Cores that other processes than ours, the system's own among them, kept busy during a comparison, and cores that the hypervisor gave to \
        others.\n\n\
        | regime | comparisons | seconds of the gate, median and 95th percentile | others, median and 95th percentile | stolen, median |\n\
        |---|---|---|---|---|\n"
        .to_owned();
    for regime in Regime::ALL {
        let of = |value: &dyn Fn(&Comparison) -> Option<f64>| -> Vec<f64> {
            singles(lines).filter(|comparison| comparison.subject.regime == regime).filter_map(value).collect()
        };
        let (seconds, others) = (of(&|comparison| Some(comparison.gate.seconds)), of(&|comparison| comparison.others));
        let stolen = of(&|comparison| comparison.stolen);
        let show =
            |values: &[f64], share: f64| quantile(values, share).map_or("-".to_owned(), |value| format!("{value:.2}"));
        let _ = writeln!(
            text,
            "| {regime} | {} | {} and {} | {} and {} | {} |",
            seconds.len(),
            show(&seconds, 0.5),
            show(&seconds, 0.95),
            show(&others, 0.5),
            show(&others, 0.95),
            show(&stolen, 0.5)
        );
    }
    let family = families(lines).map(|comparison| comparison.gate.seconds).collect::<Vec<f64>>();
    if let Some(median) = quantile(&family, 0.5) {
        let _ = writeln!(text, "\nA run of thirty figures took {median:.1} s in the median.");
    }
    let faults = comparisons(lines)
        .filter(|comparison| comparison.gate.decision.is_none() || !comparison.gate.errors.is_empty());
    let _ = writeln!(text, "\n{} calls of the gate ended in a fault of the rig.", faults.count());
    text
}

/// The thousandths of work that were compared, ascending; those of unchanged code only when asked for.
pub(super) fn ratios(lines: &[Line], with_unchanged: bool) -> Vec<u32> {
    let mut ratios: Vec<u32> = singles(lines).map(|comparison| comparison.subject.permille).collect();
    ratios.sort_unstable();
    ratios.dedup();
    ratios.retain(|permille| with_unchanged || *permille != 1000);
    ratios
}

fn heads(text: &mut String, names: impl Iterator<Item = String>) {
    names.for_each(|name| {
        let _ = write!(text, " {name} |");
    });
    let columns = text.lines().last().map_or(0, |line| line.matches('|').count()).saturating_sub(1);
    text.push_str("\n|");
    (0..columns).for_each(|_| text.push_str("---|"));
    text.push('\n');
}

fn is_unchanged(comparison: &Comparison, regime: Regime, kind: Option<Kind>) -> bool {
    let subject = &comparison.subject;
    subject.regime == regime && subject.kind.is_unchanged() && kind.is_none_or(|kind| subject.kind == kind)
}

fn is_of(comparison: &Comparison, workload: &str) -> bool {
    comparison.subject.workload.as_deref() == Some(workload)
}

fn unchanged_rate(lines: &[Line], regime: Regime, kind: Option<Kind>, says: &[Says]) -> Rate {
    rate(singles(lines), Rule::Gate, |comparison| is_unchanged(comparison, regime, kind), says)
}

/// How often a rule called a candidate slower that does so many thousandths of the work.
fn found(lines: &[Line], rule: Rule, regime: Regime, permille: u32, workload: Option<&str>) -> Rate {
    let is = |comparison: &Comparison| {
        let subject = &comparison.subject;
        let is_asked = subject.regime == regime && subject.permille == permille;
        is_asked && workload.is_none_or(|workload| is_of(comparison, workload))
    };
    rate(singles(lines), rule, is, &[Says::Worse])
}

fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.2} %", share * 100.0))
}
