//! A gate's verdict in display form: everything that the renderers show, worded and rounded once.
//!
//! Guarantees: all text is on one line and free of control characters; rows keep the changes of the verdict and stand worst
//! first; the tone is good only for a pass that nothing takes away from.

use hil_model::comparison::Change;
use hil_model::gate::{Decision, GateVerdict, Mode, OnInconclusive};
use hil_model::lab::Evidence;
use hil_model::verdict::Outcome;

use crate::clean::one_line;
use crate::gate::row::{Control, Row, Standing};
use crate::gate::{trust, words};
use crate::view::{self, Banner, ErrorRow, Fact, Tone, Weight, facts, headline};

/// Everything that is shown of a gate.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// The verdict itself, for what scripts read.
    pub verdict: &'a GateVerdict,
    /// The decision as a headline: `FAIL`.
    pub word: &'static str,
    /// How it is meant.
    pub tone: Tone,
    /// What was decided on what numbers of rows, in one line.
    pub summary: String,
    /// What to do now.
    pub advice: String,
    /// Candidate against baseline, on one line.
    pub sides: String,
    /// The gate's name, start and duration on one line.
    pub caption: String,
    /// A command that repeats it.
    pub repeat: String,
    /// How many rows of each change, worst first, without those that do not occur.
    pub counts: Vec<(Change, usize)>,
    /// What the reader must know before any figure, loudest first.
    pub banners: Vec<Banner>,
    /// One entry a figure, worst first.
    pub rows: Vec<Row>,
    /// Control pairs, those that disagree first.
    pub controls: Vec<Control>,
    /// The candidate's checks against their declared limits, worst first.
    pub checks: Vec<CheckRow>,
    /// Faults of the rig, which are no verdicts.
    pub errors: Vec<ErrorRow>,
    /// Why the rows can be believed.
    pub trust: Vec<Fact>,
    /// What disturbs the figures, in words.
    pub warnings: Vec<String>,
    /// How quiet the machine was.
    pub noise: Vec<Fact>,
    /// The machine and the build.
    pub environment: Vec<Fact>,
}

/// One check of the candidate against its declared limit.
#[derive(Debug, Clone)]
pub struct CheckRow {
    /// Its place in the verdict, from 0.
    pub index: usize,
    /// The scenario.
    pub scenario: String,
    /// The kind of machine.
    pub platform: String,
    /// Where the check is written: file and line.
    pub place: hil_model::scenario::Place,
    /// All else, as in the report of a run.
    pub row: view::Row,
}

impl CheckRow {
    /// Whether there is nothing to look into: it is met, or claims nothing.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        matches!(self.row.outcome, Outcome::Pass | Outcome::Reported | Outcome::NotApplicable)
    }

    /// The limit with its second tier: `< 15 ms (or < 20 ms)`.
    #[must_use]
    pub fn limit(&self) -> String {
        let tier = self.row.acceptable.as_deref().map_or_else(String::new, |tier| format!(" (or {tier})"));
        format!("{}{tier}", self.row.limit_text())
    }

    /// Row of the catalogue and what is checked: `LAN-16 latency p95`.
    #[must_use]
    pub fn name(&self) -> String {
        let target = self.row.target.as_ref().map_or_else(String::new, |target| format!("{target} "));
        format!("{target}{}", self.row.what)
    }
}

