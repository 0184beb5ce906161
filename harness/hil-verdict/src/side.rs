//! Where an interval lies: all of it within a limit, none of it, or neither is proved.
//!
//! The rule is that of a test for equivalence (Schuirmann's two one-sided tests, J. Pharmacokinetics and
//! Biopharmaceutics 15 (1987)): with an interval of confidence 1 - 2 * alpha, calling it within when the far end is
//! within errs with alpha at most; "not significantly worse" is no proof and has no place here.

use hil_model::estimate::Estimate;
use hil_model::limit::{Bound, Limit};

/// Where an interval lies relative to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Every value of the interval meets the limit.
    Within,
    /// No value of the interval meets the limit.
    Beyond,
    /// Some values do and some do not.
    Straddles,
    /// The end that could prove the limit is absent, and the other end disproves nothing.
    Unbounded,
    /// The figure or an end of its interval is not a finite number.
    NotFinite,
}

/// Compares an interval with a limit. The figure itself always counts as part of the interval.
#[must_use]
pub fn side(estimate: &Estimate, limit: &Limit) -> Side {
    let value = estimate.value;
    if [Some(value), estimate.lower, estimate.upper].into_iter().flatten().any(|end| !end.is_finite()) {
        return Side::NotFinite;
    }
    let lower = estimate.lower.map(|lower| lower.min(value));
    let upper = estimate.upper.map(|upper| upper.max(value));
    // Each side of the limit has a far end of the interval, which proves it, and a near end, which disproves it.
    let above = limit.lower.map(|bound| of_one_side(bound, lower, upper, |value, bound| value > bound));
    let below = limit.upper.map(|bound| of_one_side(bound, upper, lower, |value, bound| value < bound));
    let sides = [above, below];
    let any = |side| sides.contains(&Some(side));
    // A limit without sides asks nothing, so it proves nothing.
    if any(Side::Beyond) {
        Side::Beyond
    } else if any(Side::Unbounded) || sides == [None, None] {
        Side::Unbounded
    } else if any(Side::Straddles) {
        Side::Straddles
    } else {
        Side::Within
    }
}

fn of_one_side(bound: Bound, far: Option<f64>, near: Option<f64>, is_better: fn(f64, f64) -> bool) -> Side {
    let meets = |end: f64| is_better(end, bound.value) || (bound.inclusive && end == bound.value);
    match (far, near) {
        (Some(far), _) if meets(far) => Side::Within,
        (_, Some(near)) if !meets(near) => Side::Beyond,
        (Some(_), _) => Side::Straddles,
        (None, _) => Side::Unbounded,
    }
}
