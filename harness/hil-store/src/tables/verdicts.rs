//! Table `verdicts`: every check with its verdict; the figures are in `estimates`.

use hil_model::id::{PlatformId, TargetId};
use hil_model::lab::Evidence;
use hil_model::run::CheckResult;
use hil_model::scenario::Place;

use super::{checked, names};
use crate::error::StoreError;
use crate::frame::{Builder, Sheet};
use crate::schema::Table;

pub(super) fn build(checks: &[CheckResult]) -> Builder {
    let mut builder = checked(Table::Verdicts, checks.iter());
    let rows = || checks.iter();
    builder.full("check", (0u32..).zip(checks).map(|(index, _)| index));
    builder.sparse("target", rows().map(|check| check.target.as_ref().map(TargetId::as_str)));
    builder.full("title", rows().map(|check| check.title.as_str()));
    builder.sparse("versus", rows().map(|check| check.versus.as_ref().map(|workload| workload.as_str())));
    builder.sparse("part", rows().map(|check| check.part.as_deref()));
    builder.words("metric", rows().map(|check| &check.metric));
    builder.words("statistic", rows().map(|check| &check.statistic));
    builder.words("unit", rows().map(|check| &check.unit));
    builder.sparse("limit", rows().map(|check| check.limit.as_deref()));
    builder.sparse("acceptable", rows().map(|check| check.acceptable.as_deref()));
    builder.words("verdict", rows().map(|check| &check.verdict));
    builder.sparse("reason", rows().map(|check| check.reason.as_deref()));
    builder.sparse("reason_code", rows().map(|check| check.reason_code.as_deref()));
    builder.full("samples", rows().map(|check| check.samples));
    builder.sparse("note", rows().map(|check| check.note.as_deref()));
    builder.full("file", rows().map(|check| check.place.file.as_str()));
    builder.full("line", rows().map(|check| check.place.line));
    builder
}

/// The checks, still without their figures.
pub(super) fn read(sheet: &Sheet) -> Result<Vec<CheckResult>, StoreError> {
    let (scenarios, workloads) = names(sheet)?;
    let platform = sheet.words::<PlatformId>("platform")?;
    let evidence = sheet.sparse_words::<Evidence>("evidence")?;
    let index = sheet.full::<u32>("check")?;
    let target = sheet.sparse_words("target")?;
    let title = sheet.full::<&str>("title")?;
    let versus = sheet.sparse_words("versus")?;
    let part = sheet.sparse::<&str>("part")?;
    let metric = sheet.words("metric")?;
    let statistic = sheet.words("statistic")?;
    let unit = sheet.words("unit")?;
    let limit = sheet.sparse::<&str>("limit")?;
    let acceptable = sheet.sparse::<&str>("acceptable")?;
    let verdict = sheet.words("verdict")?;
    let reason = sheet.sparse::<&str>("reason")?;
    let reason_code = sheet.sparse::<&str>("reason_code")?;
    let samples = sheet.full::<u64>("samples")?;
    let note = sheet.sparse::<&str>("note")?;
    let file = sheet.full::<&str>("file")?;
    let line = sheet.full::<u32>("line")?;
    let mut checks = Vec::with_capacity(sheet.rows());
    for (row, (scenario, workload)) in scenarios.into_iter().zip(workloads).enumerate() {
        if usize::try_from(index[row]).ok() != Some(row) {
            return Err(sheet.cell("check", row, format!("{} is out of order", index[row])));
        }
        checks.push(CheckResult {
            target: target[row].clone(),
            scenario,
            title: title[row].to_owned(),
            platform: platform[row].clone(),
            workload,
            versus: versus[row].clone(),
            part: part[row].map(str::to_owned),
            metric: metric[row],
            statistic: statistic[row],
            estimate: None,
            unit: unit[row],
            limit: limit[row].map(str::to_owned),
            acceptable: acceptable[row].map(str::to_owned),
            verdict: verdict[row],
            reason: reason[row].map(str::to_owned),
            reason_code: reason_code[row].map(str::to_owned),
            smallest_seen: None,
            evidence: evidence[row],
            samples: samples[row],
            note: note[row].map(str::to_owned),
            place: Place { file: file[row].to_owned(), line: line[row] },
        });
    }
    Ok(checks)
}
