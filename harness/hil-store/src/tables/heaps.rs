//! Table `heaps`: the largest sum of bytes alive on the heap in each start that was asked for it.

use hil_model::sample::{Heap, Observations};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Heaps, owners, |seen| &seen.heaps);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.heaps);
    builder.full("start", rows().map(|heap| heap.start));
    builder.full("bytes", rows().map(|heap| heap.bytes));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let start = sheet.full::<u32>("start")?;
    let bytes = sheet.full::<u64>("bytes")?;
    distribute(sheet, all, |seen| &mut seen.heaps, |row| Ok(Heap { start: start[row], bytes: bytes[row] }))
}
