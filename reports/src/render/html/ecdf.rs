//! The empirical distribution of a metric as an inline SVG: which share of the values lies at or below which value.
//!
//! It shows what a figure hides: all values, each process start on its own, the limit, and each figure with its
//! interval. Colours are those of the light theme; the style sheet replaces each of them by a variable, so the
//! same SVG suits a dark page. Text that may be foreign is left to the caption beside the plot.

use plotters::backend::SVGBackend;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle, TextStyle};

use crate::distribution::{Curve, Line, Mark};
use crate::render::RenderError;
use crate::render::html::axis::Axis;

/// Axis lines and their numbers.
const TEXT: RGBColor = RGBColor(0x56, 0x5d, 0x66);
const GRID: RGBColor = RGBColor(0xe3, 0xe6, 0xea);
/// All values.
const LINE: RGBColor = RGBColor(0x1f, 0x5f, 0xa8);
/// The values of one process start.
const START: RGBColor = RGBColor(0x8f, 0xb4, 0xdc);
const LIMIT: RGBColor = RGBColor(0xb4, 0x23, 0x18);
/// A figure and its interval.
const MARK: RGBColor = RGBColor(0x7a, 0x4d, 0x00);

/// Drawn at twice the size at which it is meant to be seen, because the backend rounds to whole units.
const SIZE: (u32, u32) = (960, 530);
const FONT: i32 = 26;
const LEFT: u32 = 116;
const BELOW: u32 = 78;
const MARGIN: u32 = 20;
/// Width and height of the part inside the axes.
const INNER: (u32, u32) = (SIZE.0 - LEFT - 2 * MARGIN, SIZE.1 - BELOW - 2 * MARGIN);
/// How finely a curve is drawn, in units of the drawing: a page may hold a hundred plots of thousands of values.
const FINE: f64 = 2.0;
/// The same for the thin curves of single process starts.
const COARSE: f64 = 4.0;
/// Room above 100 %, so that the line at the top is seen.
const TOP: f64 = 1.03;

/// Height of a line of text, as a share of the height inside the axes.
const LINE_HEIGHT: f64 = 0.075;

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Side, Side>>;
type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as plotters::prelude::DrawingBackend>::ErrorType>;

/// One side of the plot: a range with the numbers that stand along it.
struct Side {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
}

impl Ranged for Side {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (value - self.low) / (self.high - self.low);
        #[expect(clippy::cast_possible_truncation, reason = "a place on the drawing, and `as` saturates")]
        let offset = (share * f64::from(to - from)).round() as i32;
        from.saturating_add(offset)
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.low..self.high
    }
}

/// The plot as an `<svg>` element, labelled with `label` for those who cannot see it.
///
/// # Errors
/// [`RenderError::Plot`] when the drawing library fails; writing to memory gives it no reason to.
pub fn svg(curve: &Curve, label: &str) -> Result<String, RenderError> {
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    let drawn = draw(&area, curve).map_err(|error| error.to_string());
    drop(area);
    drawn.map_err(RenderError::Plot)?;
    // The size is left to the style sheet; the view box keeps the proportions.
    let head = format!("<svg width=\"{}\" height=\"{}\"", SIZE.0, SIZE.1);
    let own = format!("<svg class=\"ecdf\" role=\"img\" aria-label=\"{}\"", super::attribute(label));
    Ok(svg.replacen(&head, &own, 1))
}

fn draw<'b>(area: &DrawingArea<SVGBackend<'b>, Shift>, curve: &Curve) -> Result<(), Failure<'b>> {
    let axis = axis(curve);
    let x_side = Side { low: axis.low, high: axis.high, ticks: axis.ticks() };
    let y_side = Side { low: 0.0, high: TOP, ticks: vec![0.0, 0.25, 0.5, 0.75, 1.0] };
    let mut chart = ChartBuilder::on(area)
        .margin(MARGIN)
        .x_label_area_size(BELOW)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(x_side, y_side)?;
    let text = ("sans-serif", FONT).into_font().color(&TEXT);
    let kind = if axis.is_log { ", log scale" } else { "" };
    chart
        .configure_mesh()
        .light_line_style(GRID.mix(0.0))
        .bold_line_style(ShapeStyle::from(&GRID).stroke_width(2))
        .axis_style(ShapeStyle::from(&TEXT).stroke_width(2))
        .label_style(text.clone())
        .axis_desc_style(text)
        .x_desc(format!("{} ({}{kind})", metric_of(curve), curve.unit))
        .y_desc("share of values")
        .x_label_formatter(&|tick| axis.label(*tick))
        .y_label_formatter(&|share| format!("{:.0} %", share * 100.0))
        .draw()?;
    for mark in &curve.marks {
        interval(&mut chart, &axis, mark)?;
    }
    if curve.starts.len() > 1 {
        for start in &curve.starts {
            let style = ShapeStyle::from(&START).stroke_width(2);
            chart.draw_series([PathElement::new(steps(start, &axis, COARSE), style)])?;
        }
    }
    chart.draw_series([PathElement::new(steps(&curve.all, &axis, FINE), ShapeStyle::from(&LINE).stroke_width(4))])?;
    for (n_below, line) in (0u8..).zip(&curve.limits) {
        limit(&mut chart, &axis, line, n_below)?;
    }
    marks(&mut chart, &axis, curve)
}

