//! Table `estimates`: the figures of the checks that have one.

use hil_model::run::{CheckResult, Figure};

use super::checked;
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(checks: &[CheckResult]) -> Builder {
    let rows = || (0u32..).zip(checks).filter_map(|(index, check)| Some((index, check, check.estimate.as_ref()?)));
    let mut builder = checked(Table::Estimates, checks.iter().filter(|check| check.estimate.is_some()));
    let figures = || rows().map(|(_, _, figure)| figure);
    builder.full("check", rows().map(|(index, _, _)| index));
    builder.full("value", figures().map(|figure| figure.value));
    builder.sparse("lower", figures().map(|figure| figure.lower));
    builder.sparse("upper", figures().map(|figure| figure.upper));
    builder.full("confidence", figures().map(|figure| figure.confidence));
    builder.full("effective_samples", figures().map(|figure| figure.effective_samples));
    builder.words("method", figures().map(|figure| &figure.method));
    builder.sparse("remark", figures().map(|figure| figure.remark.as_deref()));
    builder
}

/// Gives each check its figure.
pub(super) fn read(sheet: &Sheet, checks: &mut [CheckResult]) -> Result<(), StoreError> {
    let index = sheet.full::<u32>("check")?;
    let value = sheet.full::<f64>("value")?;
    let lower = sheet.sparse::<f64>("lower")?;
    let upper = sheet.sparse::<f64>("upper")?;
    let confidence = sheet.full::<f64>("confidence")?;
    let effective_samples = sheet.full::<f64>("effective_samples")?;
    let method = sheet.words("method")?;
    let remark = sheet.sparse::<&str>("remark")?;
    for (row, index) in index.into_iter().enumerate() {
        let check = usize::try_from(index).ok().and_then(|index| checks.get_mut(index));
        let check = check.ok_or_else(|| sheet.cell("check", row, format!("verdicts has no check {index}")))?;
        check.estimate = Some(Figure {
            value: value[row],
            lower: lower[row],
            upper: upper[row],
            confidence: confidence[row],
            effective_samples: effective_samples[row],
            method: method[row],
            remark: remark[row].map(str::to_owned),
        });
    }
    Ok(())
}
