//! This machine as a platform of the agent.

use std::path::Path;

use hil_agent::kernel::RunsIn;
use hil_agent::platform::{Identity, LinkClosed, Platform, SENSOR_NAME};
use hil_agent::text::Text;
use hil_wire::message::{Clock, MemoryUse};

use crate::heap;
use crate::link::Link;
use crate::system::clock::{children_cpu_ns, elapsed_ns, process_cpu_ns};
use crate::system::memory::{children_peak, own_peak};
use crate::tsc::Tsc;

/// What the memory of a process is for who asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// The largest resident set.
    Resident,
    /// The bytes of the heap that are alive in an iteration.
    Heap,
    /// Those bytes, in a program whose allocator counts nothing.
    Untold,
}

/// A process of this machine.
///
/// Processor time is that of the whole process, so the threads of a kernel count; the agent itself has one thread,
/// which sleeps or runs the kernel.
pub(crate) struct DesktopPlatform {
    link: Link,
    tsc: Option<Tsc>,
    memory: Memory,
}

impl DesktopPlatform {
    pub(crate) fn new(link: Link, memory: Memory) -> Self {
        Self { link, tsc: Tsc::find(), memory }
    }
}

impl Platform for DesktopPlatform {
    fn identity(&self) -> Identity {
        Identity {
            agent: "hil-desktop",
            image: env!("CARGO_PKG_VERSION"),
            clock: Clock { name: "monotonic", hz: 1e9 },
            cpu: process_cpu_ns().map(|_| "process-cpu"),
            cycles: self.tsc.map(|_| "tsc"),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, LinkClosed> {
        self.link.read(buffer)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), LinkClosed> {
        self.link.write(bytes)
    }

    #[inline]
    fn clock(&mut self) -> u64 {
        elapsed_ns()
    }

    #[inline]
    fn cpu_ns(&mut self, whose: RunsIn) -> Option<u64> {
        match whose {
            RunsIn::Agent => process_cpu_ns(),
            RunsIn::Children => children_cpu_ns(),
        }
    }

    #[inline]
    fn cycles(&mut self) -> Option<u64> {
        self.tsc.map(Tsc::read)
    }

    fn memory(&mut self, whose: RunsIn) -> Option<MemoryUse> {
        match (self.memory, whose) {
            (Memory::Heap, RunsIn::Agent) => {
                Some(MemoryUse { total: heap::largest(), agent: 0, upper_bound_only: false })
            }
            (Memory::Heap, RunsIn::Children) | (Memory::Untold, _) => None,
            (Memory::Resident, RunsIn::Agent) => {
                Some(MemoryUse { total: own_peak()?, agent: 0, upper_bound_only: false })
            }
            (Memory::Resident, RunsIn::Children) => {
                let (total, own) = (children_peak()?, own_peak()?);
                // The agent is no part of its children, so it has no share in their peak; but a peak that is not above
                // the agent's own may be all the agent's.
                let upper_bound_only = total <= own;
                Some(MemoryUse { total, agent: if upper_bound_only { total } else { 0 }, upper_bound_only })
            }
        }
    }

    fn temperature(&mut self) -> Option<(Text<SENSOR_NAME>, i32)> {
        let (sensor, milli_celsius) = crate::temperature::processor(Path::new("/sys/class"))?;
        Some((Text::new(format_args!("{sensor}")), milli_celsius))
    }
}
