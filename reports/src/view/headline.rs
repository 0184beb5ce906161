//! What a run amounts to, in one word and one sentence, and what must be said before any figure.
//!
//! Nothing missing is ever good news: the tone is [`Tone::Good`] only when every check was answered and met with all
//! samples, and no critical alert is raised.

use hil_model::lab::Evidence;
use hil_model::run::{Alarm, Run};
use hil_model::scenario::Severity;
use hil_model::verdict::Outcome;

use crate::clean::one_line;
use crate::words::{self, counted};

/// What a run amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// Such as `PASS` or `NOTHING JUDGED`.
    pub word: &'static str,
    /// One sentence.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How a headline is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Every check was answered and met, and nothing takes away from it.
    Good,
    /// What was answered is met, but something is open: a check, cut samples, a critical alert.
    Open,
    /// Something needs attention.
    Bad,
}

/// Something that the reader must know before any figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// A few words.
    pub title: &'static str,
    /// The whole of it.
    pub text: String,
    /// How loud it is.
    pub weight: Weight,
}

/// How loud a banner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The figures mean nothing without it.
    Loud,
    /// The figures mean less without it.
    Warning,
    /// Explains where figures come from.
    Note,
}

/// Verdicts of each kind, worst first, without those that do not occur.
pub(super) fn counts(run: &Run) -> Vec<(Outcome, usize)> {
    Outcome::ALL.into_iter().rev().map(|outcome| (outcome, n_with(run, outcome))).filter(|(_, n)| *n > 0).collect()
}

/// The counts in words.
pub(super) fn summary(counts: &[(Outcome, usize)]) -> String {
    if counts.is_empty() {
        return "no checks".to_owned();
    }
    let parts: Vec<String> = counts.iter().map(|(outcome, n)| format!("{n} {}", words::outcome(*outcome))).collect();
    parts.join(", ")
}

