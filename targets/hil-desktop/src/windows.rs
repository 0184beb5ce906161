//! What Windows offers to a program that uses the standard library alone, and what it does not.
//!
//! `unix` has the same modules with the same functions. What cannot be read here is `None`, so that nobody takes a
//! zero for a figure.

pub(crate) mod clock;
pub(crate) mod memory;
pub(crate) mod process;
pub(crate) mod stdio;
