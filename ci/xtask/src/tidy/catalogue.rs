//! Every check names a row that exists, every row of a complete guide has a check, and README.md counts them right.

use crate::catalogue::{CATALOGUE, GUIDES, Ledger, README};
use crate::finding::Finding;
use crate::repo::File;
use crate::tidy::file;

/// Finds rows and checks that do not fit together.
pub fn check(files: &[File]) -> Vec<Finding> {
    let ledger = match Ledger::read(files) {
        Ok(ledger) => ledger,
        Err(error) => return vec![Finding::new(CATALOGUE, None, format!("{error:#}"), "repair it")],
    };
    let mut findings = Vec::new();
    for asked in &ledger.asked {
        // `TST-` is for scenarios that show something and answer no guide.
        if !ledger.rows.iter().any(|row| row.id == asked.target) && !asked.target.starts_with("TST-") {
            let what = format!("names the row `{}`, which the catalogue does not have", asked.target);
            findings.push(Finding::new(&asked.file, Some(asked.line), what, format!("name a row of {CATALOGUE}")));
        }
    }
    let catalogue = file(files, CATALOGUE);
    for (number, row) in (2..).zip(&ledger.rows) {
        let line = catalogue
            .and_then(|file| file.line_where(|line| line.starts_with(&format!("{},", row.id))))
            .or(Some(number));
        let Some(guide) = ledger.guides.iter().find(|guide| guide.id == row.guide) else {
            let what = format!("names the guide `{}`, which {GUIDES} does not have", row.guide);
            findings.push(Finding::new(CATALOGUE, line, what, "declare it there"));
            continue;
        };
        if guide.complete && ledger.asked_for(row).next().is_none() {
            let what = format!("{} has no check, and its guide is declared complete", row.id);
            findings.push(Finding::new(CATALOGUE, line, what, "write a scenario that asks for it"));
        }
    }
    let readme = file(files, README).map_or("", |file| file.text.as_str());
    if crate::catalogue::up_to_date(readme, &ledger) != Some(true) {
        let what = "its table of guides does not say what the scenarios ask";
        findings.push(Finding::new(README, None, what, "run `cargo xtask catalogue --write`"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::catalogue::tests::{files, readme};

    #[test]
    fn a_ledger_in_order_has_no_finding_and_each_disorder_has_one() {
        let mut good = files();
        good.push(readme(&good));
        assert_eq!(check(&good), []);
        // A check of a row that does not exist.
        let mut bad = good.clone();
        bad[2].text.push_str("[[check]]\ntarget = \"A-9\"\n");
        assert!(check(&bad).iter().any(|found| found.line == Some(4) && found.what.contains("A-9")));
        // A row of a complete guide without a check; the count in the README is wrong as well.
        let mut bad = good.clone();
        bad[3].text.clear();
        let found = check(&bad);
        assert!(found.len() == 2 && found[0].what.contains("B-1") && found[1].file == "README.md", "{found:?}");
        // A row of no guide.
        let mut bad = good.clone();
        bad[1].text = bad[1].text.replace("\"b\"", "\"c\"");
        assert!(check(&bad).iter().any(|found| found.what.contains("`b`")));
        // No ledger at all.
        assert_eq!(check(&good[1..]).len(), 1);
    }
}
