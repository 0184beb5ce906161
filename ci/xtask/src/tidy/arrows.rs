//! The arrows between the crates: which crate of ours may depend on which other crate of ours.
//!
//! The stages of the flow form a star around hil-model, the device side knows nothing of the harness, and only
//! hil-cli sees everything. The table below is the authority; ARCHITECTURE.md explains it.

use crate::cargo::{Kind, Member};
use crate::finding::Finding;
use crate::repo::File;
use crate::tidy::file;

/// Each crate of ours with those crates of ours that it may depend on. Nothing lists hil-testkit: it is for tests.
const ARROWS: [(&str, &[&str]); 28] = [
    // The vocabulary, and the stages that know nothing but it.
    ("hil-model", &[]),
    ("hil-scenario", &["hil-model"]),
    ("hil-plan", &["hil-model"]),
    ("hil-data", &["hil-model"]),
    // What turns codes into watts is shared by those who judge, keep and show them.
    ("hil-meter", &["hil-model"]),
    ("hil-stats", &["hil-meter", "hil-model"]),
    ("hil-verdict", &["hil-model"]),
    ("hil-store", &["hil-meter", "hil-model"]),
    ("hil-report", &["hil-model"]),
    ("hil-import", &["hil-model"]),
    // The stage that talks to a device.
    ("hil-bench", &["hil-model", "hil-wire"]),
    // The same for criterion suites: it starts programs as the bench does and reads their files as an import does.
    ("hil-suite", &["hil-bench", "hil-import", "hil-model"]),
    // The device side.
    ("hil-wire", &[]),
    ("hil-kernels", &["hil-agent"]),
    ("hil-agent", &["hil-wire"]),
    ("hil-image-id", &[]),
    // A whole model over the shared kernels, for desktop processors only.
    ("hil-forecast", &["hil-kernels"]),
    ("hil-desktop", &["hil-agent", "hil-forecast", "hil-kernels", "hil-wire"]),
    // Emulated boards know neither the harness nor probe-rs.
    ("hil-emulator", &[]),
    // Its tests compare scores of the shared kernels between machines.
    ("hil-emulator-differential", &["hil-emulator", "hil-kernels"]),
    ("hil-probe", &["hil-bench", "hil-emulator", "hil-model", "hil-wire"]),
    // The edges.
    (
        "hil-cli",
        &[
            "hil-agent",
            "hil-bench",
            "hil-data",
            "hil-desktop",
            "hil-emulator",
            "hil-image-id",
            "hil-import",
            "hil-meter",
            "hil-model",
            "hil-plan",
            "hil-probe",
            "hil-report",
            "hil-scenario",
            "hil-stats",
            "hil-store",
            "hil-suite",
            "hil-verdict",
        ],
    ),
    ("hil-testkit", &["hil-wire", "hil-agent", "hil-bench", "hil-model"]),
    // Damaged inputs go into every reader, so this crate sees them all; nothing depends on it.
    (
        "hil-fuzz",
        &[
            "hil-bench",
            "hil-emulator",
            "hil-import",
            "hil-model",
            "hil-plan",
            "hil-report",
            "hil-scenario",
            "hil-store",
            "hil-wire",
        ],
    ),
    ("own-kernel", &["hil-agent", "hil-desktop"]),
    // What the gate's error rates are measured on.
    ("trust-workloads", &["hil-agent", "hil-desktop"]),
    // Trains on the features of the measured front end and judges with the measured network.
    ("train-keywords", &["hil-kernels"]),
    ("xtask", &[]),
];

/// What any crate may use in its tests beyond its row of [`ARROWS`].
const IN_TESTS: [&str; 2] = ["hil-testkit", "hil-desktop"];

/// Crates of others that only the named crates of ours may use, whatever the kind of dependency.
const SOLE_USERS: [(&str, &[&str]); 6] = [
    ("object_store", &["hil-store"]),
    ("polars", &["hil-store"]),
    ("polars-io", &["hil-store"]),
    ("polars-parquet", &["hil-store"]),
    ("polars-utils", &["hil-store"]),
    ("probe-rs", &["hil-probe"]),
];

