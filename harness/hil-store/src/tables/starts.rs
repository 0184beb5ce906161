//! Table `starts`: what an empty iteration costs on each counter, once a start of an agent.

use hil_model::sample::{Observations, OwnCost};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Starts, owners, |seen| &seen.own_costs);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.own_costs);
    builder.full("start", rows().map(|cost| cost.start));
    builder.full("ticks", rows().map(|cost| cost.ticks));
    builder.sparse("cpu_ns", rows().map(|cost| cost.cpu_ns));
    builder.sparse("cycles", rows().map(|cost| cost.cycles));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let start = sheet.full::<u32>("start")?;
    let ticks = sheet.full::<u64>("ticks")?;
    let cpu_ns = sheet.sparse::<u64>("cpu_ns")?;
    let cycles = sheet.sparse::<u64>("cycles")?;
    distribute(
        sheet,
        all,
        |seen| &mut seen.own_costs,
        |row| Ok(OwnCost { start: start[row], ticks: ticks[row], cpu_ns: cpu_ns[row], cycles: cycles[row] }),
    )
}
