//! Acknowledged regressions: which figures may be worse, why, who answers for it, and until when.
//!
//! Read with the same care as scenarios: an entry that is misread would let a regression through, so one mistake
//! anywhere makes the whole file unusable. Whether the day has passed, and whether there is such a figure, is for the
//! gate to find out, which knows the time and the figures.

use hil_model::id::{ScenarioId, WorkloadId};
use hil_model::metric::Metric;

use crate::context::{Context, Known, Lost};
use crate::fields::Fields;
use crate::inherit::top_of;
use crate::keys::{Form, Keys, NameKind, WordKind, optional, required};
use crate::kind::ProblemKind;
use crate::problem::{Problem, Severity};
use crate::raw::Table;
use crate::source::{At, Input, Sources};
use crate::syntax;

/// One regression that somebody answers for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The scenario.
    pub scenario: ScenarioId,
    /// The workload; every one of the scenario where absent.
    pub workload: Option<WorkloadId>,
    /// What may be worse.
    pub metric: Metric,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, as `2027-01-31`: such texts sort by time.
    pub until: String,
    /// The file, as the user named it.
    pub file: String,
    /// Line of its header, from 1.
    pub line: u32,
    /// Column of its header, from 1.
    pub column: u32,
}

/// The file itself.
pub(crate) static FILE: Keys = Keys {
    name: "the file of acknowledgements",
    about: "Regressions that somebody answers for, until a day.",
    keys: &[optional("acknowledge", Form::Tables(&ENTRY), "One figure that may be worse.")],
    one_of: &[],
    needs: &[],
    apart: &[],
};

/// `[[acknowledge]]`.
static ENTRY: Keys = Keys {
    name: "[[acknowledge]]",
    about: "One figure that may be worse than in the baseline, until a day.",
    keys: &[
        required("scenario", Form::Name(NameKind::Scenario), "Id of the scenario."),
        optional(
            "workload",
            Form::Name(NameKind::Workload),
            "The workload; every workload of the scenario by default.",
        ),
        required("metric", Form::Word(WordKind::Metric), "What may be worse, such as \"latency\"."),
        required("reason", Form::Line, "Why it is taken."),
        required("owner", Form::Line, "Who answers for it."),
        required("until", Form::Line, "The last day on which it holds, such as \"2027-01-31\"."),
    ],
    one_of: &[],
    needs: &[],
    apart: &[],
};

/// Reads a file of acknowledgements.
///
/// # Errors
/// All problems of the file at once, and the texts to show them with.
pub fn acknowledgements(input: &Input) -> Result<Vec<Acknowledgement>, (Vec<Problem>, Sources)> {
    let mut sources = Sources::default();
    let (id, draft) = sources.add(&input.file, &input.bytes);
    let parsed = syntax::parse(sources.text_of(id), id);
    let lost = Lost { names: parsed.lost, everything: parsed.table.is_none() };
    let known = Known::default();
    let mut cx = Context::new(&known, &sources, &lost, &crate::embedded::Embedded);
    cx.drafts.extend(draft.into_iter().chain(parsed.mistakes));
    let mut entries = Vec::new();
    if let Some(table) = &parsed.table {
        let fields = Fields::open(&mut cx, table, top_of(id), &FILE);
        for (table, at) in fields.tables("acknowledge") {
            entries.extend(entry(&mut cx, table, at));
        }
    }
    let mut drafts = cx.drafts;
    drafts.sort_by_key(|draft| (draft.at, draft.severity));
    if drafts.iter().all(|draft| draft.severity != Severity::Error) {
        return Ok(entries);
    }
    let problems = drafts.into_iter().map(|draft| draft.finish(&sources)).collect();
    Err((problems, sources))
}

fn entry(cx: &mut Context<'_>, table: &Table, at: At) -> Option<Acknowledgement> {
    let fields = Fields::open(cx, table, at, &ENTRY);
    let until = fields.text("until");
    if until.is_some_and(|until| !is_a_day(until)) {
        cx.error(fields.value_at("until"), ProblemKind::BadForm { key: "until", why: "is not a day of the calendar" })
            .hint("write year, month and day, such as \"2027-01-31\"");
        return None;
    }
    let (line, column) = cx.sources.line_column(at.file, at.start);
    Some(Acknowledgement {
        scenario: fields.name("scenario")?,
        workload: fields.name("workload"),
        metric: fields.metric("metric")?,
        reason: fields.text("reason")?.to_owned(),
        owner: fields.text("owner")?.to_owned(),
        until: until?.to_owned(),
        file: cx.sources.name(at.file).to_owned(),
        line,
        column,
    })
}

/// Whether a text is a day as ISO 8601 writes it, `2027-01-31`, in the calendar of Gregory.
fn is_a_day(text: &str) -> bool {
    let is_digit_or_hyphen =
        |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(is_digit_or_hyphen) {
        return false;
    }
    let number = |part: std::ops::Range<usize>| text.get(part).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::{acknowledgements, is_a_day};
    use crate::source::Input;

    const ENTRY: &str = "[[acknowledge]]\nscenario = \"a\"\nmetric = \"latency\"\nreason = \"r\"\nowner = \"o\"\n";

    fn problems(text: &str) -> Vec<String> {
        let (problems, _) = acknowledgements(&Input::new("a.toml", text)).unwrap_err();
        problems.iter().map(|problem| format!("{}:{} {}", problem.line, problem.column, problem.message())).collect()
    }

    #[test]
    fn an_entry_is_read_with_its_place() {
        let text = format!("\n{ENTRY}until = \"2027-01-31\"\n");
        let read = acknowledgements(&Input::new("a.toml", text)).unwrap();
        let entry = &read[0];
        assert_eq!((entry.until.as_str(), entry.line, entry.column), ("2027-01-31", 2, 1));
        assert_eq!((entry.scenario.as_str(), &entry.workload), ("a", &None));
        assert!(acknowledgements(&Input::new("a.toml", "")).unwrap().is_empty());
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let text = format!("{ENTRY}untill = \"2027-01-31\"\n");
        assert_eq!(problems(&text), ["6:1 unknown key \"untill\" in [[acknowledge]]"]);
        assert_eq!(problems(ENTRY), ["1:1 [[acknowledge]] has no \"until\""]);
        let text = format!("{ENTRY}until = \"2027-02-29\"\nowner = 3\n[[other]]\n");
        let found = problems(&text);
        assert!(found.iter().any(|problem| problem.contains("is not a day of the calendar")), "{found:?}");
        assert!(found.iter().any(|problem| problem.starts_with("8:") && problem.contains("other")), "{found:?}");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for day in ["2024-02-29", "2000-02-29", "2027-12-31"] {
            assert!(is_a_day(day), "{day}");
        }
        for not in [
            "2023-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-1-31",
            "2027-01-31T",
            "+027-01-31",
            "äöü7-01",
        ] {
            assert!(!is_a_day(not), "{not}");
        }
    }
}
