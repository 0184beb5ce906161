//! The summary that scripts read from standard output: `{"format", "checks", "errors"}` and the marks of the run.
//!
//! Checks, alerts and errors have the fields of `run.json`, because they are written by the same code; only the
//! machine, the noise and the data are left out. Characters that could steer a terminal are escaped. The last event of
//! `hil run --format json` is the same summary, with the places where the run and its report lie.

use std::fmt::Write as _;

use hil_model::run::{AlertResult, CheckResult, FormatVersion, RigFault};

use crate::clean::is_unsafe;
use crate::render::RenderError;
use crate::view::View;

#[derive(serde::Serialize)]
struct Summary<'a> {
    format: FormatVersion,
    run: &'a str,
    fault: Option<&'a str>,
    quick: bool,
    interrupted: bool,
    checks: &'a [CheckResult],
    alerts: &'a [AlertResult],
    errors: &'a [RigFault],
}

#[derive(serde::Serialize)]
struct Finished<'a> {
    event: &'static str,
    folder: &'a str,
    report: &'a str,
    #[serde(flatten)]
    summary: Summary<'a>,
}

/// One JSON document on one line, with a newline at its end.
///
/// # Errors
/// [`RenderError::Json`] when a value has no JSON form; the types of the model all have one.
pub fn render(view: &View<'_>) -> Result<String, RenderError> {
    line(&summary(view))
}

/// The same as the event `run-finished`, with the run's folder and the report in it.
///
/// # Errors
/// [`RenderError::Json`] when a value has no JSON form; the types of the model all have one.
pub fn run_finished(view: &View<'_>, folder: &str, report: &str) -> Result<String, RenderError> {
    line(&Finished { event: "run-finished", folder, report, summary: summary(view) })
}

fn summary<'a>(view: &View<'a>) -> Summary<'a> {
    let run = view.run;
    Summary {
        format: run.format,
        run: run.id.as_str(),
        fault: run.fault.as_deref(),
        quick: run.quick,
        interrupted: run.interrupted,
        checks: &run.checks,
        alerts: &run.alerts,
        errors: &run.errors,
    }
}

fn line(document: &impl serde::Serialize) -> Result<String, RenderError> {
    let mut text = escape(&serde_json::to_string(document)?);
    text.push('\n');
    Ok(text)
}

/// Such characters stand only inside JSON strings, where `\uXXXX` means the same.
fn escape(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::escape;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn escaped_strings_read_back(text in any::<String>()) {
            let json = escape(&serde_json::to_string(&text).unwrap());
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
