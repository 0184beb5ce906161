//! What is remembered of boards from one run to the next: which are quarantined, and how often each has failed.

use jiff::Timestamp;

use crate::commands::doctor::finding::{Finding, Section, State};
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::{clean, print_out};
use crate::surroundings::Surroundings;
use crate::upkeep::{StateError, ledger, quarantine};

/// One finding for each board that is quarantined or has ever failed.
pub(super) fn findings(around: &Surroundings) -> Result<Vec<Finding>, CliError> {
    // Without a folder nothing was ever remembered.
    let Some(folder) = &around.state else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for entry in quarantine::read(folder, Timestamp::now())? {
        let says = format!("quarantined since {} until {}: {}", entry.since, entry.until, entry.reason);
        let next = format!("hil doctor --release {}", entry.board);
        all.push(Finding::new(Section::Benches, &entry.board, State::Warning, says).next([next]));
    }
    for (board, summary) in ledger::summary(folder)? {
        if summary.last.is_some() {
            all.push(Finding::new(Section::Benches, &board, State::Ok, summary.to_string()));
        }
    }
    Ok(all)
}

/// Gives a board back.
pub(super) fn release(board: &str, around: &Surroundings) -> Result<Exit, CliError> {
    let folder = around.state.as_deref().ok_or(StateError::NoFolder)?;
    let entry = quarantine::release(folder, board, Timestamp::now())?;
    print_out(&clean(&format!("{} is used again; it was quarantined for this: {}", entry.board, entry.reason)));
    print_out("\n");
    Ok(Exit::Success)
}
