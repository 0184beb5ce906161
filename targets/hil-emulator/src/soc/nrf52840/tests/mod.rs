//! The nRF52840 over its bus, as programs, flash algorithms and debuggers see it.

mod flash;
mod ports;
