//! What can end `hil` early, and the exit code of each.

use std::net::SocketAddr;
use std::path::PathBuf;

use hil_emulator::host::emulation::EmulationError;
use hil_model::id::{PlatformId, ScenarioId, WorkloadId};

use crate::commands::gate::NoBaseline;
use crate::exit::Exit;
use crate::lease::LeaseError;
use crate::upkeep::StateError;

/// An error of the command, as opposed to a verdict or a fault of the rig.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Scenario files have problems; they have been printed.
    #[error("{count} {} in the scenario files; nothing was run", if *count == 1 { "problem" } else { "problems" })]
    Scenarios {
        /// How many.
        count: usize,
    },
    /// The lab file has problems; they have been printed.
    #[error("{count} {} in the lab file; nothing was run", if *count == 1 { "problem" } else { "problems" })]
    Lab {
        /// How many.
        count: usize,
    },
    /// A board of the lab file cannot be what it is said to be.
    #[error("{}, board {board}: {why}", lab.display())]
    LabImage {
        /// The lab file.
        lab: PathBuf,
        /// The board's name.
        board: String,
        /// Why not.
        why: String,
    },
    /// A file or folder that was named cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that was asked for cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that should be written is there already.
    #[error("{} exists and is not overwritten; name another file", .0.display())]
    Exists(PathBuf),
    /// A folder that was named holds no scenario file.
    #[error("{} holds no scenario file (*.toml); `hil init` writes a first one", .0.display())]
    NoScenarios(PathBuf),
    /// A local board file is not called after its board.
    #[error("{} describes the board {platform}; call it {platform}.toml, or correct its platform", path.display())]
    BoardName {
        /// The file.
        path: PathBuf,
        /// The board that it describes.
        platform: PlatformId,
    },
    /// `hil init --board` names a board that is not known.
    #[error("--board {given}: unknown; known boards: {known}")]
    Board {
        /// As given.
        given: String,
        /// All of them.
        known: String,
    },
    /// `--only` names something that does not exist.
    #[error(transparent)]
    Only(#[from] hil_plan::NothingSelected),
    /// `--require` names something that does not exist.
    #[error("--require {0}: no scenario or target of this run has this name; see `hil list scenarios`")]
    Require(String),
    /// `--fault` names something that does not exist.
    #[error("--fault {given}: unknown; known faults: {known}")]
    Fault {
        /// As given.
        given: String,
        /// All of them.
        known: String,
    },
    /// `--fault` names something that would strike nothing.
    #[error("--fault {given}: it strikes emulated boards ({boards}), and no scenario of this run is on one")]
    FaultNowhere {
        /// As given.
        given: String,
        /// The kinds of board that can have it.
        boards: String,
    },
    /// The file that `--image` names cannot be an agent of what is asked for.
    #[error("--image {}: {why}", path.display())]
    ImageFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The agent that `--image` names does not answer.
    #[error("--image {}: {why}", path.display())]
    Image {
        /// The program.
        path: PathBuf,
        /// What happened.
        why: String,
    },
    /// `--data` or `HIL_DATA` names no folder; going on without it could answer from another copy.
    #[error("the data folder {} is not a folder", .0.display())]
    NoDataFolder(PathBuf),
    /// A data set is damaged, or a folder is not one.
    #[error(transparent)]
    Data(#[from] hil_data::DataError),
    /// The run folder cannot be written or read.
    #[error(transparent)]
    Store(#[from] hil_store::StoreError),
    /// A stored run cannot be read.
    #[error(transparent)]
    Stored(hil_store::StoreError),
    /// A folder that was named is not that of a run.
    #[error("{} is not a run: it holds no run.json; `hil run` makes one", .0.display())]
    NotARun(PathBuf),
    /// A trace or a power log cannot be begun; nothing was emulated.
    #[error("cannot begin the {what} {}: {source}; name a file in a folder that can be written", path.display())]
    Begin {
        /// What should be written, for people.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is larger than is read.
    #[error("{} is larger than {} MiB, the most that is read", path.display(), most >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit, in bytes.
        most: usize,
    },
    /// There is no stored run of that name.
    #[error("no stored run {0}; `hil run` makes one")]
    NoRun(String),
    /// The archive has no figure of what was asked for.
    #[error(
        "no stored figure of {what} in {}; `hil run` makes one, `hil history` without a name shows all there are",
        out.display()
    )]
    NoHistory {
        /// As asked for.
        what: String,
        /// The folder of runs.
        out: PathBuf,
    },
    /// Run folders cannot lie on an object store.
    #[error("--out {}: run folders stay on this computer; name a bucket for their figures with --archive", .0.display())]
    OutInBucket(PathBuf),
    /// Files of other tools have problems; they have been printed.
    #[error("{count} {} in the imported files; nothing was stored", if *count == 1 { "problem" } else { "problems" })]
    Imports {
        /// How many.
        count: usize,
    },
    /// A scenario is about a benchmark that was not imported.
    #[error("scenario {scenario}, workload {workload}: {why}; imported: {known}")]
    NoBenchmark {
        /// The scenario.
        scenario: ScenarioId,
        /// Its workload.
        workload: WorkloadId,
        /// What it asks for.
        why: String,
        /// The names that there are.
        known: String,
    },
    /// The host or a board is held by another run.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// What is remembered of boards cannot be read or kept.
    #[error(transparent)]
    State(#[from] StateError),
    /// The report cannot be drawn.
    #[error("the report: {0}")]
    Report(String),
    /// This program cannot find itself, so it cannot start an agent.
    #[error("cannot find this program's own file to start an agent: {0}")]
    OwnProgram(std::io::Error),
    /// A board cannot be emulated as asked.
    #[error(transparent)]
    Emulate(EmulationError),
    /// The program for an emulated board cannot be loaded.
    #[error("{path}: {source}", path = path.display())]
    Program {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        source: hil_emulator::elf::Error,
    },
    /// Other machines could reach an emulated board.
    #[error(
        "{0} can be reached from other machines, and whoever connects controls the board; to want that, add --allow-remote"
    )]
    Remote(SocketAddr),
    /// There is nothing to compare with.
    #[error(transparent)]
    NoBaseline(#[from] NoBaseline),
    /// The file of acknowledgements has problems; they have been printed.
    #[error("{count} {} in the file of acknowledgements; nothing was compared", if *count == 1 { "problem" } else { "problems" })]
    Acknowledgements {
        /// How many.
        count: usize,
    },
    /// Two stored runs cannot be set beside each other at all.
    #[error("{0}")]
    GateUsage(String),
    /// There is no folder for the user's data.
    #[error("this system names no home folder to keep data sets in; set HIL_DATA to a folder of them instead")]
    NoHome,
}

