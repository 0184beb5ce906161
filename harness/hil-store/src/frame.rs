//! One table in memory, to and from the bytes of a Parquet file. Only this file and those below it name polars.
//!
//! Guarantees: a file carries its table name and version; a file of another table or major version becomes an
//! error that names it. Left to [`sums`](crate::sums): damage. The decoder believes the lengths that it finds, and
//! a wrong one can end the process, so it must only see bytes that were written by [`Builder::encode`].

mod lists;

use std::io::Cursor;
use std::path::{Path, PathBuf};

use hil_model::run::FormatVersion;
use hil_model::text::shown;
use polars::prelude::{
    BatchedWriter, Column, DataFrame, DataType, IdxCa, IdxSize, IntoSeries, KeyValueMetadata, ListBuilderTrait,
    ListPrimitiveChunkedBuilder, NamedFrom, ParallelStrategy, ParquetCompression, ParquetReader, ParquetWriter,
    PolarsError, PolarsResult, SerReader, Series, StatisticsOptions, UInt32Chunked, UInt32Type,
};
use polars_parquet::write::DynIter;
use serde::Serialize;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use self::lists::Piece;
use crate::error::StoreError;
use crate::schema::{KEY_FORMAT, KEY_TABLE, TABLES_FORMAT, TABLES_OLDEST, Table};

/// What a file says it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Name of the table, and of its file without the extension.
    pub(crate) table: &'static str,
    /// The version that this build writes.
    pub(crate) format: FormatVersion,
    /// The oldest major version that it reads.
    pub(crate) oldest: u16,
}

impl From<Table> for Head {
    fn from(table: Table) -> Self {
        Self { table: table.name(), format: TABLES_FORMAT, oldest: TABLES_OLDEST }
    }
}

/// A value that a column can hold.
pub(crate) trait Cell<'a>: Sized {
    /// A column without gaps.
    fn full(name: &str, values: Vec<Self>) -> Column;
    /// A column with gaps.
    fn sparse(name: &str, values: Vec<Option<Self>>) -> Column;
    /// The values, unless the column has another type.
    fn values(column: &'a Column) -> Option<Vec<Option<Self>>>;
}

macro_rules! cells {
    ($($cell:ty, $accessor:ident;)*) => {$(
        impl<'a> Cell<'a> for $cell {
            fn full(name: &str, values: Vec<Self>) -> Column {
                Series::new(name.into(), values).into()
            }
            fn sparse(name: &str, values: Vec<Option<Self>>) -> Column {
                Series::new(name.into(), values).into()
            }
            fn values(column: &'a Column) -> Option<Vec<Option<Self>>> {
                Some(column.$accessor().ok()?.iter().collect())
            }
        }
    )*};
}

cells! {
    u32, u32;
    u64, u64;
    f64, f64;
    bool, bool;
    &'a str, str;
}

/// Which of a few texts stands in each row.
pub(crate) struct Picks(IdxCa);

impl Picks {
    /// The first text `counts[0]` times, then the second `counts[1]` times, and so on.
    pub(crate) fn in_turn(counts: impl Iterator<Item = usize>) -> Self {
        let picks = (0..).zip(counts).flat_map(|(text, count)| std::iter::repeat_n(text, count));
        Self(IdxCa::from_vec("".into(), picks.collect::<Vec<IdxSize>>()))
    }

    pub(crate) fn rows(&self) -> usize {
        self.0.len()
    }
}

/// A table that is being built, column by column.
pub(crate) struct Builder {
    head: Head,
    rows: usize,
    columns: Vec<PolarsResult<Column>>,
    /// The last column, where it is one of lists; in `columns` stands an empty list for each.
    lists: Option<Vec<Piece>>,
}

impl Builder {
    pub(crate) fn new(head: impl Into<Head>, rows: usize) -> Self {
        Self { head: head.into(), rows, columns: Vec::new(), lists: None }
    }

    /// Adds a column without gaps.
    pub(crate) fn full<'a, T: Cell<'a>>(&mut self, name: &'static str, values: impl Iterator<Item = T>) {
        self.columns.push(Ok(T::full(name, values.collect())));
    }

    /// Adds a column with gaps.
    pub(crate) fn sparse<'a, T: Cell<'a>>(&mut self, name: &'static str, values: impl Iterator<Item = Option<T>>) {
        self.columns.push(Ok(T::sparse(name, values.collect())));
    }

