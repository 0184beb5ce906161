//! A debug probe on TCP: the Black Magic remote protocol, as its firmware speaks it on the serial line.
//!
//! A request is `!`, two letters that say what is wanted, hexadecimal arguments and `#`; an answer is `&K` with a
//! value (done), `&E` (the target refused), `&P` (the arguments make no sense) or `&N` (not known), and `#`. Source:
//! `src/remote.c` and `src/remote/protocol_v*.c` of the Black Magic firmware, as far as probe-rs 0.32 uses them.
//!
//! [`request`] reads requests, [`session`] carries them out on a board, [`server`] does so for whoever connects.

pub mod request;
pub mod server;
pub mod session;

pub use server::{Options, Server, ServerError};
