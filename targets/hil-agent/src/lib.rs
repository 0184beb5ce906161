//! The device side: a state machine that answers the host, the same on every machine; no standard library, no heap.
//!
//! A machine supplies a [`Platform`](platform::Platform): a link and counters. A user supplies kernels by
//! implementing [`Kernel`](kernel::Kernel). [`Agent`](agent::Agent) does the rest: [`measure`] holds the only code
//! that stands between the readings of the counters.
//!
//! Guarantees: nothing is sent, allocated or computed inside a timed region; what reading the counters costs is
//! measured through the same code; a request that cannot be carried out is answered with the reason.
//! Deadlines, budgets and every decision about figures are left to the host.

#![no_std]
#![forbid(unsafe_code)]

pub mod agent;
pub mod kernel;
mod link;
pub mod measure;
pub mod platform;
pub mod text;
