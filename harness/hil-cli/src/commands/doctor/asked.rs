//! What the scenarios of a folder need, told by the plan of a run that is not run.

use hil_model::scenario::{Code, Scenario};
use hil_model::verdict::Reason;
use hil_plan::Options;

use crate::args::{DoctorArgs, Format};
use crate::commands::doctor::system::{Folder, Need};
use crate::commands::plan::planned;
use crate::error::CliError;
use crate::files::{self, Meant};
use crate::lab::{Setup, Stale};
use crate::show::Show;
use crate::surroundings::Surroundings;

/// What the folder asks, and the error of scenarios with mistakes, which does not end the diagnosis.
pub fn asked(args: &DoctorArgs, around: &Surroundings) -> (Folder, Option<CliError>) {
    match needs(args, around) {
        Ok(folder) => (folder, None),
        Err(error) => (Folder::Mistaken { error: error.to_string() }, Some(error)),
    }
}

fn needs(args: &DoctorArgs, around: &Surroundings) -> Result<Folder, CliError> {
    // The built-in scenarios are nobody's need.
    if files::meant(&args.files) == Meant::BuiltIn && args.files.only.is_empty() {
        return Ok(Folder::Nothing);
    }
    let mut setup = Setup::choose(args.lab.lab.as_deref(), args.image.as_deref(), None)?;
    let scenarios = files::scenarios(&args.files, setup.learn_kernels()?, &mut Show::new(Format::Text, 0))?;
    setup.find_images(&scenarios, &args.files, Stale::Leave);
    let options = Options { seed: 1, quick: false, budget: None };
    let plan = planned(&scenarios, &setup.lab(), &around.data_dirs(args.data.data.as_deref())?, &options);
    let mut needs: Vec<Need> = Vec::new();
    for skipped in &plan.skipped {
        // What makes no sense on this computer is not missing from it.
        if !matches!(skipped.reason, Reason::TooFewCores { .. }) {
            let need = Need {
                scenario: skipped.scenario.to_string(),
                says: skipped.reason.to_string(),
                next: next(&skipped.reason),
            };
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
    }
    needs.extend(scenarios.iter().flat_map(|scenario| missing_programs(scenario, around)));
    Ok(Folder::Scenarios { count: scenarios.len(), needs })
}

/// What to type for a reason.
fn next(reason: &Reason) -> Vec<String> {
    match reason {
        Reason::NoBench { .. } => vec!["attach one; `hil list boards` says what can be reached".to_owned()],
        Reason::DataMissing { dataset, .. } => {
            let sets = hil_data::status(&[]);
            let how = sets.into_iter().find(|set| set.name.as_str() == dataset).map(|set| set.presence);
            match how {
                Some(hil_data::Presence::Absent { how, .. }) => {
                    how.lines().map(|line| line.trim().to_owned()).collect()
                }
                _ => vec!["hil data list    # says how to get it".to_owned()],
            }
        }
        _ => Vec::new(),
    }
}

/// Programs that a scenario starts and that are not where the system looks for them.
fn missing_programs(scenario: &Scenario, around: &Surroundings) -> Vec<Need> {
    let programs = scenario.workloads.values().filter_map(|workload| match &workload.code {
        Code::Command(command) => command.first(),
        Code::Kernel(_) | Code::Criterion { .. } => None,
    });
    let absent = programs.filter(|program| around.program(program).is_none());
    let need = |program: &String| Need {
        scenario: scenario.id.to_string(),
        says: format!("the program {program} cannot be started: it is not there, or may not be executed"),
        next: vec![format!("build or install {program}, or correct {}", scenario.file)],
    };
    absent.map(need).collect()
}
