//! Where a history changed its level: for commits that are merged already, never for a pull request.
//!
//! E-divisive of Matteson and James, "A nonparametric approach for multiple change point analysis of multivariate data",
//! JASA 109 (2014): the energy distance between the two sides of every possible cut, `m * n / (m + n)` times it, is largest at
//! the likeliest change; a permutation test says whether it is larger than chance makes it. Cuts are made one after the
//! other within the pieces so far, until none is significant. Three guards that users of such detectors ask for: a least
//! length of a piece, so that one odd run is no change; a least magnitude; and a permutation p, seeded, so that the same
//! history always gives the same answer. Over many metrics, [`crate::multiple::benjamini_hochberg`] goes on top.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What counts as a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Runs on either side, at least.
    pub least_runs: usize,
    /// Relative change of the median, at least: 0.01 is 1 %.
    pub least_change: f64,
    /// Permutations of the test; the smallest p is one over one more.
    pub permutations: u32,
    /// Largest p of a change.
    pub level: f64,
    /// Seed of the permutations.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { least_runs: 4, least_change: 0.005, permutations: 999, level: 0.01, seed: 1 }
    }
}

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The first run of the new level.
    pub at: usize,
    /// Median of the runs since the change before.
    pub before: f64,
    /// Median of the runs until the change behind.
    pub after: f64,
    /// Permutation p.
    pub p: f64,
}

/// The changes of a history of values above zero, one a run, in order of time.
#[must_use]
pub fn changes(history: &[f64], options: &Options) -> Vec<Change> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(options.seed);
    let mut cuts: Vec<(usize, f64)> = Vec::new();
    let mut pieces = vec![(0, history.len())];
    while let Some((start, end)) = pieces.pop() {
        let piece = &history[start..end];
        let Some((cut, statistic)) = best_cut(piece, options.least_runs) else { continue };
        let p = permutation_p(piece, statistic, options, &mut rng);
        if p > options.level {
            continue;
        }
        cuts.push((start + cut, p));
        pieces.push((start, start + cut));
        pieces.push((start + cut, end));
    }
    cuts.sort_unstable_by_key(|(at, _)| *at);
    large_enough(history, cuts, options.least_change)
}

/// Drops cuts whose sides differ by less than asked, the smallest first, because joining two pieces changes both medians.
fn large_enough(history: &[f64], mut cuts: Vec<(usize, f64)>, least: f64) -> Vec<Change> {
    loop {
        let found: Vec<Change> = (0..cuts.len())
            .map(|index| {
                let start = index.checked_sub(1).map_or(0, |before| cuts[before].0);
                let end = cuts.get(index + 1).map_or(history.len(), |next| next.0);
                let (at, p) = cuts[index];
                let median = crate::series::median;
                Change { at, before: median(&history[start..at]), after: median(&history[at..end]), p }
            })
            .collect();
        let size = |change: &Change| (change.after / change.before - 1.0).abs();
        let smallest = (0..found.len()).min_by(|&a, &b| size(&found[a]).total_cmp(&size(&found[b])));
        match smallest.filter(|&index| size(&found[index]) < least) {
            Some(index) => drop(cuts.remove(index)),
            None => return found,
        }
    }
}

/// The cut with the largest statistic, and that statistic; nothing where two pieces would not fit.
fn best_cut(values: &[f64], least: usize) -> Option<(usize, f64)> {
    let (n, least) = (values.len(), least.max(2));
    if n < 2 * least {
        return None;
    }
    // Sums of distances: from each value to those before it, and to those behind it.
    let distance = |a: usize, b: usize| (values[a] - values[b]).abs();
    let to_left: Vec<f64> = (0..n).map(|at| (0..at).map(|other| distance(at, other)).sum()).collect();
    let to_right: Vec<f64> = (0..n).map(|at| (at + 1..n).map(|other| distance(at, other)).sum()).collect();
    // Moving a value from right to left moves its distances from one sum to another.
    let (mut left, mut across, mut right) = (0.0, 0.0, to_left.iter().sum::<f64>());
    let mut best: Option<(usize, f64)> = None;
    for cut in 1..n {
        let moved = cut - 1;
        left += to_left[moved];
        right -= to_right[moved];
        across += to_right[moved] - to_left[moved];
        if cut < least || n - cut < least {
            continue;
        }
        let (a, b) = (cut as f64, (n - cut) as f64);
        let energy = 2.0 * across / (a * b) - 2.0 * left / (a * (a - 1.0)) - 2.0 * right / (b * (b - 1.0));
        let statistic = energy * a * b / (a + b);
        if best.is_none_or(|(_, most)| statistic > most) {
            best = Some((cut, statistic));
        }
    }
    best
}