    /// Adds a column of texts of which each stands in many rows, and in memory once.
    pub(crate) fn picked<'a>(
        &mut self,
        name: &'static str,
        texts: impl Iterator<Item = Option<&'a str>>,
        picks: &Picks,
    ) {
        let texts = Series::new(name.into(), texts.collect::<Vec<_>>());
        self.columns.push(texts.take(&picks.0).map(Column::from));
    }

    /// Adds a column of lists of whole numbers, which must be the last one.
    pub(crate) fn lists<'a>(&mut self, name: &'static str, lists: impl Iterator<Item = &'a [u16]>) {
        let mut empty = ListPrimitiveChunkedBuilder::<UInt32Type>::new(name.into(), self.rows, 0, DataType::UInt32);
        for _ in 0..self.rows {
            empty.append_slice(&[]);
        }
        self.columns.push(Ok(empty.finish().into_series().into()));
        self.lists = Some(lists::encode(lists));
    }

    /// Adds a column of names from a closed set, as they are written in JSON.
    pub(crate) fn words<'a, T: Serialize + 'a>(&mut self, name: &'static str, values: impl Iterator<Item = &'a T>) {
        let words: Vec<String> = values.map(word).collect();
        self.full(name, words.iter().map(String::as_str));
    }

    /// The table's file name and the bytes of the file.
    ///
    /// Not compressed: the pages are dictionary and run-length encoded as they are, and a general compressor
    /// would cost more time than the bytes are worth.
    pub(crate) fn encode(self) -> Result<(String, Vec<u8>), StoreError> {
        let name = format!("{}.parquet", self.head.table);
        let failed = |error: polars::prelude::PolarsError| StoreError::Table {
            path: PathBuf::from(&name),
            why: error.to_string(),
        };
        let metadata = KeyValueMetadata::from_static(vec![
            (KEY_TABLE.to_owned(), self.head.table.to_owned()),
            (KEY_FORMAT.to_owned(), self.head.format.to_string()),
        ]);
        let mut bytes = Vec::new();
        let writer = ParquetWriter::new(&mut bytes)
            .with_compression(ParquetCompression::Uncompressed)
            .with_statistics(StatisticsOptions::empty())
            .with_key_value_metadata(Some(metadata));
        let columns = self.columns.into_iter().collect::<PolarsResult<Vec<_>>>().map_err(failed)?;
        let mut frame = DataFrame::new(self.rows, columns).map_err(failed)?;
        match self.lists {
            None => writer.finish(&mut frame).map(drop),
            Some(lists) => writer.batched(frame.schema()).and_then(|writer| write_lists(writer, &frame, lists)),
        }
        .map_err(failed)?;
        Ok((name, bytes))
    }
}

/// Writes all columns of the frame but the last, and the lists in its place.
fn write_lists(mut writer: BatchedWriter<&mut Vec<u8>>, frame: &DataFrame, lists: Vec<Piece>) -> PolarsResult<()> {
    let mut leaves = writer.parquet_schema().columns().iter().map(|column| column.descriptor.clone());
    let descriptor = leaves.next_back().ok_or_else(|| PolarsError::ComputeError("no column".into()))?;
    let mut from = 0;
    for piece in lists {
        let rows = frame.slice(from, piece.lists);
        from += i64::try_from(piece.lists).unwrap_or(i64::MAX);
        let mut pages = Some(piece.pages(descriptor.clone()));
        // Rows in one piece become one group.
        let groups = writer.encode_and_compress(&rows).map(|group| {
            let mut columns: Vec<_> = group?.collect();
            if let Some((last, pages)) = columns.last_mut().zip(pages.take()) {
                *last = pages;
            }
            Ok(DynIter::new(columns.into_iter()))
        });
        let groups = groups.collect::<PolarsResult<Vec<_>>>()?;
        writer.write_row_groups(groups)?;
    }
    writer.finish().map(drop)
}

/// How a value of a closed set is written in JSON.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        // Only types that are text in JSON come here; another one would show in the first test.
        other => format!("{other:?}"),
    }
}

/// A list of whole numbers without gaps, in the memory of the table that it was read from.
pub(crate) struct List(UInt32Chunked);

impl List {
    /// Nothing if the values are of another type, or one is missing.
    fn new(values: &Series) -> Option<Self> {
        let values = values.u32().ok()?;
        values.cont_slice().is_ok().then(|| Self(values.clone()))
    }

    pub(crate) fn values(&self) -> &[u32] {
        self.0.cont_slice().unwrap_or_default()
    }
}

/// A table that was read.
pub(crate) struct Sheet {
    path: PathBuf,
    format: FormatVersion,
    frame: DataFrame,
}