/// The metric without its workload, which the caption names.
fn metric_of(curve: &Curve) -> &str {
    curve.what.split(" of ").next().unwrap_or(&curve.what)
}

fn axis(curve: &Curve) -> Axis {
    let marks = curve.marks.iter().flat_map(|mark| [Some(mark.value), mark.lower, mark.upper]).flatten();
    let limits = curve.limits.iter().map(|line| line.value);
    Axis::over(curve.all.iter().copied().chain(marks).chain(limits))
}

/// The corners of the step function, at most two for each `grain` of the drawing's width.
fn steps(sorted: &[f64], axis: &Axis, grain: f64) -> Vec<(f64, f64)> {
    let column = |x: f64| (axis.share(x) * f64::from(INNER.0) / grain).round();
    let mut corners = vec![(axis.low, 0.0)];
    let mut reached = 0.0;
    #[expect(clippy::cast_precision_loss, reason = "a count of values is far below 2^53")]
    let share = |n: usize| n as f64 / sorted.len() as f64;
    for (i, x) in sorted.iter().enumerate() {
        let is_last_of_column = sorted.get(i + 1).is_none_or(|next| column(*next) != column(*x));
        if is_last_of_column {
            corners.push((axis.place(*x), reached));
            reached = share(i + 1);
            corners.push((axis.place(*x), reached));
        }
    }
    corners.push((axis.high, reached));
    corners
}

/// A band between both ends of an interval; only the ends that exist, where one is missing.
fn interval<'b>(chart: &mut Chart<'_, 'b>, axis: &Axis, mark: &Mark) -> Result<(), Failure<'b>> {
    if let (Some(lower), Some(upper)) = (mark.lower, mark.upper) {
        let corners = [(axis.place(lower), 0.0), (axis.place(upper), TOP)];
        chart.draw_series([Rectangle::new(corners, MARK.mix(0.16).filled())])?;
    }
    for end in [mark.lower, mark.upper].into_iter().flatten() {
        let x = axis.place(end);
        chart.draw_series([PathElement::new(vec![(x, 0.0), (x, TOP)], MARK.mix(0.5).stroke_width(1))])?;
    }
    Ok(())
}

/// A dashed line at the limit; its label stands above those of `n_below` others, as limits may lie close together.
fn limit<'b>(chart: &mut Chart<'_, 'b>, axis: &Axis, line: &Line, n_below: u8) -> Result<(), Failure<'b>> {
    let x = axis.place(line.value);
    let style = ShapeStyle::from(&LIMIT).stroke_width(4);
    let n_dashes = 18u8;
    let dash = |i: u8| {
        let from = TOP * f64::from(i) / f64::from(n_dashes);
        PathElement::new(vec![(x, from), (x, from + 0.55 * TOP / f64::from(n_dashes))], style)
    };
    chart.draw_series((0..n_dashes).map(dash))?;
    label(chart, axis, (line.value, 0.04 + f64::from(n_below) * LINE_HEIGHT), &line.text, &LIMIT)
}

/// A dot at each quantile, with labels that keep their distance; a figure that is no quantile has a short line.
fn marks<'b>(chart: &mut Chart<'_, 'b>, axis: &Axis, curve: &Curve) -> Result<(), Failure<'b>> {
    let mut marks: Vec<&Mark> = curve.marks.iter().collect();
    let height = |mark: &Mark| mark.quantile.unwrap_or(0.16);
    marks.sort_by(|a, b| height(b).total_cmp(&height(a)));
    let mut next = f64::INFINITY;
    for mark in marks {
        let x = axis.place(mark.value);
        if let Some(quantile) = mark.quantile {
            chart.draw_series([Circle::new((x, quantile), 8, MARK.filled())])?;
        } else {
            chart.draw_series([PathElement::new(vec![(x, 0.0), (x, 0.1)], ShapeStyle::from(&MARK).stroke_width(6))])?;
        }
        let text = format!("{} {} {}", mark.label, crate::figure::number(round(mark.value)), curve.unit);
        let y = beside(curve, axis, mark.value, height(mark), &text).min(next);
        next = y - LINE_HEIGHT;
        label(chart, axis, (mark.value, y), &text, &MARK)?;
    }
    Ok(())
}

