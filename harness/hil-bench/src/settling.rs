//! How long a side takes to be itself again after the others have run.
//!
//! Sides that take turns take each other's cache lines. A side whose data fill the caches is slow until it has brought them
//! back, and how slow, and for how long, differs from start to start far more than two builds do. So the first iterations
//! of a series are compared with where it comes to rest, and those before that are run and not counted.

/// Iterations that are looked at together, so that a single interrupted one neither begins nor ends anything.
const WINDOW: usize = 5;
/// A window this near to where the series comes to rest is there: what is left slows all sides down alike.
const NEAR: f64 = 0.05;
/// What a standard deviation is in median absolute deviations of a normal distribution.
const NORMAL: f64 = 1.4826;
/// What the standard error of a median of normal values is in those of a mean.
const MEDIAN: f64 = 1.2533;

/// What comes before a series is at rest. The smaller of two is the one with fewer iterations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Settling {
    /// Iterations.
    pub(crate) iterations: usize,
    /// What they took.
    pub(crate) ticks: u64,
    /// Iterations at rest that take as long.
    pub(crate) worth: usize,
}

/// What at the beginning of a series comes before it is where its second half is; half of it at most.
///
/// It is there where the median of five iterations in a row is within 5 % of the median of the second half, or within twice
/// what such a median strays by chance, whichever is more.
pub(crate) fn settling(ticks: &[u64]) -> Settling {
    let half = ticks.len() / 2;
    if half < WINDOW {
        return Settling::default();
    }
    let second = &ticks[half..];
    let rest = median(second.iter().map(|tick| *tick as f64));
    let spread = median(second.iter().map(|tick| (*tick as f64 - rest).abs())) * NORMAL;
    let tolerance = (NEAR * rest).max(2.0 * MEDIAN * spread / (WINDOW as f64).sqrt());
    let mut windows = ticks[..half + WINDOW - 1].windows(WINDOW);
    let is_there = |window: &[u64]| (median(window.iter().map(|tick| *tick as f64)) - rest).abs() <= tolerance;
    let iterations = match windows.position(is_there) {
        Some(0) => 0,
        // The first half of the window may still be on its way.
        Some(at) => half.min(at + WINDOW / 2),
        None => half,
    };
    let taken = ticks[..iterations].iter().sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
    let worth = (taken as f64 / rest.max(1.0)).ceil() as usize;
    Settling { iterations, ticks: taken, worth }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::{Settling, settling};

    #[test]
    fn what_is_cold_at_the_beginning_is_left_out_and_no_more() {
        // A pointer chase over 4 MiB after two others, in microseconds.
        let cold = [
            789, 686, 672, 658, 612, 568, 526, 492, 463, 423, 377, 336, 300, 246, 215, 201, 193, 196, 199, 199, 197,
            192, 189, 186, 183,
        ];
        let series: Vec<u64> = cold.into_iter().chain((0..55).map(|at| 181 + at % 2)).collect();
        assert_eq!(settling(&series), Settling { iterations: 22, ticks: 8_740, worth: 49 });
        assert_eq!(settling(&series[25..]), Settling::default());
    }

    #[test]
    fn what_never_comes_to_rest_gives_half_of_it_away() {
        let falling: Vec<u64> = (0..80).map(|at| 100_000 - 1_000 * at).collect();
        assert_eq!(settling(&falling).iterations, 40);
    }

    #[test]
    fn single_disturbances_and_jitter_begin_nothing() {
        let mut quiet = vec![391_060; 100];
        for at in [0, 4, 9, 51, 77] {
            quiet[at] = 460_000;
        }
        assert_eq!(settling(&quiet).iterations, 0);
        let jitter: Vec<u64> = (0..100).map(|at| 1_000_000 + 50_000 * (at * 7 % 11)).collect();
        assert_eq!(settling(&jitter).iterations, 0);
    }

    #[test]
    fn too_few_iterations_say_nothing() {
        assert!((0..10).all(|length| settling(&vec![9; length]).iterations == 0));
        assert_eq!(settling(&[9, 9, 9, 9, 9, 1, 1, 1, 1, 1]).worth, 45);
    }
}
