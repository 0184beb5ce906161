//! Faults that `--fault` injects: into agents on this computer, or into emulated boards.

use std::collections::BTreeSet;

use hil_desktop::fault::Fault;
use hil_model::id::PlatformId;
use hil_model::scenario::Scenario;
use hil_probe::board::fault::{Chosen, Fault as BoardFault};
use hil_probe::order::Reach;

use crate::error::CliError;
use crate::lab::{self, Seat, Via};

/// A fault as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The name that `--fault` takes.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// On what it works.
    pub on: &'static str,
}

/// Every fault, those of this computer first.
#[must_use]
pub fn list() -> Vec<Line> {
    let here = Fault::all().map(|fault| Line { name: fault.name(), about: fault.about(), on: "on this computer" });
    let boards =
        BoardFault::all().map(|fault| Line { name: fault.name(), about: fault.about(), on: "on emulated boards" });
    here.chain(boards).collect()
}

/// What a name means.
enum Meant {
    Here(Fault),
    Board(Chosen),
}

fn find(given: &str) -> Result<Meant, CliError> {
    let here = Fault::find(given).map(Meant::Here);
    here.or_else(|| Chosen::parse(given).map(Meant::Board)).ok_or_else(|| {
        let names: Vec<&str> = list().into_iter().map(|line| line.name).collect();
        CliError::Fault { given: given.to_owned(), known: names.join(", ") }
    })
}

/// The fault of agents on this computer that is meant, if it is one of those.
///
/// # Errors
/// [`CliError::Fault`] for a name that no fault has.
pub fn here(given: Option<&str>) -> Result<Option<Fault>, CliError> {
    Ok(match given.map(find).transpose()? {
        Some(Meant::Here(fault)) => Some(fault),
        Some(Meant::Board(_)) | None => None,
    })
}

fn of_boards(given: Option<&str>) -> Result<Option<Chosen>, CliError> {
    Ok(match given.map(find).transpose()? {
        Some(Meant::Board(chosen)) => Some(chosen),
        Some(Meant::Here(_)) | None => None,
    })
}

/// Injects a fault of boards into every emulated board that can have it; one of this computer changes nothing here.
///
/// # Errors
/// [`CliError::Fault`] for a name that no fault has.
pub fn inject(given: Option<&str>, seats: &mut [Seat]) -> Result<(), CliError> {
    let Some(chosen) = of_boards(given)? else { return Ok(()) };
    for seat in seats {
        if let Via::Board(board) = &mut seat.via
            && chosen.fault.works_on(board.platform.as_str())
            && let Reach::Emulated { fault, .. } = &mut board.reach
        {
            *fault = Some(chosen.to_string());
        }
    }
    Ok(())
}

/// Makes sure that a fault of boards strikes in this run: who injects one and sees nothing go wrong would believe that
/// nothing does.
///
/// # Errors
/// [`CliError::FaultNowhere`].
pub fn strike_somewhere(given: Option<&str>, scenarios: &[Scenario], seats: &[Seat]) -> Result<(), CliError> {
    let Some(chosen) = of_boards(given)? else { return Ok(()) };
    let asked: BTreeSet<&PlatformId> = scenarios.iter().map(|scenario| &scenario.platform).collect();
    let is_struck = |seat: &Seat| {
        let fault = seat.as_board().map(|board| &board.reach);
        matches!(fault, Some(Reach::Emulated { fault: Some(_), .. })) && asked.contains(&seat.info.platform)
    };
    if seats.iter().any(is_struck) {
        return Ok(());
    }
    let boards = lab::emulated().into_iter().map(|seat| seat.info.platform.to_string());
    let boards: Vec<String> = boards.filter(|platform| chosen.fault.works_on(platform)).collect();
    Err(CliError::FaultNowhere { given: chosen.to_string(), boards: boards.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::{here, inject, list};
    use crate::lab;
    use hil_probe::order::Reach;
    use std::collections::BTreeSet;

    #[test]
    fn no_name_means_two_things() {
        let names: Vec<&str> = list().into_iter().map(|line| line.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn a_fault_of_boards_strikes_every_emulated_board_that_can_have_it_and_nothing_else() {
        for (given, struck) in [("brown-out:7", 2), ("chip-locked", 1), ("segfault", 0)] {
            let mut seats = lab::built_in();
            inject(Some(given), &mut seats).unwrap();
            let boards = seats.iter().filter_map(|seat| seat.as_board());
            let faulty = boards
                .filter(|board| matches!(&board.reach, Reach::Emulated { fault: Some(name), .. } if name == given));
            assert_eq!(faulty.count(), struck, "{given}");
            assert_eq!(here(Some(given)).unwrap().is_some(), struck == 0);
        }
        assert!(inject(Some("no-such-fault"), &mut lab::built_in()).is_err());
    }
}
