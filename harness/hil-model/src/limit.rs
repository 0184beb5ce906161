//! Limits: the far side that a figure must not cross, as written and as bounds.

use std::fmt;

use crate::metric::{Better, Metric};
use crate::units::{AnyQuantity, Dimension, QuantityError, Unit};

/// One side of a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// In the base unit of the limit's dimension.
    pub value: f64,
    /// Whether the value itself still meets the limit.
    pub inclusive: bool,
}

/// A limit: at least one side, and the text it was read from.
///
/// Forms: `"< 15 ms"`, `"<= 15 ms"`, `"> 80 h"`, `">= 2 x"`, `"40..60 %"` (both ends count),
/// `"2.5 MB +- 25 %"` (both ends count).
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// What a figure must not fall below.
    pub lower: Option<Bound>,
    /// What a figure must not rise above.
    pub upper: Option<Bound>,
    /// The unit as written; figures are shown in it.
    pub unit: Unit,
    text: String,
}

/// Why a text is not a limit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LimitError {
    /// It has none of the known forms.
    #[error("{0:?} is not a limit")]
    Form(String),
    /// A number or unit in it is wrong.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// No value of the metric can meet it, or every value does.
    #[error("{text:?} cannot be a limit of {metric}: {why}")]
    Unreachable {
        /// The limit as written.
        text: String,
        /// The metric it was written for.
        metric: String,
        /// Why it cannot.
        why: String,
    },
}

impl Limit {
    /// Reads a limit.
    ///
    /// # Errors
    /// [`LimitError::Form`] and [`LimitError::Quantity`].
    pub fn parse(text: &str) -> Result<Self, LimitError> {
        let trimmed = text.trim();
        for (operator, is_upper, inclusive) in
            [("<=", true, true), ("<", true, false), (">=", false, true), (">", false, false)]
        {
            if let Some(rest) = trimmed.strip_prefix(operator) {
                let quantity = AnyQuantity::parse(rest)?;
                let bound = Some(Bound { value: quantity.base(), inclusive });
                let (lower, upper) = if is_upper { (None, bound) } else { (bound, None) };
                return Ok(Self { lower, upper, unit: quantity.unit, text: trimmed.to_owned() });
            }
        }
        if let Some((centre, tolerance)) = trimmed.split_once("+-") {
            return Self::around(trimmed, AnyQuantity::parse(centre)?, AnyQuantity::parse(tolerance)?);
        }
        if let Some((low, high)) = trimmed.split_once("..") {
            let high = AnyQuantity::parse(high)?;
            // The unit stands once, behind the second number.
            let low = match AnyQuantity::parse(low) {
                Err(QuantityError::NoUnit(number)) => AnyQuantity::parse(&format!("{number} {}", high.unit))?,
                other => other?,
            };
            low.expect_dimension(high.unit.dimension)?;
            return Ok(Self::between(trimmed, low.base(), high.base(), high.unit));
        }
        Err(LimitError::Form(trimmed.to_owned()))
    }

    fn around(text: &str, centre: AnyQuantity, tolerance: AnyQuantity) -> Result<Self, LimitError> {
        let reach =
            if tolerance.unit.dimension == Dimension::Proportion && centre.unit.dimension != Dimension::Proportion {
                centre.base().abs() * tolerance.base()
            } else {
                tolerance.expect_dimension(centre.unit.dimension)?;
                tolerance.base()
            };
        Ok(Self::between(text, centre.base() - reach, centre.base() + reach, centre.unit))
    }

    fn between(text: &str, low: f64, high: f64, unit: Unit) -> Self {
        Self {
            lower: Some(Bound { value: low, inclusive: true }),
            upper: Some(Bound { value: high, inclusive: true }),
            unit,
            text: text.to_owned(),
        }
    }

    /// Succeeds when the limit fits the metric: its unit counts the same thing, and some value can meet it
    /// while another cannot.
    ///
    /// `is_ratio` says that the figure compares two workloads, whatever the metric counts: as a ratio, or, where less is
    /// better, as the share of the other's figure that is saved ([`Limit::is_saving`]).
    ///
    /// # Errors
    /// [`LimitError::Quantity`] for a unit of another dimension, [`LimitError::Unreachable`] otherwise.
    pub fn expect_fits(&self, metric: Metric, is_ratio: bool) -> Result<(), LimitError> {
        let saves = is_ratio && self.is_saving() && metric.better() == Better::Lower;
        let wanted = match (is_ratio, saves) {
            (false, _) => metric.dimension(),
            (true, false) => Dimension::Ratio,
            (true, true) => Dimension::Proportion,
        };
        if self.unit.dimension != wanted {
            let error = QuantityError::WrongDimension { unit: self.unit.symbol, found: self.unit.dimension, wanted };
            return Err(error.into());
        }
        // Every dimension of a metric starts at zero, only what is saved may be less than nothing; only proportions end.
        let start = if saves { f64::NEG_INFINITY } else { 0.0 };
        let end = if wanted == Dimension::Proportion { 1.0 } else { f64::INFINITY };
        let range = match (saves, end.is_finite()) {
            (true, _) => "is at most 100 %",
            (false, true) => "lies between 0 % and 100 %",
            (false, false) => "is never negative",
        };
        let unreachable = |why: String| LimitError::Unreachable {
            text: self.text.clone(),
            metric: match (is_ratio, saves) {
                (false, _) => metric.to_string(),
                (true, false) => format!("a ratio of {metric}"),
                (true, true) => format!("the {metric} that is saved"),
            },
            why,
        };
        if let (Some(low), Some(high)) = (self.lower, self.upper)
            && low.value > high.value
        {
            return Err(unreachable("its lower end is above its upper end".to_owned()));
        }
        if let Some(upper) = self.upper
            && (upper.value < start || (upper.value == start && !upper.inclusive))
        {
            return Err(unreachable(format!("no value can be that low, it {range}")));
        }
        if let Some(lower) = self.lower
            && (lower.value > end || (lower.value == end && !lower.inclusive))
        {
            return Err(unreachable(format!("no value can be that high, it {range}")));
        }
        let lower_is_idle =
            self.lower.is_none_or(|lower| lower.value < start || (lower.value == start && lower.inclusive));
        let upper_is_idle = self.upper.is_none_or(|upper| upper.value > end || (upper.value == end && upper.inclusive));
        if lower_is_idle && upper_is_idle && (end.is_finite() || self.upper.is_none()) {
            return Err(unreachable(format!("every value meets it, it {range}")));
        }
        Ok(())
    }

