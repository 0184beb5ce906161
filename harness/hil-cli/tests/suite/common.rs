//! Runs the real binary in a folder of its own, with nothing from the tester's environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder to run `hil` in.
pub struct Place {
    folder: tempfile::TempDir,
}

/// What a finished `hil` left behind.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The file whose lock is the lease of "this host", as far as this place is concerned.
    pub fn lease(&self) -> PathBuf {
        self.path().join("host.lease")
    }

    /// The folder for what is remembered of boards.
    pub fn state(&self) -> PathBuf {
        self.path().join("state")
    }

    /// `hil ARGS`, not yet started. It sees no data set but the built-in one.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
        command
            .args(args)
            .current_dir(self.path())
            .env_remove("HIL_DATA")
            .env("HIL_LEASE", self.lease())
            .env("HIL_STATE", self.state())
            .env("XDG_DATA_HOME", self.path().join("user-data"))
            .env("COLUMNS", "100")
            .env("LC_ALL", "C.UTF-8")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        // The commit that CI works on is not that of a test.
        for name in ["GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "GIT_COMMIT"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs `hil ARGS` to its end.
    pub fn hil(&self, args: &[&str]) -> Ended {
        Ended::of(self.command(args).output().unwrap())
    }

    /// Every run folder in `hil-runs`, by name.
    pub fn runs(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.path().join("hil-runs")) else { return Vec::new() };
        let mut runs: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        runs.retain(|path| path.file_name().is_some_and(|name| name != hil_store::archive::FOLDER));
        runs.sort();
        runs
    }

    /// The `run.json` of the only run.
    pub fn run_json(&self) -> Value {
        let runs = self.runs();
        assert_eq!(runs.len(), 1, "{runs:?}");
        serde_json::from_str(&std::fs::read_to_string(runs[0].join("run.json")).unwrap()).unwrap()
    }
}

impl Ended {
    pub fn of(output: Output) -> Self {
        Self {
            // A death by signal has no code; no test expects one.
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Fails with everything that was printed unless the exit code is `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }
}

/// The check of `run` that answers `target`.
#[track_caller]
pub fn check<'a>(run: &'a Value, target: &str) -> &'a Value {
    let checks = run["checks"].as_array().unwrap();
    checks.iter().find(|check| check["target"] == target).unwrap_or_else(|| panic!("no {target} in {run:#}"))
}

/// A scenario of one latency check on `kernel`, over in a moment.
pub fn quick_scenario(kernel: &str) -> String {
    format!(
        r#"
id = "quick"
title = "A quick look"
[on]
platform = "desktop-cpu"
[workload]
kernel = "{kernel}"
[sampling]
warmup = 2
starts = 2
timeout = "500 ms"
[[check]]
target = "TST-1"
metric = "latency"
statistic = "p50"
limit = "< 5 s"
"#
    )
}
