//! One HTML page that needs nothing else: no network, no font, no script; light, dark, print, and any width.
//!
//! Layout is in `templates/report.html`, looks are in `assets/report.css`; both are compiled in. The template escapes
//! all text; only the SVG drawn here is taken as it is. The page forbids itself every script and every load, so even
//! a mistake in escaping could not run anything.

mod axis;
mod bar;
mod ecdf;
mod trace;

use askama::Template;
use hil_model::lab::Evidence;
use hil_model::verdict::Outcome;

use crate::distribution::Curve;
use crate::render::RenderError;
use crate::side_by_side::COLUMNS;
use crate::supply::Supply;
use crate::view::{AlertRow, Group, Row, Tone, View, Weight};
use crate::words;

const CSS: &str = include_str!("../../assets/report.css");

/// The whole page.
///
/// # Errors
/// [`RenderError`] when the template or a plot fails; nothing in a run is a reason for either.
pub fn render(view: &View<'_>) -> Result<String, RenderError> {
    let mut groups = Vec::new();
    let mut is_explained = false;
    for group in &view.groups {
        let mut plots = Vec::new();
        for curve in &group.curves {
            plots.push(Plot::new(curve)?);
        }
        let explain = !plots.is_empty() && !is_explained;
        is_explained |= explain;
        // Rows are sorted, and a group has at least one.
        let worst = group.rows.first().map_or(Outcome::NotRun, |row| row.outcome);
        groups.push(Section { group, worst, plots, explain });
    }
    let page = Page {
        view,
        css: CSS,
        tone: match view.headline.tone {
            Tone::Good => "good",
            Tone::Open => "open",
            Tone::Bad => "bad",
        },
        groups,
    };
    Ok(page.render()?)
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    view: &'a View<'a>,
    css: &'static str,
    tone: &'static str,
    groups: Vec<Section<'a>>,
}

/// A scenario with its plots drawn.
struct Section<'a> {
    group: &'a Group,
    worst: Outcome,
    plots: Vec<Plot>,
    /// Whether these are the first plots of the page.
    explain: bool,
}

/// A plot and the words around it.
struct Plot {
    svg: String,
    title: String,
    evidence: Option<Evidence>,
    n: String,
}

impl Plot {
    fn new(curve: &Curve) -> Result<Self, RenderError> {
        let values = words::counted(curve.all.len() as u64, "value");
        // A board has no processes; it boots.
        let start = if matches!(curve.evidence, None | Some(Evidence::Host)) { "process start" } else { "start" };
        let n = format!("{values} from {}", words::counted(curve.starts.len() as u64, start));
        let label = format!("Distribution of {} in {}, {n}", curve.what, curve.unit);
        Ok(Self { svg: ecdf::svg(curve, &label)?, title: curve.what.clone(), evidence: curve.evidence, n })
    }
}

impl Section<'_> {
    /// Where links to the scenario lead. Ids have only letters, digits and a few signs that a link may hold.
    fn anchor(&self) -> String {
        format!("s-{}-{}", self.group.scenario, self.group.platform)
    }
}

/// What the template asks for; the template engine passes references.
impl Page<'_> {
    fn outcomes(&self) -> [Outcome; 8] {
        let mut all = Outcome::ALL;
        all.reverse();
        all
    }

    fn columns(&self) -> &'static [&'static str; 6] {
        &COLUMNS
    }

    fn mark(&self, outcome: &Outcome) -> char {
        words::mark(*outcome, true)
    }

    fn word(&self, outcome: &Outcome) -> &'static str {
        words::outcome(*outcome)
    }

    fn meaning(&self, outcome: &Outcome) -> &'static str {
        words::outcome_meaning(*outcome)
    }

    fn labels(&self) -> [Evidence; 6] {
        words::EVIDENCE
    }

    fn label_meaning(&self, evidence: &Evidence) -> &'static str {
        words::evidence_meaning(*evidence)
    }

    /// The label that must stand at a figure itself.
    fn stand_in(&self, row: &Row) -> Option<Evidence> {
        row.evidence.filter(|evidence| words::is_stand_in(*evidence))
    }

    fn bar(&self, row: &Row) -> Option<String> {
        row.raw.and_then(bar::svg)
    }

    fn trace(&self, supply: &Supply) -> Option<String> {
        supply.trace.as_ref().and_then(trace::svg)
    }

    fn is_stand_in(&self, evidence: &Evidence) -> bool {
        words::is_stand_in(*evidence)
    }

    fn weight(&self, weight: &Weight) -> &'static str {
        match weight {
            Weight::Loud => "loud",
            Weight::Warning => "warning",
            Weight::Note => "note",
        }
    }

    fn alarm(&self, alert: &AlertRow) -> &'static str {
        words::alarm(alert.alarm)
    }

    fn severity(&self, alert: &AlertRow) -> &'static str {
        words::severity(alert.severity)
    }
}

/// Text for an attribute in double quotes, where the template engine is not at hand.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
