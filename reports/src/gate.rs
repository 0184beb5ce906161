//! A gate's verdict to text that people and scripts read: pure renderers of one view.
//!
//! [`View`] puts a [`GateVerdict`] into display form once; each other file turns the view into one kind of text, so all
//! of them say the same. What the gate says was decided elsewhere: nothing here judges, and nothing looks better than
//! the decision. [`artefacts`] is everything that a job leaves behind, under the names that `ci/github/` expects.

pub mod annotations;
pub mod html;
pub mod junit;
pub mod markdown;
mod row;
pub mod terminal;
mod trust;
mod view;
pub mod words;

use hil_model::gate::GateVerdict;

use crate::render::RenderError;

pub use row::{Control, Picture, RatioText, Row, Standing};
pub use view::{CheckRow, View};

/// One file that a gate leaves behind besides `verdict.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// The file's name, without a folder.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}

/// Everything that a job of continuous integration leaves behind besides `verdict.json`: `report.html`, `report.md` (a
/// comment), `comment.md` (a short one), `summary.md` (of a job), `junit.xml` and `annotations.txt` (workflow commands).
///
/// # Errors
/// [`RenderError`] when the HTML template fails; nothing in a verdict is a reason for it.
pub fn artefacts(verdict: &GateVerdict) -> Result<[Artefact; 6], RenderError> {
    let view = View::new(verdict);
    Ok([
        Artefact { name: "report.html", text: html::render(&view)? },
        Artefact { name: "report.md", text: markdown::render(&view) },
        Artefact { name: "comment.md", text: markdown::render_short(&view) },
        Artefact { name: "summary.md", text: markdown::render_summary(&view) },
        Artefact { name: "junit.xml", text: junit::render(&view) },
        Artefact { name: "annotations.txt", text: annotations::render(&view) },
    ])
}
