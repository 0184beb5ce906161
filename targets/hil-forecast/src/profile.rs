//! Which part of its work each thread is in, and how often a sampler finds it there.
//!
//! [`record`] runs a piece of work and meanwhile looks, at random intervals around a stated one, at what every thread of it is
//! doing. Threads say so themselves: [`enter`] notes the part until the guard that it returns is dropped, and then the part
//! around it again, so nested parts are told apart exactly and each sample belongs to one part. A thread in no part rests and
//! is not counted. The intervals are random so that the samples cannot fall into step with the work (McCanne and Torek, A
//! Randomized Sampling Clock for CPU Utilization Estimation and Code Profiling, USENIX Winter 1993).
//!
//! What is sampled is elapsed time of threads that work: a thread that is in a part and waits for a core counts. The first
//! touch of fresh memory, which is when the system provides it, counts for the part that touches it.
//!
//! Guarantees: without [`record`], a mark costs a look at a variable of the thread and leaves nothing behind; two recordings
//! at once do not see each other's threads.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::seed::Seed;

/// A part of the work of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Matrix products of the layers, with the copies that they make.
    Products,
    /// Attention of all heads: dividing values among them, scores, softmax, and the products inside.
    Attention,
    /// Rectifier and GELU, forward and backward.
    Activations,
    /// Asking the system's allocator for memory, and giving it back.
    Allocation,
    /// From a series to the batches of a step.
    Loading,
    /// Everything else: normalisation, sums, conversions between precisions, the optimiser.
    Other,
}

impl Part {
    /// Every part, in the order of [`Profile::groups`].
    pub const ALL: [Self; 6] =
        [Self::Products, Self::Attention, Self::Activations, Self::Allocation, Self::Loading, Self::Other];

    /// `matmul`, `attention`, `activations`, `allocation`, `data-loading` or `other`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Products => "matmul",
            Self::Attention => "attention",
            Self::Activations => "activations",
            Self::Allocation => "allocation",
            Self::Loading => "data-loading",
            Self::Other => "other",
        }
    }
}

/// The mark of a thread that is in no part; those of parts count from 1.
const RESTS: u8 = 0;

/// The marks of all threads of a recording.
#[derive(Debug, Default)]
pub(crate) struct Board {
    marks: Mutex<Vec<Arc<AtomicU8>>>,
}

/// What a thread of a recording knows.
#[derive(Debug)]
struct Member {
    board: Arc<Board>,
    mark: Arc<AtomicU8>,
}

thread_local! {
    static MEMBER: RefCell<Option<Member>> = const { RefCell::new(None) };
}

/// The recording that this thread belongs to.
pub(crate) fn board() -> Option<Arc<Board>> {
    MEMBER.with_borrow(|member| member.as_ref().map(|member| Arc::clone(&member.board)))
}

/// Makes this thread a part of a recording, at rest.
pub(crate) fn join(board: &Arc<Board>) {
    let mark = Arc::new(AtomicU8::new(RESTS));
    board.marks.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&mark));
    MEMBER.set(Some(Member { board: Arc::clone(board), mark }));
}

/// A thread is in a part until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Inside {
    /// What the thread was in before; none where nobody records.
    before: Option<u8>,
}

fn mark(with: u8) -> Inside {
    let before = MEMBER.with_borrow(|member| {
        let Member { mark, .. } = member.as_ref()?;
        // Only this thread writes its mark, and nothing else is published with it.
        let before = mark.load(Ordering::Relaxed);
        mark.store(with, Ordering::Relaxed);
        Some(before)
    });
    Inside { before }
}

/// This thread is in `part` until the guard is dropped.
#[inline]
pub fn enter(part: Part) -> Inside {
    mark(part as u8 + 1)
}

/// This thread waits for others until the guard is dropped.
#[inline]
pub fn rest() -> Inside {
    mark(RESTS)
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        let Some(before) = self.before else { return };
        MEMBER.with_borrow(|member| {
            if let Some(Member { mark, .. }) = member {
                mark.store(before, Ordering::Relaxed);
            }
        });
    }
}

/// Says which group the samples that follow belong to.
#[derive(Debug, Default)]
pub struct Groups {
    number: AtomicU32,
    looks: AtomicU32,
}

impl Groups {
    /// Begins the next group.
    pub fn next(&self) {
        self.number.fetch_add(1, Ordering::Relaxed);
    }

    /// How often the sampler has looked so far.
    #[must_use]
    pub fn looks(&self) -> u32 {
        self.looks.load(Ordering::Relaxed)
    }
}

/// How often threads were found in each part, group by group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// Counted as in [`Part::ALL`]. Samples of one group depend on each other.
    pub groups: Vec<[u32; Part::ALL.len()]>,
}

