//! `cargo xtask board-soak`: many runs of `hil` on emulated boards with random faults.
//!
//! The work is done by a test of `hil-cli`, which knows what becomes of every fault and by itself makes a few runs; xtask itself
//! depends on no crate of the workspace.
#![expect(clippy::print_stdout, reason = "the help is this command's output")]

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cargo;

/// What `--help` says.
const USAGE: &str = "\
Runs `hil` on emulated boards with random faults and holds every outcome against what the fault must become.

Usage: cargo xtask board-soak [--runs N] [--seed S]

  --runs N  how many runs [100]
  --seed S  decides boards, faults and moments; the same seed gives the same runs [1]
";

/// How much, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    runs: u64,
    seed: u64,
}

impl Options {
    /// Reads the options.
    ///
    /// # Errors
    /// An option that is unknown, or whose value is no number.
    pub fn parse(options: &[&str]) -> Result<Self> {
        let mut parsed = Self { runs: 100, seed: 1 };
        let mut options = options.iter();
        while let Some(option) = options.next() {
            let place = match *option {
                "--runs" => &mut parsed.runs,
                "--seed" => &mut parsed.seed,
                other => bail!("unknown option `{other}`\n\n{USAGE}"),
            };
            let value = options.next().with_context(|| format!("{option} needs a number"))?;
            *place = value.parse().with_context(|| format!("{option} needs a number and not `{value}`"))?;
        }
        Ok(parsed)
    }
}

/// Builds and runs the soak; true when every run ended as it must.
///
/// # Errors
/// When cargo cannot be started, or the options are wrong.
pub fn run(root: &Path, options: &[&str]) -> Result<bool> {
    if options == ["--help"] {
        print!("{USAGE}");
        return Ok(true);
    }
    let Options { runs, seed } = Options::parse(options)?;
    let mut command = cargo::command(root);
    command.args(["test", "--release", "--locked", "--quiet", "-p", "hil-cli", "--test", "suite", "--"]);
    command.args(["--exact", "--nocapture", "board_faults::soak::soak"]);
    command.env("HIL_SOAK_RUNS", runs.to_string()).env("HIL_SOAK_SEED", seed.to_string());
    Ok(command.status().context("failed to start cargo")?.success())
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn options_are_numbers() {
        assert_eq!(Options::parse(&[]).ok(), Some(Options { runs: 100, seed: 1 }));
        assert_eq!(Options::parse(&["--seed", "7", "--runs", "3"]).ok(), Some(Options { runs: 3, seed: 7 }));
        for wrong in [&["--runs"][..], &["--runs", "x"], &["--seed", "-1"], &["7"]] {
            assert!(Options::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
