//! The machine: what it is, and what it is busy with, as Linux tells. Elsewhere most of it is not told.

use std::fs;

use crate::trust::record::Machine;

/// Ticks of a second in `/proc`, which Linux fixes for programs (`USER_HZ`).
const TICKS: f64 = 100.0;

/// What this machine is.
pub fn machine() -> Machine {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = about.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let system = format!("{} {}", std::env::consts::OS, release.trim());
    Machine {
        processor: field("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores: cores(),
        system: system.trim().to_owned(),
        is_virtual: field("flags").map(|flags| flags.split(' ').any(|flag| flag == "hypervisor")),
    }
}

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A reading of what the cores were busy with since the machine started, in seconds of a core.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Busy {
    all: f64,
    stolen: f64,
    ours: f64,
}

impl Busy {
    /// Reads it; `ours` are processes of ours that still run. Nothing where the system does not tell.
    pub fn read(ours: &[u32]) -> Option<Self> {
        let total = fs::read_to_string("/proc/stat").ok()?;
        let this = fs::read_to_string("/proc/self/stat").ok()?;
        let others = ours.iter().map(|id| fs::read_to_string(format!("/proc/{id}/stat")).ok());
        let others: Option<Vec<String>> = others.collect();
        Self::parse(&total, &this, &others?)
    }

    fn parse(total: &str, this: &str, ours: &[String]) -> Option<Self> {
        // user nice system idle iowait irq softirq steal guest guest_nice; guests are part of user and nice.
        let line = total.lines().next()?.strip_prefix("cpu ")?;
        let ticks: Vec<f64> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let &[user, nice, system, _, _, irq, softirq, steal, ..] = &ticks[..] else { return None };
        // Behind the name in parentheses: utime, stime, cutime, cstime are the 12th to the 15th word.
        let of = |stat: &str, count: usize| -> Option<f64> {
            let words = stat.rsplit_once(')')?.1.split_whitespace();
            let ticks: Vec<f64> = words.skip(11).take(count).map_while(|word| word.parse().ok()).collect();
            (ticks.len() == count).then(|| ticks.iter().sum())
        };
        // Children that have ended are counted with this process, running ones are not.
        let ours: Option<f64> = ours.iter().map(|stat| of(stat, 2)).sum();
        Some(Self {
            all: (user + nice + system + irq + softirq) / TICKS,
            stolen: steal / TICKS,
            ours: (of(this, 4)? + ours?) / TICKS,
        })
    }

    /// Cores that others kept busy, and that a hypervisor gave to others, in the `seconds` since `earlier`.
    pub fn since(self, earlier: Self, seconds: f64) -> (f64, f64) {
        let others = (self.all - earlier.all) - (self.ours - earlier.ours);
        ((others / seconds).max(0.0), (self.stolen - earlier.stolen) / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::{Busy, machine};

    fn stat(utime: u32) -> String {
        format!("7 (a (b) c) R 1 1 1 0 -1 0 0 0 0 0 {utime} 100 300 0 20 0 1 0 5 0 0")
    }

    #[test]
    fn what_others_use_is_told_from_what_we_use() {
        let total = |user: u32, steal: u32| format!("cpu  {user} 0 100 9999 50 10 10 {steal} 0 0\ncpu0 1 1\n");
        let before = Busy::parse(&total(1000, 0), &stat(100), &[stat(50)]).unwrap();
        let after = Busy::parse(&total(1400, 20), &stat(200), &[stat(250)]).unwrap();
        // Of four seconds of cores in two seconds one was ours and two were those of the running child.
        assert_eq!(after.since(before, 2.0), (0.5, 0.1));
        assert_eq!(Busy::parse("intr 1\n", &stat(1), &[]), None);
        assert_eq!(Busy::parse(&total(1, 1), "7 (x) R 1", &[]), None);
    }

    #[test]
    fn the_machine_has_a_processor_and_cores() {
        let machine = machine();
        assert!(machine.cores >= 1 && !machine.processor.is_empty() && !machine.system.is_empty(), "{machine:?}");
    }
}