impl Sheet {
    /// Decodes the bytes of the file at `path`, which must hold the table of `head` in a major version that is read.
    pub(crate) fn decode(path: &Path, head: impl Into<Head>, bytes: &[u8]) -> Result<Self, StoreError> {
        let head = head.into();
        let failed = |why: String| StoreError::Table { path: path.to_owned(), why: shown(&why) };
        let mut reader = ParquetReader::new(Cursor::new(bytes)).read_parallel(ParallelStrategy::None);
        let metadata = reader.get_metadata().map_err(|error| failed(error.to_string()))?;
        let value = |key: &str| {
            let pairs = metadata.key_value_metadata().as_deref().unwrap_or_default();
            pairs.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone())
        };
        let found = value(KEY_TABLE).ok_or_else(|| failed("it was not written by hil".to_owned()))?;
        if found != head.table {
            return Err(failed(format!("it holds the table {found:?}, not {:?}", head.table)));
        }
        let version = value(KEY_FORMAT).ok_or_else(|| failed("it has no version".to_owned()))?;
        let version = FormatVersion::try_from(version).map_err(failed)?;
        if !(head.oldest..=head.format.major).contains(&version.major) {
            let (oldest, known) = (head.oldest, head.format);
            return Err(StoreError::Major { path: path.to_owned(), found: version, oldest, known });
        }
        let frame = reader.finish().map_err(|error| failed(error.to_string()))?;
        Ok(Self { path: path.to_owned(), format: version, frame })
    }

    /// The version that wrote it.
    pub(crate) fn format(&self) -> FormatVersion {
        self.format
    }

    pub(crate) fn rows(&self) -> usize {
        self.frame.height()
    }

    /// A column that must be there and has no gaps.
    pub(crate) fn full<'a, T: Cell<'a>>(&'a self, name: &'static str) -> Result<Vec<T>, StoreError> {
        let column = self.column(name)?;
        let values = self.values::<T>(name, column)?;
        let gap = |row: usize| self.cell(name, row, "it is empty".to_owned());
        values.into_iter().enumerate().map(|(row, value)| value.ok_or_else(|| gap(row))).collect()
    }

    /// A column of texts that must be there and has no gaps, one after the other, because a list of them is large where a table is long.
    pub(crate) fn texts(
        &self,
        name: &'static str,
    ) -> Result<impl Iterator<Item = Result<&str, StoreError>>, StoreError> {
        let column = self.column(name)?;
        let texts = column.str().map_err(|_| self.other_type(name, column))?;
        let gap = move |row: usize| self.cell(name, row, "it is empty".to_owned());
        Ok(texts.iter().enumerate().map(move |(row, text)| text.ok_or_else(|| gap(row))))
    }

    /// A column that may be missing and may have gaps.
    pub(crate) fn sparse<'a, T: Cell<'a>>(&'a self, name: &'static str) -> Result<Vec<Option<T>>, StoreError> {
        match self.frame.column(name) {
            Ok(column) => self.values(name, column),
            Err(_) => Ok((0..self.rows()).map(|_| None).collect()),
        }
    }

    /// A column of lists that must be there and has no gaps, nor have its lists.
    pub(crate) fn lists(&self, name: &'static str) -> Result<Vec<List>, StoreError> {
        let column = self.column(name)?;
        let lists = column.list().ok().filter(|lists| *lists.inner_dtype() == DataType::UInt32);
        let lists = lists.ok_or_else(|| self.other_type(name, column))?;
        let gap = |row: usize| self.cell(name, row, "it is empty, or a value of it is".to_owned());
        let list = |row| lists.get_as_series(row).and_then(|list| List::new(&list)).ok_or_else(|| gap(row));
        (0..self.rows()).map(list).collect()
    }

    /// A column of names without gaps.
    pub(crate) fn words<T: DeserializeOwned>(&self, name: &'static str) -> Result<Vec<T>, StoreError> {
        let texts = self.full::<&str>(name)?;
        texts.into_iter().enumerate().map(|(row, text)| self.parse(name, row, text)).collect()
    }

    /// A column of names that may be missing and may have gaps.
    pub(crate) fn sparse_words<T: DeserializeOwned>(&self, name: &'static str) -> Result<Vec<Option<T>>, StoreError> {
        let texts = self.sparse::<&str>(name)?;
        let parse = |(row, text): (usize, Option<&str>)| text.map(|text| self.parse(name, row, text)).transpose();
        texts.into_iter().enumerate().map(parse).collect()
    }

    /// The error for one impossible value.
    pub(crate) fn cell(&self, column: &'static str, row: usize, why: String) -> StoreError {
        StoreError::Cell { path: self.path.clone(), column, row, why: shown(&why) }
    }

    fn column(&self, name: &str) -> Result<&Column, StoreError> {
        self.frame.column(name).map_err(|_| self.failed(format!("it has no column {name}")))
    }

    fn other_type(&self, name: &str, column: &Column) -> StoreError {
        self.failed(format!("column {name} has the type {}", column.dtype()))
    }

    fn failed(&self, why: String) -> StoreError {
        StoreError::Table { path: self.path.clone(), why: shown(&why) }
    }

    fn values<'a, T: Cell<'a>>(&self, name: &str, column: &'a Column) -> Result<Vec<Option<T>>, StoreError> {
        T::values(column).ok_or_else(|| self.other_type(name, column))
    }

    /// A name from a closed set, as it is written in JSON.
    pub(crate) fn parse<T: DeserializeOwned>(
        &self,
        column: &'static str,
        row: usize,
        text: &str,
    ) -> Result<T, StoreError> {
        let deserializer: StrDeserializer<'_, WordError> = text.into_deserializer();
        T::deserialize(deserializer).map_err(|error| self.cell(column, row, error.to_string()))
    }
}
