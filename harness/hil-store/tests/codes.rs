//! The codes of converters: all of them come back, and a table in which they are not all there is told apart.

#![expect(clippy::unwrap_used, reason = "a panic in a helper is the failure of its test")]

mod altered;
mod sample;

use std::path::{Path, PathBuf};

use hil_model::power::Period;
use hil_store::{RunWriter, StoreError, read_observations};
use polars::prelude::{Column, DataFrame, IntoSeries, ListChunked, NamedFrom, Series};

#[test]
fn lists_of_every_length_and_width_read_back_equal() {
    let mut observations = sample::observations().unwrap();
    let metering = observations[0].metering.as_mut().unwrap();
    let model = metering.periods[0].clone();
    // From one number in all codes to every number there is, and more codes than fit into one piece of the file.
    let widths = [0, 1, 2, 3, 7, 8, 9, 200, 4_095, 65_535].map(|most| (0..=most).collect::<Vec<u16>>());
    let mut lists = vec![vec![], vec![9; 300_000], vec![], vec![], (0..=u16::MAX).rev().collect(), vec![5; 280_000]];
    lists.extend(widths.iter().map(|codes| codes.repeat(3)));
    lists.push(vec![]);
    let period = |(index, codes)| Period { index, codes, ..model.clone() };
    metering.periods = (0..).zip(lists).map(period).collect();
    let out = tempfile::tempdir().unwrap();
    let folder = RunWriter::new(out.path()).write(&sample::run().unwrap(), &observations, &[]).unwrap();
    // Not the whole of it in the message of a failure.
    assert!(read_observations(&folder).unwrap() == observations);
}

#[test]
fn a_run_without_a_single_code_reads_back_equal() {
    let mut observations = sample::observations().unwrap();
    let metering = observations[0].metering.as_mut().unwrap();
    metering.periods.iter_mut().for_each(|period| period.codes.clear());
    let out = tempfile::tempdir().unwrap();
    let folder = RunWriter::new(out.path()).write(&sample::run().unwrap(), &observations, &[]).unwrap();
    assert_eq!(read_observations(&folder).unwrap(), observations);
}

#[test]
fn a_period_whose_codes_are_not_all_there_is_told() {
    for (table, rows) in [("codes", 4), ("periods", 0)] {
        let error = damaged("v2.0", table, |frame| match table {
            "codes" => frame.head(Some(rows)),
            _ => replaced(&frame, Series::new("codes".into(), [2_u32, 4, 2, 0, 4])),
        });
        expect_cell(&error, "periods.parquet", "codes", 4, if table == "codes" { "has 0" } else { "has 3" });
    }
}

#[test]
fn a_list_or_a_code_that_is_missing_is_told() {
    let present = |codes: &[u32]| Some(Series::new("".into(), codes));
    let gap = Some(Series::new("".into(), [Some(1240), None::<u32>]));
    let lists = |second| ListChunked::from_iter([gap_free(), second, gap_free(), gap_free(), gap_free()]);
    for second in [None, gap] {
        let column = lists(second).with_name("codes".into()).into_series();
        let error = damaged("v2.0", "codes", |frame| replaced(&frame, column.clone()));
        expect_cell(&error, "codes.parquet", "codes", 1, "it is empty, or a value of it is");
    }
    let column = lists(present(&[1241, 65_536, 0, 1])).with_name("codes".into()).into_series();
    let error = damaged("v2.0", "codes", |frame| replaced(&frame, column));
    expect_cell(&error, "codes.parquet", "codes", 1, "65536 has more than 16 bits");
}

fn gap_free() -> Option<Series> {
    Some(Series::new("".into(), [1240_u32, 1243]))
}

#[test]
fn codes_of_another_period_are_told() {
    let error = damaged("v2.0", "codes", |frame| replaced(&frame, Series::new("period".into(), [0_u32, 1, 0, 1, 7])));
    expect_cell(&error, "codes.parquet", "period", 4, "periods has no 7 of start 3");
    let error = damaged("v2.0", "codes", |frame| replaced(&frame, Series::new("period".into(), [0_u32, 0, 0, 1, 2])));
    expect_cell(&error, "codes.parquet", "period", 1, "an earlier row has codes of it");
}

#[test]
fn a_column_of_something_else_is_told() {
    let numbers = Series::new("codes".into(), [1240_u32; 5]);
    let words = ListChunked::from_iter([(); 5].map(|()| Some(Series::new("".into(), ["a"]))));
    for column in [numbers, words.with_name("codes".into()).into_series()] {
        let error = damaged("v2.0", "codes", |frame| replaced(&frame, column.clone()));
        assert!(
            matches!(&error, StoreError::Table { why, .. } if why.contains("column codes has the type")),
            "{error}"
        );
    }
    let error = damaged("v2.0", "codes", |frame| frame.drop("codes").unwrap());
    assert!(matches!(&error, StoreError::Table { why, .. } if why == "it has no column codes"), "{error}");
}

#[test]
fn damage_of_the_earlier_form_is_told_as_before() {
    let error = damaged("v1.3", "codes", |frame| frame.head(Some(7)));
    expect_cell(&error, "periods.parquet", "codes", 2, "the table codes has 1");
    let error = damaged("v1.3", "codes", |frame| replaced(&frame, Series::new("code".into(), [70_000_u32; 8])));
    expect_cell(&error, "codes.parquet", "code", 0, "70000 has more than 16 bits");
    let error = damaged("v1.3", "codes", |frame| replaced(&frame, Series::new("period".into(), [6_u32; 8])));
    expect_cell(&error, "codes.parquet", "period", 0, "periods has no 6 of start 0");
}

/// What reading a frozen run says when one of its tables was changed and its sum with it.
fn damaged(version: &str, table: &str, change: impl FnOnce(DataFrame) -> DataFrame) -> StoreError {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/store");
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("run");
    altered::copy(&fixtures.join(version), &folder).unwrap();
    let frame = altered::read(&folder.join(format!("{table}.parquet"))).unwrap();
    altered::write(change(frame), &folder, table, version.trim_start_matches('v')).unwrap();
    altered::seal(&folder, &[table]).unwrap();
    read_observations(&folder).unwrap_err()
}

fn replaced(frame: &DataFrame, column: Series) -> DataFrame {
    let mut frame = frame.clone();
    frame.with_column(Column::from(column)).unwrap();
    frame
}

fn expect_cell(error: &StoreError, file: &str, column: &str, row: usize, why: &str) {
    let is_it = matches!(
        error,
        StoreError::Cell { path, column: found, row: at, why: reason }
            if path.ends_with(Path::new(file)) && *found == column && *at == row && reason.contains(why)
    );
    assert!(is_it, "{error}");
    let text = error.to_string();
    assert!(text.contains(file) && text.contains(&format!("column {column}, row {row}")), "{text}");
}
