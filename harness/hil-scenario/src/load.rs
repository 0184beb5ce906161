//! Files in, scenarios and problems out.

use std::collections::BTreeMap;

use hil_model::id::ScenarioId;
use hil_model::scenario::Scenario;

use crate::context::{Context, Known};
use crate::inherit::{Loader, Merged, top_of};
use crate::kind::ProblemKind;
use crate::problem::{Draft, Problem, Severity};
use crate::scenario;
use crate::source::{At, FileId, Input, Source, Sources};

/// Problems that are shown for one file, those of its bases included.
const MAX_PROBLEMS: usize = 100;

/// What a set of files amounts to.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The scenarios without an error, in the order of their files.
    pub scenarios: Vec<Scenario>,
    /// Everything that is wrong, by file and place. Problems of a base are listed once.
    pub problems: Vec<Problem>,
    /// The texts that the problems point into.
    pub sources: Sources,
}

impl Loaded {
    /// Whether any file has an error, so that what was asked cannot be answered in full.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// Reads scenarios. A file with an error gives its problems and no scenario; the other files are not affected.
///
/// Files named twice count once. Bases are read through `source`.
pub fn load(files: &[Input], known: &Known, source: &dyn Source) -> Loaded {
    let mut loader = Loader::new(source);
    // All files first: what inherits from one of them shall not read it again.
    let mut ids: Vec<FileId> = Vec::new();
    for input in files {
        let id = loader.add(&input.file, &input.bytes);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let merged: Vec<(FileId, Merged)> = ids.into_iter().map(|id| (id, loader.merge(id))).collect();
    let sources = loader.sources;
    let mut scenarios = Vec::new();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut first_uses: BTreeMap<ScenarioId, At> = BTreeMap::new();
    for (id, merged) in merged {
        let (scenario, mut found) = examine(id, merged, known, (&sources, source), &mut first_uses);
        let has_error = found.iter().any(|draft| draft.severity == Severity::Error);
        scenarios.extend(scenario.filter(|_| !has_error));
        found.sort_by_key(|draft| (draft.at, draft.severity));
        if found.len() > MAX_PROBLEMS {
            found.truncate(MAX_PROBLEMS);
            found.push(Draft::error(top_of(id), ProblemKind::TooMany { shown: MAX_PROBLEMS }));
        }
        for draft in found {
            if !drafts.contains(&draft) {
                drafts.push(draft);
            }
        }
    }
    drafts.sort_by_key(|draft| (draft.at, draft.severity));
    let problems = drafts.into_iter().map(|draft| draft.finish(&sources)).collect();
    Loaded { scenarios, problems, sources }
}

fn examine(
    id: FileId,
    merged: Merged,
    known: &Known,
    (sources, world): (&Sources, &dyn Source),
    first_uses: &mut BTreeMap<ScenarioId, At>,
) -> (Option<Scenario>, Vec<Draft>) {
    let Merged { table, lost, drafts } = merged;
    let mut cx = Context::new(known, sources, &lost, world);
    cx.drafts = drafts;
    let Some(table) = table else { return (None, cx.drafts) };
    let scenario = scenario::read(&mut cx, &table, top_of(id));
    if let Some(scenario) = &scenario
        && let Some(written) = table.get("id")
    {
        let at = written.node.at;
        match first_uses.get(&scenario.id) {
            None => {
                first_uses.insert(scenario.id.clone(), at);
            }
            Some(first) => {
                cx.error(at, ProblemKind::DuplicateId { id: scenario.id.to_string() })
                    .hint("every scenario of a run needs an id of its own")
                    .related(*first, "the other one");
            }
        }
    }
    (scenario, cx.drafts)
}
