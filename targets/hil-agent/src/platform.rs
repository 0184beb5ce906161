//! What the agent needs from the machine that it runs on.

use hil_wire::message::{CameUp, Clock, Converter, MemoryUse, Period};

use crate::kernel::RunsIn;
use crate::text::Text;

/// Longest name of a sensor, in bytes; what is longer is cut.
pub const SENSOR_NAME: usize = 32;

/// A machine: a link to the host, counters, and what it can say about itself.
///
/// The counters are read between the end of one kernel and the start of the next reading, so these methods shall do
/// nothing but read.
pub trait Platform {
    /// What the machine can say about itself.
    fn identity(&self) -> Identity;

    /// Waits for bytes from the host and takes as many as there are; at least one.
    ///
    /// # Errors
    /// [`LinkClosed`] when no more will come.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, LinkClosed>;

    /// Sends all `bytes` to the host.
    ///
    /// # Errors
    /// [`LinkClosed`] when the host does not listen any more.
    fn write(&mut self, bytes: &[u8]) -> Result<(), LinkClosed>;

    /// The clock that times iterations. It never wraps: 32-bit counters are extended here.
    fn clock(&mut self) -> u64;

    /// Nanoseconds of processor time used so far.
    fn cpu_ns(&mut self, whose: RunsIn) -> Option<u64>;

    /// Cycles of the processor.
    fn cycles(&mut self) -> Option<u64>;

    /// Largest memory use so far. For [`RunsIn::Agent`], a machine that knows what the agent itself takes (a board, whose
    /// static data is declared) says so in `agent`; where that is 0, the use before any workload takes its place.
    fn memory(&mut self, whose: RunsIn) -> Option<MemoryUse>;

    /// How warm the processor is: the sensor, and its reading in thousandths of a degree Celsius; nothing for machines without
    /// a sensor that can be read.
    fn temperature(&mut self) -> Option<(Text<SENSOR_NAME>, i32)> {
        None
    }

    /// What measures the power that the machine takes, and lets it sleep; nothing for machines that cannot.
    fn power(&mut self) -> Option<&mut dyn Power> {
        None
    }
}

/// A machine that measures its own power over a duty cycle: awake for one iteration, asleep for the rest of a period.
///
/// A period is `begin`, the iteration, `sleep`, and then `codes` for as long as there are some.
pub trait Power {
    /// The converter, with the voltages as they are now.
    fn converter(&mut self) -> Converter<'static>;

    /// Starts the converter and forgets the codes of the period before.
    fn begin(&mut self);

    /// Sleeps in the mode of that name until `period_ticks` have passed since `begin`, is awake again as before, and stops
    /// the converter. Nothing for a mode that the machine does not have.
    fn sleep(&mut self, mode: &str, period_ticks: u64) -> Option<Period>;

    /// The codes of the period, in the order in which they were taken.
    fn codes(&self) -> &[u16];

    /// What the clocks took to come up again at the end of the last sleep; nothing for one that did not stop them.
    fn came_up(&self) -> Option<CameUp> {
        None
    }
}

/// What a machine can say about itself.
#[derive(Debug, Clone, Copy)]
pub struct Identity {
    /// Kind of agent, such as `hil-desktop`.
    pub agent: &'static str,
    /// What tells this build from others.
    pub image: &'static str,
    /// The counter that times iterations.
    pub clock: Clock<'static>,
    /// Name of the counter of processor time, if there is one.
    pub cpu: Option<&'static str>,
    /// Name of the counter of cycles, if there is one.
    pub cycles: Option<&'static str>,
}

/// The host is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkClosed;
