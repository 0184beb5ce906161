//! Kernels as an agent runs them, where boards and desktops run the very same one.

mod keyword_hop;

pub use keyword_hop::KeywordHop;
