//! The run loop: blocks in a row, and between them interrupts, events, sleep and the debugger.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::block::{self, Block, BlockCache};
use crate::cpu::Cpu;
use crate::cycles::Model;
use crate::micro::{Flow, Micro};
use crate::soc::{Activity, CoreClock, Master, ResetCause};

/// How long the loop runs before it looks at the attention flag, in cycles: short enough for a debugger that polls,
/// long enough to cost nothing.
const SLICE: u64 = 2_000;

/// How often at most a chip without a program resets itself: one reset takes 100 us. Unverified: the makers' documents
/// state start-up times of oscillators, not this one. It keeps a blank board from resetting millions of times a second.
const LOCKUP_RESETS_PER_SECOND: u64 = 10_000;

/// Why [`Machine::run`] came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The cycles are spent.
    Budget,
    /// The attention flag is set.
    Attention,
    /// The core is halted in debug state.
    Halted,
    /// The core sleeps or is locked up and nothing is planned that could wake it; the cycles are spent.
    Asleep,
}

/// Is told about every instruction; see [`Machine::set_trace`].
pub trait Trace: Send {
    /// The instruction at `address` has been executed, or failed its condition; `cpu` is the state behind it.
    fn executed(&mut self, cpu: &Cpu, address: u32);
}

/// A core with its chip, running.
pub struct Machine {
    /// The processor and all that it reaches.
    pub cpu: Cpu,
    cache: BlockCache,
    model: Model,
    retired: u64,
    trace: Option<Box<dyn Trace>>,
    resume: Option<Resume>,
}

/// Where a block was left in the middle without a jump, to go on there. A block that started at that place would
/// count from an empty pipeline, and the cycles would depend on when the loop happened to look up.
#[derive(Debug, Clone, Copy)]
struct Resume {
    pc: u32,
    it: u8,
    block: Block,
    done: usize,
    generation: u64,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine").field("cpu", &self.cpu).field("retired", &self.retired).finish_non_exhaustive()
    }
}

/// How the execution of blocks ended.
enum Left {
    /// Look at interrupts, events and the debugger, then go on.
    Service,
}

impl Machine {
    /// A machine around a processor. The processor starts as it is: call [`Cpu::reset`] for a power-on reset.
    #[must_use]
    pub fn new(cpu: Cpu, model: Model) -> Self {
        Self { cpu, cache: BlockCache::default(), model, retired: 0, trace: None, resume: None }
    }

    /// Instructions executed since power-on; those that failed their condition count.
    #[must_use]
    pub fn retired(&self) -> u64 {
        self.retired
    }

    /// Reports every instruction to `trace`, or to nobody.
    pub fn set_trace(&mut self, trace: Option<Box<dyn Trace>>) {
        self.trace = trace;
    }

    /// Forgets decoded code: the cycle model, a comparator or memory changed behind the loop's back.
    pub fn forget_code(&mut self) {
        self.cache.clear();
        self.cpu.memory.clear_code_marks();
    }

    /// Replaces the cycle model.
    pub fn set_model(&mut self, model: Model) {
        self.model = model;
        self.forget_code();
    }

    /// Runs for `cycles`, or until something else ends it.
    pub fn run(&mut self, cycles: u64, attention: &AtomicBool) -> Stop {
        let end = self.cpu.cycles.saturating_add(cycles);
        loop {
            if attention.load(Ordering::Relaxed) {
                return Stop::Attention;
            }
            if let Some(stop) = self.service(end) {
                return stop;
            }
            let Left::Service = if self.cpu.system.stepping() {
                self.step()
            } else {
                match (self.trace.is_some() || self.cpu.system.observes(), self.cpu.flash.counts_fetches()) {
                    (false, false) => self.execute::<false, false>(),
                    (false, true) => self.execute::<false, true>(),
                    (true, false) => self.execute::<true, false>(),
                    (true, true) => self.execute::<true, true>(),
                }
            };
        }
    }

