//! A share of successes, with Wilson's score interval; clustered where trials are not independent.
//!
//! Wilson (Journal of the American Statistical Association 22 (1927)) as recommended by Brown, Cai and DasGupta,
//! "Interval estimation for a binomial proportion", Statistical Science 16 (2001). It depends on the sample size
//! only through `z^2 / n`, so fewer effective trials or a larger quantile always widen it on both sides, and it
//! never leaves [0, 1].
//!
//! Clips of one speaker are not independent. Their variance is that of the ratio estimator between clusters
//! (Cochran, "Sampling Techniques", 3rd edition (1977), section 9.5). Divided by the binomial variance it is the
//! design effect (Kish, "Survey Sampling", 1965); the effective number of trials is `n / max(1, design effect)`,
//! and Student's t with clusters - 1 degrees of freedom takes the place of z, as Korn and Graubard do (Survey
//! Methodology 24 (1998)) and Dean and Pagano (Journal of Survey Statistics and Methodology 3 (2015)) found to
//! keep its promise near 0 and 1, where the interval `p +- t * s` does not.
//! When every trial succeeds, or none, nothing is known about how failures cluster; each cluster then counts as
//! one trial, the worst that could be true.

use hil_model::estimate::{Estimate, Method};

use crate::error::StatsError;
use crate::{CONFIDENCE, student};

/// Trials that may depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster {
    /// Trials, of which [`Cluster::successes`] succeeded.
    pub trials: u64,
    /// At most as many as there are trials.
    pub successes: u64,
}

/// The share of successes among independent trials.
///
/// # Errors
/// [`StatsError::TooFew`] without a trial.
pub fn wilson(trials: u64, successes: u64) -> Result<Estimate, StatsError> {
    if trials == 0 {
        return Err(StatsError::TooFew { have: 0, need: 1 });
    }
    let value = successes.min(trials) as f64 / trials as f64;
    Ok(with_score_interval(value, trials, trials as f64, student::NORMAL, Method::Wilson))
}

/// The share of successes among trials that depend on each other within clusters.
///
/// One cluster alone cannot show how clusters differ: it is treated as independent trials, and the remark says so.
///
/// # Errors
/// [`StatsError::TooFew`] without a trial.
pub fn clustered(clusters: &[Cluster]) -> Result<Estimate, StatsError> {
    let clusters: Vec<Cluster> = clusters.iter().copied().filter(|cluster| cluster.trials > 0).collect();
    let trials = clusters.iter().map(|cluster| cluster.trials).sum::<u64>();
    let successes = clusters.iter().map(|cluster| cluster.successes.min(cluster.trials)).sum::<u64>();
    let count = clusters.len();
    if count < 2 {
        let estimate = wilson(trials, successes)?;
        return Ok(Estimate { remark: Some("one cluster: it says nothing about others".to_owned()), ..estimate });
    }
    let (n, value) = (trials as f64, successes as f64 / trials as f64);
    let (effective, remark) = if successes == 0 || successes == trials {
        let alike = if successes == 0 { "fails" } else { "succeeds" };
        let remark = format!("every trial {alike}, so each of the {count} clusters counts as one trial");
        (count as f64, remark)
    } else {
        let design_effect = design_effect(&clusters).max(1.0);
        (n / design_effect, format!("{count} clusters, design effect {design_effect:.2}"))
    };
    let estimate = with_score_interval(value, trials, effective, student::t(count - 1), Method::ClusteredProportion);
    Ok(Estimate { remark: Some(remark), ..estimate })
}

/// How many times larger the variance of the share is than that of independent trials; 1 when it cannot be told,
/// which is with fewer than two clusters, and without a success or a failure.
#[must_use]
pub fn design_effect(clusters: &[Cluster]) -> f64 {
    let trials = clusters.iter().map(|cluster| cluster.trials).sum::<u64>() as f64;
    let successes = |cluster: &Cluster| cluster.successes.min(cluster.trials) as f64;
    let share = clusters.iter().map(successes).sum::<f64>() / trials;
    let independent = share * (1.0 - share) / trials;
    let count = clusters.len() as f64;
    if count < 2.0 || independent.is_nan() || independent <= 0.0 {
        return 1.0;
    }
    let residual = |cluster: &Cluster| successes(cluster) - share * cluster.trials as f64;
    let squares: f64 = clusters.iter().map(|cluster| residual(cluster).powi(2)).sum();
    squares * count / (count - 1.0) / (trials * trials) / independent
}

