//! `hil schema`: JSON Schemas on standard output.

use crate::args::SchemaOf;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::print_out;

/// Prints a schema.
pub fn schema(what: SchemaOf) -> Result<Exit, CliError> {
    let schema = match what {
        SchemaOf::Scenario => hil_scenario::schema(),
        SchemaOf::Lab => hil_scenario::lab_schema(),
        SchemaOf::Verdict => hil_store::verdict_json::schema(),
        SchemaOf::Acknowledgements => hil_scenario::acknowledgements_schema(),
        SchemaOf::Run => hil_store::run_json::schema(),
    };
    print_out(&format!("{schema:#}\n"));
    Ok(Exit::Success)
}
