//! The ledger as text: whole for a terminal, and in a few lines for README.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::found::Answer;
use super::{Guide, Ledger, Row};

/// The file that has the short table.
pub const README: &str = "README.md";

/// What stands before and behind the table.
const BEGIN: &str = "<!-- begin: cargo xtask catalogue --write -->\n";
const END: &str = "<!-- end -->";

/// One line a guide, as Markdown.
fn brief(ledger: &Ledger) -> String {
    let mut text = String::from("\n| guide | statements | asked by a scenario |\n|---|---|---|\n");
    let mut line = |title: &str, rows: &[&Row], note: &str| {
        let asked = rows.iter().filter(|row| ledger.asked_for(row).next().is_some()).count();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {title} | {} | {asked}{note} |", rows.len());
    };
    for guide in &ledger.guides {
        let rows = of(ledger, guide);
        line(&guide.title, &rows, if guide.complete { ", complete" } else { "" });
    }
    line("all", &ledger.rows.iter().collect::<Vec<_>>(), "");
    text.push('\n');
    text
}

fn of<'l>(ledger: &'l Ledger, guide: &Guide) -> Vec<&'l Row> {
    ledger.rows.iter().filter(|row| row.guide == guide.id).collect()
}

/// The text of README.md with the table as it should be; nothing when there is no place for it.
pub(crate) fn replaced(text: &str, ledger: &Ledger) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", brief(ledger)))
}

/// Whether the table in this README.md is as it should be; nothing when there is no place for it.
pub(crate) fn up_to_date(text: &str, ledger: &Ledger) -> Option<bool> {
    Some(replaced(text, ledger)? == text)
}

/// Every row with the files that ask for it and the newest verdict.
pub(crate) fn whole(ledger: &Ledger, found: &BTreeMap<String, Vec<Answer>>, only: Option<&str>) -> String {
    let mut text = String::new();
    for guide in ledger.guides.iter().filter(|guide| only.is_none_or(|only| only == guide.id)) {
        let _ = writeln!(text, "{} ({})", guide.title, if guide.complete { "complete" } else { "not complete" });
        for row in of(ledger, guide) {
            let files: Vec<&str> = ledger.asked_for(row).map(|asked| asked.file.as_str()).collect();
            let files = if files.is_empty() { "-".to_owned() } else { files.join(", ") };
            let what = format!("{} {}", row.platform, row.metric);
            match found.get(&row.id).map(Vec::as_slice) {
                None | Some([]) => {
                    let _ = writeln!(text, "  {:<7} {what:<34} {:<14} {:<14} {:<9} {files}", row.id, "-", "-", "-");
                }
                Some(answers) => {
                    for answer in answers {
                        let figure = answer.figure.as_deref().unwrap_or("-");
                        let evidence = answer.evidence.as_deref().unwrap_or("-");
                        let verdict = &answer.verdict;
                        let _ = writeln!(
                            text,
                            "  {:<7} {what:<34} {verdict:<14} {figure:<14} {evidence:<9} {}",
                            row.id, answer.scenario
                        );
                    }
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{BEGIN, END, replaced, whole};
    use crate::catalogue::found::Answer;
    use crate::catalogue::{Ledger, tests::files};

    #[test]
    fn the_short_table_counts_what_is_asked_and_leaves_the_rest_of_the_file() {
        let ledger = Ledger::read(&files()).unwrap();
        let text = replaced(&format!("before\n{BEGIN}old\n{END}\nafter\n"), &ledger).unwrap();
        assert!(text.starts_with("before\n") && text.ends_with("-->\nafter\n"), "{text}");
        for line in ["| A | 2 | 1 |", "| B | 1 | 1, complete |", "| all | 3 | 2 |"] {
            assert!(text.contains(line), "{text}");
        }
        assert_eq!(replaced(&text, &ledger).as_ref(), Some(&text), "it is stable");
        assert_eq!(replaced("no place", &ledger), None);
    }

    #[test]
    fn the_whole_ledger_names_every_row_with_its_newest_verdict() {
        let ledger = Ledger::read(&files()).unwrap();
        let answer = Answer {
            scenario: "one".to_owned(),
            verdict: "pass".to_owned(),
            figure: Some("1.000 ms".to_owned()),
            evidence: Some("emulated".to_owned()),
        };
        let found = BTreeMap::from([("A-1".to_owned(), vec![answer])]);
        let text = whole(&ledger, &found, None);
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(text.contains("A-1     x latency") && text.contains("pass           1.000 ms       emulated  one"));
        assert!(text.lines().any(|line| line.starts_with("  A-2 ") && line.ends_with(" -")), "{text}");
        assert_eq!(whole(&ledger, &found, Some("b")).lines().count(), 2);
    }
}
