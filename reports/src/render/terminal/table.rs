//! The checks as a table. One line a check where all columns fit; two where they do not; reasons below.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::clean::clip;
use crate::render::terminal::layout::{Cell, Paper};
use crate::render::terminal::{BOLD, DIM, LONGEST_TEXT, Options, style_of};
use crate::view::{Row, View};
use crate::words;

/// Columns that all rows of a run share.
const N_COLUMNS: usize = 6;
const INDENT: usize = 2;
/// Between two columns.
const GAP: usize = 2;
/// A limit or a name longer than this does not decide how wide its column is.
const WIDEST_CELL: usize = 44;

/// The widths of the columns: mark and verdict, target, what, figure, limit, evidence.
pub(super) struct Shape {
    widths: [usize; N_COLUMNS],
    one_line: bool,
    unicode: bool,
}

impl Shape {
    /// The widths that the rows of a view need.
    pub(super) fn of(view: &View<'_>, options: Options) -> Self {
        let mut widths = [0; N_COLUMNS];
        for (_, row) in view.rows() {
            for (width, text) in widths.iter_mut().zip(columns(row, options.unicode)) {
                *width = (*width).max(text.width().min(WIDEST_CELL));
            }
        }
        // A column that no row uses takes no place, nor does the gap before it.
        let n_used = widths.iter().filter(|width| **width > 0).count();
        let total = INDENT + widths.iter().sum::<usize>() + GAP * n_used.saturating_sub(1);
        Self { widths, one_line: total <= options.width, unicode: options.unicode }
    }

    /// One check.
    pub(super) fn row(&self, paper: &mut Paper, row: &Row) {
        let texts = columns(row, self.unicode);
        let fits = texts.iter().zip(self.widths).all(|(text, width)| text.width() <= width);
        if self.one_line && fits {
            let styles = [style_of(row.outcome), BOLD, Style::new(), Style::new(), Style::new(), DIM];
            let cells: Vec<Cell> = texts
                .into_iter()
                .zip(self.widths)
                .zip(styles)
                .filter(|((_, width), _)| *width > 0)
                .map(|((text, width), style)| Cell { text, width, style })
                .collect();
            paper.cells(INDENT, &cells);
        } else {
            self.stacked(paper, row, texts);
        }
        self.remarks(paper, row);
    }

    /// Verdict, target and question on one line; figure, limit and evidence on the next.
    fn stacked(&self, paper: &mut Paper, row: &Row, [verdict, target, what, figure, limit, evidence]: [String; 6]) {
        let [verdict_width, target_width, ..] = self.widths;
        let head = INDENT + verdict_width + GAP + if target_width > 0 { target_width + GAP } else { 0 };
        let mut cells = vec![Cell { text: verdict, width: verdict_width, style: style_of(row.outcome) }];
        if target_width > 0 {
            cells.push(Cell { text: target, width: target_width, style: BOLD });
        }
        if head + what.width() <= paper.options.width {
            cells.push(Cell { text: what, width: 0, style: Style::new() });
            paper.cells(INDENT, &cells);
        } else {
            paper.cells(INDENT, &cells);
            paper.text(self.inner(), Style::new(), &what);
        }
        let mut parts = Vec::new();
        if row.figure.is_some() {
            let label = if evidence.is_empty() { String::new() } else { format!(" ({evidence})") };
            parts.push(format!("{figure}{label}"));
        }
        if !limit.is_empty() {
            parts.push(format!("limit {limit}"));
        }
        if !parts.is_empty() {
            paper.text(self.inner(), Style::new(), &clip(&parts.join(", "), LONGEST_TEXT));
        }
    }

    /// Where the lines below a row begin: under its second column.
    fn inner(&self) -> usize {
        INDENT + self.widths[0] + GAP
    }

    fn remarks(&self, paper: &mut Paper, row: &Row) {
        let line = |paper: &mut Paper, style, text: &str| paper.text(self.inner(), style, &clip(text, LONGEST_TEXT));
        if let Some(reason) = &row.reason {
            line(paper, Style::new(), reason);
        }
        if let Some(remark) = row.figure.as_ref().and_then(|figure| figure.remark.as_ref()) {
            line(paper, DIM, &format!("figure: {remark}"));
        }
        if let Some(note) = &row.note {
            line(paper, DIM, &format!("note: {note}"));
        }
        if let Some(text) = row.compound_text() {
            line(paper, DIM, &text);
        }
        if row.outcome >= hil_model::verdict::Outcome::Inconclusive {
            line(paper, DIM, &format!("at {}", row.place));
        }
    }
}

fn columns(row: &Row, unicode: bool) -> [String; N_COLUMNS] {
    let evidence = match (&row.figure, row.evidence) {
        (Some(_), Some(evidence)) => evidence.to_string(),
        (Some(_) | None, _) => String::new(),
    };
    let mut limit = row.limit.clone().unwrap_or_default();
    if let Some(acceptable) = &row.acceptable {
        limit.push_str(&format!(" (or {acceptable})"));
    }
    [
        format!("{} {}", words::mark(row.outcome, unicode), words::outcome(row.outcome)),
        row.target.clone().unwrap_or_default(),
        row.what.clone(),
        row.figure.as_ref().map_or_else(|| "-".to_owned(), crate::view::FigureText::line),
        limit,
        evidence,
    ]
}