impl<'a> View<'a> {
    /// Puts a verdict into display form.
    #[must_use]
    pub fn new(verdict: &'a GateVerdict) -> Self {
        let mut rows: Vec<Row> =
            verdict.rows.iter().enumerate().map(|(i, row)| Row::new(i, row, verdict.mode)).collect();
        rows.sort_by_key(Row::rank);
        let mut controls: Vec<Control> = verdict.controls.iter().map(Control::new).collect();
        controls.sort_by_key(|control| control.agrees);
        let counts = words::CHANGES
            .into_iter()
            .map(|change| (change, rows.iter().filter(|row| row.change == change).count()))
            .filter(|(_, n)| *n > 0)
            .collect();
        let word = words::decision(verdict.decision);
        let mut environment = facts::machine(&verdict.environment);
        environment.extend([
            Fact { name: "Seed", value: verdict.seed.to_string() },
            Fact { name: "Gate", value: verdict.id.to_string() },
            Fact { name: "Started", value: one_line(&verdict.started) },
        ]);
        environment.extend(facts::builds(&verdict.environment));
        Self {
            verdict,
            word,
            tone: tone(verdict),
            summary: without_word(&one_line(&verdict.summary), word),
            advice: advice(verdict, &rows),
            sides: sides(verdict),
            caption: format!(
                "gate {}, started {}, took {}",
                verdict.id,
                one_line(&verdict.started),
                facts::duration(verdict.seconds)
            ),
            repeat: one_line(&verdict.repeat),
            counts,
            banners: banners(verdict, &rows),
            trust: trust::facts(verdict, &rows, &controls),
            rows,
            controls,
            checks: checks(verdict),
            errors: errors(verdict),
            warnings: verdict.noise.warnings.iter().map(|text| one_line(text)).collect(),
            noise: facts::noise(&verdict.noise),
            environment,
        }
    }

    /// Rows that are not proved fine, worst first.
    pub fn open_rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.is_green())
    }

    /// Checks that are not met, worst first.
    pub fn open_checks(&self) -> impl Iterator<Item = &CheckRow> {
        self.checks.iter().filter(|check| !check.is_quiet())
    }

    /// How many rows of each change, in words.
    #[must_use]
    pub fn counts_text(&self) -> String {
        let parts: Vec<String> =
            self.counts.iter().map(|(change, n)| format!("{n} {}", words::change(*change))).collect();
        if parts.is_empty() {
            return "no rows".to_owned();
        }
        let n = |standing| self.rows.iter().filter(|row| row.standing == standing).count();
        let lifted = [(n(Standing::Acknowledged), "acknowledged"), (n(Standing::Informational), "not gating")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}"))
            .collect::<Vec<_>>()
            .join(", ");
        let lifted = if lifted.is_empty() { lifted } else { format!(" ({lifted})") };
        format!("{}{lifted}", parts.join(", "))
    }
}

/// The summary without the decision at its start: every renderer says that first.
fn without_word(summary: &str, word: &str) -> String {
    let is_word = summary.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let rest = if is_word { summary.get(word.len()..).unwrap_or_default() } else { summary };
    // Only a word of its own is one: "invalid" is no start of "invalidated".
    match rest.trim_start().strip_prefix(['-', ':', ',', '–']) {
        Some(rest) if is_word && !rest.trim().is_empty() => rest.trim().to_owned(),
        _ => summary.to_owned(),
    }
}

fn tone(verdict: &GateVerdict) -> Tone {
    let is_empty = verdict.rows.is_empty() && verdict.checks.is_empty();
    match verdict.decision {
        Decision::Fail | Decision::Invalid => Tone::Bad,
        Decision::Inconclusive => Tone::Open,
        Decision::Pass if verdict.interrupted || is_empty || !verdict.errors.is_empty() => Tone::Open,
        Decision::Pass => Tone::Good,
    }
}

fn advice(verdict: &GateVerdict, rows: &[Row]) -> String {
    let acknowledged = rows.iter().filter(|row| row.standing == Standing::Acknowledged).count();
    match verdict.decision {
        Decision::Pass if acknowledged > 0 => {
            let are = counted_as(acknowledged, "regression is", "regressions are");
            format!("No action is needed; {are} acknowledged.")
        }
        Decision::Pass => "No action is needed.".to_owned(),
        Decision::Inconclusive => {
            let exit = match verdict.policy.on_inconclusive {
                OnInconclusive::Warn => "This only warns.",
                OnInconclusive::Fail => "The policy takes this for a failure.",
            };
            format!("Nothing is proved wrong, and not everything is proved right: more time or a quieter machine decides. {exit}")
        }
        Decision::Fail if rows.iter().any(|row| row.blocks() && row.change == Change::Regressed) => {
            "Please read what is not proved fine: mend it, or acknowledge a regression with a reason, an owner and a last \
             day."
                .to_owned()
        }
        Decision::Fail => "Please read what is not proved fine, and mend it.".to_owned(),
        Decision::Invalid => {
            "Please read what is invalid, mend it and run the gate again: it says nothing about the candidate yet."
                .to_owned()
        }
    }
}

