//! The file `ci/licences.toml`: which licences are allowed, and the exceptions with their reasons.

use anyhow::Result;
use serde::Deserialize;

use crate::finding::Finding;
use crate::repo::File;

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    /// SPDX licences, each with its exception where it has one, that a dependency may have.
    pub(super) allow: Vec<String>,
    /// Dependencies whose manifests give no SPDX expression.
    #[serde(default)]
    pub(super) clarify: Vec<Clarification>,
    /// Old versions that are built beside newer ones.
    #[serde(default)]
    pub(super) duplicate: Vec<Duplicate>,
}

/// The licence of a dependency that does not state it in a form that a machine can read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clarification {
    #[serde(rename = "crate")]
    pub(super) name: String,
    pub(super) expression: String,
    pub(super) reason: String,
}

/// A version of a dependency that may be built although a newer one is built too.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Duplicate {
    #[serde(rename = "crate")]
    pub(super) name: String,
    /// The version or its first parts: `2` stands for every 2.x.y.
    pub(super) version: String,
    pub(super) reason: String,
}

/// Reads the file.
///
/// # Errors
/// When it is no TOML, or a key is missing or unknown.
pub(super) fn parse(text: &str) -> Result<Policy> {
    Ok(toml::from_str(text)?)
}

/// Finds exceptions without a reason.
pub(super) fn check_reasons(file: &File, policy: &Policy) -> Vec<Finding> {
    let clarified = policy.clarify.iter().map(|entry| (&entry.name, &entry.reason));
    let duplicated = policy.duplicate.iter().map(|entry| (&entry.name, &entry.reason));
    clarified
        .chain(duplicated)
        .filter(|(_, reason)| reason.trim().is_empty())
        .map(|(name, _)| {
            Finding::new(
                &file.path,
                line_of(file, name),
                format!("the exception for `{name}` has no reason"),
                "say why it is needed and what ends it",
            )
        })
        .collect()
}

/// The line where the name of a crate or licence stands in quotes.
pub(super) fn line_of(file: &File, name: &str) -> Option<usize> {
    let quoted = format!("\"{name}\"");
    file.line_where(|line| !line.trim_start().starts_with('#') && line.contains(&quoted))
}

#[cfg(test)]
mod tests {
    use super::{check_reasons, parse};
    use crate::repo::File;

    #[test]
    fn an_exception_needs_a_reason() {
        let text = "allow = []\n[[duplicate]]\ncrate = \"a\"\nversion = \"1\"\nreason = \" \"\n\
                    [[clarify]]\ncrate = \"b\"\nexpression = \"MIT\"\nreason = \"its LICENSE file says so\"\n";
        let findings = check_reasons(&File::new("x.toml", text), &parse(text).unwrap());
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, Some(3));
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(parse("allow = []\ndeny = []\n").is_err());
    }
}
