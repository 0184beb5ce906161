//! A board that runs: the machine, its debug port, and who may touch it when.
//!
//! In [`Mode::Free`] the machine has a thread of its own. Whoever wants to look raises an attention flag; the run loop
//! sees it within its slice of 2000 cycles and lends the machine between two instructions. Neither side starves: the
//! machine runs at least a slice after so many visits in a row, and a visitor waits for one slice at most. In
//! [`Mode::LockStep`] there is no thread: each visit first advances the machine by a fixed number of cycles, so that
//! the same visits find the same states on any host.

pub mod emulation;
mod pace;
mod target;
pub mod trace;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub use pace::Pace;
pub use target::Target;

use crate::machine::{Machine, Stop};
use pace::Pacer;

/// How machine and visitors take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// On a thread of its own.
    Free(Pace),
    /// Only during visits.
    LockStep {
        /// By how many cycles each visit advances the machine beforehand.
        cycles_per_access: u64,
    },
}

/// Visits in a row while the core could run, before it is its turn.
const VISITS: u32 = 32;
/// What the machine runs at least in its turn, in cycles.
const TURN: u64 = 2_000;
/// How often the attendant looks around while the core sleeps and nothing is planned.
const LOOK_AROUND: Duration = Duration::from_millis(10);
/// Virtual time that passes per visit while the core is halted in [`Mode::Free`], in cycles: about what one
/// transaction takes on a wire of 4 MHz, so that a debugger that polls sees an erase come to its end.
const HALTED_VISIT: u64 = 1_000;

/// Looks after a board while it runs: moves bytes of serial ports, reports what was noticed.
pub trait Attendant: Send {
    /// Called between two instructions, after every turn of the machine and after every visit. Must not wait.
    fn attend(&mut self, machine: &mut Machine);
}

/// A board that runs until it is dropped. Clones are handles to the same board.
#[derive(Debug, Clone)]
pub struct Board {
    shared: Arc<Shared>,
    /// The last handle stops and joins the thread.
    _thread: Arc<Thread>,
    mode: Mode,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// The machine's thread waits here for visitors to leave, for work, or for time to pass.
    machine_wakes: Condvar,
    /// Visitors wait here for the machine to have had its turn.
    machine_ran: Condvar,
    attention: AtomicBool,
    waiting: AtomicUsize,
    stop: AtomicBool,
}

struct State {
    target: Target,
    attendant: Option<Box<dyn Attendant>>,
    /// Visits since the machine last ran.
    visits: u32,
    /// There is nothing to run until the next visit.
    parked: bool,
    /// Virtual time is ahead of the host's: until then the machine does not want its turn.
    resting: Option<Instant>,
    /// The machine's thread runs.
    alive: bool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("target", &self.target).field("parked", &self.parked).finish_non_exhaustive()
    }
}

impl State {
    fn rests(&self) -> bool {
        self.resting.is_some_and(|until| Instant::now() < until)
    }

    fn attend(&mut self) {
        if let Some(attendant) = &mut self.attendant {
            attendant.attend(&mut self.target.machine);
        }
    }
}

impl Board {
    /// Starts to run `machine`.
    ///
    /// # Errors
    /// When the host gives no thread.
    pub fn start(machine: Machine, mode: Mode) -> std::io::Result<Self> {
        Self::start_attended(machine, mode, None)
    }

    /// Starts to run `machine`, with somebody to look after it.
    ///
    /// # Errors
    /// When the host gives no thread.
    pub fn start_attended(
        machine: Machine,
        mode: Mode,
        attendant: Option<Box<dyn Attendant>>,
    ) -> std::io::Result<Self> {
        let alive = matches!(mode, Mode::Free(_));
        let target = Target::new(machine);
        let state = State { target, attendant, visits: 0, parked: false, resting: None, alive };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            machine_wakes: Condvar::new(),
            machine_ran: Condvar::new(),
            attention: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        let thread = match mode {
            Mode::LockStep { .. } => None,
            Mode::Free(pace) => {
                let shared = Arc::clone(&shared);
                Some(std::thread::Builder::new().name("emulated core".to_owned()).spawn(move || {
                    // Also when the thread unwinds: nobody may wait for a turn that never comes.
                    let _farewell = Farewell(&shared);
                    shared.run(pace);
                })?)
            }
        };
        let thread = Arc::new(Thread { shared: Arc::clone(&shared), join: Mutex::new(thread) });
        Ok(Self { shared, _thread: thread, mode })
    }

