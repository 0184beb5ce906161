//! Table `shares`: how often samples of a profile fell into each part of the work, group by group.

use hil_model::sample::{Observations, Share};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Shares, owners, |seen| &seen.shares);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.shares);
    builder.full("part", rows().map(|share| share.part.as_str()));
    builder.full("group", rows().map(|share| share.group));
    builder.full("samples", rows().map(|share| share.samples));
    builder.full("of", rows().map(|share| share.of));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let part = sheet.full::<&str>("part")?;
    let (group, samples, of) = (sheet.full::<u32>("group")?, sheet.full::<u32>("samples")?, sheet.full::<u32>("of")?);
    distribute(
        sheet,
        all,
        |seen| &mut seen.shares,
        |row| Ok(Share { part: part[row].to_owned(), group: group[row], samples: samples[row], of: of[row] }),
    )
}
