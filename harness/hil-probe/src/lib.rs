//! Debug probes through probe-rs: hardware as probe-rs finds it, and one in this process that ends at an emulated board.

#[cfg(feature = "emulator")]
pub mod emulated;

pub mod attached;
pub mod board;
pub mod order;
