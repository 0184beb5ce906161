//! Checks and figures for the tests of verdicts.

use hil_model::estimate::{Estimate, Method};
use hil_model::id::WorkloadId;
use hil_model::limit::Limit;
use hil_model::metric::{Metric, Statistic};
use hil_model::scenario::{Check, Needs, Place, Rule};

pub fn place() -> Place {
    Place { file: "a.toml".to_owned(), line: 1 }
}

pub fn check(rule: Rule) -> Check {
    Check {
        target: None,
        metric: Metric::Latency,
        statistic: Statistic::Percentile(950),
        workload: WorkloadId::main(),
        versus: None,
        rule,
        needs: Needs::default(),
        part: None,
        note: None,
        place: place(),
    }
}

/// A check with a limit and perhaps a second tier, as written in a scenario.
pub fn limited(limit: &str, acceptable: Option<&str>) -> Check {
    let parse = |text: &str| Limit::parse(text).unwrap();
    check(Rule::Limit { limit: parse(limit), acceptable: acceptable.map(parse) })
}

pub fn figure(lower: Option<f64>, value: f64, upper: Option<f64>) -> Estimate {
    Estimate {
        value,
        lower,
        upper,
        confidence: 0.9,
        samples: 50,
        effective_samples: 40.7,
        needed_samples: 59,
        method: Method::OrderStatistics,
        remark: None,
    }
}
