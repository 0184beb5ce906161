//! The board as the agent sees it.

use hil_agent::kernel::RunsIn;
use hil_agent::platform::{Identity, LinkClosed, Platform, Power, SENSOR_NAME};
use hil_agent::text::Text;
use hil_wire::message::{Clock, MemoryUse};

use crate::counter::CycleCounter;
use crate::link::Link;
use crate::memory;
use crate::meter::Meter;
use crate::power::DutyCycle;

/// What differs between boards.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Kind of agent, such as `fw-stm32f4`.
    pub agent: &'static str,
    /// The core clock in hertz.
    pub core_hz: u32,
}

/// A board.
pub struct BoardPlatform {
    facts: Facts,
    pub(crate) link: Link,
    pub(crate) counter: CycleCounter,
    pub(crate) duty: DutyCycle,
}

impl BoardPlatform {
    /// A board behind `link`, timed by `counter`, whose `meter` keeps `codes`.
    #[must_use]
    pub fn new(
        facts: Facts,
        link: Link,
        counter: CycleCounter,
        meter: &'static mut dyn Meter,
        codes: &'static mut [u16],
    ) -> Self {
        Self { facts, link, counter, duty: DutyCycle::new(meter, codes) }
    }
}

impl Platform for BoardPlatform {
    fn identity(&self) -> Identity {
        Identity {
            agent: self.facts.agent,
            image: crate::IMAGE_ID,
            clock: Clock { name: "cyccnt", hz: f64::from(self.facts.core_hz) },
            cpu: None,
            cycles: None,
        }
    }

    /// Waits for the host; meanwhile the counter is read, so that no wrap of it is missed.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, LinkClosed> {
        loop {
            let taken = self.link.read(buffer)?;
            if taken > 0 {
                self.counter.switch_on();
                return Ok(taken);
            }
            self.counter.read();
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), LinkClosed> {
        self.link.write(bytes)
    }

    #[inline]
    fn clock(&mut self) -> u64 {
        self.counter.read()
    }

    fn cpu_ns(&mut self, _: RunsIn) -> Option<u64> {
        None
    }

    fn cycles(&mut self) -> Option<u64> {
        None
    }

    fn memory(&mut self, _: RunsIn) -> Option<MemoryUse> {
        Some(memory_use(crate::serve::agent_bytes(), crate::kernels::deepest_call()))
    }

    fn temperature(&mut self) -> Option<(Text<SENSOR_NAME>, i32)> {
        let (sensor, milli_celsius) = self.duty.temperature()?;
        Some((Text::new(format_args!("{sensor}")), milli_celsius))
    }

    fn power(&mut self) -> Option<&mut dyn Power> {
        Some(self)
    }
}

/// Everything that static data and the stack take, and the agent's part of it: its own static data, and the stack above
/// the call of a kernel.
fn memory_use(agent_static: u32, call: crate::kernels::Call) -> MemoryUse {
    let (above, below) = (memory::stack_top() - call.from, call.from - call.deepest);
    let total = u64::from(memory::static_bytes()) + (above + below) as u64;
    MemoryUse { total, agent: u64::from(agent_static) + above as u64, upper_bound_only: false }
}
