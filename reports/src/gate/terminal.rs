//! A gate for a terminal: what is not proved fine, row by row, the rest in a table, then what to trust, the sum last.
//!
//! Guarantees: those of [`crate::render::terminal`]: no line is wider than asked for (but never cut below 40 columns), a
//! change has a word and a mark, colour only repeats them, and the only control characters are line breaks and colour
//! codes.

use anstyle::{AnsiColor, Style};
use hil_model::comparison::Change;

use crate::clean::clip;
use crate::gate::row::{Control, RatioText, Row, Standing, unseen};
use crate::gate::view::{CheckRow, View};
use crate::gate::words;
use crate::render::terminal::Options;
use crate::render::terminal::layout::{Cell, Paper};
use crate::view::{FigureText, Tone, Weight};
use crate::words as report_words;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const UNSURE: Style = AnsiColor::Yellow.on_default();
/// The stored verdict has the whole of a very long message.
const LONGEST_TEXT: usize = 600;
/// So many rows that are fine are shown; thousands would push what matters out of sight.
const MOST_FINE: usize = 40;
/// Where the lines below a row begin.
const INNER: usize = 4;

/// The whole text, with a line break at its end.
#[must_use]
pub fn render(view: &View<'_>, options: Options) -> String {
    let mut paper = Paper::new(options);
    paper.text(0, DIM, &view.caption);
    paper.text(0, DIM, &view.sides);
    let open: Vec<&Row> = view.open_rows().collect();
    if !open.is_empty() {
        title(&mut paper, BOLD, "Not proved fine, worst first");
        open.iter().for_each(|row| self::row(&mut paper, row));
    }
    fine(&mut paper, view);
    let checks: Vec<&CheckRow> = view.open_checks().collect();
    if !checks.is_empty() {
        title(&mut paper, BOLD, "Declared limits that are not met, worst first");
        checks.iter().for_each(|row| check(&mut paper, row));
    }
    list(
        &mut paper,
        BAD,
        "Rig errors (faults of the bench, no verdicts)",
        view.errors.iter().map(|error| {
            format!("{} on {}, {}: {}", error.scenario, error.platform, error.phase, clip(&error.message, LONGEST_TEXT))
        }),
    );
    list(
        &mut paper,
        UNSURE,
        "Noise: the figures may be disturbed",
        view.warnings.iter().map(|text| clip(text, LONGEST_TEXT)),
    );
    trust(&mut paper, view);
    paper.blank();
    for banner in &view.banners {
        let style = if banner.weight == Weight::Note { BOLD } else { UNSURE.bold() };
        paper.lead(style, banner.title, &clip(&banner.text, LONGEST_TEXT));
    }
    let style = match view.tone {
        Tone::Good => GOOD.bold(),
        Tone::Open => UNSURE.bold(),
        Tone::Bad => BAD,
    };
    paper.lead(style, view.word, &clip(&view.summary, LONGEST_TEXT));
    paper.lead(BOLD, "Rows", &format!("{}.", view.counts_text()));
    paper.lead(BOLD, "Now", &view.advice);
    paper.lead(BOLD, "Again", &clip(&view.repeat, LONGEST_TEXT));
    paper.finish()
}

fn title(paper: &mut Paper, style: Style, text: &str) {
    paper.blank();
    paper.text(0, style, text);
}

fn list(paper: &mut Paper, style: Style, heading: &str, entries: impl Iterator<Item = String>) {
    let mut entries = entries.peekable();
    if entries.peek().is_some() {
        title(paper, style, heading);
        entries.for_each(|entry| paper.item(2, "- ", Style::new(), &entry));
    }
}

