//! The heap of a workload: another agent, which counts the bytes that are alive, beside those that are timed.
//!
//! An agent that counts runs the same code on the same processor, so what goes wrong there goes wrong in the code or in the rig,
//! as anywhere else.

use hil_model::metric::Metric;
use hil_model::sample::Heap;

use crate::count::agree;
use crate::job::Runner;
use crate::life::{AgentLife, Input, Subject};
use crate::phase::Phase;
use crate::stop::Stop;

impl<'c> Runner<'_, 'c, '_> {
    /// Whether starts before have settled how large the heap is: two or more that are the same prove that it always is.
    pub(crate) fn is_heap_known(&self, at: usize) -> bool {
        let observations = &self.books[at].observations;
        let bytes: Vec<u64> = observations.heaps.iter().map(|heap| heap.bytes).collect();
        observations.unobservable.contains(&Metric::Heap) || agree(&bytes)
    }

    /// Reads the largest sum of bytes that were alive in `iterations` iterations. `life` is that of an agent that counts nothing:
    /// only code that is right there is worth a figure.
    pub(crate) fn heap(
        &mut self,
        life: &mut AgentLife<'c>,
        at: usize,
        start: u32,
        iterations: u32,
    ) -> Result<(), Stop> {
        life.verify_once(&self.books[at].subject)?;
        let is_kernel = !matches!(self.books[at].subject.input, Input::Command(_));
        let bytes = match self.bench.with_heap().filter(|_| is_kernel) {
            Some(bench) => {
                let mut counting = self.open_on(&*bench, self.job.timeout, &mut |_| {})?;
                let bytes = peak(&mut counting, &self.books[at].subject, iterations);
                // What it says of itself when it ends is of interest where it did not do what it was asked.
                let end = if counting.session.is_over() {
                    counting.session.take_end()
                } else {
                    Some(counting.close(&mut |_| {}))
                };
                end.iter().for_each(|end| self.report_end(end));
                bytes?
            }
            None => None,
        };
        let observations = &mut self.books[at].observations;
        match bytes {
            Some(bytes) => observations.heaps.push(Heap { start, bytes }),
            None => drop(observations.unobservable.insert(Metric::Heap)),
        }
        self.progress(at, Phase::Memory, 1, 1);
        Ok(())
    }
}

/// The known answer, the iterations, and the known answer again; nothing for a program whose allocator counts nothing.
fn peak(life: &mut AgentLife<'_>, subject: &Subject<'_>, iterations: u32) -> Result<Option<u64>, Stop> {
    life.verify(subject)?;
    life.give(subject, 0)?;
    life.session.run(Phase::WarmUp, subject.kernel, iterations, &mut |_| {})?;
    let told = life.session.memory(subject.kernel)?;
    life.verify(subject)?;
    Ok(told.map(|memory| memory.total))
}
