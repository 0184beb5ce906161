//! One life of an agent, and what is known about it: what it has loaded, what was verified.

use std::collections::{BTreeMap, BTreeSet};

use hil_model::data::Dataset;
use hil_model::id::WorkloadId;

use crate::bench::{Bench, End};
use crate::control::Control;
use crate::inquire::AgentInfo;
use crate::session::{Calibration, Session};
use crate::stop::Stop;

/// A workload, resolved to what an agent understands.
pub(crate) struct Subject<'j> {
    pub(crate) id: &'j WorkloadId,
    pub(crate) kernel: &'j str,
    pub(crate) input: Input<'j>,
}

/// What a kernel is given.
pub(crate) enum Input<'j> {
    /// Its own known-answer input.
    BuiltIn,
    /// A program with its arguments.
    Command(Vec<u8>),
    /// Items, one after the other.
    Items(&'j Dataset),
}

/// What a kernel holds at the moment.
#[derive(PartialEq, Eq)]
enum Loaded {
    BuiltIn,
    Item { workload: WorkloadId, item: usize },
}

/// A life.
pub(crate) struct AgentLife<'c> {
    pub(crate) session: Session<'c>,
    pub(crate) info: AgentInfo,
    /// By kernel.
    loaded: BTreeMap<String, Loaded>,
    verified: BTreeSet<WorkloadId>,
    calibrated: BTreeSet<WorkloadId>,
}

impl<'c> AgentLife<'c> {
    pub(crate) fn open(bench: &dyn Bench, control: Control<'c>, timeout: std::time::Duration) -> Result<Self, Stop> {
        let (session, info) = Session::open(bench, control, timeout)?;
        Ok(Self { session, info, loaded: BTreeMap::new(), verified: BTreeSet::new(), calibrated: BTreeSet::new() })
    }

    /// Compares with the known answer.
    pub(crate) fn verify(&mut self, subject: &Subject<'_>) -> Result<(), Stop> {
        if let Input::Command(_) = subject.input {
            // A program has no built-in input, and keeps the one it has.
            self.give(subject, 0)?;
            self.session.verify(subject.kernel)?;
        } else {
            self.session.verify(subject.kernel)?;
            self.loaded.insert(subject.kernel.to_owned(), Loaded::BuiltIn);
        }
        self.verified.insert(subject.id.clone());
        Ok(())
    }

    /// Compares with the known answer unless that was done in this life.
    pub(crate) fn verify_once(&mut self, subject: &Subject<'_>) -> Result<(), Stop> {
        if self.verified.contains(subject.id) { Ok(()) } else { self.verify(subject) }
    }

    /// Measures what reading the counters costs, unless that was done for this workload in this life.
    pub(crate) fn calibrate_once(&mut self, subject: &Subject<'_>) -> Result<Option<Calibration>, Stop> {
        if !self.calibrated.insert(subject.id.clone()) {
            return Ok(None);
        }
        self.session.calibrate(subject.kernel).map(Some)
    }

    /// Sees to it that the kernel holds the input with number `item` of the subject; numbers wrap around.
    pub(crate) fn give(&mut self, subject: &Subject<'_>, item: usize) -> Result<(), Stop> {
        let (wanted, bytes): (Loaded, &[u8]) = match &subject.input {
            Input::BuiltIn if self.loaded.get(subject.kernel) == Some(&Loaded::BuiltIn) => return Ok(()),
            // Comparing with the known answer is what loads the built-in input.
            Input::BuiltIn => return self.verify(subject),
            Input::Command(argv) => (Loaded::Item { workload: subject.id.clone(), item: 0 }, argv),
            Input::Items(dataset) => {
                let item = item % dataset.items.len().max(1);
                let bytes = dataset.items.get(item).map_or(&[][..], |item| &item.input);
                (Loaded::Item { workload: subject.id.clone(), item }, bytes)
            }
        };
        if self.loaded.get(subject.kernel) == Some(&wanted) {
            return Ok(());
        }
        self.session.load(subject.kernel, bytes)?;
        self.loaded.insert(subject.kernel.to_owned(), wanted);
        Ok(())
    }

    /// Ends the agent as it should be ended.
    pub(crate) fn close(mut self) -> End {
        self.session.close()
    }
}
