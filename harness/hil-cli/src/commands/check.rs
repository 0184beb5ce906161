//! `hil check`: every problem of every file, nothing run.

use crate::args::{CheckArgs, Format};
use crate::error::CliError;
use crate::exit::Exit;
use crate::files;
use crate::lab::Setup;
use crate::show::{Show, print_out};

/// Validates scenario files.
pub fn check(args: &CheckArgs) -> Result<Exit, CliError> {
    let mut show = Show::new(args.format, 0);
    let mut setup = Setup::choose(None, args.image.as_deref(), None)?;
    let scenarios = files::scenarios(&args.files, setup.learn_kernels()?, &mut show)?;
    let checks: usize = scenarios.iter().map(|scenario| scenario.checks.len()).sum();
    if args.format == Format::Text {
        let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        print_out(&format!("{} with {}: no problem\n", plural(scenarios.len(), "scenario"), plural(checks, "check")));
    }
    Ok(Exit::Success)
}
