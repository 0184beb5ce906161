//! `hil list`: what there is, one thing a line.

use hil_model::lab::Evidence;

use crate::args::{Files, Format, ListArgs, Listed};
use crate::boards::Origin;
use crate::commands::data;
use crate::error::CliError;
use crate::exit::Exit;
use crate::faults;
use crate::lab::{Seat, Setup, Via};
use crate::show::{Show, clean, print_out};
use crate::surroundings::Surroundings;
use crate::{agent, board_image, boards, files, lab};

/// Prints a list.
pub fn list(args: &ListArgs, around: &Surroundings) -> Result<Exit, CliError> {
    match args.what {
        Listed::Boards => boards(args)?,
        Listed::Scenarios => scenarios(args)?,
        Listed::Kernels => kernels(),
        Listed::Data => data::list(&args.data, around)?,
        Listed::Faults => faults(),
    }
    Ok(Exit::Success)
}

fn boards(args: &ListArgs) -> Result<(), CliError> {
    let seats = lab::file::seats(args.lab.lab.as_deref())?;
    for boards::KnownBoard { board, origin } in boards::known()? {
        let state = match seats.iter().find(|seat| seat.info.platform == board.platform) {
            Some(Seat { via: Via::Process, info, .. }) => {
                format!("attached, {} cores, evidence {}", info.cores, info.evidence)
            }
            Some(seat) if seat.info.evidence == Evidence::Emulated => "emulated, evidence emulated".to_owned(),
            Some(seat) => format!("{}, evidence {}", seat.name, seat.info.evidence),
            None => match &board.attach {
                Some(attach) => format!("not attached; it takes {attach}"),
                None => "not attached".to_owned(),
            },
        };
        let origin = if origin == Origin::BuiltIn { String::new() } else { format!("; {origin}") };
        print_out(&clean_line(&format!("{:<20} {} ({state}{origin})", board.platform, board.title)));
    }
    Ok(())
}

/// What a file of the user says must not move the cursor.
fn clean_line(line: &str) -> String {
    format!("{}\n", clean(line))
}

fn scenarios(args: &ListArgs) -> Result<(), CliError> {
    let all = Files { files: Vec::new(), only: Vec::new() };
    let kernels = Setup::choose(args.lab.lab.as_deref(), None, None)?.learn_kernels()?;
    for scenario in files::scenarios(&all, kernels, &mut Show::new(Format::Text, 0))? {
        let mut targets: Vec<&str> =
            scenario.checks.iter().filter_map(|check| check.target.as_ref().map(|target| target.as_str())).collect();
        targets.dedup();
        print_out(&format!(
            "{:<28} {:<14} {}{}\n",
            scenario.id,
            scenario.platform,
            scenario.title,
            if targets.is_empty() { String::new() } else { format!(" [{}]", targets.join(", ")) },
        ));
    }
    Ok(())
}

fn kernels() {
    for kernel in agent::built_in_kernels() {
        let is_on_boards = board_image::KERNELS.iter().any(|(name, _)| *name == kernel.name);
        let boards = if is_on_boards { " (on boards, too)" } else { "" };
        print_out(&format!("{:<30} {}{boards}\n", kernel.name, kernel.about));
    }
    let here = agent::built_in_kernels();
    for (name, about) in board_image::KERNELS.iter().filter(|(name, _)| here.iter().all(|kernel| kernel.name != *name))
    {
        print_out(&format!("{name:<30} {about} (on boards)\n"));
    }
}

fn faults() {
    for faults::Line { name, about, on } in faults::list() {
        print_out(&format!("{name:<20} {about} ({on})\n"));
    }
}
