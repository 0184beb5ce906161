//! What tests of single metrics ask.

use hil_model::id::WorkloadId;
use hil_model::metric::{Metric, Statistic};
use hil_model::scenario::{Check, Needs, Place, Rule};

pub fn workload(name: &str) -> WorkloadId {
    WorkloadId::new(name).unwrap()
}

/// A check that reports `statistic` of the workload `main`, or its ratio over another.
pub fn check(metric: Metric, statistic: Statistic, versus: Option<&str>) -> Check {
    Check {
        target: None,
        metric,
        statistic: if versus.is_some() { Statistic::Ratio } else { statistic },
        workload: workload("main"),
        versus: versus.map(workload),
        rule: Rule::Report,
        needs: Needs::default(),
        part: None,
        note: None,
        place: Place { file: "a.toml".to_owned(), line: 1 },
    }
}
