//! The STM32F407 over its bus, as programs and flash algorithms see it.

mod clocks;
mod flash;
mod ports;
