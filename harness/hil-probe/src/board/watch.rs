//! A deadline for every phase, kept by a thread of its own: whatever hangs in a driver cannot be asked to stop, so the
//! whole process is ended.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::error::Step;

/// How long each phase may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To open the probe or the port.
    pub open: Duration,
    /// To connect to the chip; unlocking one erases it, which takes a fraction of a second on every chip here.
    pub attach: Duration,
    /// To read what the chip is.
    pub identify: Duration,
    /// To write and verify an image, beside [`Limits::flash_per_kib`].
    pub flash: Duration,
    /// For each kibibyte of the image's file: slow probes write 20 KiB a second.
    pub flash_per_kib: Duration,
    /// To start the image.
    pub boot: Duration,
    /// To compare its clock.
    pub clock: Duration,
    /// For one look at the board while bytes are carried. A transaction over USB takes milliseconds.
    pub look: Duration,
    /// To put back what attaching changed.
    pub detach: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(10),
            attach: Duration::from_secs(15),
            identify: Duration::from_secs(5),
            flash: Duration::from_secs(30),
            flash_per_kib: Duration::from_millis(50),
            boot: Duration::from_secs(15),
            clock: Duration::from_secs(30),
            look: Duration::from_secs(3),
            detach: Duration::from_secs(5),
        }
    }
}

impl Limits {
    /// How long writing a file of `bytes` may take.
    #[must_use]
    pub fn to_flash(&self, bytes: usize) -> Duration {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        self.flash.saturating_add(self.flash_per_kib.saturating_mul(kib))
    }

    /// The longest that everything before the first byte may take, for a file of `bytes`.
    #[must_use]
    pub fn until_ready(&self, bytes: usize) -> Duration {
        let others = [self.open, self.attach, self.identify, self.boot, self.clock];
        others.into_iter().fold(self.to_flash(bytes), Duration::saturating_add)
    }
}

/// What is told when a deadline passes. It is expected to end the process.
pub type GiveUp = Arc<dyn Fn(&str) + Send + Sync>;

/// Watches over deadlines until it is dropped.
pub struct Watch {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    give_up: GiveUp,
}

#[derive(Default)]
struct State {
    due: Option<Due>,
    over: bool,
}

#[derive(Clone, Copy)]
struct Due {
    step: Step,
    limit: Duration,
    at: Instant,
}

impl Watch {
    /// Starts to watch.
    ///
    /// # Errors
    /// When this computer gives no thread.
    pub fn start(give_up: GiveUp) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new(), give_up });
        let watching = Arc::clone(&shared);
        thread::Builder::new().name("watch".to_owned()).spawn(move || watching.watch())?;
        Ok(Self { shared })
    }

    /// Does `work` with a deadline.
    pub fn during<T>(&self, step: Step, limit: Duration, work: impl FnOnce() -> T) -> T {
        self.expect(step, limit);
        let result = work();
        self.rest();
        result
    }

    /// From now on the next call is due within `limit`.
    pub fn expect(&self, step: Step, limit: Duration) {
        self.shared.set(Instant::now().checked_add(limit).map(|at| Due { step, limit, at }));
    }

    /// Nothing is due.
    pub fn rest(&self) {
        self.shared.set(None);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.shared.changed.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, due: Option<Due>) {
        let mut state = self.lock();
        // A thread that waits for an earlier moment finds the later one by itself; that is the case of every look.
        let wake = match (&state.due, &due) {
            (Some(before), Some(now)) => now.at < before.at,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        state.due = due;
        drop(state);
        if wake {
            self.changed.notify_one();
        }
    }

    fn watch(&self) {
        let mut state = self.lock();
        while !state.over {
            let Some(due) = state.due else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = due.at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.due = None;
                drop(state);
                (self.give_up)(&format!("{}: not done within {}", due.step, in_words(due.limit)));
                state = self.lock();
                continue;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Whole seconds where they are whole.
fn in_words(limit: Duration) -> String {
    if limit.subsec_millis() == 0 { format!("{} s", limit.as_secs()) } else { format!("{} ms", limit.as_millis()) }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use super::{Limits, Step, Watch};

    #[test]
    fn what_hangs_is_given_up_with_the_name_of_its_phase() {
        let (tell, told) = channel();
        let tell = Mutex::new(tell);
        let watch = Watch::start(Arc::new(move |words| tell.lock().unwrap().send(words.to_owned()).unwrap())).unwrap();
        // Done in time: never told of, also when another phase follows.
        watch.during(Step::Flash, Duration::from_secs(3600), || ());
        let words = watch.during(Step::Attach, Duration::from_millis(20), || told.recv().unwrap());
        assert_eq!(words, "attach: not done within 20 ms");
        watch.rest();
        let words = watch.during(Step::Boot, Duration::from_millis(1), || told.recv().unwrap());
        assert_eq!(words, "boot: not done within 1 ms");
    }

    #[test]
    fn a_larger_image_may_take_longer() {
        let limits = Limits::default();
        assert_eq!(limits.to_flash(0), Duration::from_secs(30));
        assert_eq!(limits.to_flash(1 << 20) - limits.flash, Duration::from_millis(51_200));
        assert!(limits.until_ready(1 << 20) > limits.to_flash(1 << 20));
    }
}
