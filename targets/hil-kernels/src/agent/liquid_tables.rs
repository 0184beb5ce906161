//! The tables of the liquid cell: what the sound's complexity does to the step (`timestep`) and to the clock (`clock`).
//!
//! The cases are written out from the guide's text, apart from the code that they judge. The last case of `timestep` is no
//! knot: that on quiet sound the step that adapts costs less than a fixed one which is as exact.

use hil_agent::kernel::{Case, Mismatch};
use hil_agent::text::Text;

use crate::liquid::adaptive_heun::Tolerance;
use crate::liquid::clips::Clip;
use crate::liquid::clock::Clock;
use crate::liquid::cost;
use crate::liquid::timestep::Timestep;

/// Complexity, and the step in milliseconds: the guide's knots, what lies between, and what lies outside.
const STEPS: [(f32, f32); 13] = [
    (0.0, 50.0),
    (0.1, 25.0),
    (0.3, 15.0),
    (0.6, 8.0),
    (1.0, 5.0),
    (0.05, 25.0),
    (0.2, 15.0),
    (0.45, 8.0),
    (0.8, 5.0),
    (0.001, 25.0),
    (0.999, 5.0),
    (-0.5, 50.0),
    (1.5, 5.0),
];
/// Milliseconds that are asked for, and those that one gets.
const LIMITS: [(f32, f32); 6] = [(0.2, 1.0), (0.999, 1.0), (1.0, 1.0), (12.5, 12.5), (50.0, 50.0), (80.0, 50.0)];
/// Complexity, and the clock; the fourth and the seventh value are the nearest neighbours of 0.1 and 0.8.
const CLOCKS: [(f32, Clock); 10] = [
    (0.0, Clock::LowPower),
    (0.05, Clock::LowPower),
    (0.099, Clock::LowPower),
    (0.099_999_994, Clock::LowPower),
    (0.1, Clock::Balanced),
    (0.8, Clock::Balanced),
    (0.800_000_1, Clock::HighPerformance),
    (0.5, Clock::Balanced),
    (0.81, Clock::HighPerformance),
    (1.0, Clock::HighPerformance),
];

/// The outcome of one case of a table, counted from 0.
pub(super) fn case(table: &str, case: u32) -> Option<Case> {
    let case = usize::try_from(case).ok()?;
    match table {
        "timestep" => timestep(case),
        "clock" => clock(case),
        _ => None,
    }
}

fn timestep(case: usize) -> Option<Case> {
    if let Some(&(complexity, wanted)) = STEPS.get(case) {
        let name = Text::new(format_args!("complexity {complexity}: {wanted} ms"));
        return Some(Case { name, broken: broken(Timestep::of_complexity(complexity).map(Timestep::ms), wanted) });
    }
    let case = case - STEPS.len();
    if let Some(&(asked, wanted)) = LIMITS.get(case) {
        let name = Text::new(format_args!("limits: {asked} ms asked for, {wanted} ms given"));
        return Some(Case { name, broken: broken(Timestep::clamped(asked).map(Timestep::ms), wanted) });
    }
    match case - LIMITS.len() {
        0 => Some(refused("complexity NaN is an error", Timestep::of_complexity(f32::NAN).map(Timestep::ms))),
        1 => Some(refused("a step of NaN ms is an error", Timestep::clamped(f32::NAN).map(Timestep::ms))),
        2 => Some(cost_on_quiet_sound()),
        _ => None,
    }
}

fn clock(case: usize) -> Option<Case> {
    if let Some(&(complexity, wanted)) = CLOCKS.get(case) {
        let name = Text::new(format_args!("complexity {complexity}: {} clock", wanted.name()));
        let found = Clock::of_complexity(complexity).map(Clock::name);
        return Some(Case { name, broken: broken(found, wanted.name()) });
    }
    let refused = || refused("complexity NaN is an error", Clock::of_complexity(f32::NAN).map(Clock::name));
    (case == CLOCKS.len()).then(refused)
}

