//! A kernel that does what a test tells it to.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hil_agent::kernel::{Case, Deviation, Kernel, LoadError, Mismatch, Share};
use hil_agent::text::Text;

use crate::device::Stage;

/// What a scripted kernel was given and asked, over all lives, for tests to look at.
#[derive(Debug, Clone, Default)]
pub struct Diary(Arc<Mutex<Vec<Entry>>>);

/// One thing that happened to a kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It was given an input.
    Loaded(Vec<u8>),
    /// It was compared with its known answer.
    Verified,
    /// It ran.
    Ran,
}

impl Diary {
    fn note(&self, entry: Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Everything so far.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

type OnRun = dyn FnMut(u32, &Stage);
type IsRight = dyn FnMut(u32) -> bool;

/// A kernel that takes a fixed virtual time, is right, and classifies an input by its first byte, unless told otherwise.
pub struct ScriptedKernel {
    name: &'static str,
    stage: Stage,
    cost: Duration,
    runs: u32,
    checks: u32,
    on_run: Box<OnRun>,
    is_right: Box<IsRight>,
    input: Vec<u8>,
    broken_cases: Vec<Option<&'static str>>,
    on_case: Box<OnRun>,
    deviations: Vec<f64>,
    weight_bytes: Option<u64>,
    shares: Vec<(&'static str, u32, u32, u32)>,
    diary: Diary,
}

impl ScriptedKernel {
    /// A kernel that takes `cost` of virtual time.
    #[must_use]
    pub fn new(name: &'static str, stage: &Stage, cost: Duration) -> Self {
        Self {
            name,
            stage: stage.clone(),
            cost,
            runs: 0,
            checks: 0,
            on_run: Box::new(|_, _| {}),
            is_right: Box::new(|_| true),
            input: Vec::new(),
            broken_cases: Vec::new(),
            on_case: Box::new(|_, _| {}),
            deviations: Vec::new(),
            weight_bytes: None,
            shares: Vec::new(),
            diary: Diary::default(),
        }
    }

    /// Does this in every run; runs are counted from 1, those of verifications not included.
    #[must_use]
    pub fn on_run(mut self, act: impl FnMut(u32, &Stage) + 'static) -> Self {
        self.on_run = Box::new(act);
        self
    }

    /// Whether the known answer is met; checks are counted from 1.
    #[must_use]
    pub fn right_when(mut self, is_right: impl FnMut(u32) -> bool + 'static) -> Self {
        self.is_right = Box::new(is_right);
        self
    }

    /// The cases of the table `cases`: nothing for one that holds.
    #[must_use]
    pub fn with_cases(mut self, cases: &[Option<&'static str>]) -> Self {
        self.broken_cases = cases.to_vec();
        self
    }

    /// Does this before it tells the outcome or the deviation of a case; cases are counted from 0.
    #[must_use]
    pub fn on_case(mut self, act: impl FnMut(u32, &Stage) + 'static) -> Self {
        self.on_case = Box::new(act);
        self
    }

    /// The relative errors that it tells, case by case.
    #[must_use]
    pub fn with_deviations(mut self, errors: &[f64]) -> Self {
        self.deviations = errors.to_vec();
        self
    }

    /// The profile that it tells: part, group, samples in the part, samples of the group.
    #[must_use]
    pub fn with_shares(mut self, shares: &[(&'static str, u32, u32, u32)]) -> Self {
        self.shares = shares.to_vec();
        self
    }

    /// The size of the weights that it states.
    #[must_use]
    pub fn with_weight_bytes(mut self, bytes: u64) -> Self {
        self.weight_bytes = Some(bytes);
        self
    }

    /// Writes what happens into `diary`.
    #[must_use]
    pub fn with_diary(mut self, diary: &Diary) -> Self {
        self.diary = diary.clone();
        self
    }
}

impl Kernel for ScriptedKernel {
    fn name(&self) -> &str {
        self.name
    }

    fn about(&self) -> &str {
        "does what a test tells it to"
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        self.diary.note(Entry::Loaded(input.to_vec()));
        if input.is_empty() {
            return Err(LoadError::new(format_args!("the input is empty")));
        }
        self.input = input.to_vec();
        Ok(())
    }

    fn run(&mut self) {
        self.diary.note(Entry::Ran);
        self.runs += 1;
        (self.on_run)(self.runs, &self.stage);
        self.stage.advance(self.cost);
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.diary.note(Entry::Verified);
        self.checks += 1;
        self.stage.advance(self.cost);
        if (self.is_right)(self.checks) { Ok(()) } else { Err(Mismatch::new(format_args!("at 3: got 1, wanted 2"))) }
    }

    fn class(&self) -> Option<u32> {
        self.input.first().copied().map(u32::from)
    }

    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        let broken = *self.broken_cases.get(usize::try_from(case).ok()?).filter(|_| table == "cases")?;
        (self.on_case)(case, &self.stage);
        Some(Case {
            name: Text::new(format_args!("case-{case}")),
            broken: broken.map(|why| Mismatch::new(format_args!("{why}"))),
        })
    }

    fn deviation(&mut self, case: u32) -> Option<Deviation> {
        let error = *self.deviations.get(usize::try_from(case).ok()?)?;
        (self.on_case)(case, &self.stage);
        Some(Deviation { name: Text::new(format_args!("case-{case}")), error })
    }

    fn weight_bytes(&self) -> Option<u64> {
        self.weight_bytes
    }

    fn share(&mut self, entry: u32) -> Option<Share> {
        let (part, group, samples, of) = *self.shares.get(usize::try_from(entry).ok()?)?;
        Some(Share { part: Text::new(format_args!("{part}")), group, samples, of })
    }
}
