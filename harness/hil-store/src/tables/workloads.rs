//! Table `workloads`: what was observed of which workload, and how observing ended.

use std::collections::BTreeSet;
use std::time::Duration;

use hil_model::metric::Metric;
use hil_model::sample::{Counter, Failure, Observations};

use super::{Owner, names, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet, word};
use crate::schema::Table;

const CRASHED: &str = "crashed";
const TIMED_OUT: &str = "timed-out";
const WRONG_RESULT: &str = "wrong-result";
const CLOCK_STUCK: &str = "clock-stuck";

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Workloads, owners, std::slice::from_ref);
    let seen = || owners.iter().map(|owner| owner.seen);
    let failures = || seen().map(|seen| seen.failure.as_ref());
    builder.full("clock", seen().map(|seen| seen.clock.name.as_str()));
    builder.full("clock_hz", seen().map(|seen| seen.clock.hz));
    builder.sparse("failure", failures().map(|failure| failure.map(kind)));
    builder.sparse("failure_detail", failures().map(|failure| failure.and_then(detail)));
    builder.sparse("failure_after_ns", failures().map(|failure| failure.and_then(after)));
    let cuts: Vec<Option<String>> = seen().map(|seen| seen.cut.as_ref().map(word)).collect();
    builder.sparse("cut", cuts.iter().map(Option::as_deref));
    let metrics: Vec<Option<String>> = seen().map(|seen| words_of(&seen.unobservable)).collect();
    builder.sparse("unobservable", metrics.iter().map(Option::as_deref));
    builder.full("answers_planned", seen().map(|seen| seen.answers_planned));
    builder.sparse("weight_bytes", seen().map(|seen| seen.weight_bytes));
    builder
}

pub(super) fn read(sheet: &Sheet) -> Result<Vec<Observations>, StoreError> {
    let (scenarios, workloads) = names(sheet)?;
    let evidence = sheet.words("evidence")?;
    let clocks = sheet.full::<&str>("clock")?;
    let rates = sheet.full::<f64>("clock_hz")?;
    let kinds = sheet.sparse::<&str>("failure")?;
    let details = sheet.sparse::<&str>("failure_detail")?;
    let afters = sheet.sparse::<u64>("failure_after_ns")?;
    let cuts = sheet.sparse_words("cut")?;
    let metrics = sheet.sparse::<&str>("unobservable")?;
    let answers_planned = sheet.full::<u64>("answers_planned")?;
    let weight_bytes = sheet.sparse::<u64>("weight_bytes")?;
    let mut all = Vec::with_capacity(sheet.rows());
    for (row, (scenario, workload)) in scenarios.into_iter().zip(workloads).enumerate() {
        let clock = Counter { name: clocks[row].to_owned(), hz: rates[row] };
        let mut seen = Observations::new(scenario, workload, evidence[row], clock);
        seen.cut = cuts[row];
        let metrics = metrics[row].unwrap_or_default().split_whitespace();
        seen.unobservable = metrics.map(|metric| sheet.parse("unobservable", row, metric)).collect::<Result<_, _>>()?;
        seen.answers_planned = answers_planned[row];
        seen.weight_bytes = weight_bytes[row];
        seen.failure = match kinds[row] {
            None => None,
            Some(kind) => Some(
                failure(kind, details[row], afters[row])
                    .ok_or_else(|| sheet.cell("failure", row, format!("{kind:?} is not a known failure")))?,
            ),
        };
        all.push(seen);
    }
    Ok(all)
}

/// Names from a closed set in one text; nothing for none.
fn words_of(metrics: &BTreeSet<Metric>) -> Option<String> {
    let words: Vec<String> = metrics.iter().map(word).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn kind(failure: &Failure) -> &'static str {
    match failure {
        Failure::Crashed { .. } => CRASHED,
        Failure::TimedOut { .. } => TIMED_OUT,
        Failure::WrongResult { .. } => WRONG_RESULT,
        Failure::ClockStuck { .. } => CLOCK_STUCK,
    }
}

fn detail(failure: &Failure) -> Option<&str> {
    match failure {
        Failure::Crashed { detail } | Failure::WrongResult { detail } => Some(detail),
        Failure::ClockStuck { counter } => Some(counter),
        Failure::TimedOut { .. } => None,
    }
}

/// Limits beyond 584 years are cut to that.
fn after(failure: &Failure) -> Option<u64> {
    match failure {
        Failure::TimedOut { after } => Some(u64::try_from(after.as_nanos()).unwrap_or(u64::MAX)),
        Failure::Crashed { .. } | Failure::WrongResult { .. } | Failure::ClockStuck { .. } => None,
    }
}

fn failure(kind: &str, detail: Option<&str>, after: Option<u64>) -> Option<Failure> {
    let detail = detail.unwrap_or_default().to_owned();
    Some(match kind {
        CRASHED => Failure::Crashed { detail },
        TIMED_OUT => Failure::TimedOut { after: Duration::from_nanos(after.unwrap_or_default()) },
        WRONG_RESULT => Failure::WrongResult { detail },
        CLOCK_STUCK => Failure::ClockStuck { counter: detail },
        _ => return None,
    })
}
