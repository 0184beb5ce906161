//! Runs for the tests of the archive.

use std::collections::BTreeMap;

use hil_model::estimate::Method;
use hil_model::id::{PlatformId, RunId, ScenarioId, TargetId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::run::{Environment, FORMAT, Noise, Run};
use hil_model::units::Unit;
use hil_model::verdict::Outcome;

use super::{Amount, Archive, Entry, Fingerprint, Origin, Revision, Subject, Wanted};

pub(super) fn environment() -> Environment {
    Environment {
        hil: "0.1.0".to_owned(),
        os: "Linux 6, kernel 6.1".to_owned(),
        arch: "x86_64".to_owned(),
        cpu: "Fast 9000".to_owned(),
        cores: 4,
        memory_bytes: 16_600_000_000,
        rustc: "rustc 1.95.0".to_owned(),
        clocks: Vec::new(),
        builds: Vec::new(),
    }
}

/// A whole run without checks.
pub(super) fn run(id: &str) -> Run {
    Run {
        format: FORMAT,
        id: RunId::new(id).unwrap(),
        started: "2026-03-01T10:00:00Z".to_owned(),
        seconds: 1.0,
        seed: 1,
        interrupted: false,
        quick: false,
        fault: None,
        environment: environment(),
        noise: Noise { load: None, governor: None, steal: None, busy: None, warnings: Vec::new() },
        checks: Vec::new(),
        alerts: Vec::new(),
        errors: Vec::new(),
        data: Vec::new(),
        side_by_side: Vec::new(),
    }
}

/// Run number `index`, one an hour, in days of 24: figures of two scenarios, three figures in all.
pub(super) fn entries(index: u32) -> Vec<Entry> {
    let started = format!("2026-03-{:02}T{:02}:00:00Z", 1 + index / 24, index % 24);
    let origin = Origin {
        run: RunId::new(format!("r{index}")).unwrap(),
        started,
        revision: Some(Revision { commit: format!("{index:040x}"), dirty: Some(false) }),
        quick: false,
        interrupted: false,
        injected: false,
    };
    let value = f64::from(index) + 1.0;
    let entry = |scenario: &str, metric, statistic, unit: &str| Entry {
        origin: origin.clone(),
        subject: Subject {
            platform: PlatformId::new("desktop-cpu").unwrap(),
            scenario: ScenarioId::new(scenario).unwrap(),
            workload: WorkloadId::main(),
            versus: None,
            metric,
            statistic,
            rule: None,
        },
        target: TargetId::new("LAN-16").ok(),
        unit: Unit::find(unit).unwrap(),
        amount: Some(Amount {
            value,
            lower: Some(value - 0.5),
            upper: None,
            confidence: 0.9,
            effective_samples: 80.0,
            method: Method::OrderStatistics,
        }),
        samples: 100,
        verdict: Outcome::Pass,
        reason_code: None,
        evidence: Some(Evidence::Host),
        fingerprint: Fingerprint::of(&environment(), Some(Evidence::Host)),
    };
    vec![
        entry("a", Metric::Latency, Statistic::Percentile(950), "ms"),
        entry("a", Metric::Memory, Statistic::Max, "MB"),
        entry("b", Metric::Latency, Statistic::Median, "ms"),
    ]
}

/// How often each run counts, by the number of points that each of its figures has: 1 everywhere when all is well.
pub(super) fn counted(archive: &Archive) -> BTreeMap<String, [usize; 3]> {
    let mut found: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for series in archive.history(&Wanted::default()).unwrap() {
        let which = match (series.subject.scenario.as_str(), series.subject.metric) {
            ("a", Metric::Latency) => 0,
            ("a", Metric::Memory) => 1,
            _ => 2,
        };
        for point in &series.points {
            found.entry(point.origin.run.to_string()).or_default()[which] += 1;
        }
    }
    found
}
