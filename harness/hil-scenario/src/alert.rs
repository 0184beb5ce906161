//! `[[alert]]`: a condition that shall raise an alarm.

use hil_model::metric::{Better, Metric, Statistic};
use hil_model::scenario::Alert;

use crate::context::Context;
use crate::fields::Fields;
use crate::figure;
use crate::form::SEVERITIES;
use crate::grammar::ALERT;
use crate::kind::ProblemKind;
use crate::raw::Table;
use crate::source::At;
use crate::workload::Workloads;

/// Reads one alert; nothing when a problem was reported.
pub(crate) fn read(cx: &mut Context<'_>, table: &Table, at: At, workloads: &Workloads) -> Option<Alert> {
    let fields = Fields::open(cx, table, at, &ALERT);
    let metric = metric(cx, &fields);
    let statistic = statistic(cx, &fields, metric);
    let drift = fields.has("drift");
    let workload = figure::workload(cx, &fields, workloads, ALERT.name);
    if let (Some(metric), Some(id)) = (metric, &workload) {
        figure::workload_fits(cx, &fields, metric, id, workloads);
    }
    // Without a statistic that fits, the unit of the limit says nothing.
    let when = metric.filter(|_| statistic.is_some()).zip(fields.limit("limit")).and_then(|(metric, limit)| {
        // An alarm is about the bad side.
        let bad = match metric.better() {
            Better::Lower => Better::Higher,
            Better::Higher => Better::Lower,
        };
        // A drift is a share, and more of it is bad, whatever the metric.
        let (metric, bad) = if drift { (Metric::Accuracy, Better::Higher) } else { (metric, bad) };
        figure::limit_fits(cx, &fields, "limit", &limit, metric, false, bad).then_some(limit)
    });
    let word = fields.text("severity");
    Some(Alert {
        target: if fields.has("target") { Some(fields.name("target")?) } else { None },
        metric: metric?,
        statistic: statistic?,
        workload: workload?,
        drift,
        when: when?,
        severity: SEVERITIES.into_iter().find(|(name, _)| Some(*name) == word)?.1,
        place: cx.place(at),
    })
}

fn metric(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<Metric> {
    let metric = fields.metric("metric")?;
    if metric == Metric::Share {
        cx.error(
            fields.value_at("metric"),
            ProblemKind::MetricNeeds { metric, needs: "the part of the work that it is about" },
        )
        .hint("write it as a [[check]] with part = \"...\"");
        return None;
    }
    if metric == Metric::Conformance {
        cx.error(fields.value_at("metric"), ProblemKind::MetricNeeds { metric, needs: "a table of cases" })
            .hint("write it as a [[check]] with conforms = \"<table>\"");
        return None;
    }
    Some(metric)
}

fn statistic(cx: &mut Context<'_>, fields: &Fields<'_>, metric: Option<Metric>) -> Option<Statistic> {
    let statistic = fields.statistic("statistic")?;
    if statistic == Statistic::Ratio {
        cx.error(fields.value_at("statistic"), ProblemKind::RatioWithoutVersus)
            .hint("an alert is about one workload; compare workloads in a [[check]]");
        return None;
    }
    let metric = metric?;
    figure::statistic_fits(cx, fields, metric, statistic).then_some(statistic)
}
