//! `run.json`, and everything that is drawn or written from a run that somebody else may have made.

use std::path::Path;

use hil_import::export::{bmf, csv, github_action, openmetrics};
use hil_model::metric::Better;
use hil_model::run::{FORMAT, Run};
use hil_report::render::terminal::Options;
use hil_report::render::{html, json, junit, markdown, terminal};
use hil_report::view::View;
use hil_store::run_json;

use crate::target::Target;
use crate::targets::{expect, expect_harmless};

pub(crate) const TARGET: Target = Target {
    name: "run-json",
    about: "run.json, written again, drawn in every form, and exported",
    words: &[
        "\"format\": \"1.9\",",
        "\"format\": \"2.0\",",
        "\"verdict\": \"fail\"",
        "\"estimate\": null",
        "\"upper\": null",
        "\"samples\": 18446744073709551615",
        "\"reason\": \"\\u001b[31m<script>alert(1)</script>\"",
        "\\u202e",
        "\\u009b",
        "]]>",
        "-->",
        "</style>",
        "</svg>",
        "\" onload=\"",
        "javascript:",
        "|",
        "```",
        "\"evidence\": \"hardware\"",
        "\"unit\": \"ms\"",
        "\"value\": 1e308",
        "\"value\": -0.0",
        "\\n",
        "'",
    ],
    fixtures: &[("fixtures/store", "run.json")],
    check,
};

fn check(bytes: &[u8]) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Ok(()) };
    let mut run = match run_json::from_text(text, Path::new("damaged/run.json")) {
        Ok(run) => run,
        Err(error) => {
            let text = error.to_string();
            expect(text.contains("damaged/run.json"), || format!("not told: {text:?}"))?;
            return expect_harmless("an error", &text);
        }
    };
    // A newer minor version is read, and not written again.
    run.format = FORMAT;
    let written = run_json::to_text(&run).map_err(|error| format!("not written again: {error}"))?;
    let back = run_json::from_text(&written, Path::new("again")).map_err(|error| format!("not read again: {error}"))?;
    expect(run_json::to_text(&back).is_ok_and(|text| text == written), || "another run when read again".to_owned())?;
    drawn(&run)?;
    exported(&run)
}

fn drawn(run: &Run) -> Result<(), String> {
    let view = View::new(run, &[]);
    let page = html::render(&view).map_err(|error| format!("no page: {error}"))?;
    expect_harmless("the page", &page)?;
    let lower = page.to_ascii_lowercase();
    for tag in ["<script", "<img", "<iframe", " onload=\"", " onerror=\""] {
        expect(!lower.contains(tag), || format!("the page holds {tag}"))?;
    }
    expect_harmless("the Markdown", &markdown::render(&view))?;
    let suite = junit::render(&view);
    expect_harmless("the JUnit file", &suite)?;
    expect(!suite.contains("<script"), || "the JUnit file holds a tag of the run".to_owned())?;
    for (width, unicode) in [(100, true), (1, true), (40, false)] {
        let options = Options { width, color: false, unicode };
        expect_harmless("the table", &terminal::render(&view, options))?;
    }
    json::render(&view).map(|_| ()).map_err(|error| format!("no JSON: {error}"))
}

/// What is written for another tool reads back where this program reads its format. Negative figures do not: the readers
/// refuse times below zero, which only a run that was edited by hand holds.
fn exported(run: &Run) -> Result<(), String> {
    let figures = run.checks.iter().filter_map(|check| check.estimate.as_ref());
    let is_negative = |value: f64| value.is_sign_negative();
    let reads_back = !figures.into_iter().any(|figure| {
        is_negative(figure.value) || figure.lower.is_some_and(is_negative) || figure.upper.is_some_and(is_negative)
    });
    let text = bmf::export(run).text;
    if reads_back && text.trim() != "{}" {
        hil_import::bmf::read("exported", text.as_bytes()).map_err(|error| format!("BMF: {error}"))?;
    }
    let text = github_action::export(run, Better::Lower).text;
    if reads_back && text.trim() != "[]" {
        hil_import::github_action::read("exported", text.as_bytes()).map_err(|error| format!("action: {error}"))?;
    }
    expect_harmless("the CSV file", &csv::checks(run).text.replace('\r', ""))?;
    let metrics = openmetrics::export(run).text;
    expect(metrics.ends_with("# EOF\n"), || "OpenMetrics without its end".to_owned())?;
    expect_harmless("the OpenMetrics file", &metrics)
}
