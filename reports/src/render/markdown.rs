//! Markdown for comments on pull requests and for job summaries, in the dialect of GitHub.
//!
//! Guarantees: never longer than the limit that such comments have; what is cut is named and counted, and the most
//! important parts are kept; foreign text is neither markup, nor a link, nor a mention of anybody. The text ends with
//! a hidden [`MARKER`], so that a bot finds its own comment again and updates it in place.

pub(crate) mod budget;
pub(crate) mod escape;

use hil_model::run::Alarm;
use hil_model::verdict::Outcome;

use crate::clean::clip;
use crate::render::markdown::budget::Block;
use crate::render::markdown::escape::{code, plain};
use crate::side_by_side::{COLUMNS, Cell, SideBySide};
use crate::view::{Banner, Fact, FigureText, Group, Row, Tone, View, Weight};
use crate::words::{self, counted};

/// The longest comment that GitHub accepts, in characters. Bytes are counted here, which is never less.
pub const LIMIT: usize = 65_536;
/// The last line of every text.
pub const MARKER: &str = "<!-- hilbench-report -->";
/// Where everything is that is cut here.
const ELSEWHERE: &str = "The HTML report and run.json have everything.";
/// One long message must not push all others out.
const LONGEST_TEXT: usize = 400;

/// The report, at most [`LIMIT`] long.
#[must_use]
pub fn render(view: &View<'_>) -> String {
    render_within(view, LIMIT)
}

/// The report, at most `limit` bytes long, or just the headline and the banners where not even they fit.
#[must_use]
pub fn render_within(view: &View<'_>, limit: usize) -> String {
    let blocks = [
        problems(view),
        alerts(view),
        errors(view),
        list("Noise: the figures may be disturbed", view.warnings.iter().map(|text| short(text)), 3),
        side_by_side(view),
        all_checks(view),
        data(view),
        facts("Machine and build", view.environment.iter().chain(&view.noise)),
        legend(),
    ];
    budget::fit(head(view), blocks.into_iter().flatten().collect(), ELSEWHERE, MARKER, limit)
}

fn head(view: &View<'_>) -> String {
    let sign = match view.headline.tone {
        Tone::Good => "✅",
        Tone::Open => "🟡",
        Tone::Bad => "❌",
    };
    let mut head = format!("### {sign} {}: {}\n\n", view.headline.word, plain(&view.headline.text));
    for banner in &view.banners {
        head.push_str(&self::banner(banner));
    }
    head.push_str(&format!("**Verdicts:** {}", view.summary));
    if !view.errors.is_empty() {
        head.push_str(&format!(", and {}", counted(view.errors.len(), "rig error")));
    }
    if let Some(evidence) = &view.evidence {
        head.push_str(&format!(" · **Evidence:** {evidence}"));
    }
    head.push('\n');
    if let Some(command) = &view.reproduce {
        head.push_str(&format!("\n**Again:** {}\n", code(command)));
    }
    head.push_str(&format!("\n<sub>{}</sub>\n\n", plain(&clip(&view.caption, LONGEST_TEXT))));
    head
}

fn banner(banner: &Banner) -> String {
    let kind = match banner.weight {
        Weight::Loud => "CAUTION",
        Weight::Warning => "WARNING",
        Weight::Note => "NOTE",
    };
    format!("> [!{kind}]\n> **{}.** {}\n\n", banner.title, short(&banner.text))
}

/// Everything that is not a plain proof, worst first over all scenarios.
fn problems(view: &View<'_>) -> Option<Block> {
    let is_quiet = |outcome| matches!(outcome, Outcome::Pass | Outcome::Reported | Outcome::NotApplicable);
    let mut rows: Vec<(&Group, &Row)> = view.rows().filter(|(_, row)| !is_quiet(row.outcome)).collect();
    rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.outcome));
    table("Checks without a proof", "", "", rows, 0)
}

fn all_checks(view: &View<'_>) -> Option<Block> {
    let rows: Vec<(&Group, &Row)> = view.rows().collect();
    let open = format!("<details><summary>All {}</summary>\n\n", counted(rows.len(), "check"));
    table("All checks", &open, "\n</details>\n\n", rows, 5)
}

/// Every table of workloads beside each other.
fn side_by_side(view: &View<'_>) -> Option<Block> {
    let mut lines = Vec::new();
    for group in &view.groups {
        for SideBySide { title, lines: workloads } in &group.side_by_side {
            let rules = "---|".repeat(COLUMNS.len() + 1);
            lines.push(format!(
                "**{}** ({})\n\n| Workload | {} |\n|{rules}\n",
                short(title),
                code(&group.scenario),
                COLUMNS.join(" | ")
            ));
            lines.extend(workloads.iter().map(|line| {
                let cells: Vec<String> = line.cells.iter().map(beside).collect();
                format!("| {} | {} |\n", short(&line.name), cells.join(" | "))
            }));
            lines.push("\n".to_owned());
        }
    }
    let title = "Side by side";
    (!lines.is_empty()).then(|| Block { title, head: format!("#### {title}\n\n"), lines, tail: String::new(), rank: 4 })
}

