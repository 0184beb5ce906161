//! What a chip has to offer so that the agent can measure the power that it takes: a converter at the amplifier over the
//! shunt, a pin that says when it works, and sleep.

use hil_wire::message::{CameUp, Converter};

/// Codes that are kept of a period: what the fastest converter here takes in 20 ms.
pub const CODES: usize = 4096;

/// A converter and the chip's ways to sleep. Times are in ticks of the agent's clock, which is the core's cycle counter.
pub trait Meter {
    /// The converter, with the voltages as they are now.
    fn converter(&mut self) -> Converter<'static>;

    /// Ticks from the return of [`Meter::start`] to the moment of the first code.
    fn first_ticks(&self) -> u64;

    /// Ticks from one code to the next.
    fn sample_ticks(&self) -> u64;

    /// Starts the converter. It writes codes to `codes` by itself, as many as fit.
    fn start(&mut self, codes: &'static mut [u16]);

    /// Stops the converter, switches it off, and gives the codes back with how many there are.
    fn stop(&mut self) -> (&'static mut [u16], usize);

    /// Drives the pin that tells others when the chip works.
    fn mark(&mut self, works: bool);

    /// Sleeps with all clocks running. Gives the ticks that passed in the call, by a counter that sleep does not stop: at
    /// least `ticks`.
    fn sleep(&mut self, ticks: u64) -> u64;

    /// Sleeps as deeply as the chip can without losing its RAM, with the converter off, and puts the clocks back. Gives the
    /// ticks that passed in the call, which are no more than `ticks` by much, and 0 when it does not pay for so short a
    /// time.
    fn stop_clocks(&mut self, ticks: u64) -> u64;

    /// The chip's own sensor of temperature: its name, and its reading in thousandths of a degree Celsius; nothing for a chip
    /// without one.
    fn temperature(&mut self) -> Option<(&'static str, i32)> {
        None
    }

    /// What the clocks took to come up again behind the last [`Meter::stop_clocks`] that stopped them, where the chip can tell.
    fn came_up(&self) -> Option<CameUp> {
        None
    }
}
