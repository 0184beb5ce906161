//! A whole file: its tables, and the rules between them.

use hil_model::id::WorkloadId;
use hil_model::scenario::{Alert, Check, Scenario};

use crate::alert;
use crate::check;
use crate::context::Context;
use crate::fields::Fields;
use crate::grammar::SCENARIO;
use crate::kind::ProblemKind;
use crate::raw::Table;
use crate::sampling;
use crate::side_by_side;
use crate::source::At;
use crate::workload::{self, Workloads};

/// Reads a scenario from the merged tables of `file`; nothing when a problem was reported.
pub(crate) fn read(cx: &mut Context<'_>, table: &Table, at: At) -> Option<Scenario> {
    let fields = Fields::open(cx, table, at, &SCENARIO);
    let on = fields.table("on").map(|(table, at)| Fields::open(cx, table, at, &crate::grammar::ON));
    let workloads = workload::read_all(cx, &fields);
    let sampling = sampling::read(cx, fields.table("sampling"), workloads.are_suites());
    let mut checks = Vec::new();
    let mut n_checks = 0;
    for (table, at) in fields.tables("check") {
        n_checks += 1;
        if let Some(check) = check::read(cx, table, at, &workloads) {
            warn_of_duplicates(cx, &checks, &check, at);
            checks.push((check, at));
        }
    }
    let mut alerts = Vec::new();
    let mut n_alerts = 0;
    for (table, at) in fields.tables("alert") {
        n_alerts += 1;
        let alert = alert::read(cx, table, at, &workloads);
        if let Some(alert) = alert.as_ref().filter(|alert| alert.drift) {
            expect_kept(cx, &checks, alert, at);
        }
        alerts.extend(alert);
    }
    let mut side_by_side = Vec::new();
    let mut n_tables = 0;
    for (table, at) in fields.tables("side_by_side") {
        n_tables += 1;
        side_by_side.extend(side_by_side::read(cx, table, at, &workloads));
    }
    let id = fields.name("id");
    let is_complete = checks.len() == n_checks && alerts.len() == n_alerts && n_checks > 0;
    let is_complete = is_complete && side_by_side.len() == n_tables;
    let checks: Vec<Check> = checks.into_iter().map(|(check, _)| check).collect();
    if is_complete {
        let asked = checks.iter().flat_map(Check::workloads).chain(alerts.iter().map(|alert| &alert.workload));
        warn_of_idle_workloads(cx, &workloads, &asked.collect::<Vec<_>>());
    }
    Some(Scenario {
        id: id?,
        title: fields.text("title")?.to_owned(),
        file: cx.sources.name(at.file).to_owned(),
        platform: on?.name("platform")?,
        workloads: workloads
            .entries
            .into_iter()
            .map(|(id, entry)| entry.workload.map(|workload| (id, workload)))
            .collect::<Option<_>>()?,
        sampling,
        checks: is_complete.then_some(checks)?,
        alerts,
        side_by_side,
    })
}

fn warn_of_idle_workloads(cx: &mut Context<'_>, workloads: &Workloads, asked: &[&WorkloadId]) {
    for (id, entry) in &workloads.entries {
        if !asked.contains(&id) {
            cx.warning(entry.at, ProblemKind::UnusedWorkload { name: id.to_string() })
                .hint("add a [[check]] with workload = ..., or remove it");
        }
    }
}

/// A drift is told from figures of earlier runs, and only those of checks are kept.
fn expect_kept(cx: &mut Context<'_>, checks: &[(Check, At)], alert: &Alert, at: At) {
    let is_same = |check: &Check| {
        check.metric == alert.metric
            && check.statistic == alert.statistic
            && check.workload == alert.workload
            && check.versus.is_none()
    };
    if !checks.iter().any(|(check, _)| is_same(check)) {
        let needs = "a [[check]] of the same figure, whose results are kept from run to run";
        cx.error(at, ProblemKind::MetricNeeds { metric: alert.metric, needs })
            .hint("add one; with report = true it asks for nothing");
    }
}

/// Two checks may answer one row, but not in the same words: that is mostly an inherited check written again.
fn warn_of_duplicates(cx: &mut Context<'_>, earlier: &[(Check, At)], check: &Check, at: At) {
    let question = |check: &Check| {
        let Check { metric, statistic, workload, versus, rule, needs, part, .. } = check;
        (*metric, *statistic, workload.clone(), versus.clone(), rule.clone(), *needs, part.clone())
    };
    if let Some((_, first)) = earlier.iter().find(|(first, _)| question(first) == question(check)) {
        cx.warning(at, ProblemKind::DuplicateCheck)
            .hint("checks of a base are kept; do not repeat them")
            .related(*first, "the other one");
    }
}
