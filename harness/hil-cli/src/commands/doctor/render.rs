//! Findings as text for people and as values for scripts. Pure; nothing that a device says can move the cursor.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::commands::doctor::finding::{Finding, Section, State};
use crate::show::clean;

/// The findings under their headings, and a last line that sums up.
#[must_use]
pub fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for section in Section::ALL {
        let of_section: Vec<&Finding> = findings.iter().filter(|finding| finding.section == section).collect();
        if of_section.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", section.title());
        let width = of_section.iter().map(|finding| finding.what.chars().count()).max().unwrap_or(0);
        for finding in of_section {
            let what = clean(&finding.what);
            let _ = writeln!(text, "  {:<8}  {what:<width$}  {}", finding.state.word(), clean(&finding.says));
            for line in &finding.next {
                let _ = writeln!(text, "              {}", clean(line));
            }
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{}", summary(findings));
    text
}

/// One object for each finding.
#[must_use]
pub fn json(finding: &Finding) -> Value {
    json!({
        "section": finding.section.title(),
        "what": clean(&finding.what),
        "state": finding.state.word(),
        "says": clean(&finding.says),
        "next": finding.next.iter().map(|line| clean(line)).collect::<Vec<_>>(),
    })
}

/// How many findings are in a state.
#[must_use]
pub fn count(findings: &[Finding], state: State) -> usize {
    findings.iter().filter(|finding| finding.state == state).count()
}

fn summary(findings: &[Finding]) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let warnings = plural(count(findings, State::Warning), "warning");
    match count(findings, State::Missing) {
        0 => format!("Everything that this folder needs is here; {warnings}."),
        1 => format!("1 thing that this folder needs is missing; {warnings}."),
        missing => format!("{missing} things that this folder needs are missing; {warnings}."),
    }
}
