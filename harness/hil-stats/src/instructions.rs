//! Instructions of one iteration: exact where they are the same in every start, sampled where they are not.
//!
//! Source: the rule of [`crate::counted`]. A count that differs between starts (threads that wait for each other, code that
//! depends on addresses or chance) is demoted: it is an observation like any other, one a start, and its figure is the
//! median with the bounds of [`crate::quantile`], which five starts suffice for. The remark says so.
//!
//! What counts emulates a processor. Where that has not the vector instructions of the one that is timed, kernels that choose
//! their code by them run other code, and the remark says that, too.

use hil_model::estimate::{Estimate, Finding};
use hil_model::sample::{Instructions, Observations};

use crate::error::StatsError;
use crate::series::{self, Series, by_start};
use crate::{ALPHA, counted, paired, quantile};

/// Starts that have to agree before a count is exact.
pub const NEEDED: u64 = 2;

/// The counts of a workload, one a start that was counted.
struct Counts<'a> {
    starts: Vec<Series>,
    /// The first of them, for what it is a count of.
    first: &'a Instructions,
}

/// The instructions of one iteration.
///
/// # Errors
/// The finding that stands in the place of a figure: there are too few counts, or none can be had.
pub fn figure(seen: &Observations) -> Result<Estimate, Finding> {
    let counts = counts(seen)?;
    let estimate = match counted::counted(&counts.starts) {
        Some(exact) => exact,
        None => sampled(&counts)?,
    };
    Ok(remarked(estimate, [&counts]))
}

/// `above` over `below`: exact where both are, the paired ratio of the starts where neither is.
///
/// # Errors
/// As of [`figure`].
pub fn ratio(above: &Observations, below: &Observations) -> Result<Estimate, Finding> {
    let sides = (counts(above)?, counts(below)?);
    let exact = [&sides.0, &sides.1].map(|side| counted::counted(&side.starts));
    let estimate = match &exact {
        [None, None] => in_pairs(&sides.0, &sides.1)?,
        [above, below] => {
            let above = above.clone().map_or_else(|| sampled(&sides.0), Ok)?;
            let below = below.clone().map_or_else(|| sampled(&sides.1), Ok)?;
            over(&above, &below)
        }
    };
    Ok(remarked(estimate, [&sides.0, &sides.1]))
}

fn counts(seen: &Observations) -> Result<Counts<'_>, Finding> {
    if let Some(why) = seen.counts.iter().find_map(|count| count.outcome.as_ref().err()) {
        let needs = format!("an agent whose instructions can be counted: {why}");
        return Err(Finding::CannotObserve { needs });
    }
    let told = seen.counts.iter().filter_map(|count| Some((count.start, count.outcome.as_ref().ok()?)));
    let counts: Vec<(u32, &Instructions)> = told.collect();
    let have = counts.len() as u64;
    match counts.first() {
        Some((_, first)) if have >= NEEDED => {
            #[expect(clippy::cast_precision_loss, reason = "2^53 instructions would take a month to count")]
            let starts = by_start(counts.iter().map(|(start, seen)| (*start, seen.number as f64)));
            Ok(Counts { starts, first })
        }
        _ => Err(Finding::TooFew { have, need: NEEDED }),
    }
}

/// Demoted: the median of the starts.
fn sampled(counts: &Counts<'_>) -> Result<Estimate, Finding> {
    let range = series::sorted(&counts.starts);
    let estimate = quantile::quantile_at(&counts.starts, 0.5, ALPHA).map_err(instead)?;
    let ends = range.first().zip(range.last()).map(|(least, most)| format!(" ({least} to {most})"));
    let demoted = format!(
        "not the same in every start{}, so not compared exactly but sampled, one count a start",
        ends.unwrap_or_default()
    );
    Ok(Estimate { remark: Some(demoted), ..estimate })
}

/// The ratio of figures of which one is exact, so that the ends err only with the other.
fn over(above: &Estimate, below: &Estimate) -> Estimate {
    let end = |above: Option<f64>, below: Option<f64>| Some(above? / below?);
    // The remark of the one that is sampled says that it is.
    let lead = if above.confidence < below.confidence { above } else { below };
    Estimate {
        value: above.value / below.value,
        lower: end(above.lower, below.upper),
        upper: end(above.upper, below.lower),
        needed_samples: above.needed_samples.max(below.needed_samples),
        ..lead.clone()
    }
}

fn in_pairs(above: &Counts<'_>, below: &Counts<'_>) -> Result<Estimate, Finding> {
    let one = |series: &Series| series.values.first().copied().unwrap_or(f64::NAN);
    let pair = |(above, below): (&Series, &Series)| paired::Pair {
        start: above.start,
        numerator: one(above),
        denominator: one(below),
        first: paired::First::Unknown,
    };
    let pairs: Vec<paired::Pair> = above.starts.iter().zip(&below.starts).map(pair).collect();
    let estimate = paired::ratio_at(&pairs, ALPHA).map_err(instead)?;
    let demoted = "neither side is the same in every start, so starts are paired".to_owned();
    let remarks: Vec<String> = estimate.remark.into_iter().chain([demoted]).collect();
    Ok(Estimate { remark: Some(remarks.join("; ")), ..estimate })
}

fn instead(error: StatsError) -> Finding {
    match error {
        StatsError::TooFew { have, need } => Finding::TooFew { have, need },
        StatsError::NotAnAmount { .. } | StatsError::NoRatio { .. } => Finding::TooFew { have: 0, need: NEEDED },
    }
}

/// Adds what counted, and whether what is timed is the same code.
fn remarked<'a>(estimate: Estimate, sides: impl IntoIterator<Item = &'a Counts<'a>>) -> Estimate {
    let by = sides.into_iter().next().map(|counts| {
        let Instructions { counter, counted_with, timed_with, .. } = counts.first;
        if counted_with == timed_with {
            format!("counted by {counter}; vector instructions: {counted_with}, as when timed")
        } else {
            format!(
                "counted by {counter}; vector instructions: {counted_with} where it counts, {timed_with} when timed, so code \
                 that uses them is not the code that is timed"
            )
        }
    });
    let remarks: Vec<String> = estimate.remark.into_iter().chain(by).collect();
    Estimate { remark: (!remarks.is_empty()).then(|| remarks.join("; ")), ..estimate }
}
