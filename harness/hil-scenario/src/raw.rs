//! A file as written: a tree of values in which every key and value knows its place.
//!
//! Guarantees: entries stand in the order of the file; the tree is at most [`MAX_DEPTH`] levels deep, so walking it
//! cannot exhaust the stack. What the values mean is left to others; [`crate::syntax`] makes the tree.

use toml::de::{DeInteger, DeTable, DeValue};

use crate::source::{At, FileId};

/// Levels that are kept. A scenario needs four; below the last one, tables and arrays become [`Value::TooDeep`].
const MAX_DEPTH: usize = 8;

/// A value and its place. The place of a `[table]` is its header.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) at: At,
    pub(crate) value: Value,
}

/// What TOML can hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    /// Saturated: no integer of a scenario comes near the ends of the range.
    Integer(i64),
    Float(f64),
    Flag(bool),
    Date,
    List(Vec<Node>),
    Table(Table),
    TooDeep,
}

impl Value {
    /// The type in words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number with a fraction",
            Self::Flag(true) => "true",
            Self::Flag(false) => "false",
            Self::Date => "a date or time",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::TooDeep => "nested too deeply",
        }
    }
}

/// A table in the order of its file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_at: At,
    pub(crate) node: Node,
}

impl Table {
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// Copies a parsed table, with places in `file`.
pub(crate) fn table(parsed: &DeTable<'_>, file: FileId) -> Table {
    table_at(parsed, file, 0)
}

fn table_at(parsed: &DeTable<'_>, file: FileId, depth: usize) -> Table {
    let mut entries: Vec<Entry> = parsed
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_at: At::new(file, key.span()),
            node: Node { at: At::new(file, value.span()), value: copy(value.get_ref(), file, depth + 1) },
        })
        .collect();
    // The parser keeps entries sorted by key.
    entries.sort_by_key(|entry| entry.key_at.start);
    Table { entries }
}

fn copy(parsed: &DeValue<'_>, file: FileId, depth: usize) -> Value {
    match parsed {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Integer(integer(number)),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(_) | DeValue::Table(_) if depth >= MAX_DEPTH => Value::TooDeep,
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| Node { at: At::new(file, item.span()), value: copy(item.get_ref(), file, depth + 1) })
                .collect(),
        ),
        DeValue::Table(inner) => Value::Table(table_at(inner, file, depth)),
    }
}

fn integer(number: &DeInteger<'_>) -> i64 {
    let text = number.as_str();
    let end = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    i64::from_str_radix(text, number.radix()).unwrap_or(end)
}
