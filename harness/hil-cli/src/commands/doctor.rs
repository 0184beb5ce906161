//! `hil doctor`: what is attached, what is missing, how noisy this host is, and what to type about it.
//!
//! Facts (`system`) are gathered in one place (`look`, `asked`); what they mean (`rules`) and how it is shown
//! (`render`) are pure. Nothing is opened, installed or changed.

mod asked;
mod finding;
mod look;
mod render;
mod rules;
mod system;
#[cfg(test)]
mod tests;

use crate::args::{DoctorArgs, Format};
use crate::commands::doctor::finding::State;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::{Show, print_out};
use crate::surroundings::Surroundings;

/// Prints a diagnosis. Something that this folder needs and that is not here is [`Exit::Unproved`].
pub fn doctor(args: &DoctorArgs, around: &Surroundings) -> Result<Exit, CliError> {
    let (folder, mistake) = asked::asked(args, around);
    let system = look::look(folder, args.data.data.as_deref(), around)?;
    let findings = rules::findings(&system);
    match args.format {
        Format::Text => print_out(&render::text(&findings)),
        Format::Json => {
            let mut show = Show::new(Format::Json, 0);
            findings.iter().for_each(|finding| show.event("finding", render::json(finding)));
            let count = |state| render::count(&findings, state);
            let sums = serde_json::json!({ "missing": count(State::Missing), "warnings": count(State::Warning) });
            show.event("doctor-finished", sums);
        }
    }
    match mistake {
        Some(error) => Err(error),
        None if render::count(&findings, State::Missing) > 0 => Ok(Exit::Unproved),
        None => Ok(Exit::Success),
    }
}
