//! What checks and alerts have in common: a figure, which is a metric, a statistic and a workload that fit each other.

use hil_model::id::WorkloadId;
use hil_model::limit::Limit;
use hil_model::metric::{Better, Metric, Statistic};

use crate::context::Context;
use crate::fields::Fields;
use crate::form::limit_hint;
use crate::kind::ProblemKind;
use crate::workload::{CodeKind, Workloads};

/// The workload of a figure: the one that is named, or the default.
pub(crate) fn workload(
    cx: &mut Context<'_>,
    fields: &Fields<'_>,
    workloads: &Workloads,
    table: &'static str,
) -> Option<WorkloadId> {
    if fields.has("workload") {
        let id = fields.name("workload")?;
        return workloads.named(cx, &id, fields.value_at("workload")).then_some(id);
    }
    let default = workloads.default_id();
    // Without any workload, that is what was reported.
    if default.is_none() && workloads.entries.len() > 1 && !cx.lost.may_hold("workload") {
        let ids: Vec<&str> = workloads.entries.keys().map(WorkloadId::as_str).collect();
        let advice = format!("add workload = ..., one of {}", ids.join(", "));
        cx.error(fields.at, ProblemKind::WhichWorkload { table }).hint(advice);
    }
    default
}

/// Reports a statistic that says nothing about the metric.
pub(crate) fn statistic_fits(cx: &mut Context<'_>, fields: &Fields<'_>, metric: Metric, statistic: Statistic) -> bool {
    if metric.allows(statistic) {
        return true;
    }
    let fitting: Vec<&str> = Statistic::NAMES
        .into_iter()
        .filter(|name| Statistic::find(name).is_some_and(|statistic| metric.allows(statistic)))
        .collect();
    let at = fields.value_at(if fields.has("statistic") { "statistic" } else { "versus" });
    let advice = format!("statistics of {metric}: {}", fitting.join(", "));
    cx.error(at, ProblemKind::StatisticUnfit { metric, statistic }).hint(advice);
    false
}

/// Reports a metric that the workload cannot show as it is written.
pub(crate) fn workload_fits(
    cx: &mut Context<'_>,
    fields: &Fields<'_>,
    metric: Metric,
    id: &WorkloadId,
    workloads: &Workloads,
) {
    let Some(entry) = workloads.entries.get(id) else { return };
    let (needs, advice) = match (metric, entry.code) {
        (
            Metric::ModelSize | Metric::Accuracy | Metric::NumericalError | Metric::Conformance | Metric::Share,
            Some(CodeKind::Suite | CodeKind::Command),
        ) => ("a kernel", "only a kernel can be asked for its answers and its model"),
        (Metric::Instructions | Metric::Heap, Some(CodeKind::Suite | CodeKind::Command)) => {
            ("a kernel", "it is counted where the agent sets its iterations apart")
        }
        (
            Metric::Throughput | Metric::Memory | Metric::CpuTime | Metric::Cycles | Metric::Temperature,
            Some(CodeKind::Suite),
        ) => ("a kernel or a command", "a criterion suite tells elapsed times only"),
        (Metric::Power | Metric::Energy | Metric::BatteryLife, Some(CodeKind::Suite)) => {
            ("a kernel or a command", "a criterion suite cannot be aligned with a power meter")
        }
        (Metric::Accuracy, _) if !entry.has_dataset && !cx.lost.may_hold("dataset") => {
            ("a data set", "add dataset = ... with labelled items to the workload")
        }
        (Metric::BatteryLife, _) if !entry.has_battery && !cx.lost.may_hold("battery") => {
            ("a battery", "add battery = { capacity = \"96 mWh\", why = \"...\" } to the workload")
        }
        (Metric::Throughput, _) if entry.has_duty_cycle => {
            ("a workload without a duty cycle", "throughput is a closed loop; give it a workload of its own")
        }
        (Metric::BatteryLife, _) if !entry.has_duty_cycle && !cx.lost.may_hold("duty_cycle") => {
            cx.warning(fields.value_at("metric"), ProblemKind::NoDutyCycle)
                .hint("add duty_cycle = { period = \"16 ms\", sleep = \"stop\" } to the workload");
            return;
        }
        _ => return,
    };
    let at = fields.value_at("metric");
    cx.error(at, ProblemKind::MetricNeeds { metric, needs }).hint(advice).related(entry.at, "the workload");
}

/// Reports a limit that the figure cannot have, and one that bounds the side where no one needs a bound.
pub(crate) fn limit_fits(
    cx: &mut Context<'_>,
    fields: &Fields<'_>,
    key: &str,
    limit: &Limit,
    metric: Metric,
    is_ratio: bool,
    wanted: Better,
) -> bool {
    if let Err(error) = limit.expect_fits(metric, is_ratio) {
        let advice = limit_hint(&error);
        cx.error(fields.value_at(key), ProblemKind::BadLimit(error)).hint(advice);
        return false;
    }
    let is_odd = match wanted {
        Better::Lower => limit.upper.is_none(),
        Better::Higher => limit.lower.is_none(),
    };
    if is_odd {
        let metric = if is_ratio { format!("a ratio of {metric}") } else { metric.to_string() };
        let (mark, other) = if wanted == Better::Lower { ('<', '>') } else { ('>', '<') };
        cx.warning(fields.value_at(key), ProblemKind::OddDirection { limit: limit.text().to_owned(), metric })
            .hint(format!("was '{mark}' meant instead of '{other}'?"));
    }
    true
}
