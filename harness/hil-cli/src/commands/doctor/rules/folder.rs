//! What this folder asks, and the data sets it can ask about.

use hil_data::status::{Presence, Status};

use crate::commands::doctor::finding::{Finding, Section, State};
use crate::commands::doctor::system::{Folder, System};

/// The scenarios, and a finding for everything that they need and that is not here.
pub fn findings(system: &System) -> Vec<Finding> {
    let found = |what: &str, state, says: String| Finding::new(Section::Folder, what, state, says);
    match &system.folder {
        Folder::Nothing => {
            let says = "none here; `hil run` runs the built-in ones".to_owned();
            vec![found("scenarios", State::Absent, says).next(["hil init"])]
        }
        Folder::Mistaken { error } => {
            vec![found("scenarios", State::Missing, error.clone()).next(["hil check"])]
        }
        Folder::Scenarios { count, needs } => {
            let plural = if *count == 1 { "scenario" } else { "scenarios" };
            let first = found("scenarios", State::Ok, format!("{count} {plural} without a mistake"));
            let needed = needs.iter().map(|need| {
                found(&need.scenario, State::Missing, need.says.clone()).next(need.next.iter().map(String::as_str))
            });
            std::iter::once(first).chain(needed).collect()
        }
    }
}

/// The data sets. One that a scenario of this folder needs is told there as well.
pub fn data(system: &System) -> Vec<Finding> {
    system.data.iter().map(set).collect()
}

fn set(status: &Status) -> Finding {
    let found = |state, says| Finding::new(Section::Data, status.name.as_str(), state, says);
    let about = format!("{} items, {}", status.items, status.licence);
    match &status.presence {
        Presence::Embedded => found(State::Ok, format!("{about}, part of the program")),
        Presence::Here(folder) => found(State::Ok, format!("{about}, in {}", folder.display())),
        Presence::Absent { origin, .. } => {
            found(State::Absent, format!("{about}, from {origin}")).next(["hil data list    # says how to get it"])
        }
    }
}