    /// Everything that is due between two instructions. Gives a reason to stop, or sets the next deadline.
    fn service(&mut self, end: u64) -> Option<Stop> {
        loop {
            let cpu = &mut self.cpu;
            if cpu.clock.cycles_at(cpu.planned) <= cpu.cycles {
                cpu.with_soc(Master::Debugger, |soc, io| soc.advance(io));
            }
            cpu.advance_system();
            if let Some(cause) = cpu.requests.reset.take() {
                if cause == ResetCause::Lockup {
                    cpu.pass_while_halted(cpu.clock.hz() / LOCKUP_RESETS_PER_SECOND);
                }
                cpu.reset(cause);
                self.resume = None;
            }
            if cpu.memory.code_changed {
                self.cache.clear();
                self.cpu.memory.clear_code_marks();
            }
            let cpu = &mut self.cpu;
            if cpu.system.halted() {
                self.resume = None;
                return Some(Stop::Halted);
            }
            if cpu.cycles >= end {
                return Some(Stop::Budget);
            }
            if cpu.sleeping.is_some() && cpu.soc.core_clock() != CoreClock::Off && cpu.wakes() {
                cpu.sleeping = None;
            }
            if cpu.sleep_changed() {
                // The chip may switch clocks, and waking up may take its time.
                continue;
            }
            if cpu.system.locked_up() && cpu.take_exception() {
                // NMI ends a lock-up.
                self.resume = None;
                continue;
            }
            let own = if cpu.sleeping.is_some() && cpu.soc.core_clock() != CoreClock::On {
                u64::MAX
            } else {
                cpu.system.next_event()
            };
            let event = cpu.clock.cycles_at(cpu.planned).min(own);
            if cpu.sleeping.is_some() || cpu.system.locked_up() {
                let until = event.clamp(cpu.cycles, end);
                cpu.slept(until - cpu.cycles);
                cpu.cycles = until;
                if event == u64::MAX {
                    return Some(Stop::Asleep);
                }
                continue;
            }
            if cpu.take_exception() {
                // Entering took cycles, and a vector may have faulted.
                self.resume = None;
                continue;
            }
            cpu.deadline = end.min(event).min(cpu.cycles + SLICE);
            return None;
        }
    }

    /// Executes one instruction for the debugger.
    fn step(&mut self) -> Left {
        self.resume = None;
        self.one();
        self.cpu.step_done();
        Left::Service
    }

    /// Executes the instruction at the program counter by itself.
    fn one(&mut self) {
        let (pc, it) = (self.cpu.pc, self.cpu.it);
        match self.cpu.thumb_or_fault().and_then(|()| block::single(pc, it, &mut self.cpu, &mut self.model)) {
            Ok(micro) => {
                self.cpu.current = micro.address;
                self.cpu.enter_region(micro.address);
                let wait = self.cpu.fetch_lines(&micro);
                self.cpu.system.dwt.fetch_waited(wait);
                let before = self.cpu.cycles;
                self.cpu.cycles += u64::from(micro.cost);
                let flow = (micro.run)(&mut self.cpu, &micro);
                if flow != Flow::Jump {
                    // Before the cycles of an exception come on top.
                    self.observed(&micro, before, flow);
                }
                if let Some(to) = self.leave(&micro, flow) {
                    self.cpu.cycles += u64::from(micro.taken) + u64::from(self.jump_cost(to));
                    (self.cpu.pc, self.cpu.it) = (to, 0);
                    self.observed(&micro, before, flow);
                }
            }
            Err(fault) => self.cannot_fetch(fault),
        }
    }

    /// Further cycles of a jump to `address`, which depend on the instruction there.
    fn jump_cost(&mut self, address: u32) -> u8 {
        self.cache.find(address, &mut self.cpu, &mut self.model).map_or(0, |block| block.entry)
    }

    /// The block to execute at the program counter, and how many of its instructions are done; `None` when the
    /// instruction there had to be dealt with by itself.
    fn enter(&mut self) -> Option<(Block, usize)> {
        let (pc, it) = (self.cpu.pc, self.cpu.it);
        if let Some(resume) = self.resume.take()
            && (resume.pc, resume.it, resume.generation) == (pc, it, self.cache.generation())
            && self.cpu.thumb
        {
            return Some((resume.block, resume.done));
        }
        if it != 0 || !self.cpu.thumb {
            self.one();
            return None;
        }
        match self.cache.find(pc, &mut self.cpu, &mut self.model) {
            Ok(block) => Some((block, 0)),
            Err(fault) => {
                self.cannot_fetch(fault);
                None
            }
        }
    }

