//! The device side: a state machine over a small Platform trait; no_std.
