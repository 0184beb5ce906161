//! What `cargo tree` says: which packages are built for what, below which other package, with which features.
//!
//! `cargo metadata` would not do here: it resolves the whole workspace at once, and so does not know that a build of
//! one crate switches on fewer features than a test of all.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cargo;

/// One line of the tree: a package below another one. Nodes stand in the order of the tree, parents first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// How many packages stand above it.
    pub depth: usize,
    /// The package's name.
    pub name: String,
    /// The package's version, such as `1.0.0`.
    pub version: String,
    /// The features that it is built with at this place.
    pub features: BTreeSet<String>,
}

/// The tree that `cargo tree` prints with `arguments`, every package written out wherever it stands.
///
/// # Errors
/// When cargo cannot be started, refuses the arguments, or has not downloaded all crates.
pub fn tree(root: &Path, arguments: &[&str]) -> Result<Vec<Node>> {
    let output = cargo::command(root)
        .args(["tree", "--offline", "--locked", "--no-dedupe", "--prefix", "depth", "--format", " {p} [{f}]"])
        .args(arguments)
        .output()
        .context("failed to start cargo")?;
    if !output.status.success() {
        bail!("`cargo tree {}` failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| parse(line).with_context(|| format!("failed to read the line `{line}` of `cargo tree`")))
        .collect()
}

/// The nodes below `nodes[at]`, at any distance.
pub fn below(nodes: &[Node], at: usize) -> &[Node] {
    let rest = &nodes[at + 1..];
    let n_below = rest.iter().take_while(|node| node.depth > nodes[at].depth).count();
    &rest[..n_below]
}

/// Reads a line such as `2 serde v1.0.0 (proc-macro) [default,std]`.
fn parse(line: &str) -> Option<Node> {
    // Cargo puts this behind members that it has written out before.
    let line = line.trim_end_matches(" (*)").strip_suffix(']')?;
    let (package, features) = line.rsplit_once(" [")?;
    let mut words = package.split_whitespace();
    Some(Node {
        depth: words.next()?.parse().ok()?,
        name: words.next()?.to_owned(),
        version: words.next()?.strip_prefix('v')?.to_owned(),
        features: features.split(',').filter(|feature| !feature.is_empty()).map(str::to_owned).collect(),
    })
}

/// Nodes from the lines of a tree, for tests.
#[cfg(test)]
pub(crate) fn nodes(text: &str) -> Vec<Node> {
    text.lines().map(|line| parse(line).unwrap()).collect()
}

#[cfg(test)]
mod tests {
    use super::{below, nodes, parse, tree};
    use crate::cargo::workspace_root;

    #[test]
    fn places_marks_and_features_are_told_apart() {
        let node = parse("12 a-b v1.2.3+x (/my [old] disk/a b) [default,std] (*)").unwrap();
        assert_eq!((node.depth, node.name.as_str(), node.version.as_str()), (12, "a-b", "1.2.3+x"));
        assert_eq!(Vec::from_iter(&node.features), ["default", "std"]);
        assert!(parse("0 a v1.0.0 (proc-macro) []").unwrap().features.is_empty());
        for broken in ["a v1.0.0 []", "0 a 1.0.0 []", "0 a v1.0.0", "0 a"] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn below_ends_at_the_next_package_of_the_same_depth() {
        let nodes = nodes("0 a v1.0.0 []\n1 b v1.0.0 []\n2 c v1.0.0 []\n1 d v1.0.0 []\n0 e v1.0.0 []");
        let names = |at| below(&nodes, at).iter().map(|node| node.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names(0), ["b", "c", "d"]);
        assert_eq!(names(1), ["c"]);
        assert_eq!(names(4), [""; 0]);
    }

    #[test]
    fn cargo_s_own_output_is_read() {
        let nodes = tree(&workspace_root(), &["--package", "xtask", "--edges", "normal"]).unwrap();
        assert_eq!((nodes[0].depth, nodes[0].name.as_str()), (0, "xtask"));
        assert!(nodes.iter().any(|node| node.depth == 1 && node.name == "serde" && node.features.contains("derive")));
        assert!(tree(&workspace_root(), &["--package", "no-such-crate"]).is_err());
    }
}
