//! Table `deviations`: how far results are off their reference, case by case.

use hil_model::sample::{Deviation, Observations};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Deviations, owners, |seen| &seen.deviations);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.deviations);
    builder.full("name", rows().map(|deviation| deviation.name.as_str()));
    builder.full("error", rows().map(|deviation| deviation.error));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let name = sheet.full::<&str>("name")?;
    let error = sheet.full::<f64>("error")?;
    distribute(
        sheet,
        all,
        |seen| &mut seen.deviations,
        |row| Ok(Deviation { name: name[row].to_owned(), error: error[row] }),
    )
}
