//! `hil completions`: what a shell sources to complete commands, options and their values.

use clap::CommandFactory as _;

use crate::args::{Cli, CompletionsArgs};
use crate::show::print_out;

/// Prints the completions of a shell.
pub fn completions(args: &CompletionsArgs) {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hil", &mut script);
    print_out(&String::from_utf8_lossy(&script));
}