fn permutation_p(piece: &[f64], statistic: f64, options: &Options, rng: &mut impl Rng) -> f64 {
    let mut shuffled = piece.to_vec();
    let mut as_large = 0u32;
    for _ in 0..options.permutations {
        for last in (1..shuffled.len()).rev() {
            let pick = usize::try_from(rng.next_u64() % (last as u64 + 1)).unwrap_or(0);
            shuffled.swap(last, pick);
        }
        // Rounding must not make equal statistics differ.
        let found = best_cut(&shuffled, options.least_runs).map_or(0.0, |(_, found)| found);
        as_large += u32::from(found >= statistic - 1e-12 * statistic.abs());
    }
    f64::from(as_large + 1) / f64::from(options.permutations + 1)
}

#[cfg(test)]
mod tests {
    use super::{Options, best_cut, changes};
    use crate::testing::Noise;

    fn history(noise: &mut Noise, levels: &[(usize, f64)], sd: f64) -> Vec<f64> {
        let mut values = Vec::new();
        for &(runs, level) in levels {
            values.extend((0..runs).map(|_| level * (1.0 + sd * noise.normal())));
        }
        values
    }

    #[test]
    fn changes_are_found_where_they_are() {
        let mut noise = Noise::new(81);
        let values = history(&mut noise, &[(30, 100.0), (20, 110.0), (25, 90.0)], 0.01);
        let found = changes(&values, &Options::default());
        let places: Vec<usize> = found.iter().map(|change| change.at).collect();
        assert_eq!(places, [30, 50]);
        assert!((found[0].after / found[0].before - 1.1).abs() < 0.02);
        assert_eq!(found, changes(&values, &Options::default()), "the same history, the same answer");
    }

    #[test]
    fn an_unchanged_history_is_left_alone() {
        let mut noise = Noise::new(82);
        let options = Options { permutations: 199, ..Options::default() };
        let alarms = (0..200).filter(|_| !changes(&history(&mut noise, &[(40, 100.0)], 0.02), &options).is_empty());
        assert!(alarms.count() <= 6, "about 1 % is stated");
    }

    #[test]
    fn one_odd_run_and_a_tiny_step_are_no_change() {
        let mut noise = Noise::new(83);
        let mut values = history(&mut noise, &[(40, 100.0)], 0.005);
        values[20] = 150.0;
        assert!(changes(&values, &Options::default()).is_empty());
        let tiny = history(&mut noise, &[(40, 100.0), (40, 100.3)], 0.0002);
        assert!(changes(&tiny, &Options::default()).is_empty());
        let asked = Options { least_change: 0.001, ..Options::default() };
        assert_eq!(changes(&tiny, &asked).len(), 1);
    }

    // The statistic by its definition, summed anew for every cut.
    #[test]
    fn the_running_sums_are_the_definition() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0];
        let mean = |a: &[f64], b: &[f64], pairs: f64| {
            a.iter().flat_map(|x| b.iter().map(move |y| (x - y).abs())).sum::<f64>() / pairs
        };
        let by_definition = |cut: usize| {
            let (a, b) = values.split_at(cut);
            let (m, n) = (a.len() as f64, b.len() as f64);
            let within = mean(a, a, m * (m - 1.0)) + mean(b, b, n * (n - 1.0));
            (2.0 * mean(a, b, m * n) - within) * m * n / (m + n)
        };
        let (cut, statistic) = best_cut(&values, 2).unwrap();
        let best = (2..=9).max_by(|&a, &b| by_definition(a).total_cmp(&by_definition(b))).unwrap();
        assert_eq!(cut, best);
        assert!((statistic - by_definition(cut)).abs() < 1e-12);
        assert_eq!(best_cut(&values[..3], 2), None);
    }
}
