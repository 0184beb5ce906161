//! The real agent, on a thread of this process.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use hil_agent::agent::{Agent, Buffers};
use hil_agent::kernel::{Kernel, RunsIn};
use hil_agent::platform::{Identity, LinkClosed, Platform, Power, SENSOR_NAME};
use hil_agent::text::Text;
use hil_bench::bench::{Bench, CountError, Counted, End, Ending, Life, Link, LinkGone, RigError};
use hil_model::lab::{BenchInfo, Evidence};
use hil_wire::message::{Clock, MemoryUse, Sample};

use crate::clock::VirtualClock;
use crate::counted::{Numbers, TestCounted};
use crate::fault::LinkFault;
use crate::jobs::PLATFORM;
use crate::power::{TestPower, meter};
use crate::wire::Wire;

/// What one reading of a test device's clock takes; so the own cost of a sample is exactly this.
pub const READ_COST: Duration = Duration::from_nanos(10);
/// Memory that a test device reports.
pub const MEMORY: u64 = 1 << 20;

/// A bench whose agents are threads of this process.
pub struct TestBench {
    info: BenchInfo,
    clock: VirtualClock,
    clock_name: &'static str,
    kernels: Arc<MakeKernels>,
    fault: Option<LinkFault>,
    silent: bool,
    stuck: bool,
    memory: Option<MemoryUse>,
    milli_celsius: Option<i32>,
    power: Option<TestPower>,
    counts: Option<(Arc<Numbers>, bool)>,
    heap: Option<Arc<Numbers>>,
    starts: Arc<AtomicU32>,
}

type MakeKernels = dyn Fn(&Stage) -> Vec<Box<dyn Kernel>> + Send + Sync;

impl TestBench {
    /// A bench whose agents offer what `kernels` makes for each of them.
    #[must_use]
    pub fn new(kernels: impl Fn(&Stage) -> Vec<Box<dyn Kernel>> + Send + Sync + 'static) -> Self {
        let platform = hil_model::id::PlatformId::new(PLATFORM).expect("a valid name");
        Self {
            info: BenchInfo::new(platform, Evidence::Emulated, 4),
            clock: VirtualClock::default(),
            clock_name: "virtual",
            kernels: Arc::new(kernels),
            fault: None,
            silent: false,
            stuck: false,
            memory: Some(MemoryUse { total: MEMORY, agent: 0, upper_bound_only: false }),
            milli_celsius: None,
            power: None,
            counts: None,
            heap: None,
            starts: Arc::default(),
        }
    }

    /// The same on a clock that other benches of the test share.
    #[must_use]
    pub fn on_clock(mut self, clock: &VirtualClock) -> Self {
        self.clock = clock.clone();
        self
    }

    /// The same with agents that call their clock so.
    #[must_use]
    pub fn with_clock_name(mut self, name: &'static str) -> Self {
        self.clock_name = name;
        self
    }

