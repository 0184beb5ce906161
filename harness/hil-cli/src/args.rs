//! The command line as typed: no interpretation here. What it means is decided in `commands`.

mod exchange;
mod gate;
mod history;
mod outside;

pub use exchange::{ExportArgs, ExportFormat, ImportCommand, ImportInto, ImportedFiles, Tool};
pub use gate::GateArgs;
pub use history::{HistoryArgs, HistoryFormat};
pub use outside::{CompletionsArgs, DoctorArgs, InitArgs, ManArgs};

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hil_model::units::{AnyQuantity, Time};

/// Proves, with numbers that can be defended, whether code meets its latency, power, memory, accuracy and
/// speed-up targets.
#[derive(Debug, Parser)]
#[command(name = "hil", version, arg_required_else_help = true, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes, the first that applies: 2 usage or scenario error; 1 internal error; \
    130 interrupted; 5 rig fault or invalid measurement; 3 a target missed; \
    6 nothing to compare with; 4 inconclusive under --strict, or not run although --require names it; 0 otherwise.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a first scenario into a folder, ready to be run; nothing that exists is touched
    Init(InitArgs),
    /// Run scenarios, judge them, write the run folder, say where the report is
    Run(RunArgs),
    /// Compare two builds, or a build with its declared limits, and say whether it may pass
    Gate(Box<GateArgs>),
    /// Validate scenario files and report every problem
    Check(CheckArgs),
    /// Show what would be run, step by step
    Plan(PlanArgs),
    /// List what there is
    List(ListArgs),
    /// Print a JSON Schema
    Schema {
        /// Which one
        what: SchemaOf,
    },
    /// Render a stored run again
    Report(ReportArgs),
    /// Show how figures developed over many runs, where they changed and how much they vary by themselves
    History(HistoryArgs),
    /// Store what another benchmark tool has measured as a run, and judge it
    #[command(subcommand)]
    Import(ImportCommand),
    /// Write a stored run in the format of another tool
    Export(ExportArgs),
    /// Data sets: what there is, adding and verifying them
    #[command(subcommand)]
    Data(DataCommand),
    /// Serve an emulated board that probe-rs and tools on top of it can attach to, until Ctrl-C
    Emulate(EmulateArgs),
    /// Say what is attached, what is missing with the command that brings it, and how noisy this host is
    Doctor(DoctorArgs),
    /// Print what a shell needs to complete commands and options of `hil`
    Completions(CompletionsArgs),
    /// Print the manual page of `hil`, or write one for every command
    Man(ManArgs),
    /// Carry bytes between standard input and output and the agent on a board (started by `hil run`)
    #[command(hide = true)]
    Bridge {
        /// What is carried, as JSON
        order: String,
    },
    /// Serve the agent on standard input and output (started by `hil run`)
    #[command(hide = true, disable_help_flag = true)]
    Agent {
        /// Passed on to the agent
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

/// Where scenario files come from.
#[derive(Debug, Args)]
pub struct Files {
    /// Scenario files, or folders of them [default: ./scenarios, else the built-in scenarios]
    #[arg(value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// Only these scenario ids, platforms or targets; may be repeated
    #[arg(long, value_name = "ID|PLATFORM|TARGET", value_delimiter = ',')]
    pub only: Vec<String>,
}

/// Where data sets are looked for.
#[derive(Debug, Args)]
pub struct DataDir {
    /// Folder of data sets, looked into before $HIL_DATA and the user's data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// What is attached.
#[derive(Debug, Args)]
pub struct LabArg {
    /// What is attached, and how it is reached [default: ./lab.toml, else this computer and emulated boards]
    #[arg(long, value_name = "FILE")]
    pub lab: Option<PathBuf>,
}

/// Where figures are remembered.
#[derive(Debug, Clone, Args)]
pub struct ArchiveArg {
    /// Archive of figures: a folder, or s3://BUCKET/PREFIX in a hil built for it [default: archive below --out]
    #[arg(long, value_name = "DIR|ADDRESS")]
    pub archive: Option<PathBuf>,
}

/// How much is run.
#[derive(Debug, Args)]
pub struct Amount {
    /// Fewer samples (a third of the iterations): shows that everything works, proves clear cases
    #[arg(long)]
    pub quick: bool,
    /// Time for each scenario, instead of its own budget
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub budget: Option<Duration>,
    /// Seed of the order of comparisons [default: a random one, kept in the run]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// `hil run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// What to run.
    #[command(flatten)]
    pub files: Files,
    /// How much.
    #[command(flatten)]
    pub amount: Amount,
    /// With which data.
    #[command(flatten)]
    pub data: DataDir,
    /// On which boards.
    #[command(flatten)]
    pub lab: LabArg,
    /// Folder that run folders are written into
    #[arg(long, value_name = "DIR", default_value = "hil-runs")]
    pub out: PathBuf,
    /// Where figures are remembered.
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Run folders to keep there; older ones are removed
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    pub keep: u16,
    /// Agent with your own kernels, instead of the built-in one: a program, or an ELF file for a board
    #[arg(long, value_name = "PROGRAM|ELF")]
    pub image: Option<PathBuf>,
    /// Inject a fault on purpose, to see what it looks like; `hil list faults` names them
    #[arg(long, value_name = "NAME")]
    pub fault: Option<String>,
    /// Erase a locked chip, its settings included, to unlock it; without this it is a fault of the rig
    #[arg(long)]
    pub allow_erase: bool,
    /// Scenario ids or targets that must have been run; otherwise exit code 4
    #[arg(long, value_name = "ID|TARGET", value_delimiter = ',')]
    pub require: Vec<String>,
    /// An inconclusive check ends in exit code 4
    #[arg(long)]
    pub strict: bool,
    /// Fail at once when another run holds this host, instead of waiting for it
    #[arg(long)]
    pub no_wait: bool,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// More about what is being done; repeat for the agent's messages
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// `hil check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What to check.
    #[command(flatten)]
    pub files: Files,
    /// Agent whose kernels count as known: a program or an ELF file for a board, in the place of the built-in one
    #[arg(long, value_name = "PROGRAM|ELF")]
    pub image: Option<PathBuf>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `hil plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What to plan.
    #[command(flatten)]
    pub files: Files,
    /// How much.
    #[command(flatten)]
    pub amount: Amount,
    /// With which data.
    #[command(flatten)]
    pub data: DataDir,
    /// On which boards.
    #[command(flatten)]
    pub lab: LabArg,
    /// Agent whose kernels count as known: a program or an ELF file for a board, in the place of the built-in one
    #[arg(long, value_name = "PROGRAM|ELF")]
    pub image: Option<PathBuf>,
}

/// `hil list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// What to list
    pub what: Listed,
    /// Of which boards.
    #[command(flatten)]
    pub lab: LabArg,
    /// With which data.
    #[command(flatten)]
    pub data: DataDir,
}

/// What `hil list` can list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// Kinds of machine that scenarios can name
    Boards,
    /// Scenarios that a plain `hil run` would run
    Scenarios,
    /// Kernels of the built-in agent
    Kernels,
    /// Data sets
    Data,
    /// Faults that can be injected with --fault
    Faults,
}

/// The schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// Of scenario files
    Scenario,
    /// Of lab files
    Lab,
    /// Of run.json
    Run,
    /// Of verdict.json
    Verdict,
    /// Of the file of acknowledgements
    Acknowledgements,
}

