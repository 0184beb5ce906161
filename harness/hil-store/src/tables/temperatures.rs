//! Table `temperatures`: how warm the processor was after the iterations of each start that was asked for it.

use hil_model::sample::{Observations, Temperature};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Temperatures, owners, |seen| &seen.temperatures);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.temperatures);
    builder.full("start", rows().map(|seen| seen.start));
    builder.full("sensor", rows().map(|seen| seen.sensor.as_str()));
    builder.full("celsius", rows().map(|seen| seen.celsius));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let start = sheet.full::<u32>("start")?;
    let sensor = sheet.full::<&str>("sensor")?;
    let celsius = sheet.full::<f64>("celsius")?;
    distribute(
        sheet,
        all,
        |seen| &mut seen.temperatures,
        |row| Ok(Temperature { start: start[row], sensor: sensor[row].to_owned(), celsius: celsius[row] }),
    )
}