/// Wilson's interval of `value` for `effective` trials and the quantile `z`.
fn with_score_interval(value: f64, trials: u64, effective: f64, z: f64, method: Method) -> Estimate {
    let spread = z * z / effective;
    let centre = (value + spread / 2.0) / (1.0 + spread);
    let half_width = (value * (1.0 - value) * spread + spread * spread / 4.0).sqrt() / (1.0 + spread);
    // Rounding must not push an end past the figure: at 0 and 1 they are equal.
    Estimate {
        value,
        lower: Some((centre - half_width).clamp(0.0, value)),
        upper: Some((centre + half_width).clamp(value, 1.0)),
        confidence: CONFIDENCE,
        samples: trials,
        effective_samples: effective,
        needed_samples: 1,
        method,
        remark: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cluster, clustered, wilson};
    use crate::error::StatsError;
    use crate::testing::Noise;
    use hil_model::estimate::Method;
    use proptest::prelude::{prop_assert, proptest};

    // scipy 1.17.1: binomtest(k, n).proportion_ci(0.9, method="wilson")
    #[test]
    fn wilson_agrees_with_scipy() {
        for (successes, trials, lower, upper) in [
            (0, 10, 0.0, 0.212_941_970_083_406_98),
            (10, 10, 0.787_058_029_916_593, 1.0),
            (47, 50, 0.859_058_053_539_300_8, 0.975_768_742_968_781_7),
            (938, 1000, 0.924_235_810_490_010_5, 0.949_400_528_431_959_4),
            (3, 7, 0.186_443_190_363_956_07, 0.710_522_908_986_407_1),
        ] {
            let estimate = wilson(trials, successes).unwrap();
            assert!((estimate.lower.unwrap() - lower).abs() < 1e-12, "{successes}/{trials}: {estimate:?}");
            assert!((estimate.upper.unwrap() - upper).abs() < 1e-12, "{successes}/{trials}: {estimate:?}");
        }
    }

    // With numpy and scipy 1.17.1, for k = [9, 5, 10, 7, 8], n = [10, 10, 12, 10, 8]:
    // p = k.sum() / n.sum(); v = ((k - p * n) ** 2).sum() * 5 / 4 / n.sum() ** 2; deff = v * n.sum() / p / (1 - p);
    // c = t.ppf(0.95, 4) ** 2 * deff / n.sum(); ((p + c/2) + [-1, 1] * sqrt(p * (1 - p) * c + c * c / 4)) / (1 + c)
    #[test]
    fn clustered_trials_agree_with_the_formula_in_numpy() {
        let counts = [(10, 9), (10, 5), (12, 10), (10, 7), (8, 8)];
        let clusters = counts.map(|(trials, successes)| Cluster { trials, successes });
        let estimate = clustered(&clusters).unwrap();
        assert_eq!((estimate.value, estimate.samples, estimate.method), (0.78, 50, Method::ClusteredProportion));
        assert!((estimate.effective_samples - 25.560_057_197_330_778).abs() < 1e-9, "{estimate:?}");
        assert!((estimate.lower.unwrap() - 0.571_319_705_714_548_4).abs() < 1e-9, "{estimate:?}");
        assert!((estimate.upper.unwrap() - 0.904_139_980_340_944_1).abs() < 1e-9, "{estimate:?}");
    }

    #[test]
    fn perfect_answers_prove_no_more_than_the_number_of_clusters_allows() {
        let perfect = clustered(&[Cluster { trials: 40, successes: 40 }; 100]).unwrap();
        assert_eq!((perfect.value, perfect.upper, perfect.effective_samples), (1.0, Some(1.0), 100.0));
        assert!(perfect.lower.unwrap() < 0.98 && perfect.lower.unwrap() > 0.95, "{perfect:?}");
        let hopeless = clustered(&[Cluster { trials: 40, successes: 0 }; 100]).unwrap();
        assert_eq!((hopeless.value, hopeless.lower), (0.0, Some(0.0)));
    }

    #[test]
    fn nothing_and_one_cluster_are_handled() {
        assert_eq!(wilson(0, 0), Err(StatsError::TooFew { have: 0, need: 1 }));
        assert_eq!(clustered(&[]), Err(StatsError::TooFew { have: 0, need: 1 }));
        assert_eq!(clustered(&[Cluster { trials: 0, successes: 0 }; 3]), Err(StatsError::TooFew { have: 0, need: 1 }));
        let one = clustered(&[Cluster { trials: 10, successes: 9 }]).unwrap();
        assert_eq!(one.method, Method::Wilson);
        assert!(one.remark.is_some());
    }

    #[test]
    fn speakers_that_differ_are_covered_where_plain_wilson_is_not() {
        let mut noise = Noise::new(17);
        let (mut plain_missed, mut clustered_missed) = (0, 0);
        for _ in 0..1000 {
            // A fifth of 30 speakers is understood half of the time, the others nearly always: 0.87 in the mean.
            let clusters: Vec<Cluster> = (0..30)
                .map(|_| {
                    let share = if noise.uniform() < 0.2 { 0.55 } else { 0.95 };
                    Cluster { trials: 40, successes: (0..40).filter(|_| noise.uniform() < share).count() as u64 }
                })
                .collect();
            let successes = clusters.iter().map(|cluster| cluster.successes).sum();
            let covers = |estimate: &hil_model::estimate::Estimate| {
                (estimate.lower.unwrap()..=estimate.upper.unwrap()).contains(&0.87)
            };
            plain_missed += u32::from(!covers(&wilson(1200, successes).unwrap()));
            clustered_missed += u32::from(!covers(&clustered(&clusters).unwrap()));
        }
        assert!(plain_missed > 300, "{plain_missed}");
        assert!((40..=140).contains(&clustered_missed), "{clustered_missed}");
    }

    proptest! {
        #![proptest_config(crate::testing::fixed_cases())]

        #[test]
        fn clusters_never_narrow_and_nothing_leaves_the_unit_interval(
            counts in proptest::collection::vec((1u64..50, 0.0f64..=1.0), 1..20),
        ) {
            let clusters: Vec<Cluster> = counts
                .iter()
                .map(|&(trials, share)| Cluster { trials, successes: (trials as f64 * share).round() as u64 })
                .collect();
            let trials = clusters.iter().map(|cluster| cluster.trials).sum();
            let plain = wilson(trials, clusters.iter().map(|cluster| cluster.successes).sum()).unwrap();
            let wide = clustered(&clusters).unwrap();
            prop_assert!(wide.lower <= plain.lower && wide.upper >= plain.upper);
            prop_assert!(wide.lower >= Some(0.0) && wide.upper <= Some(1.0));
            prop_assert!(wide.lower <= Some(wide.value) && wide.upper >= Some(wide.value));
        }
    }
}
