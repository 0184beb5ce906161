//! A small picture of one figure: its interval, its value, and the limit, on an axis that begins at zero.
//!
//! It tells the distance to the limit at a glance. The numbers stand beside it, so it is hidden from screen readers.

use std::fmt::Write as _;

use crate::view::Raw;

const WIDTH: f64 = 160.0;
const HEIGHT: f64 = 14.0;

/// The picture as an `<svg>` element; nothing for a figure without a limit, or one that such an axis cannot show.
#[must_use]
pub fn svg(raw: Raw) -> Option<String> {
    let Raw { value, lower, upper, at_least, at_most } = raw;
    let numbers = [Some(value), lower, upper, at_least, at_most];
    let largest = numbers.into_iter().flatten().fold(0.0f64, f64::max);
    let smallest = numbers.into_iter().flatten().fold(0.0f64, f64::min);
    if at_least.is_none() && at_most.is_none() || smallest < 0.0 || largest <= 0.0 || !largest.is_finite() {
        return None;
    }
    let x = |number: f64| number / (largest * 1.08) * WIDTH;
    let mut svg = format!("<svg class=\"bar\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\">");
    let (from, to) = (at_least.map_or(0.0, x), at_most.map_or(WIDTH, x));
    let middle = HEIGHT / 2.0;
    let _ = write!(svg, "<rect class=\"rail\" y=\"{}\" width=\"{WIDTH}\" height=\"2\"/>", middle - 1.0);
    let _ = write!(
        svg,
        "<rect class=\"ok\" x=\"{from:.1}\" y=\"{}\" width=\"{:.1}\" height=\"2\"/>",
        middle - 1.0,
        (to - from).max(0.0)
    );
    if let (Some(lower), Some(upper)) = (lower, upper) {
        let _ = write!(
            svg,
            "<rect class=\"band\" x=\"{:.1}\" y=\"{}\" width=\"{:.1}\" height=\"6\" rx=\"1\"/>",
            x(lower),
            middle - 3.0,
            (x(upper) - x(lower)).max(1.0)
        );
    }
    for limit in [at_least, at_most].into_iter().flatten() {
        let _ =
            write!(svg, "<rect class=\"limit\" x=\"{:.1}\" y=\"0\" width=\"2\" height=\"{HEIGHT}\"/>", x(limit) - 1.0);
    }
    let _ = write!(svg, "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{middle}\" r=\"3\"/></svg>", x(value));
    Some(svg)
}

#[cfg(test)]
mod tests {
    use super::{Raw, svg};

    const RAW: Raw = Raw { value: 4.0, lower: Some(3.0), upper: Some(5.0), at_least: None, at_most: Some(8.0) };

    #[test]
    fn value_interval_and_limit_keep_their_proportions() {
        let svg = svg(RAW).unwrap();
        let x = |number: f64| format!("{:.1}", number / (8.0 * 1.08) * 160.0);
        assert!(svg.contains(&format!("cx=\"{}\"", x(4.0))), "{svg}");
        assert!(svg.contains(&format!("class=\"band\" x=\"{}\"", x(3.0))), "{svg}");
    }

    #[test]
    fn a_missing_end_has_no_band() {
        assert!(!svg(Raw { upper: None, ..RAW }).unwrap().contains("band"));
    }

    #[test]
    fn nothing_is_drawn_without_a_limit_or_below_zero() {
        assert_eq!(svg(Raw { at_most: None, ..RAW }), None);
        assert_eq!(svg(Raw { lower: Some(-1.0), ..RAW }), None);
    }
}
