//! The binary behind `cargo xtask`: reads the arguments, calls the library, prints, and sets the exit status.
//!
//! Exit status: 0 when nothing was found, 1 when something was found or a step failed, 2 for wrong usage or when
//! a chore could not be carried out.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command-line tool: printing is its output")]

use std::process::ExitCode;

use anyhow::{Result, bail};
use xtask::cargo::workspace_root;
use xtask::finding::Report;
use xtask::{
    board_soak, catalogue, ci, elf, emulator_soak, firmware, fresh, fuzz, licences, neon, speedups, tidy, trust,
    workflows,
};

const USAGE: &str = "\
Chores of the workspace.

Usage: cargo xtask <COMMAND>

Commands:
  tidy              Check layout, dependency arrows, links, headers, file lengths, manifests, profile,
                    forbidden words, lock file
  licences          Check the licences and duplicate versions of all dependencies against ci/licences.toml
  ci                Run every check and test, as continuous integration does
     --list         List the steps
     --only STEP    Run one step, and before the tests the firmware that they run
     --require-data Fail when HIL_DATA is not set and so tests on real data are not run
  elf               Build the firmware of fixtures/elf/src into target/elf
     --check        Compare it with the committed files
     --update       Replace the committed files and record what built them
  fw [BOARD]        Build the firmware of targets/firmware into target/firmware
  catalogue         Every statement of the guides with its scenario and newest verdict; `--help` lists its options
  speedups FOLDER   Write the table of docs/speedups.md from a run of the training scenario
  neon              Build the vectorised kernels for aarch64, and test them under QEMU where that is installed
  board-soak        Run `hil` on emulated boards with random faults; `--help` lists its options
  emulator-soak     Compare random instructions on the emulated core and on qemu-system-arm; `--help` lists its options
  fuzz [TARGET..]   Damaged inputs for every reader, the same for the same seed; `--help` lists its options
  trust             Measure how often the gate errs and what it finds; `--help` lists its options
  workflows         Check the workflow templates of ci/github
  fresh             Clone the last commit into an empty folder and run the two commands of README.md there
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs one command; true when it found nothing wrong.
fn run(arguments: &[String]) -> Result<bool> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = workspace_root();
    match arguments.as_slice() {
        ["tidy"] => Ok(show("tidy", &tidy::tidy(&root)?)),
        ["licences"] => Ok(show("licences", &licences::licences(&root)?)),
        ["workflows"] => {
            if let Some(untested) = workflows::untested(&root) {
                println!("NOT TESTED: {untested}");
            }
            Ok(show("workflows", &workflows::check(&root)?))
        }
        ["ci", "--list"] => {
            print!("{}", ci::list());
            Ok(true)
        }
        ["ci", options @ ..] => ci::run(&root, ci::Options::parse(options)?),
        ["elf"] => {
            print!("{}", elf::build(&root)?);
            Ok(true)
        }
        ["elf", "--check"] => Ok(show("elf", &elf::check(&root)?)),
        ["elf", "--update"] => elf::update(&root).map(|()| true),
        ["fw"] => {
            print!("{}", firmware::build(&root, None)?);
            Ok(true)
        }
        ["fw", board] => {
            print!("{}", firmware::build(&root, Some(board))?);
            Ok(true)
        }
        ["neon"] => {
            let passed = show("neon", &neon::check(&root)?);
            if let Some(untested) = neon::Tools::find()?.untested() {
                println!("NOT TESTED: {untested}");
            }
            Ok(passed)
        }
        ["catalogue", options @ ..] => catalogue::run(&root, options),
        ["speedups", options @ ..] => speedups::run(&root, options),
        ["board-soak", options @ ..] => board_soak::run(&root, options),
        ["emulator-soak", options @ ..] => emulator_soak::run(&root, options),
        ["fuzz", options @ ..] => fuzz::run(&root, options),
        ["trust", options @ ..] => trust::run(&root, options),
        ["fresh"] => fresh::run(&root),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(true)
        }
        _ => bail!("unknown arguments `{}`\n\n{USAGE}", arguments.join(" ")),
    }
}

fn show(name: &str, report: &Report) -> bool {
    print!("{}", report.text(name));
    report.passed()
}
