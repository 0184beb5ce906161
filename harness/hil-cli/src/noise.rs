//! How quiet this machine is, asked before every run: a noisy machine gives wide intervals, and the reader of a
//! report must be able to see why.

use std::time::Duration;

use hil_model::run::Noise;

/// Length of the probe: twenty scheduler ticks of 10 ms, so that one tick is 5 % of it.
const PROBE: Duration = Duration::from_millis(200);

/// Looks at load, governor, steal time and what other processes use over a short probe.
#[must_use]
pub fn probe(cores: u32) -> Noise {
    let before = CpuTimes::read();
    std::thread::sleep(PROBE);
    let shares = CpuTimes::read().zip(before).and_then(|(after, before)| after.shares_since(&before));
    let load = sysinfo::System::load_average();
    // A system without a load average answers with zeros throughout.
    let load = (load.one > 0.0 || load.fifteen > 0.0).then_some(load.one);
    let governor = std::fs::read_to_string("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
        .ok()
        .map(|text| text.trim().to_owned());
    let (steal, busy) = shares.map_or((None, None), |(steal, busy)| (Some(steal), Some(busy)));
    let mut noise = Noise { load, governor, steal, busy, warnings: Vec::new() };
    noise.warnings = warnings(&noise, cores);
    noise
}

/// The figures on one line: `load 0.46, others use 1 %, stolen 0 %, governor unknown`.
#[must_use]
pub fn in_words(noise: &Noise) -> String {
    let unknown = || "unknown".to_owned();
    let share = |share: Option<f64>| share.map_or_else(unknown, |share| format!("{:.0} %", share * 100.0));
    format!(
        "load {}, others use {}, stolen {}, governor {}",
        noise.load.map_or_else(unknown, |load| format!("{load:.2}")),
        share(noise.busy),
        share(noise.steal),
        noise.governor.as_deref().unwrap_or("unknown"),
    )
}

/// Something that makes figures slow or wide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disturbance {
    /// What it is, in a word.
    pub what: &'static str,
    /// What is said of it, with what to do where no command does it.
    pub says: String,
    /// The command that ends it, and what that does.
    pub cure: Option<(&'static str, &'static str)>,
}

impl Disturbance {
    fn new(what: &'static str, says: String) -> Self {
        Self { what, says, cure: None }
    }

    /// The whole of it in one sentence.
    #[must_use]
    pub fn warning(&self) -> String {
        match self.cure {
            Some((command, effect)) => format!("{}: `{command}` {effect}", self.says),
            None => self.says.clone(),
        }
    }
}

/// What deserves a warning.
#[must_use]
pub fn disturbances(noise: &Noise, cores: u32) -> Vec<Disturbance> {
    let mut found = Vec::new();
    if let Some(load) = noise.load
        && load > 0.5 * f64::from(cores)
    {
        let says =
            format!("load average {load:.1} on {cores} cores: other work is running, figures will be slow and wide");
        found.push(Disturbance::new("load", says));
    }
    if let Some(busy) = noise.busy
        && busy > 0.10
    {
        let says = format!("{:.0} % of the processor is in use by others; close them", busy * 100.0);
        found.push(Disturbance::new("others", says));
    }
    if let Some(steal) = noise.steal
        && steal > 0.01
    {
        let share = steal * 100.0;
        let says = format!("the hypervisor withholds {share:.0} % of the processor; measure on a machine of your own");
        found.push(Disturbance::new("stolen", says));
    }
    if let Some(governor) = &noise.governor
        && governor != "performance"
    {
        let cure = Some(("sudo cpupower frequency-set -g performance", "steadies the clock"));
        found.push(Disturbance { cure, ..Disturbance::new("governor", format!("frequency governor is {governor:?}")) });
    }
    found
}

fn warnings(noise: &Noise, cores: u32) -> Vec<String> {
    disturbances(noise, cores).iter().map(Disturbance::warning).collect()
}

/// Ticks since boot, summed over all cores.
#[derive(Debug, Clone, Copy)]
struct CpuTimes {
    all: u64,
    idle: u64,
    steal: u64,
}

impl CpuTimes {
    /// From the first line of `/proc/stat` (proc(5)); nothing on other systems.
    fn read() -> Option<Self> {
        Self::parse(&std::fs::read_to_string("/proc/stat").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let fields = text.lines().next()?.strip_prefix("cpu ")?.split_ascii_whitespace();
        let ticks: Vec<u64> = fields.map_while(|field| field.parse().ok()).collect();
        // user nice system idle iowait irq softirq steal; guest time is part of user time already.
        let [_, _, _, idle, iowait, _, _, steal, ..] = ticks[..] else { return None };
        Some(Self { all: ticks.iter().take(8).sum(), idle: idle + iowait, steal })
    }

    /// Shares of steal and of other use since `before`.
    fn shares_since(self, before: &Self) -> Option<(f64, f64)> {
        let all = self.all.checked_sub(before.all).filter(|all| *all > 0)?;
        let idle = self.idle.saturating_sub(before.idle).min(all);
        let steal = self.steal.saturating_sub(before.steal).min(all - idle);
        #[expect(clippy::cast_precision_loss, reason = "ticks of a probe are few")]
        let share = |part: u64| part as f64 / all as f64;
        Some((share(steal), share(all - idle - steal)))
    }
}

#[cfg(test)]
mod tests {
    use super::{CpuTimes, warnings};
    use hil_model::run::Noise;

    #[test]
    fn shares_come_from_the_difference_of_two_readings() {
        let before = CpuTimes::parse("cpu  100 0 100 700 100 0 0 0 0 0\n").unwrap();
        let after = CpuTimes::parse("cpu  110 0 100 780 100 0 0 10 0 0\n").unwrap();
        let (steal, busy) = after.shares_since(&before).unwrap();
        assert!((steal - 0.1).abs() < 1e-12 && (busy - 0.1).abs() < 1e-12, "{steal} {busy}");
        assert!(after.shares_since(&after).is_none(), "no time has passed");
        assert!(CpuTimes::parse("intr 5").is_none());
    }

    #[test]
    fn a_quiet_machine_gives_no_warning_and_each_disturbance_gives_one() {
        let quiet = Noise {
            load: Some(0.1),
            governor: Some("performance".to_owned()),
            steal: Some(0.0),
            busy: Some(0.01),
            warnings: Vec::new(),
        };
        assert!(warnings(&quiet, 2).is_empty());
        let noisy = Noise {
            load: Some(3.0),
            governor: Some("powersave".to_owned()),
            steal: Some(0.2),
            busy: Some(0.5),
            warnings: Vec::new(),
        };
        assert_eq!(warnings(&noisy, 2).len(), 4);
    }
}
