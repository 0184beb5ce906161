//! `hil man`: manual pages, made of the same words as the help.

use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::args::{Cli, ManArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::print_out;

/// Prints `hil.1`, or writes a page for `hil` and each of its commands into a folder.
pub fn man(args: &ManArgs) -> Result<Exit, CliError> {
    // Building it gives every command its full name, such as `hil data add`.
    let mut cli = Cli::command();
    cli.build();
    match &args.dir {
        None => print_out(&String::from_utf8_lossy(&page(&cli).map_err(|error| failed(Path::new("hil.1"), error))?)),
        Some(dir) => {
            std::fs::create_dir_all(dir).map_err(|error| failed(dir, error))?;
            pages(&cli, dir)?;
        }
    }
    Ok(Exit::Success)
}

fn pages(command: &clap::Command, dir: &Path) -> Result<(), CliError> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let path = dir.join(format!("{name}.1"));
    page(command).and_then(|page| std::fs::write(&path, page)).map_err(|error| failed(&path, error))?;
    print_out(&format!("wrote {}\n", path.display()));
    // `help` says what the pages say; what is hidden is not for people.
    let shown = |command: &&clap::Command| !command.is_hide_set() && command.get_name() != "help";
    command.get_subcommands().filter(shown).try_for_each(|command| pages(command, dir))
}

fn page(command: &clap::Command) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}

fn failed(path: &Path, source: std::io::Error) -> CliError {
    CliError::Write { path: path.to_owned(), source }
}
