//! The stages of the pipeline: each takes the results of those before it and adds one thing.

pub mod append;
pub mod archive;
pub mod drift;
pub mod estimate;
pub mod expand;
mod images;
pub mod judge;
mod level;
pub mod load;
pub mod measure;
pub mod render;
mod suites;
pub mod voice;
