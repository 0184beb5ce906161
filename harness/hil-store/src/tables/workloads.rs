//! Table `workloads`: what was observed of which workload, and how observing ended.

use std::time::Duration;

use hil_model::sample::{Counter, Failure, Observations};

use super::{Owner, names, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
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
    builder.full("budget_spent", seen().map(|seen| seen.budget_spent));
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
    let spent = sheet.full::<bool>("budget_spent")?;
    let mut all = Vec::with_capacity(sheet.rows());
    for (row, (scenario, workload)) in scenarios.into_iter().zip(workloads).enumerate() {
        let clock = Counter { name: clocks[row].to_owned(), hz: rates[row] };
        let mut seen = Observations::new(scenario, workload, evidence[row], clock);
        seen.budget_spent = spent[row];
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
