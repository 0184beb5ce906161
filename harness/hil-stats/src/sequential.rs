//! Sampling until decided, without deciding too often: a planned number of looks that share the level.
//!
//! Who looks several times at the whole level and stops at the first proof errs more often than promised; the tests show by how
//! much. A look at its share of the level (Bonferroni) keeps the promise however the looks depend on each other, so nothing
//! has to be assumed of what is looked at (Dunn, "Multiple comparisons among means", Journal of the American Statistical
//! Association 56, 1961).

/// How often one planned to look; never counts as once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks(pub u32);

impl Looks {
    /// The level of each single look, when all of them together shall err with `level` at most.
    #[must_use]
    pub fn each(self, level: f64) -> f64 {
        level / self.times()
    }

    /// The level of all looks together at which something found at the level `chance` at one of them is found.
    #[must_use]
    pub fn all(self, chance: f64) -> f64 {
        (chance * self.times()).min(1.0)
    }

    fn times(self) -> f64 {
        f64::from(self.0.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::Looks;
    use crate::quantile::quantile_at;
    use crate::series::Series;
    use crate::testing::Noise;

    /// Shares of runs whose p95, which lies at the limit itself, is proved below and above it when one looks at 250, 500
    /// and 1000 observations and stops at the first proof.
    fn wrong_at_three_looks(seed: u64, alpha: f64) -> (f64, f64) {
        let mut noise = Noise::new(seed);
        let (mut below, mut above) = (0, 0);
        for _ in 0..1000 {
            let values: Vec<f64> = (0..1000).map(|_| noise.uniform()).collect();
            for seen in [250, 500, 1000] {
                let starts = [Series { start: 0, values: values[..seen].to_vec() }];
                let found = quantile_at(&starts, 0.95, alpha).unwrap();
                let (within, beyond) =
                    (found.upper.is_some_and(|upper| upper < 0.95), found.lower.is_some_and(|lower| lower > 0.95));
                below += u32::from(within);
                above += u32::from(beyond);
                if within || beyond {
                    break;
                }
            }
        }
        (f64::from(below) / 1000.0, f64::from(above) / 1000.0)
    }

    #[test]
    fn looks_at_a_shared_level_are_wrong_no_more_often_than_one() {
        let (below, above) = wrong_at_three_looks(80, Looks(3).each(0.05));
        assert!(below <= 0.05 && above <= 0.05, "{below} {above}");
        // Each look at the whole level is what must not be done.
        let (below, above) = wrong_at_three_looks(80, 0.05);
        assert!(below > 0.05 && above > 0.05, "{below} {above}");
    }

    #[test]
    fn the_level_is_shared_and_what_is_found_pays_for_all_looks() {
        let looks = Looks(5);
        assert!((looks.each(0.05) - 0.01).abs() < 1e-15 && (looks.all(0.01) - 0.05).abs() < 1e-15);
        assert_eq!((looks.all(0.5), Looks(0).each(0.05)), (1.0, 0.05));
    }
}
