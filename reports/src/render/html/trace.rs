//! The current over one period as an inline SVG: a line, the moment of going to sleep, and the ends of both axes.
//!
//! Colours are those of the light theme; the style sheet replaces each of them by a variable, as for the other plots.

use std::fmt::Write as _;

use crate::figure::number;
use crate::supply::Trace;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 116.0;
const BELOW: f64 = 48.0;
const TOP: f64 = 20.0;
/// As many points are drawn: of more, each drawn one stands for the largest of its neighbours.
const MOST: usize = 400;

/// The picture as an `<svg>` element; nothing where there is no line to draw.
#[must_use]
pub fn svg(trace: &Trace) -> Option<String> {
    let points: Vec<(f64, f64)> =
        trace.points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    let (last, _) = *points.last()?;
    let highest = points.iter().map(|(_, y)| *y).fold(0.0, f64::max);
    if points.len() < 2 || last <= 0.0 || highest <= 0.0 {
        return None;
    }
    let x = |seconds: f64| LEFT + (seconds / last).clamp(0.0, 1.0) * (WIDTH - LEFT - TOP);
    let y = |amperes: f64| TOP + (1.0 - amperes / (highest * 1.05)) * (HEIGHT - TOP - BELOW);
    let mut line = String::new();
    for part in points.chunks(points.len().div_ceil(MOST)) {
        let at = part.first().map_or(0.0, |(x, _)| *x);
        let _ = write!(line, "{:.1},{:.1} ", x(at), y(part.iter().map(|(_, y)| *y).fold(0.0, f64::max)));
    }
    let label = super::attribute(&trace.caption);
    let bottom = y(0.0);
    let mut svg = format!("<svg class=\"ecdf\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\">");
    let rule = |x1: f64, y1: f64, x2: f64, y2: f64, colour: &str| {
        format!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\" stroke-width=\"2\"/>"
        )
    };
    svg.push_str(&rule(LEFT, bottom, WIDTH - TOP, bottom, "#565D66"));
    svg.push_str(&rule(LEFT, TOP, LEFT, bottom, "#565D66"));
    svg.push_str(&rule(x(trace.slept), TOP, x(trace.slept), bottom, "#7A4D00"));
    let _ =
        write!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"#1F5FA8\" stroke-width=\"3\"/>", line.trim_end());
    let text = |x: f64, y: f64, anchor: &str, words: &str| {
        format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"26\" fill=\"#565D66\">{words}</text>"
        )
    };
    svg.push_str(&text(LEFT - 10.0, y(highest) + 9.0, "end", &format!("{} mA", short(highest * 1e3))));
    svg.push_str(&text(LEFT - 10.0, bottom, "end", "0"));
    svg.push_str(&text(LEFT, HEIGHT - 14.0, "start", "0"));
    svg.push_str(&text(WIDTH - TOP, HEIGHT - 14.0, "end", &format!("{} ms", short(last * 1e3))));
    svg.push_str("</svg>");
    Some(svg)
}

/// A number with three digits.
fn short(value: f64) -> String {
    let digits = 10f64.powf(2.0 - value.abs().max(1e-9).log10().floor());
    number((value * digits).round() / digits)
}

#[cfg(test)]
mod tests {
    use super::{Trace, svg};

    fn trace(points: Vec<(f64, f64)>) -> Trace {
        Trace { caption: "current <of> a \"period\"".to_owned(), points, slept: 0.002 }
    }

    #[test]
    fn the_line_keeps_its_peaks_and_the_words_are_escaped() {
        let mut points: Vec<(f64, f64)> = (0..10_000).map(|n| (f64::from(n) * 1e-6, 0.01)).collect();
        points[5_003].1 = 0.04;
        let svg = svg(&trace(points)).unwrap();
        assert!(svg.contains("40 mA") && svg.contains("10 ms"), "{svg}");
        assert!(svg.contains("current &lt;of&gt; a &quot;period&quot;"));
        // The peak stands 1 / 1.05 of the way up: 20 + 252 * (1 - 1 / 1.05).
        assert!(svg.contains(",32.0 "), "{svg}");
        assert!(svg.matches(',').count() <= 410);
    }

    #[test]
    fn nothing_to_draw_is_not_drawn() {
        for points in [vec![], vec![(0.0, 1.0)], vec![(0.0, 0.0), (1.0, 0.0)], vec![(0.0, f64::NAN), (1.0, f64::NAN)]] {
            assert_eq!(svg(&trace(points)), None);
        }
    }
}