    /// The same with a fault of the link in every life.
    #[must_use]
    pub fn with_link_fault(mut self, fault: LinkFault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// The same with agents that never answer.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    /// The same with a clock that agents see standing still.
    #[must_use]
    pub fn with_stuck_clock(mut self) -> Self {
        self.stuck = true;
        self
    }

    /// The same with agents that report this use of memory, or cannot tell.
    #[must_use]
    pub fn with_memory(mut self, memory: Option<MemoryUse>) -> Self {
        self.memory = memory;
        self
    }

    /// The same with agents that tell this temperature, in thousandths of a degree Celsius.
    #[must_use]
    pub fn with_temperature(mut self, milli_celsius: i32) -> Self {
        self.milli_celsius = Some(milli_celsius);
        self
    }

    /// The same with agents that can be counted: each life, by its number, comes to so many instructions, or to none.
    #[must_use]
    pub fn with_counts(mut self, numbers: impl Fn(u32) -> Option<u64> + Send + Sync + 'static) -> Self {
        self.counts = Some((Arc::new(numbers), true));
        self
    }

    /// The same with agents that can count their heap: each life, by its number, comes to so many bytes, or cannot tell.
    #[must_use]
    pub fn with_heaps(mut self, bytes: impl Fn(u32) -> Option<u64> + Send + Sync + 'static) -> Self {
        self.heap = Some(Arc::new(bytes));
        self
    }

    /// The same with counted agents that do not say which vector instructions they found.
    #[must_use]
    pub fn with_silent_counts(mut self, numbers: impl Fn(u32) -> Option<u64> + Send + Sync + 'static) -> Self {
        self.counts = Some((Arc::new(numbers), false));
        self
    }

    /// The same with a meter, and agents that tell this of their power.
    #[must_use]
    pub fn with_power(mut self, power: TestPower) -> Self {
        self.info = self.info.with_meter(Some(meter()));
        self.power = Some(power);
        self
    }

    /// The clock that host and devices share.
    #[must_use]
    pub fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    /// A bench with the same agents, whose lives are counted together.
    fn twin(&self) -> Self {
        Self {
            info: self.info.clone(),
            clock: self.clock.clone(),
            clock_name: self.clock_name,
            kernels: Arc::clone(&self.kernels),
            fault: self.fault,
            silent: self.silent,
            stuck: self.stuck,
            memory: self.memory,
            milli_celsius: self.milli_celsius,
            power: None,
            counts: None,
            heap: None,
            starts: Arc::clone(&self.starts),
        }
    }

    /// Agents started so far.
    #[must_use]
    pub fn starts(&self) -> u32 {
        self.starts.load(Ordering::SeqCst)
    }
}

impl Bench for TestBench {
    fn info(&self) -> &BenchInfo {
        &self.info
    }

    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        let number = self.starts.fetch_add(1, Ordering::SeqCst);
        let wire = Arc::new(Wire::new(self.clock.clone(), self.fault));
        let last_words = Arc::new(Mutex::new(String::new()));
        let stage = Stage {
            life: number,
            clock: self.clock.clone(),
            clock_name: self.clock_name,
            wire: Arc::clone(&wire),
            last_words: Arc::clone(&last_words),
        };
        let kernels = Arc::clone(&self.kernels);
        let habits =
            Habits { silent: self.silent, stuck: self.stuck, memory: self.memory, milli_celsius: self.milli_celsius };
        let power = self.power.as_ref().map(|power| power.on(&self.clock));
        let thread = std::thread::spawn(move || {
            let ended = catch_unwind(AssertUnwindSafe(|| live(&stage, &*kernels, habits, power)));
            stage.wire.device_ends(match ended {
                Ok(()) => Ending::Exited(0),
                Err(payload) => payload.downcast::<Ending>().map_or(Ending::Exited(101), |ending| *ending),
            });
        });
        Ok(Box::new(TestLife { wire, last_words, thread: Some(thread), end: None }))
    }

    fn with_heap(&self) -> Option<Box<dyn Bench>> {
        let bytes = self.heap.as_ref()?(self.starts());
        let memory = bytes.map(|total| MemoryUse { total, agent: 0, upper_bound_only: false });
        Some(Box::new(self.twin().with_memory(memory)))
    }

    fn counted(&self) -> Option<Result<Box<dyn Counted>, CountError>> {
        let (numbers, says_vectors) = self.counts.as_ref()?;
        Some(Ok(Box::new(TestCounted::new(self.twin(), Arc::clone(numbers), *says_vectors))))
    }
}

/// What is the same in every life of a device.
#[derive(Debug, Clone, Copy)]
struct Habits {
    silent: bool,
    stuck: bool,
    memory: Option<MemoryUse>,
    milli_celsius: Option<i32>,
}

