//! What all renderers promise, whatever a run contains.

#[cfg(test)]
#[path = "gate/promises.rs"]
mod gate_promises;
#[cfg(test)]
#[path = "gate/schema.rs"]
mod gate_schema;
#[cfg(test)]
mod samples;
#[cfg(test)]
#[path = "gate/verdicts.rs"]
mod verdicts;

#[cfg(test)]
mod promises {
    use crate::samples;
    use hil_model::lab::Evidence;
    use hil_model::run::{Alarm, Run};
    use hil_model::scenario::Severity;
    use hil_model::verdict::Outcome;
    use hil_report::clean::is_unsafe;
    use hil_report::render::terminal::Options;
    use hil_report::render::{html, json, junit, markdown, terminal};
    use hil_report::view::{Tone, View};
    use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
    use unicode_width::UnicodeWidthStr;

    const PLAIN: Options = Options { width: 80, color: false, unicode: true };

    /// Every text of a run, in every format that is not a stream of colours.
    fn everywhere(run: &Run) -> [(&'static str, String); 5] {
        let view = View::new(run, &[]);
        [
            ("terminal", terminal::render(&view, PLAIN)),
            ("html", html::render(&view).unwrap()),
            ("markdown", markdown::render(&view)),
            ("junit", junit::render(&view)),
            ("json", json::render(&view).unwrap()),
        ]
    }

    /// The mixed run with `text` in every place where foreign text can stand.
    fn with_text(text: &str) -> Run {
        let mut run = samples::mixed().run;
        let some = || Some(text.to_owned());
        run.fault = some();
        run.started = text.to_owned();
        for check in &mut run.checks {
            check.title = text.to_owned();
            check.reason = some();
            check.reason_code = some();
            check.note = some();
            check.limit = some();
            check.acceptable = some();
            check.place.file = text.to_owned();
            if let Some(figure) = &mut check.estimate {
                figure.remark = some();
            }
        }
        for alert in &mut run.alerts {
            alert.when = text.to_owned();
        }
        for error in &mut run.errors {
            error.phase = text.to_owned();
            error.message = text.to_owned();
        }
        for data in &mut run.data {
            data.name = text.to_owned();
            data.attribution = text.to_owned();
            data.licence = text.to_owned();
            data.sha256 = text.to_owned();
        }
        let environment = &mut run.environment;
        for field in [&mut environment.cpu, &mut environment.os, &mut environment.rustc, &mut environment.hil] {
            *field = text.to_owned();
        }
        run.noise.governor = some();
        run.noise.warnings = vec![text.to_owned()];
        run
    }

    #[test]
    fn markup_in_any_field_stays_text() {
        let run = with_text("<script>x</script>\"><img src=x onerror=y>'&]]>");
        for (format, text) in everywhere(&run) {
            if format == "terminal" || format == "json" {
                continue;
            }
            assert!(!text.contains("<script") && !text.contains("<img"), "{format}");
            assert!(!text.contains("\"><") || format != "junit", "{format}");
        }
    }

    #[test]
    fn an_injected_fault_is_loud_in_every_format() {
        let mut run = samples::green().run;
        run.fault = Some("slow-kernel".to_owned());
        for (format, text) in everywhere(&run) {
            assert!(text.contains("slow-kernel"), "{format}");
        }
        let junit = junit::render(&View::new(&run, &[]));
        assert!(junit.contains("<error type=\"injected-fault\""), "an all-green file would hide the fault: {junit}");
        assert_eq!(View::new(&run, &[]).headline.tone, Tone::Bad);
    }

    #[test]
    fn only_a_run_that_answered_everything_sounds_good() {
        let green = samples::green().run;
        assert_eq!(View::new(&green, &[]).headline.tone, Tone::Good);
        for outcome in Outcome::ALL {
            let mut run = green.clone();
            run.checks[0].verdict = outcome;
            let is_harmless = matches!(outcome, Outcome::Pass | Outcome::Reported | Outcome::NotApplicable);
            assert_eq!(View::new(&run, &[]).headline.tone == Tone::Good, is_harmless, "{outcome}");
        }
        let mut interrupted = green.clone();
        interrupted.interrupted = true;
        assert_ne!(View::new(&interrupted, &[]).headline.tone, Tone::Good);
        let mut broken = green;
        broken.errors = samples::mixed().run.errors;
        assert_ne!(View::new(&broken, &[]).headline.tone, Tone::Good);
        assert_eq!(View::new(&samples::empty().run, &[]).headline.word, "NOTHING JUDGED");
    }

    #[test]
    fn a_quick_run_says_so_before_its_verdict_is_believed() {
        let mut run = samples::green().run;
        run.quick = true;
        let view = View::new(&run, &[]);
        assert_eq!((view.headline.word, view.headline.tone), ("PASS (quick run)", Tone::Open));
        for (format, text) in everywhere(&run) {
            assert!(text.to_lowercase().contains("quick"), "{format}");
            assert!(format == "junit" || format == "json" || text.contains("PASS (quick run)"), "{format}");
        }
        assert!(junit::render(&view).contains("<property name=\"quick\" value=\"true\"/>"));
        run.fault = Some("slow-kernel".to_owned());
        assert_eq!(View::new(&run, &[]).headline.word, "FAULT INJECTED");
    }

    #[test]
    fn raised_alerts_stand_in_the_headline_and_critical_ones_take_its_green() {
        let mut run = samples::green().run;
        run.alerts = samples::mixed().run.alerts;
        run.alerts.iter_mut().for_each(|alert| (alert.alarm, alert.severity) = (Alarm::Quiet, Severity::Critical));
        let said = |run: &Run| (View::new(run, &[]).headline.text, View::new(run, &[]).headline.tone);
        assert_eq!(said(&run), ("All 6 judged checks meet their targets.".to_owned(), Tone::Good));
        (run.alerts[0].alarm, run.alerts[0].severity) = (Alarm::Raised, Severity::Warning);
        let text = "All 6 judged checks meet their targets, 1 warning alert raised.".to_owned();
        assert_eq!(said(&run), (text, Tone::Good));
        run.alerts[1].alarm = Alarm::Raised;
        let text = "All 6 judged checks meet their targets, 1 critical alert and 1 warning alert raised.".to_owned();
        assert_eq!(said(&run), (text, Tone::Open));
    }

    #[test]
    fn figures_of_alerts_carry_their_own_label() {
        let mut run = samples::green().run;
        run.alerts = samples::mixed().run.alerts;
        run.alerts.retain(|alert| alert.evidence == Some(Evidence::Emulated));
        for (format, text) in everywhere(&run) {
            assert!(format == "junit" || text.contains("emulated"), "{format}");
        }
        let labels: Vec<_> = View::new(&run, &[]).alerts.iter().map(|alert| alert.evidence).collect();
        assert_eq!(labels, [Some(Evidence::Emulated)], "all checks of this run are measured on the host");
    }

    #[test]
    fn the_same_run_can_be_asked_for_again() {
        let mut run = samples::mixed().run;
        let again = |run: &Run| View::new(run, &[]).reproduce;
        let command = "hil run scenarios/edge-desktop-mixed.toml --only EDGE-08 --seed 42";
        assert_eq!(again(&run), Some(format!("{command} --quick")));
        run.quick = false;
        assert_eq!(again(&run).as_deref(), Some(command));
    }

    #[test]
    fn the_last_event_is_the_summary_with_two_places() {
        let run = samples::mixed().run;
        let view = View::new(&run, &[]);
        let read = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
        let text = json::run_finished(&view, "runs/\u{9b}\u{fffd}", "runs/report.html").unwrap();
        assert_eq!(text.lines().count(), 1);
        assert!(!text.contains('\u{9b}'));
        let mut event = read(text);
        let fields = event.as_object_mut().unwrap();
        assert_eq!(fields.remove("event"), Some("run-finished".into()));
        assert_eq!(fields.remove("folder"), Some("runs/\u{9b}\u{fffd}".into()));
        assert_eq!(fields.remove("report"), Some("runs/report.html".into()));
        assert_eq!(event, read(json::render(&view).unwrap()));
    }

    #[test]
    fn remarks_on_figures_are_dim_and_break_between_words() {
        let run = samples::quick().run;
        let view = View::new(&run, &[]);
        let remark = run.checks[1].estimate.as_ref().unwrap().remark.as_deref().unwrap();
        for width in 60..200 {
            let text = terminal::render(&view, Options { width, color: true, ..PLAIN });
            let lines = text.lines().map(str::trim_start).skip_while(|line| !line.contains("figure: "));
            let dim: Vec<&str> =
                lines.map_while(|line| line.strip_prefix("\u{1b}[2m")?.strip_suffix("\u{1b}[0m")).collect();
            assert_eq!(dim.join(" "), format!("figure: {remark}"), "at {width} columns");
        }
    }

    #[test]
    fn a_figure_that_stands_in_is_labelled_at_the_figure() {
        let sample = samples::mixed();
        let page = html::render(&View::new(&sample.run, &sample.distributions)).unwrap();
        for (value, label) in [("4.92 mW", "emulated"), ("71.4 KB", "replayed"), ("16.1 ms", "software-gpu")] {
            let figure = page.lines().find(|line| line.contains("class=\"figure\"") && line.contains(value)).unwrap();
            assert!(figure.contains(&format!(">{label}<")), "{figure}");
            let comment = markdown::render(&View::new(&sample.run, &[]));
            assert!(comment.contains(&format!("**{value}**")) && comment.contains(&format!("*{label}*")), "{comment}");
        }
        assert!(page.lines().any(|line| line.contains("<figcaption") && line.contains("emulated")));
    }

    #[test]
    fn the_page_asks_for_nothing_from_elsewhere() {
        for sample in samples::all() {
            let page = html::render(&View::new(&sample.run, &sample.distributions)).unwrap();
            for load in ["src=\"", "<script", "@import", "url(", "<link", "href=\"h"] {
                assert!(!page.contains(load), "{load} in {}", sample.name);
            }
        }
    }

    #[test]
    fn terminal_lines_keep_to_the_width() {
        for sample in samples::all() {
            let view = View::new(&sample.run, &sample.distributions);
            for width in 40..200 {
                let text = terminal::render(&view, Options { width, ..PLAIN });
                for line in text.lines() {
                    assert!(line.width() <= width, "{} at {width}: {line:?}", sample.name);
                    assert_eq!(line.trim_end(), line, "no idle spaces");
                }
            }
        }
    }

    #[test]
    fn colour_adds_codes_and_changes_no_letter() {
        let sample = samples::mixed();
        let view = View::new(&sample.run, &[]);
        let coloured = terminal::render(&view, Options { color: true, ..PLAIN });
        let mut plain = String::new();
        let mut parts = coloured.split('\u{1b}');
        plain.push_str(parts.next().unwrap());
        for part in parts {
            plain.push_str(part.split_once('m').unwrap().1);
        }
        assert_eq!(plain, terminal::render(&view, PLAIN));
        assert!(coloured.len() > plain.len());
    }

    #[test]
    fn ascii_means_ascii() {
        let sample = samples::mixed();
        let text = terminal::render(&View::new(&sample.run, &[]), Options { unicode: false, ..PLAIN });
        assert!(text.is_ascii());
    }

    #[test]
    fn a_comment_of_a_huge_run_fits_and_counts_what_was_cut() {
        let mut run = samples::mixed().run;
        let checks = run.checks.clone();
        while run.checks.len() < 2_000 {
            run.checks.extend(checks.iter().cloned());
        }
        let text = markdown::render(&View::new(&run, &[]));
        assert!(text.len() <= markdown::LIMIT, "{}", text.len());
        assert!(text.len() > markdown::LIMIT / 2, "room is used");
        assert!(text.contains("**Cut to fit.**") && text.contains("lines"), "{}", &text[..2_000]);
        assert!(text.ends_with(&format!("{}\n", markdown::MARKER)));
        // The worst verdicts are kept before the better ones.
        assert!(text.contains("! invalid") && !text.contains("All 2002 checks"));
    }

    #[test]
    fn the_summary_for_scripts_keeps_the_names_of_the_stored_run() {
        let run = samples::mixed().run;
        let summary: serde_json::Value = serde_json::from_str(&json::render(&View::new(&run, &[])).unwrap()).unwrap();
        let check = &summary["checks"][4];
        assert_eq!(summary["format"], "1.0");
        for (field, value) in [("target", "LAN-16"), ("verdict", "fail"), ("unit", "ms"), ("evidence", "host")] {
            assert_eq!(check[field], value, "{field}");
        }
        assert_eq!(check["estimate"]["upper"], 8.84);
        assert_eq!(summary["errors"].as_array().map(Vec::len), Some(1));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
        #[test]
        fn no_unsafe_character_of_any_field_reaches_any_format(text in any::<String>()) {
            let run = with_text(&format!("{text}\u{1b}[2J\u{9b}1m\u{202e}\r\n"));
            for (format, text) in everywhere(&run) {
                let found = text.chars().find(|c| is_unsafe(*c) && *c != '\n');
                prop_assert!(found.is_none(), "{found:?} in {format}");
            }
        }
    }
}
