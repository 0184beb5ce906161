//! polars is built once: the tests of the workspace need it and what it is built from as the binary `hil` does.
//!
//! Cargo builds a crate a second time when another selection of crates, such as that of `cargo test --workspace`,
//! switches on one feature more anywhere below it. For polars that is most of the time of a build, so hil-store
//! switches those features on for all builds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use crate::finding::Finding;
use crate::repo::File;
use crate::tidy::file;
use crate::tree::{Node, below, tree};

/// The crate whose builds are compared.
const COSTLY: &str = "polars";

/// The manifest that switches the features on.
const MANIFEST: &str = "harness/hil-store/Cargo.toml";

/// Compares the features of both builds. Other platforms have other features and are left alone.
///
/// # Errors
/// When `cargo tree` fails.
pub fn check(root: &Path, files: &[File]) -> Result<Vec<Finding>> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(Vec::new());
    }
    let run = tree(root, &["--package", "hil-cli", "--edges", "normal,build"])?;
    let test = tree(root, &["--workspace", "--edges", "normal,build,dev"])?;
    let line = file(files, MANIFEST).and_then(|manifest| manifest.line_of_key(COSTLY));
    Ok(differences(&run, &test)
        .into_iter()
        .map(|what| Finding::new(MANIFEST, line, what, format!("add it to the list in {MANIFEST}")))
        .collect())
}

/// The packages with the features that each is built with; those of build scripts and macros may differ from the
/// others.
type Features<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<&'a BTreeSet<String>>>;

/// polars and everything below it.
fn below_costly(nodes: &[Node]) -> Features<'_> {
    let mut features = Features::new();
    if let Some(at) = nodes.iter().position(|node| node.name == COSTLY) {
        for node in std::iter::once(&nodes[at]).chain(below(nodes, at)) {
            features.entry((&node.name, &node.version)).or_default().insert(&node.features);
        }
    }
    features
}

/// What differs between the build for running and the one for testing, one fragment a package.
fn differences(run: &[Node], test: &[Node]) -> Vec<String> {
    let (run, test) = (below_costly(run), below_costly(test));
    let packages: BTreeSet<_> = run.keys().chain(test.keys()).collect();
    let twice = format!("so {COSTLY} is built twice");
    let mut differences = Vec::new();
    for package in packages {
        let (name, version) = package;
        let what = match (run.get(package), test.get(package)) {
            (Some(run), Some(test)) if run == test => continue,
            (Some(run), Some(test)) => {
                let all = |sets: &BTreeSet<&BTreeSet<String>>| -> BTreeSet<String> {
                    sets.iter().flat_map(|set| set.iter().cloned()).collect()
                };
                let differing: Vec<String> = all(run).symmetric_difference(&all(test)).cloned().collect();
                if differing.is_empty() {
                    format!("{name} {version} has its features at other places in the tests than in `hil`, {twice}")
                } else {
                    let features = differing.join("`, `");
                    format!("`{features}` of {name} {version} is on in the tests or in `hil`, not in both, {twice}")
                }
            }
            _ => format!("{name} {version} is part of {COSTLY} in the tests or in `hil`, not in both, {twice}"),
        };
        differences.push(what);
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::differences;
    use crate::tree::nodes;

    const RUN: &str = "\
0 hil-cli v0.1.0 (/x/hil-cli) []
1 serde v1.0.0 [default]
1 polars v0.55.0 [parquet]
2 serde v1.0.0 [default]
2 derive v1.0.0 (proc-macro) []
3 syn v2.0.0 [full]
2 syn v2.0.0 [default]
1 toml v1.0.0 [parse]";

    fn found(test: &str) -> Vec<String> {
        differences(&nodes(RUN), &nodes(test))
    }

    #[test]
    fn equal_features_below_polars_pass_whatever_stands_around() {
        let test =
            RUN.replace("[parse]", "[display,parse]").replace("1 serde v1.0.0 [default]", "1 serde v1.0.0 [std]");
        assert_eq!(found(&test), [""; 0]);
        assert_eq!(found(&format!("{test}\n0 xtask v0.1.0 []\n1 spdx v0.13.0 []")), [""; 0]);
    }

    #[test]
    fn one_feature_more_is_named_with_its_crate() {
        assert_eq!(
            found(&RUN.replace("2 serde v1.0.0 [default]", "2 serde v1.0.0 [default,rc]")),
            ["`rc` of serde 1.0.0 is on in the tests or in `hil`, not in both, so polars is built twice"]
        );
    }

    #[test]
    fn other_places_of_the_same_features_and_other_crates_are_found() {
        let test = RUN.replace("3 syn v2.0.0 [full]", "3 syn v2.0.0 [default,full]");
        assert_eq!(found(&test).len(), 1);
        let test = RUN.replace("2 serde v1.0.0 [default]", "2 serde v1.0.0 [default]\n3 serde_core v1.0.0 []");
        assert!(found(&test)[0].starts_with("serde_core 1.0.0 is part of polars"));
        assert_eq!(found("0 hil-cli v0.1.0 []").len(), 4, "no polars in the tests is a difference too");
    }
}
