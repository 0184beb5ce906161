//! One output per file; each is a pure function of the same [`View`](crate::view::View).

pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod terminal;

/// Why a report could not be written. It never depends on what a run contains.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The HTML template could not be filled in.
    #[error("the HTML template failed: {0}")]
    Template(#[from] askama::Error),
    /// A plot could not be drawn.
    #[error("a plot failed: {0}")]
    Plot(String),
    /// The values could not be written as JSON.
    #[error("the values cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}
