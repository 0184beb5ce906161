//! Whether two stored runs were measured under the same conditions; if not, what differs.
//!
//! Compared is what changes figures and is not the code under test: the machine, its system, its clocks, the data sets, and
//! what was done to the run on purpose. The version of `hil` counts too, because its agent may carry the kernels.

use hil_model::run::{Environment, Run};

/// The first difference, in words; nothing when the runs can be set beside each other.
pub(super) fn difference(baseline: &Run, candidate: &Run) -> Option<String> {
    let differs = |what: &str, old: &str, new: &str| {
        (old != new).then(|| format!("{what} was {} and is {}", named(old), named(new)))
    };
    let quick = |run: &Run| if run.quick { "quick" } else { "whole" };
    machine(&baseline.environment, &candidate.environment)
        .or_else(|| differs("the amount", quick(baseline), quick(candidate)))
        .or_else(|| {
            let fault = |run: &Run| run.fault.clone().unwrap_or_default();
            differs("the injected fault", &fault(baseline), &fault(candidate))
        })
        .or_else(|| {
            candidate.data.iter().find_map(|new| {
                let old = baseline.data.iter().find(|old| old.name == new.name)?;
                differs(&format!("data set {}", new.name), &old.sha256, &new.sha256)
            })
        })
}

/// The first difference between two machines.
pub(super) fn machine(old: &Environment, new: &Environment) -> Option<String> {
    // Clocks are those of the platforms that were used, so only those that both name must agree.
    let clocks = |all: &[String]| {
        let mut all = all.to_vec();
        all.sort();
        all.join(" and ")
    };
    let parts = [
        ("the processor", old.cpu.clone(), new.cpu.clone()),
        ("the number of cores", old.cores.to_string(), new.cores.to_string()),
        ("the memory in bytes", old.memory_bytes.to_string(), new.memory_bytes.to_string()),
        ("the instruction set", old.arch.clone(), new.arch.clone()),
        ("the operating system", old.os.clone(), new.os.clone()),
        ("the version of hil", old.hil.clone(), new.hil.clone()),
        ("the compiler of hil", old.rustc.clone(), new.rustc.clone()),
        ("the clocks", clocks(&old.clocks), clocks(&new.clocks)),
    ];
    let differing = parts.into_iter().find(|(_, old, new)| old != new);
    differing.map(|(what, old, new)| format!("{what} was {} and is {}", named(&old), named(&new)))
}

fn named(value: &str) -> &str {
    if value.is_empty() { "none" } else { value }
}

#[cfg(test)]
mod tests {
    use super::difference;
    use hil_model::run::Run;

    #[test]
    fn what_differs_is_named_with_both_values() {
        let run: Run = serde_json::from_str(include_str!("../../../../../fixtures/store/v1/run.json")).unwrap();
        assert_eq!(difference(&run, &run.clone()), None);
        let change = |change: fn(&mut Run)| {
            let mut other = run.clone();
            change(&mut other);
            difference(&run, &other).unwrap()
        };
        assert!(change(|run| run.environment.cpu = "Z80".to_owned()).ends_with("and is Z80"));
        assert!(change(|run| run.environment.cores += 1).starts_with("the number of cores was"));
        assert!(change(|run| run.quick = !run.quick).starts_with("the amount"));
        assert!(change(|run| run.fault = Some("hang".to_owned())).ends_with("and is hang"));
    }
}
