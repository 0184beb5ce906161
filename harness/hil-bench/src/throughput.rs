//! Throughput: several agents in a closed loop, counted over the same slices of time.
//!
//! Every agent runs its kernel without a pause, starts counting at the same moment of the clock that all of them
//! share, and reports how many iterations ended in each slice. So the sum over the agents is a rate of the machine
//! under that load, and no slice is shorter or less busy than another.

use std::time::Duration;

use hil_model::sample::Slice;
use hil_wire::message::{FailCode, Request, Response};

use crate::crash::printable;
use crate::event::Event;
use crate::job::Runner;
use crate::life::AgentLife;
use crate::phase::Phase;
use crate::session::{failed, unexpected};
use crate::stop::Stop;

const PHASE: Phase = Phase::Throughput;
/// How far in the future the first slice begins: time to tell every agent, and for their loops to become steady.
const LEAD: Duration = Duration::from_millis(100);
/// How often a busy machine may miss that moment; the lead is doubled each time.
const TRIES: u32 = 4;
/// Clocks that differ by more than this are different clocks: asking all agents takes much less.
const SAME_CLOCK: Duration = Duration::from_secs(10);

/// The slices of one attempt.
struct Slices {
    count: u32,
    length: Duration,
    ticks: u64,
}

impl<'c> Runner<'_, 'c, '_> {
    /// Counts what `workers` agents finish together in each of `slices` slices.
    pub(crate) fn throughput(
        &mut self,
        at: usize,
        start: u32,
        workers: u32,
        slices: u32,
        slice: Duration,
    ) -> Result<(), Stop> {
        let fitting = self.budget_left().as_nanos() / slice.as_nanos().max(1);
        let count = slices.min(u32::try_from(fitting).unwrap_or(u32::MAX)).max(1);
        for doubling in 0..TRIES {
            self.check()?;
            let mut lives = Vec::new();
            let result = self.attempt(&mut lives, at, start, workers, count, slice, LEAD * 2u32.pow(doubling));
            let ended = lives.into_iter().filter_map(|mut life| life.session.take_end());
            for end in ended.collect::<Vec<_>>() {
                self.report_end(&end);
            }
            match result? {
                None => {}
                Some(counts) => {
                    self.book_slices(at, start, workers, slice, &counts);
                    return if count < slices { Err(Stop::BudgetSpent) } else { Ok(()) };
                }
            }
        }
        Err(Stop::rig(PHASE, format!("the machine is too busy: {workers} agents could not start at the same moment")))
    }

    /// The sum over all agents for each slice; nothing when an agent missed the first moment.
    #[expect(clippy::too_many_arguments, reason = "it is the body of the loop above")]
    fn attempt(
        &mut self,
        lives: &mut Vec<AgentLife<'c>>,
        at: usize,
        start: u32,
        workers: u32,
        count: u32,
        length: Duration,
        lead: Duration,
    ) -> Result<Option<Vec<u64>>, Stop> {
        for worker in 0..workers.max(1) {
            let mut life = self.open()?;
            let result = life.verify_once(&self.books[at].subject).and_then(|()| {
                let item = start.wrapping_mul(workers).wrapping_add(worker);
                life.give(&self.books[at].subject, usize::try_from(item).unwrap_or(0))
            });
            lives.push(life);
            result?;
        }
        let Some(hz) = self.clock.as_ref().map(|clock| clock.hz) else { return Ok(None) };
        let ticks = |time: Duration| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
            let ticks = (time.as_secs_f64() * hz).round() as u64;
            ticks
        };
        let slices = Slices { count, length, ticks: ticks(length).max(1) };
        let start_at = same_clock(lives, ticks(SAME_CLOCK))?.saturating_add(ticks(lead));
        let kernel = self.books[at].subject.kernel;
        for life in lives.iter_mut() {
            let request = Request::RunSlices { kernel, start_at, slice_ticks: slices.ticks, slices: slices.count };
            life.session.send(PHASE, &request)?;
        }
        let mut sum = vec![0u64; usize::try_from(count).unwrap_or(0)];
        for life in lives.iter_mut() {
            let Some(counts) = collect(life, &slices, lead)? else { return Ok(None) };
            for (total, count) in sum.iter_mut().zip(counts) {
                *total += u64::from(count);
            }
        }
        // The known answer once more, now that every agent is done and none disturbs another.
        for life in lives.iter_mut() {
            life.verify(&self.books[at].subject)?;
        }
        for life in lives.drain(..) {
            let events = &mut *self.events;
            let end = life.close(&mut |line| events(Event::GettingReady { line: printable(&line) }));
            self.report_end(&end);
        }
        Ok(Some(sum))
    }

    fn book_slices(&mut self, at: usize, start: u32, workers: u32, slice: Duration, counts: &[u64]) {
        let book = &mut self.books[at];
        // A second throughput step of the same start goes on where the first one ended.
        let before = book.observations.slices.iter().filter(|slice| slice.start == start).count();
        for (number, finished) in counts.iter().enumerate() {
            let index = u32::try_from(before + number).unwrap_or(u32::MAX);
            let seconds = slice.as_secs_f64();
            book.observations.slices.push(Slice { start, index, workers, finished: *finished, seconds });
        }
        let total = u32::try_from(counts.len()).unwrap_or(u32::MAX);
        let workload = book.subject.id.clone();
        (self.events)(Event::Progress { workload, phase: PHASE, done: total, total });
    }
}

/// Reads the clock of every agent, makes sure that it is one clock, and returns the latest reading.
fn same_clock(lives: &mut [AgentLife<'_>], most: u64) -> Result<u64, Stop> {
    let mut readings = Vec::new();
    for life in lives {
        readings.push(life.session.now(PHASE)?);
    }
    let (first, last) = (readings.iter().copied().min().unwrap_or(0), readings.iter().copied().max().unwrap_or(0));
    if last - first > most {
        return Err(Stop::rig(PHASE, "the agents do not share a clock, so they cannot count over the same slices"));
    }
    Ok(last)
}

/// The counts of one agent; nothing when it missed the first moment.
fn collect(life: &mut AgentLife<'_>, slices: &Slices, lead: Duration) -> Result<Option<Vec<u32>>, Stop> {
    // The agent reports in batches, so all slices may pass in silence.
    let extra = lead + slices.length.saturating_mul(slices.count);
    let mut counts = Vec::new();
    loop {
        life.session.wait(PHASE, extra)?;
        match life.session.message(PHASE)? {
            Response::SliceCounts { counts: batch } => counts.extend_from_slice(batch.as_slice()),
            Response::Done { .. } if counts.len() == usize::try_from(slices.count).unwrap_or(usize::MAX) => {
                return Ok(Some(counts));
            }
            Response::Failed { code: FailCode::TooLate, .. } => return Ok(None),
            Response::Failed { code, detail } => return Err(failed(PHASE, code, &printable(detail))),
            other => return Err(unexpected(PHASE, &other)),
        }
    }
}
