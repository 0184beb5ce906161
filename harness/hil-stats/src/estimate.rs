//! From a check and the observations of its scenario to a finding: which method answers which question.
//!
//! A failure of the measured code comes before every figure. What the bench cannot observe, and what it observed
//! too little of, has a finding of its own. A value that is no amount (infinite, negative, not a number) becomes a
//! figure that is not a number. Nothing here compares anything with a limit.
//!
//! A part of what was planned is not the whole: where the budget or the user cut a workload short, the largest value
//! has no upper end, a part of a data set gives no accuracy, and a part of a table or of the cases that are compared with
//! a reference can only be disproved. Methods
//! that draw conclusions from a sample need no such rule: their intervals are as wide as the sample is small.

use std::collections::BTreeSet;

use hil_model::estimate::{Estimate, Finding, Method, OrderStep};
use hil_model::id::{TableName, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Better, Metric, Statistic};
use hil_model::sample::{Case, Cut, Failure, Observations};
use hil_model::scenario::{Alert, Check, Rule, Sampling};

use crate::error::StatsError;
use crate::series::Series;
use crate::steady::{self, Unsettled};
use crate::{
    ALPHA, CONFIDENCE, batch, counted, deviation, instructions, largest, observed, paired, power, proportion, quantile,
    starts,
};

/// What `observations`, those of the check's scenario, say about the check.
#[must_use]
pub fn find(check: &Check, observations: &[Observations]) -> Finding {
    find_at(check, observations, ALPHA)
}

/// As [`find`]; where iterations are timed, each end of the interval errs with `alpha` at most. One who looks several times
/// at what is being measured shares the level between the looks ([`crate::sequential::Looks`]).
#[must_use]
pub fn find_at(check: &Check, observations: &[Observations], alpha: f64) -> Finding {
    Question { alpha, ..Question::of_check(check, observations) }.answer(check)
}

/// What `observations`, those of the alert's scenario, say about the alert.
#[must_use]
pub fn find_alert(alert: &Alert, observations: &[Observations]) -> Finding {
    Question::of_alert(alert, observations).figure(&alert.workload).unwrap_or_else(|instead| instead)
}

/// As [`find`], for the samples of a criterion suite that was started several times: the starts are the observations.
#[must_use]
pub fn find_between_starts(check: &Check, observations: &[Observations]) -> Finding {
    Question { between_starts: true, ..Question::of_check(check, observations) }.answer(check)
}

/// As [`find_alert`], for the samples of a criterion suite.
#[must_use]
pub fn find_alert_between_starts(alert: &Alert, observations: &[Observations]) -> Finding {
    let question = Question { between_starts: true, ..Question::of_alert(alert, observations) };
    question.figure(&alert.workload).unwrap_or_else(|instead| instead)
}

/// Why some workload that the check looks at was not observed as planned, if that is so.
#[must_use]
pub fn cut(check: &Check, observations: &[Observations]) -> Option<Cut> {
    let looked_at = check.workloads();
    observations.iter().filter(|seen| looked_at.contains(&&seen.workload)).find_map(|seen| seen.cut)
}

/// Observations that a figure is given by default: starts for memory, one case for a numerical error, otherwise what the
/// statistic wants.
#[must_use]
pub fn needed(statistic: Statistic, metric: Metric) -> u64 {
    let samples = match metric {
        Metric::Memory | Metric::Heap | Metric::Temperature => Sampling::DEFAULT_STARTS,
        Metric::Instructions => return instructions::NEEDED,
        Metric::NumericalError | Metric::ModelSize => 1,
        _ => statistic.default_samples(),
    };
    u64::from(samples)
}

/// Halves of a start that differ by less than this count as equal.
const SETTLED: f64 = 0.02;

/// A figure, or the finding that stands in its place.
type OrInstead<T> = Result<T, Finding>;

