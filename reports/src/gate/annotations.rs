//! A gate as workflow commands of GitHub Actions: remarks at the line of the scenario file, worst first.
//!
//! Guarantees: no more than a step may show of a kind ([`MOST`]); the last line is a notice with the decision that says how
//! many were cut; a gate that fails or is invalid has at least one error. Foreign text cannot begin a command or add a
//! property: line breaks, `%`, `:` and `,` are escaped as GitHub's "Workflow commands" page and the runner's own library
//! (`@actions/core`, `command.ts`) do it.

use std::fmt::Write as _;

use hil_model::gate::Decision;
use hil_model::scenario::Place;
use hil_model::verdict::Outcome;

use crate::clean::clip;
use crate::gate::row::{RatioText, Row, unseen};
use crate::gate::view::{CheckRow, View};
use crate::view::FigureText;

/// Annotations of one kind that a step shows; further ones are dropped without a word ("Workflow commands": 10 errors, 10
/// warnings and 10 notices a step).
pub const MOST: usize = 10;
/// One annotation has room for a few sentences.
const LONGEST_TEXT: usize = 1_000;

/// One command a line.
#[must_use]
pub fn render(view: &View<'_>) -> String {
    let (errors, warnings): (Vec<Remark>, Vec<Remark>) = remarks(view).into_iter().partition(|remark| remark.is_error);
    let mut text = String::new();
    for remark in errors.iter().take(MOST).chain(warnings.iter().take(MOST)) {
        text.push_str(&remark.command());
    }
    let cut = [(errors.len(), "errors"), (warnings.len(), "warnings")]
        .into_iter()
        .filter(|(n, _)| *n > MOST)
        .map(|(n, kind)| format!("{} of {n} {kind}", n - MOST))
        .collect::<Vec<_>>()
        .join(", ");
    let rest =
        if cut.is_empty() { String::new() } else { format!(" Not shown here: {cut}; the report has all of them.") };
    let message = format!("{} {}{rest}", ended(&clip(&view.summary, LONGEST_TEXT)), view.advice);
    let _ = writeln!(text, "::notice title={}::{}", property(&title(view)), data(&message));
    text
}

/// Something to look into.
struct Remark {
    is_error: bool,
    place: Option<Place>,
    title: String,
    message: String,
}

impl Remark {
    fn command(&self) -> String {
        let kind = if self.is_error { "error" } else { "warning" };
        let place = self
            .place
            .as_ref()
            .filter(|place| !place.file.is_empty())
            .map_or_else(String::new, |place| format!("file={},line={},", property(&place.file), place.line));
        format!(
            "::{kind} {place}title={}::{}\n",
            property(&clip(&self.title, LONGEST_TEXT)),
            data(&clip(&self.message, LONGEST_TEXT))
        )
    }
}

/// Everything to look into, worst first.
fn remarks(view: &View<'_>) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = Vec::new();
    remarks.extend(view.errors.iter().map(|error| Remark {
        is_error: true,
        place: None,
        title: format!("rig error, {} on {}", error.scenario, error.platform),
        message: format!("{}: {}", error.phase, error.message),
    }));
    remarks.extend(view.controls.iter().filter(|control| !control.agrees).map(|control| Remark {
        is_error: true,
        place: None,
        title: format!("control pair differs, {}", control.scenario),
        message: control.line(),
    }));
    remarks.extend(view.open_rows().map(of_row));
    remarks.extend(view.open_checks().map(of_check));
    let is_bad = matches!(view.verdict.decision, Decision::Fail | Decision::Invalid);
    if is_bad && !remarks.iter().any(|remark| remark.is_error) {
        let message = format!("{} {}", ended(&view.summary), view.advice);
        remarks.insert(0, Remark { is_error: true, place: None, title: title(view), message });
    }
    remarks
}

fn of_row(row: &Row) -> Remark {
    let ratio = row.ratio.as_ref().map_or_else(String::new, |ratio| {
        format!("{}, margin {}, {}; ", RatioText::line(ratio), row.margin, row.better)
    });
    let evidence = row.evidence.map_or_else(String::new, |evidence| format!(" ({evidence})"));
    let mut message = format!("{ratio}{}{evidence}, {}", row.sides(), row.amount);
    if let Some(least) = &row.smallest_seen {
        let _ = write!(message, ", {}", unseen(least));
    }
    for text in row.reason.iter().chain(&row.acknowledged) {
        let _ = write!(message, "; {text}");
    }
    Remark {
        is_error: row.blocks(),
        place: row.place.clone(),
        title: format!("{}: {}, {} on {}", row.status(), row.what, row.scenario, row.platform),
        message,
    }
}

fn of_check(check: &CheckRow) -> Remark {
    let outcome = check.row.outcome;
    let figure = check.row.figure.as_ref().map_or_else(|| "no figure".to_owned(), FigureText::line);
    let evidence = check.row.evidence.map_or_else(String::new, |evidence| format!(" ({evidence})"));
    let reason = check.row.reason.as_ref().map_or_else(String::new, |reason| format!("; {reason}"));
    Remark {
        is_error: outcome >= Outcome::Fail,
        place: Some(check.place.clone()),
        title: format!(
            "{}: {}, {} on {}",
            crate::words::outcome(outcome),
            check.name(),
            check.scenario,
            check.platform
        ),
        message: format!("{figure}{evidence}, limit {}{reason}", check.limit()),
    }
}

fn title(view: &View<'_>) -> String {
    format!("Hilbench gate: {}", view.word.to_lowercase())
}

/// A sentence with its full stop.
fn ended(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// Text behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, ended, property};

    #[test]
    fn what_would_end_a_property_or_a_line_is_escaped() {
        assert_eq!(data("50 %\r\n::error::x, y"), "50 %25%0D%0A::error::x, y");
        assert_eq!(property("a%3A:b,c\n"), "a%253A%3Ab%2Cc%0A");
        assert_eq!((ended("done"), ended("done.")), ("done.".to_owned(), "done.".to_owned()));
    }
}
