//! What is typed to begin in a folder of one's own and to look around: `init`, `doctor`, `completions`, `man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use crate::args::{DataDir, Files, Format, LabArg};

/// `hil init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder; it is made when there is none
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Ask a first question of this board too; `hil list boards` names them
    #[arg(long, value_name = "PLATFORM")]
    pub board: Option<String>,
}

/// `hil doctor`.
#[derive(Debug, Args)]
#[command(
    after_help = "Ends with 0 when everything is here that the scenarios of this folder (or those that are named) \
    need, with 4 when something is missing, with 2 when a scenario has a mistake. A folder without scenarios needs nothing."
)]
pub struct DoctorArgs {
    /// Whose needs are looked at.
    #[command(flatten)]
    pub files: Files,
    /// With which data.
    #[command(flatten)]
    pub data: DataDir,
    /// What is attached.
    #[command(flatten)]
    pub lab: LabArg,
    /// Agent whose kernels count as known: a program or an ELF file for a board, in the place of the built-in one
    #[arg(long, value_name = "PROGRAM|ELF")]
    pub image: Option<PathBuf>,
    /// Write a first lab file from what is attached; one that exists is not touched
    #[arg(long, value_name = "FILE", conflicts_with = "release")]
    pub write_lab: Option<PathBuf>,
    /// Give a quarantined board back, instead of a diagnosis
    #[arg(long, value_name = "BOARD")]
    pub release: Option<String>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `hil completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// `hil man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write hil.1 and one page for every command into this folder, instead of printing hil.1
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
