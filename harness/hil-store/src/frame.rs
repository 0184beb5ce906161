//! One table in memory, to and from the bytes of a Parquet file. The only file that names polars.
//!
//! Guarantees: a file carries its table name and version; a file of another table or major version becomes an
//! error that names it. Left to [`sums`](crate::sums): damage. The decoder believes the lengths that it finds, and
//! a wrong one can end the process, so it must only see bytes that were written by [`Builder::encode`].

use std::io::Cursor;
use std::path::{Path, PathBuf};

use hil_model::run::FormatVersion;
use hil_model::text::shown;
use polars::prelude::{
    Column, DataFrame, KeyValueMetadata, NamedFrom, ParallelStrategy, ParquetCompression, ParquetReader, ParquetWriter,
    SerReader, Series, StatisticsOptions,
};
use serde::Serialize;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use crate::error::StoreError;
use crate::schema::{KEY_FORMAT, KEY_TABLE, TABLES_FORMAT, Table};

/// What a file says it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Name of the table, and of its file without the extension.
    pub(crate) table: &'static str,
    /// The version that this build writes.
    pub(crate) format: FormatVersion,
}

impl From<Table> for Head {
    fn from(table: Table) -> Self {
        Self { table: table.name(), format: TABLES_FORMAT }
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

/// A table that is being built, column by column.
pub(crate) struct Builder {
    head: Head,
    rows: usize,
    columns: Vec<Column>,
}

impl Builder {
    pub(crate) fn new(head: impl Into<Head>, rows: usize) -> Self {
        Self { head: head.into(), rows, columns: Vec::new() }
    }

    /// Adds a column without gaps.
    pub(crate) fn full<'a, T: Cell<'a>>(&mut self, name: &'static str, values: impl Iterator<Item = T>) {
        self.columns.push(T::full(name, values.collect()));
    }

    /// Adds a column with gaps.
    pub(crate) fn sparse<'a, T: Cell<'a>>(&mut self, name: &'static str, values: impl Iterator<Item = Option<T>>) {
        self.columns.push(T::sparse(name, values.collect()));
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
        let mut frame = DataFrame::new(self.rows, self.columns).map_err(failed)?;
        let metadata = KeyValueMetadata::from_static(vec![
            (KEY_TABLE.to_owned(), self.head.table.to_owned()),
            (KEY_FORMAT.to_owned(), self.head.format.to_string()),
        ]);
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes)
            .with_compression(ParquetCompression::Uncompressed)
            .with_statistics(StatisticsOptions::empty())
            .with_key_value_metadata(Some(metadata))
            .finish(&mut frame)
            .map_err(failed)?;
        Ok((name, bytes))
    }
}

/// How a value of a closed set is written in JSON.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        // Only types that are text in JSON come here; another one would show in the first test.
        other => format!("{other:?}"),
    }
}

/// A table that was read.
pub(crate) struct Sheet {
    path: PathBuf,
    format: FormatVersion,
    frame: DataFrame,
}

impl Sheet {
    /// Decodes the bytes of the file at `path`, which must hold the table of `head` in its major version.
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
        if version.major != head.format.major {
            return Err(StoreError::Major { path: path.to_owned(), found: version, known: head.format });
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
        let column = self.frame.column(name).map_err(|_| self.failed(format!("it has no column {name}")))?;
        let values = self.values::<T>(name, column)?;
        let gap = |row: usize| self.cell(name, row, "it is empty".to_owned());
        values.into_iter().enumerate().map(|(row, value)| value.ok_or_else(|| gap(row))).collect()
    }

    /// A column that may be missing and may have gaps.
    pub(crate) fn sparse<'a, T: Cell<'a>>(&'a self, name: &'static str) -> Result<Vec<Option<T>>, StoreError> {
        match self.frame.column(name) {
            Ok(column) => self.values(name, column),
            Err(_) => Ok((0..self.rows()).map(|_| None).collect()),
        }
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

    fn failed(&self, why: String) -> StoreError {
        StoreError::Table { path: self.path.clone(), why: shown(&why) }
    }

    fn values<'a, T: Cell<'a>>(&self, name: &str, column: &'a Column) -> Result<Vec<Option<T>>, StoreError> {
        T::values(column).ok_or_else(|| self.failed(format!("column {name} has the type {}", column.dtype())))
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
