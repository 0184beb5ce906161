//! A gate as one HTML page that needs nothing else: no network, no font, no script; light, dark, print, and any width.
//!
//! It looks like the report of a run: layout is in `templates/gate.html`, looks are in `assets/report.css` and, for what
//! only a gate has, `assets/gate.css`; all are compiled in. The template escapes all text; only the SVG drawn here is
//! taken as it is, and the page forbids itself every script and every load.

mod bar;

use askama::Template;
use hil_model::comparison::Change;
use hil_model::lab::Evidence;
use hil_model::verdict::Outcome;

use crate::gate::row::{RatioText, Row, Standing};
use crate::gate::view::{CheckRow, View};
use crate::gate::words;
use crate::render::RenderError;
use crate::view::{Tone, Weight};
use crate::words as report_words;

const CSS: &str = concat!(include_str!("../../assets/report.css"), include_str!("../../assets/gate.css"));

/// The whole page.
///
/// # Errors
/// [`RenderError`] when the template fails; nothing in a verdict is a reason for it.
pub fn render(view: &View<'_>) -> Result<String, RenderError> {
    let page = Page {
        view,
        css: CSS,
        tone: match view.tone {
            Tone::Good => "good",
            Tone::Open => "open",
            Tone::Bad => "bad",
        },
        open_rows: view.open_rows().collect(),
        all_rows: view.rows.iter().collect(),
        open_checks: view.open_checks().collect(),
        all_checks: view.checks.iter().collect(),
    };
    Ok(page.render()?)
}

#[derive(Template)]
#[template(path = "gate.html")]
struct Page<'a> {
    view: &'a View<'a>,
    css: &'static str,
    tone: &'static str,
    open_rows: Vec<&'a Row>,
    all_rows: Vec<&'a Row>,
    open_checks: Vec<&'a CheckRow>,
    all_checks: Vec<&'a CheckRow>,
}

/// What the template asks for; the template engine passes references.
impl Page<'_> {
    fn changes(&self) -> [Change; 5] {
        words::CHANGES
    }

    fn mark(&self, change: &Change) -> char {
        words::mark(*change, true)
    }

    fn word(&self, change: &Change) -> &'static str {
        words::change(*change)
    }

    fn meaning(&self, change: &Change) -> &'static str {
        words::change_meaning(*change)
    }

    fn outcome_mark(&self, outcome: &Outcome) -> char {
        report_words::mark(*outcome, true)
    }

    fn outcome_word(&self, outcome: &Outcome) -> &'static str {
        report_words::outcome(*outcome)
    }

    /// What takes the weight from a row.
    fn standing(&self, row: &Row) -> Option<&'static str> {
        match row.standing {
            Standing::Gating => None,
            Standing::Acknowledged => Some("acknowledged"),
            Standing::Informational => Some("not gating"),
        }
    }

    fn labels(&self) -> [Evidence; 6] {
        report_words::EVIDENCE
    }

    fn label_meaning(&self, evidence: &Evidence) -> &'static str {
        report_words::evidence_meaning(*evidence)
    }

    fn is_stand_in(&self, evidence: &Evidence) -> bool {
        report_words::is_stand_in(*evidence)
    }

    fn bar(&self, ratio: &RatioText) -> Option<String> {
        ratio.picture.and_then(bar::svg)
    }

    fn weight(&self, weight: &Weight) -> &'static str {
        match weight {
            Weight::Loud => "loud",
            Weight::Warning => "warning",
            Weight::Note => "note",
        }
    }
}