/// How many figures carry each label.
pub(super) fn evidence(run: &Run) -> Option<String> {
    let parts: Vec<String> = words::EVIDENCE
        .into_iter()
        .map(|label| (label, n_figures(run, label)))
        .filter(|(_, n)| *n > 0)
        .map(|(label, n)| format!("{n} {label}"))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What the run amounts to.
pub(super) fn headline(run: &Run) -> Headline {
    let n = |outcome| n_with(run, outcome);
    let (pass, acceptable) = (n(Outcome::Pass), n(Outcome::Acceptable));
    let (fail, invalid) = (n(Outcome::Fail), n(Outcome::Invalid));
    let (inconclusive, not_run) = (n(Outcome::Inconclusive), n(Outcome::NotRun));
    let judged = pass + acceptable + fail + inconclusive;
    let judged_text = counted(judged, "judged check");
    if run.fault.is_some() {
        let text = "A fault was injected on purpose; nothing below says anything about the code.".to_owned();
        return Headline { word: "FAULT INJECTED", text, tone: Tone::Bad };
    }
    let alerts = raised(run);
    let say = |word, tone, text: String| Headline { word, text: format!("{text}{alerts}."), tone };
    if fail > 0 {
        let of = format!("{fail} of {judged_text} {} the target", if fail == 1 { "misses" } else { "miss" });
        let also = if invalid > 0 { format!("; {invalid} more could not be measured") } else { String::new() };
        return with_rig(say("FAIL", Tone::Bad, format!("{of}{also}")), run);
    }
    if invalid > 0 {
        let text = format!("{} could not be measured, so nothing is known there", counted(invalid, "check"));
        return with_rig(say("INVALID", Tone::Bad, text), run);
    }
    if judged == 0 {
        return say("NOTHING JUDGED", Tone::Bad, nothing_judged(run));
    }
    if !run.errors.is_empty() {
        let text = format!(
            "{} ended part of the run. What was judged stands; the rest is unknown",
            counted(run.errors.len(), "rig fault"),
        );
        return say("RIG FAULT", Tone::Bad, text);
    }
    if run.interrupted {
        let text = format!("The run was stopped; {judged_text} {} answered by then", was(judged));
        return say("INTERRUPTED", Tone::Open, text);
    }
    if inconclusive > 0 {
        let text = format!("{inconclusive} of {judged_text} could not be decided; no target is proved to be missed");
        return say("UNDECIDED", Tone::Open, text);
    }
    let met = if judged == 1 {
        "The one judged check meets its target".to_owned()
    } else {
        format!("All {judged_text} meet their targets")
    };
    let tier = if acceptable > 0 { format!(", {acceptable} of them only the second tier") } else { String::new() };
    if not_run > 0 {
        let text = format!("{met}{tier}, but {not_run} {} not run", was(not_run));
        let word = if run.quick { "PARTLY ANSWERED (quick run)" } else { "PARTLY ANSWERED" };
        return say(word, Tone::Open, text);
    }
    if acceptable > 0 {
        let word = if run.quick { "ACCEPTABLE (quick run)" } else { "ACCEPTABLE" };
        return say(word, Tone::Open, format!("{met}{tier}"));
    }
    if run.quick {
        return say("PASS (quick run)", Tone::Open, met);
    }
    let tone = if n_raised(run, Severity::Critical) > 0 { Tone::Open } else { Tone::Good };
    say("PASS", tone, met)
}

fn with_rig(mut headline: Headline, run: &Run) -> Headline {
    if !run.errors.is_empty() {
        headline.text.push_str(" The rig failed as well; see the rig errors.");
    }
    headline
}

/// Raised alerts as the end of a sentence: `, 1 critical alert and 2 warning alerts raised`; nothing without any.
fn raised(run: &Run) -> String {
    let by_severity = [Severity::Critical, Severity::Warning, Severity::Info];
    let parts: Vec<String> = by_severity
        .into_iter()
        .map(|severity| (n_raised(run, severity), severity))
        .filter(|(n, _)| *n > 0)
        .map(|(n, severity)| counted(n, &format!("{} alert", words::severity(severity))))
        .collect();
    if parts.is_empty() { String::new() } else { format!(", {} raised", parts.join(" and ")) }
}

fn nothing_judged(run: &Run) -> String {
    let (reported, not_run) = (n_with(run, Outcome::Reported), n_with(run, Outcome::NotRun));
    let why = if run.checks.is_empty() {
        "the run has no checks".to_owned()
    } else if reported > 0 {
        format!(
            "{reported} of {} only {} a figure",
            counted(run.checks.len(), "check"),
            if reported == 1 { "reports" } else { "report" }
        )
    } else if not_run > 0 {
        format!("{not_run} of {} {} not run", counted(run.checks.len(), "check"), was(not_run))
    } else {
        "no check applies to this bench".to_owned()
    };
    let rig = if run.errors.is_empty() { "" } else { ", and the rig failed" };
    format!("No target was put to the test: {why}{rig}")
}

/// The command that runs the worst check again, with the same seed and the same share of samples. An agent or a folder
/// of data that the user named is not known here: no path of a user's machine is kept in a run.
pub(super) fn reproduce(run: &Run) -> Option<String> {
    // Whoever measured imported figures can measure again; `hil run` cannot.
    if run.checks.iter().any(|check| check.evidence == Some(Evidence::Imported)) {
        return None;
    }
    let worst = run
        .checks
        .iter()
        .filter(|check| matches!(check.verdict, Outcome::Fail | Outcome::Invalid | Outcome::Inconclusive))
        // Of several equally bad ones, the first as written: `max_by_key` would take the last.
        .rev()
        .max_by_key(|check| check.verdict)?;
    let file = &worst.place.file;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    // A path that a shell could read in another way is not offered as a command.
    if file.is_empty() || file.starts_with('-') || !file.chars().all(is_plain) {
        return None;
    }
    let only = worst.target.as_ref().map_or_else(|| worst.scenario.to_string(), ToString::to_string);
    let quick = if run.quick { " --quick" } else { "" };
    Some(format!("hil run {file} --only {only} --seed {}{quick}", run.seed))
}

/// What must be said before any figure, loudest first.
pub(super) fn banners(run: &Run) -> Vec<Banner> {
    let mut banners = Vec::new();
    if let Some(fault) = &run.fault {
        banners.push(Banner {
            title: "Injected fault",
            text: format!(
                "The fault \"{}\" was injected into this run on purpose. Its figures say nothing about the code.",
                one_line(fault)
            ),
            weight: Weight::Loud,
        });
    }
    if run.interrupted {
        banners.push(Banner {
            title: "Interrupted",
            text: "The run was stopped before it ended. Checks that it did not reach are marked not run.".to_owned(),
            weight: Weight::Warning,
        });
    }
    if run.quick {
        banners.push(Banner {
            title: "Quick run",
            text: "Samples were cut to save time, so intervals are wide and more verdicts stay open. \
                   Do not compare these figures with those of a full run."
                .to_owned(),
            weight: Weight::Warning,
        });
    }
    let labels: Vec<Evidence> =
        run.checks.iter().filter(|check| check.estimate.is_some()).filter_map(|check| check.evidence).collect();
    banners.extend(stand_ins(&labels));
    banners
}

/// One banner for all figures that stand in for a measurement of hardware; `labels` has the label of every figure.
pub(crate) fn stand_ins(labels: &[Evidence]) -> Option<Banner> {
    let sentences: Vec<String> = words::EVIDENCE
        .into_iter()
        .filter(|label| words::is_stand_in(*label))
        .map(|label| (label, labels.iter().filter(|found| **found == label).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(label, n)| {
            let (are, figures) = (if n == 1 { "is" } else { "are" }, counted(labels.len(), "figure"));
            let meaning = words::evidence_meaning(label);
            format!("{n} of {figures} {are} {label}: {}{}", meaning[..1].to_lowercase(), &meaning[1..])
        })
        .collect();
    let text = sentences.join(" ");
    (!text.is_empty()).then_some(Banner { title: "Not all measured here", text, weight: Weight::Note })
}

fn n_with(run: &Run, outcome: Outcome) -> usize {
    run.checks.iter().filter(|check| check.verdict == outcome).count()
}

fn n_raised(run: &Run, severity: Severity) -> usize {
    run.alerts.iter().filter(|alert| alert.alarm == Alarm::Raised && alert.severity == severity).count()
}

fn n_figures(run: &Run, label: Evidence) -> usize {
    run.checks.iter().filter(|check| check.estimate.is_some() && check.evidence == Some(label)).count()
}

fn was(n: usize) -> &'static str {
    if n == 1 { "was" } else { "were" }
}
