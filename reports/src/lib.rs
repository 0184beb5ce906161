//! Runs to text that people and scripts read: pure renderers of one view.
//!
//! [`view::View`] turns a run into display form once; each file in [`render`] turns the view into one kind of
//! text. So all outputs say the same: the same figures with the same digits, the same words, the same order.
//!
//! Guarantees: no renderer reads a file, a clock or the environment; no control character of an input reaches an
//! output; a missing figure or end of an interval is shown as missing, never filled in. What a verdict is was decided
//! elsewhere; nothing here judges.

#![forbid(unsafe_code)]

pub mod clean;
pub mod distribution;
pub mod figure;
pub mod gate;
pub mod render;
pub mod side_by_side;
pub mod supply;
pub mod view;
pub mod words;
