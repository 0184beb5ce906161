//! Table `counts`: the instructions of one iteration in each start that was asked for them.

use hil_model::sample::{Count, Instructions, Observations};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Counts, owners, |seen| &seen.counts);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.counts);
    let told = || rows().map(|seen| seen.outcome.as_ref().ok());
    builder.full("start", rows().map(|seen| seen.start));
    builder.sparse("instructions", told().map(|told| told.map(|told| told.number)));
    builder.sparse("counter", told().map(|told| told.map(|told| told.counter.as_str())));
    builder.sparse("counted_with", told().map(|told| told.map(|told| told.counted_with.as_str())));
    builder.sparse("timed_with", told().map(|told| told.map(|told| told.timed_with.as_str())));
    builder.sparse("trouble", rows().map(|seen| seen.outcome.as_ref().err().map(String::as_str)));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let start = sheet.full::<u32>("start")?;
    let number = sheet.sparse::<u64>("instructions")?;
    let counter = sheet.sparse::<&str>("counter")?;
    let counted_with = sheet.sparse::<&str>("counted_with")?;
    let timed_with = sheet.sparse::<&str>("timed_with")?;
    let trouble = sheet.sparse::<&str>("trouble")?;
    let text = |cell: Option<&str>| cell.unwrap_or_default().to_owned();
    let outcome = |row: usize| match (number[row], trouble[row]) {
        (Some(number), None) => Ok(Ok(Instructions {
            number,
            counter: text(counter[row]),
            counted_with: text(counted_with[row]),
            timed_with: text(timed_with[row]),
        })),
        (None, Some(why)) => Ok(Err(why.to_owned())),
        _ => Err(sheet.cell(
            "trouble",
            row,
            "a start has either instructions or a reason for which it has none".to_owned(),
        )),
    };
    distribute(sheet, all, |seen| &mut seen.counts, |row| Ok(Count { start: start[row], outcome: outcome(row)? }))
}
