//! Table `slices`: finished iterations of closed-loop throughput, slice by slice.

use hil_model::sample::{Observations, Slice};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Slices, owners, |seen| &seen.slices);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.slices);
    builder.full("start", rows().map(|slice| slice.start));
    builder.full("index", rows().map(|slice| slice.index));
    builder.full("workers", rows().map(|slice| slice.workers));
    builder.full("finished", rows().map(|slice| slice.finished));
    builder.full("seconds", rows().map(|slice| slice.seconds));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let start = sheet.full::<u32>("start")?;
    let index = sheet.full::<u32>("index")?;
    let workers = sheet.full::<u32>("workers")?;
    let finished = sheet.full::<u64>("finished")?;
    let seconds = sheet.full::<f64>("seconds")?;
    distribute(
        sheet,
        all,
        |seen| &mut seen.slices,
        |row| {
            Ok(Slice {
                start: start[row],
                index: index[row],
                workers: workers[row],
                finished: finished[row],
                seconds: seconds[row],
            })
        },
    )
}
