//! The vocabulary of Hilbench: plain data that every stage of the flow shares, and no I/O at all.
//!
//! One module per arrow of the flow, in the order of the flow:
//! [`scenario`] (the question) and [`lab`] (what can answer it) -> [`plan`] (what will be done) ->
//! [`sample`] (what was observed) -> [`estimate`] (what it amounts to) -> [`verdict`] (what it proves) ->
//! [`run`] (what is kept). [`comparison`] sets two figures side by side, and [`gate`] is what is decided
//! about all of them; [`pairs`] is how two builds are measured for that. [`data`] is the input of workloads; [`id`], [`units`], [`metric`] and [`limit`] are the words they
//! are written in.
//!
//! Guarantees: values that exist are valid (a name has no control characters, a limit has a unit of its
//! metric's dimension); nothing here reads a file, a clock or the environment, so nothing here can fail
//! for a reason outside its arguments.

#![forbid(unsafe_code)]

pub mod comparison;
pub mod data;
pub mod estimate;
pub mod gate;
pub mod id;
pub mod lab;
pub mod limit;
pub mod metric;
pub mod pairs;
pub mod plan;
pub mod power;
pub mod run;
pub mod sample;
pub mod scenario;
pub mod text;
pub mod units;
pub mod verdict;
