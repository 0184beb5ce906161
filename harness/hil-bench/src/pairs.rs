//! Two builds in turns: one agent of each side alive at the same time, and exactly one of them busy.
//!
//! Each side has a bench of its own, and books of its own; what one side does to itself is booked there and is no fault of
//! the rig. An agent that is not asked anything waits for its next message and takes no time from the others. Nothing
//! counts unless the known answer was right before and after it on that side, as in [`crate::job`]. A workload that fails
//! on the baseline or the candidate is over on all sides, because no pair can come of it.
//!
//! Blocks of fast iterations are made long enough for the clock: how many iterations a block has is found out once a
//! workload, and is the same on every side. So are the iterations before every block that are run and not counted,
//! because the side before it has left the caches cold.

mod block;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use hil_model::id::WorkloadId;
use hil_model::lab::Evidence;
use hil_model::pairs::{PairedJob, Round, Side, Turn};
use hil_model::plan::Step;
use hil_model::run::RigFault;
use hil_model::sample::{Cut, Observations};

use crate::bench::{Bench, Trouble};
use crate::control::{Control, Ear};
use crate::event::Event;
use crate::job::{Book, Inputs, Runner, books};
use crate::life::AgentLife;
use crate::pairs::block::Block;
use crate::phase::Phase;
use crate::stop::Stop;

/// What a paired job amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct PairsOutcome {
    /// One list a side with one entry a workload; empty where no agent of that side ever said who it is. Pairs have the
    /// same start and block. What the measured code did wrong stands with the side that did it.
    pub sides: [Vec<Observations>; 3],
    /// Rounds that came to their end.
    pub rounds: u32,
    /// How often it was looked at what is decided.
    pub looks: u32,
    /// What ended the job early, if it was the rig, and on which side.
    pub fault: Option<(Side, RigFault)>,
    /// What helps against the fault; means nothing without one.
    pub trouble: Trouble,
    /// Whether the caller ended the job early.
    pub interrupted: bool,
}

impl PairsOutcome {
    /// What one side showed of one workload.
    #[must_use]
    pub fn of(&self, side: Side, workload: &WorkloadId) -> Option<&Observations> {
        self.sides[side.index()].iter().find(|seen| seen.workload == *workload)
    }
}

/// What has been observed when one looks.
pub struct Seen<'s> {
    /// How often one has looked, this time included.
    pub look: u32,
    /// Looks that were planned.
    pub looks: u32,
    sides: [Vec<&'s Observations>; 3],
}

impl<'s> Seen<'s> {
    /// What one side showed of one workload so far.
    #[must_use]
    pub fn of(&self, side: Side, workload: &WorkloadId) -> Option<&'s Observations> {
        self.sides[side.index()].iter().find(|seen| seen.workload == *workload).copied()
    }

    /// All workloads of one side.
    #[must_use]
    pub fn all_of(&self, side: Side) -> &[&'s Observations] {
        &self.sides[side.index()]
    }
}