    /// How machine and visitors take turns.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Visits the board between two instructions.
    pub fn access<T>(&self, visit: impl FnOnce(&mut Target) -> T) -> T {
        match self.mode {
            Mode::LockStep { cycles_per_access } => {
                let mut state = self.shared.lock();
                state.target.advance(cycles_per_access);
                let result = visit(&mut state.target);
                state.target.settle();
                state.attend();
                result
            }
            Mode::Free(_) => self.shared.visit(visit),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A visitor that panicked leaves a machine that is still whole: it changes between instructions only.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn visit<T>(&self, visit: impl FnOnce(&mut Target) -> T) -> T {
        let waiting = Waiting::new(self);
        let mut state = self.lock();
        // From here on it is dropped before the lock is released, also when the visitor panics.
        let mut waiting = waiting;
        while state.alive && !state.parked && state.visits >= VISITS && !state.rests() {
            state = self.machine_ran.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.target.halted() {
            state.target.pass(HALTED_VISIT);
        }
        let result = visit(&mut state.target);
        state.target.settle();
        state.attend();
        state.visits = state.visits.saturating_add(1);
        // Whatever was done may have given the core something to do.
        let (parked, halted) = (state.parked, state.target.halted());
        state.parked = halted;
        waiting.wake = !(state.resting.is_some() || parked && halted);
        result
    }

    fn run(&self, pace: Pace) {
        let never = AtomicBool::new(false);
        let mut pacer = Pacer::new(pace);
        let mut state = self.lock();
        while !self.stop.load(Ordering::SeqCst) {
            state.resting = None;
            let visited = self.waiting.load(Ordering::SeqCst) > 0 && state.visits < VISITS;
            if state.parked || visited {
                if state.parked {
                    // What passes for the chip while the core stands still is no lead that the core must give back.
                    pacer = Pacer::new(pace);
                }
                if state.parked && state.attendant.is_some() && !state.target.halted() {
                    // It sleeps until something comes from outside, and only the attendant can tell.
                    let waited = self.machine_wakes.wait_timeout(state, LOOK_AROUND);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                    state.attend();
                    state.parked = state.target.halted();
                } else {
                    state = self.machine_wakes.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                continue;
            }
            if let Some(ahead) = pacer.ahead(&state.target) {
                state.resting = Instant::now().checked_add(ahead);
                self.machine_ran.notify_all();
                let waited = self.machine_wakes.wait_timeout(state, ahead);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let mut stop = state.target.machine.run(TURN, &never);
            state.visits = 0;
            self.machine_ran.notify_all();
            // Cleared before looking: a visitor that comes in between sets it again.
            self.attention.store(self.stop.load(Ordering::SeqCst), Ordering::SeqCst);
            if stop == Stop::Budget && self.waiting.load(Ordering::SeqCst) == 0 {
                let budget = pacer.budget(&state.target);
                stop = state.target.machine.run(budget, &self.attention);
            }
            state.parked = match stop {
                Stop::Halted => true,
                Stop::Asleep => pace == Pace::Free,
                Stop::Budget | Stop::Attention => false,
            };
            state.attend();
        }
    }
}

/// A visitor who waits or visits. Leaves while it holds the lock, so that the machine's thread does not miss it.
struct Waiting<'a> {
    shared: &'a Shared,
    /// Whether the machine's thread may be waiting for the visitor to leave; waking it costs a system call.
    wake: bool,
}

impl<'a> Waiting<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.waiting.fetch_add(1, Ordering::SeqCst);
        shared.attention.store(true, Ordering::SeqCst);
        Self { shared, wake: true }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.waiting.fetch_sub(1, Ordering::SeqCst);
        if self.wake {
            self.shared.machine_wakes.notify_one();
        }
    }
}

/// The machine's thread is gone.
struct Farewell<'a>(&'a Shared);

impl Drop for Farewell<'_> {
    fn drop(&mut self) {
        self.0.lock().alive = false;
        self.0.machine_ran.notify_all();
    }
}

#[derive(Debug)]
struct Thread {
    shared: Arc<Shared>,
    join: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.shared.attention.store(true, Ordering::SeqCst);
        drop(self.shared.lock());
        self.shared.machine_wakes.notify_all();
        let join = self.join.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(join) = join {
            // A thread that panicked has said so on standard error.
            let _panicked = join.join();
        }
    }
}
