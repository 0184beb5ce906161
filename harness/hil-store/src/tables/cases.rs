//! Table `cases`: which cases of a table hold, and what was wrong with the others.

use hil_model::id::TableName;
use hil_model::sample::{Case, Observations};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Cases, owners, |seen| &seen.cases);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.cases);
    builder.words("table", rows().map(|case| &case.table));
    builder.full("name", rows().map(|case| case.name.as_str()));
    builder.sparse("broken", rows().map(|case| case.broken.as_deref()));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let table = sheet.words::<TableName>("table")?;
    let name = sheet.full::<&str>("name")?;
    let broken = sheet.sparse::<&str>("broken")?;
    distribute(
        sheet,
        all,
        |seen| &mut seen.cases,
        |row| {
            let (table, name) = (table[row].clone(), name[row].to_owned());
            Ok(Case { table, name, broken: broken[row].map(str::to_owned) })
        },
    )
}