/// Runs the rounds of `job`, each side on its own bench (in the order of [`Side::ALL`]), within the budget.
///
/// After every round that says so, `open` is asked which workloads are not decided yet; the others are left out from
/// then on, and where none is open the job is done. `events` hears which side an event belongs to.
pub fn run_pairs(
    job: &PairedJob,
    benches: [&dyn Bench; 3],
    inputs: &dyn Inputs,
    control: &Control<'_>,
    open: &mut dyn FnMut(&Seen<'_>) -> BTreeSet<WorkloadId>,
    events: &mut dyn FnMut(Side, Event),
) -> PairsOutcome {
    let mut outcome = PairsOutcome {
        sides: [Vec::new(), Vec::new(), Vec::new()],
        rounds: 0,
        looks: 0,
        fault: None,
        trouble: Trouble::Lasting,
        interrupted: false,
    };
    let fault = |side: Side, phase: Phase, message: String| {
        let (scenario, platform, phase) = (job.scenario.clone(), job.platform.clone(), phase.to_string());
        Some((side, RigFault { scenario, platform, phase, message: format!("{side}: {message}") }))
    };
    let jobs = Side::ALL.map(|side| {
        let mut of_side = job.job_of(side);
        if job.evidence == Evidence::Emulated {
            // A board's own time is counted a side, this computer's for all of them together.
            of_side.budget /= 3;
        }
        of_side
    });
    let mut all_books = Vec::new();
    for (side, job) in Side::ALL.into_iter().zip(&jobs) {
        match books(job, inputs) {
            Ok(books) => all_books.push(books),
            Err(message) => {
                outcome.fault = fault(side, Phase::Load, message);
                return outcome;
            }
        }
    }
    let ear = Ear::new(*control);
    let shared = RefCell::new(events);
    let mut tell = Side::ALL.map(|side| {
        let shared = &shared;
        move |event: Event| (shared.borrow_mut())(side, event)
    });
    let sides = jobs.iter().zip(benches).zip(all_books).zip(&mut tell);
    let runners = sides.map(|(((job, bench), books), tell)| Runner::new(job, bench, *control, &ear, tell, books));
    let mut pairs = Pairs {
        job,
        runners: runners.collect(),
        lives: Side::ALL.map(|_| None),
        done: [0; 3],
        open: job.workloads[Side::Baseline.index()].iter().map(|(id, _)| id.clone()).collect(),
        blocks: BTreeMap::new(),
        rounds: 0,
        looks: 0,
    };
    match pairs.all_rounds(open) {
        Ok(()) | Err((_, Stop::BudgetSpent | Stop::Cancelled)) => {}
        Err((side, Stop::Rig { phase, message, trouble })) => {
            outcome.fault = fault(side, phase, message);
            outcome.trouble = trouble;
        }
        // Failures are booked where they happen.
        Err((side, Stop::Failed(failure))) => {
            outcome.fault = fault(side, Phase::Close, format!("{failure:?} of no workload"));
        }
    }
    (outcome.rounds, outcome.looks) = (pairs.rounds, pairs.looks);
    for (side, runner) in outcome.sides.iter_mut().zip(pairs.runners) {
        outcome.interrupted |= runner.books.iter().any(|book| book.observations.cut == Some(Cut::User));
        if runner.clock.is_some() {
            *side = runner.books.into_iter().map(|book| book.observations).collect();
        }
    }
    outcome
}

/// A paired job under way.
struct Pairs<'p, 'j, 'c, 'e> {
    job: &'p PairedJob,
    /// One a side, in the order of [`Side::ALL`], as the lives are.
    runners: Vec<Runner<'j, 'c, 'e>>,
    lives: [Option<AgentLife<'c>>; 3],
    /// Steps of each side that this round has seen.
    done: [usize; 3],
    open: BTreeSet<WorkloadId>,
    /// How a block is made up, once that is known.
    blocks: BTreeMap<WorkloadId, Block>,
    rounds: u32,
    looks: u32,
}

/// Whose doing it is, and why it was not carried on.
type Ended = Result<(), (Side, Stop)>;

impl Pairs<'_, '_, '_, '_> {
    fn all_rounds(&mut self, open: &mut dyn FnMut(&Seen<'_>) -> BTreeSet<WorkloadId>) -> Ended {
        let (rounds, job) = (u32::try_from(self.job.rounds.len()).unwrap_or(u32::MAX), self.job);
        for (number, round) in job.rounds.iter().enumerate() {
            if !round.turns.iter().any(|turn| self.is_wanted(turn)) {
                continue;
            }
            (self.runners[0].events)(Event::StartBegan { start: round.index, starts: rounds });
            self.round(number, round)?;
            self.rounds += 1;
            if round.look {
                self.looks += 1;
                let still = open(&self.seen());
                self.open.retain(|workload| still.contains(workload));
            }
        }
        Ok(())
    }

    fn seen(&self) -> Seen<'_> {
        let of = |side: Side| {
            let books = self.runners.get(side.index()).map_or(&[][..], |runner| &runner.books);
            books.iter().map(|book| &book.observations).collect::<Vec<_>>()
        };
        Seen { look: self.looks, looks: self.job.looks(), sides: Side::ALL.map(of) }
    }

    /// Whether a figure of the workload is still open, and can still come to be.
    fn is_wanted(&self, turn: &Turn) -> bool {
        let workload = turn.step.workload();
        let failed = |side: Side| self.book(side, workload).is_some_and(|book| book.observations.failure.is_some());
        self.open.contains(workload) && !failed(Side::Baseline) && !failed(Side::Candidate) && !failed(turn.side)
    }

    fn book(&self, side: Side, workload: &WorkloadId) -> Option<&Book<'_>> {
        self.runners.get(side.index())?.books.iter().find(|book| book.subject.id == workload)
    }

    fn round(&mut self, number: usize, round: &Round) -> Ended {
        self.done = [0; 3];
        let mut busy = None;
        for turn in &round.turns {
            let side = turn.side.index();
            if self.is_wanted(turn) {
                if let Some(before) = busy.replace(turn.side).filter(|before| *before != turn.side)
                    && !round.together
                {
                    self.end(before, round.index, None)?;
                }
                if let Err(stop) = self.turn(round, turn) {
                    return Err(self.stopped(number, round.index, (turn.side, turn.step.workload()), stop));
                }
            }
            self.done[side] += 1;
        }
        self.same_clock()?;
        for side in Side::ALL {
            self.end(side, round.index, None)?;
        }
        Ok(())
    }

    /// One turn. Before a block stand the iterations in which its side comes to rest.
    fn turn(&mut self, round: &Round, turn: &Turn) -> Result<(), Stop> {
        let side = turn.side.index();
        let Step::Measure { workload, block, slot, iterations, at_least } = &turn.step else {
            return self.runners[side].step(&mut self.lives[side], round.index, &turn.step);
        };
        let made = match self.blocks.get(workload) {
            Some(made) => *made,
            None => {
                let made = self.make_block(round, workload, turn.side, *iterations)?;
                self.blocks.insert(workload.clone(), made);
                made
            }
        };
        if made.uncounted > 0 {
            if self.job.settling.is_some_and(|settling| *block >= settling.blocks) {
                return Ok(());
            }
            self.uncounted(turn.side, round.index, workload, made.uncounted)?;
        }
        let workload = workload.clone();
        let (block, slot, iterations, at_least) = (*block, *slot, made.counted, *at_least);
        let step = Step::Measure { workload, block, slot, iterations, at_least };
        self.runners[side].step(&mut self.lives[side], round.index, &step)
    }

    /// Compares with the known answer once more, and ends the agent of a side.
    fn end(&mut self, side: Side, start: u32, unfinished: Option<&WorkloadId>) -> Ended {
        let life = self.lives[side.index()].take();
        self.runners[side.index()].end_life(life, start, unfinished).map_err(|stop| (side, stop))
    }

    /// Books an early end and ends the agents as it allows.
    fn stopped(&mut self, number: usize, start: u32, at: (Side, &WorkloadId), stop: Stop) -> (Side, Stop) {
        let (busy, workload) = at;
        let cut = match stop {
            Stop::BudgetSpent => Cut::Budget,
            Stop::Cancelled => Cut::User,
            Stop::Failed(_) | Stop::Rig { .. } => return (busy, stop),
        };
        if cut == Cut::Budget {
            (self.runners[busy.index()].events)(Event::BudgetSpent);
        }
        for side in Side::ALL {
            let (open, done) = (&self.open, self.done[side.index()]);
            let runner = &mut self.runners[side.index()];
            let left = runner.job.starts.get(number..).unwrap_or_default();
            runner.book_cut(cut, left, done, &|workload| open.contains(workload));
        }
        for side in Side::ALL {
            // Nobody waits for an agent that has measured nothing when the caller wants to stop.
            if cut == Cut::User && self.runners[side.index()].measured_in(start).is_empty() {
                self.lives[side.index()] = None;
            }
            let unfinished = (side == busy && cut == Cut::User).then_some(workload);
            if let Err(instead) = self.end(side, start, unfinished) {
                return instead;
            }
        }
        (busy, stop)
    }

    /// Figures of clocks that differ cannot be set beside each other.
    fn same_clock(&self) -> Ended {
        let clocks =
            Side::ALL.map(|side| (side, self.runners.get(side.index()).and_then(|runner| runner.clock.as_ref())));
        let (_, baseline) = &clocks[0];
        for (side, clock) in &clocks {
            if let (Some(own), Some(baseline)) = (clock, baseline)
                && own != baseline
            {
                let message = format!("its clock is {own:?}, that of the baseline {baseline:?}");
                return Err((*side, Stop::lasting(Phase::Handshake, message)));
            }
        }
        Ok(())
    }
}
