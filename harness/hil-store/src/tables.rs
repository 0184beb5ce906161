//! The tables of a run, from and to the vocabulary: one file a table, and what they share.
//!
//! Raw tables hold one row an element of a list in [`Observations`], in the order of the list, behind the columns
//! that say whose it is. [`schema`](crate::schema) describes every column.

mod answers;
mod cases;
mod codes;
mod counts;
mod deviations;
mod estimates;
mod heaps;
mod iterations;
mod peaks;
mod power;
mod shares;
mod slices;
mod starts;
mod temperatures;
mod verdicts;
mod workloads;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use hil_model::id::{PlatformId, ScenarioId, WorkloadId};
use hil_model::run::{CheckResult, Run};
use hil_model::sample::Observations;

use crate::error::StoreError;
use crate::file;
use crate::frame::{Builder, Picks, Sheet, word};
use crate::schema::Table;
use crate::sums::Sums;

/// Builds one table of a run.
type Build = fn(&Run, &[Owner<'_>]) -> Builder;

const BUILDS: &[Build] = &[
    |_, owners| workloads::build(owners),
    |_, owners| starts::build(owners),
    |_, owners| iterations::build(owners),
    |_, owners| slices::build(owners),
    |_, owners| peaks::build(owners),
    |_, owners| answers::build(owners),
    |_, owners| cases::build(owners),
    |_, owners| temperatures::build(owners),
    |_, owners| heaps::build(owners),
    |_, owners| counts::build(owners),
    |_, owners| shares::build(owners),
    |_, owners| deviations::build(owners),
    |_, owners| power::build_meters(owners),
    |_, owners| power::build_periods(owners),
    |_, owners| codes::build(owners),
    |run, _| estimates::build(&run.checks),
    |run, _| verdicts::build(&run.checks),
];

/// File name and content of every table of a run, each made when it is asked for, so that one at a time is in memory.
///
/// What [`expect_unique`] refuses must not come here.
pub(crate) fn encode<'a>(
    run: &'a Run,
    observations: &'a [Observations],
) -> impl Iterator<Item = Result<(String, Vec<u8>), StoreError>> + use<'a> {
    let platforms: HashMap<&ScenarioId, &PlatformId> =
        run.checks.iter().map(|check| (&check.scenario, &check.platform)).collect();
    let owners: Vec<Owner<'a>> = observations
        .iter()
        .map(|seen| {
            let platform = platforms.get(&seen.scenario).map(|platform| platform.as_str());
            Owner { seen, platform, evidence: word(&seen.evidence) }
        })
        .collect();
    BUILDS.iter().map(move |build| build(run, &owners).encode())
}

/// Reads the raw observations of a run, in the order in which they were made.
///
/// # Errors
/// [`StoreError::NotFound`] for a missing file, [`StoreError::Damaged`], [`StoreError::Table`],
/// [`StoreError::Cell`], [`StoreError::Major`], [`StoreError::Io`].
pub fn read_observations(folder: &Path) -> Result<Vec<Observations>, StoreError> {
    let sums = Sums::read(folder)?;
    let mut all = workloads::read(&sheet(folder, &sums, Table::Workloads)?)?;
    expect_unique(&all)?;
    starts::read(&sheet(folder, &sums, Table::Starts)?, &mut all)?;
    iterations::read(&sheet(folder, &sums, Table::Iterations)?, &mut all)?;
    slices::read(&sheet(folder, &sums, Table::Slices)?, &mut all)?;
    peaks::read(&sheet(folder, &sums, Table::Peaks)?, &mut all)?;
    answers::read(&sheet(folder, &sums, Table::Answers)?, &mut all)?;
    cases::read(&sheet(folder, &sums, Table::Cases)?, &mut all)?;
    // Formats before 1.3 have none of these.
    if sums.lists(&Table::Temperatures.file_name()) {
        temperatures::read(&sheet(folder, &sums, Table::Temperatures)?, &mut all)?;
        shares::read(&sheet(folder, &sums, Table::Shares)?, &mut all)?;
    }
    // Formats before 2.0 have none.
    if sums.lists(&Table::Counts.file_name()) {
        heaps::read(&sheet(folder, &sums, Table::Heaps)?, &mut all)?;
        counts::read(&sheet(folder, &sums, Table::Counts)?, &mut all)?;
    }
    // Format 1.0 has no such table. One that was written and is gone is an error.
    if sums.lists(&Table::Deviations.file_name()) {
        deviations::read(&sheet(folder, &sums, Table::Deviations)?, &mut all)?;
    }
    // Formats before 1.2 have none of these.
    if sums.lists(&Table::Meters.file_name()) {
        let [meters, periods, codes] = [Table::Meters, Table::Periods, Table::Codes];
        let meters = sheet(folder, &sums, meters)?;
        power::read(&meters, &sheet(folder, &sums, periods)?, &sheet(folder, &sums, codes)?, &mut all)?;
    }
    Ok(all)
}

