//! From rows and checks to one decision. Pure: the same figures and the same day give the same decision.
//!
//! Regressions are corrected for their number by Holm's rule over the gating rows, so that the chance of any false one
//! stays below the level of the gate. What is invalid comes before what is worse: a gate that could not look says
//! nothing. An acknowledgement takes a proved regression out of the decision until its last day; on a later day it takes
//! nothing, and whatever is not proved fine counts as the regression that it speaks of.

use hil_model::comparison::{Change, ChangeReason};
use hil_model::gate::{Acknowledged, Decision, GateRow, Policy};
use hil_model::metric::Metric;
use hil_model::run::{CheckResult, RigFault};
use hil_model::verdict::Outcome;
use hil_scenario::Acknowledgement;
use hil_stats::multiple::holm;

use crate::commands::gate::row::{Draft, because};

/// What was decided, and the sentence that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) decision: Decision,
    pub(super) summary: String,
}

/// Takes back regressions that are not sure enough among so many rows.
pub(super) fn correct(drafts: &mut [Draft], level: f64) {
    let tested: Vec<usize> =
        (0..drafts.len()).filter(|&at| drafts[at].row.gating && drafts[at].chance.is_some()).collect();
    let chances: Vec<f64> = tested.iter().map(|&at| drafts[at].chance.unwrap_or(1.0)).collect();
    for (&at, probability) in tested.iter().zip(holm(&chances)) {
        let draft = &mut drafts[at];
        if draft.row.change == Change::Regressed && probability > level {
            because(draft, Change::Inconclusive, &ChangeReason::AmongMany { rows: tested.len(), probability, level });
        }
    }
}

/// Says of a slower workload what beside it is proved unchanged: with its processor time it only waits longer, with its
/// instructions it does nothing more.
pub(super) fn witness(drafts: &mut [Draft]) {
    let key = |row: &GateRow| (row.scenario.clone(), row.workload.clone());
    let unchanged = |metric: Metric| -> Vec<_> {
        let is_witness = |row: &&GateRow| row.metric == metric && row.change == Change::Unchanged;
        drafts.iter().map(|draft| &draft.row).filter(is_witness).map(key).collect()
    };
    let (time, instructions) = (unchanged(Metric::CpuTime), unchanged(Metric::Instructions));
    for row in drafts.iter_mut().map(|draft| &mut draft.row).filter(|row| row.change == Change::Regressed) {
        let key = key(row);
        let (why, code) = match row.metric {
            Metric::Latency if time.contains(&key) => (
                "its processor time is proved unchanged: it waits longer, for the code or for the machine",
                "only-waits",
            ),
            Metric::Latency | Metric::CpuTime if instructions.contains(&key) => (
                "its instructions are proved unchanged: the same work takes longer, by caches, memory, layout or the machine",
                "same-instructions",
            ),
            _ => continue,
        };
        row.reason = Some(why.to_owned());
        row.reason_code = Some(code.to_owned());
    }
}

/// Enters who answers for a row; `today` is a day such as `2027-01-31`. Says which entries speak of no row.
pub(super) fn acknowledge<'a>(
    drafts: &mut [Draft],
    entries: &'a [Acknowledgement],
    today: &str,
) -> Vec<&'a Acknowledgement> {
    let mut idle = Vec::new();
    for entry in entries {
        let speaks_of = |row: &GateRow| {
            row.scenario == entry.scenario
                && row.metric == entry.metric
                && entry.workload.as_ref().is_none_or(|workload| *workload == row.workload)
        };
        let expired = entry.until.as_str() < today;
        let mut any = false;
        for draft in drafts.iter_mut().filter(|draft| speaks_of(&draft.row)) {
            any = true;
            // An entry that still holds is not undone by an older one of the same figure.
            if expired && draft.row.acknowledged.is_some() {
                continue;
            }
            draft.row.acknowledged = Some(Acknowledged {
                reason: entry.reason.clone(),
                owner: entry.owner.clone(),
                until: entry.until.clone(),
                expired,
            });
        }
        if !any {
            idle.push(entry);
        }
    }
    idle
}

