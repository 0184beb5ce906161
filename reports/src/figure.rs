//! Numbers as people read them: a value with its interval, in one unit, with as many digits as the interval carries.
//!
//! Rule: the interval's half-width keeps two significant digits and the value at least three (JCGM 100:2008,
//! 7.2.6: at most two digits of an uncertainty are enough). A number that rounding would move onto or
//! across the limit gets more digits, so a figure never seems to contradict its verdict. A missing end is `..`.

/// A figure in one unit, before it is rounded.
#[derive(Debug, Clone, Copy)]
pub struct Numbers<'a> {
    /// The point estimate.
    pub value: f64,
    /// Lower end of the interval.
    pub lower: Option<f64>,
    /// Upper end of the interval.
    pub upper: Option<f64>,
    /// Whether it was counted, so that it has no interval.
    pub exact: bool,
    /// The ends of the limits that it is compared with, in the same unit.
    pub limits: &'a [f64],
}

/// A figure as text, without its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digits {
    /// Such as `1.83`.
    pub value: String,
    /// Such as `[1.71, 2.02]` or `[.., 2.02]`; nothing for a counted figure.
    pub interval: Option<String>,
}

/// The most decimals that are ever shown.
const MOST_DECIMALS: usize = 9;
/// Figures of this size and more are written with an exponent.
const LARGE: f64 = 1e7;
/// Figures below this size are written with an exponent.
const SMALL: f64 = 1e-3;

/// The figure as text.
#[must_use]
pub fn digits(numbers: Numbers<'_>) -> Digits {
    let ends = [numbers.lower, numbers.upper];
    let all: Vec<f64> = std::iter::once(numbers.value).chain(ends.into_iter().flatten()).collect();
    let largest = all.iter().filter(|x| x.is_finite()).fold(0.0f64, |most, x| most.max(x.abs()));
    let scientific = largest >= LARGE || (largest > 0.0 && largest < SMALL);
    let decimals = if scientific { 2 } else { plain_decimals(&numbers, largest) };
    rounded(&numbers, decimals, scientific)
}

/// A difference as text, without its unit: near zero, only the interval tells how many of its digits mean something.
#[must_use]
pub fn difference(numbers: Numbers<'_>) -> Digits {
    let half = half_width(&numbers);
    let largest = half.max(numbers.value.abs());
    if numbers.exact || half <= 0.0 || !(SMALL..LARGE).contains(&largest) {
        return digits(numbers);
    }
    rounded(&numbers, decimals_for(half, 2).min(MOST_DECIMALS), false)
}

/// At least so many decimals, and more where rounding would move a number across a limit.
fn rounded(numbers: &Numbers<'_>, decimals: usize, scientific: bool) -> Digits {
    let show = |x: f64| {
        // Only the number that rounding would move gets more digits.
        let enough = |n: &usize| !seems_to_move(x, &show(x, *n, scientific), numbers.limits);
        let decimals = (decimals..=(decimals + 4).min(MOST_DECIMALS)).find(enough).unwrap_or(decimals);
        show(x, decimals, scientific)
    };
    if numbers.exact {
        return Digits { value: without_trailing_zeros(&show(numbers.value)), interval: None };
    }
    let end = |end: Option<f64>| end.map_or_else(|| "..".to_owned(), show);
    let interval = format!("[{}, {}]", end(numbers.lower), end(numbers.upper));
    Digits { value: show(numbers.value), interval: Some(interval) }
}

/// One number on its own, with three significant digits.
#[must_use]
pub fn number(value: f64) -> String {
    let digits = digits(Numbers { value, lower: None, upper: None, exact: true, limits: &[] });
    digits.value
}

/// Decimals of the value and of both ends, without an exponent.
fn plain_decimals(numbers: &Numbers<'_>, largest: f64) -> usize {
    let significant = if numbers.exact { 6 } else { 3 };
    let is_shown = numbers.value != 0.0 && numbers.value.is_finite();
    let (size, of_value) =
        if is_shown { (numbers.value.abs(), decimals_for(numbers.value.abs(), significant)) } else { (largest, 0) };
    let half = half_width(numbers);
    // More than six digits of a value are noise to the reader, however narrow the interval is.
    let of_half = decimals_for(half, 2).min(decimals_for(size, 6));
    of_value.max(of_half).min(MOST_DECIMALS)
}

/// The distance of the farther end; zero where there is none.
fn half_width(numbers: &Numbers<'_>) -> f64 {
    let ends = [numbers.lower, numbers.upper].into_iter().flatten();
    ends.map(|end| (end - numbers.value).abs()).filter(|distance| distance.is_finite()).fold(0.0f64, f64::max)
}

