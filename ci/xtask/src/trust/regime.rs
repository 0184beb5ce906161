//! The noise: child processes that keep cores and the disk busy, for as long as a block of comparisons lasts.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::trust::machine;
use crate::trust::record::Regime;

/// How long the machine is given to settle into a regime.
const SETTLE: Duration = Duration::from_millis(500);

/// A running regime; its processes end when it is dropped, and by themselves when this process ends in any way.
#[derive(Debug)]
pub struct Noise {
    children: Vec<Child>,
}

impl Noise {
    /// Starts what `regime` consists of: modes of `program`, which write below `scratch`.
    ///
    /// # Errors
    /// When a process does not start.
    pub fn start(regime: Regime, program: &Path, scratch: &Path) -> Result<Self> {
        let file = scratch.join("disk.tmp").to_string_lossy().into_owned();
        let (burn, write): (&[&str], &[&str]) = (&["burn"], &["write", &file]);
        let orders: Vec<&[&str]> = match regime {
            Regime::Quiet => Vec::new(),
            Regime::BusyCore => vec![burn],
            Regime::BusyAll => [vec![burn; machine::cores()], vec![write]].concat(),
        };
        let mut noise = Self { children: Vec::new() };
        for order in orders {
            let mut command = Command::new(program);
            // The pipe that stays open until the child is dropped is what it lives on.
            command.args(order).stdin(Stdio::piped()).stdout(Stdio::null());
            noise.children.push(command.spawn().with_context(|| format!("failed to start {}", program.display()))?);
        }
        thread::sleep(SETTLE);
        Ok(noise)
    }

    /// Ids of the processes.
    pub fn ids(&self) -> Vec<u32> {
        self.children.iter().map(Child::id).collect()
    }
}

impl Drop for Noise {
    fn drop(&mut self) {
        for child in &mut self.children {
            // Closing the pipe asks it to end, and to remove its file; it does so within a few milliseconds.
            drop(child.stdin.take());
        }
        for child in &mut self.children {
            for _ in 0..200 {
                match child.try_wait() {
                    Ok(None) => thread::sleep(Duration::from_millis(10)),
                    Ok(Some(_)) | Err(_) => break,
                }
            }
            // Both fail when it has ended, which is what they are for.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