/// The life of a device.
fn live(stage: &Stage, kernels: &MakeKernels, habits: Habits, power: Option<TestPower>) {
    if habits.silent {
        stage.wire.device_hangs();
        return;
    }
    let mut kernels = kernels(stage);
    let mut kernels: Vec<&mut dyn Kernel> = kernels.iter_mut().map(|kernel| &mut **kernel as _).collect();
    let (mut input, mut samples) = (vec![0; 1 << 16], vec![Sample::default(); 8]);
    let platform = TestPlatform { stage: stage.clone(), habits, power };
    Agent::new(platform, &mut kernels, Buffers { input: &mut input, samples: &mut samples }).serve();
}

/// What a scripted kernel can do to its device.
#[derive(Debug, Clone)]
pub struct Stage {
    life: u32,
    clock: VirtualClock,
    clock_name: &'static str,
    wire: Arc<Wire>,
    last_words: Arc<Mutex<String>>,
}

impl Stage {
    /// Which life of the bench's agents this is, from 0.
    #[must_use]
    pub fn life(&self) -> u32 {
        self.life
    }

    /// Lets virtual time pass.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Does not return until the host has given up; the device then ends.
    pub fn hang(&self) {
        self.wire.device_hangs();
        resume_unwind(Box::new(Ending::Stopped));
    }

    /// Ends the device in a given way, with last words.
    pub fn end(&self, how: Ending, last_words: &str) {
        last_words.clone_into(&mut self.last_words.lock().unwrap_or_else(PoisonError::into_inner));
        resume_unwind(Box::new(how));
    }
}

/// A device with virtual time.
struct TestPlatform {
    stage: Stage,
    habits: Habits,
    power: Option<TestPower>,
}

impl Platform for TestPlatform {
    fn identity(&self) -> Identity {
        let clock = Clock { name: self.stage.clock_name, hz: 1e9 };
        Identity { agent: "hil-testkit", image: "test", clock, cpu: Some("virtual-cpu"), cycles: None }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, LinkClosed> {
        self.stage.wire.device_reads(buffer).ok_or(LinkClosed)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), LinkClosed> {
        if self.stage.wire.device_writes(bytes) { Ok(()) } else { Err(LinkClosed) }
    }

    fn clock(&mut self) -> u64 {
        if self.habits.stuck {
            return 0;
        }
        self.stage.clock.advance(READ_COST);
        self.stage.clock.nanos()
    }

    fn cpu_ns(&mut self, _: RunsIn) -> Option<u64> {
        Some(self.stage.clock.nanos())
    }

    fn cycles(&mut self) -> Option<u64> {
        None
    }

    fn memory(&mut self, _: RunsIn) -> Option<MemoryUse> {
        self.habits.memory
    }

    fn temperature(&mut self) -> Option<(Text<SENSOR_NAME>, i32)> {
        let milli_celsius = self.habits.milli_celsius?;
        Some((Text::new(format_args!("test")), milli_celsius))
    }

    fn power(&mut self) -> Option<&mut dyn Power> {
        self.power.as_mut().map(|power| power as _)
    }
}

/// One device.
struct TestLife {
    wire: Arc<Wire>,
    last_words: Arc<Mutex<String>>,
    thread: Option<JoinHandle<()>>,
    end: Option<End>,
}

impl Link for TestLife {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkGone> {
        self.wire.host_writes(bytes)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, timeout: Duration) -> Result<(), LinkGone> {
        self.wire.host_reads(buffer, timeout)
    }
}

impl Life for TestLife {
    fn end(&mut self, grace: Duration) -> End {
        if let Some(end) = &self.end {
            return end.clone();
        }
        let how = self.wire.host_leaves(grace).unwrap_or(Ending::Stopped);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the device's thread catches its panics");
        }
        let last_words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let end = End { how, last_words };
        self.end = Some(end.clone());
        end
    }
}

impl Drop for TestLife {
    fn drop(&mut self) {
        self.end(Duration::ZERO);
    }
}
