//! Carrying out the plan: one comparison after the other, each written down before the next begins.
#![expect(clippy::print_stdout, reason = "the progress of the comparisons is this command's output")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use crate::trust::controls;
use crate::trust::gate::{IMAGE, Place, SIDES};
use crate::trust::log::Log;
use crate::trust::machine::Busy;
use crate::trust::peers::Sides;
use crate::trust::plan::{Entry, Plan, SMOKE};
use crate::trust::programs::{self, Programs};
use crate::trust::record::{Comparison, Gate, Kind, Line, Regime, WORKLOADS};
use crate::trust::regime::Noise;
use crate::trust::{peers, scenario, truth};

/// Seconds of each set of data for other rules.
const PEER_SECONDS: f64 = 1.5;
/// The same in the smoke test.
const SMOKE_PEER_SECONDS: f64 = 0.4;
/// Budget of a side of one comparison, in seconds; the gate ends earlier when it has decided.
const BUDGET: u32 = 10;
/// Budget of a side of a run of many metrics, in seconds: enough for five starts of fifteen workloads where all cores are busy.
pub const FAMILY_BUDGET: u32 = 20;
/// From this many thousandths of work on, not even chance makes a gate green.
const CERTAIN: u32 = 1500;

/// A measurement under way.
#[derive(Debug)]
pub struct Measuring {
    /// What has been measured.
    pub log: Log,
    /// The programs.
    pub programs: Programs,
    /// Where everything is kept.
    pub folder: PathBuf,
}

impl Measuring {
    /// Goes through the plan from where the log ends until `limit` is over, or through the whole plan once without one. Gives
    /// what must not be, in words.
    ///
    /// # Errors
    /// When a file cannot be written or a program cannot be started.
    pub fn measure(&mut self, plan: &Plan, seed: u64, limit: Option<Duration>) -> Result<Vec<String>> {
        let begin = Instant::now();
        let scratch = self.folder.join(format!("scratch-{}", plan.name));
        fs::create_dir_all(&scratch).with_context(|| format!("failed to make {}", scratch.display()))?;
        if plan != &SMOKE {
            self.truth(plan, &scratch)?;
        }
        let mut problems = self.controls(&scratch)?;
        for workload in WORKLOADS {
            write(&scratch.join(format!("{workload}.toml")), &scenario::single(workload, BUDGET))?;
        }
        write(&scratch.join("family.toml"), &scenario::family(FAMILY_BUDGET))?;
        let done: BTreeSet<u64> = self.log.lines.iter().filter_map(index).collect();
        let mut noise: Option<(Regime, Noise)> = None;
        for cycle in 0.. {
            for entry in plan.entries(seed, cycle) {
                if done.contains(&entry.index) || self.cannot(&entry) {
                    continue;
                }
                if limit.is_some_and(|limit| begin.elapsed() >= limit) {
                    return Ok(problems);
                }
                let regime = entry.subject.regime;
                if noise.as_ref().is_none_or(|(running, _)| *running != regime) {
                    // The old ones end before the new ones begin.
                    drop(noise.take());
                    noise = Some((regime, Noise::start(regime, &self.programs.workloads, &scratch)?));
                }
                let ids = noise.as_ref().map(|(_, noise)| noise.ids()).unwrap_or_default();
                let comparison = self.compare(&entry, &scratch, plan == &SMOKE, &ids)?;
                println!("{}", told(&comparison, begin.elapsed()));
                problems.extend(problem(&comparison));
                self.log.append(Line::Comparison(Box::new(comparison)))?;
            }
            if limit.is_none() {
                break;
            }
        }
        Ok(problems)
    }

    /// Whether an entry needs layouts that could not be linked.
    fn cannot(&self, entry: &Entry) -> bool {
        entry.subject.layouts.iter().any(|layout| *layout as usize > self.programs.layouts.len())
    }

