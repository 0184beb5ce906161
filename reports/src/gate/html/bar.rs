//! A small picture of one ratio: its interval and its value on an axis whose middle is "no change", with the margin.
//!
//! It tells at a glance whether the interval lies beyond the margin. The numbers stand beside it, so it is hidden from
//! screen readers.

use std::fmt::Write as _;

use crate::gate::row::Picture;

const WIDTH: f64 = 160.0;
const HEIGHT: f64 = 14.0;
const MIDDLE: f64 = HEIGHT / 2.0;

/// The picture as an `<svg>` element; nothing where no number is other than zero.
#[must_use]
pub(super) fn svg(picture: Picture) -> Option<String> {
    let Picture { value, lower, upper, margin, up_is_worse } = picture;
    let most =
        [Some(value), lower, upper, Some(margin * 2.0)].into_iter().flatten().fold(0.0f64, |most, x| most.max(x.abs()));
    if most <= 0.0 || !most.is_finite() {
        return None;
    }
    let x = |change: f64| WIDTH / 2.0 * (1.0 + change / (most * 1.08));
    let mut svg = format!("<svg class=\"bar\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\">");
    let _ = write!(svg, "<rect class=\"rail\" y=\"{}\" width=\"{WIDTH}\" height=\"2\"/>", MIDDLE - 1.0);
    // What may be seen without a regression: everything on the better side, and the margin on the other.
    let (from, to) = if up_is_worse { (0.0, x(margin)) } else { (x(-margin), WIDTH) };
    let _ = write!(
        svg,
        "<rect class=\"ok\" x=\"{from:.1}\" y=\"{}\" width=\"{:.1}\" height=\"2\"/>",
        MIDDLE - 1.0,
        to - from
    );
    let _ = write!(svg, "<rect class=\"zero\" x=\"{:.1}\" y=\"2\" width=\"1\" height=\"10\"/>", WIDTH / 2.0 - 0.5);
    if let (Some(lower), Some(upper)) = (lower, upper) {
        let _ = write!(
            svg,
            "<rect class=\"band\" x=\"{:.1}\" y=\"{}\" width=\"{:.1}\" height=\"6\" rx=\"1\"/>",
            x(lower),
            MIDDLE - 3.0,
            (x(upper) - x(lower)).max(1.0)
        );
    }
    let limit = if up_is_worse { x(margin) } else { x(-margin) };
    let _ = write!(svg, "<rect class=\"limit\" x=\"{:.1}\" y=\"0\" width=\"2\" height=\"{HEIGHT}\"/>", limit - 1.0);
    let _ = write!(svg, "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{MIDDLE}\" r=\"3\"/></svg>", x(value));
    Some(svg)
}

#[cfg(test)]
mod tests {
    use super::{Picture, svg};

    const PICTURE: Picture = Picture { value: 5.0, lower: Some(4.0), upper: Some(6.0), margin: 1.0, up_is_worse: true };

    #[test]
    fn the_middle_is_no_change_and_the_margin_stands_on_the_worse_side() {
        let x = |change: f64| format!("{:.1}", 80.0 * (1.0 + change / (6.0 * 1.08)));
        let picture = svg(PICTURE).unwrap();
        assert!(picture.contains(&format!("cx=\"{}\"", x(5.0))), "{picture}");
        assert!(picture.contains(&format!("class=\"band\" x=\"{}\"", x(4.0))), "{picture}");
        let limit = |change: f64| format!("class=\"limit\" x=\"{:.1}\"", 80.0 * (1.0 + change / (6.0 * 1.08)) - 1.0);
        assert!(picture.contains(&limit(1.0)), "{picture}");
        assert!(svg(Picture { up_is_worse: false, ..PICTURE }).unwrap().contains(&limit(-1.0)));
    }

    #[test]
    fn a_missing_end_has_no_band_and_nothing_at_all_no_picture() {
        assert!(!svg(Picture { upper: None, ..PICTURE }).unwrap().contains("band"));
        assert_eq!(svg(Picture { value: 0.0, lower: None, upper: None, margin: 0.0, up_is_worse: true }), None);
    }
}