/// `hil report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Run folder, or the name of a run below --out; the latest one without it
    pub run: Option<PathBuf>,
    /// Folder of run folders
    #[arg(long, value_name = "DIR", default_value = "hil-runs")]
    pub out: PathBuf,
    /// Write the report as one self-contained HTML file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write it as Markdown, for a comment or a job summary
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write it as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// `hil data`.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Verify a folder that holds a known data set and copy it into the user's data folder
    Add {
        /// The set's folder, or a folder of sets
        dir: PathBuf,
    },
    /// List known data sets: licence, origin, where they are or how to get them
    List(DataDir),
    /// Compare every file of every present data set with its checksum
    Verify(DataDir),
}

/// `hil emulate`.
#[derive(Debug, Args)]
pub struct EmulateArgs {
    /// Which board: stm32f4 or nrf52840
    pub board: String,
    /// Where the debug server listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = parse_address)]
    pub listen: SocketAddr,
    /// Let other machines connect; whoever does controls the board
    #[arg(long)]
    pub allow_remote: bool,
    /// Program to load before power-on
    #[arg(long, value_name = "FILE")]
    pub elf: Option<PathBuf>,
    /// Let the serial ports appear as pseudo-terminals
    #[arg(long, value_enum, value_name = "HOW")]
    pub uart: Option<UartTo>,
    /// Write a line for every instruction; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Write what the emulated chip draws: a line for every change of its current
    #[arg(long, value_name = "FILE")]
    pub power: Option<PathBuf>,
    /// Write averages instead, this many a second, as a meter would
    #[arg(long, value_name = "HZ", requires = "power", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub power_rate: Option<u64>,
    /// How fast it runs
    #[arg(long, value_enum, default_value_t = Speed::Real)]
    pub pace: Speed,
    /// Run only during debug accesses, this many cycles for each, so that every run goes the same way
    #[arg(long, value_name = "CYCLES", conflicts_with = "pace", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub lock_step: Option<u64>,
    /// Decides what real boards leave to chance, such as the contents of RAM at power-on
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Start with read-back protection switched on (nRF52840)
    #[arg(long)]
    pub locked: bool,
}

/// Where serial ports go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UartTo {
    /// To pseudo-terminals, whose paths are printed
    Pty,
}

/// How fast an emulated board runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Speed {
    /// Never faster than a real one
    Real,
    /// As fast as this host can
    Free,
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON object a line, for scripts
    Json,
}

/// Reads `127.0.0.1:0`, `[::1]:7777`. Names are not looked up: one may mean several addresses.
fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let hint = "give an address in digits and a port from 0 to 65535, such as 127.0.0.1:0; names are not looked up";
    text.parse().map_err(|error| format!("{error}; {hint}"))
}

/// Reads `10m`, `90 s`, `1.5 min`.
fn parse_time(text: &str) -> Result<Duration, String> {
    let hint = "give a time such as 90s or 10min";
    let quantity = AnyQuantity::parse(text).map_err(|error| format!("{error}; {hint}"))?;
    let time = quantity.typed::<Time>().map_err(|error| format!("{error}; {hint}"))?;
    if time.base() <= 0.0 {
        return Err(format!("it must be above zero; {hint}"));
    }
    Ok(time.duration())
}

#[cfg(test)]
mod tests {
    use super::{Cli, parse_time};
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_read_as_people_type_them() {
        for (text, seconds) in [("10m", 600.0), ("90s", 90.0), ("1.5 min", 90.0), ("250 ms", 0.25)] {
            assert_eq!(parse_time(text).map(|time| time.as_secs_f64()), Ok(seconds), "{text}");
        }
        for text in ["10", "0s", "-1s", "5 mW", "soon"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
