//! A gate as Markdown for a comment on a pull request and for a job's summary, in the dialect of GitHub.
//!
//! Guarantees: never longer than the limit of the place; what is cut is named and counted, and the worst rows are kept;
//! foreign text is neither markup, nor a link, nor a mention of anybody. A comment ends with a hidden [`MARKER`], so that a
//! bot finds its own one again and updates it in place. There are no pictures: GitHub shows neither `<svg>` elements nor
//! images inside of the text.

use hil_model::comparison::Change;

use crate::clean::clip;
use crate::gate::row::{RatioText, Row};
use crate::gate::view::{CheckRow, View};
use crate::gate::words;
use crate::render::markdown::budget::{self, Block};
use crate::render::markdown::escape::{code, plain};
use crate::view::{Fact, FigureText, Tone, Weight};
use crate::words::{self as report_words, counted};

/// The longest comment that GitHub accepts, in characters. Bytes are counted here, which is never less.
pub const LIMIT: usize = crate::render::markdown::LIMIT;
/// The longest text of [`render_short`], in bytes.
pub const SHORT_LIMIT: usize = 6_000;
/// The longest summary of a step that GitHub accepts, 1 MiB, in bytes.
pub const SUMMARY_LIMIT: usize = 1 << 20;
/// The last line of every text.
pub const MARKER: &str = "<!-- hilbench-gate -->";
/// One long message must not push all others out.
const LONGEST_TEXT: usize = 400;
/// What stands in the head, which is never cut, is shorter.
const LONGEST_IN_HEAD: usize = 800;
/// Rows that the short text names.
const SHORT_ROWS: usize = 10;
/// Rig errors and missed limits that are shown; they come before thousands of rows and must leave room for them.
const MOST_BESIDE: usize = 50;
/// Where everything is that is cut here.
const ELSEWHERE: &str = "The HTML report and verdict.json have everything.";

/// The whole report as a comment, at most [`LIMIT`] long.
#[must_use]
pub fn render(view: &View<'_>) -> String {
    render_within(view, LIMIT)
}

/// The same for a job's summary, at most [`SUMMARY_LIMIT`] long.
#[must_use]
pub fn render_summary(view: &View<'_>) -> String {
    render_within(view, SUMMARY_LIMIT)
}

/// The report, at most `limit` bytes long, or just its head where not even that fits.
#[must_use]
pub fn render_within(view: &View<'_>, limit: usize) -> String {
    let blocks = [
        rows("Rows that are not proved fine", "", "", view.open_rows().collect(), 2),
        checks(view),
        errors(view),
        trust(view),
        controls(view),
        list("Noise: the figures may be disturbed", view.warnings.iter().map(|text| short(text)), 3),
        rows("Improved", "<details><summary>Improved</summary>\n\n", CLOSE, improved(view), 4),
        all_rows(view),
        facts("Machine and build", view.environment.iter().chain(&view.noise)),
        legend(),
    ];
    budget::fit(head(view), blocks.into_iter().flatten().collect(), ELSEWHERE, MARKER, limit)
}

/// The decision, the worst rows one line each, and what to trust; at most [`SHORT_LIMIT`] long.
#[must_use]
pub fn render_short(view: &View<'_>) -> String {
    let open: Vec<&Row> = view.open_rows().collect();
    let mut lines: Vec<String> = open
        .iter()
        .take(SHORT_ROWS)
        .map(|row| {
            let ratio = row.ratio.as_ref().map_or_else(String::new, |ratio| format!(" **{}**", plain(&ratio.value)));
            let why =
                row.reason.as_deref().map_or_else(String::new, |reason| format!(": {}", plain(&clip(reason, 120))));
            let mark = words::mark(row.change, true);
            format!("- {mark} {}: {} in {}{ratio}{why}\n", row.status(), plain(&row.what), code(&row.scenario))
        })
        .collect();
    let checks: Vec<&CheckRow> = view.open_checks().collect();
    lines.extend(checks.iter().take(SHORT_ROWS).map(|check| {
        let (mark, outcome) = (report_words::mark(check.row.outcome, true), report_words::outcome(check.row.outcome));
        format!("- {mark} {outcome}: {} in {}\n", plain(&check.name()), code(&check.scenario))
    }));
    let more = open.len().saturating_sub(SHORT_ROWS) + checks.len().saturating_sub(SHORT_ROWS);
    let mut tail = if more > 0 { format!("- and {}\n\n", counted(more as u64, "more row")) } else { "\n".to_owned() };
    for fact in view.trust.iter().filter(|fact| ["Control pairs", "Noise floor"].contains(&fact.name)) {
        tail.push_str(&format!("<sub>{}: {}</sub><br>\n", fact.name, short(&fact.value)));
    }
    tail.push_str("<sub>The artefacts of the job have the whole report.</sub>\n\n");
    let block = Block { title: "The worst rows", head: String::new(), lines, tail, rank: 0 };
    let head = format!("{}{}", headline(view), numbers(view));
    let blocks = if block.lines.is_empty() { Vec::new() } else { vec![block] };
    budget::fit(head, blocks, ELSEWHERE, MARKER, SHORT_LIMIT)
}

