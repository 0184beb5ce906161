//! What all renderers of a gate promise, whatever a verdict contains.

use crate::gate_schema as schema;
use crate::samples;
use crate::verdicts::{self, HOSTILE};
use hil_model::comparison::Change;
use hil_model::gate::{Decision, GateVerdict};
use hil_model::verdict::Outcome;
use hil_report::clean::is_unsafe;
use hil_report::gate::{View, annotations, artefacts, html, junit, markdown, terminal};
use hil_report::render::terminal::Options;
use hil_report::view::Tone;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use unicode_width::UnicodeWidthStr;

const PLAIN: Options = Options { width: 80, color: false, unicode: true };

/// Every format that is not a stream of colours.
fn everywhere(verdict: &GateVerdict) -> Vec<(&'static str, String)> {
    let mut all = vec![("terminal", terminal::render(&View::new(verdict), PLAIN))];
    all.extend(artefacts(verdict).unwrap().map(|artefact| (artefact.name, artefact.text)));
    all
}

/// The mixed verdict with `text` in every place where foreign text can stand.
fn with_text(text: &str) -> GateVerdict {
    let mut verdict = verdicts::mixed().verdict;
    let some = || Some(text.to_owned());
    for row in &mut verdict.rows {
        row.title = text.to_owned();
        (row.reason, row.reason_code) = (some(), some());
        if let Some(place) = &mut row.place {
            place.file = text.to_owned();
        }
        if let Some(acknowledged) = &mut row.acknowledged {
            acknowledged.reason = text.to_owned();
            acknowledged.owner = text.to_owned();
            acknowledged.until = text.to_owned();
        }
        if let Some(ratio) = &mut row.ratio {
            ratio.remark = some();
        }
    }
    for check in &mut verdict.checks {
        (check.reason, check.reason_code, check.note) = (some(), some(), some());
        (check.limit, check.acceptable) = (some(), some());
        check.place.file = text.to_owned();
    }
    for error in &mut verdict.errors {
        error.phase = text.to_owned();
        error.message = text.to_owned();
    }
    for side in [verdict.baseline.as_mut().unwrap(), &mut verdict.candidate] {
        side.name = text.to_owned();
        side.commit = some();
    }
    verdict.summary = text.to_owned();
    verdict.repeat = text.to_owned();
    verdict.started = text.to_owned();
    verdict.noise.warnings = vec![text.to_owned()];
    verdict.noise.governor = some();
    let environment = &mut verdict.environment;
    for field in [&mut environment.cpu, &mut environment.os, &mut environment.rustc, &mut environment.hil] {
        *field = text.to_owned();
    }
    environment.builds = vec![text.to_owned()];
    verdict
}

/// The mixed verdict with its rows again and again.
fn with_rows(n: usize, change: Option<Change>) -> GateVerdict {
    let mut verdict = verdicts::mixed().verdict;
    let rows = verdict.rows.clone();
    verdict.rows = rows.iter().cycle().take(n).cloned().collect();
    for row in &mut verdict.rows {
        row.change = change.unwrap_or(row.change);
    }
    verdict
}

#[test]
fn markup_in_any_field_stays_text() {
    for verdict in [with_text(HOSTILE), verdicts::mixed().verdict] {
        for (format, text) in everywhere(&verdict) {
            if ["terminal", "annotations.txt"].contains(&format) {
                continue;
            }
            assert!(!text.contains("<script") && !text.contains("</bdi>]]>"), "{format}");
            if format.ends_with(".md") {
                assert!(!text.contains("](https") && !text.contains("@all") && !text.contains(" #1"), "{format}");
                // A table keeps its columns: foreign text adds no bar.
                for line in text.lines().filter(|line| line.starts_with("| ! ") || line.starts_with("| ✗ ")) {
                    assert!([6, 8].contains(&line.matches('|').count()), "{format}: {line}");
                }
            }
        }
    }
}

#[test]
fn foreign_text_is_no_workflow_command() {
    for verdict in [with_text(HOSTILE), with_text("a\n::error::b"), with_text("a%0A::error::b")] {
        let text = annotations::render(&View::new(&verdict));
        for line in text.lines() {
            let command = line.strip_prefix("::").unwrap_or_else(|| panic!("{line}"));
            let (head, _) = command.split_once("::").unwrap();
            let (kind, properties) = head.split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&kind), "{line}");
            for property in properties.split(',') {
                let (name, _) = property.split_once('=').unwrap_or_else(|| panic!("{property} in {line}"));
                assert!(["file", "line", "title"].contains(&name), "{line}");
            }
        }
        assert!(!text.contains("%0A::error::b") || text.contains("%250A::error::b"), "{text}");
    }
}

