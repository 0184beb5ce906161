//! The nRF52840 over its bus, as programs, flash algorithms and debuggers see it.

mod analog;
mod counters;
mod flash;
mod ports;
mod power;
