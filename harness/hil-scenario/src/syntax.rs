//! Text to a tree, with every breach of the grammar of TOML, and without losing what stands around a breach.
//!
//! The parser recovers from most mistakes by itself, but an unclosed bracket or quote makes it swallow what
//! follows, and a key without a value makes it stop. So the statement that a mistake stands in is blanked out with
//! spaces, which moves nothing, and the rest is parsed again until it is clean. What was blanked out is remembered
//! by name, so that nobody reports as missing what is only misspelt.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::depth::too_deep;
use crate::kind::ProblemKind;
use crate::problem::Draft;
use crate::raw::{self, Table};
use crate::source::{At, FileId, floor_char_boundary};

/// Times that a text is parsed before it is given up; each round removes every mistake that the parser can see.
const MAX_ROUNDS: usize = 16;
/// Mistakes that are reported for one file.
pub(crate) const MAX_MISTAKES: usize = 50;

/// What a text amounts to.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// What could be read; nothing when the text is not worth a further look.
    pub(crate) table: Option<Table>,
    /// Breaches of the grammar, in the order of the text.
    pub(crate) mistakes: Vec<Draft>,
    /// Names of keys and tables in statements that could not be read.
    pub(crate) lost: BTreeSet<String>,
}

/// A statement that cannot be read, and why.
struct Region {
    blank: Range<usize>,
    span: Range<usize>,
    message: String,
}

/// Parses `text`, which is that of `file`.
pub(crate) fn parse(text: &str, file: FileId) -> Parsed {
    let mut work = text.to_owned();
    let mut mistakes: Vec<(Range<usize>, String)> = Vec::new();
    let mut lost = BTreeSet::new();
    if let Some(span) = too_deep(text) {
        mistakes.push((span, "this is nested too deeply".to_owned()));
        return Parsed { table: None, mistakes: drafts(mistakes, file), lost };
    }
    for _ in 0..MAX_ROUNDS {
        let (parsed, errors) = DeTable::parse_recoverable(&work);
        if errors.is_empty() {
            return Parsed { table: Some(raw::table(parsed.get_ref(), file)), mistakes: drafts(mistakes, file), lost };
        }
        let regions = regions(&work, parsed.get_ref(), &errors);
        drop((parsed, errors));
        for region in regions {
            lost.extend(names(&work[region.blank.clone()]));
            blank(&mut work, region.blank);
            let mistake = (region.span, region.message);
            if !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
        }
        if mistakes.len() > MAX_MISTAKES {
            break;
        }
    }
    Parsed { table: None, mistakes: drafts(mistakes, file), lost }
}

fn drafts(mut mistakes: Vec<(Range<usize>, String)>, file: FileId) -> Vec<Draft> {
    mistakes.sort_by_key(|(span, _)| span.start);
    let too_many = mistakes.len() > MAX_MISTAKES;
    mistakes.truncate(MAX_MISTAKES);
    let mut drafts: Vec<Draft> = mistakes.into_iter().map(|(span, message)| draft(span, message, file)).collect();
    if too_many {
        drafts.push(Draft::error(At::new(file, 0..0), ProblemKind::TooMany { shown: MAX_MISTAKES }));
    }
    drafts
}

/// The parser's messages for the mistakes that people make most, in words and with what to do. The first
/// beginning that fits counts.
const WORDS: [(&str, &str, &str); 12] = [
    (
        "duplicate key",
        "this key or table stands twice",
        "only [[check]], [[alert]] and [[side_by_side]] may be repeated",
    ),
    (BARE_WORD, "this value is not in quotes", "put a text into double quotes"),
    ("invalid boolean", "this value is not in quotes", "put a text into double quotes"),
    ("invalid float, expected `", "this value is not in quotes", "put a text into double quotes"),
    (
        "invalid basic string, expected `\"`",
        "a text is never closed",
        "close the text with a double quote on the same line",
    ),
    (
        "invalid literal string, expected `'`",
        "a text is never closed",
        "close the text with a single quote on the same line",
    ),
    ("invalid basic string", "a text cannot hold this character", "write it as an escape, such as \\t or \\u001b"),
    ("invalid literal string", "a text cannot hold this character", "use double quotes and an escape, such as \\t"),
    ("key with no value", "this key has no value", "write key = value"),
    ("unclosed table", "this header is never closed", "close it with ']'"),
    ("unclosed array table", "this header is never closed", "close it with ']]'"),
    (NEVER_CLOSED, NEVER_CLOSED, "close it before the next key or table"),
];
const BARE_WORD: &str = "string values must be quoted";
const NEVER_CLOSED: &str = "this is never closed";

