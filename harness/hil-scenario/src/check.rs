//! `[[check]]`: one metric, one statistic, one rule.

use hil_model::id::WorkloadId;
use hil_model::limit::{Bound, Limit};
use hil_model::metric::{Better, Metric, Statistic};
use hil_model::scenario::{Check, Needs, Rule};

use crate::context::Context;
use crate::fields::Fields;
use crate::figure;
use crate::grammar::{CHECK, NEEDS};
use crate::kind::ProblemKind;
use crate::raw::{Table, Value};
use crate::source::At;
use crate::workload::Workloads;

/// Reads one check; nothing when a problem was reported.
pub(crate) fn read(cx: &mut Context<'_>, table: &Table, at: At, workloads: &Workloads) -> Option<Check> {
    let fields = Fields::open(cx, table, at, &CHECK);
    let needs = read_needs(cx, &fields);
    let metric = metric(cx, &fields);
    let statistic = statistic(cx, &fields, metric);
    let order = read_order(cx, &fields, workloads);
    let workload = match &order {
        Some(order) => order.first().cloned(),
        None if fields.has("order") => None,
        None => figure::workload(cx, &fields, workloads, CHECK.name),
    };
    let versus = read_versus(cx, &fields, workloads, workload.as_ref());
    if let Some(metric) = metric {
        let involved = workload.iter().chain(&versus).chain(order.iter().flatten().skip(1));
        for id in involved {
            figure::workload_fits(cx, &fields, metric, id, workloads);
        }
    }
    let rule = read_rule(cx, &fields, metric, order);
    let part = read_part(cx, &fields, metric, at);
    Some(Check {
        target: if fields.has("target") { Some(fields.name("target")?) } else { None },
        metric: metric?,
        statistic: statistic?,
        workload: workload?,
        versus: if fields.has("versus") { Some(versus?) } else { None },
        rule: rule?,
        needs: needs?,
        part: part?,
        note: if fields.has("note") { Some(fields.text("note")?.to_owned()) } else { None },
        place: cx.place(at),
    })
}

/// The part that a share is about: with one, and only there.
fn read_part(cx: &mut Context<'_>, fields: &Fields<'_>, metric: Option<Metric>, at: At) -> Option<Option<String>> {
    match (metric, fields.has("part")) {
        (Some(metric @ Metric::Share), false) => {
            cx.error(at, ProblemKind::MetricNeeds { metric, needs: "the part of the work that it is about" })
                .hint("add part = \"...\"; the kernel names its parts");
            None
        }
        (Some(metric), true) if metric != Metric::Share => {
            cx.error(fields.value_at("part"), ProblemKind::MetricNeeds { metric, needs: "no part" })
                .hint("remove part, or ask for metric = \"share\"");
            None
        }
        (_, true) => Some(Some(fields.text("part")?.to_owned())),
        (_, false) => Some(None),
    }
}

