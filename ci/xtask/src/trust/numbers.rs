//! The distributions that the rules and the intervals need.

/// The natural logarithm of the gamma function for `x > 0`, by Lanczos' approximation with the coefficients of Press and
/// others, "Numerical Recipes", 3rd edition, section 6.1; 15 digits.
fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 14] = [
        57.156_235_665_862_92,
        -59.597_960_355_475_49,
        14.136_097_974_741_746,
        -0.491_913_816_097_620_2,
        0.339_946_499_848_118_9e-4,
        4.652_362_892_704_858e-5,
        -0.983_744_753_048_795_6e-4,
        0.158_088_703_224_912_5e-3,
        -0.210_264_441_724_104_88e-3,
        0.217_439_618_115_212_65e-3,
        -0.164_318_106_536_763_9e-3,
        0.844_182_239_838_527_4e-4,
        -0.261_908_384_015_814_1e-4,
        0.368_991_826_595_316_25e-5,
    ];
    let near = x + 5.242_187_5;
    let near = (x + 0.5) * near.ln() - near;
    let mut place = x;
    let series = COEFFICIENTS.iter().fold(0.999_999_999_999_997_1, |sum, coefficient| {
        place += 1.0;
        sum + coefficient / place
    });
    near + (2.506_628_274_631_000_7 * series / x).ln()
}

/// The regularised incomplete beta function, by Lentz's continued fraction ("Numerical Recipes", 3rd edition, section 6.4).
fn beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast on this side; the function mirrors.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta(b, a, 1.0 - x);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    let tiny = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / tiny(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / tiny(1.0 + even * d);
        c = tiny(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / tiny(1.0 + odd * d);
        c = tiny(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * fraction
}

/// The chance that Student's t with `freedom` degrees of freedom is farther from zero than `t`.
pub fn t_two_sided(t: f64, freedom: f64) -> f64 {
    beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// The interval of a proportion of `hits` in `n` of which each end errs in at most `alpha`, whatever the truth is (Clopper
/// and Pearson, Biometrika 1934).
pub fn clopper_pearson(hits: u64, n: u64, alpha: f64) -> (f64, f64) {
    let (hits, n) = (hits as f64, n as f64);
    let quantile = |a: f64, b: f64, p: f64| {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..200 {
            let middle = (low + high) / 2.0;
            if beta(a, b, middle) < p { low = middle } else { high = middle }
        }
        (low + high) / 2.0
    };
    let lower = if hits == 0.0 { 0.0 } else { quantile(hits, n - hits + 1.0, alpha) };
    let upper = if hits == n { 1.0 } else { quantile(hits + 1.0, n - hits, 1.0 - alpha) };
    (lower, upper)
}

/// How many of `n` signs, from one end, an interval for the median leaves out so that each end errs in at most `alpha`;
/// nothing when `n` is too small (the sign test: Hollander, Wolfe and Chicken, section 3.6).
pub fn sign_rank(n: usize, alpha: f64) -> Option<usize> {
    // P(Bin(n, 1/2) <= k) is the incomplete beta function with n - k and k + 1 at one half.
    let below = |k: usize| beta((n - k) as f64, k as f64 + 1.0, 0.5);
    if n == 0 || below(0) > alpha {
        return None;
    }
    let (mut low, mut high) = (0, n / 2);
    while low + 1 < high {
        let middle = (low + high) / 2;
        if below(middle) <= alpha { low = middle } else { high = middle }
    }
    Some(low + 1)
}

/// The arithmetic mean; not a number for nothing.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sample variance, with `n - 1`.
pub fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// The middle of the values, or the mean of the two in the middle; nothing for nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    Some(if sorted.len() % 2 == 1 { upper } else { (sorted[sorted.len() / 2 - 1] + upper) / 2.0 })
}

/// The value at `share` (0.95 is the 95th percentile) between the neighbouring ranks; nothing for nothing.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = share * sorted.len().checked_sub(1)? as f64;
    let (floor, ceiling) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    Some(floor + (ceiling - floor) * rank.fract())
}

#[cfg(test)]
mod tests {
    use super::{clopper_pearson, ln_gamma, mean, median, quantile, sign_rank, t_two_sided, variance};

    fn close(got: f64, wanted: f64) {
        assert!((got - wanted).abs() <= 1e-9 * wanted.abs().max(1e-3), "got {got}, wanted {wanted}");
    }

    #[test]
    fn gamma_is_the_factorial() {
        close(ln_gamma(1.0), 0.0);
        close(ln_gamma(11.0), 3_628_800f64.ln());
        close(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln());
    }

    #[test]
    fn students_t_is_that_of_scipy() {
        // scipy.stats: 2 * t.sf(x, df).
        close(t_two_sided(2.0, 10.0), 0.07338803477074037);
        close(t_two_sided(0.5, 3.5), 0.6468504393225509);
        close(t_two_sided(4.2, 57.3), 9.427753052112709e-05);
    }

    #[test]
    fn intervals_of_proportions_are_those_of_scipy() {
        // scipy.stats: binomtest(k, n).proportion_ci(method='exact').
        for (hits, n, lower, upper) in [
            (0, 150, 0.0, 0.02429259716612193),
            (3, 300, 0.0020670072350923137, 0.028944511255692713),
            (49, 50, 0.893530454288499, 0.9994937720168847),
            (50, 50, 0.9288782635357954, 1.0),
            (23, 48, 0.3328663362136688, 0.6281298322584924),
        ] {
            let got = clopper_pearson(hits, n, 0.025);
            close(got.0, lower);
            close(got.1, upper);
        }
    }

    #[test]
    fn ranks_of_the_sign_test_are_those_of_scipy() {
        // scipy.stats: the largest r with binom.cdf(r - 1, n, 0.5) <= alpha.
        for (n, alpha, rank) in [
            (4, 0.05, None),
            (4, 0.005, None),
            (5, 0.05, Some(1)),
            (5, 0.005, None),
            (20, 0.05, Some(6)),
            (20, 0.005, Some(4)),
            (100, 0.05, Some(42)),
            (100, 0.005, Some(37)),
            (501, 0.05, Some(232)),
            (501, 0.005, Some(222)),
        ] {
            assert_eq!(sign_rank(n, alpha), rank, "{n} {alpha}");
        }
    }

    #[test]
    fn summaries() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0];
        assert_eq!((mean(&values), median(&values), quantile(&values, 1.0)), (2.8, Some(3.0), Some(5.0)));
        close(variance(&values), 3.2);
        assert_eq!(median(&[1.0, 2.0]), Some(1.5));
        assert_eq!((median(&[]), quantile(&[], 0.5)), (None, None));
    }
}
