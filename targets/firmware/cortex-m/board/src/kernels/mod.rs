//! The shared kernels in the form that fits a board, and the watch over how deep their calls go.

mod faulty;
mod spotting;
mod watched;

pub use faulty::Faulty;
pub use hil_kernels::agent::{FixedGuideHop, KeywordHop, LtcSolver, LtcSound};
pub use spotting::Spotting;
pub use watched::{Call, Watched, deepest_call};
