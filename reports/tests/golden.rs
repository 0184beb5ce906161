//! Each renderer with each of the four sample runs and each of the four sample gates, as files in `golden/`.

#[cfg(test)]
mod samples;
#[cfg(test)]
#[path = "gate/verdicts.rs"]
mod verdicts;

#[cfg(test)]
mod golden {
    use crate::{samples, verdicts};
    use hil_report::gate;
    use hil_report::render::terminal::Options;
    use hil_report::render::{html, json, junit, markdown, terminal};
    use hil_report::view::View;

    fn each(kind: &str, render: impl Fn(&View<'_>) -> String) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../golden");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            for sample in samples::all() {
                let view = View::new(&sample.run, &sample.distributions);
                insta::assert_snapshot!(format!("{}.{kind}", sample.name), render(&view));
            }
        });
    }

    #[test]
    fn terminal_at_80_columns_in_ascii() {
        each("80", |view| terminal::render(view, Options { width: 80, color: false, unicode: false }));
    }

    #[test]
    fn terminal_at_140_columns_in_unicode() {
        each("140", |view| terminal::render(view, Options { width: 140, color: false, unicode: true }));
    }

    #[test]
    fn html_page() {
        each("html", |view| html::render(view).unwrap());
    }

    #[test]
    fn markdown_comment() {
        each("md", markdown::render);
    }

    #[test]
    fn junit_xml() {
        each("junit.xml", junit::render);
    }

    #[test]
    fn json_summary() {
        each("json", |view| json::render(view).unwrap());
    }

    fn each_gate(kind: &str, render: impl Fn(&gate::View<'_>) -> String) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../golden/gate");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            for sample in verdicts::all() {
                insta::assert_snapshot!(format!("{}.{kind}", sample.name), render(&gate::View::new(&sample.verdict)));
            }
        });
    }

    #[test]
    fn gate_in_a_terminal_at_80_columns_in_ascii() {
        each_gate("80", |view| gate::terminal::render(view, Options { width: 80, color: false, unicode: false }));
    }

    #[test]
    fn gate_in_a_terminal_at_140_columns_in_unicode() {
        each_gate("140", |view| gate::terminal::render(view, Options { width: 140, color: false, unicode: true }));
    }

    #[test]
    fn gate_as_a_page() {
        each_gate("html", |view| gate::html::render(view).unwrap());
    }

    #[test]
    fn gate_as_a_comment() {
        each_gate("md", gate::markdown::render);
    }

    #[test]
    fn gate_as_a_short_comment() {
        each_gate("short.md", gate::markdown::render_short);
    }

    #[test]
    fn gate_as_junit_xml() {
        each_gate("junit.xml", gate::junit::render);
    }

    #[test]
    fn gate_as_annotations() {
        each_gate("annotations", gate::annotations::render);
    }
}