fn beside(cell: &Cell) -> String {
    let mark = cell.outcome.map(|outcome| words::mark(outcome, true).to_string());
    let text = cell.text.as_deref().map(|text| format!("**{}**", short(text)));
    let parts = [mark, text, cell.change.as_deref().map(short), cell.fine.as_deref().map(short)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn table(title: &'static str, open: &str, close: &str, rows: Vec<(&Group, &Row)>, rank: u8) -> Option<Block> {
    if rows.is_empty() {
        return None;
    }
    let heading = if open.is_empty() { format!("#### {title}\n\n") } else { open.to_owned() };
    let columns = "| Verdict | Target | Check | Figure and interval | Limit | Evidence | Why |\n\
                   |---|---|---|---|---|---|---|\n";
    let close = if close.is_empty() { "\n" } else { close };
    let lines = rows.into_iter().map(|(group, row)| table_row(group, row)).collect();
    Some(Block { title, head: format!("{heading}{columns}"), lines, tail: close.to_owned(), rank })
}

fn table_row(group: &Group, row: &Row) -> String {
    let mut why: Vec<String> = Vec::new();
    why.extend(row.reason.as_deref().map(short));
    why.extend(row.figure.as_ref().and_then(|figure| figure.remark.as_deref()).map(short));
    why.extend(row.note.as_deref().map(|note| format!("note: {}", short(note))));
    if row.outcome >= Outcome::Inconclusive {
        why.push(code(&clip(&row.place, LONGEST_TEXT)));
    }
    let evidence = row.figure.as_ref().and(row.evidence).map_or_else(String::new, |evidence| evidence.to_string());
    let tier = row.acceptable.as_deref().map_or_else(String::new, |tier| format!(" (or {})", short(tier)));
    format!(
        "| {} {} | {} | {}<br>{} | {} | {}{tier} | {} | {} |\n",
        words::mark(row.outcome, true),
        words::outcome(row.outcome),
        row.target.as_deref().unwrap_or(""),
        plain(&row.what),
        code(&group.scenario),
        figure(row),
        short(row.limit_text()),
        evidence,
        why.join("<br>")
    )
}

/// The figure; one that stands in for hardware says so beside the number.
fn figure(row: &Row) -> String {
    let Some(figure) = &row.figure else { return "none".to_owned() };
    let FigureText { value, interval, .. } = figure;
    let interval = interval.as_deref().map_or_else(String::new, |interval| format!(" {}", plain(interval)));
    let label = match row.evidence {
        Some(evidence) if words::is_stand_in(evidence) => format!(" *{evidence}*"),
        Some(_) | None => String::new(),
    };
    format!("**{}**{interval}{label}", plain(value))
}

fn alerts(view: &View<'_>) -> Option<Block> {
    let lines = view.alerts.iter().map(|alert| {
        let state = words::alarm(alert.alarm);
        let state = if alert.alarm == Alarm::Raised { format!("**{state}**") } else { state.to_owned() };
        let figure = alert.figure.as_ref().map_or_else(|| "no figure".to_owned(), |figure| plain(&figure.line()));
        let evidence = alert.figure.as_ref().and(alert.evidence);
        let evidence = evidence.map_or_else(String::new, |evidence| match words::is_stand_in(evidence) {
            true => format!(" *{evidence}*"),
            false => format!(" ({evidence})"),
        });
        let target = alert.target.as_deref().map_or_else(String::new, |target| format!("{target} "));
        let (condition, severity) = (short(&alert.condition), words::severity(alert.severity));
        let why = alert.reason.as_deref().map_or_else(String::new, |reason| format!(": {}", short(reason)));
        format!("{state}, {severity}: {target}{condition}, {figure}{evidence}, in {}{why}", code(&alert.scenario))
    });
    list("Alerts", lines, 2)
}

fn errors(view: &View<'_>) -> Option<Block> {
    let lines = view.errors.iter().map(|error| {
        let (scenario, platform) = (code(&error.scenario), code(&error.platform));
        format!("{scenario} on {platform}, {}: {}", short(&error.phase), short(&error.message))
    });
    list("Rig errors (faults of the bench, no verdicts)", lines, 1)
}

fn data(view: &View<'_>) -> Option<Block> {
    let lines = view.data.iter().map(|data| {
        let items = counted(data.items, "item");
        format!("{}, {items}: {} ({})", code(&data.name), short(&data.attribution), short(&data.licence))
    });
    list("Data", lines, 4)
}

fn list(title: &'static str, lines: impl Iterator<Item = String>, rank: u8) -> Option<Block> {
    let lines: Vec<String> = lines.map(|line| format!("- {line}\n")).collect();
    let head = format!("#### {title}\n\n");
    (!lines.is_empty()).then(|| Block { title, head, lines, tail: "\n".to_owned(), rank })
}

fn facts<'a>(title: &'static str, facts: impl Iterator<Item = &'a Fact>) -> Option<Block> {
    let lines = facts.map(|fact| format!("| {} | {} |\n", fact.name, short(&fact.value))).collect();
    Some(Block {
        title,
        head: format!("<details><summary>{title}</summary>\n\n| | |\n|---|---|\n"),
        lines,
        tail: "\n</details>\n\n".to_owned(),
        rank: 6,
    })
}

fn legend() -> Option<Block> {
    let outcomes = Outcome::ALL
        .into_iter()
        .map(|outcome| format!("- **{}**: {}\n", words::outcome(outcome), words::outcome_meaning(outcome)));
    let evidence = words::EVIDENCE.into_iter().map(|e| format!("- **{e}**: {}\n", words::evidence_meaning(e)));
    Some(Block {
        title: "How to read this",
        head: "<details><summary>How to read this</summary>\n\n".to_owned(),
        lines: outcomes.chain(evidence).collect(),
        tail: "\n</details>\n\n".to_owned(),
        rank: 7,
    })
}

fn short(text: &str) -> String {
    plain(&clip(text, LONGEST_TEXT))
}