#[derive(Clone, Copy)]
struct Question<'a> {
    metric: Metric,
    statistic: Statistic,
    /// Whether a start is one observation, however many samples it has.
    between_starts: bool,
    /// The part that a share is about.
    part: Option<&'a str>,
    /// Probability with which each end of the interval of timed iterations may err.
    alpha: f64,
    observations: &'a [Observations],
}

impl<'a> Question<'a> {
    fn of_check(check: &'a Check, observations: &'a [Observations]) -> Self {
        let part = check.part.as_deref();
        Self {
            metric: check.metric,
            statistic: check.statistic,
            between_starts: false,
            part,
            alpha: ALPHA,
            observations,
        }
    }

    fn of_alert(alert: &Alert, observations: &'a [Observations]) -> Self {
        let (metric, statistic) = (alert.metric, alert.statistic);
        Self { metric, statistic, between_starts: false, part: None, alpha: ALPHA, observations }
    }

    fn answer(self, check: &Check) -> Finding {
        let finding = match (&check.rule, &check.versus) {
            (Rule::Order(order), _) => self.order(order),
            (Rule::Conforms(table), _) => self.cases_of(&check.workload, table),
            (Rule::Limit { limit, .. }, Some(versus)) if limit.is_saving() => self.saved(&check.workload, versus),
            (Rule::Limit { .. } | Rule::Report, Some(versus)) => self.times_better(&check.workload, versus),
            (Rule::Limit { .. } | Rule::Report, None) => self.figure(&check.workload),
        };
        finding.unwrap_or_else(|instead| instead)
    }

