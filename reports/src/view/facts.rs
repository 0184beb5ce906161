//! What surrounds the figures: the run, the machine, how quiet it was, and the data with its authors.

use hil_model::run::{DataUsed, Environment, Noise, Run};

use crate::clean::one_line;
use crate::figure::number;

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// The value in words.
    pub value: String,
}

/// A data set and whom to credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// The data set.
    pub name: String,
    /// Items that were used.
    pub items: u64,
    /// Who is to be credited, and for what.
    pub attribution: String,
    /// SPDX expression.
    pub licence: String,
    /// SHA-256 of its list of sums, or of its single file.
    pub sha256: String,
}

/// The run on one line.
pub(crate) fn caption(run: &Run) -> String {
    format!("run {}, started {}, took {}", run.id, one_line(&run.started), duration(run.seconds))
}

/// The machine and the build of a run, and the run itself.
pub(crate) fn of_run(run: &Run) -> Vec<Fact> {
    let mut facts = machine(&run.environment);
    facts.extend([
        Fact { name: "Seed", value: run.seed.to_string() },
        Fact { name: "Run", value: run.id.to_string() },
        Fact { name: "Started", value: one_line(&run.started) },
        Fact { name: "Took", value: duration(run.seconds) },
    ]);
    facts.extend(builds(&run.environment));
    facts
}

/// The machine and the build of `hil`.
pub(crate) fn machine(environment: &Environment) -> Vec<Fact> {
    #[expect(clippy::cast_precision_loss, reason = "rounded to three digits at once")]
    let memory = environment.memory_bytes as f64 / f64::from(1 << 30);
    let clocks = environment.clocks.iter().map(|clock| one_line(clock)).collect::<Vec<_>>().join(", ");
    vec![
        Fact { name: "Processor", value: one_line(&environment.cpu) },
        Fact { name: "Cores", value: environment.cores.to_string() },
        Fact { name: "Memory", value: format!("{memory:.1} GiB") },
        Fact { name: "System", value: format!("{}, {}", one_line(&environment.os), one_line(&environment.arch)) },
        Fact { name: "Clocks", value: if clocks.is_empty() { "none was read".to_owned() } else { clocks } },
        Fact { name: "Hilbench", value: one_line(&environment.hil) },
        Fact { name: "Compiler", value: one_line(&environment.rustc) },
    ]
}

/// What was measured and is not `hil` itself.
pub(crate) fn builds(environment: &Environment) -> impl Iterator<Item = Fact> {
    environment.builds.iter().map(|built| Fact { name: "Measured program", value: one_line(built) })
}

/// How quiet the machine was when the run began.
pub(crate) fn noise(noise: &Noise) -> Vec<Fact> {
    let unreadable = || "not readable on this system".to_owned();
    let share = |share: Option<f64>| share.map_or_else(unreadable, |share| format!("{:.1} %", share * 100.0));
    vec![
        Fact { name: "Load", value: noise.load.map_or_else(unreadable, |load| format!("{load:.2} runnable tasks")) },
        Fact { name: "Other processes", value: share(noise.busy) },
        Fact { name: "Taken by the hypervisor", value: share(noise.steal) },
        Fact { name: "Frequency governor", value: noise.governor.as_deref().map_or_else(unreadable, one_line) },
    ]
}

/// Data sets and whom to credit.
pub(crate) fn credits(data: &[DataUsed]) -> Vec<Credit> {
    data.iter()
        .map(|data| Credit {
            name: one_line(&data.name),
            items: data.items,
            attribution: one_line(&data.attribution),
            licence: one_line(&data.licence),
            sha256: one_line(&data.sha256),
        })
        .collect()
}

/// A time as people say it: `3 min 12 s`.
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "an unknown time".to_owned();
    }
    if seconds < 60.0 {
        return format!("{} s", number((seconds * 10.0).round() / 10.0));
    }
    let whole = seconds.round();
    let (hours, minutes, rest) = ((whole / 3600.0).floor(), (whole % 3600.0 / 60.0).floor(), whole % 60.0);
    if hours > 0.0 { format!("{hours} h {minutes} min") } else { format!("{minutes} min {rest} s") }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_read_as_people_say_them() {
        let cases = [(0.04, "0 s"), (12.34, "12.3 s"), (59.99, "60 s"), (192.4, "3 min 12 s"), (7_260.0, "2 h 1 min")];
        for (seconds, text) in cases {
            assert_eq!(duration(seconds), text);
        }
        assert_eq!(duration(f64::NAN), "an unknown time");
    }
}
