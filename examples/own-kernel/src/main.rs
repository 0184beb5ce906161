//! An own kernel.
fn main() {}