    /// The observations of a workload, unless it failed.
    fn seen(self, workload: &WorkloadId) -> OrInstead<&'a Observations> {
        let Some(seen) = self.observations.iter().find(|seen| seen.workload == *workload) else {
            return Err(Finding::TooFew { have: 0, need: needed(self.statistic, self.metric) });
        };
        match &seen.failure {
            Some(failure) => Err(Finding::Failed(failure.clone())),
            None => Ok(seen),
        }
    }

    fn figure(self, workload: &WorkloadId) -> OrInstead<Finding> {
        let seen = self.seen(workload)?;
        self.expect_observable(seen)?;
        if self.metric == Metric::Conformance {
            return all_cases(seen);
        }
        if self.statistic == Statistic::Ratio {
            return Err(cannot_observe("a second workload to compare with"));
        }
        if !self.metric.allows(self.statistic) {
            return Err(cannot_observe(&format!("another statistic: {} has no {}", self.metric, self.statistic)));
        }
        if self.metric.needs_meter() {
            return power::figure(self.metric, self.statistic, seen).map(Finding::Estimate);
        }
        if self.metric == Metric::NumericalError {
            return Ok(deviation::largest(&seen.deviations, seen.cut.is_some()));
        }
        if self.metric == Metric::ModelSize {
            return model_size(seen).map(Finding::Estimate);
        }
        if self.metric == Metric::Instructions {
            return instructions::figure(seen).map(Finding::Estimate);
        }
        if self.metric == Metric::Share {
            return self.share(seen).map(Finding::Estimate);
        }
        if self.metric == Metric::Accuracy {
            return accuracy(seen).map(Finding::Estimate).map_err(|error| self.instead(error));
        }
        let starts = observed::series(self.metric, seen);
        self.expect_moving_clock(seen, &starts)?;
        let mut estimate = self.summary(seen, &starts).map_err(|error| self.instead(error))?;
        if seen.cut.is_some() && estimate.method == Method::LargestSeen {
            // One that was not observed may be larger, so the largest so far can prove a limit missed and never met.
            estimate.upper = None;
            estimate.needed_samples = estimate.samples.saturating_add(1);
        }
        if self.metric == Metric::Memory && may_be_the_agents_own(seen) {
            // The true figure may be anything below, so a limit can be proved met but never proved missed.
            estimate.lower = Some(0.0);
        }
        Ok(Finding::Estimate(remarked(estimate, remark(self.metric, seen, &starts))))
    }

    /// The share of the samples of a profile that fell into the part.
    fn share(self, seen: &Observations) -> OrInstead<Estimate> {
        let Some(part) = self.part else { return Err(cannot_observe("the part of the work that the share is about")) };
        if !seen.shares.is_empty() && seen.shares.iter().all(|share| share.part != part) {
            let known: BTreeSet<&str> = seen.shares.iter().map(|share| share.part.as_str()).collect();
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            return Err(cannot_observe(&format!("a part called {part:?}; the profile has: {known}")));
        }
        proportion::clustered(&observed::clusters_of_part(seen, part)).map_err(|error| self.instead(error))
    }

    fn summary(self, seen: &Observations, starts: &[Series]) -> Result<Estimate, StatsError> {
        // Emulated time is computed, not sampled, and bytes are asked for: the same every time means exactly that.
        let is_largest = self.statistic == Statistic::Max && self.metric != Metric::Heap;
        if self.is_counted(seen)
            && !is_largest
            && let Some(exact) = counted::counted(starts)
        {
            return Ok(exact);
        }
        match (self.statistic, self.statistic.quantile()) {
            (Statistic::Mean, _) if self.between_starts => starts::mean(starts),
            (Statistic::Median | Statistic::Percentile(500), _) if self.between_starts => {
                starts::median_of_starts(starts)
            }
            (_, Some(q)) => quantile::quantile_at(starts, q, self.alpha),
            (Statistic::Mean, None) => batch::mean_at(starts, self.alpha),
            (_, None) => largest::largest(
                starts,
                if matches!(self.metric, Metric::Memory | Metric::Heap | Metric::Temperature) {
                    "starts"
                } else {
                    "iterations"
                },
            ),
        }
    }

    /// Whether what is the same in every start is counted and no coincidence.
    fn is_counted(self, seen: &Observations) -> bool {
        seen.evidence == Evidence::Emulated || self.metric == Metric::Heap
    }

    /// How many times better `workload` is than `versus`.
    fn times_better(self, workload: &WorkloadId, versus: &WorkloadId) -> OrInstead<Finding> {
        let (above, below) = match self.metric.better() {
            Better::Lower => (versus, workload),
            Better::Higher => (workload, versus),
        };
        self.ratio(above, below).map(Finding::Estimate)
    }

    /// Which share of the figure of `versus` is saved by `workload`: 0.5 is half as much, below 0 is more. Only for metrics of
    /// which less is better.
    fn saved(self, workload: &WorkloadId, versus: &WorkloadId) -> OrInstead<Finding> {
        let estimate = self.ratio(workload, versus)?;
        let saved = |ratio: f64| 1.0 - ratio;
        Ok(Finding::Estimate(Estimate {
            value: saved(estimate.value),
            lower: estimate.upper.map(saved),
            upper: estimate.lower.map(saved),
            ..estimate
        }))
    }

    /// One paired ratio a step, each the greater over the lesser.
    fn order(self, order: &[WorkloadId]) -> OrInstead<Finding> {
        let steps = order.windows(2).map(|step| {
            let (lesser, greater) = (&step[0], &step[1]);
            let ratio = self.ratio(greater, lesser)?;
            Ok(OrderStep { lesser: lesser.clone(), greater: greater.clone(), ratio })
        });
        Ok(Finding::Order(steps.collect::<OrInstead<Vec<OrderStep>>>()?))
    }

    /// The paired ratio of two workloads' figures.
    fn ratio(self, above: &WorkloadId, below: &WorkloadId) -> OrInstead<Estimate> {
        let (above, below) = (self.seen(above)?, self.seen(below)?);
        let mut estimate = self.ratio_of_peers(above, below)?;
        if self.metric == Metric::Memory {
            // A side that may be smaller than it looks leaves the ratio open on its own side.
            if may_be_the_agents_own(above) {
                estimate.lower = Some(0.0);
            }
            if may_be_the_agents_own(below) {
                estimate.upper = None;
            }
        }
        Ok(estimate)
    }

    fn ratio_of_peers(self, above: &Observations, below: &Observations) -> OrInstead<Estimate> {
        self.expect_observable(above)?;
        self.expect_observable(below)?;
        if !self.metric.allows(Statistic::Ratio) {
            return Err(cannot_observe(&format!("a metric that can be paired; {} cannot", self.metric)));
        }
        if self.metric.needs_meter() {
            return power::ratio(self.metric, above, below);
        }
        if self.metric == Metric::Instructions {
            return instructions::ratio(above, below);
        }
        if matches!(self.metric, Metric::NumericalError | Metric::ModelSize) {
            return Ok(over(&told(self.metric, above)?, &told(self.metric, below)?));
        }
        let sides = [above, below].map(|seen| (seen, observed::series(self.metric, seen)));
        for (seen, starts) in &sides {
            self.expect_moving_clock(seen, starts)?;
        }
        let exact =
            sides.each_ref().map(|(seen, starts)| if self.is_counted(seen) { counted::counted(starts) } else { None });
        if let [Some(above), Some(below)] = &exact
            && below.value > 0.0
        {
            return Ok(counted::exactly(above.value / below.value, above.samples.min(below.samples)));
        }
        let pairs = observed::pairs(self.metric, above, below);
        match paired::ratio_at(&pairs, self.alpha) {
            Ok(estimate) => Ok(estimate),
            Err(error @ StatsError::TooFew { .. }) => Err(self.instead(error)),
            Err(error) => Ok(undefined(Method::PairedLogRatio, &error)),
        }
    }

    /// The outcomes of one table, which shall hold as a whole.
    fn cases_of(self, workload: &WorkloadId, table: &TableName) -> OrInstead<Finding> {
        let seen = self.seen(workload)?;
        let cases: Vec<&Case> = seen.cases.iter().filter(|case| case.table == *table).collect();
        if cases.is_empty() && seen.unobservable.contains(&Metric::Conformance) {
            return Err(cannot_observe(&format!("a kernel that knows the table {table}")));
        }
        match counted_cases(&cases)? {
            // Cases that hold are no proof while others were not tried; a broken one disproves the table by itself.
            Finding::Cases { total, first_broken: None, .. } if seen.cut.is_some() => Err(part_of_a_table(total)),
            finding => Ok(finding),
        }
    }

    fn expect_observable(self, seen: &Observations) -> OrInstead<()> {
        if seen.unobservable.contains(&self.metric) {
            return Err(match self.metric {
                Metric::Memory => cannot_observe("a system that tells a process's peak of memory"),
                Metric::NumericalError => cannot_observe("a kernel that compares its results with a reference"),
                Metric::ModelSize => cannot_observe("a kernel that states the size of its weights"),
                Metric::Instructions => cannot_observe("a bench that counts instructions"),
                Metric::Heap => cannot_observe("an agent whose program has hil_desktop::heap::CountingAllocator"),
                Metric::Share => cannot_observe("a kernel that takes a profile of its work"),
                Metric::Temperature => cannot_observe("a sensor of the processor's temperature that can be read"),
                metric if metric.needs_meter() => cannot_observe("firmware and a board that meter their power"),
                metric => cannot_observe(&format!("a system that tells {metric}")),
            });
        }
        Ok(())
    }

    /// A clock that never moved times nothing: its zeros are no figures.
    fn expect_moving_clock(self, seen: &Observations, starts: &[Series]) -> OrInstead<()> {
        let mut counted = seen.iterations.iter().filter(|iteration| !iteration.warmup).peekable();
        if counted.peek().is_none() {
            return Ok(());
        }
        let stuck = |counter: &str| Err(Finding::Failed(Failure::ClockStuck { counter: counter.to_owned() }));
        match self.metric {
            Metric::Cycles if starts.is_empty() => Err(cannot_observe("a clock that counts cycles of the processor")),
            Metric::Latency | Metric::Cycles if counted.all(|iteration| iteration.ticks == 0) => {
                stuck(&seen.clock.name)
            }
            Metric::CpuTime if starts.is_empty() => Err(cannot_observe("a clock of processor time")),
            Metric::CpuTime if counted.all(|iteration| iteration.cpu_ns.unwrap_or(0) == 0) => stuck("processor time"),
            _ => Ok(()),
        }
    }

    fn instead(self, error: StatsError) -> Finding {
        match error {
            StatsError::TooFew { have, need } => Finding::TooFew { have, need },
            StatsError::NotAnAmount { .. } | StatsError::NoRatio { .. } => {
                let method = match self.statistic {
                    Statistic::Mean => Method::BatchMeans,
                    Statistic::Max => Method::LargestSeen,
                    Statistic::Proportion => Method::Wilson,
                    Statistic::Ratio => Method::PairedLogRatio,
                    Statistic::Exact => Method::Counted,
                    Statistic::Percentile(_) | Statistic::Median => Method::OrderStatistics,
                };
                Finding::Estimate(undefined(method, &error))
            }
        }
    }
}

