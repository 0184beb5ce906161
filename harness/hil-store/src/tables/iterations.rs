//! Table `iterations`: every timed iteration, warm-up included, with its raw readings.

use hil_model::sample::{Iteration, Observations};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Iterations, owners, |seen| &seen.iterations);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.iterations);
    builder.full("start", rows().map(|iteration| iteration.start));
    builder.full("block", rows().map(|iteration| iteration.block));
    builder.full("slot", rows().map(|iteration| u32::from(iteration.slot)));
    builder.full("index", rows().map(|iteration| iteration.index));
    builder.full("warmup", rows().map(|iteration| iteration.warmup));
    builder.full("ticks", rows().map(|iteration| iteration.ticks));
    builder.sparse("cpu_ns", rows().map(|iteration| iteration.cpu_ns));
    builder.sparse("cycles", rows().map(|iteration| iteration.cycles));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let start = sheet.full::<u32>("start")?;
    let block = sheet.full::<u32>("block")?;
    let slot = sheet.full::<u32>("slot")?;
    let index = sheet.full::<u32>("index")?;
    let warmup = sheet.full::<bool>("warmup")?;
    let ticks = sheet.full::<u64>("ticks")?;
    let cpu_ns = sheet.sparse::<u64>("cpu_ns")?;
    let cycles = sheet.sparse::<u64>("cycles")?;
    distribute(
        sheet,
        all,
        |seen| &mut seen.iterations,
        |row| {
            Ok(Iteration {
                start: start[row],
                block: block[row],
                slot: u8::try_from(slot[row]).map_err(|error| sheet.cell("slot", row, error.to_string()))?,
                index: index[row],
                warmup: warmup[row],
                ticks: ticks[row],
                cpu_ns: cpu_ns[row],
                cycles: cycles[row],
            })
        },
    )
}