#[test]
fn annotations_stand_at_the_scenario_worst_first_and_the_last_counts_what_was_cut() {
    let text = annotations::render(&View::new(&with_rows(600, None)));
    let kinds: Vec<&str> = text.lines().map(|line| line[2..].split(' ').next().unwrap()).collect();
    let expected: Vec<&str> = [["error"; 10].as_slice(), ["warning"; 10].as_slice(), ["notice"].as_slice()].concat();
    assert_eq!(kinds, expected);
    // 200 rows are invalid, 100 regressed and expired or not acknowledged, besides 2 faults and 3 missed limits.
    assert!(text.lines().last().unwrap().contains("Not shown here: 295 of 305 errors, 194 of 204 warnings;"), "{text}");
    let few = annotations::render(&View::new(&verdicts::pass().verdict));
    assert!(few.contains("::warning file=scenarios/lan-desktop-keyword.toml,line=12,title=regressed%2C acknowledged"));
    assert_eq!(few.lines().count(), 2, "{few}");
}

#[test]
fn a_gate_that_is_not_passed_is_never_without_an_error() {
    for decision in [Decision::Fail, Decision::Invalid] {
        let mut verdict = verdicts::pass().verdict;
        verdict.decision = decision;
        let view = View::new(&verdict);
        assert!(annotations::render(&view).starts_with("::error title=Hilbench gate"), "{decision}");
        let document = schema::read(&junit::render(&view));
        assert_ne!((document.attributes["failures"].as_str(), document.attributes["errors"].as_str()), ("0", "0"));
        assert_eq!(view.tone, Tone::Bad);
        for (format, text) in everywhere(&verdict) {
            assert!(text.to_lowercase().contains(&format!("{decision}")), "{format}");
        }
    }
}

#[test]
fn only_a_pass_that_nothing_takes_away_from_sounds_good() {
    let pass = verdicts::pass().verdict;
    assert_eq!(View::new(&pass).tone, Tone::Good);
    for spoil in [
        (|verdict| verdict.interrupted = true) as fn(&mut GateVerdict),
        |verdict| verdict.errors = samples::mixed().run.errors,
        |verdict| (verdict.rows, verdict.checks) = (Vec::new(), Vec::new()),
        |verdict| verdict.decision = Decision::Inconclusive,
    ] {
        let mut verdict = pass.clone();
        spoil(&mut verdict);
        assert_eq!(View::new(&verdict).tone, Tone::Open);
    }
}

#[test]
fn comments_of_thousands_of_rows_fit_and_count_what_was_cut() {
    for change in [None, Some(Change::Regressed), Some(Change::Unchanged)] {
        let verdict = with_rows(5_000, change);
        let view = View::new(&verdict);
        let text = markdown::render(&view);
        assert!(text.len() <= markdown::LIMIT && text.len() > markdown::LIMIT / 2, "{}", text.len());
        assert!(text.ends_with(&format!("{}\n", markdown::MARKER)));
        let cut = text.lines().find(|line| line.contains("**Cut to fit.**")).unwrap();
        assert!(cut.contains("of 5000 lines") && cut.contains("verdict.json"), "{cut}");
        // What is to be trusted, the faults and the missed limits are never pushed out by rows.
        for section in ["#### What to trust", "#### Rig errors", "#### Declared limits that are not met"] {
            assert!(text.contains(section), "{section}");
        }
        let shown = text.lines().filter(|line| line.starts_with("| ")).count();
        assert!(shown > 40, "{shown} rows are shown");
        let short = markdown::render_short(&view);
        assert!(short.len() <= markdown::SHORT_LIMIT && short.ends_with(&format!("{}\n", markdown::MARKER)));
        assert!(change == Some(Change::Unchanged) || short.contains("more rows"), "{short}");
        let summary = markdown::render_summary(&view);
        assert!(summary.len() <= markdown::SUMMARY_LIMIT && summary.len() > markdown::LIMIT, "{}", summary.len());
    }
}

#[test]
fn long_foreign_text_leaves_room_for_the_marker() {
    let verdict = with_text(&"<".repeat(100_000));
    let view = View::new(&verdict);
    for (text, limit) in
        [(markdown::render(&view), markdown::LIMIT), (markdown::render_short(&view), markdown::SHORT_LIMIT)]
    {
        assert!(text.len() <= limit && text.ends_with(&format!("{}\n", markdown::MARKER)), "{}", text.len());
    }
}

#[test]
fn junit_is_what_the_schema_asks_for_and_its_sums_are_right() {
    let schema = schema::read(include_str!("../../../fixtures/junit/junit.xsd"));
    let verdicts = verdicts::all().map(|sample| sample.verdict).into_iter();
    for verdict in verdicts.chain([with_text(HOSTILE), with_text(""), with_rows(500, None)]) {
        let text = junit::render(&View::new(&verdict));
        let document = schema::read(&text);
        assert_eq!(schema::validate(&schema, &document), Ok(()));
        let count = |name: &str| {
            let mut found = Vec::new();
            document.all(name, &mut found);
            found.len().to_string()
        };
        for (sum, name) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
            assert_eq!(document.attributes[sum], count(name), "{sum}");
        }
        let beside = 1 + verdict.errors.len() + usize::from(verdict.interrupted);
        let controls = verdict.controls.iter().filter(|control| !control.agrees).count();
        assert_eq!(count("testcase"), (verdict.rows.len() + verdict.checks.len() + beside + controls).to_string());
        let mut cases = Vec::new();
        document.all("testcase", &mut cases);
        let names: std::collections::HashSet<_> =
            cases.iter().map(|case| (&case.attributes["classname"], &case.attributes["name"])).collect();
        assert_eq!(names.len(), cases.len(), "no two cases of a file have one name");
    }
}

