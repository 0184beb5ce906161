//! Table `codes`: what converters gave, raw, with the periods that the codes were taken in.
//!
//! The table is by far the largest of a run of metered boards, so whose the codes are stands once a period. Tables of a
//! major version before that are read in their own form.

use hil_model::power::Period;
use hil_model::sample::Observations;

use super::power::periods;
use super::{Owner, base, for_each_owner};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(owners: &[Owner<'_>]) -> Builder {
    let mut builder = base(Table::Codes, owners, |seen| periods(seen).len());
    let rows = || owners.iter().flat_map(|owner| periods(owner.seen));
    builder.full("start", rows().map(|period| period.start));
    builder.full("period", rows().map(|period| period.index));
    builder.lists("codes", rows().map(|period| period.codes.as_slice()));
    builder
}

/// Gives every period its codes. Whether they are all there is for the caller to see.
pub(super) fn read(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    match sheet.format().major {
        1 => read_one_by_one(sheet, all),
        _ => read_lists(sheet, all),
    }
}

fn read_lists(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let (lists, mut place) = (sheet.lists("codes")?, Place::new(sheet)?);
    for_each_owner(sheet, all, |owner, row| {
        let codes = &mut place.period(owner, row)?.codes;
        if !codes.is_empty() {
            return Err(sheet.cell("period", row, "an earlier row has codes of it".to_owned()));
        }
        *codes = lists[row].values().iter().map(|code| narrow(sheet, "codes", row, *code)).collect::<Result<_, _>>()?;
        Ok(())
    })
}

/// The form of major version 1: one row a code.
fn read_one_by_one(sheet: &Sheet, all: &mut [Observations]) -> Result<(), StoreError> {
    let (code, mut place) = (sheet.full::<u32>("code")?, Place::new(sheet)?);
    for_each_owner(sheet, all, |owner, row| {
        place.period(owner, row)?.codes.push(narrow(sheet, "code", row, code[row])?);
        Ok(())
    })
}

fn narrow(sheet: &Sheet, column: &'static str, row: usize, code: u32) -> Result<u16, StoreError> {
    u16::try_from(code).map_err(|_| sheet.cell(column, row, format!("{code} has more than 16 bits")))
}

/// Finds the period of a row.
struct Place<'a> {
    sheet: &'a Sheet,
    start: Vec<u32>,
    period: Vec<u32>,
    /// Where the last one was found: rows of one period stand together, and the periods in order.
    last: usize,
}

impl<'a> Place<'a> {
    fn new(sheet: &'a Sheet) -> Result<Self, StoreError> {
        Ok(Self { sheet, start: sheet.full("start")?, period: sheet.full("period")?, last: 0 })
    }

    fn period<'b>(&mut self, owner: &'b mut Observations, row: usize) -> Result<&'b mut Period, StoreError> {
        let key = (self.start[row], self.period[row]);
        let unknown = || self.sheet.cell("period", row, format!("periods has no {} of start {}", key.1, key.0));
        let periods = owner.metering.as_mut().map(|metering| &mut metering.periods).ok_or_else(unknown)?;
        let is_it = |at: &usize| periods.get(*at).is_some_and(|period| (period.start, period.index) == key);
        let near = [self.last, self.last + 1].into_iter().find(is_it);
        self.last = near.or_else(|| (0..periods.len()).find(is_it)).ok_or_else(unknown)?;
        periods.get_mut(self.last).ok_or_else(unknown)
    }
}
