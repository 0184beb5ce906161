//! A problem of a file: what is wrong ([`ProblemKind`]), where, and what to do about it.
//!
//! Guarantee: a problem of severity `Error` keeps its scenario from being used, a warning does not.

use std::ops::Range;

use crate::kind::ProblemKind;
use crate::source::{At, Sources};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The scenario cannot be used.
    Error,
    /// The scenario can be used and probably does not say what was meant.
    Warning,
}

/// One problem with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What it is; its `Display` is the message.
    pub kind: ProblemKind,
    /// The file that it is written in, as the user named it.
    pub file: String,
    /// The bytes that it is about; empty where something is missing.
    pub span: Range<usize>,
    /// Line of the start of `span`, from 1.
    pub line: u32,
    /// Column of the start of `span`, from 1, in characters.
    pub column: u32,
    /// What to do about it.
    pub hint: Option<String>,
    /// Another place that matters, such as the first of two definitions.
    pub related: Option<Related>,
}

/// Another place that matters to a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The file.
    pub file: String,
    /// The bytes.
    pub span: Range<usize>,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// What is there.
    pub what: &'static str,
}

impl Problem {
    /// One line that says what is wrong.
    #[must_use]
    pub fn message(&self) -> String {
        self.kind.to_string()
    }

    /// The problem for scripts: `severity`, `kind`, `message`, `file`, `line`, `column`, `hint`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "severity": match self.severity { Severity::Error => "error", Severity::Warning => "warning" },
            "kind": self.kind.code(),
            "message": self.message(),
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "hint": self.hint,
        })
    }
}

/// A problem before its line and column are looked up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    pub(crate) severity: Severity,
    pub(crate) kind: ProblemKind,
    pub(crate) at: At,
    hint: Option<String>,
    related: Option<(At, &'static str)>,
}

impl Draft {
    pub(crate) fn error(at: At, kind: ProblemKind) -> Self {
        Self { severity: Severity::Error, kind, at, hint: None, related: None }
    }

    pub(crate) fn warning(at: At, kind: ProblemKind) -> Self {
        Self { severity: Severity::Warning, ..Self::error(at, kind) }
    }

    pub(crate) fn hint(&mut self, text: impl Into<String>) -> &mut Self {
        self.hint = Some(text.into());
        self
    }

    pub(crate) fn related(&mut self, at: At, what: &'static str) -> &mut Self {
        self.related = Some((at, what));
        self
    }

    pub(crate) fn finish(self, sources: &Sources) -> Problem {
        let (line, column) = sources.line_column(self.at.file, self.at.start);
        Problem {
            severity: self.severity,
            kind: self.kind,
            file: sources.name(self.at.file).to_owned(),
            span: self.at.start..self.at.end,
            line,
            column,
            hint: self.hint,
            related: self.related.map(|(at, what)| {
                let (line, column) = sources.line_column(at.file, at.start);
                let file = sources.name(at.file).to_owned();
                Related { file, span: at.start..at.end, line, column, what }
            }),
        }
    }
}
