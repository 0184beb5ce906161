//! The scenarios that the gate is asked.

use std::fmt::Write as _;

use crate::trust::record::WORKLOADS;

/// What a run of many metrics asks of each workload: six figures, so thirty in all.
pub const FIGURES: [(&str, &str); 6] = [
    ("latency", "median"),
    ("latency", "mean"),
    ("latency", "p90"),
    ("cpu_time", "median"),
    ("cpu_time", "mean"),
    ("cpu_time", "p90"),
];

/// The median latency of one workload, in `budget` seconds.
pub fn single(workload: &str, budget: u32) -> String {
    format!(
        "id = \"trust-{workload}\"\ntitle = \"Trust: {workload}\"\n\n[on]\nplatform = \"desktop-cpu\"\n\n\
         [workload]\nkernel = \"trust/{workload}\"\n\n{}\n{}",
        sampling(budget),
        check(None, "latency", "median")
    )
}

/// Thirty figures of all workloads.
pub fn family(budget: u32) -> String {
    let mut text =
        "id = \"trust-family\"\ntitle = \"Trust: thirty figures\"\n\n[on]\nplatform = \"desktop-cpu\"\n\n".to_owned();
    for workload in WORKLOADS {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "[workloads.{workload}]\nkernel = \"trust/{workload}\"\n");
    }
    text.push_str(&sampling(budget));
    for workload in WORKLOADS {
        for (metric, statistic) in FIGURES {
            text.push('\n');
            text.push_str(&check(Some(workload), metric, statistic));
        }
    }
    text
}

/// A percentile from three samples, which nothing can be said about.
pub fn three_samples() -> String {
    "id = \"trust-three\"\ntitle = \"Trust: three samples\"\n\n[on]\nplatform = \"desktop-cpu\"\n\n\
     [workload]\nkernel = \"trust/integer\"\n\n\
     [sampling]\nwarmup = 1\nmin_samples = 3\nstarts = 1\nbudget = \"2 s\"\n\n\
     [[check]]\nmetric = \"latency\"\nstatistic = \"p95\"\nlimit = \"< 1 s\"\n"
        .to_owned()
}

fn sampling(budget: u32) -> String {
    format!("[sampling]\nwarmup = 2\nmin_samples = 20\nstarts = 5\nbudget = \"{budget} s\"\n")
}

fn check(workload: Option<&str>, metric: &str, statistic: &str) -> String {
    let workload = workload.map(|workload| format!("workload = \"{workload}\"\n")).unwrap_or_default();
    format!("[[check]]\n{workload}metric = \"{metric}\"\nstatistic = \"{statistic}\"\nreport = true\n")
}

#[cfg(test)]
mod tests {
    use super::{FIGURES, family, single, three_samples};
    use crate::trust::record::WORKLOADS;

    #[test]
    fn scenarios_are_toml_with_as_many_checks_as_they_promise() {
        let count = |text: &str| {
            let table: toml::Table = text.parse().unwrap();
            table["check"].as_array().unwrap().len()
        };
        assert_eq!(count(&family(10)), 30);
        assert_eq!(WORKLOADS.len() * FIGURES.len(), 30);
        assert_eq!(count(&three_samples()), 1);
        assert!(WORKLOADS.iter().all(|workload| count(&single(workload, 10)) == 1));
    }
}
