//! What the baseline's scenario files ask and the candidate's do not: a figure that is no longer measured is never green.

use std::path::{Path, PathBuf};

use hil_model::comparison::{Change, ChangeReason};
use hil_model::scenario::Scenario;

use crate::args::{Files, GateArgs};
use crate::commands::gate::asked::{self, Asked};
use crate::commands::gate::row::{Draft, because, empty};
use crate::error::CliError;
use crate::files;
use crate::show::Show;

/// The scenarios of the baseline's tree that the same words mean there; none where it has no such files.
///
/// # Errors
/// [`CliError::Scenarios`] when they have problems: then nobody knows what has vanished.
pub(super) fn of_baseline(args: &GateArgs, tree: &Path, show: &mut Show) -> Result<Vec<Scenario>, CliError> {
    let named =
        if args.files.files.is_empty() { vec![PathBuf::from(files::DEFAULT_FOLDER)] } else { args.files.files.clone() };
    let there: Vec<PathBuf> = named
        .iter()
        .filter(|path| path.is_relative())
        .map(|path| tree.join(path))
        .filter(|path| path.exists())
        .collect();
    if there.is_empty() {
        return Ok(Vec::new());
    }
    let meant = Files { files: there, only: Vec::new() };
    match files::scenarios(&meant, None, show) {
        Ok(scenarios) => {
            let is_meant = |scenario: &Scenario| {
                let only = &args.files.only;
                only.is_empty() || hil_plan::select(vec![scenario.clone()], only).is_ok_and(|left| !left.is_empty())
            };
            Ok(scenarios.into_iter().filter(is_meant).collect())
        }
        Err(CliError::NoScenarios(_)) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// One row for every figure that only the baseline asks for.
pub(super) fn rows(baseline: &[Scenario], candidate: &[Scenario]) -> Vec<Draft> {
    let is_asked = |old: &Asked<'_>| {
        let scenario = candidate.iter().find(|scenario| scenario.id == old.scenario.id);
        scenario.is_some_and(|scenario| {
            asked::of(scenario).iter().any(|new| new.workload == old.workload && new.metric == old.metric)
        })
    };
    let vanished = baseline.iter().flat_map(asked::of).filter(|old| old.gating && !is_asked(old));
    vanished
        .map(|old| {
            let mut draft = empty(&old, None);
            draft.row.place = None;
            because(&mut draft, Change::Invalid, &ChangeReason::Vanished);
            draft
        })
        .collect()
}