fn broken<T: PartialEq + core::fmt::Display, E: core::fmt::Display>(
    found: Result<T, E>,
    wanted: T,
) -> Option<Mismatch> {
    match found {
        Ok(found) if found == wanted => None,
        Ok(found) => Some(Mismatch::new(format_args!("got {found}, wanted {wanted}"))),
        Err(error) => Some(Mismatch::new(format_args!("{error}, wanted {wanted}"))),
    }
}

fn refused<T: core::fmt::Display, E>(name: &str, found: Result<T, E>) -> Case {
    let broken = found.ok().map(|found| Mismatch::new(format_args!("got {found}")));
    Case { name: Text::new(format_args!("{name}")), broken }
}

/// Equal error is read as the guide's row has it: the fixed step is the longest that is at least as exact on the same quiet
/// sound. Where no fixed step is, the shortest one stands for them.
fn cost_on_quiet_sound() -> Case {
    let name = Text::new(format_args!("quiet sound: fewer evaluations than a fixed step that is as exact"));
    let adaptive = match cost::adaptive(Clip::Quiet, Tolerance::USUAL) {
        Ok(cost) => cost,
        Err(error) => return Case { name, broken: Some(Mismatch::new(format_args!("{error}"))) },
    };
    let fixed = cost::cheapest_fixed(Clip::Quiet, adaptive.error).or_else(|| {
        let shortest = cost::Pace::all().last()?;
        Some((shortest, cost::fixed(Clip::Quiet, shortest)))
    });
    let broken = match fixed {
        Some((_, fixed)) if adaptive.evaluations < fixed.evaluations => None,
        Some((pace, fixed)) => Some(Mismatch::new(format_args!(
            "{} evaluations, a fixed step of {:.1} ms takes {}; errors {:.1e} and {:.1e}",
            adaptive.evaluations,
            pace.ms(),
            fixed.evaluations,
            adaptive.error,
            fixed.error,
        ))),
        None => Some(Mismatch::new(format_args!("there is no fixed step to compare with"))),
    };
    Case { name, broken }
}

#[cfg(test)]
mod tests {
    use super::{CLOCKS, LIMITS, STEPS, broken, case, refused};
    use crate::liquid::timestep::NotANumber;

    #[test]
    fn the_tables_have_all_their_cases_and_the_rules_hold() {
        for (table, count) in [("timestep", STEPS.len() + LIMITS.len() + 2), ("clock", CLOCKS.len() + 1)] {
            for at in 0..count {
                let case = case(table, at as u32).unwrap();
                assert_eq!(case.broken, None, "{table}: {}", case.name.as_str());
            }
        }
        assert!(case("clock", CLOCKS.len() as u32 + 1).is_none());
        let costs = (STEPS.len() + LIMITS.len() + 2) as u32;
        assert!(case("timestep", costs).unwrap().name.as_str().starts_with("quiet sound"));
        assert!(case("timestep", costs + 1).is_none() && case("timestep", u32::MAX).is_none());
    }

    #[test]
    fn a_case_that_does_not_hold_says_what_it_got() {
        let error = Err(NotANumber { what: "complexity" });
        assert_eq!(broken(Ok::<_, NotANumber>(25.0), 50.0).unwrap().difference(), "got 25, wanted 50");
        assert!(broken(error, 50.0).unwrap().difference().starts_with("the complexity is not a number"));
        assert_eq!(refused("x", Ok::<_, NotANumber>(5.0)).broken.unwrap().difference(), "got 5");
        assert!(refused("x", error).broken.is_none());
    }

    #[test]
    fn the_neighbours_of_the_ends_are_the_nearest_there_are() {
        assert_eq!(CLOCKS[3].0, 0.1_f32.next_down());
        assert_eq!(CLOCKS[6].0, 0.8_f32.next_up());
    }
}
