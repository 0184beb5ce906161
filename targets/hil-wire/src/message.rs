//! Everything that host and agent can say to each other.
//!
//! The host asks, the agent answers; the agent never speaks unasked. Each request says below what answers it. Any
//! request can be answered by [`Response::Failed`] instead, which ends that request. Kernels are named in every
//! request, so the agent keeps no selection that the two sides could disagree about.
//!
//! | request | answered by |
//! |---|---|
//! | `Hello` | `Hello` |
//! | `ListKernels` | `Kernel`, one each, then `Done` |
//! | `LoadBegin`, `LoadChunk` | nothing: what is wrong with them is said at `LoadEnd` |
//! | `LoadEnd` | `Loaded` |
//! | `Verify` | `Verified` |
//! | `Calibrate` | `Calibrated` |
//! | `Run` | `Samples`, several, then `Done` |
//! | `RunSlices` | `SliceCounts`, several, then `Done` |
//! | `Answer` | `Answered` |
//! | `Conform` | `Case`, one each, then `Done` |
//! | `Memory` | `Memory` |
//! | `Now` | `Now` |
//! | `Bye` | nothing: the agent ends |
//! | `Deviate` | `Deviation`, one each, then `Done` |
//! | `Streams` | `Streams` |
//! | `Hear` | `Heard` |
//! | `Converter` | `Converter` |
//! | `DutyCycle` | for each period `Codes`, several, `CameUp` where that is known, and `Period`; then `Done` |
//! | `Weigh` | `Weight` |
//! | `Temperature` | `Temperature` |
//! | `Profile` | `Share`, one each, then `Done` |

use serde::{Deserialize, Serialize};

use crate::list::List;

/// Samples that one message carries at most.
pub const SAMPLES_PER_MESSAGE: usize = 16;
/// Slice counts that one message carries at most.
pub const COUNTS_PER_MESSAGE: usize = 32;
/// Codes of a converter that one message carries at most.
pub const CODES_PER_MESSAGE: usize = 128;
/// Longest text of a message, in bytes: names, and details of failures.
pub const MAX_TEXT: usize = 200;

/// The kernel of a desktop agent that runs programs; its input is the program and its arguments, joined by NUL bytes.
pub const COMMAND_KERNEL: &str = "command";

/// What the host asks for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Request<'a> {
    /// The first request of every session.
    Hello {
        /// The host's [`WIRE_VERSION`](crate::version::WIRE_VERSION).
        version: u16,
    },
    /// What can be run.
    ListKernels,
    /// Input of `len` bytes follows.
    LoadBegin {
        /// In bytes.
        len: u32,
    },
    /// The next piece of the input.
    LoadChunk {
        /// At most as many as fit into a body of the agent's `max_body`.
        bytes: &'a [u8],
    },
    /// The input is complete: hand it to the kernel.
    LoadEnd {
        /// Whose input it is.
        kernel: &'a str,
    },
    /// Load the known input, run, compare. The known input stays loaded.
    Verify {
        /// Whose.
        kernel: &'a str,
    },
    /// Measure what reading the counters costs around a kernel that does nothing.
    Calibrate {
        /// Whose counters: they may differ between kernels that run in the agent and those that do not.
        kernel: &'a str,
        /// How often; the least is reported.
        rounds: u32,
    },
    /// Run with the input that is loaded, and time each iteration.
    Run {
        /// Which.
        kernel: &'a str,
        /// How often.
        iterations: u32,
    },
    /// Run without a pause from now on, and count the iterations that are finished in each slice of time.
    RunSlices {
        /// Which.
        kernel: &'a str,
        /// When the first slice begins, in ticks of the clock; it must not have passed.
        start_at: u64,
        /// Length of a slice, in ticks.
        slice_ticks: u64,
        /// How many.
        slices: u32,
    },
    /// Run once with the input that is loaded, and say the answer.
    Answer {
        /// Which.
        kernel: &'a str,
    },
    /// Go through a table of cases.
    Conform {
        /// Which.
        kernel: &'a str,
        /// The table.
        table: &'a str,
    },
    /// Report the largest memory use so far.
    Memory {
        /// Whose.
        kernel: &'a str,
    },
    /// Read the clock.
    Now,
    /// End the session.
    Bye,
    /// Go through the cases that the kernel compares with its reference.
    Deviate {
        /// Which.
        kernel: &'a str,
    },
    /// Whether the kernel takes its input piece by piece, as it comes in.
    Streams {
        /// Which.
        kernel: &'a str,
    },
    /// The next piece of the input of a kernel that takes it piece by piece.
    Hear {
        /// Which.
        kernel: &'a str,
        /// Whether it is the first piece of another input.
        first: bool,
        /// As many as the kernel said.
        bytes: &'a [u8],
    },
    /// What measures the power that the chip takes.
    Converter,
    /// Run once a period with the input that is loaded, sleep in between, and measure the power meanwhile.
    DutyCycle {
        /// Which.
        kernel: &'a str,
        /// From the start of one iteration to the start of the next, in ticks of the clock.
        period_ticks: u64,
        /// The machine's name of the sleep mode.
        sleep: &'a str,
        /// How many.
        periods: u32,
    },
    /// How large the weights of the kernel's model are.
    Weigh {
        /// Whose.
        kernel: &'a str,
    },
    /// How warm the processor is.
    Temperature,
    /// Where the time of the kernel's work goes.
    Profile {
        /// Whose.
        kernel: &'a str,
    },
}

