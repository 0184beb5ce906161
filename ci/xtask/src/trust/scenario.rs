//! The scenarios that the gate is asked.

use std::fmt::Write as _;

use crate::trust::record::WORKLOADS;

/// What a run of many metrics asks of each workload. The gate compares one figure for each workload and metric.
pub const METRICS: [&str; 2] = ["latency", "cpu_time"];
/// How often such a run has each workload, under names of their own: thirty figures in all.
pub const TIMES: usize = 3;

/// The median latency of one workload, in `budget` seconds.
pub fn single(workload: &str, budget: u32) -> String {
    format!(
        "id = \"trust-{workload}\"\ntitle = \"Trust: {workload}\"\n\n[on]\nplatform = \"desktop-cpu\"\n\n\
         [workload]\nkernel = \"trust/{workload}\"\n\n{}\n{}",
        sampling(budget),
        check(None, "latency")
    )
}

/// Thirty figures of all workloads.
pub fn family(budget: u32) -> String {
    let mut text =
        "id = \"trust-family\"\ntitle = \"Trust: thirty figures\"\n\n[on]\nplatform = \"desktop-cpu\"\n\n".to_owned();
    let names = || (1..=TIMES).flat_map(|time| WORKLOADS.map(|workload| (format!("{workload}-{time}"), workload)));
    for (name, workload) in names() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "[workloads.{name}]\nkernel = \"trust/{workload}\"\n");
    }
    text.push_str(&sampling(budget));
    for (name, _) in names() {
        for metric in METRICS {
            text.push('\n');
            text.push_str(&check(Some(&name), metric));
        }
    }
    text
}

/// A percentile from three samples, which nothing can be said about: each takes so long that no more are added to them.
pub fn three_samples(program: &str) -> String {
    format!(
        "id = \"trust-three\"\ntitle = \"Trust: three samples\"\n\n[on]\nplatform = \"desktop-cpu\"\n\n\
         [workload]\ncommand = [\"{program}\", \"once\", \"sleep\", \"100\"]\n\n\
         [sampling]\nwarmup = 0\nmin_samples = 3\nstarts = 1\nbudget = \"10 s\"\n\n\
         [[check]]\nmetric = \"latency\"\nstatistic = \"p95\"\nlimit = \"< 10 s\"\n"
    )
}

fn sampling(budget: u32) -> String {
    format!("[sampling]\nwarmup = 2\nmin_samples = 20\nstarts = 5\nbudget = \"{budget} s\"\n")
}

fn check(workload: Option<&str>, metric: &str) -> String {
    let workload = workload.map(|workload| format!("workload = \"{workload}\"\n")).unwrap_or_default();
    format!("[[check]]\n{workload}metric = \"{metric}\"\nstatistic = \"median\"\nreport = true\n")
}

#[cfg(test)]
mod tests {
    use super::{family, single, three_samples};
    use crate::trust::record::WORKLOADS;

    #[test]
    fn scenarios_are_toml_with_as_many_checks_as_they_promise() {
        let count = |text: &str| {
            let table: toml::Table = text.parse().unwrap();
            table["check"].as_array().unwrap().len()
        };
        assert_eq!(count(&family(10)), 30);
        assert_eq!(count(&three_samples("candidate/workloads")), 1);
        assert!(WORKLOADS.iter().all(|workload| count(&single(workload, 10)) == 1));
    }
}
