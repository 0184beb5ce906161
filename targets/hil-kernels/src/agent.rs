//! Kernels as an agent runs them, where boards and desktops run the very same one.

mod guide_hop;
mod keyword_hop;
mod liquid;
mod liquid_sound;
mod liquid_tables;
mod matvec;
mod matvec_weights;
mod pace;
mod stage;
mod stage_decode;
mod stage_shared;

pub use guide_hop::{FixedGuideHop, FloatGuideHop, GuideHop, front_end_case};
pub use keyword_hop::KeywordHop;
pub use liquid::LtcSolver;
pub use liquid_sound::LtcSound;
pub use matvec::{Form, MatVec};
pub use pace::{Facts, Pace, Stages};
pub use stage::{Cell, Conv, FrontEnd, Owned, Scores, Stage, Work};
pub use stage_decode::StageDecode;
pub use stage_shared::Shared;