/// The share of the cases of all tables of a workload.
fn all_cases(seen: &Observations) -> OrInstead<Finding> {
    let cases: Vec<&Case> = seen.cases.iter().collect();
    if seen.cut.is_some() {
        // Nobody knows how many cases there would have been, so a share of them cannot be bounded.
        return Err(part_of_a_table(cases.len() as u64));
    }
    counted_cases(&cases)
}

fn counted_cases(cases: &[&Case]) -> OrInstead<Finding> {
    let total = cases.len() as u64;
    if total == 0 {
        return Err(Finding::TooFew { have: 0, need: 1 });
    }
    let held = cases.iter().filter(|case| case.broken.is_none()).count() as u64;
    let first_broken = cases.iter().find_map(|case| case.broken.as_ref().map(|how| format!("{}: {how}", case.name)));
    Ok(Finding::Cases { held, total, first_broken })
}

/// How many cases a table has is known only at its end: at least one more than were seen.
fn part_of_a_table(have: u64) -> Finding {
    Finding::TooFew { have, need: have.saturating_add(1) }
}

/// The size that the kernel states.
fn model_size(seen: &Observations) -> OrInstead<Estimate> {
    let bytes = seen.weight_bytes.ok_or(Finding::TooFew { have: 0, need: 1 })?;
    #[expect(clippy::cast_precision_loss, reason = "weights take less than 2^53 bytes")]
    let estimate = counted::exactly(bytes as f64, 1);
    Ok(Estimate { needed_samples: 1, ..estimate })
}

