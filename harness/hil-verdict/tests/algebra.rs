//! What holds for every interval and every limit.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

mod common;

use common::{figure, limited};
use hil_model::estimate::{Estimate, Finding};
use hil_model::scenario::Rule;
use hil_model::verdict::Outcome;
use hil_verdict::judge;
use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::{Config, RngSeed};

fn outcome(limit: &str, acceptable: Option<&str>, estimate: &Estimate) -> Outcome {
    judge(&limited(limit, acceptable), &Finding::Estimate(estimate.clone()), None).outcome
}

/// Whole numbers, so that ends, figures and limits meet each other often.
fn amount() -> impl Strategy<Value = f64> {
    (0u8..12).prop_map(f64::from)
}

fn bounded() -> impl Strategy<Value = Estimate> {
    (amount(), amount(), amount()).prop_map(|(a, b, c)| {
        let mut ends = [a, b, c];
        ends.sort_by(f64::total_cmp);
        figure(Some(ends[0]), ends[1], Some(ends[2]))
    })
}

/// Also with absent ends, ends in the wrong order and values that are no numbers.
fn any_figure() -> impl Strategy<Value = Estimate> {
    let end = || prop_oneof![4 => amount(), 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(-1.0)];
    (proptest::option::of(end()), end(), proptest::option::of(end()))
        .prop_map(|(lower, value, upper)| figure(lower, value, upper))
}

fn any_limit() -> impl Strategy<Value = String> {
    prop_oneof![
        (prop_oneof![Just("<"), Just("<="), Just(">"), Just(">=")], amount())
            .prop_map(|(operator, value)| format!("{operator} {value} s")),
        (amount(), amount()).prop_map(|(a, b)| format!("{}..{} s", a.min(b), a.max(b))),
    ]
}

/// The same cases in every run.
fn fixed_cases() -> Config {
    Config { cases: 2000, rng_seed: RngSeed::Fixed(1), ..Config::default() }
}

fn mirrored(estimate: &Estimate) -> Estimate {
    let flip = |end: Option<f64>| end.map(|end| -end);
    figure(flip(estimate.upper), -estimate.value, flip(estimate.lower))
}

proptest! {
    #![proptest_config(fixed_cases())]

    #[test]
    fn a_looser_limit_never_worsens_the_verdict(
        estimate in bounded(), limit in amount(), more in amount(), operator in prop_oneof![Just("<"), Just("<=")],
    ) {
        let tight = outcome(&format!("{operator} {limit} s"), None, &estimate);
        let loose = outcome(&format!("{operator} {} s", limit + more), None, &estimate);
        prop_assert!(loose <= tight, "{tight} {loose}");
        let tight = outcome(&format!(">= {} s", limit + more), None, &estimate);
        let loose = outcome(&format!(">= {limit} s"), None, &estimate);
        prop_assert!(loose <= tight, "{tight} {loose}");
    }

    #[test]
    fn a_looser_limit_never_takes_a_pass_away(
        estimate in any_figure(), limit in amount(), more in amount(),
    ) {
        if outcome(&format!("< {limit} s"), None, &estimate) == Outcome::Pass {
            prop_assert_eq!(outcome(&format!("< {} s", limit + more), None, &estimate), Outcome::Pass);
        }
        if outcome(&format!("< {} s", limit + more), None, &estimate) == Outcome::Fail {
            prop_assert_eq!(outcome(&format!("< {limit} s"), None, &estimate), Outcome::Fail);
        }
    }

    #[test]
    fn a_pass_means_that_the_figure_meets_the_limit_and_a_fail_that_it_does_not(
        estimate in any_figure(), limit in any_limit(),
    ) {
        let check = limited(&limit, None);
        let Rule::Limit { limit, .. } = &check.rule else { unreachable!() };
        let met = limit.is_met_by(estimate.value);
        match judge(&check, &Finding::Estimate(estimate.clone()), None).outcome {
            Outcome::Pass => prop_assert!(met),
            Outcome::Fail => prop_assert!(!met),
            other => prop_assert!(matches!(other, Outcome::Inconclusive | Outcome::Invalid), "{other}"),
        }
    }

    #[test]
    fn what_is_no_number_is_invalid(estimate in any_figure(), limit in any_limit()) {
        let ends = [Some(estimate.value), estimate.lower, estimate.upper];
        if ends.into_iter().flatten().any(|end| !end.is_finite()) {
            prop_assert_eq!(outcome(&limit, None, &estimate), Outcome::Invalid);
        }
    }

    #[test]
    fn pass_and_fail_exclude_each_other_on_opposite_limits(estimate in any_figure(), limit in amount()) {
        let (below, above) = (outcome(&format!("< {limit} s"), None, &estimate), outcome(&format!(">= {limit} s"), None, &estimate));
        // Exactly one of two opposite limits can hold: a pass of one is a fail of the other.
        prop_assert_eq!(below == Outcome::Pass, above == Outcome::Fail);
        prop_assert_eq!(below == Outcome::Fail, above == Outcome::Pass);
    }

    #[test]
    fn mirrored_figures_and_limits_agree(estimate in any_figure(), limit in amount()) {
        for (operator, other) in [("<", ">"), ("<=", ">="), (">", "<"), (">=", "<=")] {
            prop_assert_eq!(
                outcome(&format!("{operator} {limit} s"), None, &estimate),
                outcome(&format!("{other} -{limit} s"), None, &mirrored(&estimate))
            );
        }
    }

    #[test]
    fn a_second_tier_softens_a_miss_and_changes_nothing_else(
        estimate in any_figure(), limit in amount(), more in amount(),
    ) {
        let (target, line) = (format!("< {limit} s"), format!("< {} s", limit + more));
        let (alone, with) = (outcome(&target, None, &estimate), outcome(&target, Some(&line), &estimate));
        prop_assert_eq!(alone == Outcome::Pass, with == Outcome::Pass);
        prop_assert_eq!(with == Outcome::Fail, outcome(&line, None, &estimate) == Outcome::Fail);
        if with == Outcome::Acceptable {
            prop_assert_eq!(outcome(&line, None, &estimate), Outcome::Pass);
        }
    }

    #[test]
    fn a_narrower_interval_never_turns_one_proof_into_the_other(estimate in bounded(), limit in any_limit()) {
        let exact = figure(Some(estimate.value), estimate.value, Some(estimate.value));
        let (wide, narrow) = (outcome(&limit, None, &estimate), outcome(&limit, None, &exact));
        prop_assert!(matches!(narrow, Outcome::Pass | Outcome::Fail), "an exact figure is decided: {narrow}");
        prop_assert!(wide == narrow || wide == Outcome::Inconclusive, "{wide} {narrow}");
    }
}