/// What the agent answers.
#[expect(
    clippy::large_enum_variant,
    reason = "a device has no heap to put the lists on, and keeps one response at a time, while it is sent"
)]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Response<'a> {
    /// Who the agent is.
    Hello {
        /// The agent's [`WIRE_VERSION`](crate::version::WIRE_VERSION).
        version: u16,
        /// Kind of agent, such as `hil-desktop`.
        agent: &'a str,
        /// What tells this build from others.
        image: &'a str,
        /// The counter that times iterations.
        #[serde(borrow)]
        clock: Clock<'a>,
        /// Name of the counter of processor time in nanoseconds, if there is one.
        cpu: Option<&'a str>,
        /// Name of the counter of cycles, if there is one.
        cycles: Option<&'a str>,
        /// Largest body that the agent can take in, in bytes.
        max_body: u16,
        /// Largest input that the agent can take in, in bytes.
        max_input: u32,
        /// Reading of the clock.
        now: u64,
    },
    /// One kernel of the list.
    Kernel {
        /// Its name, such as `lan/keyword_i8`.
        name: &'a str,
        /// One line for people.
        about: &'a str,
    },
    /// The kernel has taken the input.
    Loaded,
    /// The result equals the known answer.
    Verified,
    /// What an empty iteration costs.
    Calibrated {
        /// The least reading of each counter over all rounds.
        least: Sample,
        /// Whether the clock was seen to move.
        clock_moves: bool,
    },
    /// Consecutive iterations, in the order in which they ran.
    Samples {
        /// Readings, own cost included.
        samples: List<Sample, SAMPLES_PER_MESSAGE>,
    },
    /// Iterations finished in consecutive slices.
    SliceCounts {
        /// In order.
        counts: List<u32, COUNTS_PER_MESSAGE>,
    },
    /// The answer to the loaded input.
    Answered {
        /// The class with the highest score.
        class: u32,
    },
    /// One case of a table.
    Case {
        /// Its name.
        name: &'a str,
        /// Nothing when it holds, otherwise what was wrong.
        broken: Option<&'a str>,
    },
    /// Largest memory use so far.
    Memory(MemoryUse),
    /// The clock.
    Now {
        /// In ticks.
        now: u64,
    },
    /// Everything that was asked for has been sent.
    Done {
        /// Messages, iterations, slices or cases that were asked for and sent.
        count: u32,
        /// Reading of the clock.
        now: u64,
    },
    /// The request was not carried out, or not to its end.
    Failed {
        /// What kind of failure.
        code: FailCode,
        /// In words, for people.
        detail: &'a str,
    },
    /// How far the result of one case is off its reference.
    Deviation {
        /// Name of the case.
        name: &'a str,
        /// The relative error, which is infinite where no number expresses it.
        error: f64,
    },
    /// How the kernel takes its input.
    Streams {
        /// Length of a piece in bytes; nothing for a kernel that takes its input whole.
        piece: Option<u32>,
    },
    /// A piece of input was heard.
    Heard {
        /// What the input is so far; nothing before the kernel can say.
        class: Option<u32>,
    },
    /// What measures the power that the chip takes.
    Converter(Converter<'a>),
    /// Consecutive codes of the converter, in the order in which they were taken.
    Codes {
        /// Raw.
        codes: List<u16, CODES_PER_MESSAGE>,
    },
    /// A period is over; its codes came before.
    Period(Period),
    /// How large the weights of a model are, as they are stored.
    Weight {
        /// In bytes.
        bytes: u64,
    },
    /// How warm the processor is.
    Temperature(Temperature<'a>),
    /// What the clocks took to come up again at the end of the sleep of the period that follows.
    CameUp(CameUp),
    /// How often samples of a profile fell into one part of the work.
    Share {
        /// The part.
        part: &'a str,
        /// Samples of one group depend on each other, such as those of one step of training.
        group: u32,
        /// Samples in this part.
        samples: u32,
        /// Samples of this group in all parts.
        of: u32,
    },
}

/// A converter at the output of the amplifier over the shunt. Its limits are those of its maker, as largest errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Converter<'a> {
    /// Such as `adc1`.
    pub name: &'a str,
    /// Of a code; the input of full scale gives `1 << bits`.
    pub bits: u8,
    /// The input of full scale, in microvolts.
    pub full_scale_uv: u32,
    /// Largest relative error of `full_scale_uv`, in millionths.
    pub full_scale_ppm: u32,
    /// Largest error that is the same for every code, in microvolts at the input.
    pub offset_uv: u32,
    /// Voltage of the supply behind the shunt, in microvolts.
    pub supply_uv: u32,
    /// Largest relative error of `supply_uv`, in millionths.
    pub supply_ppm: u32,
    /// Ticks of the clock from one code to the next.
    pub sample_ticks: u32,
    /// The sleep modes that the machine knows, joined by blanks.
    pub sleeps: &'a str,
}

