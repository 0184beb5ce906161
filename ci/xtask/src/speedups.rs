//! `cargo xtask speedups`: the measured table of docs/speedups.md, from the `run.json` of a run of the training scenario.
//!
//! The table is between two comments; the second one holds the hash of what stands between them, so that `cargo xtask tidy`
//! notices when somebody writes into it. Nothing is rounded twice and nothing is chosen: every check of the scenario that
//! compares two workloads, or is a share of a profile, has a line, in the order of the scenario.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::repo::File;

/// The document.
pub const DOCUMENT: &str = "docs/speedups.md";
/// The scenario.
const SCENARIO: &str = "ndv-desktop-cpu-training";

const BEGIN: &str = "<!-- begin: cargo xtask speedups FOLDER-OF-A-RUN -->\n";
const END: &str = "<!-- end: ";
const CLOSE: &str = " -->";

/// What the guide multiplies.
const FACTORS: [&str; 4] = ["tiled", "simd", "threads", "f16"];
const ALL: &str = "all";
const NONE: &str = "none";

#[derive(Deserialize)]
struct Run {
    started: String,
    quick: bool,
    environment: Environment,
    noise: Noise,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Environment {
    cpu: String,
    cores: u32,
    rustc: String,
}

#[derive(Deserialize)]
struct Noise {
    load: Option<f64>,
    busy: Option<f64>,
}

#[derive(Deserialize)]
struct Check {
    target: Option<String>,
    scenario: String,
    workload: String,
    versus: Option<String>,
    part: Option<String>,
    metric: String,
    estimate: Option<Figure>,
    unit: String,
    limit: Option<String>,
    verdict: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Figure {
    value: f64,
    lower: Option<f64>,
    upper: Option<f64>,
}

/// Writes the table of a run into the document.
///
/// # Errors
/// Wrong options; a run that cannot be read or is not one of the scenario; a document without a place for the table.
pub fn run(root: &Path, options: &[&str]) -> Result<bool> {
    let [folder] = options else { bail!("name the folder of a run, such as hil-runs/20261121-101500-a1b2c3") };
    let path = Path::new(folder).join("run.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let run: Run = serde_json::from_str(&text).with_context(|| format!("{} is no run", path.display()))?;
    let place = root.join(DOCUMENT);
    let document = std::fs::read_to_string(&place)?;
    let new = replaced(&document, &table(&run)?).with_context(|| format!("{DOCUMENT} has no place for the table"))?;
    std::fs::write(&place, new)?;
    Ok(true)
}

/// Finds a table that somebody has written into.
pub(crate) fn check(files: &[File]) -> Vec<Finding> {
    let document = files.iter().find(|file| file.path == DOCUMENT);
    let what = match document.map(|file| is_sealed(&file.text)) {
        // Without the document there is nothing to keep in order.
        None | Some(Some(true)) => return Vec::new(),
        Some(Some(false)) => "its measured table was written into",
        Some(None) => "it has no measured table",
    };
    vec![Finding::new(DOCUMENT, None, what, "run `cargo xtask speedups FOLDER-OF-A-RUN`")]
}

/// Whether nobody has written into the table; nothing where the document has no table.
fn is_sealed(document: &str) -> Option<bool> {
    let (_, table, seal, _) = parts(document)?;
    Some(seal == hash(table))
}

/// Before, table, its hash, behind.
fn parts(document: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (table, rest) = rest.split_once(END)?;
    let (seal, behind) = rest.split_once(CLOSE)?;
    Some((before, table, seal, behind))
}

fn replaced(document: &str, table: &str) -> Option<String> {
    let (before, _, _, behind) = parts(document)?;
    Some(format!("{before}{BEGIN}{table}{END}{}{CLOSE}{behind}", hash(table)))
}

/// The first 16 digits are enough to notice a change.
fn hash(table: &str) -> String {
    Sha256::digest(table.as_bytes()).iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn table(run: &Run) -> Result<String> {
    let checks: Vec<&Check> = run.checks.iter().filter(|check| check.scenario == SCENARIO).collect();
    if checks.is_empty() {
        bail!("the run has no checks of {SCENARIO}");
    }
    let Environment { cpu, cores, rustc } = &run.environment;
    let day = run.started.split('T').next().unwrap_or_default();
    let kind = if run.quick { "A quick run" } else { "A run" };
    let mut text = format!("\n{kind} of {day}: {cpu}, {cores} cores, {rustc}");
    let _ = match (run.noise.load, run.noise.busy) {
        (Some(load), Some(busy)) => {
            writeln!(text, "; {load:.1} tasks ran before, and other processes took {:.0} % of the time.", 100.0 * busy)
        }
        _ => writeln!(text, "."),
    };
    text.push_str("\n| what | against | figure and interval | target | verdict |\n|---|---|---|---|---|\n");
    for check in checks.iter().filter(|check| check.versus.is_some() || check.part.is_some()) {
        line(&mut text, check);
    }
    product(&mut text, &checks);
    text.push('\n');
    Ok(text)
}

fn line(text: &mut String, check: &Check) {
    let Check { target, workload, versus, part, metric, estimate, unit, limit, verdict, reason, .. } = check;
    let what = part.as_ref().map_or_else(|| format!("{metric} of `{workload}`"), |part| format!("share of {part}"));
    let against = versus.as_ref().map_or_else(String::new, |versus| format!("`{versus}`"));
    let figure = estimate.as_ref().map_or_else(|| reason.clone().unwrap_or_default(), |figure| figure.text(unit));
    let asked: Vec<&str> = [limit, target].into_iter().flatten().map(String::as_str).collect();
    let _ = writeln!(text, "| {what} | {against} | {figure} | {} | {verdict} |", asked.join(", "));
}

/// The factors multiplied beside what they give together.
fn product(text: &mut String, checks: &[&Check]) {
    let ratio = |workload: &str| {
        let is_it = |check: &&&Check| {
            check.workload == workload
                && check.versus.as_deref() == Some(NONE)
                && check.metric == "latency"
                && check.unit == "x"
        };
        checks.iter().filter(is_it).find_map(|check| Some(check.estimate.as_ref()?.value))
    };
    let factors: Option<Vec<f64>> = FACTORS.into_iter().map(ratio).collect();
    if let (Some(factors), Some(all)) = (factors, ratio(ALL)) {
        let written: Vec<String> = factors.iter().map(|factor| format!("{factor:.2}")).collect();
        let product: f64 = factors.iter().product();
        let _ = writeln!(
            text,
            "\nThe factors of {} multiplied: {} = {product:.2}. Measured together: {all:.2}. By the guide's means: 78.75.",
            FACTORS.map(|factor| format!("`{factor}`")).join(", "),
            written.join(" x ")
        );
    }
}

impl Figure {
    fn text(&self, unit: &str) -> String {
        let Self { value, lower, upper } = self;
        let end = |end: &Option<f64>| end.map_or_else(|| "..".to_owned(), short);
        format!("{} [{}, {}] {unit}", short(*value), end(lower), end(upper))
    }
}

/// Two decimals, or more of a small number.
fn short(value: f64) -> String {
    if value == 0.0 || value.abs() >= 0.095 { format!("{value:.2}") } else { format!("{value:.4}") }
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, DOCUMENT, Run, check, is_sealed, replaced, table};
    use crate::repo::File;

    fn run(all: &str) -> Run {
        let check = |workload: &str, value: &str| {
            format!(
                "{{\"scenario\": \"ndv-desktop-cpu-training\", \"workload\": \"{workload}\", \"versus\": \"none\", \
                 \"metric\": \"latency\", \"estimate\": {value}, \"unit\": \"x\", \"limit\": \">= 2 x\", \
                 \"verdict\": \"fail\", \"reason\": \"needs 4 cores\"}}"
            )
        };
        let figure = |value: f64| format!("{{\"value\": {value}, \"lower\": {}, \"upper\": null}}", value / 2.0);
        let mut checks: Vec<String> = [("simd", 3.0), ("tiled", 1.0), ("threads", 2.0), ("f16", 0.5)]
            .map(|(name, value)| check(name, &figure(value)))
            .to_vec();
        checks.push(check("all", all));
        let text = format!(
            "{{\"started\": \"2026-01-02T03:04:05Z\", \"quick\": true, \"environment\": {{\"cpu\": \"A\", \"cores\": 2, \
             \"rustc\": \"rustc 1\"}}, \"noise\": {{\"load\": 0.5, \"busy\": 0.25}}, \"checks\": [{}]}}",
            checks.join(", ")
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn every_comparison_has_a_line_and_the_factors_are_multiplied() {
        let text = table(&run("{\"value\": 2.5, \"lower\": 2.0, \"upper\": 2.75}")).unwrap();
        assert!(
            text.contains("A quick run of 2026-01-02: A, 2 cores, rustc 1; 0.5 tasks ran before, and other"),
            "{text}"
        );
        assert!(text.contains("| latency of `simd` | `none` | 3.00 [1.50, ..] x | >= 2 x | fail |"), "{text}");
        assert!(text.contains("1.00 x 3.00 x 2.00 x 0.50 = 3.00. Measured together: 2.50."), "{text}");
        // Without a figure the reason is told, and nothing is multiplied.
        let text = table(&run("null")).unwrap();
        assert!(text.contains("| latency of `all` | `none` | needs 4 cores |"), "{text}");
        assert!(!text.contains("multiplied"), "{text}");
        let mut other = run("null");
        other.checks.clear();
        assert!(table(&other).is_err());
    }

    #[test]
    fn a_table_that_somebody_wrote_into_is_noticed() {
        let document = format!("# Title\n\n{BEGIN}old\n<!-- end: x -->\nbehind\n");
        assert_eq!(is_sealed(&document), Some(false));
        let new = replaced(&document, "| a |\n").unwrap();
        assert!(new.starts_with("# Title\n\n") && new.ends_with(" -->\nbehind\n"), "{new}");
        assert_eq!(is_sealed(&new), Some(true));
        assert_eq!(is_sealed(&new.replace("| a |", "| b |")), Some(false));
        assert_eq!(is_sealed("# Title\n"), None);
        let found = |text: &str| check(&[File::new(DOCUMENT, text)]).len();
        assert_eq!((found(&new), found(&document), found("# Title\n"), check(&[]).len()), (0, 1, 1, 0));
    }
}
