//! Bencher Metric Format, as `bencher run --adapter json` takes it.
//!
//! The benchmark is the scenario, the workload and the statistic, and in brackets the evidence where that is anything but a
//! measurement: the format has no other place for it. The measure is the metric. Bencher fixes the units of
//! `latency` (ns) and `throughput` (per second); other measures are in the base unit, which their name states. The
//! ends of the interval are `lower_value` and `upper_value`.

use std::collections::BTreeMap;

use hil_model::lab::Evidence;
use hil_model::metric::Metric;
use hil_model::run::Run;
use serde_json::{Map, Value, json};

use crate::export::{Exported, Measured, NO_FIGURE, SAME_FIGURE, left_out, measured};

/// The run as one JSON object.
#[must_use]
pub fn export(run: &Run) -> Exported {
    let (rows, without) = measured(run);
    let mut benchmarks: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut repeated = 0;
    for row in rows {
        let (measure, scale) = measure(&row);
        let shown = |value: f64| row.base(value) * scale;
        let mut metric = Map::from_iter([("value".to_owned(), json!(shown(row.figure.value)))]);
        let ends = [("lower_value", row.figure.lower), ("upper_value", row.figure.upper)];
        for (key, end) in ends {
            if let Some(end) = end.map(shown).filter(|end| end.is_finite()) {
                metric.insert(key.to_owned(), json!(end));
            }
        }
        let measures = benchmarks.entry(benchmark(&row)).or_default();
        if measures.contains_key(&measure) {
            // Two limits on one figure are two checks and one number.
            repeated += 1;
        } else {
            measures.insert(measure, Value::Object(metric));
        }
    }
    let text = format!("{:#}\n", json!(benchmarks));
    Exported { text, left_out: left_out(&[(without, NO_FIGURE), (repeated, SAME_FIGURE)]) }
}

/// The figure's name; what was not measured says so in it, such as `kws p95 (emulated)`.
fn benchmark(row: &Measured<'_>) -> String {
    let name = row.name();
    match row.check.evidence {
        None | Some(Evidence::Hardware | Evidence::Host) => name,
        Some(evidence @ (Evidence::Emulated | Evidence::Replayed | Evidence::SoftwareGpu | Evidence::Imported)) => {
            format!("{name} ({evidence})")
        }
    }
}

/// Lower-case letters and digits, joined by hyphens.
fn slug(text: &str) -> String {
    let kept = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    kept.collect()
}

/// The slug of the measure, and how many of its unit are one base unit.
fn measure(row: &Measured<'_>) -> (String, f64) {
    let metric = row.check.metric.name().replace('_', "-");
    if row.is_ratio() {
        return (format!("{metric}-ratio"), 1.0);
    }
    match row.check.metric {
        Metric::Latency => (metric, 1e9),
        Metric::CpuTime => ("cpu-time-ns".to_owned(), 1e9),
        Metric::Cycles | Metric::Instructions | Metric::Throughput => (metric, 1.0),
        Metric::Memory | Metric::Heap | Metric::ModelSize => (format!("{metric}-bytes"), 1.0),
        Metric::Accuracy | Metric::Conformance => (format!("{metric}-percent"), 100.0),
        Metric::Share => {
            let part = row.check.part.as_deref().unwrap_or_default();
            (format!("share-{}-percent", slug(part)), 100.0)
        }
        Metric::NumericalError => (metric, 1.0),
        Metric::Power => ("power-watts".to_owned(), 1.0),
        Metric::Energy => ("energy-joules".to_owned(), 1.0),
        Metric::Temperature => ("temperature-celsius".to_owned(), 1.0),
        Metric::BatteryLife => ("battery-life-seconds".to_owned(), 1.0),
    }
}
