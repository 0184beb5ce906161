//! Render: the table of checks, and where the report is.

use std::path::Path;

use hil_model::run::Run;
use hil_report::render::json;
use hil_report::render::terminal::{self, Options};
use hil_report::view::View;

use crate::args::Format;
use crate::show::{Show, clean, clean_json, print_out};
use crate::stages::append::REPORT;
use crate::surroundings::Surroundings;

/// Prints the outcome of a run: a table for people, or the last event for scripts.
pub fn render(run: &Run, folder: &Path, format: Format, around: &Surroundings, show: &mut Show) {
    let report = folder.join(REPORT);
    match format {
        Format::Json => {
            let view = View::new(run, &[]);
            // JSON holds only Unicode; a folder may be named in another way.
            match json::run_finished(&view, &folder.to_string_lossy(), &report.to_string_lossy()) {
                Ok(event) => print_out(&clean_json(&event)),
                Err(error) => show.warn(&error.to_string()),
            }
        }
        Format::Text => {
            print_out(&table(run, around));
            print_out(&format!("\nreport: {}\n", clean(&report.display().to_string())));
        }
    }
}

/// The table of checks. Colours are taken out again where standard output does not want them.
#[must_use]
pub fn table(run: &Run, around: &Surroundings) -> String {
    let view = View::new(run, &[]);
    terminal::render(&view, Options { width: around.width, color: true, unicode: around.unicode })
}
