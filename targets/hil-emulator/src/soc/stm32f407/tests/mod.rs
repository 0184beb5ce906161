//! The STM32F407 over its bus, as programs and flash algorithms see it.

mod clock;
mod clocks;
mod exti;
mod flash;
mod low_power;
mod ports;
mod units;
