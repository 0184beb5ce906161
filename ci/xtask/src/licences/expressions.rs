//! The licence of every dependency, as an SPDX expression, against the list of allowed licences.

use spdx::{Expression, LicenseReq, Licensee, ParseMode};

use super::policy::{Policy, line_of};
use crate::finding::Finding;
use crate::repo::File;

/// One dependency.
#[derive(Debug, Clone)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// What its manifest says.
    pub(super) licence: Option<String>,
}

/// Old manifests write `MIT/Apache-2.0` for `MIT OR Apache-2.0`.
const MODE: ParseMode = ParseMode { allow_slash_as_or_operator: true, ..ParseMode::STRICT };

/// Finds dependencies that no allowed licence covers, and entries of the file that no dependency needs.
pub(super) fn check(file: &File, policy: &Policy, packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut allowed = Vec::new();
    for name in &policy.allow {
        match Licensee::parse(name) {
            Ok(licensee) => allowed.push((name, licensee)),
            Err(error) => findings.push(Finding::new(
                &file.path,
                line_of(file, name),
                format!("`{name}` is no SPDX licence ({})", error.reason),
                "write one licence per entry as https://spdx.org/licenses lists it",
            )),
        }
    }
    let mut expressions = Vec::new();
    for package in packages {
        match expression(policy, package) {
            Ok(expression) => expressions.push((package, expression)),
            Err(what) => findings.push(Finding::new(
                &file.path,
                None,
                what,
                "read its licence file and add a `[[clarify]]` entry with crate, expression and reason",
            )),
        }
    }
    let is_covered = |expression: &Expression, without: Option<&str>| {
        expression.evaluate(|requirement: &LicenseReq| {
            allowed.iter().any(|(name, licensee)| Some(name.as_str()) != without && licensee.satisfies(requirement))
        })
    };
    for (package, expression) in &expressions {
        if !is_covered(expression, None) {
            findings.push(Finding::new(
                &file.path,
                None,
                format!("{} {} has the licence `{expression}`", package.name, package.version),
                "drop the dependency, or allow the licence after reading what it asks for",
            ));
        }
    }
    for (name, _) in &allowed {
        let is_needed = expressions
            .iter()
            .any(|(_, expression)| is_covered(expression, None) && !is_covered(expression, Some(name)));
        if !is_needed {
            findings.push(unused(file, name, "no dependency needs the licence"));
        }
    }
    for entry in &policy.clarify {
        let is_needed = packages.iter().any(|package| package.name == entry.name && stated(package).is_err());
        if !is_needed {
            findings.push(unused(file, &entry.name, "nothing needs the clarification of"));
        }
    }
    findings
}

/// The licence of `package`: what its manifest states, else what the file clarifies.
fn expression(policy: &Policy, package: &Package) -> Result<Expression, String> {
    stated(package).or_else(|what| {
        let entry = policy.clarify.iter().find(|entry| entry.name == package.name).ok_or(what)?;
        Expression::parse(&entry.expression)
            .map_err(|error| format!("the clarification of {} is no SPDX expression ({})", entry.name, error.reason))
    })
}

fn stated(package: &Package) -> Result<Expression, String> {
    let name = &package.name;
    let text = package.licence.as_deref().ok_or_else(|| format!("{name} {} states no licence", package.version))?;
    Expression::parse_mode(text, MODE)
        .map_err(|error| format!("the licence of {name}, `{text}`, is no SPDX expression ({})", error.reason))
}

fn unused(file: &File, name: &str, what: &str) -> Finding {
    Finding::new(&file.path, line_of(file, name), format!("{what} `{name}`"), "remove the entry")
}

#[cfg(test)]
mod tests {
    use super::{Package, check};
    use crate::licences::policy;
    use crate::repo::File;

    fn found(policy: &str, packages: &[(&str, Option<&str>)]) -> Vec<String> {
        let packages: Vec<Package> = packages
            .iter()
            .map(|(name, licence)| Package {
                name: (*name).to_owned(),
                version: "1.0.0".to_owned(),
                licence: licence.map(str::to_owned),
            })
            .collect();
        let file = File::new("x.toml", policy);
        check(&file, &policy::parse(policy).unwrap(), &packages).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn or_needs_one_side_and_and_needs_both() {
        let allow = "allow = [\"MIT\"]";
        let fine = [("a", Some("MIT OR GPL-3.0-only")), ("b", Some("Apache-2.0/MIT")), ("c", Some("MIT"))];
        assert_eq!(found(allow, &fine), [""; 0]);
        let both = [("a", Some("MIT")), ("b", Some("MIT AND GPL-3.0-only"))];
        assert_eq!(found(allow, &both), ["b 1.0.0 has the licence `MIT AND GPL-3.0-only`"]);
    }

    #[test]
    fn an_exception_is_not_its_licence() {
        let packages = [("a", Some("Apache-2.0 WITH LLVM-exception"))];
        assert_eq!(found("allow = [\"Apache-2.0 WITH LLVM-exception\"]", &packages), [""; 0]);
        assert_eq!(found("allow = [\"Apache-2.0\"]", &packages).len(), 2, "refused, and the entry is unused");
    }

    #[test]
    fn a_missing_licence_must_be_clarified() {
        let packages = [("a", None), ("b", Some("MIT"))];
        assert_eq!(found("allow = [\"MIT\"]", &packages), ["a 1.0.0 states no licence"]);
        let clarified = "allow = [\"MIT\"]\n[[clarify]]\ncrate = \"a\"\nexpression = \"MIT\"\nreason = \"x\"";
        assert_eq!(found(clarified, &packages), [""; 0]);
        let not_allowed = clarified.replace("expression = \"MIT\"", "expression = \"ISC\"");
        assert_eq!(found(&not_allowed, &packages), ["a 1.0.0 has the licence `ISC`"]);
    }

    #[test]
    fn entries_that_nothing_needs_are_found() {
        let policy = "allow = [\"MIT\", \"ISC\"]\n[[clarify]]\ncrate = \"a\"\nexpression = \"MIT\"\nreason = \"x\"";
        let packages = [("a", Some("MIT")), ("b", Some("ISC OR MIT"))];
        assert_eq!(
            found(policy, &packages),
            ["no dependency needs the licence `ISC`", "nothing needs the clarification of `a`"]
        );
    }

    #[test]
    fn entries_that_are_no_licences_are_found() {
        let found = found("allow = [\"MIT\", \"Mit Licence\"]", &[("a", Some("MIT"))]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("`Mit Licence` is no SPDX licence"), "{found:?}");
    }
}
