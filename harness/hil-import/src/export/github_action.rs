//! github-action-benchmark: the list that its tools `customSmallerIsBetter` and `customBiggerIsBetter` take.
//!
//! The action wants one list a direction, so one export holds the metrics of one direction. `range` is half of the interval,
//! in the form that the action shows; `extra` carries what the action has no field for.

use std::collections::BTreeSet;

use hil_model::metric::Better;
use hil_model::run::Run;
use serde_json::json;

use crate::export::{Exported, NO_FIGURE, SAME_FIGURE, left_out, measured};

/// The run's figures of which `better` is the good direction, as one JSON list.
#[must_use]
pub fn export(run: &Run, better: Better) -> Exported {
    let (rows, without) = measured(run);
    let mut entries = Vec::new();
    let mut names = BTreeSet::new();
    let (mut other_direction, mut repeated) = (0, 0);
    for row in rows {
        if row.better() != better {
            other_direction += 1;
            continue;
        }
        let name = format!("{} {}", row.name(), row.check.metric);
        if !names.insert(name.clone()) {
            repeated += 1;
            continue;
        }
        let mut entry = json!({
            "name": name,
            "unit": row.check.unit.symbol,
            "value": row.figure.value,
            "extra": extra(row.check),
        });
        if let (Some(lower), Some(upper)) = (row.figure.lower, row.figure.upper) {
            entry["range"] = format!("± {}", (upper - lower) / 2.0).into();
        }
        entries.push(entry);
    }
    let direction = match better {
        Better::Lower => "of which more is better; export them as customBiggerIsBetter",
        Better::Higher => "of which less is better; export them as customSmallerIsBetter",
    };
    let text = format!("{:#}\n", json!(entries));
    Exported {
        text,
        left_out: left_out(&[(without, NO_FIGURE), (repeated, SAME_FIGURE), (other_direction, direction)]),
    }
}

fn extra(check: &hil_model::run::CheckResult) -> String {
    let mut lines = vec![format!("verdict: {}", check.verdict)];
    lines.extend(check.limit.as_ref().map(|limit| format!("limit: {limit}")));
    lines.extend(check.evidence.map(|evidence| format!("evidence: {evidence}")));
    lines.push(format!("samples: {}", check.samples));
    lines.join("\n")
}
