//! How the tables of a file are described: one description, from which the checker, the JSON Schema and the hints
//! are made, so that they cannot disagree. The descriptions themselves are in [`crate::grammar`].

use hil_model::units::Dimension;

/// A table: its keys and how they go together.
pub(crate) struct Keys {
    /// As messages call it, such as `[workload]`.
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) keys: &'static [Key],
    /// Exactly one of these must be there.
    pub(crate) one_of: &'static [&'static str],
    /// The first makes sense only beside the second.
    pub(crate) needs: &'static [(&'static str, &'static str)],
    /// The second cannot stand beside the first.
    pub(crate) apart: &'static [(&'static str, &'static str)],
}

/// A key of a table.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) presence: Presence,
    pub(crate) about: &'static str,
}

/// Whether a key must be there.
pub(crate) enum Presence {
    Optional,
    Required,
    /// Required unless one of these is there.
    Unless(&'static [&'static str]),
}

/// What the value of a key must look like.
pub(crate) enum Form {
    /// A name by the rules of its kind.
    Name(NameKind),
    /// At least so many names of workloads.
    WorkloadNames { least: usize },
    /// One line of text.
    Line,
    /// Several of them, at least one.
    Lines,
    /// A path to inherit from.
    BasePath,
    /// A word of a closed list.
    Word(WordKind),
    /// A positive amount with its unit.
    Amount(&'static Amount),
    /// A limit.
    Limit,
    /// A whole number.
    Count { least: u32, most: u32 },
    /// A whole number or `"every-core"`.
    Workers,
    /// Only `true`.
    True,
    /// `true` or `false`.
    Flag,
    /// A number, with a fraction or without.
    Number { least: f64, most: f64 },
    /// A table.
    Table(&'static Keys),
    /// A list of tables, at least one.
    Tables(&'static Keys),
    /// Tables by name of workload.
    TablesByName(&'static Keys),
}

/// The kinds of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameKind {
    Scenario,
    /// One that must be known.
    Platform,
    /// One that the file itself makes known.
    NewPlatform,
    Kernel,
    Dataset,
    Workload,
    CaseTable,
    Target,
    /// A board of a lab.
    Board,
}

/// The closed lists of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordKind {
    Metric,
    Statistic,
    Severity,
    Suite,
    Reach,
    Link,
    Door,
}

/// The range of an amount, in base units.
pub(crate) struct Amount {
    pub(crate) dimension: Dimension,
    pub(crate) least: f64,
    pub(crate) most: f64,
    /// The range in words.
    pub(crate) range: &'static str,
    /// How it is written.
    pub(crate) example: &'static str,
}

/// The only word that may stand for a number of workers.
pub(crate) const EVERY_CORE: &str = "every-core";

impl Keys {
    pub(crate) fn find(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }
}

/// A key that may be left out.
pub(crate) const fn optional(name: &'static str, form: Form, about: &'static str) -> Key {
    Key { name, form, presence: Presence::Optional, about }
}

/// A key that must be there.
pub(crate) const fn required(name: &'static str, form: Form, about: &'static str) -> Key {
    Key { name, form, presence: Presence::Required, about }
}

/// A key that must be there unless one of `others` is.
pub(crate) const fn required_unless(
    name: &'static str,
    others: &'static [&'static str],
    form: Form,
    about: &'static str,
) -> Key {
    Key { name, form, presence: Presence::Unless(others), about }
}
