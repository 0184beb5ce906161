//! Code that can run inside a timed region is built with full optimisation.
//!
//! The release profile builds the crates of others without optimisation, apart from a list of exceptions in
//! Cargo.toml. What a kernel calls has to be in that list: a figure of unoptimised code proves nothing. Kernels are
//! hil-kernels and the crates below examples/; what they get from our other crates is the agent around them, which
//! does nothing while the clock runs.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use toml::{Table, Value};

use crate::cargo::Member;
use crate::finding::Finding;
use crate::repo::File;
use crate::tidy::file;
use crate::tree::{Node, below, tree};

/// The `opt-level` of measured code; cargo takes it for the release profile where Cargo.toml says nothing.
const FULL: i64 = 3;

/// Checks the profile against what cargo says the kernels depend on, on every platform.
///
/// # Errors
/// When `cargo tree` fails.
pub fn check(root: &Path, files: &[File], members: &[Member]) -> Result<Vec<Finding>> {
    let kernels = members.iter().filter(|member| is_measured(member)).map(|member| member.name.as_str());
    let packages: Vec<&str> = kernels.flat_map(|name| ["--package", name]).collect();
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    let arguments = [&packages[..], &["--edges", "normal,no-proc-macro", "--target", "all"]].concat();
    Ok(findings(files, &measured(&tree(root, &arguments)?, members)))
}

fn is_measured(member: &Member) -> bool {
    member.name == "hil-kernels" || member.folder.starts_with("examples/")
}

/// The kernels at the root of the tree and the crates of others below them, each with the kernel that needs it.
/// What stands below another crate of ours is left out.
fn measured<'a>(nodes: &'a [Node], members: &[Member]) -> BTreeMap<&'a str, &'a str> {
    let mut measured = BTreeMap::new();
    let mut kernel = "";
    let mut at = 0;
    while let Some(node) = nodes.get(at) {
        let is_ours = members.iter().any(|member| member.name == node.name);
        if node.depth == 0 {
            kernel = &node.name;
        }
        if node.depth == 0 || !is_ours {
            measured.entry(node.name.as_str()).or_insert(kernel);
            at += 1;
        } else {
            at += 1 + below(nodes, at).len();
        }
    }
    measured
}

fn findings(files: &[File], measured: &BTreeMap<&str, &str>) -> Vec<Finding> {
    // tidy/manifests.rs says so when the file is no TOML.
    let Some((root, table)) = file(files, "Cargo.toml").and_then(|root| Some((root, root.text.parse::<Table>().ok()?)))
    else {
        return Vec::new();
    };
    let profile = table.get("profile").and_then(|profile| profile.get("release"));
    measured
        .iter()
        .filter_map(|(&name, &kernel)| {
            let is_kernel = name == kernel;
            level(profile, name, is_kernel).filter(|level| level.as_integer() != Some(FULL))?;
            let why = if is_kernel { "it is measured" } else { "it can run while a kernel is timed" };
            Some(Finding::new(
                &root.path,
                root.line_where(|line| line.starts_with("[profile.release")),
                format!("{name} is not built with opt-level = {FULL}, but {why} ({kernel})"),
                format!("write `[profile.release.package.{name}]` and below it `opt-level = {FULL}`"),
            ))
        })
        .collect()
}

/// The `opt-level` that the profile gives the package, in cargo's order: the entry of its own, the entry for all
/// crates of others, the profile's.
fn level<'a>(profile: Option<&'a Value>, name: &str, is_ours: bool) -> Option<&'a Value> {
    let profile = profile?;
    let entries = profile.get("package").and_then(Value::as_table);
    let own = entries.into_iter().flatten().find(|(spec, _)| spec.split(['@', ':']).next() == Some(name));
    let all = entries.and_then(|entries| entries.get("*")).filter(|_| !is_ours);
    [own.map(|(_, entry)| entry), all, Some(profile)].into_iter().flatten().find_map(|entry| entry.get("opt-level"))
}

#[cfg(test)]
mod tests {
    use super::{findings, measured};
    use crate::cargo::Member;
    use crate::repo::File;
    use crate::tree::nodes;

    const TREE: &str = "\
0 hil-kernels v0.1.0 (/x/targets/hil-kernels) []
1 libm v0.2.0 [default]
0 own v0.1.0 (/x/examples/own) []
1 hil-desktop v0.1.0 (/x/targets/hil-desktop) []
2 nix v0.31.0 [fs]
3 libc v0.2.0 []
1 rustfft v6.0.0 []
2 num-complex v0.4.0 []";

    const PROFILE: &str = "[profile.release.package.\"*\"]\nopt-level = 0\n";

    fn found(profile: &str) -> Vec<String> {
        let members = ["hil-kernels", "own", "hil-desktop"].map(|name| Member {
            name: name.to_owned(),
            folder: String::new(),
            dependencies: Vec::new(),
        });
        findings(&[File::new("Cargo.toml", profile)], &measured(&nodes(TREE), &members))
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    fn with(entries: &[&str]) -> String {
        let entry = |name: &&str| format!("[profile.release.package.{name}]\nopt-level = 3\n");
        entries.iter().map(entry).fold(PROFILE.to_owned(), |text, entry| text + &entry)
    }

    #[test]
    fn what_kernels_call_must_be_listed_and_what_the_agent_calls_need_not() {
        let all = ["libm", "num-complex", "rustfft"];
        assert_eq!(found(&with(&all)), [""; 0]);
        for missing in all {
            let listed: Vec<&str> = all.into_iter().filter(|name| *name != missing).collect();
            let kernel = if missing == "libm" { "hil-kernels" } else { "own" };
            let what =
                format!("{missing} is not built with opt-level = 3, but it can run while a kernel is timed ({kernel})");
            assert_eq!(found(&with(&listed)), [what]);
        }
    }

    #[test]
    fn kernels_themselves_are_optimised() {
        let slower = with(&["libm", "num-complex", "rustfft"]) + "[profile.release.package.own]\nopt-level = \"s\"\n";
        assert_eq!(found(&slower), ["own is not built with opt-level = 3, but it is measured (own)"]);
        assert_eq!(found("[profile.release]\nopt-level = 1\n").len(), 5, "a low level for all concerns all");
    }

    #[test]
    fn without_a_word_cargo_optimises_and_versions_may_be_named() {
        assert_eq!(found(""), [""; 0]);
        assert_eq!(found(&with(&["\"libm@0.2\"", "num-complex", "rustfft"])), [""; 0]);
    }
}
