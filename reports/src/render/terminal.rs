//! Text for a terminal: the checks of each scenario as a table, then what else there is to know, the sum last.
//!
//! Guarantees: no line is wider than asked for (but never cut below 40 columns); a verdict has a word and a mark,
//! colour only repeats them; the only control characters are line breaks and, with colour, the colour codes written
//! here. Whether the output is a terminal, and how wide, is for the caller to find out.

pub(crate) mod layout;
mod table;

use anstyle::{AnsiColor, Style};
use hil_model::run::Alarm;
use hil_model::verdict::Outcome;

use crate::clean::clip;
use crate::render::terminal::layout::Paper;
use crate::view::{Banner, Tone, View, Weight};
use crate::words;

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Columns; fewer than 40 count as 40.
    pub width: usize,
    /// Whether colour codes are understood and wanted.
    pub color: bool,
    /// Whether characters outside ASCII can be shown.
    pub unicode: bool,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const UNSURE: Style = AnsiColor::Yellow.on_default();
/// Readers of a terminal are served by a part of a very long message; the stored run has all of it.
const LONGEST_TEXT: usize = 600;

/// The whole text, with a line break at its end.
#[must_use]
pub fn render(view: &View<'_>, options: Options) -> String {
    let mut paper = Paper::new(options);
    paper.text(0, DIM, &view.caption);
    let shape = table::Shape::of(view, options);
    for group in &view.groups {
        paper.blank();
        paper.text(0, BOLD, &group.title);
        paper.text(0, DIM, &format!("{} on {}", group.scenario, group.platform));
        for row in &group.rows {
            shape.row(&mut paper, row);
        }
    }
    alerts(&mut paper, view);
    section(
        &mut paper,
        "Rig errors (faults of the bench, no verdicts)",
        BAD,
        view.errors.iter().map(|error| {
            format!("{} on {}, {}: {}", error.scenario, error.platform, error.phase, clip(&error.message, LONGEST_TEXT))
        }),
    );
    let warnings = view.warnings.iter().map(|text| clip(text, LONGEST_TEXT));
    section(&mut paper, "Noise: the figures may be disturbed", UNSURE, warnings);
    section(
        &mut paper,
        "Data",
        DIM,
        view.data.iter().map(|data| {
            let credit = clip(&data.attribution, LONGEST_TEXT);
            format!("{}, {}: {credit} ({})", data.name, words::counted(data.items, "item"), data.licence)
        }),
    );
    paper.blank();
    for banner in &view.banners {
        self::banner(&mut paper, banner);
    }
    sum(&mut paper, view);
    paper.finish()
}

fn section(paper: &mut Paper, title: &str, style: Style, entries: impl Iterator<Item = String>) {
    let mut entries = entries.peekable();
    if entries.peek().is_none() {
        return;
    }
    paper.blank();
    paper.text(0, style, title);
    for entry in entries {
        paper.item(2, "- ", Style::new(), &entry);
    }
}

fn alerts(paper: &mut Paper, view: &View<'_>) {
    if view.alerts.is_empty() {
        return;
    }
    paper.blank();
    paper.text(0, BOLD, "Alerts");
    for alert in &view.alerts {
        let style = match alert.alarm {
            Alarm::Raised => BAD,
            Alarm::Unknown => UNSURE,
            Alarm::Quiet => Style::new(),
        };
        let figure = match (&alert.figure, alert.evidence) {
            (Some(figure), Some(evidence)) => format!("{} ({evidence})", figure.line()),
            (Some(figure), None) => figure.line(),
            (None, _) => "no figure".to_owned(),
        };
        let why = alert.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        let target = alert.target.as_ref().map_or_else(String::new, |target| format!("{target} "));
        let text = format!(
            "{}{}: {target}{}, {figure}, in {}{why}",
            if alert.alarm == Alarm::Raised { "RAISED, " } else { "" },
            match alert.alarm {
                Alarm::Raised => words::severity(alert.severity),
                Alarm::Unknown | Alarm::Quiet => words::alarm(alert.alarm),
            },
            alert.condition,
            alert.scenario
        );
        paper.item(2, "- ", style, &text);
    }
}

fn banner(paper: &mut Paper, banner: &Banner) {
    let style = match banner.weight {
        Weight::Loud => BAD.invert(),
        Weight::Warning => UNSURE.bold(),
        Weight::Note => BOLD,
    };
    let title = match banner.weight {
        Weight::Loud => banner.title.to_uppercase(),
        Weight::Warning | Weight::Note => banner.title.to_owned(),
    };
    paper.lead(style, &title, &clip(&banner.text, LONGEST_TEXT));
}

fn sum(paper: &mut Paper, view: &View<'_>) {
    let style = match view.headline.tone {
        Tone::Good => GOOD.bold(),
        Tone::Open => UNSURE.bold(),
        Tone::Bad => BAD,
    };
    paper.lead(style, view.headline.word, &view.headline.text);
    let evidence = view.evidence.as_ref().map_or_else(String::new, |evidence| format!(". Evidence: {evidence}"));
    let errors = view.errors.len();
    let rig = if errors > 0 { format!(". {}", words::counted(errors, "rig error")) } else { String::new() };
    paper.lead(BOLD, "Verdicts", &format!("{}{rig}{evidence}.", view.summary));
    if let Some(command) = &view.reproduce {
        paper.lead(BOLD, "Again", command);
    }
}

/// The colour that repeats a verdict.
fn style_of(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Pass => GOOD,
        Outcome::Acceptable | Outcome::Inconclusive => UNSURE,
        Outcome::Fail | Outcome::Invalid => BAD,
        Outcome::Reported => Style::new(),
        Outcome::NotRun | Outcome::NotApplicable => DIM,
    }
}
