//! Plots as SVG, written by hand: shares with their intervals, and points in rows.

use std::fmt::Write as _;

use crate::trust::rates::Rate;

/// Width of a plot.
const WIDTH: f64 = 760.0;
/// Left of the drawing there is room for names.
const LEFT: f64 = 220.0;
/// Colours of the regimes that are told apart without colours too, by their place (Okabe and Ito, "Color universal design").
const COLOURS: [&str; 3] = ["#0072b2", "#e69f00", "#d55e00"];

/// A group of shares with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    /// Its name.
    pub name: String,
    /// One share a series.
    pub rates: Vec<Rate>,
}

/// Groups of bars from 0 to 100 %, each bar with its interval; `series` names what a group consists of.
pub fn bars(title: &str, series: &[String], groups: &[Bars]) -> String {
    let step = 14.0;
    let group = step * series.len() as f64 + 12.0;
    let (top, x) = (64.0, |share: f64| LEFT + share * (WIDTH - LEFT - 30.0));
    let height = top + group * groups.len() as f64 + 34.0;
    let mut svg = open(title, series, height);
    for percent in [0, 20, 40, 60, 80, 100] {
        axis(&mut svg, x(f64::from(percent) / 100.0), top, height - 28.0, &format!("{percent} %"));
    }
    for (at, bars) in groups.iter().enumerate() {
        let y = top + 6.0 + group * at as f64;
        text(&mut svg, LEFT - 8.0, y + (group - 12.0) / 2.0 + 4.0, "end", &bars.name);
        for (place, rate) in bars.rates.iter().enumerate() {
            let Some(share) = rate.share() else { continue };
            let ((lower, upper), y) = (rate.interval(), y + step * place as f64);
            let colour = COLOURS[place % COLOURS.len()];
            // Writing to a string cannot fail.
            let _ = writeln!(
                svg,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>",
                x(0.0),
                y + 1.0,
                (x(share) - x(0.0)).max(1.0),
                step - 3.0
            );
            line(&mut svg, [x(lower), y + step / 2.0 - 0.5, x(upper), y + step / 2.0 - 0.5], "#333");
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Rows of points between `-reach` and `reach`; what lies beyond is drawn at the edge. `bound` is marked on both sides.
pub fn rows(title: &str, rows: &[(String, Vec<f64>)], reach: f64, bound: f64) -> String {
    let (top, row) = (48.0, 34.0);
    let middle = LEFT + (WIDTH - LEFT - 30.0) / 2.0;
    let x = |value: f64| middle + value.clamp(-reach, reach) / reach * (WIDTH - LEFT - 30.0) / 2.0;
    let height = top + row * rows.len() as f64 + 34.0;
    let mut svg = open(title, &[], height);
    for share in [-1.0, -0.5, 0.0, 0.5, 1.0] {
        axis(&mut svg, x(share * reach), top, height - 28.0, &format!("{:+.1} %", share * reach * 100.0));
    }
    for bound in [-bound, bound] {
        line(&mut svg, [x(bound), top, x(bound), height - 28.0], "#d55e00");
    }
    for (at, (name, values)) in rows.iter().enumerate() {
        let y = top + row * at as f64 + row / 2.0;
        text(&mut svg, LEFT - 8.0, y + 4.0, "end", name);
        for (place, value) in values.iter().enumerate() {
            // Spread over the row's height by a golden step, so that equal values stay visible.
            let spread = (place as f64 * 0.618_034).fract() - 0.5;
            let _ = writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"1.6\" fill=\"{}\" fill-opacity=\"0.5\"/>",
                x(*value),
                y + spread * (row - 10.0),
                COLOURS[0]
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn open(title: &str, series: &[String], height: f64) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height:.0}\" viewBox=\"0 0 {WIDTH} {height:.0}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    text(&mut svg, 12.0, 20.0, "start", title);
    for (at, name) in series.iter().enumerate() {
        let x = 12.0 + 190.0 * at as f64;
        let colour = COLOURS[at % COLOURS.len()];
        let _ = writeln!(svg, "<rect x=\"{x}\" y=\"32\" width=\"12\" height=\"12\" fill=\"{colour}\"/>");
        text(&mut svg, x + 18.0, 42.0, "start", name);
    }
    svg
}

fn axis(svg: &mut String, x: f64, top: f64, bottom: f64, name: &str) {
    line(svg, [x, top, x, bottom], "#ddd");
    text(svg, x, bottom + 16.0, "middle", name);
}

fn line(svg: &mut String, [x1, y1, x2, y2]: [f64; 4], colour: &str) {
    let _ = writeln!(svg, "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\"/>");
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('`', "");
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
}

#[cfg(test)]
mod tests {
    use super::{Bars, bars, rows};
    use crate::trust::rates::Rate;

    #[test]
    fn shares_become_lengths() {
        let group = Bars { name: "`a` & <b>".to_owned(), rates: vec![Rate { hits: 1, n: 2 }, Rate::default()] };
        let svg = bars("t", &["one".to_owned(), "two".to_owned()], &[group]);
        assert!(svg.contains("width=\"255.0\""), "half of the drawing's 510: {svg}");
        assert!(svg.contains("a &amp; &lt;b>") && svg.ends_with("</svg>\n"));
        // The background, two of the legend, and one bar: nothing out of nothing is drawn.
        assert_eq!(svg.matches("<rect").count(), 4);
    }

    #[test]
    fn points_beyond_the_edge_stay_in_sight() {
        let svg = rows("t", &[("r".to_owned(), vec![0.0, 0.5, -0.5])], 0.05, 0.01);
        for place in ["cx=\"475.0\"", "cx=\"730.0\"", "cx=\"220.0\""] {
            assert!(svg.contains(place), "{place}: {svg}");
        }
    }
}
