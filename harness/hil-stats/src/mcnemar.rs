//! Did a change cost accuracy? Old and new answers to the same items, by the items on which they disagree.
//!
//! McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
//! Psychometrika 12 (1947), in the exact form: given the number of disagreements, those that the old side alone got
//! right are binomial(n, 1/2) when neither side is better. The items on which both agree say nothing about the
//! difference and everything about its size, so the difference is given over all items, with the interval of Bonett
//! and Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired data",
//! Journal of Educational and Behavioral Statistics 37 (2012): one success is added to either kind of disagreement,
//! which keeps the interval's promise with few of them.
//!
//! Items of one speaker are not independent. [`clustered`] takes the difference of every cluster as one observation
//! (Student's t of the ratio estimator, Cochran, "Sampling Techniques", section 9.5) and gives the wider of the two
//! intervals.

use std::collections::BTreeMap;

use crate::binomial::half_tail;
use crate::error::StatsError;
use crate::student;

/// How two sides answered the same items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Table {
    /// Items that both got right.
    pub both: u64,
    /// Items that only the old side got right.
    pub lost: u64,
    /// Items that only the new side got right.
    pub gained: u64,
    /// Items that both got wrong.
    pub neither: u64,
}

/// By how much the share of right answers changed, and how surely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// New share minus old share, between -1 and 1.
    pub difference: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
    /// Probability of at least so many losses among the disagreements when neither side is better.
    pub p_worse: f64,
    /// Probability of at least so many gains among the disagreements when neither side is better.
    pub p_better: f64,
}

impl Table {
    /// Counts one item.
    pub fn count(&mut self, old_right: bool, new_right: bool) {
        match (old_right, new_right) {
            (true, true) => self.both += 1,
            (true, false) => self.lost += 1,
            (false, true) => self.gained += 1,
            (false, false) => self.neither += 1,
        }
    }

    fn items(&self) -> u64 {
        self.both + self.lost + self.gained + self.neither
    }

    fn difference(&self) -> f64 {
        (self.gained as f64 - self.lost as f64) / self.items() as f64
    }
}

/// The change over independent items.
///
/// # Errors
/// [`StatsError::TooFew`] without an item.
pub fn change(table: Table) -> Result<Change, StatsError> {
    if table.items() == 0 {
        return Err(StatsError::TooFew { have: 0, need: 1 });
    }
    let n = table.items() as f64 + 2.0;
    let (lost, gained) = ((table.lost as f64 + 1.0) / n, (table.gained as f64 + 1.0) / n);
    let (centre, variance) = (gained - lost, (gained + lost - (gained - lost).powi(2)) / n);
    let reach = student::NORMAL * variance.max(0.0).sqrt();
    let disagreements = table.lost + table.gained;
    Ok(Change {
        difference: table.difference(),
        lower: (centre - reach).max(-1.0),
        upper: (centre + reach).min(1.0),
        p_worse: half_tail(disagreements, table.lost),
        p_better: half_tail(disagreements, table.gained),
    })
}

/// The change over items in clusters, such as the clips of a speaker; the key is the cluster.
///
/// # Errors
/// [`StatsError::TooFew`] without an item, and for a single cluster, whose spread nobody knows.
pub fn clustered(tables: &BTreeMap<&str, Table>) -> Result<Change, StatsError> {
    let clusters = tables.len();
    if clusters < 2 {
        return Err(StatsError::TooFew { have: clusters as u64, need: 2 });
    }
    let mut all = Table::default();
    for table in tables.values() {
        all.both += table.both;
        all.lost += table.lost;
        all.gained += table.gained;
        all.neither += table.neither;
    }
    let alone = change(all)?;
    let items = all.items() as f64;
    let squares: f64 = tables
        .values()
        .map(|table| {
            let net = table.gained as f64 - table.lost as f64;
            ((net - all.difference() * table.items() as f64) / items).powi(2)
        })
        .sum();
    let reach = student::t(clusters - 1) * (squares * clusters as f64 / (clusters - 1) as f64).sqrt();
    let (lower, upper) = ((all.difference() - reach).max(-1.0), (all.difference() + reach).min(1.0));
    if upper - lower <= alone.upper - alone.lower {
        return Ok(alone);
    }
    // The exact test counts items; where clusters say less than items do, its probabilities promise too much.
    let at_least = |p: f64, proved: bool| if proved { p } else { p.max(crate::ALPHA) };
    Ok(Change {
        lower,
        upper,
        p_worse: at_least(alone.p_worse, upper < 0.0),
        p_better: at_least(alone.p_better, lower > 0.0),
        ..alone
    })
}

