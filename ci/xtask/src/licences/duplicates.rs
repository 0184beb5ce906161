//! Crates that are built in more than one version: each older version costs build time and size and needs a reason.

use std::collections::BTreeMap;

use cargo_metadata::semver::Version;

use super::policy::{Duplicate, Policy, line_of};
use crate::finding::Finding;
use crate::repo::File;

/// The versions of each crate in the output of `cargo tree --prefix none --format '{p}'`, oldest first.
pub(super) fn parse_tree(tree: &str) -> BTreeMap<String, Vec<Version>> {
    let mut versions: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next())
            && let Ok(version) = Version::parse(version.trim_start_matches('v'))
        {
            versions.entry(name.to_owned()).or_default().push(version);
        }
    }
    for versions in versions.values_mut() {
        versions.sort();
        versions.dedup();
    }
    versions
}

/// Finds versions below the newest of their crate that the file does not list, and entries that match none.
pub(super) fn check(file: &File, policy: &Policy, versions: &BTreeMap<String, Vec<Version>>) -> Vec<Finding> {
    let older: Vec<(&str, &Version, &Version)> = versions
        .iter()
        .filter_map(|(name, versions)| Some((name.as_str(), versions.split_last()?)))
        .flat_map(|(name, (newest, older))| older.iter().map(move |version| (name, version, newest)))
        .collect();
    let unlisted = older
        .iter()
        .filter(|(name, version, _)| !policy.duplicate.iter().any(|entry| covers(entry, name, version)))
        .map(|(name, version, newest)| {
            Finding::new(
                "Cargo.lock",
                None,
                format!("hil is built with {name} {version} and {newest}"),
                format!(
                    "bring them together (`cargo tree -p hil-cli -i {name}@{version}` shows who needs it) or add a \
                     `[[duplicate]]` entry with the reason to {}",
                    file.path
                ),
            )
        });
    let unused = policy
        .duplicate
        .iter()
        .filter(|entry| !older.iter().any(|(name, version, _)| covers(entry, name, version)))
        .map(|entry| {
            Finding::new(
                &file.path,
                line_of(file, &entry.name),
                format!("{} {} is no duplicate any more", entry.name, entry.version),
                "remove the entry",
            )
        });
    unlisted.chain(unused).collect()
}

/// True when the entry's version is `version` or its first parts.
fn covers(entry: &Duplicate, name: &str, version: &Version) -> bool {
    let version = version.to_string();
    entry.name == name
        && version.strip_prefix(&entry.version).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::{check, parse_tree};
    use crate::licences::policy;
    use crate::repo::File;

    const TREE: &str =
        "hil-cli v0.1.0 (/x/harness/hil-cli)\nsyn v3.0.1\nsyn v2.0.9 (*)\nnum-derive v0.4.2 (proc-macro)\nsyn v2.0.9\n";

    fn found(duplicates: &str, tree: &str) -> Vec<String> {
        let text = format!("allow = []\n{duplicates}");
        let file = File::new("x.toml", text.as_str());
        check(&file, &policy::parse(&text).unwrap(), &parse_tree(tree))
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    fn entry(version: &str) -> String {
        format!("[[duplicate]]\ncrate = \"syn\"\nversion = \"{version}\"\nreason = \"num-derive 0.4\"\n")
    }

    #[test]
    fn an_older_version_needs_an_entry() {
        assert_eq!(found("", TREE), ["hil is built with syn 2.0.9 and 3.0.1"]);
        for version in ["2", "2.0", "2.0.9"] {
            assert_eq!(found(&entry(version), TREE), [""; 0], "{version}");
        }
    }

    #[test]
    fn an_entry_for_another_version_does_not_count_and_is_unused() {
        for version in ["3", "2.0.90", "20", "2."] {
            assert_eq!(found(&entry(version), TREE).len(), 2, "{version}");
        }
    }

    #[test]
    fn one_version_is_no_duplicate() {
        assert_eq!(found("", "a v1.0.0\na v1.0.0 (*)\nb v1.0.0\n"), [""; 0]);
    }
}