fn counted_as(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn sides(verdict: &GateVerdict) -> String {
    let candidate = trust::side(&verdict.candidate);
    match &verdict.baseline {
        Some(baseline) => format!("candidate {candidate}, against {}", trust::side(baseline)),
        None => format!("candidate {candidate}, against its declared limits"),
    }
}

fn banners(verdict: &GateVerdict, rows: &[Row]) -> Vec<Banner> {
    let mut banners = Vec::new();
    let mut say = |title, weight, text: String| banners.push(Banner { title, text, weight });
    if verdict.interrupted {
        let text = "The gate was stopped before it ended. What it did not reach is not decided.".to_owned();
        say("Interrupted", Weight::Warning, text);
    }
    let expired = verdict.rows.iter().filter(|row| row.acknowledged.as_ref().is_some_and(|a| a.expired)).count();
    if expired > 0 {
        let text = format!(
            "{} no longer.",
            counted_as(expired, "acknowledgement has expired and holds", "acknowledgements have expired and hold")
        );
        say("Expired", Weight::Warning, text);
    }
    let disagreeing = verdict.controls.iter().filter(|control| !control.agrees).count();
    if disagreeing > 0 {
        let text = format!(
            "{} told apart though both copies are the same code. The machine, not the change, made a difference; the rows of \
             these scenarios say nothing.",
            counted_as(disagreeing, "control pair was", "control pairs were")
        );
        say("Control pair", Weight::Warning, text);
    }
    if verdict.mode == Mode::Stored {
        let text = "Two stored runs were compared, not measured in turns: less can be proved than with a git ref as \
                    the baseline."
            .to_owned();
        say("Stored runs", Weight::Note, text);
    }
    let of_rows =
        rows.iter().filter(|row| row.baseline.is_some() || row.candidate.is_some()).filter_map(|row| row.evidence);
    let of_checks = verdict.checks.iter().filter(|check| check.estimate.is_some()).filter_map(|check| check.evidence);
    let labels: Vec<Evidence> = of_rows.chain(of_checks).collect();
    banners.extend(headline::stand_ins(&labels));
    banners
}

fn checks(verdict: &GateVerdict) -> Vec<CheckRow> {
    let mut checks: Vec<CheckRow> = verdict
        .checks
        .iter()
        .enumerate()
        .map(|(index, check)| CheckRow {
            index,
            scenario: check.scenario.to_string(),
            platform: check.platform.to_string(),
            place: hil_model::scenario::Place { file: one_line(&check.place.file), line: check.place.line },
            row: view::Row::new(check, &verdict.checks),
        })
        .collect();
    checks.sort_by_key(|check| std::cmp::Reverse(check.row.outcome));
    checks
}

fn errors(verdict: &GateVerdict) -> Vec<ErrorRow> {
    verdict
        .errors
        .iter()
        .map(|error| ErrorRow {
            scenario: error.scenario.to_string(),
            platform: error.platform.to_string(),
            phase: one_line(&error.phase),
            message: one_line(&error.message),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::without_word;

    #[test]
    fn the_decision_is_said_once() {
        assert_eq!(without_word("FAIL - 1 of 24 rows regressed", "FAIL"), "1 of 24 rows regressed");
        assert_eq!(without_word("fail: 1 of 24", "FAIL"), "1 of 24");
        assert_eq!(without_word("1 of 24 regressed", "FAIL"), "1 of 24 regressed");
        assert_eq!(without_word("Failures are 3", "FAIL"), "Failures are 3");
        assert_eq!(without_word("pass", "PASS"), "pass");
    }
}