#[cfg(test)]
mod tests {
    use super::{Table, change, clustered};
    use crate::error::StatsError;
    use crate::testing::Noise;
    use std::collections::BTreeMap;

    // scipy.stats.binomtest(lost, lost + gained, 0.5, alternative="greater").pvalue
    #[test]
    fn the_test_is_exact() {
        for (lost, gained, expected) in [
            (10, 2, 0.019_287_109_375),
            (1, 0, 0.5),
            (5, 5, 0.623_046_875),
            (21, 9, 0.021_386_972_628_533_847),
            (150, 100, 0.000_941_650_467_538_080_1),
            (0, 0, 1.0),
        ] {
            let table = Table { both: 500, lost, gained, neither: 20 };
            let found = change(table).unwrap();
            assert!((found.p_worse - expected).abs() < 1e-9 * expected, "{lost} {gained}: {}", found.p_worse);
            let mirrored = change(Table { lost: gained, gained: lost, ..table }).unwrap();
            assert!((mirrored.p_better - expected).abs() < 1e-9 * expected);
        }
    }

    // Bonett and Price (2012), with z = 1.6448536: (g + 1) / (n + 2) - (l + 1) / (n + 2) -+ z * sqrt(v / (n + 2)).
    #[test]
    fn the_interval_is_that_of_bonett_and_price() {
        let found = change(Table { both: 80, lost: 12, gained: 4, neither: 4 }).unwrap();
        assert!((found.difference + 0.08).abs() < 1e-15);
        assert!((found.lower - -0.145645235779).abs() < 1e-7, "{found:?}");
        assert!((found.upper - -0.011217509319).abs() < 1e-7, "{found:?}");
    }

    #[test]
    fn an_unchanged_side_is_called_worse_no_more_often_than_stated() {
        let mut noise = Noise::new(71);
        let wrong = (0..2000).filter(|_| {
            let mut table = Table::default();
            for _ in 0..300 {
                let hard = noise.uniform() < 0.2;
                let mut right = || noise.uniform() < if hard { 0.5 } else { 0.98 };
                table.count(right(), right());
            }
            change(table).unwrap().upper < 0.0
        });
        let share = wrong.count() as f64 / 2000.0;
        assert!((0.02..=0.07).contains(&share), "{share}");
    }

    #[test]
    fn clusters_widen_what_items_alone_would_prove() {
        // All losses come from one speaker of ten: items prove a loss, speakers do not.
        let names: Vec<String> = (0..10).map(|index| format!("s{index}")).collect();
        let tables: BTreeMap<&str, Table> = names
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let lost = if index == 0 { 15 } else { 0 };
                (name.as_str(), Table { both: 50 - lost, lost, gained: 0, neither: 0 })
            })
            .collect();
        let found = clustered(&tables).unwrap();
        assert!(found.upper > 0.0 && found.p_worse >= 0.05, "{found:?}");
        let alone = change(Table { both: 485, lost: 15, gained: 0, neither: 0 }).unwrap();
        assert!(alone.upper < 0.0 && alone.p_worse < 0.001, "{alone:?}");
        let even: BTreeMap<&str, Table> =
            names.iter().map(|name| (name.as_str(), Table { both: 48, lost: 2, gained: 0, neither: 0 })).collect();
        assert!(clustered(&even).unwrap().upper < 0.0);
    }

    #[test]
    fn nothing_says_nothing() {
        assert_eq!(change(Table::default()), Err(StatsError::TooFew { have: 0, need: 1 }));
        let one = BTreeMap::from([("s", Table { both: 3, lost: 1, gained: 0, neither: 0 })]);
        assert_eq!(clustered(&one), Err(StatsError::TooFew { have: 1, need: 2 }));
    }
}