/// A figure that is told once and not sampled.
fn told(metric: Metric, seen: &Observations) -> OrInstead<Estimate> {
    if metric == Metric::ModelSize {
        return model_size(seen);
    }
    match deviation::largest(&seen.deviations, seen.cut.is_some()) {
        Finding::Estimate(estimate) => Ok(estimate),
        instead => Err(instead),
    }
}

/// The ratio of two figures that were told: exact where both are. An end that a figure does not have, the ratio does not
/// have either.
fn over(above: &Estimate, below: &Estimate) -> Estimate {
    let ratio = |above: Option<f64>, below: Option<f64>| Some(above? / below?).filter(|ratio| ratio.is_finite());
    let samples = above.samples.min(below.samples);
    if below.value <= 0.0 {
        return undefined(Method::Counted, &StatsError::NoRatio { position: 0 });
    }
    Estimate {
        value: above.value / below.value,
        lower: ratio(above.lower, below.upper),
        upper: ratio(above.upper, below.lower),
        confidence: 1.0,
        samples,
        effective_samples: samples as f64,
        needed_samples: above.needed_samples.max(below.needed_samples),
        method: Method::Counted,
        remark: None,
    }
}

fn accuracy(seen: &Observations) -> Result<Estimate, StatsError> {
    // The items of a data set stand in an order, by class or by speaker, so a part of it is no sample of it.
    let (have, planned) = (seen.answers.len() as u64, seen.answers_planned);
    if have < planned {
        return Err(StatsError::TooFew { have, need: planned });
    }
    let clusters = observed::clusters(seen);
    // Without groups every item is on its own.
    if clusters.keys().all(|group| group.is_empty()) {
        let of = |count: fn(&proportion::Cluster) -> u64| clusters.values().map(count).sum::<u64>();
        return proportion::wilson(of(|cluster| cluster.trials), of(|cluster| cluster.successes));
    }
    proportion::clustered(&clusters.into_values().collect::<Vec<_>>())
}

