//! Power: what it takes to meter it, and how many periods of which sleep mode are metered.
//!
//! Beside the sleep mode that is asked for, the lightest one is metered as well. In a deep mode a chip's own converter is
//! off, and what is drawn there stays unseen; the light mode bounds it from above. It is a figure of its own besides: that of
//! a product whose capture peripherals go on in its sleep.

use std::time::Duration;

use hil_model::id::WorkloadId;
use hil_model::lab::BenchInfo;
use hil_model::metric::{Metric, Statistic};
use hil_model::plan::Step;
use hil_model::power::LIGHT_SLEEP;
use hil_model::scenario::{DutyCycle, Workload};
use hil_model::verdict::Reason;

use crate::amounts::Amounts;

/// Periods take the time that they take, so all of them together get at most this part of the budget.
const SHARE_OF_BUDGET: u32 = 2;

/// Why `metric` of `workload` cannot be metered on `bench`; nothing for metrics that need no meter.
pub(crate) fn obstacle(metric: Metric, workload: &Workload, bench: &BenchInfo) -> Option<Reason> {
    if !metric.needs_meter() {
        return None;
    }
    let needs = if bench.meter.is_none() {
        "a board with a shunt, or a meter"
    } else if metric.needs_duty_cycle() && workload.duty_cycle.is_none() {
        "a duty cycle; add duty_cycle = { period = \"16 ms\", sleep = \"stop\" } to the workload"
    } else if metric == Metric::BatteryLife && workload.battery.is_none() {
        "a battery; add battery = { capacity = \"96 mWh\", why = \"...\" } to the workload"
    } else {
        return None;
    };
    Some(Reason::CannotObserve { needs: needs.to_owned() })
}

/// The steps of one start that meter `workload`. Without a duty cycle, iterations follow each other without a pause.
pub(crate) fn cycles(
    workload: &WorkloadId,
    cycle: Option<&DutyCycle>,
    amounts: &Amounts,
    budget: Duration,
) -> Vec<Step> {
    let period = cycle.map_or(Duration::ZERO, |cycle| cycle.period.duration());
    let asked = cycle.map_or(LIGHT_SLEEP, |cycle| cycle.sleep.as_str());
    let modes: &[&str] = if asked == LIGHT_SLEEP { &[LIGHT_SLEEP] } else { &[asked, LIGHT_SLEEP] };
    let wanted = amounts.iterations(Statistic::Mean.default_samples());
    let turns = amounts.starts.saturating_mul(u32::try_from(modes.len()).unwrap_or(1)).max(1);
    let share = budget / SHARE_OF_BUDGET / turns;
    let fitting = share
        .as_nanos()
        .checked_div(period.as_nanos())
        .map_or(wanted, |fitting| u32::try_from(fitting).unwrap_or(u32::MAX));
    let periods = wanted.min(fitting).max(1);
    let step =
        |sleep: &&str| Step::DutyCycle { workload: workload.clone(), sleep: (*sleep).to_owned(), period, periods };
    modes.iter().map(step).collect()
}