/// What one gating row does to the decision.
fn of_row(row: &GateRow) -> Decision {
    let expired = row.acknowledged.as_ref().map(|acknowledged| acknowledged.expired);
    match (row.change, expired) {
        (Change::Improved | Change::Unchanged, _) | (Change::Regressed, Some(false)) => Decision::Pass,
        (Change::Invalid, _) => Decision::Invalid,
        (Change::Regressed, _) | (Change::Inconclusive, Some(true)) => Decision::Fail,
        (Change::Inconclusive, _) => Decision::Inconclusive,
    }
}

/// What one declared limit does to the decision. What was not run has no verdict; that it is missing is said.
fn of_check(check: &CheckResult) -> Decision {
    match check.verdict {
        Outcome::Fail => Decision::Fail,
        Outcome::Invalid => Decision::Invalid,
        Outcome::Inconclusive => Decision::Inconclusive,
        Outcome::NotRun if check.reason_code.as_deref() == Some("quarantined") => Decision::Invalid,
        _ => Decision::Pass,
    }
}

/// The decision of the whole.
pub(super) fn decide(
    rows: &[GateRow],
    checks: &[CheckResult],
    errors: &[RigFault],
    interrupted: bool,
    policy: &Policy,
) -> Decided {
    let gating: Vec<&GateRow> = rows.iter().filter(|row| row.gating).collect();
    let judged = |check: &&CheckResult| !matches!(check.verdict, Outcome::NotRun | Outcome::NotApplicable);
    let mut decision =
        gating.iter().map(|row| of_row(row)).chain(checks.iter().map(of_check)).max().unwrap_or(Decision::Pass);
    // A gate that looked at nothing has nothing to say.
    if !errors.is_empty() || (gating.is_empty() && !checks.iter().any(|check| judged(&check))) {
        decision = Decision::Invalid;
    }
    if interrupted {
        decision = decision.max(Decision::Inconclusive);
    }
    let summary = summary(decision, &gating, checks, errors, policy);
    Decided { decision, summary }
}

fn summary(
    decision: Decision,
    gating: &[&GateRow],
    checks: &[CheckResult],
    errors: &[RigFault],
    policy: &Policy,
) -> String {
    let rows = |wanted: &dyn Fn(&GateRow) -> bool| gating.iter().filter(|row| wanted(row)).count();
    let of = |change: Change| rows(&|row| row.change == change);
    let acknowledged = rows(&|row| row.change == Change::Regressed && of_row(row) == Decision::Pass);
    let expired = rows(&|row| {
        row.acknowledged.as_ref().is_some_and(|acknowledged| acknowledged.expired) && of_row(row) == Decision::Fail
    });
    let limits = |outcome: Outcome| checks.iter().filter(|check| check.verdict == outcome).count();
    let mut parts = Vec::new();
    let mut say = |count: usize, what: &str| {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    };
    say(of(Change::Regressed), "regressed");
    say(acknowledged, "of them acknowledged");
    say(expired, "with an acknowledgement that has expired");
    say(of(Change::Inconclusive), "inconclusive");
    say(of(Change::Invalid), "invalid");
    say(of(Change::Unchanged), "unchanged");
    say(of(Change::Improved), "improved");
    say(limits(Outcome::Fail), "limits missed");
    say(limits(Outcome::Invalid), "limits invalid");
    say(limits(Outcome::Inconclusive), "limits inconclusive");
    say(limits(Outcome::NotRun), "checks not run");
    say(errors.len(), "faults of the rig");
    if parts.is_empty() {
        parts.push("nothing was compared".to_owned());
    }
    let against = if gating.is_empty() {
        String::new()
    } else {
        let own = policy.margins.iter().map(|(metric, margin)| format!(", {metric} {} %", percent(*margin)));
        let own: String = own.collect();
        format!(" of {} gating figures, margin {} %{own}", gating.len(), percent(policy.margin))
    };
    format!("{}: {}{against}", decision.to_string().to_uppercase(), parts.join(", "))
}

