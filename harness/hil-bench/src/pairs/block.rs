//! What a block consists of: how many iterations fill it, and how many come before it and are not counted.

use hil_model::id::WorkloadId;
use hil_model::pairs::{Round, Side, Turn};
use hil_model::plan::Step;

use crate::event::Event;
use crate::pairs::Pairs;
use crate::settling::{Settling, settling};
use crate::stop::Stop;

/// Iterations of a block at most: beyond that, no clock needs more.
const MOST: u32 = 4096;
/// Iterations from which one can see where they come to rest.
const LEAST_SERIES: u32 = 16;
/// How many times longer than it was meant to be such a series may take. Beyond that an iteration brings its data in by
/// itself, and none of them stands for the others.
const LONGER: f64 = 5.0;

/// Iterations of each block of a workload, the same on every side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// Run and not counted, before it.
    pub(super) uncounted: u32,
    /// Those that count.
    pub(super) counted: u32,
}

/// What the sides take until they are at rest.
#[derive(Debug, Default)]
struct Rest {
    /// Iterations.
    uncounted: u32,
    /// Iterations at rest that last as long, on the side where they are the most: sides may differ in speed.
    worth: u32,
    seconds: f64,
}

impl Pairs<'_, '_, '_, '_> {
    /// How many iterations a block of `side` has that is planned to have `least` at least, and how many come before it. It lasts
    /// as long as these do. Where blocks are left out, the others have as many more, so that a round has what was planned.
    pub(super) fn make_block(
        &mut self,
        round: &Round,
        workload: &WorkloadId,
        side: Side,
        mut least: u32,
    ) -> Result<Block, Stop> {
        let Rest { uncounted, worth, seconds } = self.come_to_rest(round, workload)?;
        if let Some(settling) = self.job.settling.filter(|_| uncounted > 0) {
            least = spread(least, blocks_of(round, workload, side), settling.blocks);
            let event = Event::Settles { workload: workload.clone(), iterations: uncounted, seconds };
            (self.runners[0].events)(event);
        }
        let length = self.job.block.as_secs_f64();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
        let fitting = self.pace(workload).map_or(1, |pace| (length / pace.max(1e-9)).ceil() as u32);
        Ok(Block { uncounted, counted: fitting.max(worth).min(MOST).max(least) })
    }

    /// What each side takes until it is at rest, the most of it; each runs a series to show it.
    ///
    /// A burst of something else on the machine can make the beginning of a series look cold, and would make every block of
    /// that workload several times as long. So a series that says so is asked once more, behind the others again, and the
    /// smaller answer of each side counts: what is cold in truth is cold both times.
    fn come_to_rest(&mut self, round: &Round, workload: &WorkloadId) -> Result<Rest, Stop> {
        let Some(meant) = self.job.settling.filter(|_| round.together).map(|settling| settling.series.as_secs_f64())
        else {
            return Ok(Rest::default());
        };
        let Some(pace) = self.pace(workload).filter(|pace| f64::from(LEAST_SERIES) * pace <= LONGER * meant) else {
            return Ok(Rest::default());
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
        let length = ((meant / pace.max(1e-9)) as u32).clamp(LEAST_SERIES, MOST);
        let mut seen = self.series_of_all(round, workload, length)?;
        if seen.iter().any(|side| side.iterations > 0) {
            let again = self.series_of_all(round, workload, length)?;
            seen = std::array::from_fn(|at| seen[at].min(again[at]));
        }
        let mut rest = Rest::default();
        for (side, seen) in Side::ALL.into_iter().zip(seen) {
            let hz = self.runners[side.index()].clock.as_ref().map_or(1.0, |clock| clock.hz);
            rest.uncounted = rest.uncounted.max(u32::try_from(seen.iterations).unwrap_or(u32::MAX));
            rest.worth = rest.worth.max(u32::try_from(seen.worth).unwrap_or(u32::MAX));
            rest.seconds = rest.seconds.max(seen.ticks as f64 / hz);
        }
        Ok(rest)
    }

    /// A series of each side, one after the other, in the order of [`Side::ALL`].
    fn series_of_all(&mut self, round: &Round, workload: &WorkloadId, length: u32) -> Result<[Settling; 3], Stop> {
        let mut seen = [Settling::default(); 3];
        for side in Side::ALL {
            seen[side.index()] = settling(&self.uncounted(side, round.index, workload, length)?);
        }
        Ok(seen)
    }

    /// Seconds of an iteration, as last seen on the first side that has run any.
    fn pace(&self, workload: &WorkloadId) -> Option<f64> {
        Side::ALL.into_iter().find_map(|side| self.book(side, workload)?.pace)
    }

    /// Runs iterations on a side and gives their ticks, which nobody keeps; none where the code has failed.
    pub(super) fn uncounted(
        &mut self,
        side: Side,
        start: u32,
        workload: &WorkloadId,
        iterations: u32,
    ) -> Result<Vec<u64>, Stop> {
        let at = side.index();
        let runner = &mut self.runners[at];
        let Some(book) = runner.books.iter().position(|book| book.subject.id == workload) else {
            return Ok(Vec::new());
        };
        let (before, position) = (runner.books[book].observations.iterations.len(), runner.books[book].position);
        let step = Step::WarmUp { workload: workload.clone(), iterations };
        let ended = runner.step(&mut self.lives[at], start, &step);
        let book = &mut runner.books[book];
        book.position = position;
        let ticks = book.observations.iterations.drain(before..).map(|iteration| iteration.ticks).collect();
        ended.map(|()| ticks)
    }
}

/// Blocks that are planned for a workload on one side of a round.
fn blocks_of(round: &Round, workload: &WorkloadId, side: Side) -> u32 {
    let is_its =
        |turn: &&Turn| turn.side == side && matches!(&turn.step, Step::Measure { workload: of, .. } if of == workload);
    u32::try_from(round.turns.iter().filter(is_its).count()).unwrap_or(u32::MAX)
}

/// Iterations of each of `left` blocks that shall have as many together as `planned` blocks of `least`.
fn spread(least: u32, planned: u32, left: u32) -> u32 {
    least.saturating_mul(planned).div_ceil(left.clamp(1, planned.max(1)))
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn fewer_blocks_have_as_many_iterations_together() {
        assert_eq!((spread(2, 12, 6), spread(1, 12, 5), spread(7, 12, 12)), (4, 3, 7));
        assert_eq!((spread(3, 4, 6), spread(3, 0, 6), spread(3, 12, 0)), (3, 0, 36));
    }
}