fn draft(span: Range<usize>, message: String, file: FileId) -> Draft {
    let at = At::new(file, span);
    if message.starts_with(BARE_WORD) && at.start == at.end {
        let mut draft = Draft::error(at, ProblemKind::Syntax { message: "a value is missing".to_owned() });
        draft.hint("write key = value");
        return draft;
    }
    match WORDS.into_iter().find(|(start, ..)| message.starts_with(start)) {
        Some((_, message, hint)) => {
            let mut draft = Draft::error(at, ProblemKind::Syntax { message: message.to_owned() });
            draft.hint(hint);
            draft
        }
        None => Draft::error(at, ProblemKind::Syntax { message }),
    }
}

/// The statements that the errors stand in, without overlap, in the order of the text.
fn regions(work: &str, parsed: &DeTable<'_>, errors: &[Error]) -> Vec<Region> {
    let mut errors: Vec<(Range<usize>, &str)> =
        errors.iter().map(|error| (error.span().unwrap_or(0..0), error.message())).collect();
    // After these the parser stops, so that it is not known yet what the other mistakes stand in.
    let stops = |message: &str| ["key with no value", "recursion limit"].iter().any(|stop| message.starts_with(stop));
    if errors.iter().any(|(_, message)| stops(message)) {
        errors.retain(|(_, message)| stops(message));
    }
    errors.sort_by_key(|(span, _)| span.start);
    let mut long_values = Vec::new();
    values_over_lines(work, parsed, 0, &mut long_values);
    let mut regions: Vec<Region> = Vec::new();
    for (span, message) in errors {
        let start = floor_char_boundary(work, span.start);
        let end = floor_char_boundary(work, span.end).max(start);
        if let Some(last) = regions.last_mut()
            && start < last.blank.end.max(last.span.end)
        {
            continue;
        }
        let mut region = match long_values.iter().find(|value| value.start <= start && start <= value.end) {
            Some(value) => multi_line(work, value, start..end, message),
            None => Region { blank: lines_of(work, start..start), span: start..end, message: message.to_owned() },
        };
        // The lines below a broken header belong to a table whose name is not known.
        if work[region.blank.clone()].trim_start().starts_with('[') {
            region.blank.end = next_line_that(work, region.blank.end, |line| line.trim_start().starts_with('['));
        }
        if regions.last().is_none_or(|last| last.blank.end <= region.blank.start) {
            regions.push(region);
        }
        if regions.len() > MAX_MISTAKES {
            break;
        }
    }
    regions
}

/// A mistake within a value of several lines. If the value was never closed, it ends where the next statement
/// seems to start, and its opening is the place to show.
fn multi_line(work: &str, value: &Range<usize>, span: Range<usize>, message: &str) -> Region {
    let first_line = lines_of(work, value.start..value.start);
    let closed = {
        let text = &work[value.clone()];
        let ends = |open: &str, close: &str| text.starts_with(open) && text.len() > open.len() && text.ends_with(close);
        ends("[", "]") || ends("{", "}") || ends("\"\"\"", "\"\"\"") || ends("'''", "'''")
    };
    if closed {
        let blank = first_line.start..lines_of(work, value.end..value.end).end;
        return Region { blank, span, message: message.to_owned() };
    }
    let end = next_line_that(work, first_line.end, starts_statement);
    let opening = if work[value.start..].starts_with(['[', '{']) { 1 } else { 3 };
    let span = value.start..floor_char_boundary(work, value.start + opening);
    Region { blank: first_line.start..end, span, message: NEVER_CLOSED.to_owned() }
}

/// The spans of texts, lists and inline tables that reach over a line's end, the outermost only.
fn values_over_lines(work: &str, table: &DeTable<'_>, depth: usize, found: &mut Vec<Range<usize>>) {
    // The parser itself goes no deeper than this in any one place; beyond it there is nothing to save.
    if depth > 80 {
        return;
    }
    for value in table.values() {
        let inner_tables: &mut dyn Iterator<Item = &DeTable<'_>> = match value.get_ref() {
            DeValue::Table(inner) if !is_inline(work, value) => &mut std::iter::once(inner),
            DeValue::Array(items) if items.iter().any(|item| item.get_ref().is_table() && !is_inline(work, item)) => {
                &mut items.iter().filter_map(|item| item.get_ref().as_table())
            }
            _ => {
                if work.get(value.span()).is_some_and(|text| text.contains('\n')) {
                    found.push(value.span());
                }
                continue;
            }
        };
        for inner in inner_tables {
            values_over_lines(work, inner, depth + 1, found);
        }
    }
}

/// Whether a table is written in braces; otherwise its span is that of a header or, for one that is only implied,
/// of a key.
fn is_inline(work: &str, table: &Spanned<DeValue<'_>>) -> bool {
    work.get(table.span()).is_some_and(|text| text.starts_with('{'))
}

/// The whole lines that `span` touches, without the last line's end.
pub(crate) fn lines_of(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text[..span.start].rfind('\n').map_or(0, |index| index + 1);
    let end = text[span.end..].find('\n').map_or(text.len(), |index| span.end + index);
    start..end
}

