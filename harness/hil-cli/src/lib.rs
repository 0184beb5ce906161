//! The command line `hil`: the only crate that prints, reads the environment or exits.
//!
//! `pipeline` shows the flow of `hil run`; `commands` has one file a subcommand; `args` is what was typed.
//! Everything that judges or measures is in other crates; here it is only put together.

#![forbid(unsafe_code)]

mod agent;
mod args;
mod bases;
mod board_image;
mod boards;
mod bridge;
mod commands;
mod counting;
mod distributions;
mod environment;
mod error;
mod exit;
mod faults;
mod files;
mod firmware;
mod identity;
mod imports;
mod lab;
mod lease;
mod noise;
mod packages;
mod pipeline;
mod results;
mod revision;
mod show;
mod stages;
mod supplies;
mod surroundings;
mod timeline;
mod upkeep;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};
use crate::error::CliError;
use crate::exit::Exit;
use crate::surroundings::Surroundings;

/// Reads the command line, does what it says, and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are not errors; clap prints them to standard output.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Success };
            print_usage(&error);
            return exit.into();
        }
    };
    if let Command::Agent { args } = &cli.command {
        return agent::serve(args);
    }
    if let Command::Bridge { order } = &cli.command {
        return bridge::bridge(order);
    }
    // A panic is a bug of hil and must not look like a verdict: scripts get the code of an internal error.
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| dispatch(cli.command, &Surroundings::look())));
    match outcome {
        Ok(Ok(exit)) => exit.into(),
        Err(_) => {
            show::print_err("internal error: this is a bug of hil; please report it with the message above");
            Exit::Internal.into()
        }
        Ok(Err(error)) => {
            let style = anstyle::AnsiColor::Red.on_default().effects(anstyle::Effects::BOLD);
            show::print_err(&format!("{style}error:{style:#} {}", show::clean(&error.to_string())));
            error.exit().into()
        }
    }
}

/// Prints what clap has to say. It repeats words of the command line as they are; where one could steer a terminal, the
/// whole is printed without colours and without what could.
fn print_usage(error: &clap::Error) {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    if words.into_iter().any(|word| word.chars().any(hil_report::clean::is_unsafe)) {
        let text = error.render().to_string();
        show::print_err(&text.lines().map(show::clean).collect::<Vec<_>>().join("\n"));
    } else {
        let _ = error.print();
    }
}

fn dispatch(command: Command, around: &Surroundings) -> Result<Exit, CliError> {
    match command {
        Command::Run(args) => commands::run::run(&args, around),
        Command::Gate(args) => commands::gate::gate(&args, around),
        Command::Check(args) => commands::check::check(&args),
        Command::Plan(args) => commands::plan::plan(&args, around),
        Command::List(args) => commands::list::list(&args, around),
        Command::Schema { what } => commands::schema::schema(what),
        Command::History(args) => commands::history::history(&args, around),
        Command::Report(args) => commands::report::report(&args, around),
        Command::Import(command) => commands::import::import(&command, around),
        Command::Export(args) => commands::export::export(&args),
        Command::Data(command) => commands::data::data(&command, around),
        Command::Doctor(args) => commands::doctor::doctor(&args, around),
        Command::Init(args) => commands::init::init(&args),
        Command::Completions(args) => {
            commands::completions::completions(&args);
            Ok(Exit::Success)
        }
        Command::Man(args) => commands::man::man(&args),
        Command::Emulate(args) => commands::emulate::emulate(&args),
        Command::Agent { .. } | Command::Bridge { .. } => Ok(Exit::Success),
    }
}
