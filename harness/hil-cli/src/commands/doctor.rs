//! `hil doctor`: what is attached, what is missing, how noisy this host is, and what to type about it.
//!
//! Facts (`system`) are gathered in one place (`look`, `asked`); what they mean (`rules`) and how it is shown
//! (`render`) are pure. Nothing is opened, installed or changed, but for `--write-lab`, which asks chips for their number and
//! writes one new file.

mod asked;
mod finding;
mod look;
mod remembered;
mod render;
mod rules;
mod system;
#[cfg(test)]
mod tests;
mod write_lab;

use crate::args::{DoctorArgs, Format};
use crate::commands::doctor::finding::State;
use crate::commands::doctor::system::Folder;
use crate::error::CliError;
use crate::exit::Exit;
use crate::lab;
use crate::show::{Show, print_out};
use crate::surroundings::Surroundings;

/// Prints a diagnosis. Something that this folder needs and that is not here is [`Exit::Unproved`].
pub fn doctor(args: &DoctorArgs, around: &Surroundings) -> Result<Exit, CliError> {
    if let Some(board) = &args.release {
        return remembered::release(board, around);
    }
    let (seats, (folder, mistake)) = match lab::file::seats(args.lab.lab.as_deref()) {
        Ok(seats) => (seats, asked::asked(args, around)),
        // What the scenarios need depends on the lab; the rest of the diagnosis goes on without it.
        Err(error) => (Vec::new(), (Folder::Mistaken { error: error.to_string() }, Some(error))),
    };
    let system = look::look(folder, &seats, args, around)?;
    if let Some(file) = &args.write_lab {
        write_lab::write(file, &system)?;
    }
    let mut findings = rules::findings(&system);
    findings.extend(remembered::findings(around)?);
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
