//! Instructions of one iteration: another agent, under something that counts, beside the one that is timed.
//!
//! What goes wrong there is neither the fault of the measured code, which works where nothing watches it, nor one of the rig
//! that times it: what counts emulates a processor, and need not know all that this one can. So it is booked as the reason
//! for which there is no count, and everything else goes on.

use hil_model::metric::Metric;
use hil_model::sample::{Count, Failure, Instructions};

use crate::bench::{Counted, End};
use crate::crash::printable;
use crate::event::Event;
use crate::job::Runner;
use crate::life::{AgentLife, Input, Subject};
use crate::phase::Phase;
use crate::stop::Stop;

/// An emulated iteration may take this many times what a timed one may: twice what is usual for plain code.
const SLOWER: u32 = 100;
/// Counts of starts that are the same prove that it is the same every time.
const REPEATS: usize = 2;

impl<'c> Runner<'_, 'c, '_> {
    /// Whether starts before have settled how many instructions there are.
    pub(crate) fn is_counted(&self, at: usize) -> bool {
        is_settled(&self.books[at].observations.counts)
    }

    /// Counts the instructions of one iteration. `life` is that of an agent that nothing watches: only code that works there
    /// is worth a count.
    pub(crate) fn count(&mut self, life: &mut AgentLife<'c>, at: usize, start: u32) -> Result<(), Stop> {
        life.verify_once(&self.books[at].subject)?;
        let is_kernel = !matches!(self.books[at].subject.input, Input::Command(_));
        let Some(counted) = self.bench.counted().filter(|_| is_kernel) else {
            self.books[at].observations.unobservable.insert(Metric::Instructions);
            return Ok(());
        };
        let outcome = match counted {
            Ok(bench) => self.count_on(&*bench, at)?,
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = &outcome {
            let workload = self.books[at].subject.id.clone();
            (self.events)(Event::NotCounted { workload, why: why.clone() });
        }
        self.books[at].observations.counts.push(Count { start, outcome });
        self.progress(at, Phase::Count, 1, 1);
        Ok(())
    }

    /// The whole life of an agent that is counted. Only who wants to stop ends more than this.
    fn count_on(&mut self, bench: &dyn Counted, at: usize) -> Result<Result<Instructions, String>, Stop> {
        let mut news = Vec::new();
        // What is left of the budget bounds it: a count that takes longer than everything else may is a missing one.
        let most = self.budget_left().max(self.job.timeout);
        let timeout = self.job.timeout.saturating_mul(SLOWER).min(most);
        let life = match self.open_on(bench, timeout, &mut |line| news.push(line)) {
            Ok(life) => life,
            Err(stop) => return why_not(stop).map(Err),
        };
        let (result, end) = watched(life, &self.books[at].subject, &mut |line| news.push(line));
        if let Some(end) = &end {
            self.report_end(end);
        }
        if let Err(stop) = result {
            return why_not(stop).map(Err);
        }
        let dump = match bench.count(1) {
            Ok(dump) => dump,
            Err(error) => return Ok(Err(error.to_string())),
        };
        // Nobody guesses what the figure is of.
        let Some(counted_with) = news.pop() else {
            return Ok(Err("the agent did not say which vector instructions it found".to_owned()));
        };
        Ok(Ok(Instructions {
            number: dump.instructions,
            counter: printable(&dump.creator),
            counted_with: printable(&counted_with),
            timed_with: bench.timed_with().to_owned(),
        }))
    }
}

/// Whether another count would tell nothing: two or more are the same, or one could not be had.
fn is_settled(counts: &[Count]) -> bool {
    let failed = counts.iter().any(|count| count.outcome.is_err());
    let numbers = counts.iter().filter_map(|count| count.outcome.as_ref().ok()).map(|count| count.number);
    failed || agree(&numbers.collect::<Vec<u64>>())
}

/// Whether enough starts counted the same.
pub(crate) fn agree(numbers: &[u64]) -> bool {
    numbers.len() >= REPEATS && numbers.windows(2).all(|pair| pair[0] == pair[1])
}

/// Runs what is counted and ends the agent. How it ended where nobody took note of that yet.
fn watched(
    mut life: AgentLife<'_>,
    subject: &Subject<'_>,
    tell: &mut dyn FnMut(String),
) -> (Result<(), Stop>, Option<End>) {
    let result = one_iteration(&mut life, subject);
    if life.session.is_over() {
        life.session.news().into_iter().for_each(tell);
        return (result, life.session.take_end());
    }
    let end = life.close(tell);
    (result, Some(end))
}

/// The known answer comes first: where code is emulated it may take another way, and that has to be right as well. It is not
/// counted, and it sets up what the first iteration of a life sets up. The iteration behind it is, and nothing comes after it:
/// emulated, each takes seconds, and no time is told that something could have disturbed.
fn one_iteration(life: &mut AgentLife<'_>, subject: &Subject<'_>) -> Result<(), Stop> {
    life.verify(subject)?;
    life.give(subject, 0)?;
    life.session.run(Phase::Count, subject.kernel, 1, &mut |_| {})
}

/// Why there is no count, unless the caller wants to stop.
fn why_not(stop: Stop) -> Result<String, Stop> {
    let why = match stop {
        Stop::Failed(Failure::Crashed { detail }) => format!("crashed: {detail}"),
        Stop::Failed(Failure::WrongResult { detail }) => format!("wrong result: {detail}"),
        Stop::Failed(Failure::TimedOut { after }) => {
            format!("one iteration did not return within {} s; give more with --budget", after.as_secs())
        }
        Stop::Failed(Failure::ClockStuck { counter }) => format!("the counter {counter} did not move"),
        Stop::Rig { phase, message, .. } => format!("{phase}: {message}"),
        stop @ (Stop::BudgetSpent | Stop::Cancelled) => return Err(stop),
    };
    Ok(format!("under what counts, {why}"))
}

#[cfg(test)]
mod tests {
    use hil_model::sample::{Count, Instructions};

    use super::is_settled;

    fn counts(numbers: &[Option<u64>]) -> Vec<Count> {
        let word = String::new;
        let outcome = |number: &Option<u64>| match number {
            Some(number) => {
                Ok(Instructions { number: *number, counter: word(), counted_with: word(), timed_with: word() })
            }
            None => Err(word()),
        };
        (0..).zip(numbers).map(|(start, number)| Count { start, outcome: outcome(number) }).collect()
    }

    #[test]
    fn two_counts_that_agree_settle_it_and_so_does_one_that_cannot_be_had() {
        for (numbers, settled) in [
            (&[][..], false),
            (&[Some(7)], false),
            (&[Some(7), Some(7)], true),
            (&[Some(7), Some(8)], false),
            (&[Some(7), Some(8), Some(8)], false),
            (&[None], true),
            (&[Some(7), None], true),
        ] {
            assert_eq!(is_settled(&counts(numbers)), settled, "{numbers:?}");
        }
    }
}
