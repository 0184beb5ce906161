//! Why a gate's verdict can be believed, or cannot: how the sides were set beside each other, the control pairs, and the
//! smallest change that could have been seen.

use hil_model::gate::{GateVerdict, Mode, OnInconclusive, Side};

use crate::clean::one_line;
use crate::gate::row::{self, Control, Row, percent};
use crate::view::Fact;
use crate::view::facts::duration;
use crate::words::counted;

/// Letters of a commit that tell it from the others of a repository.
const COMMIT_LETTERS: usize = 12;

/// What a reader needs to believe the rows.
pub(super) fn facts(verdict: &GateVerdict, rows: &[Row], controls: &[Control]) -> Vec<Fact> {
    let mut facts = vec![Fact { name: "Compared", value: mode(verdict.mode).to_owned() }];
    if verdict.mode != Mode::Limits {
        facts.extend([
            Fact { name: "Control pairs", value: pairs(verdict.mode, controls) },
            Fact { name: "Noise floor", value: floor(verdict) },
            Fact { name: "Conditions", value: conditions(rows) },
            Fact { name: "Rule", value: rule(verdict) },
        ]);
    }
    facts.push(Fact { name: "Baseline", value: verdict.baseline.as_ref().map_or_else(|| "none".to_owned(), side) });
    facts.push(Fact { name: "Candidate", value: side(&verdict.candidate) });
    facts.push(Fact { name: "Took", value: duration(verdict.seconds) });
    facts
}

/// One side: `main, commit 0123456789ab`.
pub(super) fn side(side: &Side) -> String {
    let mut text = one_line(&side.name);
    if let Some(commit) = &side.commit {
        let letters: String = one_line(commit).chars().take(COMMIT_LETTERS).collect();
        text.push_str(&format!(", commit {letters}"));
    }
    if let Some(run) = &side.run {
        text.push_str(&format!(", run {run}"));
    }
    text
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Interleaved => "both builds in turns on the same machine",
        Mode::Stored => "two stored runs; what the machine did in between is part of every difference",
        Mode::Limits => "no baseline: the declared limits only",
    }
}

fn pairs(mode: Mode, controls: &[Control]) -> String {
    let agreeing = controls.iter().filter(|control| control.agrees).count();
    match (controls.len(), mode) {
        (0, Mode::Interleaved) => "none was measured: how noisy the machine was is not known".to_owned(),
        (0, Mode::Stored | Mode::Limits) => "none: stored runs have none between them".to_owned(),
        (all, _) if all == agreeing => format!("{} of the same code, none told apart", counted(all, "pair")),
        (all, _) => format!(
            "{} of {} of the same code told apart: the rows there are invalid",
            all - agreeing,
            counted(all, "pair")
        ),
    }
}

/// The smallest change that could have been seen, from the best row to the worst. Rows that are compared exactly are left
/// out: they have no noise.
fn floor(verdict: &GateVerdict) -> String {
    let known = || verdict.rows.iter().filter_map(|row| row.smallest_seen).filter(|least| least.is_finite());
    let noisy = || known().filter(|least| *least > 0.0);
    let (least, most) = (noisy().fold(f64::INFINITY, f64::min), noisy().fold(0.0, f64::max));
    let (least, most) = (row::floor(least), row::floor(most));
    let without = verdict.rows.len() - known().count();
    let range = match (known().count(), noisy().count()) {
        (0, _) => return "not known for any row".to_owned(),
        (_, 0 | 1) => row::unseen(&most),
        _ if least == most => row::unseen(&most),
        _ => format!("by row, a change below {least} to {most} could not have been seen"),
    };
    if without == 0 { range } else { format!("{range}; not known for {}", counted(without, "row")) }
}

fn conditions(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "nothing was compared".to_owned();
    }
    match rows.iter().filter(|row| row.reason_code.as_deref() == Some("foreign")).count() {
        0 => "no difference between the sides was found".to_owned(),
        n => format!("differ in {}; their reasons name the difference", counted(n, "row")),
    }
}

fn rule(verdict: &GateVerdict) -> String {
    let policy = &verdict.policy;
    let open = match policy.on_inconclusive {
        OnInconclusive::Warn => "what is not decided only warns",
        OnInconclusive::Fail => "what is not decided fails the gate",
    };
    let own = policy.margins.iter().map(|(metric, margin)| format!(", of {metric} {}", percent(*margin)));
    let own: String = own.collect();
    format!(
        "a regression is worse by more than {}{own}; at most {} chance of any false one over all gating rows; {open}",
        percent(policy.margin),
        percent(policy.level)
    )
}
