//! What every check of a file has at hand: what is known, what was lost, and where problems go.

use std::collections::BTreeSet;

use hil_model::id::{DatasetName, KernelName, PlatformId};
use hil_model::scenario::Place;

use crate::kind::ProblemKind;
use crate::problem::Draft;
use crate::source::{At, Source, Sources};

/// What can be known about the world that a scenario speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Every kind of machine.
    pub platforms: Vec<PlatformId>,
    /// Every kernel of every agent; nothing when they cannot be known, and then they are not checked.
    pub kernels: Option<Vec<KernelName>>,
    /// Every data set that has a manifest, here or not.
    pub datasets: Vec<DatasetName>,
}

/// What could not be read, so that it is not reported as missing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lost {
    /// Names of keys and tables in statements that are no TOML.
    pub(crate) names: BTreeSet<String>,
    /// A whole file of the chain of inheritance.
    pub(crate) everything: bool,
}

impl Lost {
    pub(crate) fn may_hold(&self, name: &str) -> bool {
        self.everything || self.names.contains(name)
    }
}

/// One file under examination.
pub(crate) struct Context<'a> {
    pub(crate) known: &'a Known,
    pub(crate) sources: &'a Sources,
    pub(crate) lost: &'a Lost,
    /// What else is on this machine.
    pub(crate) world: &'a dyn Source,
    pub(crate) drafts: Vec<Draft>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(known: &'a Known, sources: &'a Sources, lost: &'a Lost, world: &'a dyn Source) -> Self {
        Self { known, sources, lost, world, drafts: Vec::new() }
    }

    pub(crate) fn error(&mut self, at: At, kind: ProblemKind) -> &mut Draft {
        self.push(Draft::error(at, kind))
    }

    pub(crate) fn warning(&mut self, at: At, kind: ProblemKind) -> &mut Draft {
        self.push(Draft::warning(at, kind))
    }

    fn push(&mut self, draft: Draft) -> &mut Draft {
        let index = self.drafts.len();
        self.drafts.push(draft);
        &mut self.drafts[index]
    }

    /// The file and line of a place, for reports.
    pub(crate) fn place(&self, at: At) -> Place {
        let (line, _) = self.sources.line_column(at.file, at.start);
        Place { file: self.sources.name(at.file).to_owned(), line }
    }
}
