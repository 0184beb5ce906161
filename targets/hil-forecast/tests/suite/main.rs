//! The crate from outside: attention by its definition, gradients by finite differences, training with every option, and
//! the real series where the environment says where it is.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod attention;
mod common;
mod etth1;
mod gradients;
mod parallel;
mod precision;
mod training;
