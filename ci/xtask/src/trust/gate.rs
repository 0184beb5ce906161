//! Calling `hil gate` and reading what it decided.
//!
//! Only `verdict.json` counts. Where there is none, nothing was decided; the exit code is kept beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::trust::record::{Gate, Row};

/// How much worse counts as a regression: what `hil gate` takes where nothing is said. It is never said here, so that the
/// gate that is tried is the one that users get.
pub const MARGIN: f64 = 0.02;
/// The folders of baseline and candidate. Their names are equally long: the length of a program's path moves its stack and
/// heap, which alone makes allocation a percent faster or slower (Mytkowicz et al., ASPLOS 2009).
pub const SIDES: [&str; 2] = ["former", "latter"];
/// The name of the agent in each side's folder.
pub const IMAGE: &str = "workloads";

/// Where the gate is called.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The binary `hil`.
    pub hil: &'a Path,
    /// The folder that it is called in: with the folders [`SIDES`], each with an agent.
    pub folder: &'a Path,
}

impl Place<'_> {
    /// Compares the two folders by the scenario in `file`, a name in the folder, with further `options`.
    ///
    /// # Errors
    /// When `hil` cannot be started, or a verdict cannot be read.
    pub fn sides(self, file: &str, options: &[&str]) -> Result<Gate> {
        let sides = ["--baseline-dir", SIDES[0], "--candidate-dir", SIDES[1], "--image", IMAGE, file];
        self.gate(&[&sides[..], options].concat())
    }

    /// Calls `hil gate` with `arguments`.
    ///
    /// # Errors
    /// As [`Place::sides`].
    pub fn gate(self, arguments: &[&str]) -> Result<Gate> {
        let artefacts = self.folder.join("artefacts");
        // What an earlier call left there must not be taken for this one's.
        remove(&artefacts)?;
        let begin = Instant::now();
        let output = self
            .command()
            .args(["gate", "--out", "runs", "--keep", "2", "--artefacts", "artefacts"])
            .args(arguments)
            .output()
            .with_context(|| format!("failed to start {}", self.hil.display()))?;
        let seconds = begin.elapsed().as_secs_f64();
        let verdict = artefacts.join("verdict.json");
        let mut gate = if verdict.is_file() {
            read(&fs::read_to_string(&verdict).with_context(|| format!("failed to read {}", verdict.display()))?)?
        } else {
            let text = String::from_utf8_lossy(&output.stderr);
            let said = text.lines().find(|line| line.contains("error")).or_else(|| text.lines().last());
            Gate { errors: said.map(str::to_owned).into_iter().collect(), ..Gate::default() }
        };
        gate.exit = output.status.code();
        gate.seconds = seconds;
        Ok(gate)
    }

    /// Stores a run of `file` with the agent of the folder `side` and gives its folder.
    ///
    /// # Errors
    /// When it cannot be made or its folder cannot be found.
    pub fn run(self, file: &str, side: &str, out: &str) -> Result<PathBuf> {
        let image = format!("{side}/{IMAGE}");
        let to = self.folder.join(out);
        remove(&to)?;
        let output = self.command().args(["run", file, "--image", &image, "--out", out]).output();
        let output = output.with_context(|| format!("failed to start {}", self.hil.display()))?;
        let entries = fs::read_dir(&to).with_context(|| {
            format!("`hil run` left nothing in {}: {}", to.display(), String::from_utf8_lossy(&output.stderr).trim())
        })?;
        let run = entries.flatten().map(|entry| entry.path()).find(|path| path.join("run.json").is_file());
        run.with_context(|| format!("`hil run` left no run in {}", to.display()))
    }

    fn command(self) -> Command {
        let mut command = Command::new(self.hil);
        command.current_dir(self.folder).stdin(Stdio::null());
        command
    }
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("failed to remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The parts of `verdict.json` that count here, under its own names.
#[derive(Debug, Deserialize)]
struct Verdict {
    decision: String,
    rows: Vec<VerdictRow>,
    controls: Vec<VerdictControl>,
    errors: Vec<VerdictError>,
}

#[derive(Debug, Deserialize)]
struct VerdictRow {
    scenario: String,
    workload: String,
    metric: String,
    statistic: serde_json::Value,
    change: String,
    reason_code: Option<String>,
    margin: f64,
    ratio: Option<VerdictFigure>,
    pairs: u64,
    smallest_seen: Option<f64>,
    gating: bool,
}

#[derive(Debug, Deserialize)]
struct VerdictFigure {
    value: f64,
    lower: Option<f64>,
    upper: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct VerdictControl {
    agrees: bool,
}

#[derive(Debug, Deserialize)]
struct VerdictError {
    phase: String,
    message: String,
}

fn read(text: &str) -> Result<Gate> {
    let verdict: Verdict =
        serde_json::from_str(text).context("verdict.json is not what this version of `hil` writes")?;
    let rows = verdict.rows.into_iter().map(|row| {
        let statistic = row.statistic.as_str().map_or_else(|| row.statistic.to_string(), str::to_owned);
        let ratio = row.ratio.map_or([None; 3], |ratio| [Some(ratio.value), ratio.lower, ratio.upper]);
        Row {
            scenario: row.scenario,
            figure: format!("{} {} {statistic}", row.workload, row.metric),
            change: row.change,
            reason: row.reason_code,
            margin: row.margin,
            ratio,
            pairs: row.pairs,
            smallest_seen: row.smallest_seen,
            gating: row.gating,
        }
    });
    let agree = verdict.controls.iter().map(|control| control.agrees);
    Ok(Gate {
        exit: None,
        decision: Some(verdict.decision),
        rows: rows.collect(),
        control_agrees: (!verdict.controls.is_empty()).then(|| agree.into_iter().all(|agrees| agrees)),
        errors: verdict.errors.into_iter().map(|error| format!("{}: {}", error.phase, error.message)).collect(),
        seconds: 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_verdict_is_read_under_its_own_names() {
        let text = r#"{"format":"1.0","decision":"fail","new field":1,
            "rows":[{"scenario":"trust-integer","workload":"main","metric":"latency","statistic":"median","change":"regressed",
                     "reason_code":null,"margin":0.01,"ratio":{"value":1.05,"lower":1.04,"upper":1.06},"pairs":150,
                     "smallest_seen":0.004,"gating":true},
                    {"scenario":"trust-integer","workload":"main","metric":"latency","statistic":"p95","change":"invalid",
                     "reason_code":"too-few-pairs","margin":0.01,"ratio":null,"pairs":0,"smallest_seen":null,"gating":true}],
            "controls":[{"agrees":true},{"agrees":false}],"errors":[{"phase":"close","message":"it is gone"}]}"#;
        let gate = read(text).unwrap();
        assert_eq!((gate.decision.as_deref(), gate.control_agrees), (Some("fail"), Some(false)));
        assert_eq!((gate.rows[0].figure.as_str(), gate.rows[0].ratio[1]), ("main latency median", Some(1.04)));
        assert_eq!((gate.rows[1].ratio, gate.rows[1].reason.as_deref()), ([None; 3], Some("too-few-pairs")));
        assert_eq!(gate.errors, ["close: it is gone"]);
        let none = read(r#"{"decision":"pass","rows":[],"controls":[],"errors":[]}"#).unwrap();
        assert_eq!(none.control_agrees, None, "nothing measured is no agreement");
        assert!(read("{}").is_err() && read("").is_err());
    }
}