/// Reads the checks of a run with their figures, in the order of `run.json`.
///
/// # Errors
/// As [`read_observations`].
pub fn read_verdicts(folder: &Path) -> Result<Vec<CheckResult>, StoreError> {
    let sums = Sums::read(folder)?;
    let mut checks = verdicts::read(&sheet(folder, &sums, Table::Verdicts)?)?;
    estimates::read(&sheet(folder, &sums, Table::Estimates)?, &mut checks)?;
    Ok(checks)
}

/// Reads a table; its bytes are those that were written before anything else looks at them.
fn sheet(folder: &Path, sums: &Sums, table: Table) -> Result<Sheet, StoreError> {
    let path = folder.join(table.file_name());
    let bytes = file::read(&path)?;
    sums.expect(&path, &bytes)?;
    Sheet::decode(&path, table, &bytes)
}

/// Rows find their owner by its names, so two owners of the same names would be mixed up.
pub(crate) fn expect_unique(observations: &[Observations]) -> Result<(), StoreError> {
    let mut seen = BTreeSet::new();
    match observations.iter().find(|owner| !seen.insert((&owner.scenario, &owner.workload))) {
        None => Ok(()),
        Some(twice) => {
            Err(StoreError::Duplicate { scenario: twice.scenario.clone(), workload: twice.workload.clone() })
        }
    }
}

/// The observations that rows belong to, with the columns that say so.
struct Owner<'a> {
    seen: &'a Observations,
    platform: Option<&'a str>,
    evidence: String,
}

/// Starts a raw table with its base columns: one row an element of `list`.
fn raw<'a, T: 'a>(table: Table, owners: &'a [Owner<'a>], list: impl Fn(&'a Observations) -> &'a [T]) -> Builder {
    base(table, owners, |seen| list(seen).len())
}

/// Starts a raw table with its base columns: as many rows an owner as `count` says.
fn base<'a>(table: Table, owners: &'a [Owner<'a>], count: impl Fn(&'a Observations) -> usize) -> Builder {
    let picks = Picks::in_turn(owners.iter().map(|owner| count(owner.seen)));
    let mut builder = Builder::new(table, picks.rows());
    builder.picked("scenario", owners.iter().map(|owner| Some(owner.seen.scenario.as_str())), &picks);
    builder.picked("workload", owners.iter().map(|owner| Some(owner.seen.workload.as_str())), &picks);
    builder.picked("platform", owners.iter().map(|owner| owner.platform), &picks);
    builder.picked("evidence", owners.iter().map(|owner| Some(owner.evidence.as_str())), &picks);
    builder
}

/// Starts a table of checks with its base columns.
fn checked<'a>(table: Table, checks: impl Iterator<Item = &'a CheckResult> + Clone) -> Builder {
    let mut builder = Builder::new(table, checks.clone().count());
    builder.full("scenario", checks.clone().map(|check| check.scenario.as_str()));
    builder.full("workload", checks.clone().map(|check| check.workload.as_str()));
    builder.sparse("platform", checks.clone().map(|check| Some(check.platform.as_str())));
    let evidence: Vec<Option<String>> = checks.map(|check| check.evidence.as_ref().map(word)).collect();
    builder.sparse("evidence", evidence.iter().map(Option::as_deref));
    builder
}

/// Reads a raw table: appends `make(row)` to the list of the row's owner.
fn distribute<T>(
    sheet: &Sheet,
    all: &mut [Observations],
    list: impl Fn(&mut Observations) -> &mut Vec<T>,
    make: impl Fn(usize) -> Result<T, StoreError>,
) -> Result<(), StoreError> {
    for_each_owner(sheet, all, |owner, row| {
        list(owner).push(make(row)?);
        Ok(())
    })
}

/// Reads a raw table: calls `take` with the owner of each row.
fn for_each_owner(
    sheet: &Sheet,
    all: &mut [Observations],
    mut take: impl FnMut(&mut Observations, usize) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let find = |all: &[Observations], scenario: &str, workload: &str| {
        all.iter().position(|seen| seen.scenario.as_str() == scenario && seen.workload.as_str() == workload)
    };
    // Rows of one owner stand together, so the owner is looked up once for all of them.
    let mut current = None;
    for (row, (scenario, workload)) in sheet.texts("scenario")?.zip(sheet.texts("workload")?).enumerate() {
        let name = (scenario?, workload?);
        let owner = match current {
            Some((same, owner)) if same == name => owner,
            _ => {
                let unknown = || sheet.cell("workload", row, format!("workloads has no {} {}", name.0, name.1));
                find(all, name.0, name.1).ok_or_else(unknown)?
            }
        };
        current = Some((name, owner));
        take(&mut all[owner], row)?;
    }
    Ok(())
}

/// Whose each row is.
fn names(sheet: &Sheet) -> Result<(Vec<ScenarioId>, Vec<WorkloadId>), StoreError> {
    Ok((sheet.words("scenario")?, sheet.words("workload")?))
}