    /// Executes blocks until the deadline.
    fn execute<const OBSERVE: bool, const FETCH: bool>(&mut self) -> Left {
        let Some((mut block, mut done)) = self.enter() else { return Left::Service };
        'blocks: loop {
            let cpu = &mut self.cpu;
            if (cpu.activity != Activity::Running { flash: block.flash }) {
                cpu.moved(block.flash);
            }
            let micros = &self.cache.micros(&block)[done..];
            for (index, micro) in micros.iter().enumerate() {
                cpu.current = micro.address;
                if FETCH && micro.enters_line() {
                    let wait = cpu.fetch_lines(micro);
                    if OBSERVE {
                        cpu.system.dwt.fetch_waited(wait);
                    }
                }
                let before = cpu.cycles;
                cpu.cycles += u64::from(micro.cost);
                let flow = (micro.run)(cpu, micro);
                if OBSERVE {
                    if flow != Flow::Jump {
                        cpu.retired(micro, before, false);
                    }
                    if let Some(trace) = &mut self.trace {
                        trace.executed(cpu, micro.address);
                    }
                }
                if flow == Flow::Next && cpu.cycles < cpu.deadline {
                    continue;
                }
                self.retired += index as u64 + 1;
                let micro = *micro;
                let more = index + 1 < micros.len();
                let Some(to) = self.leave(&micro, flow) else {
                    if flow == Flow::Next && more {
                        let (pc, it, generation) = (self.cpu.pc, self.cpu.it, self.cache.generation());
                        self.resume = Some(Resume { pc, it, block, done: done + index + 1, generation });
                    }
                    return Left::Service;
                };
                // Further cycles of the jump depend on the instruction there, if there is one.
                let taken = u64::from(micro.taken);
                let target = match self.cache.find(to, &mut self.cpu, &mut self.model) {
                    Ok(target) => target,
                    Err(fault) => {
                        self.cpu.cycles += taken;
                        if OBSERVE {
                            self.cpu.retired(&micro, before, true);
                        }
                        self.jumped_nowhere(to, fault);
                        return Left::Service;
                    }
                };
                self.cpu.cycles += taken + u64::from(target.entry);
                if OBSERVE {
                    self.cpu.retired(&micro, before, true);
                }
                if self.cpu.cycles < self.cpu.deadline {
                    (block, done) = (target, 0);
                    continue 'blocks;
                }
                (self.cpu.pc, self.cpu.it) = (to, 0);
                return Left::Service;
            }
            self.retired += micros.len() as u64;
            (self.cpu.pc, self.cpu.it) = (block.end, micros.last().map_or(0, Micro::it_after));
            match self.enter() {
                Some(next) => (block, done) = next,
                None => return Left::Service,
            }
        }
    }

    /// Takes the processor out of a block behind `micro`. Gives the address of a jump, which is still to be made.
    #[inline(always)]
    fn leave(&mut self, micro: &Micro, flow: Flow) -> Option<u32> {
        let cpu = &mut self.cpu;
        match flow {
            Flow::Jump => return Some(cpu.next),
            Flow::Next => {
                cpu.pc = micro.address.wrapping_add(micro.size());
                cpu.it = micro.it_after();
            }
            Flow::Fault => {
                cpu.pc = micro.address;
                cpu.it = micro.it;
                cpu.raise();
            }
            Flow::ExceptionReturn => {
                cpu.it = 0;
                cpu.exception_return();
            }
        }
        None
    }

    fn observed(&mut self, micro: &Micro, before: u64, flow: Flow) {
        self.retired += 1;
        self.cpu.retired(micro, before, flow == Flow::Jump);
        if let Some(trace) = &mut self.trace {
            trace.executed(&self.cpu, micro.address);
        }
    }

    /// The target of a jump cannot be fetched. An interrupt that is due comes first.
    #[cold]
    fn jumped_nowhere(&mut self, to: u32, fault: crate::cpu::Fault) {
        (self.cpu.pc, self.cpu.it) = (to, 0);
        if self.cpu.cycles < self.cpu.deadline {
            self.cannot_fetch(fault);
        }
    }

    fn cannot_fetch(&mut self, fault: crate::cpu::Fault) {
        self.cpu.fail(fault);
        self.cpu.raise();
    }
}
