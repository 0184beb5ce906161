//! Faults on purpose: kernels, links and clocks that misbehave, so that everybody can see what becomes of it.
//!
//! Unless the table says otherwise a fault strikes once, in the tenth iteration of a kernel in each life of the
//! agent, warm-up included; the nine before it are as usual.

use std::cell::Cell;
use std::hint::black_box;
use std::io::{Read, Write};
use std::process::abort;
use std::rc::Rc;
use std::time::Duration;

use hil_agent::kernel::{Kernel, Mismatch, RunsIn};
use hil_agent::platform::{Identity, LinkClosed, Platform, SENSOR_NAME};
use hil_agent::text::Text;
use hil_wire::message::MemoryUse;

use crate::around::Around;
use crate::system::process::{KILL_SELF, leave_no_core};
use crate::system::stdio::LINK_IS_PRIVATE;

/// The iteration in which a fault strikes.
pub const STRIKES_AT: u32 = 10;
/// How long [`Fault::SlowStart`] waits: long for a start, short for the host's patience.
const SLOW_START: Duration = Duration::from_secs(1);
/// Exit status of [`Fault::Exit`].
const EXIT_STATUS: i32 = 7;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The kernel panics.
    Panic,
    /// The kernel does not return.
    Hang,
    /// The kernel's result differs from the known answer, from the start.
    WrongResult,
    /// The kernel ends the process with an exit status.
    Exit,
    /// The kernel calls itself until the stack is used up.
    OverflowStack,
    /// The kernel aborts.
    Abort,
    /// The kernel reads memory that it does not have.
    Segfault,
    /// The process is killed; from the outside nobody can tell by whom.
    Killed,
    /// The kernel prints to standard output and reads standard input in every iteration. The agent keeps both away
    /// from its link, so nothing is wrong with the outcome.
    Chatty,
    /// Every frame from then on has one bit flipped.
    CorruptLink,
    /// The clock stands still, from the start.
    StuckClock,
    /// The agent waits a second before it answers; nothing else is wrong.
    SlowStart,
    /// The agent never answers.
    Silent,
}

impl Fault {
    const ALL: [Self; 13] = [
        Self::Panic,
        Self::Hang,
        Self::WrongResult,
        Self::Exit,
        Self::OverflowStack,
        Self::Abort,
        Self::Segfault,
        Self::Killed,
        Self::Chatty,
        Self::CorruptLink,
        Self::StuckClock,
        Self::SlowStart,
        Self::Silent,
    ];

    /// Every fault that this system can be made to have, in the order in which lists show them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|fault| fault.is_possible())
    }

    fn is_possible(self) -> bool {
        match self {
            Self::Killed => KILL_SELF.is_some(),
            // Where the link cannot be kept away from kernels, one that talks is a broken link and not a harmless one.
            Self::Chatty => LINK_IS_PRIVATE,
            Self::Panic
            | Self::Hang
            | Self::WrongResult
            | Self::Exit
            | Self::OverflowStack
            | Self::Abort
            | Self::Segfault
            | Self::CorruptLink
            | Self::StuckClock
            | Self::SlowStart
            | Self::Silent => true,
        }
    }

    /// The name as written on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::Hang => "hang",
            Self::WrongResult => "wrong-result",
            Self::Exit => "exit",
            Self::OverflowStack => "overflow-stack",
            Self::Abort => "abort",
            Self::Segfault => "segfault",
            Self::Killed => "killed",
            Self::Chatty => "chatty",
            Self::CorruptLink => "corrupt-link",
            Self::StuckClock => "stuck-clock",
            Self::SlowStart => "slow-start",
            Self::Silent => "silent",
        }
    }

    /// One line for people: what goes wrong.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Panic => "the kernel panics in its tenth iteration",
            Self::Hang => "the kernel does not return from its tenth iteration",
            Self::WrongResult => "the kernel's result differs from the known answer",
            Self::Exit => "the kernel ends the process in its tenth iteration",
            Self::OverflowStack => "the kernel uses up the stack in its tenth iteration",
            Self::Abort => "the kernel aborts in its tenth iteration",
            Self::Segfault => "the kernel reads memory that it does not have in its tenth iteration",
            Self::Killed => "the agent is killed, as if from outside, in the tenth iteration",
            Self::Chatty => "the kernel prints to standard output and reads standard input; nothing else is wrong",
            Self::CorruptLink => "the link flips bits after the tenth iteration",
            Self::StuckClock => "the clock stands still",
            Self::SlowStart => "the agent waits a second before its first answer",
            Self::Silent => "the agent never answers",
        }
    }

    /// The fault of that name, if this system can be made to have it.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::all().find(|fault| fault.name() == name)
    }
}

/// Whether the fault has struck; shared between the kernels and the platform of one agent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Struck(Rc<Cell<bool>>);

/// A kernel that is as usual until `fault` strikes.
pub(crate) fn faulty(kernel: Box<dyn Kernel>, fault: Fault, struck: Struck) -> Around {
    let mut runs = 0_u32;
    let iteration = move |kernel: &mut dyn Kernel| {
        runs = runs.saturating_add(1);
        if runs == STRIKES_AT {
            struck.0.set(true);
            strike(fault, kernel.name());
        }
        if fault == Fault::Chatty {
            chat();
        }
        kernel.run();
    };
    let answer = move |kernel: &mut dyn Kernel| {
        kernel.known_answer()?;
        match fault {
            Fault::WrongResult => Err(Mismatch::new(format_args!("a fault on purpose"))),
            _ => Ok(()),
        }
    };
    Around::new(kernel, iteration).answering(answer)
}