/// A share in percent without the rounding of binary fractions.
fn percent(share: f64) -> f64 {
    (share * 1e6).round() / 1e4
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{acknowledge, correct, decide, witness};
    use crate::commands::gate::row::Draft;
    use hil_model::comparison::Change;
    use hil_model::gate::{Decision, GateRow, OnInconclusive, Policy};
    use hil_model::metric::Metric;
    use hil_model::run::{CheckResult, RigFault, Run};
    use hil_model::verdict::Outcome;
    use hil_scenario::{Acknowledgement, Input, acknowledgements};

    const POLICY: Policy =
        Policy { margin: 0.02, margins: BTreeMap::new(), level: 0.05, on_inconclusive: OnInconclusive::Warn };

    fn check() -> CheckResult {
        let run: Run = serde_json::from_str(include_str!("../../../../../fixtures/store/v1/run.json")).unwrap();
        run.checks[0].clone()
    }

    fn draft(change: Change, chance: f64) -> Draft {
        let check = check();
        let row = GateRow {
            scenario: check.scenario,
            title: check.title,
            platform: check.platform,
            workload: check.workload,
            metric: check.metric,
            statistic: check.statistic,
            better: check.metric.better(),
            unit: check.unit,
            baseline: None,
            candidate: None,
            ratio: None,
            margin: 0.02,
            smallest_seen: None,
            pairs: 0,
            starts: 0,
            change,
            reason: None,
            reason_code: None,
            gating: true,
            acknowledged: None,
            evidence: None,
            place: None,
        };
        Draft { row, chance: Some(chance), control: None }
    }

    fn decision(drafts: &[Draft]) -> Decision {
        let rows: Vec<GateRow> = drafts.iter().map(|draft| draft.row.clone()).collect();
        decide(&rows, &[], &[], false, &POLICY).decision
    }

    fn entry(until: &str) -> Vec<Acknowledgement> {
        let Draft { row, .. } = draft(Change::Regressed, 0.0);
        let text = format!(
            "[[acknowledge]]\nscenario = \"{}\"\nmetric = \"{}\"\nreason = \"r\"\nowner = \"o\"\nuntil = \"{until}\"\n",
            row.scenario, row.metric
        );
        acknowledgements(&Input::new("a.toml", text)).unwrap()
    }

    #[test]
    fn the_worst_row_decides_and_nothing_at_all_is_invalid() {
        use Change::{Improved, Inconclusive, Invalid, Regressed, Unchanged};
        for (changes, expected) in [
            (&[Unchanged, Improved][..], Decision::Pass),
            (&[Unchanged, Inconclusive], Decision::Inconclusive),
            (&[Regressed, Inconclusive], Decision::Fail),
            (&[Regressed, Invalid], Decision::Invalid),
            (&[], Decision::Invalid),
        ] {
            let drafts: Vec<Draft> = changes.iter().map(|change| draft(*change, 0.0)).collect();
            assert_eq!(decision(&drafts), expected, "{changes:?}");
        }
        let mut informational = draft(Regressed, 0.0);
        informational.row.gating = false;
        assert_eq!(decision(&[draft(Unchanged, 1.0), informational.clone()]), Decision::Pass);
        assert_eq!(decision(&[informational]), Decision::Invalid, "no row gates, so nothing was decided");
    }

    #[test]
    fn limits_faults_and_the_user_decide_as_well() {
        let row = [draft(Change::Unchanged, 1.0).row];
        let with = |verdict| [CheckResult { verdict, ..check() }];
        for (verdict, expected) in [
            (Outcome::Pass, Decision::Pass),
            (Outcome::NotRun, Decision::Pass),
            (Outcome::Inconclusive, Decision::Inconclusive),
            (Outcome::Fail, Decision::Fail),
            (Outcome::Invalid, Decision::Invalid),
        ] {
            assert_eq!(decide(&row, &with(verdict), &[], false, &POLICY).decision, expected, "{verdict:?}");
        }
        assert_eq!(decide(&[], &with(Outcome::NotRun), &[], false, &POLICY).decision, Decision::Invalid);
        assert_eq!(decide(&row, &[], &[], true, &POLICY).decision, Decision::Inconclusive, "stopped is no pass");
        let fault = RigFault {
            scenario: row[0].scenario.clone(),
            platform: row[0].platform.clone(),
            phase: "open".to_owned(),
            message: "gone".to_owned(),
        };
        assert_eq!(decide(&row, &[], &[fault], false, &POLICY).decision, Decision::Invalid);
    }

    #[test]
    fn one_regression_among_many_rows_has_to_be_surer() {
        let mut alone = [draft(Change::Regressed, 0.03)];
        correct(&mut alone, 0.05);
        assert_eq!(alone[0].row.change, Change::Regressed);
        let mut among = vec![draft(Change::Regressed, 0.03)];
        among.extend((0..9).map(|_| draft(Change::Unchanged, 0.9)));
        correct(&mut among, 0.05);
        assert_eq!(
            (among[0].row.change, among[0].row.reason_code.as_deref()),
            (Change::Inconclusive, Some("among-many"))
        );
        among[0] = draft(Change::Regressed, 0.004);
        correct(&mut among, 0.05);
        assert_eq!(among[0].row.change, Change::Regressed);
    }

    #[test]
    fn a_slower_time_says_what_beside_it_is_unchanged() {
        let code = |beside: &[(Metric, Change)]| {
            let rows = [(Metric::Latency, Change::Regressed)].iter().chain(beside);
            let of = |(metric, change): &(Metric, Change)| {
                let mut draft = draft(*change, 0.0);
                draft.row.metric = *metric;
                draft
            };
            let mut drafts: Vec<Draft> = rows.map(of).collect();
            witness(&mut drafts);
            drafts.swap_remove(0).row.reason_code
        };
        let (time, instructions) = (Metric::CpuTime, Metric::Instructions);
        assert_eq!(code(&[(time, Change::Unchanged)]).as_deref(), Some("only-waits"));
        let same = [(instructions, Change::Unchanged), (time, Change::Regressed)];
        assert_eq!(code(&same).as_deref(), Some("same-instructions"));
        assert_eq!(code(&[(instructions, Change::Regressed), (time, Change::Inconclusive)]), None);
    }

    #[test]
    fn an_acknowledgement_holds_until_its_last_day() {
        for (today, expected) in
            [("2027-01-30", Decision::Pass), ("2027-01-31", Decision::Pass), ("2027-02-01", Decision::Fail)]
        {
            let mut drafts = [draft(Change::Regressed, 0.0)];
            assert!(acknowledge(&mut drafts, &entry("2027-01-31"), today).is_empty());
            assert_eq!(decision(&drafts), expected, "{today}");
            // What is undecided is the regression that an expired entry speaks of; what is fine is fine.
            let mut open = [draft(Change::Inconclusive, 0.5)];
            acknowledge(&mut open, &entry("2027-01-31"), today);
            assert_eq!(decision(&open) == Decision::Fail, expected == Decision::Fail, "{today}");
            let mut fine = [draft(Change::Unchanged, 0.5)];
            acknowledge(&mut fine, &entry("2027-01-31"), today);
            assert_eq!(decision(&fine), Decision::Pass);
        }
        let mut invalid = [draft(Change::Invalid, 0.0)];
        acknowledge(&mut invalid, &entry("2027-01-31"), "2027-01-01");
        assert_eq!(decision(&invalid), Decision::Invalid, "only a proved regression can be taken");
    }

    #[test]
    fn an_entry_that_speaks_of_no_row_is_named_and_a_later_one_wins() {
        let entries = entry("2027-01-31");
        assert_eq!(acknowledge(&mut [], &entries, "2027-01-01").len(), 1);
        let mut drafts = [draft(Change::Regressed, 0.0)];
        let both: Vec<Acknowledgement> = entry("2027-06-30").into_iter().chain(entry("2027-01-31")).collect();
        acknowledge(&mut drafts, &both, "2027-03-01");
        assert_eq!(decision(&drafts), Decision::Pass);
    }
}
