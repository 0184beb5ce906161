//! The manifests: one lints table, one dependency table, one version for all, and no crate left outside.

use toml::{Table, Value};

use crate::cargo::Member;
use crate::finding::Finding;
use crate::repo::File;
use crate::tidy::file;

/// What every member takes from `[workspace.package]`.
const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

/// The tables of a manifest that list dependencies, at its root and below each `[target.*]`.
const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Checks the members' manifests and that every manifest outside the firmware is a member's.
pub fn check(files: &[File], members: &[Member]) -> Vec<Finding> {
    let mut findings = outside(files, members);
    let mut used = Vec::new();
    for manifest in members.iter().filter_map(|member| file(files, &member.manifest())) {
        match manifest.text.parse::<Table>() {
            Ok(table) => {
                findings.extend(check_package(manifest, &table));
                findings.extend(check_dependencies(manifest, &table));
                used.extend(dependencies(&table).map(|(name, _)| name.to_owned()));
            }
            Err(error) => findings.push(not_toml(manifest, &error)),
        }
    }
    if let Some(root) = file(files, "Cargo.toml") {
        findings.extend(unused_entries(root, &used));
    }
    findings
}

/// Manifests that no member owns. Firmware has its own workspaces; fixtures are inputs of tests.
fn outside(files: &[File], members: &[Member]) -> Vec<Finding> {
    files
        .iter()
        .filter(|file| file.name() == "Cargo.toml" && file.path != "Cargo.toml")
        .filter(|file| !file.path.starts_with("targets/firmware/") && !file.is_below("fixtures"))
        .filter(|file| !members.iter().any(|member| member.manifest() == file.path))
        .map(|file| {
            Finding::new(
                &file.path,
                None,
                "this crate is not a member of the workspace",
                "add its folder to `members` in Cargo.toml",
            )
        })
        .collect()
}

fn check_package(manifest: &File, table: &Table) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !table.get("lints").is_some_and(from_workspace) {
        findings.push(Finding::new(
            &manifest.path,
            manifest.line_of_key("[lints]"),
            "the crate does not take the workspace's lints",
            "write `[lints]` and below it `workspace = true`",
        ));
    }
    let package = table.get("package").and_then(Value::as_table);
    for key in INHERITED {
        if !package.and_then(|package| package.get(key)).is_some_and(from_workspace) {
            findings.push(Finding::new(
                &manifest.path,
                manifest.line_of_key(key),
                format!("`{key}` does not come from the workspace"),
                format!("write `{key}.workspace = true` below `[package]`"),
            ));
        }
    }
    findings
}

fn check_dependencies(manifest: &File, table: &Table) -> Vec<Finding> {
    dependencies(table)
        .filter(|(_, value)| !from_workspace(value))
        .map(|(name, _)| {
            Finding::new(
                &manifest.path,
                manifest.line_of_key(name),
                format!("`{name}` does not come from the workspace's dependency table"),
                format!(
                    "write its version in `[workspace.dependencies]` of Cargo.toml and `{name}.workspace = true` here"
                ),
            )
        })
        .collect()
}

/// Lines of the workspace's table that no member uses. Our own crates may stand there ahead of their first user.
fn unused_entries(root: &File, used: &[String]) -> Vec<Finding> {
    let table = match root.text.parse::<Table>() {
        Ok(table) => table,
        Err(error) => return vec![not_toml(root, &error)],
    };
    let entries = table.get("workspace").and_then(|workspace| workspace.get("dependencies")).and_then(Value::as_table);
    entries
        .into_iter()
        .flatten()
        .filter(|(name, value)| value.get("path").is_none() && !used.contains(name))
        .map(|(name, _)| {
            Finding::new(
                &root.path,
                root.line_of_key(name),
                format!("no crate uses `{name}`"),
                "remove it from `[workspace.dependencies]`",
            )
        })
        .collect()
}

/// Every dependency of a manifest with what stands behind its name.
fn dependencies(table: &Table) -> impl Iterator<Item = (&str, &Value)> {
    let targets = table.get("target").and_then(Value::as_table).into_iter().flatten();
    let per_target = targets.filter_map(|(_, value)| value.as_table());
    std::iter::once(table).chain(per_target).flat_map(|table| {
        DEPENDENCY_TABLES
            .into_iter()
            .filter_map(|name| table.get(name).and_then(Value::as_table))
            .flatten()
            .map(|(name, value)| (name.as_str(), value))
    })
}

fn from_workspace(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

fn not_toml(manifest: &File, error: &toml::de::Error) -> Finding {
    Finding::new(&manifest.path, None, format!("not a TOML file ({})", error.message()), "correct it")
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::cargo::Member;
    use crate::repo::File;

    const GOOD: &str = "\
[package]
name = \"a\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[lints]
workspace = true

[dependencies]
serde = { workspace = true, features = [\"alloc\"] }
";
    const ROOT: &str = "[workspace.dependencies]\na = { path = \"harness/a\" }\nserde = \"1\"\n";

    fn found(root: &str, manifest: &str) -> Vec<(Option<usize>, String)> {
        let files = [File::new("Cargo.toml", root), File::new("harness/a/Cargo.toml", manifest)];
        let members = [Member { name: "a".to_owned(), folder: "harness/a".to_owned(), dependencies: Vec::new() }];
        check(&files, &members).into_iter().map(|finding| (finding.line, finding.what)).collect()
    }

    #[test]
    fn a_manifest_that_inherits_everything_passes() {
        assert_eq!(found(ROOT, GOOD), []);
    }

    #[test]
    fn own_versions_are_found() {
        let manifest = GOOD.replace("version.workspace = true\nedition", "version = \"1.0.0\"\nedition");
        assert_eq!(found(ROOT, &manifest), [(Some(3), "`version` does not come from the workspace".to_owned())]);
    }

    #[test]
    fn missing_lints_are_found() {
        let manifest = GOOD.replace("[lints]\nworkspace = true\n", "");
        assert_eq!(found(ROOT, &manifest), [(None, "the crate does not take the workspace's lints".to_owned())]);
    }

    #[test]
    fn own_dependency_versions_are_found_in_every_table() {
        for table in ["dev-dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"] {
            let manifest = format!("{GOOD}\n[{table}]\nlibc = \"0.2\"\n");
            let what = "`libc` does not come from the workspace's dependency table".to_owned();
            assert_eq!(found(ROOT, &manifest), [(Some(16), what)], "{table}");
        }
    }

    #[test]
    fn lines_of_the_dependency_table_that_nobody_uses_are_found() {
        let root = format!("{ROOT}rand = \"1\"\n");
        assert_eq!(found(&root, GOOD), [(Some(4), "no crate uses `rand`".to_owned())]);
    }

    #[test]
    fn crates_outside_the_workspace_are_found_but_not_firmware() {
        let files = ["harness/b/Cargo.toml", "targets/firmware/f4/Cargo.toml", "fixtures/c/Cargo.toml"]
            .map(|path| File::new(path, GOOD));
        let findings = check(&files, &[]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].file, "harness/b/Cargo.toml");
    }

    #[test]
    fn broken_toml_is_a_finding() {
        let findings = found(ROOT, "[package\n");
        assert!(findings[0].1.starts_with("not a TOML file"), "{findings:?}");
    }
}