    /// Counts instructions where that can be done and has not been done yet.
    fn truth(&mut self, plan: &Plan, scratch: &Path) -> Result<()> {
        let Some(tool) = truth::version() else {
            println!("trust: valgrind is not installed, so the true ratios are not verified here");
            return Ok(());
        };
        for workload in WORKLOADS {
            for &(permille, _) in plan.slower {
                let is_done = self.log.lines.iter().any(|line| {
                    matches!(line, Line::Truth(truth) if truth.workload == workload && truth.permille == permille)
                });
                if !is_done {
                    let truth = truth::count(&tool, &self.programs.workloads, workload, permille, scratch)?;
                    let ratio = truth.scaled / truth.base;
                    println!("trust: {workload} at {permille} thousandths executes {ratio:.5} times the instructions");
                    self.log.append(Line::Truth(truth))?;
                }
            }
        }
        Ok(())
    }

    /// Runs the negative controls, once a log.
    fn controls(&mut self, scratch: &Path) -> Result<Vec<String>> {
        if !self.log.lines.iter().any(|line| matches!(line, Line::Control(_))) {
            for control in controls::run(Place { hil: &self.programs.hil, folder: scratch }, &self.programs)? {
                let word = if control.is_held { "held back" } else { "NOT held back" };
                println!("trust: control `{}`: {word} (exit code {:?})", control.name, control.gate.exit);
                self.log.append(Line::Control(control))?;
            }
        }
        let controls = self.log.lines.iter().filter_map(|line| match line {
            Line::Control(control) if !control.is_held => {
                let Gate { exit, decision, errors, .. } = &control.gate;
                Some(format!("the control `{}` was not held back: {exit:?} {decision:?} {errors:?}", control.name))
            }
            _ => None,
        });
        Ok(controls.collect())
    }

    /// One comparison by all rules that take part in it.
    fn compare(&self, entry: &Entry, scratch: &Path, smoke: bool, noise: &[u32]) -> Result<Comparison> {
        let (at, begin, before) = (now(), Instant::now(), Busy::read(noise));
        let subject = &entry.subject;
        let [baseline, candidate] = SIDES.map(|side| scratch.join(side).join(IMAGE));
        for (path, layout, permille) in
            [(&baseline, subject.layouts[0], 1000), (&candidate, subject.layouts[1], subject.permille)]
        {
            fs::create_dir_all(path.parent().unwrap_or(scratch)).context("failed to make a folder")?;
            programs::scaled(self.programs.layout(layout)?, permille, path)?;
        }
        let file = format!("{}.toml", subject.workload.as_deref().unwrap_or("family"));
        let seed = entry.index.to_string();
        let options: &[&str] = if smoke { &["--quick", "--seed", &seed] } else { &["--seed", &seed] };
        let gate = Place { hil: &self.programs.hil, folder: scratch }.sides(&file, options)?;
        let sides = subject.workload.as_deref().map(|workload| Sides {
            baseline: &baseline,
            candidate: &candidate,
            workload,
            seconds: if smoke { SMOKE_PEER_SECONDS } else { PEER_SECONDS },
        });
        let peers = sides.filter(|_| entry.with_peers);
        let sequence = peers.map(|sides| sides.sequence()).transpose()?;
        let turns = peers.map(|sides| sides.turns(entry.index)).transpose()?;
        let timed = sides.filter(|_| entry.with_hyperfine && peers::hyperfine_version().is_some());
        let processes = timed.map(|sides| sides.hyperfine(scratch)).transpose()?;
        let seconds = begin.elapsed().as_secs_f64();
        let busy = before.and_then(|before| Some(Busy::read(noise)?.since(before, seconds)));
        let (others, stolen) = busy.unzip();
        let subject = subject.clone();
        Ok(Comparison { index: entry.index, subject, at, seconds, others, stolen, gate, sequence, turns, processes })
    }
}

fn index(line: &Line) -> Option<u64> {
    if let Line::Comparison(comparison) = line { Some(comparison.index) } else { None }
}