impl Profile {
    /// How many samples fell into `part`, and how many there are.
    #[must_use]
    pub fn samples(&self, part: Part) -> [u64; 2] {
        self.groups.iter().fold([0; 2], |[inside, all], group| {
            [
                inside + u64::from(group[part as usize]),
                all + group.iter().map(|samples| u64::from(*samples)).sum::<u64>(),
            ]
        })
    }

    fn note(&mut self, group: u32, board: &Board) {
        let group = group as usize;
        if self.groups.len() <= group {
            self.groups.resize(group + 1, [0; Part::ALL.len()]);
        }
        for mark in &*board.marks.lock().unwrap_or_else(PoisonError::into_inner) {
            let place = usize::from(mark.load(Ordering::Relaxed)).checked_sub(1);
            if let Some(samples) = place.and_then(|place| self.groups[group].get_mut(place)) {
                *samples += 1;
            }
        }
    }
}

/// Runs `work` on this thread and looks about every `interval` at what it and the pools of threads that it makes are doing.
///
/// This thread begins in [`Part::Other`]; threads of pools rest until they enter a part.
pub fn record<R>(interval: Duration, work: impl FnOnce(&Groups) -> R) -> (Profile, R) {
    let (board, groups, done) = (Arc::new(Board::default()), Groups::default(), AtomicBool::new(false));
    let outer = MEMBER.take();
    join(&board);
    let recorded = thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let (mut profile, mut seed) = (Profile::default(), Seed::new(1));
            while !done.load(Ordering::Acquire) {
                // Uniform from half the interval to one and a half.
                thread::park_timeout(interval.mul_f32(1.0 + 0.5 * seed.value()));
                profile.note(groups.number.load(Ordering::Relaxed), &board);
                groups.looks.fetch_add(1, Ordering::Relaxed);
            }
            profile
        });
        let result = {
            let _other = enter(Part::Other);
            work(&groups)
        };
        done.store(true, Ordering::Release);
        sampler.thread().unpark();
        // The sampler cannot panic; if it did, there would be no samples, and whoever asks is told of too few.
        (sampler.join().unwrap_or_default(), result)
    });
    MEMBER.set(outer);
    recorded
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Part, Profile, RESTS, board, enter, join, record, rest};

    fn current() -> Option<u8> {
        super::MEMBER.with_borrow(|member| Some(member.as_ref()?.mark.load(std::sync::atomic::Ordering::Relaxed)))
    }

    fn code(part: Part) -> u8 {
        part as u8 + 1
    }

    #[test]
    fn nested_parts_end_where_they_began_and_nothing_is_left_behind() {
        let (_, marks) = record(Duration::from_millis(1), |_| {
            let mut marks = vec![current()];
            {
                let _attention = enter(Part::Attention);
                marks.push(current());
                {
                    let _allocation = enter(Part::Allocation);
                    marks.push(current());
                }
                marks.push(current());
                let _resting = rest();
                marks.push(current());
            }
            marks.push(current());
            marks
        });
        let [attention, allocation, other] = [Part::Attention, Part::Allocation, Part::Other].map(code);
        assert_eq!(marks, [other, attention, allocation, attention, RESTS, other].map(Some));
        assert_eq!(current(), None);
        assert!(board().is_none());
        let _nobody_records = enter(Part::Products);
        assert_eq!(current(), None);
    }

    #[test]
    fn a_sample_is_taken_of_each_thread_that_works_in_its_part_and_group() {
        let (_, profile) = record(Duration::from_secs(3600), |_| {
            let board = board().unwrap();
            let mut profile = Profile::default();
            profile.note(0, &board);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    join(&board);
                    profile.note(1, &board);
                    let _here = enter(Part::Loading);
                    profile.note(2, &board);
                });
            });
            profile
        });
        assert_eq!(profile.groups, [[0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 1, 1]]);
        assert_eq!(profile.samples(Part::Other), [3, 4]);
        assert_eq!(profile.samples(Part::Attention), [0, 4]);
    }

    #[test]
    fn the_sampler_sees_the_part_in_which_the_time_goes() {
        let (profile, ()) = record(Duration::from_micros(200), |groups| {
            groups.next();
            let _here = enter(Part::Activations);
            while groups.looks() < 40 {
                std::hint::spin_loop();
            }
        });
        let [inside, all] = profile.samples(Part::Activations);
        assert!(all >= 40 && 2 * inside > all, "{inside} of {all}");
        assert_eq!(profile.groups.len(), 2);
    }

    #[test]
    fn recordings_do_not_see_each_other() {
        let (_, inner) = record(Duration::from_secs(3600), |_| {
            let outer = board().unwrap();
            let (_, marks) = record(Duration::from_secs(3600), |_| outer.marks.lock().unwrap().len());
            (marks, board().is_some())
        });
        assert_eq!(inner, (1, true));
    }
}
