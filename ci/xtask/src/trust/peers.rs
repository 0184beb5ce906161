//! Data for the other rules: times in sequence, times in turns, and hyperfine's own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::trust::numbers::median;
use crate::trust::random::Random;
use crate::trust::record::{Times, Turns};

/// Samples of a side, criterion's default.
pub const SAMPLES: usize = 100;
/// Iterations from which an iteration's time is estimated.
const TRIAL: usize = 20;
/// Iterations before those that count.
const WARMUP: usize = 20;

/// The same workload in two programs.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// Program of the baseline.
    pub baseline: &'a Path,
    /// Program of the candidate.
    pub candidate: &'a Path,
    /// The workload.
    pub workload: &'a str,
    /// Seconds that each set of data may take.
    pub seconds: f64,
}

impl Sides<'_> {
    /// All of the baseline, then all of the candidate, in two processes: as criterion measures against a saved baseline.
    ///
    /// # Errors
    /// When a program fails.
    pub fn sequence(&self) -> Result<Times> {
        let trial = times(self.baseline, self.workload, 5, TRIAL)?;
        let trial: Vec<f64> = trial.iter().map(|time| *time as f64).collect();
        let n = iterations(median(&trial).unwrap_or(0.0), self.seconds / 2.0, SAMPLES);
        let of = |program| times(program, self.workload, WARMUP, n);
        Ok(Times { baseline: of(self.baseline)?, candidate: of(self.candidate)? })
    }

    /// Both in turns, an iteration each, in an order that `seed` draws for each pair.
    ///
    /// # Errors
    /// When a program fails.
    pub fn turns(&self, seed: u64) -> Result<Turns> {
        let mut random = Random::new(seed, 0x7475);
        let mut baseline = Served::start(self.baseline, self.workload)?;
        let mut candidate = Served::start(self.candidate, self.workload)?;
        // Asking and answering take their time too, so the wall's clock counts.
        let begin = Instant::now();
        for _ in 0..TRIAL {
            baseline.time()?;
            candidate.time()?;
        }
        let each = begin.elapsed().as_nanos() as f64 / (2 * TRIAL) as f64;
        let n = iterations(each, self.seconds / 2.0, SAMPLES);
        // Both orders equally often.
        let mut orders: Vec<bool> = (0..n).map(|pair| pair % 2 == 0).collect();
        random.shuffle(&mut orders);
        let mut turns = Turns::default();
        let begin = Instant::now();
        for candidate_first in orders {
            // A machine that has become slower does not hold the others up.
            if begin.elapsed().as_secs_f64() > 2.0 * self.seconds {
                break;
            }
            turns.candidate_first.push(candidate_first);
            if candidate_first {
                turns.times.candidate.push(candidate.time()?);
                turns.times.baseline.push(baseline.time()?);
            } else {
                turns.times.baseline.push(baseline.time()?);
                turns.times.candidate.push(candidate.time()?);
            }
        }
        Ok(turns)
    }

    /// What hyperfine measures of whole processes of ten iterations, without a shell, with two warm-up runs, and otherwise as it
    /// does by default. `folder` is where it runs and writes.
    ///
    /// # Errors
    /// When it cannot be started, fails, or writes something else than its results.
    pub fn hyperfine(&self, folder: &Path) -> Result<Times> {
        let order = |program: &Path| -> Result<String> {
            let name = program.strip_prefix(folder).context("the program lies in another folder")?;
            Ok(format!("./{} once {} 10", name.display(), self.workload))
        };
        let file = folder.join("hyperfine.json");
        let mut command = Command::new("hyperfine");
        command.current_dir(folder).args(["-N", "-w", "2", "--style", "none", "--export-json"]).arg(&file);
        command.args([order(self.baseline)?, order(self.candidate)?]).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().context("failed to start hyperfine")?;
        if !status.success() {
            bail!("hyperfine failed: {status}");
        }
        parse_hyperfine(&std::fs::read_to_string(&file).context("hyperfine wrote no results")?)
    }
}

/// What `hyperfine --version` says; nothing where it is not installed.
pub fn hyperfine_version() -> Option<String> {
    let output = Command::new("hyperfine").arg("--version").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn parse_hyperfine(text: &str) -> Result<Times> {
    let value: serde_json::Value = serde_json::from_str(text).context("hyperfine's results are no JSON")?;
    let of = |side: usize| -> Option<Vec<u64>> {
        let times = value.get("results")?.get(side)?.get("times")?.as_array()?;
        times.iter().map(|seconds| Some((seconds.as_f64()? * 1e9).round() as u64)).collect()
    };
    let (baseline, candidate) = of(0).zip(of(1)).context("hyperfine's results lack the times of two commands")?;
    Ok(Times { baseline, candidate })
}

/// How many iterations of `each` nanoseconds fill the time: a multiple of `unit`, up to fifty of it.
fn iterations(each: f64, seconds: f64, unit: usize) -> usize {
    let units = (seconds * 1e9 / each.max(1.0) / unit as f64).floor() as usize;
    units.clamp(1, 50) * unit
}

/// Nanoseconds of `n` iterations in a row.
fn times(program: &Path, workload: &str, warmup: usize, n: usize) -> Result<Vec<u64>> {
    let output = Command::new(program).args(["times", workload, &warmup.to_string(), &n.to_string()]).output();
    let output = output.with_context(|| format!("failed to start {}", program.display()))?;
    if !output.status.success() {
        bail!("{} failed: {}", program.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    let times: Result<Vec<u64>, _> = String::from_utf8_lossy(&output.stdout).lines().map(str::parse).collect();
    let times = times.context("a workload printed something else than times")?;
    if times.len() != n {
        bail!("a workload printed {} times and not {n}", times.len());
    }
    Ok(times)
}

/// A program that runs one iteration whenever it is asked to.
struct Served {
    child: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Served {
    fn start(program: &Path, workload: &str) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["serve", workload]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("failed to start {}", program.display()))?;
        let ask = child.stdin.take();
        let answers = child.stdout.take().context("a workload has no output")?;
        Ok(Self { child, ask, answers: BufReader::new(answers) })
    }

    fn time(&mut self) -> Result<u64> {
        let ask = self.ask.as_mut().context("a workload has no input")?;
        ask.write_all(b".").and_then(|()| ask.flush()).context("a workload takes no more orders")?;
        let mut line = String::new();
        self.answers.read_line(&mut line).context("a workload does not answer")?;
        line.trim().parse().with_context(|| format!("a workload answered `{}` and no time", line.trim()))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // The end of its input is its end.
        drop(self.ask.take());
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::{iterations, parse_hyperfine};

    #[test]
    fn the_time_decides_how_many_iterations() {
        assert_eq!(iterations(500_000.0, 1.0, 100), 2000);
        assert_eq!(iterations(50_000_000.0, 1.0, 100), 100, "no fewer than a sample needs");
        assert_eq!(iterations(0.0, 1.0, 100), 5000, "no more than can be kept");
    }

    #[test]
    fn hyperfines_results_are_read() {
        let text = r#"{"results":[{"command":"a","times":[0.0015,0.002]},{"command":"b","times":[0.003]}]}"#;
        let times = parse_hyperfine(text).unwrap();
        assert_eq!((times.baseline, times.candidate), (vec![1_500_000, 2_000_000], vec![3_000_000]));
        for wrong in ["", "{}", r#"{"results":[{"times":[1]}]}"#, r#"{"results":[{"times":["x"]},{"times":[1]}]}"#] {
            assert!(parse_hyperfine(wrong).is_err(), "{wrong}");
        }
    }
}