/// The height at which a label beside a dot stays clear of the curve.
fn beside(curve: &Curve, axis: &Axis, x: f64, height: f64, text: &str) -> f64 {
    let below = height - 0.045;
    if reads_rightwards(axis, x) {
        // The curve to the right of a dot is above it.
        return below;
    }
    #[expect(clippy::cast_precision_loss, reason = "a label has a few letters, a curve far fewer than 2^53 values")]
    let (width, n) =
        (text.chars().count() as f64 * 0.56 * f64::from(FONT) / f64::from(INNER.0), curve.all.len() as f64);
    let left_end = axis.share(x) - width;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let share_there = curve.all.partition_point(|value| axis.share(*value) <= left_end) as f64 / n;
    // Either the whole label is above a curve that has not risen yet, or the whole label is below it.
    if share_there < 0.5 { below } else { below.min(share_there - 0.06) }
}

/// Whether text beside a number stands to its right; else the right half of the plot would end too soon.
fn reads_rightwards(axis: &Axis, x: f64) -> bool {
    axis.share(x) < 0.6
}

/// Text beside a number.
fn label<'b>(
    chart: &mut Chart<'_, 'b>,
    axis: &Axis,
    (x, y): (f64, f64),
    text: &str,
    color: &RGBColor,
) -> Result<(), Failure<'b>> {
    let gap = 14.0 / f64::from(INNER.0) * (axis.high - axis.low);
    let (x, side) =
        if reads_rightwards(axis, x) { (axis.place(x) + gap, HPos::Left) } else { (axis.place(x) - gap, HPos::Right) };
    let style = TextStyle::from(("sans-serif", FONT).into_font()).color(color).pos(Pos::new(side, VPos::Center));
    chart.draw_series([Text::new(text.to_owned(), (x, y), style)])?;
    Ok(())
}

/// Three digits are enough beside a dot.
fn round(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::{Axis, FINE, steps, svg};
    use crate::distribution::{Curve, Line, Mark};
    use hil_model::units::Unit;

    fn curve(values: Vec<f64>) -> Curve {
        let unit = Unit::find("ms").unwrap();
        let (limits, marks) = (Vec::new(), Vec::new());
        Curve { what: "latency".to_owned(), unit, all: values, starts: Vec::new(), limits, marks, evidence: None }
    }

    #[test]
    fn the_steps_end_at_one_and_never_fall() {
        let values: Vec<f64> = (0..5_000u32).map(f64::from).collect();
        let axis = Axis::over(values.iter().copied());
        let corners = steps(&values, &axis, FINE);
        assert!(corners.len() < 1_000, "{} corners for 5000 values", corners.len());
        assert!(corners.is_sorted_by(|a, b| a.0 <= b.0 && a.1 <= b.1));
        assert!(corners.last().is_some_and(|last| (last.1 - 1.0).abs() < 1e-12));
    }

    #[test]
    fn labels_are_escaped() {
        let svg = svg(&curve(vec![1.0, 2.0]), "a \"b\" <script>").unwrap();
        assert!(
            svg.starts_with("<svg class=\"ecdf\" role=\"img\" aria-label=\"a &quot;b&quot; &lt;script&gt;\""),
            "{svg}"
        );
    }

    #[test]
    fn the_style_sheet_replaces_every_colour() {
        let css = include_str!("../../../assets/report.css");
        let mut full = curve(vec![1.0, 2.0, 3.0]);
        full.starts = vec![vec![1.0, 3.0], vec![2.0]];
        full.limits = vec![Line { text: "limit < 2 ms".to_owned(), value: 2.0 }];
        let (lower, upper) = (Some(1.0), Some(2.0));
        full.marks = vec![Mark { label: "p95".to_owned(), quantile: Some(0.95), value: 1.5, lower, upper }];
        let svg = svg(&full, "x").unwrap();
        let colours: std::collections::BTreeSet<&str> = svg
            .split_whitespace()
            .filter(|attribute| attribute.starts_with("fill=\"#") || attribute.starts_with("stroke=\"#"))
            .map(|attribute| attribute.trim_end_matches(['/', '>']))
            .collect();
        assert!(colours.len() >= 6, "{colours:?}");
        for colour in colours {
            assert!(css.contains(&format!("[{colour}]")), "no rule for {colour}");
        }
    }

    #[test]
    fn odd_values_can_be_drawn() {
        for values in [vec![0.0], vec![0.0, 0.0, 1e-9, 1e9], vec![-1.0, 1.0], vec![f64::MAX], vec![f64::MIN_POSITIVE]] {
            assert!(svg(&curve(values), "x").is_ok());
        }
    }
}