#[test]
fn junit_of_a_run_is_what_the_schema_asks_for_too() {
    let schema = schema::read(include_str!("../../../fixtures/junit/junit.xsd"));
    for sample in samples::all() {
        let view = hil_report::view::View::new(&sample.run, &sample.distributions);
        let mut document = schema::read(&hil_report::render::junit::render(&view));
        // The sum over all suites is beyond the schema of Jenkins; readers ignore it.
        assert!(document.attributes.remove("skipped").is_some());
        assert_eq!(schema::validate(&schema, &document), Ok(()), "{}", sample.name);
    }
}

#[test]
fn a_proof_is_told_with_what_it_could_not_have_seen() {
    let mut verdict = verdicts::pass().verdict;
    verdict.rows[0].smallest_seen = Some(0.012_34);
    for (format, text) in everywhere(&verdict) {
        assert!(["annotations.txt"].contains(&format) || text.contains("1.3 %"), "{format}: {text}");
    }
}

#[test]
fn emulated_figures_say_so_in_every_format() {
    let mut verdict = verdicts::mixed().verdict;
    verdict.checks.clear();
    verdict.rows.retain(|row| row.evidence == Some(hil_model::lab::Evidence::Emulated));
    for (format, text) in everywhere(&verdict) {
        let n = text.matches("emulated").count();
        assert!(n >= verdict.rows.len() || format == "comment.md", "{format} says it {n} times");
    }
}

#[test]
fn rows_and_checks_stand_worst_first() {
    let verdict = verdicts::mixed().verdict;
    let view = View::new(&verdict);
    let blocking = view.rows.iter().take_while(|row| row.blocks()).count();
    assert_eq!(view.rows.iter().filter(|row| row.blocks()).count(), blocking);
    assert!(view.rows.iter().skip_while(|row| !row.is_green()).all(|row| row.is_green()), "green rows come last");
    assert!(view.checks.is_sorted_by_key(|check| std::cmp::Reverse(check.row.outcome)));
    assert_eq!(view.open_checks().next().map(|check| check.row.outcome), Some(Outcome::Invalid));
    assert!(!view.controls[0].agrees && view.controls[1].agrees);
}

#[test]
fn an_expired_acknowledgement_blocks_until_the_regression_is_proved_gone() {
    let mut verdict = verdicts::mixed().verdict;
    let expired = verdict.rows.iter().position(|row| row.acknowledged.as_ref().is_some_and(|a| a.expired)).unwrap();
    for change in Change::ALL {
        verdict.rows[expired].change = change;
        let view = View::new(&verdict);
        let row = view.rows.iter().find(|row| row.index == expired).unwrap();
        let is_green = matches!(change, Change::Improved | Change::Unchanged);
        assert_eq!(row.blocks(), !is_green, "{change}");
    }
}

#[test]
fn the_page_asks_for_nothing_from_elsewhere() {
    for sample in verdicts::all() {
        let page = html::render(&View::new(&sample.verdict)).unwrap();
        for load in ["src=\"", "<script", "@import", "url(", "<link", "href=\"h"] {
            assert!(!page.contains(load), "{load} in {}", sample.name);
        }
    }
}

#[test]
fn terminal_lines_keep_to_the_width_and_colour_changes_no_letter() {
    for sample in verdicts::all() {
        let view = View::new(&sample.verdict);
        for width in 40..160 {
            let text = terminal::render(&view, Options { width, ..PLAIN });
            for line in text.lines() {
                assert!(line.width() <= width, "{} at {width}: {line:?}", sample.name);
                assert_eq!(line.trim_end(), line, "no idle spaces");
            }
        }
        let coloured = terminal::render(&view, Options { color: true, ..PLAIN });
        let mut parts = coloured.split('\u{1b}');
        let mut plain = parts.next().unwrap().to_owned();
        parts.for_each(|part| plain.push_str(part.split_once('m').unwrap().1));
        assert_eq!(plain, terminal::render(&view, PLAIN));
        assert!(terminal::render(&view, Options { unicode: false, ..PLAIN }).is_ascii());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn no_unsafe_character_of_any_field_reaches_any_format(text in any::<String>()) {
        let verdict = with_text(&format!("{text}\u{1b}[2J\u{9b}1m\u{202e}\r\n"));
        for (format, text) in everywhere(&verdict) {
            let found = text.chars().find(|c| is_unsafe(*c) && *c != '\n');
            prop_assert!(found.is_none(), "{found:?} in {format}");
        }
    }
}