/// Decimals that show `significant` digits of `x`.
fn decimals_for(x: f64, significant: i32) -> usize {
    if x <= 0.0 || !x.is_finite() {
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a finite f64 lies within +-324")]
    let exponent = x.log10().floor() as i32;
    usize::try_from(significant - 1 - exponent).unwrap_or(0)
}

fn show(x: f64, decimals: usize, scientific: bool) -> String {
    if x.is_nan() {
        return "not a number".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "infinite".to_owned() } else { "-infinite".to_owned() };
    }
    let text = if scientific && x != 0.0 { format!("{x:.decimals$e}") } else { format!("{x:.decimals$}") };
    // "-0.00" is zero.
    let is_zero = !text.chars().any(|c| ('1'..='9').contains(&c));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// Whether the rounded text lies on another side of a limit than the number.
fn seems_to_move(x: f64, text: &str, limits: &[f64]) -> bool {
    let Ok(shown) = text.parse::<f64>() else { return false };
    limits.iter().any(|limit| side(x, *limit) != side(shown, *limit))
}

/// On which side of the limit a number lies; the conversion of units costs a few units in the last place.
fn side(x: f64, limit: f64) -> i8 {
    let tolerance = 1e-12 * limit.abs();
    if x > limit + tolerance {
        1
    } else if x < limit - tolerance {
        -1
    } else {
        0
    }
}

fn without_trailing_zeros(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').map_or((text, None), |(m, e)| (m, Some(e)));
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    exponent.map_or_else(|| mantissa.to_owned(), |exponent| format!("{mantissa}e{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::{Digits, Numbers, digits, number};
    use proptest::prelude::{any, prop_assert, proptest};

    fn text(value: f64, lower: Option<f64>, upper: Option<f64>, limits: &[f64]) -> String {
        let Digits { value, interval } = digits(Numbers { value, lower, upper, exact: false, limits });
        format!("{value} {}", interval.unwrap())
    }

    #[test]
    fn the_interval_decides_the_digits() {
        assert_eq!(text(1.83, Some(1.71), Some(2.02), &[]), "1.83 [1.71, 2.02]");
        assert_eq!(text(105.34, Some(60.0), Some(180.0), &[]), "105 [60, 180]");
        assert_eq!(text(12.345_678, Some(12.345), Some(12.347), &[]), "12.3457 [12.3450, 12.3470]");
        assert_eq!(text(0.0123, Some(0.011), Some(0.014), &[]), "0.0123 [0.0110, 0.0140]");
        assert_eq!(text(0.0, Some(0.0), Some(0.73), &[]), "0.00 [0.00, 0.73]");
        assert_eq!(text(3.2e-7, Some(2.9e-7), Some(4.4e-7), &[]), "3.20e-7 [2.90e-7, 4.40e-7]");
        assert_eq!(text(2.5e9, None, Some(3e9), &[]), "2.50e9 [.., 3.00e9]");
    }

    #[test]
    fn missing_ends_stay_missing() {
        assert_eq!(text(1.83, Some(1.71), None, &[]), "1.83 [1.71, ..]");
        assert_eq!(text(1.83, None, None, &[]), "1.83 [.., ..]");
    }

    #[test]
    fn rounding_never_moves_a_number_onto_the_limit() {
        assert_eq!(text(4.5, Some(4.1), Some(4.9996), &[5.0]), "4.50 [4.10, 4.9996]");
        assert_eq!(text(4.5, Some(4.1), Some(5.0), &[5.0]), "4.50 [4.10, 5.00]");
    }

    #[test]
    fn counted_figures_have_no_interval_and_no_idle_zeros() {
        let exact = |value| digits(Numbers { value, lower: Some(value), upper: Some(value), exact: true, limits: &[] });
        assert_eq!(exact(2.5), Digits { value: "2.5".to_owned(), interval: None });
        assert_eq!(exact(66_912.0).value, "66912");
        assert_eq!(exact(100.0).value, "100");
        assert_eq!(number(0.0), "0");
    }

    #[test]
    fn what_is_no_number_says_so() {
        assert_eq!(text(f64::NAN, None, Some(f64::INFINITY), &[]), "not a number [.., infinite]");
    }

    proptest! {
        #[test]
        fn no_number_panics_or_becomes_long(value in any::<f64>(), lower in any::<f64>(), upper in any::<f64>()) {
            prop_assert!(text(value, Some(lower), Some(upper), &[1.0]).len() < 80);
        }

        #[test]
        fn three_digits_of_the_value_are_kept(value in 1e-2f64..1e6, half in 1e-3f64..1e3) {
            let shown: f64 = digits(Numbers { value, lower: Some(value - half), upper: Some(value + half), exact: false,
                limits: &[] }).value.parse().unwrap();
            prop_assert!((shown - value).abs() <= value * 5.1e-3, "{shown} for {value}");
        }
    }
}