/// What of a comparison cannot be chance: a gate that says nothing, or that is green on code that does half as much again.
fn problem(comparison: &Comparison) -> Option<String> {
    let Comparison { index, subject, gate, .. } = comparison;
    let name = subject.workload.as_deref().unwrap_or("family");
    if gate.decision.is_none() || !matches!(gate.exit, Some(0 | 3 | 4 | 5)) {
        return Some(format!("comparison {index} ({name}) ended with {:?} and said {:?}", gate.exit, gate.errors));
    }
    let is_green = gate.decision.as_deref() == Some("pass")
        || gate.gating().any(|row| row.change == "improved" || row.change == "unchanged");
    (subject.kind == Kind::Slower && subject.permille >= CERTAIN && is_green)
        .then(|| format!("comparison {index} ({name}) is green on {} thousandths of the work", subject.permille))
}

/// A line about a comparison, for people who watch.
fn told(comparison: &Comparison, since: Duration) -> String {
    let Comparison { index, subject, gate, seconds, others, .. } = comparison;
    let says = match gate.only() {
        Some(row) => {
            let [value, lower, upper] = row.ratio.map(|end| end.map_or("-".to_owned(), |end| format!("{end:.4}")));
            format!("{} {value} [{lower}, {upper}], {} pairs", row.change, row.pairs)
        }
        None => {
            let regressed = gate.gating().filter(|row| row.change == "regressed").count();
            let decision = gate.decision.as_deref().unwrap_or("no verdict");
            format!("{decision}, {regressed} of {} figures regressed", gate.gating().count())
        }
    };
    let others = others.map_or(String::new(), |others| format!(", others {others:.2}"));
    format!(
        "{:>5.0} s  {index:>5}  {:<20} {:<11} {:>4}: {says}; {:.1} of {seconds:.1} s{others}",
        since.as_secs_f64(),
        subject.regime,
        subject.workload.as_deref().unwrap_or("family"),
        if subject.kind == Kind::Layout { 0 } else { subject.permille },
        gate.seconds,
    )
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// What `hil --version` says.
///
/// # Errors
/// When it cannot be started.
pub fn version(hil: &Path) -> Result<String> {
    let output = Command::new(hil).arg("--version").output();
    let output = output.with_context(|| format!("failed to start {}", hil.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::problem;
    use crate::trust::record::{Comparison, Gate, Kind, Regime, Row, Subject};

    fn comparison(permille: u32, exit: i32, decision: Option<&str>, change: &str) -> Comparison {
        let row = Row {
            scenario: "trust-integer".to_owned(),
            figure: "main latency median".to_owned(),
            change: change.to_owned(),
            reason: None,
            margin: 0.01,
            ratio: [None; 3],
            pairs: 150,
            smallest_seen: None,
            gating: true,
        };
        let kind = if permille == 1000 { Kind::Copy } else { Kind::Slower };
        let workload = Some("integer".to_owned());
        let decision = decision.map(str::to_owned);
        Comparison {
            index: 1,
            subject: Subject { regime: Regime::Quiet, kind, workload, permille, layouts: [0, 0] },
            at: 0,
            seconds: 1.0,
            others: None,
            stolen: None,
            gate: Gate { exit: Some(exit), decision, rows: vec![row], ..Gate::default() },
            sequence: None,
            turns: None,
            processes: None,
        }
    }

    #[test]
    fn only_what_cannot_be_chance_is_a_problem() {
        for (permille, exit, decision, change) in [
            (1000, 0, "pass", "unchanged"),
            (1000, 3, "fail", "regressed"),
            (1050, 0, "pass", "unchanged"),
            (2000, 3, "fail", "regressed"),
            (2000, 0, "inconclusive", "inconclusive"),
            (2000, 5, "invalid", "invalid"),
        ] {
            assert_eq!(problem(&comparison(permille, exit, Some(decision), change)), None, "{permille} {decision}");
        }
        assert!(problem(&comparison(2000, 0, Some("pass"), "unchanged")).is_some());
        assert!(problem(&comparison(2000, 0, Some("pass"), "inconclusive")).is_some());
        assert!(problem(&comparison(2000, 3, Some("fail"), "improved")).is_some());
        assert!(problem(&comparison(1000, 0, None, "unchanged")).is_some());
        assert!(problem(&comparison(1000, 2, Some("pass"), "unchanged")).is_some());
        assert!(problem(&comparison(1000, 101, Some("pass"), "unchanged")).is_some());
    }
}
