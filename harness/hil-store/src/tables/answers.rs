//! Table `answers`: what was answered to each item of a data set, and what would have been right.

use hil_model::sample::{Answer, Observations};

use super::{Owner, distribute, raw};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = raw(Table::Answers, owners, |seen| &seen.answers);
    let rows = || owners.iter().flat_map(|owner| &owner.seen.answers);
    builder.full("item", rows().map(|answer| answer.item.as_str()));
    builder.full("group", rows().map(|answer| answer.group.as_str()));
    builder.full("expected", rows().map(|answer| answer.expected));
    builder.full("predicted", rows().map(|answer| answer.predicted));
    builder
}

pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let item = sheet.full::<&str>("item")?;
    let group = sheet.full::<&str>("group")?;
    let expected = sheet.full::<u32>("expected")?;
    let predicted = sheet.full::<u32>("predicted")?;
    distribute(
        sheet,
        all,
        |seen| &mut seen.answers,
        |row| {
            Ok(Answer {
                item: item[row].to_owned(),
                group: group[row].to_owned(),
                expected: expected[row],
                predicted: predicted[row],
            })
        },
    )
}