/// Checks every dependency of every member against the tables above.
pub fn check(files: &[File], members: &[Member]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in members {
        let manifest = member.manifest();
        let line_of = |key: &str| file(files, &manifest).and_then(|file| file.line_of_key(key));
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == member.name) else {
            findings.push(Finding::new(
                &manifest,
                line_of("name"),
                format!("{} has no row in the table of dependency arrows", member.name),
                "say in ci/xtask/src/tidy/arrows.rs which crates of ours it may depend on",
            ));
            continue;
        };
        for (dependency, kind) in &member.dependencies {
            let is_ours = members.iter().any(|other| other.name == *dependency);
            let in_row = allowed.contains(&dependency.as_str());
            let in_tests = *kind == Kind::Dev && IN_TESTS.contains(&dependency.as_str());
            if is_ours && !in_row && !in_tests {
                findings.push(Finding::new(
                    &manifest,
                    line_of(dependency),
                    forbidden(&member.name, dependency, *kind),
                    format!(
                        "move what is shared into a crate that both may use; {} may use: {}",
                        member.name,
                        list(allowed)
                    ),
                ));
            }
            for (theirs, users) in SOLE_USERS {
                if dependency == theirs && !users.contains(&member.name.as_str()) {
                    findings.push(Finding::new(
                        &manifest,
                        line_of(dependency),
                        format!("{} depends on {theirs}", member.name),
                        format!("only {} may; go through its interface", list(users)),
                    ));
                }
            }
        }
    }
    findings
}

fn forbidden(member: &str, dependency: &str, kind: Kind) -> String {
    match kind {
        Kind::Normal => format!("{member} must not depend on {dependency}"),
        Kind::Dev => format!("{member} must not depend on {dependency}, not even in its tests"),
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none of ours".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::{ARROWS, check};
    use crate::cargo::{Kind, Member};
    use crate::repo::File;

    fn member(name: &str, dependencies: &[(&str, Kind)]) -> Member {
        Member {
            name: name.to_owned(),
            folder: format!("harness/{name}"),
            dependencies: dependencies.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect(),
        }
    }

    fn whats(members: &[Member]) -> Vec<String> {
        check(&[], members).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn arrows_of_the_table_and_crates_of_others_pass() {
        let members = [
            member("hil-model", &[("serde", Kind::Normal)]),
            member("hil-store", &[("hil-model", Kind::Normal), ("polars", Kind::Normal)]),
        ];
        assert_eq!(whats(&members), [""; 0]);
    }

    #[test]
    fn an_arrow_against_the_flow_is_found_at_its_line() {
        let members = [member("hil-model", &[("hil-store", Kind::Normal)]), member("hil-store", &[])];
        let manifest = File::new("harness/hil-model/Cargo.toml", "[dependencies]\nhil-store.workspace = true\n");
        let findings = check(&[manifest], &members);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, Some(2));
        assert_eq!(findings[0].what, "hil-model must not depend on hil-store");
    }

    #[test]
    fn the_testkit_is_for_tests_only() {
        let kit = member("hil-testkit", &[]);
        let for_tests = member("hil-bench", &[("hil-testkit", Kind::Dev)]);
        assert_eq!(whats(&[kit.clone(), for_tests]), [""; 0]);
        let shipped = member("hil-bench", &[("hil-testkit", Kind::Normal)]);
        assert_eq!(whats(&[kit, shipped]), ["hil-bench must not depend on hil-testkit"]);
        assert!(ARROWS.iter().all(|(_, allowed)| !allowed.contains(&"hil-testkit")), "no row may list the testkit");
    }

    #[test]
    fn tests_may_not_use_everything() {
        let members = [member("hil-model", &[("hil-cli", Kind::Dev)]), member("hil-cli", &[])];
        assert_eq!(whats(&members), ["hil-model must not depend on hil-cli, not even in its tests"]);
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        let found = whats(&[member("hil-new", &[])]);
        assert_eq!(found, ["hil-new has no row in the table of dependency arrows"]);
    }

    #[test]
    fn polars_is_for_the_store_alone() {
        let found = whats(&[member("hil-cli", &[("polars", Kind::Dev)])]);
        assert_eq!(found, ["hil-cli depends on polars"]);
    }

    #[test]
    fn the_table_has_no_cycle() {
        // Repeatedly drop the crates all of whose arrows lead to crates already dropped.
        let mut left: Vec<&(&str, &[&str])> = ARROWS.iter().collect();
        loop {
            let before = left.len();
            let names: Vec<&str> = left.iter().map(|(name, _)| *name).collect();
            left.retain(|(_, allowed)| allowed.iter().any(|name| names.contains(name)));
            if left.len() == before {
                break;
            }
        }
        assert!(left.is_empty(), "a cycle runs through {left:?}");
    }
}