/// One row with all that belongs to it.
fn row(paper: &mut Paper, row: &Row) {
    let unicode = paper.options.unicode;
    let style = if row.standing == Standing::Gating { style_of(row.change) } else { DIM };
    paper.item(2, &format!("{} ", words::mark(row.change, unicode)), style, &row.status());
    let line = |paper: &mut Paper, style, text: &str| paper.text(INNER, style, &clip(text, LONGEST_TEXT));
    line(paper, BOLD, &format!("{}, {} on {}", row.what, row.scenario, row.platform));
    let evidence = row.evidence.map_or_else(String::new, |evidence| format!(" ({evidence})"));
    if let Some(ratio) = &row.ratio {
        line(paper, Style::new(), &format!("{}, margin {}, {}", ratio.line(), row.margin, row.better));
    }
    line(paper, Style::new(), &format!("{}{evidence}", row.sides()));
    let seen = row.smallest_seen.as_ref().map_or_else(String::new, |least| format!("; {}", unseen(least)));
    line(paper, DIM, &format!("{}{seen}", row.amount));
    let remark = row.ratio.as_ref().and_then(|ratio| ratio.remark.as_ref());
    for text in row.reason.iter().chain(&row.acknowledged).chain(remark) {
        line(paper, Style::new(), text);
    }
    if let Some(place) = row.place_text() {
        line(paper, DIM, &format!("at {place}"));
    }
}

/// Rows that are proved fine, one or two lines each.
fn fine(paper: &mut Paper, view: &View<'_>) {
    let rows: Vec<&Row> = view.rows.iter().filter(|row| row.is_green()).collect();
    if rows.is_empty() {
        return;
    }
    title(paper, BOLD, "Proved fine");
    for row in rows.iter().take(MOST_FINE) {
        let seen = row.smallest_seen.as_ref().map_or_else(String::new, |least| format!("; {}", unseen(least)));
        let ratio = row.ratio.as_ref().map_or_else(|| "no ratio".to_owned(), RatioText::line);
        let evidence = row.evidence.map_or_else(String::new, |evidence| format!(" ({evidence})"));
        let mark = format!("{} {}", words::mark(row.change, paper.options.unicode), row.status());
        let what = format!("{}, {} on {}", row.what, row.scenario, row.platform);
        let width = words::change(Change::Unchanged).len() + 2;
        if 2 + width + 2 + unicode_width::UnicodeWidthStr::width(what.as_str()) <= paper.options.width
            && mark.len() <= width + 2
        {
            let cells = [
                Cell { text: mark, width, style: style_of(row.change) },
                Cell { text: what, width: 0, style: Style::new() },
            ];
            paper.cells(2, &cells);
        } else {
            paper.text(2, style_of(row.change), &mark);
            paper.text(INNER, Style::new(), &what);
        }
        paper.text(INNER, DIM, &format!("{ratio}{evidence}{seen}"));
    }
    if let Some(more) = rows.len().checked_sub(MOST_FINE).filter(|more| *more > 0) {
        paper.text(INNER, DIM, &format!("and {more} more, all in verdict.json and the HTML report"));
    }
}

fn check(paper: &mut Paper, check: &CheckRow) {
    let outcome = check.row.outcome;
    let style = if outcome >= hil_model::verdict::Outcome::Fail { BAD } else { UNSURE };
    let bullet = format!("{} ", report_words::mark(outcome, paper.options.unicode));
    paper.item(2, &bullet, style, report_words::outcome(outcome));
    paper.text(INNER, BOLD, &format!("{}, {} on {}", check.name(), check.scenario, check.platform));
    let figure = check.row.figure.as_ref().map_or_else(|| "no figure".to_owned(), FigureText::line);
    let evidence = check.row.evidence.map_or_else(String::new, |evidence| format!(" ({evidence})"));
    paper.text(INNER, Style::new(), &clip(&format!("{figure}{evidence}, limit {}", check.limit()), LONGEST_TEXT));
    if let Some(reason) = &check.row.reason {
        paper.text(INNER, Style::new(), &clip(reason, LONGEST_TEXT));
    }
    paper.text(INNER, DIM, &clip(&format!("at {}", check.row.place), LONGEST_TEXT));
}

fn trust(paper: &mut Paper, view: &View<'_>) {
    title(paper, BOLD, "What to trust");
    for fact in &view.trust {
        paper.item(2, "- ", Style::new(), &format!("{}: {}", fact.name, clip(&fact.value, LONGEST_TEXT)));
    }
    for control in view.controls.iter().filter(|control| !control.agrees) {
        let Control { scenario, .. } = control;
        paper.item(2, "- ", BAD, &format!("control pair of {scenario}, {}", control.line()));
    }
}

/// The colour that repeats a change.
fn style_of(change: Change) -> Style {
    match change {
        Change::Improved | Change::Unchanged => GOOD,
        Change::Inconclusive => UNSURE,
        Change::Regressed | Change::Invalid => BAD,
    }
}
