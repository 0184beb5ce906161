//! `hil export`: a stored run in the format of another tool.

use hil_import::export::{Exported, bmf, csv, github_action, openmetrics};
use hil_model::metric::Better;

use crate::args::{ExportArgs, ExportFormat, Tool};
use crate::commands::report::{find, read, write};
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::print_err;

/// Writes the run, and says what the format has no place for.
pub fn export(args: &ExportArgs) -> Result<Exit, CliError> {
    let folder = find(args.run.as_deref(), &args.out)?;
    let run = read(&folder)?;
    let Exported { text, left_out } = match args.format {
        ExportFormat::Bmf => bmf::export(&run),
        ExportFormat::GithubActionBenchmark => github_action::export(&run, better(args.tool)),
        ExportFormat::Openmetrics => openmetrics::export(&run),
        ExportFormat::Csv if args.samples => {
            csv::samples(&run, &hil_store::read_observations(&folder).map_err(CliError::Stored)?)
        }
        ExportFormat::Csv => csv::checks(&run),
    };
    write(&args.output, &text)?;
    for (count, why) in left_out {
        print_err(&format!("left out: {count} {} {why}", if count == 1 { "check" } else { "checks" }));
    }
    Ok(Exit::Success)
}

fn better(tool: Tool) -> Better {
    match tool {
        Tool::CustomSmallerIsBetter => Better::Lower,
        Tool::CustomBiggerIsBetter => Better::Higher,
    }
}