/// One period of a duty cycle. Moments are readings of the clock, which counts on while the machine sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// When the machine was awake and the iteration began.
    pub began: u64,
    /// When its first code was taken.
    pub first_code: u64,
    /// When it went to sleep.
    pub slept: u64,
    /// When it was ready for the next iteration.
    pub ended: u64,
    /// How many of the codes were taken before it went to sleep; the others were taken in its sleep.
    pub awake_codes: u32,
    /// Whether the converter went on in its sleep. In deep sleep it is off, and what is drawn there remains unseen.
    pub sleep_seen: bool,
    /// Codes that were lost because nobody took them away in time.
    pub lost: u32,
}

/// A reading of a sensor of temperature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Temperature<'a> {
    /// Such as `coretemp`.
    pub sensor: &'a str,
    /// In thousandths of a degree Celsius.
    pub milli_celsius: i32,
}

/// How long the clocks of a machine took to come up again behind a sleep that stopped them. The machine measures it by an
/// oscillator that runs at once, so both are as exact as that one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameUp {
    /// Until the crystal ran, in nanoseconds.
    pub crystal_ns: u32,
    /// From then until the PLL was locked and drove the core, in nanoseconds.
    pub pll_ns: u32,
}

/// The counter that times iterations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Clock<'a> {
    /// Such as `monotonic` or `cyccnt`.
    pub name: &'a str,
    /// Ticks per second.
    pub hz: f64,
}

/// Readings of the counters around one iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sample {
    /// Ticks of the clock.
    pub ticks: u64,
    /// Nanoseconds of processor time.
    pub cpu_ns: Option<u64>,
    /// Cycles.
    pub cycles: Option<u64>,
}

/// Largest memory use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryUse {
    /// All of it, in bytes.
    pub total: u64,
    /// The part that the agent needed before any workload ran, in bytes.
    pub agent: u64,
    /// Whether the true figure may be smaller, because the system cannot tell it from the agent's own.
    pub upper_bound_only: bool,
}

/// Why a request was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailCode {
    /// The agent received something that is no frame.
    BadFrame,
    /// Requests are missing.
    LostFrame,
    /// The frame is whole, but holds no request of this version.
    BadRequest,
    /// The agent has no kernel of that name.
    UnknownKernel,
    /// The kernel has no table of that name.
    UnknownTable,
    /// The input is longer than the agent can take, or not as long as was said.
    BadLoad,
    /// The kernel does not accept the input.
    InputRefused,
    /// The result differs from the known answer, or the code said itself that it did not do its work.
    WrongResult,
    /// The code that was run, in a process of its own, brought its end upon itself.
    Crashed,
    /// The code that was run, in a process of its own, was ended from outside.
    KilledFromOutside,
    /// The machine did not run the code, so nothing is known about it.
    CouldNotRun,
    /// The kernel's result is not a class.
    NoClass,
    /// The moment for the first slice had passed already.
    TooLate,
    /// The machine cannot tell.
    NotObservable,
}
