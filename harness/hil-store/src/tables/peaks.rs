//! Table `peaks`: the largest memory use of each start that was asked for it.

use hil_model::sample::{Observations, Peak};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Peaks, owners, |seen| &seen.peaks);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.peaks);
    builder.full("start", rows().map(|peak| peak.start));
    builder.full("total", rows().map(|peak| peak.total));
    builder.full("agent", rows().map(|peak| peak.agent));
    builder.full("upper_bound_only", rows().map(|peak| peak.upper_bound_only));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let start = sheet.full::<u32>("start")?;
    let total = sheet.full::<u64>("total")?;
    let agent = sheet.full::<u64>("agent")?;
    let upper_bound_only = sheet.full::<bool>("upper_bound_only")?;
    distribute(
        sheet,
        all,
        |seen| &mut seen.peaks,
        |row| {
            let (total, agent) = (total[row], agent[row]);
            Ok(Peak { start: start[row], total, agent, upper_bound_only: upper_bound_only[row] })
        },
    )
}