    /// Whether a comparison with this limit asks for the share of the other's figure that is saved, and not for a ratio.
    #[must_use]
    pub fn is_saving(&self) -> bool {
        self.unit.dimension == Dimension::Proportion
    }

    /// Whether `value`, in base units, meets both sides.
    #[must_use]
    pub fn is_met_by(&self, value: f64) -> bool {
        let above =
            self.lower.is_none_or(|bound| if bound.inclusive { value >= bound.value } else { value > bound.value });
        let below =
            self.upper.is_none_or(|bound| if bound.inclusive { value <= bound.value } else { value < bound.value });
        above && below
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, LimitError};
    use crate::metric::Metric;
    use proptest::prelude::proptest;

    #[test]
    fn every_form_of_the_grammar_reads() {
        let cases = [
            ("< 15 ms", None, Some((0.015, false))),
            ("<= 15ms", None, Some((0.015, true))),
            (">= 2 x", Some((2.0, true)), None),
            ("> 93.8 %", Some((0.938, false)), None),
            ("40..60 %", Some((0.4, true)), Some((0.6, true))),
            ("0.5..2 ms", Some((0.0005, true)), Some((0.002, true))),
            ("2.5 MB +- 25 %", Some((1_875_000.0, true)), Some((3_125_000.0, true))),
            ("40 % +- 5 %", Some((0.35, true)), Some((0.45, true))),
        ];
        for (text, lower, upper) in cases {
            let limit = Limit::parse(text).unwrap();
            let side =
                |bound: Option<super::Bound>| bound.map(|bound| ((bound.value * 1e9).round() / 1e9, bound.inclusive));
            assert_eq!((side(limit.lower), side(limit.upper)), (lower, upper), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_limit_says_why() {
        for text in ["15 ms", "", "about 3 ms", "= 3 ms"] {
            assert!(matches!(Limit::parse(text), Err(LimitError::Form(_))), "{text}");
        }
        for text in ["< 15", "< ms", "< 15 lightyears", "1 ms .. 2 mW", "3 ms +- 1 mW"] {
            assert!(matches!(Limit::parse(text), Err(LimitError::Quantity(_))), "{text}");
        }
    }

    #[test]
    fn limits_that_nothing_or_everything_meets_are_refused() {
        let cases = [
            (Metric::Latency, "< 0 ms"),
            (Metric::Latency, ">= 0 ms"),
            (Metric::Latency, "5..2 ms"),
            (Metric::Accuracy, "> 100 %"),
            (Metric::Accuracy, ">= 101 %"),
            (Metric::Accuracy, "<= 100 %"),
            (Metric::Memory, "< -1 KiB"),
        ];
        for (metric, text) in cases {
            let result = Limit::parse(text).unwrap().expect_fits(metric, false);
            assert!(matches!(result, Err(LimitError::Unreachable { .. })), "{metric} {text}: {result:?}");
        }
        for (metric, text) in
            [(Metric::Accuracy, ">= 100 %"), (Metric::Latency, "> 0 ms"), (Metric::Memory, "< 64 KiB")]
        {
            assert_eq!(Limit::parse(text).unwrap().expect_fits(metric, false), Ok(()), "{metric} {text}");
        }
    }

    #[test]
    fn a_ratio_wants_a_ratio_unit_whatever_the_metric() {
        assert_eq!(Limit::parse(">= 2 x").unwrap().expect_fits(Metric::Latency, true), Ok(()));
        assert!(Limit::parse("< 2 ms").unwrap().expect_fits(Metric::Latency, true).is_err());
    }

    #[test]
    fn what_is_saved_is_a_share_that_may_be_negative_and_only_of_what_is_better_small() {
        let fits = |text: &str, metric| Limit::parse(text).unwrap().expect_fits(metric, true);
        for text in [">= 50 %", ">= 0 %", "> -10 %", "-5..5 %"] {
            assert_eq!(fits(text, Metric::Memory), Ok(()), "{text}");
        }
        for text in ["> 100 %", ">= 101 %", "<= 100 %"] {
            let refused = fits(text, Metric::Memory);
            assert!(
                matches!(&refused, Err(LimitError::Unreachable { metric, .. }) if metric.contains("saved")),
                "{text}"
            );
        }
        assert!(matches!(fits(">= 50 %", Metric::Throughput), Err(LimitError::Quantity(_))));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC*") {
            if let Ok(limit) = Limit::parse(&text) {
                let _ = limit.expect_fits(Metric::Accuracy, false);
            }
        }
    }
}