/// The end of the line before the first line after `from` that is `wanted`.
fn next_line_that(text: &str, from: usize, wanted: impl Fn(&str) -> bool) -> usize {
    let mut end = from;
    while end < text.len() {
        let line = lines_of(text, end + 1..end + 1);
        if wanted(&text[line.clone()]) {
            break;
        }
        end = line.end;
    }
    end
}

/// Whether a line looks like `key = ...`, `[table]` or `[[table]]`.
fn starts_statement(line: &str) -> bool {
    let line = line.trim_start();
    let header = line.trim_start_matches('[');
    let name = header.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if header.len() == name.len() {
        return false;
    }
    let name_end = name.trim_start();
    if header.len() == line.len() { name_end.starts_with('=') } else { name_end.starts_with(']') }
}

/// The keys and the parts of headers that the lines of `text` begin with.
fn names(text: &str) -> impl Iterator<Item = String> {
    text.lines().flat_map(|line| {
        let line = line.trim_start().trim_start_matches('[').trim_start();
        let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(line.len());
        line[..end].split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    })
}

/// Overwrites with spaces; line ends stay.
fn blank(text: &mut String, range: Range<usize>) {
    let spaces: String = text[range.clone()]
        .bytes()
        .map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' })
        .collect();
    text.replace_range(range, &spaces);
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::kind::ProblemKind;
    use crate::source::Sources;

    /// The keys at the top of what was read, and each mistake as `line:column message`.
    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let mut sources = Sources::default();
        let (file, _) = sources.add("a.toml", text.as_bytes());
        let parsed = parse(text, file);
        let keys = parsed.table.unwrap().entries.into_iter().map(|entry| entry.key).collect();
        let mistakes = parsed.mistakes.iter().map(|draft| {
            let (line, column) = sources.line_column(file, draft.at.start);
            format!("{line}:{column} {}", draft.kind)
        });
        (keys, mistakes.collect())
    }

    #[test]
    fn one_broken_statement_is_one_mistake_and_hides_nothing_around_it() {
        let cases = [
            ("key = ", "2:7 a value is missing"),
            ("key", "2:4 this key has no value"),
            ("key \"x\"", "2:5 this key has no value"),
            ("key = \"x", "2:9 a text is never closed"),
            ("key = x y", "2:7 this value is not in quotes"),
            ("key = [1, 2", "2:7 this is never closed"),
            ("key = [\n  \"a\",\n  \"b\"", "2:7 this is never closed"),
            ("key = {a = 1, b", "2:7 this is never closed"),
            ("key = \"\"\"x", "2:7 this is never closed"),
            ("key = [\n  \"a\"\n  \"b\",\n]", "4:3 missing comma"),
            ("key = '\u{1b}[31m'", "2:8 a text cannot hold"),
            ("before = 2", "2:1 this key or table stands twice"),
            ("[key\ninner = 1", "2:5 this header is never closed"),
            ("[[key]\ninner = 1", "2:7 this header is never closed"),
        ];
        for (broken, mistake) in cases {
            let (keys, mistakes) = read(&format!("before = 1\n{broken}\n[after]\nx = 1\n"));
            assert_eq!(keys, ["before", "after"], "{broken}");
            assert_eq!(mistakes.len(), 1, "{broken}: {mistakes:?}");
            assert!(mistakes[0].starts_with(mistake), "{broken}: {mistakes:?}");
        }
    }

    #[test]
    fn each_of_several_broken_statements_is_reported() {
        let (keys, mistakes) = read("a\nb\nc = [\nd = 1\ne = \"\nf = 2\n");
        assert_eq!(keys, ["d", "f"]);
        assert_eq!(mistakes.len(), 4, "{mistakes:?}");
    }

    #[test]
    fn what_is_lost_is_remembered_by_name() {
        let mut sources = Sources::default();
        let text = "id = \n[workloads.float\nkernel = \"x\"\n";
        let (file, _) = sources.add("a.toml", text.as_bytes());
        let lost = parse(text, file).lost;
        assert_eq!(lost.into_iter().collect::<Vec<_>>(), ["float", "id", "kernel", "workloads"]);
    }

    #[test]
    fn endless_mistakes_end() {
        let mut sources = Sources::default();
        for text in ["=\n".repeat(100_000), "=".repeat(100_000), "[".repeat(100_000), "a.".repeat(100_000)] {
            let (file, _) = sources.add("a.toml", text.as_bytes());
            let parsed = parse(&text, file);
            assert!((1..=super::MAX_MISTAKES + 1).contains(&parsed.mistakes.len()));
        }
        let text = "=\n".repeat(1_000);
        let (file, _) = sources.add("a.toml", text.as_bytes());
        let last = parse(&text, file).mistakes.pop().unwrap();
        assert_eq!(last.kind, ProblemKind::TooMany { shown: super::MAX_MISTAKES });
    }
}
