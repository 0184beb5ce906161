//! `hil list`: what there is, one thing a line.

use crate::args::{Files, Format, ListArgs, Listed};
use crate::boards::Origin;
use crate::commands::data;
use crate::error::CliError;
use crate::exit::Exit;
use crate::lab::{Seat, Setup, Via};
use crate::show::{Show, clean, print_out};
use crate::surroundings::Surroundings;
use crate::{agent, boards, files, lab};

/// Prints a list.
pub fn list(args: &ListArgs, around: &Surroundings) -> Result<Exit, CliError> {
    match args.what {
        Listed::Boards => boards()?,
        Listed::Scenarios => scenarios()?,
        Listed::Kernels => kernels(),
        Listed::Data => data::list(&args.data, around)?,
        Listed::Faults => faults(),
    }
    Ok(Exit::Success)
}

fn boards() -> Result<(), CliError> {
    let seats = lab::built_in();
    for boards::KnownBoard { board, origin } in boards::known()? {
        let state = match seats.iter().find(|seat| seat.info.platform == board.platform) {
            Some(Seat { via: Via::Process, info, .. }) => {
                format!("attached, {} cores, evidence {}", info.cores, info.evidence)
            }
            Some(seat) => format!("emulated, evidence {}", seat.info.evidence),
            None => "not attached".to_owned(),
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

fn scenarios() -> Result<(), CliError> {
    let all = Files { files: Vec::new(), only: Vec::new() };
    let kernels = Setup::choose(None, None)?.kernels()?;
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
        print_out(&format!("{:<30} {}\n", kernel.name, kernel.about));
    }
}

fn faults() {
    for (name, about) in agent::faults() {
        print_out(&format!("{name:<16} {about}\n"));
    }
}
