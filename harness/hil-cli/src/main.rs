//! The binary `hil`.
fn main() {}
