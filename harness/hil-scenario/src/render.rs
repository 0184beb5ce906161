//! Problems as text for people: the message, the line that it is about, and what to do.
//!
//! Guarantee: nothing from a file reaches the terminal as a control character or as a mark that reorders text;
//! such characters are shown as pictures of themselves. Colour is the caller's decision.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use hil_model::text::is_unsafe;

use crate::problem::{Problem, Severity};
use crate::source::{Sources, floor_char_boundary};
use crate::syntax::lines_of;

/// Characters of a line that are shown on each side of a place; what is further away is cut.
const MAX_CONTEXT: usize = 100;

/// Renders problems in order, with an empty line between them, in colour or plain.
///
/// `sources` are those that came with the problems; of other files, only the place is shown.
#[must_use]
pub fn render(problems: &[Problem], sources: &Sources, color: bool) -> String {
    let renderer = if color { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for problem in problems {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&render_one(problem, sources, &renderer));
        text.push('\n');
    }
    text
}

fn render_one(problem: &Problem, sources: &Sources, renderer: &Renderer) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(safe(&problem.message()));
    let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let origin = Origin::path(safe(&problem.file)).line(number(problem.line)).char_column(number(problem.column));
    let mut group = match excerpt(sources, &problem.file, &problem.span) {
        Some(Excerpt { text, mark, is_cut }) => {
            let snippet = Snippet::source(text)
                .line_start(number(problem.line))
                .fold(false)
                .annotation(AnnotationKind::Primary.span(mark));
            // Where the front of the line is cut off, the column cannot be told from what is left.
            if is_cut {
                title.element(origin).element(snippet)
            } else {
                title.element(snippet.path(safe(&problem.file)))
            }
        }
        None => title.element(origin),
    };
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.message(safe(hint)));
    }
    if let Some(related) = &problem.related {
        let place = format!("{} is at {}:{}:{}", related.what, related.file, related.line, related.column);
        group = group.element(Level::NOTE.message(safe(&place)));
    }
    renderer.render(&[group])
}

/// The line of a place, safe to print.
struct Excerpt {
    text: String,
    /// The part of it that the place covers.
    mark: Range<usize>,
    /// Whether its front is cut off.
    is_cut: bool,
}

/// The first line of `span` around its start; nothing when it is empty or not at hand.
fn excerpt(sources: &Sources, file: &str, span: &Range<usize>) -> Option<Excerpt> {
    let text = sources.text(file)?;
    let start = floor_char_boundary(text, span.start);
    let line = lines_of(text, start..start);
    let end = floor_char_boundary(text, span.end).clamp(start, line.end);
    let before = text[line.start..start].trim_start_matches('\u{feff}');
    let (before, is_cut) = match before.char_indices().rev().nth(MAX_CONTEXT - 1) {
        Some((from, _)) if from > 0 => (format!("...{}", &before[from..]), true),
        _ => (before.to_owned(), false),
    };
    let mut shown = safe(&before);
    let mark_start = shown.len();
    shown.push_str(&safe(&cut_back(&text[start..end])));
    let mark_end = shown.len();
    shown.push_str(&safe(&cut_back(text[end..line.end].trim_end_matches('\r'))));
    (!shown.trim().is_empty()).then_some(Excerpt { text: shown, mark: mark_start..mark_end, is_cut })
}

fn cut_back(text: &str) -> String {
    match text.char_indices().nth(MAX_CONTEXT) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text with pictures in place of unsafe characters; tabs become a space.
fn safe(text: &str) -> String {
    let picture = |c: char| match c {
        '\t' => ' ',
        '\0'..='\u{1f}' => char::from_u32(u32::from(c) + 0x2400).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        c if is_unsafe(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(picture).collect()
}