impl CliError {
    /// The exit code of this error.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Scenarios { .. }
            | Self::Lab { .. }
            | Self::Exists(_)
            | Self::LabImage { .. }
            | Self::Read { .. }
            | Self::NoScenarios(_)
            | Self::BoardName { .. }
            | Self::Board { .. }
            | Self::Only(_)
            | Self::Require(_)
            | Self::Fault { .. }
            | Self::FaultNowhere { .. }
            | Self::NoRun(_)
            | Self::NoHistory { .. }
            | Self::OutInBucket(_)
            | Self::Stored(_)
            | Self::NotARun(_)
            | Self::Begin { .. }
            | Self::TooLarge { .. }
            | Self::Imports { .. }
            | Self::NoBenchmark { .. }
            | Self::NoHome
            | Self::NoDataFolder(_)
            | Self::Data(_)
            | Self::Emulate(_)
            | Self::Program { .. }
            | Self::ImageFile { .. }
            | Self::Remote(_) => Exit::Usage,
            Self::Acknowledgements { .. } | Self::GateUsage(_) => Exit::Usage,
            Self::NoBaseline(_) => Exit::NoBaseline,
            Self::Image { .. } => Exit::RigOrInvalid,
            Self::Lease(LeaseError::Interrupted { .. }) => Exit::Interrupted,
            Self::State(StateError::NotQuarantined { .. }) => Exit::Usage,
            Self::Lease(_) | Self::State(_) => Exit::RigOrInvalid,
            Self::Write { .. } | Self::Store(_) | Self::Report(_) | Self::OwnProgram(_) => Exit::Internal,
        }
    }
}
