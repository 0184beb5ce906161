//! The shared kernels in the form that fits a board, and the watch over how deep their calls go.

mod faulty;
mod keyword_hop;
mod watched;

pub use faulty::Faulty;
pub use keyword_hop::KeywordHop;
pub use watched::{Call, Watched, deepest_call};
