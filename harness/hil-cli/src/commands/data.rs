//! `hil data`: data sets are found, verified and added; none is ever downloaded.

use std::path::Path;

use crate::args::{DataCommand, DataDir};
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::{clean, print_err, print_out};
use crate::surroundings::Surroundings;

/// Lists, adds or verifies.
pub fn data(command: &DataCommand, around: &Surroundings) -> Result<Exit, CliError> {
    match command {
        DataCommand::List(dir) => {
            list(dir, around)?;
            Ok(Exit::Success)
        }
        DataCommand::Verify(dir) => verify(dir, around),
        DataCommand::Add { dir } => {
            let user_data = around.user_data.as_deref().ok_or(CliError::NoHome)?;
            for added in add(dir, user_data)? {
                print_out(&format!("{}\n", clean(&added.to_string())));
            }
            Ok(Exit::Success)
        }
    }
}

/// Adds the set that `dir` is, or every known set among the folders in it.
fn add(dir: &Path, user_data: &Path) -> Result<Vec<hil_data::Added>, CliError> {
    let error = match hil_data::add(dir, user_data) {
        Err(error @ hil_data::DataError::NotKnown { .. }) => error,
        added => return Ok(added?),
    };
    let failed = |source| CliError::Read { path: dir.to_owned(), source };
    let mut added = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        match hil_data::add(&entry.map_err(failed)?.path(), user_data) {
            Err(hil_data::DataError::NotKnown { .. }) => {}
            of_folder => added.extend(of_folder?),
        }
    }
    if added.is_empty() { Err(error.into()) } else { Ok(added) }
}

/// Prints every known set: where it is, or how to get it.
pub fn list(dir: &DataDir, around: &Surroundings) -> Result<(), CliError> {
    for status in hil_data::status(&around.data_dirs(dir.data.as_deref())?) {
        print_out(&format!("{}\n", clean_lines(&status.to_string())));
    }
    Ok(())
}

fn verify(dir: &DataDir, around: &Surroundings) -> Result<Exit, CliError> {
    let mut exit = Exit::Success;
    for report in hil_data::verify_present(&around.data_dirs(dir.data.as_deref())?) {
        print_out(&format!("{}\n", clean_lines(&report.to_string())));
        for fault in &report.faults {
            exit = Exit::RigOrInvalid;
            print_err(&format!("  {}", clean(&fault.to_string())));
        }
    }
    Ok(exit)
}

/// Keeps line breaks, and nothing else that could move the cursor.
fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}