fn headline(view: &View<'_>) -> String {
    let sign = match view.tone {
        Tone::Good => "✅",
        Tone::Open => "🟡",
        Tone::Bad => "❌",
    };
    let summary = plain(&clip(&view.summary, LONGEST_IN_HEAD));
    format!("### {sign} {}: {summary}\n\n{}\n\n", view.word, plain(&view.advice))
}

fn numbers(view: &View<'_>) -> String {
    let mut text = format!("**Rows:** {}", view.counts_text());
    let limits = view.open_checks().count();
    if limits > 0 {
        text.push_str(&format!(" · **Declared limits:** {limits} not met"));
    }
    if !view.errors.is_empty() {
        text.push_str(&format!(" · **Rig errors:** {}", view.errors.len()));
    }
    format!("{text}\n\n")
}

fn head(view: &View<'_>) -> String {
    let mut head = headline(view);
    for banner in &view.banners {
        let kind = if banner.weight == Weight::Note { "NOTE" } else { "WARNING" };
        head.push_str(&format!(
            "> [!{kind}]\n> **{}.** {}\n\n",
            banner.title,
            plain(&clip(&banner.text, LONGEST_IN_HEAD))
        ));
    }
    head.push_str(&numbers(view));
    head.push_str(&format!("**Again:** {}\n\n", code(&clip(&view.repeat, LONGEST_IN_HEAD))));
    let (sides, caption) = (clip(&view.sides, LONGEST_IN_HEAD), clip(&view.caption, LONGEST_TEXT));
    head.push_str(&format!("<sub>{}<br>{}</sub>\n\n", plain(&sides), plain(&caption)));
    head
}

const CLOSE: &str = "\n</details>\n\n";

fn improved<'a>(view: &'a View<'_>) -> Vec<&'a Row> {
    view.rows.iter().filter(|row| row.change == Change::Improved).collect()
}

fn all_rows(view: &View<'_>) -> Option<Block> {
    let open = format!("<details><summary>All {}</summary>\n\n", counted(view.rows.len() as u64, "row"));
    rows("All rows", &open, CLOSE, view.rows.iter().collect(), 5)
}

fn rows(title: &'static str, open: &str, close: &str, rows: Vec<&Row>, rank: u8) -> Option<Block> {
    let columns = "| Change | Metric | Baseline → candidate | Ratio and interval | Margin | Could have seen | Why |\n\
                   |---|---|---|---|---|---|---|\n";
    let heading = if open.is_empty() { format!("#### {title}\n\n") } else { open.to_owned() };
    let tail = if close.is_empty() { "\n" } else { close }.to_owned();
    let lines: Vec<String> = rows.into_iter().map(row).collect();
    (!lines.is_empty()).then(|| Block { title, head: format!("{heading}{columns}"), lines, tail, rank })
}

fn row(row: &Row) -> String {
    let remark = row.ratio.as_ref().and_then(|ratio| ratio.remark.as_deref());
    let mut why: Vec<String> =
        [row.reason.as_deref(), row.acknowledged.as_deref(), remark].into_iter().flatten().map(short).collect();
    if !row.is_green() {
        why.extend(row.place_text().map(|place| code(&clip(&place, LONGEST_TEXT))));
    }
    let label = match row.evidence {
        Some(evidence) if report_words::is_stand_in(evidence) => format!("<br>*{evidence}*"),
        Some(evidence) => format!("<br>{evidence}"),
        None => String::new(),
    };
    format!(
        "| {} {} | {}<br>{} on {}<br>{} | {}{label} | {}<br>{} | {} | {} | {} |\n",
        words::mark(row.change, true),
        row.status(),
        plain(&row.what),
        code(&row.scenario),
        code(&row.platform),
        row.better,
        plain(&row.sides().replace("->", "→")),
        ratio(row.ratio.as_ref()),
        row.amount,
        row.margin,
        row.seen(),
        why.join("<br>")
    )
}

fn ratio(ratio: Option<&RatioText>) -> String {
    let Some(ratio) = ratio else { return "none".to_owned() };
    let interval = ratio.interval.as_deref().map_or_else(String::new, |interval| format!(" {}", plain(interval)));
    format!("**{}**{interval}", plain(&ratio.value))
}