/// The metric as written, or the one that a table of cases implies.
fn metric(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<Metric> {
    let conforms = fields.has("conforms");
    if !fields.has("metric") {
        return conforms.then_some(Metric::Conformance);
    }
    let metric = fields.metric("metric")?;
    let at = fields.value_at("metric");
    if conforms && metric != Metric::Conformance {
        cx.error(at, ProblemKind::NotTogether { key: "metric", other: "conforms" })
            .hint("remove metric: a table of cases has only one");
        return None;
    }
    if !conforms && metric == Metric::Conformance {
        cx.error(at, ProblemKind::MetricNeeds { metric, needs: "a table of cases" })
            .hint("write conforms = \"<table>\" instead of a limit");
        return None;
    }
    Some(metric)
}

/// The statistic as written, or the one that a comparison or a table of cases implies.
fn statistic(cx: &mut Context<'_>, fields: &Fields<'_>, metric: Option<Metric>) -> Option<Statistic> {
    let versus = fields.has("versus");
    let statistic = if fields.has("statistic") {
        fields.statistic("statistic")?
    } else if versus {
        Statistic::Ratio
    } else if fields.has("conforms") {
        Statistic::Exact
    } else {
        return None;
    };
    let at = fields.value_at("statistic");
    if versus && statistic != Statistic::Ratio {
        cx.error(at, ProblemKind::VersusNeedsRatio { statistic }).hint("remove statistic: it is \"ratio\" here");
        return None;
    }
    if !versus && statistic == Statistic::Ratio {
        cx.error(at, ProblemKind::RatioWithoutVersus).hint("add versus = \"<workload>\"");
        return None;
    }
    // Without a metric, there is nothing that it could fit.
    let metric = metric?;
    let fits = figure::statistic_fits(cx, fields, metric, statistic);
    // The steps of an order are proved by ratios, whatever the figure.
    let steps_fit = !fields.has("order") || metric.allows(Statistic::Ratio) || {
        cx.error(fields.value_at("order"), ProblemKind::StatisticUnfit { metric, statistic: Statistic::Ratio })
            .hint("an order is proved by ratios between its workloads");
        false
    };
    (fits && steps_fit).then_some(statistic)
}

/// The workloads of an order; nothing when there is none, or a problem was reported.
fn read_order(cx: &mut Context<'_>, fields: &Fields<'_>, workloads: &Workloads) -> Option<Vec<WorkloadId>> {
    let mut order: Vec<WorkloadId> = Vec::new();
    let mut complete = true;
    let items = fields.list("order");
    for item in items {
        let Value::Text(text) = &item.value else { continue };
        let Ok(id) = WorkloadId::new(text.as_str()) else { continue };
        if order.contains(&id) {
            cx.error(item.at, ProblemKind::SameWorkload { name: id.to_string() });
            complete = false;
        }
        complete &= workloads.named(cx, &id, item.at);
        order.push(id);
    }
    (complete && !items.is_empty()).then_some(order)
}

fn read_versus(
    cx: &mut Context<'_>,
    fields: &Fields<'_>,
    workloads: &Workloads,
    workload: Option<&WorkloadId>,
) -> Option<WorkloadId> {
    let versus: WorkloadId = fields.name("versus")?;
    let at = fields.value_at("versus");
    if !workloads.named(cx, &versus, at) {
        return None;
    }
    if Some(&versus) == workload {
        let name = versus.to_string();
        cx.error(at, ProblemKind::SameWorkload { name }).hint("name another workload, or add workload = ...");
        return None;
    }
    Some(versus)
}

fn read_needs(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<Needs> {
    let Some((table, at)) = fields.table("needs") else {
        return (!fields.has("needs")).then(Needs::default);
    };
    let needs = Fields::open(cx, table, at, &NEEDS);
    Some(Needs { cores: needs.count("cores"), full_run: needs.has("full_run") })
}

fn read_rule(
    cx: &mut Context<'_>,
    fields: &Fields<'_>,
    metric: Option<Metric>,
    order: Option<Vec<WorkloadId>>,
) -> Option<Rule> {
    if fields.has("order") {
        return order.map(Rule::Order);
    }
    if fields.has("conforms") {
        return fields.name("conforms").map(Rule::Conforms);
    }
    if fields.has("report") {
        return fields.node("report").map(|_| Rule::Report);
    }
    let metric = metric?;
    // The lack of one of the two is reported already.
    let is_ratio = fields.has("versus") || fields.statistic("statistic") == Some(Statistic::Ratio);
    // A ratio says how many times better, so more of it is better whatever the metric.
    let better = if is_ratio { Better::Higher } else { metric.better() };
    let mut tier = |key| -> Option<Limit> {
        let limit = fields.limit(key)?;
        figure::limit_fits(cx, fields, key, &limit, metric, is_ratio, better).then_some(limit)
    };
    let (limit, acceptable) = (tier("limit"), tier("acceptable"));
    let limit = limit?;
    if !fields.has("acceptable") {
        return Some(Rule::Limit { limit, acceptable: None });
    }
    let acceptable = acceptable?;
    if !is_looser(&acceptable, &limit) {
        let kind =
            ProblemKind::AcceptableUnfit { acceptable: acceptable.text().to_owned(), limit: limit.text().to_owned() };
        cx.error(fields.value_at("acceptable"), kind)
            .hint("a second tier bounds the same side and lets more through")
            .related(fields.value_at("limit"), "the limit");
        return None;
    }
    Some(Rule::Limit { limit, acceptable: Some(acceptable) })
}

/// Whether everything that meets `limit` meets `acceptable`, something else does too, and both bound the same sides of the
/// same figure: a comparison has a ratio and what is saved.
fn is_looser(acceptable: &Limit, limit: &Limit) -> bool {
    // How far each side moved outwards; an end that counts lies further out than one that does not.
    let outwards = |acceptable: Option<Bound>, limit: Option<Bound>, sign: f64| match (acceptable, limit) {
        (None, None) => Some(std::cmp::Ordering::Equal),
        (Some(acceptable), Some(limit)) => (acceptable.value * sign)
            .partial_cmp(&(limit.value * sign))
            .map(|order| order.then(acceptable.inclusive.cmp(&limit.inclusive))),
        _ => None,
    };
    let sides = [outwards(acceptable.upper, limit.upper, 1.0), outwards(acceptable.lower, limit.lower, -1.0)];
    let is_same_kind = acceptable.unit.dimension == limit.unit.dimension;
    let no_side_is_tighter = sides.iter().all(|side| side.is_some_and(std::cmp::Ordering::is_ge));
    is_same_kind && no_side_is_tighter && sides.iter().flatten().any(|side| side.is_gt())
}

#[cfg(test)]
mod tests {
    use super::is_looser;
    use hil_model::limit::Limit;

    #[test]
    fn a_second_tier_lets_more_through_on_the_same_side() {
        let cases = [
            ("< 20 ms", "< 15 ms", true),
            ("<= 15 ms", "< 15 ms", true),
            ("> 90 %", "> 95 %", true),
            ("30..70 %", "40..60 %", true),
            ("30..60 %", "40..60 %", true),
            ("< 15 ms", "< 15 ms", false),
            ("< 15 ms", "<= 15 ms", false),
            ("< 10 ms", "< 15 ms", false),
            ("> 20 ms", "< 15 ms", false),
            ("30..50 %", "40..60 %", false),
            ("< 70 %", "40..60 %", false),
            (">= 0.1 x", ">= 50 %", false),
        ];
        for (acceptable, limit, expected) in cases {
            let found = is_looser(&Limit::parse(acceptable).unwrap(), &Limit::parse(limit).unwrap());
            assert_eq!(found, expected, "{acceptable} behind {limit}");
        }
    }
}
