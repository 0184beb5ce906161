//! `hil data`: data sets are found, verified and added; none is ever downloaded.

use crate::args::{DataCommand, DataDir};
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::{clean, print_err, print_out};
use crate::surroundings::Surroundings;

/// Lists, adds or verifies.
pub fn data(command: &DataCommand, around: &Surroundings) -> Result<Exit, CliError> {
    match command {
        DataCommand::List(dir) => {
            list(dir, around);
            Ok(Exit::Success)
        }
        DataCommand::Verify(dir) => Ok(verify(dir, around)),
        DataCommand::Add { dir } => {
            let user_data = around.user_data.as_deref().ok_or(CliError::NoHome)?;
            for added in hil_data::add(dir, user_data)? {
                print_out(&format!("{}\n", clean(&added.to_string())));
            }
            Ok(Exit::Success)
        }
    }
}

/// Prints every known set: where it is, or how to get it.
pub fn list(dir: &DataDir, around: &Surroundings) {
    for status in hil_data::status(&around.data_dirs(dir.data.as_deref())) {
        print_out(&format!("{}\n", clean_lines(&status.to_string())));
    }
}

fn verify(dir: &DataDir, around: &Surroundings) -> Exit {
    let mut exit = Exit::Success;
    for report in hil_data::verify_present(&around.data_dirs(dir.data.as_deref())) {
        print_out(&format!("{}\n", clean_lines(&report.to_string())));
        for fault in &report.faults {
            exit = Exit::RigOrInvalid;
            print_err(&format!("  {}", clean(&fault.to_string())));
        }
    }
    exit
}

/// Keeps line breaks, and nothing else that could move the cursor.
fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}
