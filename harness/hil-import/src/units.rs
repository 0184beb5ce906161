//! Units as other tools write them: `ns/iter`, `ops/sec`. What is not clear without guessing is not understood.

use hil_model::metric::Metric;

/// What a unit says about the figure beside it: the metric, and base units per one of it.
#[must_use]
pub fn understood(unit: &str) -> Option<(Metric, f64)> {
    let unit = unit.trim();
    let (amount, per) = unit.split_once('/').unwrap_or((unit, ""));
    let is_each = matches!(per.trim(), "" | "iter" | "op" | "iteration" | "call");
    if let (Some(scale), true) = (seconds(amount), is_each) {
        return Some((Metric::Latency, scale));
    }
    let is_iterations = matches!(amount.trim(), "ops" | "op" | "iter" | "iters" | "iterations" | "req" | "");
    let is_per_second = matches!(per.trim(), "s" | "sec" | "second");
    (is_iterations && is_per_second).then_some((Metric::Throughput, 1.0))
}

/// Seconds per one of a unit of time.
#[must_use]
pub fn seconds(unit: &str) -> Option<f64> {
    Some(match unit.trim() {
        "ps" => 1e-12,
        "ns" | "nanoseconds" => 1e-9,
        "us" | "µs" | "μs" | "microseconds" => 1e-6,
        "ms" | "milliseconds" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::understood;
    use hil_model::metric::Metric;

    #[test]
    fn common_units_are_understood_and_others_are_not_guessed() {
        for (unit, metric, scale) in [
            ("ns/iter", Metric::Latency, 1e-9),
            ("µs", Metric::Latency, 1e-6),
            ("ms/op", Metric::Latency, 1e-3),
            ("ops/sec", Metric::Throughput, 1.0),
            ("/s", Metric::Throughput, 1.0),
        ] {
            assert_eq!(understood(unit), Some((metric, scale)), "{unit}");
        }
        for unit in ["", "MB", "MB/s", "%", "bytes", "points", "s/s", "ns/day", "1/s"] {
            assert_eq!(understood(unit), None, "{unit}");
        }
    }
}