fn checks(view: &View<'_>) -> Option<Block> {
    let all = view.open_checks().count();
    let lines: Vec<String> = view
        .open_checks()
        .take(MOST_BESIDE)
        .map(|check| {
            let figure = check.row.figure.as_ref().map_or_else(|| "none".to_owned(), FigureText::line);
            let label = match check.row.evidence {
                Some(evidence) if report_words::is_stand_in(evidence) => format!(" *{evidence}*"),
                Some(evidence) => format!(" ({evidence})"),
                None => String::new(),
            };
            let place = code(&clip(&check.row.place, LONGEST_TEXT));
            let why = check.row.reason.as_deref().map_or_else(String::new, |reason| format!("{}<br>", short(reason)));
            format!(
                "| {} {} | {}<br>{} on {} | {}{label} | {} | {why}{place} |\n",
                report_words::mark(check.row.outcome, true),
                report_words::outcome(check.row.outcome),
                plain(&check.name()),
                code(&check.scenario),
                code(&check.platform),
                plain(&figure),
                short(&check.limit()),
            )
        })
        .collect();
    let title = "Declared limits that are not met";
    let columns = "| Verdict | Check | Figure and interval | Limit | Why |\n|---|---|---|---|---|\n";
    let head = format!("#### {title}\n\n{columns}");
    (!lines.is_empty()).then(|| Block { title, head, lines, tail: more(all), rank: 1 })
}

fn errors(view: &View<'_>) -> Option<Block> {
    let lines = view.errors.iter().take(MOST_BESIDE).map(|error| {
        let (scenario, platform) = (code(&error.scenario), code(&error.platform));
        format!("{scenario} on {platform}, {}: {}", short(&error.phase), short(&error.message))
    });
    list("Rig errors (faults of the bench, no verdicts)", lines, 1)
        .map(|block| Block { tail: more(view.errors.len()), ..block })
}

/// The end of a list of which so many were to be shown.
fn more(all: usize) -> String {
    match all.saturating_sub(MOST_BESIDE) {
        0 => "\n".to_owned(),
        n => format!("\n…and {n} more. {ELSEWHERE}\n\n"),
    }
}

fn trust(view: &View<'_>) -> Option<Block> {
    let lines = view.trust.iter().map(|fact| format!("{}: {}", fact.name, short(&fact.value)));
    list("What to trust", lines, 0)
}

/// Control pairs; those that disagree come first, so that none of them is lost before one that agrees.
fn controls(view: &View<'_>) -> Option<Block> {
    let lines: Vec<String> = view
        .controls
        .iter()
        .map(|control| {
            let (mark, word) = if control.agrees { ('✓', "agree") } else { ('!', "**differ**") };
            let floor = control.seen();
            let (ratio, what) = (ratio(control.ratio.as_ref()), plain(&control.what));
            format!("| {mark} {word} | {} | {what} | {ratio} | {floor} |\n", code(&control.scenario))
        })
        .collect();
    let title = "Control pairs";
    let columns = "| Copies | Scenario | Metric | One over the other | Could have seen |\n|---|---|---|---|---|\n";
    let head = format!("<details><summary>{title}: the same code twice</summary>\n\n{columns}");
    (!lines.is_empty()).then(|| Block { title, head, lines, tail: CLOSE.to_owned(), rank: 3 })
}

fn list(title: &'static str, lines: impl Iterator<Item = String>, rank: u8) -> Option<Block> {
    let lines: Vec<String> = lines.map(|line| format!("- {line}\n")).collect();
    let head = format!("#### {title}\n\n");
    (!lines.is_empty()).then(|| Block { title, head, lines, tail: "\n".to_owned(), rank })
}

fn facts<'a>(title: &'static str, facts: impl Iterator<Item = &'a Fact>) -> Option<Block> {
    let lines = facts.map(|fact| format!("| {} | {} |\n", fact.name, short(&fact.value))).collect();
    let head = format!("<details><summary>{title}</summary>\n\n| | |\n|---|---|\n");
    Some(Block { title, head, lines, tail: CLOSE.to_owned(), rank: 6 })
}

fn legend() -> Option<Block> {
    let changes = words::CHANGES
        .into_iter()
        .map(|change| format!("- **{}**: {}\n", words::change(change), words::change_meaning(change)));
    let evidence =
        report_words::EVIDENCE.into_iter().map(|e| format!("- **{e}**: {}\n", report_words::evidence_meaning(e)));
    let title = "How to read this";
    let head = format!("<details><summary>{title}</summary>\n\n");
    Some(Block { title, head, lines: changes.chain(evidence).collect(), tail: CLOSE.to_owned(), rank: 7 })
}

fn short(text: &str) -> String {
    plain(&clip(text, LONGEST_TEXT))
}
