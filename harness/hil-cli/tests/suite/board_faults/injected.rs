//! One run of `hil` on an emulated board, with a fault or without: what it said, what it stored, what it left behind.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;

use super::expected::Outcome;
use crate::common::{Ended, Place};

pub const STM32: &str = "stm32f4";
pub const NRF52: &str = "nrf52840";

/// A run that takes longer hangs: every phase has a deadline, and all of them together are shorter.
const LONGEST: Duration = Duration::from_secs(300);

/// A small measurement: one iteration to warm up and two dozen that count.
pub fn scenario(board: &str) -> String {
    format!(
        r#"
id = "faulted"
title = "A board that a fault may strike"
[on]
platform = "{board}"
[workload]
kernel = "lan/keyword_hop_i8"
[sampling]
warmup = 1
min_samples = 24
starts = 1
budget = "120 s"
timeout = "8 s"
[[check]]
target = "TST-1"
metric = "latency"
statistic = "p50"
limit = "< 15 ms"
"#
    )
}

/// A run that has ended.
pub struct Injected {
    place: Place,
    pub code: i32,
    pub err: String,
    /// `run.json`, with everything that was stored.
    pub run: Value,
}

/// Runs `hil` to its end, or until it counts as one that hangs: then it is ended, and no outcome agrees with that.
fn until(place: &Place, args: &[&str], longest: Duration) -> Ended {
    let mut command = place.command(args);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    let (over, is_over) = channel::<()>();
    let watch = std::thread::spawn(move || {
        if is_over.recv_timeout(longest) == Err(RecvTimeoutError::Timeout) {
            // It may have ended in this moment.
            let _gone = nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGKILL);
        }
    });
    let ended = Ended::of(child.wait_with_output().unwrap());
    drop(over);
    watch.join().unwrap();
    ended
}

fn image(board: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../target/firmware/fw-{board}.elf"))
}

impl Injected {
    /// Runs the scenario on `board`; nothing, and says so, where its firmware has not been built.
    #[expect(clippy::print_stderr, reason = "what was not tested has to be said")]
    pub fn run(board: &str, fault: Option<&str>, options: &[&str]) -> Option<Self> {
        let image = image(board);
        if !image.exists() {
            eprintln!("NOT TESTED: fw-{board} has not been built; run `cargo xtask fw {board}`");
            return None;
        }
        let place = Place::new();
        place.write("a.toml", &scenario(board));
        let mut args = vec!["run", "a.toml", "--seed", "1", "--image", image.to_str().unwrap()];
        args.extend(fault.iter().flat_map(|fault| ["--fault", fault]));
        args.extend(options);
        let Ended { code, err, .. } = until(&place, &args, LONGEST);
        let runs = place.runs();
        let run = runs.first().map_or(Value::Null, |run| {
            serde_json::from_str(&std::fs::read_to_string(run.join("run.json")).unwrap()).unwrap()
        });
        Some(Self { place, code, err, run })
    }

    /// Every figure of the run, as text that is the same for the same bits.
    pub fn figures(&self) -> String {
        let checks = self.run["checks"].as_array().into_iter().flatten();
        checks.map(|check| check["estimate"].to_string()).collect::<Vec<_>>().join("\n")
    }

    fn check(&self) -> &Value {
        &self.run["checks"][0]
    }

    /// Whether the run ended as `outcome` says, said so, and left nothing behind; else what differs.
    pub fn agrees_with(&self, outcome: &Outcome) -> Result<(), String> {
        let check = self.check();
        let expect = |what: &str, is: bool| if is { Ok(()) } else { Err(what.to_owned()) };
        match outcome {
            Outcome::Sound => {
                expect("exit code 0", self.code == 0)?;
                expect("the check passes", check["verdict"] == "pass")?;
            }
            Outcome::Rig(says) => {
                expect("exit code 5", self.code == 5)?;
                expect("no verdict", check["verdict"] == "not-run" && check["reason_code"] == "rig-fault")?;
                expect("no figure", check["estimate"].is_null())?;
                let errors = self.run["errors"].to_string();
                for words in *says {
                    expect(&format!("errors of run.json say {words:?}"), errors.contains(words))?;
                    expect(&format!("the user reads {words:?}"), self.err.contains(words))?;
                }
            }
            Outcome::Invalid { code, says } => {
                expect("exit code 5", self.code == 5)?;
                expect("invalid", check["verdict"] == "invalid" && check["reason_code"] == *code)?;
                expect("no figure", check["estimate"].is_null())?;
                expect("no fault of the rig", self.run["errors"].as_array().is_none_or(Vec::is_empty))?;
                for words in *says {
                    let reason = check["reason"].as_str().unwrap_or("");
                    expect(&format!("the reason says {words:?}"), reason.contains(words))?;
                }
            }
        }
        expect("the lease is free", self.lease_is_free())?;
        let left = self.left();
        expect(&format!("no process is left, and there are {left:?}"), left.is_empty())
    }

    fn lease_is_free(&self) -> bool {
        // A run that was refused has never made the file.
        std::fs::File::open(self.place.lease()).is_ok_and(|file| file.try_lock().is_ok())
    }

    /// Processes that this run has started and that live on: they have its lease in their environment.
    fn left(&self) -> Vec<PathBuf> {
        let wanted = self.place.lease();
        let wanted = wanted.to_str().unwrap().as_bytes();
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
        let is_ours = |process: &PathBuf| {
            // One that has just ended, or is somebody else's, cannot be read.
            let environment = std::fs::read(process.join("environ")).unwrap_or_default();
            environment.windows(wanted.len()).any(|part| part == wanted)
        };
        processes.filter(is_ours).collect()
    }
}