/// Does what goes wrong in an iteration of the kernel called `kernel`.
fn strike(fault: Fault, kernel: &str) {
    match fault {
        Fault::Panic => {
            #[expect(clippy::panic, reason = "this is what was asked for")]
            {
                panic!("a fault on purpose in kernel {kernel}");
            }
        }
        Fault::Hang => loop {
            std::thread::sleep(Duration::from_secs(1));
        },
        Fault::Exit => std::process::exit(EXIT_STATUS),
        Fault::OverflowStack => {
            leave_no_core();
            black_box(deeper(0));
        }
        Fault::Abort => {
            leave_no_core();
            abort();
        }
        Fault::Segfault => {
            leave_no_core();
            segfault();
        }
        Fault::Killed => {
            if let Some(kill_self) = KILL_SELF {
                kill_self();
            }
        }
        Fault::WrongResult
        | Fault::Chatty
        | Fault::CorruptLink
        | Fault::StuckClock
        | Fault::SlowStart
        | Fault::Silent => {}
    }
}

/// Says something where the link used to be, and asks for something there.
fn chat() {
    // Whether anybody listens or answers is what the fault is about, not what this code needs.
    let _ = writeln!(std::io::stdout(), "a kernel that talks");
    let _ = std::io::stdin().read(&mut [0; 8]);
}

/// A platform that is as usual, but for the faults of links and clocks.
pub(crate) struct FaultyPlatform<P> {
    inner: P,
    fault: Fault,
    struck: Struck,
    reads: u32,
}

impl<P: Platform> FaultyPlatform<P> {
    pub(crate) fn new(inner: P, fault: Fault, struck: Struck) -> Self {
        Self { inner, fault, struck, reads: 0 }
    }
}

impl<P: Platform> Platform for FaultyPlatform<P> {
    fn identity(&self) -> Identity {
        self.inner.identity()
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, LinkClosed> {
        self.reads = self.reads.saturating_add(1);
        if self.fault == Fault::SlowStart && self.reads == 1 {
            std::thread::sleep(SLOW_START);
        }
        let len = self.inner.read(buffer)?;
        if self.fault == Fault::Silent {
            // Reads on until the host goes away, and says nothing.
            while self.inner.read(buffer).is_ok() {}
            return Err(LinkClosed);
        }
        Ok(len)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), LinkClosed> {
        if self.fault == Fault::CorruptLink && self.struck.0.get() {
            let mut damaged = bytes.to_vec();
            if let Some(byte) = damaged.get_mut(bytes.len() / 2) {
                *byte ^= 0x10;
            }
            return self.inner.write(&damaged);
        }
        self.inner.write(bytes)
    }

    fn clock(&mut self) -> u64 {
        if self.fault == Fault::StuckClock { 1 } else { self.inner.clock() }
    }

    fn cpu_ns(&mut self, whose: RunsIn) -> Option<u64> {
        self.inner.cpu_ns(whose)
    }

    fn cycles(&mut self) -> Option<u64> {
        self.inner.cycles()
    }

    fn memory(&mut self, whose: RunsIn) -> Option<MemoryUse> {
        self.inner.memory(whose)
    }

    fn temperature(&mut self) -> Option<(Text<SENSOR_NAME>, i32)> {
        self.inner.temperature()
    }
}

/// Uses stack on every call; the sum after the call keeps it from becoming a loop.
#[expect(unconditional_recursion, reason = "the overflow is the point")]
fn deeper(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    deeper(depth + 1) + frame[0]
}

fn segfault() {
    // SAFETY: no program is given the first page of memory, so this read never succeeds: the system ends the process,
    // which is the point. It is volatile, so the compiler can assume nothing about it.
    unsafe { std::ptr::read_volatile(black_box(8 as *const u8)) };
}

#[cfg(test)]
mod tests {
    use super::{Fault, Struck, faulty};
    use hil_agent::kernel::{Kernel, LoadError, Mismatch};

    /// Hears its items piece by piece.
    struct Listens;

    impl Kernel for Listens {
        fn name(&self) -> &str {
            "listens"
        }
        fn about(&self) -> &str {
            "hears its items piece by piece"
        }
        fn load(&mut self, _: &[u8]) -> Result<(), LoadError> {
            Ok(())
        }
        fn run(&mut self) {}
        fn known_answer(&mut self) -> Result<(), Mismatch> {
            Ok(())
        }
        fn piece(&self) -> Option<usize> {
            Some(7)
        }
        fn hear(&mut self, first: bool, _: &[u8]) -> Result<Option<u32>, LoadError> {
            Ok(Some(u32::from(first)))
        }
    }

    #[test]
    fn a_kernel_with_a_fault_hears_what_it_heard_without() {
        let mut kernel = faulty(Box::new(Listens), Fault::WrongResult, Struck::default());
        assert_eq!((kernel.piece(), kernel.hear(true, &[]).unwrap()), (Some(7), Some(1)));
        assert!(kernel.known_answer().is_err());
    }

    #[test]
    fn names_read_back_where_the_fault_is_possible() {
        for fault in Fault::ALL {
            assert_eq!(Fault::find(fault.name()), fault.is_possible().then_some(fault));
        }
    }

    #[cfg(unix)]
    #[test]
    fn every_fault_is_possible_on_unix() {
        assert!(Fault::all().eq(Fault::ALL));
    }
}