/// A figure that is not a number, with the reason as its remark; no limit accepts it.
fn undefined(method: Method, error: &StatsError) -> Estimate {
    Estimate {
        value: f64::NAN,
        lower: None,
        upper: None,
        confidence: CONFIDENCE,
        samples: 0,
        effective_samples: 0.0,
        needed_samples: 1,
        method,
        remark: Some(error.to_string()),
    }
}

fn cannot_observe(needs: &str) -> Finding {
    Finding::CannotObserve { needs: needs.to_owned() }
}

fn remark(metric: Metric, seen: &Observations, starts: &[Series]) -> Option<String> {
    match metric {
        Metric::Latency | Metric::CpuTime | Metric::Cycles => {
            let zeros = starts.iter().flat_map(|series| &series.values).filter(|&&seconds| seconds == 0.0).count();
            let zeros =
                (zeros > 0).then(|| format!("{zeros} iterations were shorter than reading the clock, and count as 0"));
            let remarks: Vec<String> = zeros.into_iter().chain(not_settled(seen, starts)).collect();
            (!remarks.is_empty()).then(|| remarks.join("; "))
        }
        Metric::Memory if may_be_the_agents_own(seen) => {
            Some("at most this much: the system cannot tell it from the agent's own".to_owned())
        }
        Metric::Memory if observed::is_declared(seen) => {
            let agent = seen.peaks.iter().map(|peak| peak.agent).max()?;
            Some(format!("without {agent} bytes that the agent itself takes"))
        }
        Metric::Memory => {
            let agent = seen.peaks.iter().map(|peak| peak.agent).max()?;
            #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
            let megabytes = agent as f64 / 1e6;
            (agent > 0).then(|| format!("{megabytes:.1} MB of it were in use before the workload ran"))
        }
        Metric::Throughput
        | Metric::Heap
        | Metric::Instructions
        | Metric::ModelSize
        | Metric::Accuracy
        | Metric::NumericalError
        | Metric::Power
        | Metric::Energy
        | Metric::BatteryLife
        | Metric::Conformance
        | Metric::Share => None,
        Metric::Temperature => seen.temperatures.first().map(|first| format!("sensor {}", first.sensor)),
    }
}

/// What the reader should know of times that were still changing. Emulated time is computed: what changes there is the work.
fn not_settled(seen: &Observations, starts: &[Series]) -> Option<String> {
    if seen.evidence == Evidence::Emulated {
        return None;
    }
    let Unsettled { starts, of, drift } = steady::unsettled(starts, SETTLED)?;
    let (percent, than) = ((drift - 1.0).abs() * 100.0, if drift < 1.0 { "shorter" } else { "longer" });
    Some(format!(
        "not settled in {starts} of {of} starts: behind the warm-up the later half was {percent:.0} % {than}; a longer warm-up may \
         change the figure"
    ))
}

/// Whether some peak says no more than that the workload needs no more than it (see [`hil_model::sample::Peak`]).
fn may_be_the_agents_own(seen: &Observations) -> bool {
    seen.peaks.iter().any(|peak| peak.upper_bound_only)
}

fn remarked(estimate: Estimate, remark: Option<String>) -> Estimate {
    let remarks: Vec<String> = estimate.remark.into_iter().chain(remark).collect();
    Estimate { remark: (!remarks.is_empty()).then(|| remarks.join("; ")), ..estimate }
}
