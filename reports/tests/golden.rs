//! Each renderer with each of the four sample runs, as files in `golden/`.

#[cfg(test)]
mod samples;

#[cfg(test)]
mod golden {
    use crate::samples;
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
}
