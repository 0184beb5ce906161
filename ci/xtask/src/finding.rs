//! What a check reports: a place, what is wrong there, and what to do about it.

use std::fmt::{self, Write as _};

/// One thing that is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path relative to the workspace root, with `/` between its parts.
    pub file: String,
    /// Line, from 1; `None` when the finding is about the file or folder as a whole.
    pub line: Option<usize>,
    /// What is wrong, as a fragment.
    pub what: String,
    /// What to do about it, as a fragment in the imperative.
    pub fix: String,
}

impl Finding {
    /// A finding at `file`, at `line` when there is one.
    pub fn new(file: impl Into<String>, line: Option<usize>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { file: file.into(), line, what: what.into(), fix: fix.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}; {}", self.file, self.what, self.fix),
            None => write!(out, "{}: {}; {}", self.file, self.what, self.fix),
        }
    }
}

/// The findings of all checks of one command. Warnings are shown and do not fail it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Things that must be changed.
    pub findings: Vec<Finding>,
    /// Things to look at.
    pub warnings: Vec<Finding>,
}

impl Report {
    /// True when nothing has to be changed.
    pub fn passed(&self) -> bool {
        self.findings.is_empty()
    }

    /// The whole report, sorted by place, as the terminal shows it; `name` is the command's.
    pub fn text(&self, name: &str) -> String {
        let mut text = String::new();
        let mut put = |label: &str, findings: &[Finding]| {
            let mut findings = findings.to_vec();
            findings.sort();
            for finding in findings {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{label}: {finding}");
            }
        };
        put("warning", &self.warnings);
        put("finding", &self.findings);
        let _ = match self.findings.len() {
            0 => writeln!(text, "{name}: nothing found"),
            1 => writeln!(text, "{name}: 1 finding"),
            n_findings => writeln!(text, "{name}: {n_findings} findings"),
        };
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, Report};

    #[test]
    fn a_finding_reads_as_place_fault_and_remedy() {
        let finding = Finding::new("a/b.rs", Some(3), "x is wrong", "write y");
        assert_eq!(finding.to_string(), "a/b.rs:3: x is wrong; write y");
    }

    #[test]
    fn warnings_alone_pass_and_a_finding_fails() {
        let one = vec![Finding::new("a", None, "w", "f")];
        let warned = Report { findings: Vec::new(), warnings: one.clone() };
        assert!(warned.passed());
        assert_eq!(warned.text("tidy"), "warning: a: w; f\ntidy: nothing found\n");
        let failed = Report { findings: one, warnings: Vec::new() };
        assert!(!failed.passed());
        assert_eq!(failed.text("tidy"), "finding: a: w; f\ntidy: 1 finding\n");
    }
}
