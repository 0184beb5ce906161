//! Whole programs and what they draw: average currents against the figures that the model cites, windows that firmware
//! marks, the external meter's view, and that all of it is the same to the byte however a run is cut into slices.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

mod document;
mod nrf52840;
mod own;
mod script;
mod stm32f4;

#[path = "../shared/semihosting.rs"]
mod semihosting;

use std::io::Write;
use std::sync::{Arc, Mutex};

use hil_emulator::machine::Machine;
use hil_emulator::power::window::Window;

/// A file in memory.
#[derive(Debug, Clone, Default)]
pub struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    /// What has been written.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What the chip draws while `machine` runs for `cycles`.
pub fn window(machine: &mut Machine, cycles: u64) -> Window {
    let reading = |machine: &Machine| machine.cpu.supply.reading(machine.cpu.clock.time_at(machine.cpu.cycles));
    let before = reading(machine);
    script::run(machine, cycles, u64::MAX);
    reading(machine).since(&before, "whole")
}

/// Within 5 % of the figure that the model cites.
pub fn near(window: &Window, cited_amperes: f64, what: &str) {
    let found = window.amperes();
    assert!((found / cited_amperes - 1.0).abs() < 0.05, "{what}: {found} A on average, cited {cited_amperes} A");
}
