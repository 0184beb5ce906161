//! `extends`: a file and its bases merged into one table, in which every value still knows the file it came from.
//!
//! Tables are merged key by key and what stands nearer to the end of the chain wins; `[[check]]`, `[[alert]]` and `[[side_by_side]]`
//! of a base come before those of the file. Paths are joined by their names alone: this crate follows no links.

use std::collections::BTreeMap;

use crate::context::Lost;
use crate::form::line_error;
use crate::kind::ProblemKind;
use crate::names::brief;
use crate::problem::Draft;
use crate::raw::{Entry, Node, Table, Value};
use crate::source::{At, FileId, Source, Sources, join};
use crate::syntax::{self, Parsed};

/// Files that one chain may have; three are a lot.
pub(crate) const MAX_CHAIN: usize = 8;

/// A file merged with its bases.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// Nothing when the file itself could not be read at all.
    pub(crate) table: Option<Table>,
    pub(crate) lost: Lost,
    pub(crate) drafts: Vec<Draft>,
}

/// Reads and parses files, each once.
pub(crate) struct Loader<'s> {
    source: &'s dyn Source,
    pub(crate) sources: Sources,
    parsed: BTreeMap<FileId, Parsed>,
}

impl<'s> Loader<'s> {
    pub(crate) fn new(source: &'s dyn Source) -> Self {
        Self { source, sources: Sources::default(), parsed: BTreeMap::new() }
    }

    /// Takes a file in and parses it; a file that is already known is left as it is.
    pub(crate) fn add(&mut self, name: &str, bytes: &[u8]) -> FileId {
        if let Some(id) = self.sources.find(name) {
            return id;
        }
        let (id, draft) = self.sources.add(name, bytes);
        let parsed = match draft {
            Some(draft) => Parsed { table: None, mistakes: vec![draft], lost: Default::default() },
            None => syntax::parse(self.sources.text_of(id), id),
        };
        self.parsed.insert(id, parsed);
        id
    }

    /// Merges a file with its bases.
    pub(crate) fn merge(&mut self, id: FileId) -> Merged {
        let mut merged = Merged::default();
        merged.table = self.resolve(id, &mut Vec::new(), &mut merged);
        merged
    }

    fn resolve(&mut self, id: FileId, chain: &mut Vec<FileId>, merged: &mut Merged) -> Option<Table> {
        chain.push(id);
        let parsed = self.parsed.get(&id)?;
        merged.drafts.extend(parsed.mistakes.iter().cloned());
        merged.lost.names.extend(parsed.lost.iter().cloned());
        merged.lost.everything |= parsed.table.is_none() || parsed.lost.contains("extends");
        let mut table = parsed.table.clone()?;
        // What it says is said here; the readers of tables see only what it amounts to.
        let Some(index) = table.entries.iter().position(|entry| entry.key == "extends") else { return Some(table) };
        let extends = table.entries.remove(index).node;
        let base = match self.base(&extends, chain) {
            Ok(base) => self.resolve(base, chain, merged),
            Err(draft) => {
                merged.drafts.push(*draft);
                None
            }
        };
        let Some(base) = base else {
            merged.lost.everything = true;
            return Some(table);
        };
        Some(merge_tables(base, table, true))
    }

    /// The file that `extends` names.
    fn base(&mut self, extends: &Node, chain: &[FileId]) -> Result<FileId, Box<Draft>> {
        let Value::Text(written) = &extends.value else {
            let (key, found) = ("extends".to_owned(), extends.value.kind());
            return Err(Box::new(Draft::error(extends.at, ProblemKind::WrongType { key, found, wanted: "a text" })));
        };
        if let Some(why) = path_error(written) {
            let mut draft = Draft::error(extends.at, ProblemKind::BasePath { path: brief(written), why });
            draft.hint("write a path relative to this file, such as \"../_base/keyword.toml\"");
            return Err(Box::new(draft));
        }
        let path = join(self.sources.name(extends.at.file), written);
        let show = |sources: &Sources| {
            let names = chain.iter().map(|id| sources.name(*id)).chain([path.as_str()]);
            names.map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" -> ")
        };
        let known = self.sources.find(&path);
        if known.is_some_and(|id| chain.contains(&id)) {
            let chain = show(&self.sources);
            return Err(Box::new(Draft::error(extends.at, ProblemKind::BaseLoop { chain })));
        }
        if chain.len() >= MAX_CHAIN {
            let chain = show(&self.sources);
            return Err(Box::new(Draft::error(extends.at, ProblemKind::BaseTooDeep { most: MAX_CHAIN, chain })));
        }
        if let Some(id) = known {
            return Ok(id);
        }
        match self.source.read(&path) {
            Ok(bytes) => Ok(self.add(&path, &bytes)),
            Err(error) => {
                let advice = format!("the chain of inheritance is {}", show(&self.sources));
                let mut draft = Draft::error(extends.at, ProblemKind::BaseUnreadable { path, why: error.to_string() });
                draft.hint(advice);
                Err(Box::new(draft))
            }
        }
    }
}

/// Why a path is not one to inherit from, if it is not. Only TOML files are read, so that no scenario can make a
/// report quote another kind of file.
fn path_error(path: &str) -> Option<&'static str> {
    if let Some(why) = line_error(path) {
        return Some(why);
    }
    if path.starts_with('/') || path.contains('\\') || path.contains(':') {
        return Some("it must be relative to this file, with '/' between folders");
    }
    (!path.ends_with(".toml")).then_some("it must end in .toml")
}

/// Key by key; what is in `child` wins.
fn merge_tables(mut base: Table, child: Table, is_top: bool) -> Table {
    let places: BTreeMap<String, usize> =
        base.entries.iter().enumerate().map(|(index, entry)| (entry.key.clone(), index)).collect();
    for entry in child.entries {
        match places.get(&entry.key) {
            Some(index) => {
                let slot = &mut base.entries[*index];
                let below = std::mem::replace(slot, entry);
                merge_values(slot, below, is_top);
            }
            None => base.entries.push(entry),
        }
    }
    base
}

fn merge_values(above: &mut Entry, below: Entry, is_top: bool) {
    match (&mut above.node.value, below.node.value) {
        (Value::Table(table), Value::Table(base)) => {
            *table = merge_tables(base, std::mem::take(table), false);
        }
        (Value::List(items), Value::List(base))
            if is_top && matches!(above.key.as_str(), "check" | "alert" | "side_by_side") =>
        {
            items.splice(0..0, base);
        }
        _ => {}
    }
}

/// The whole file, for what is missing in it.
pub(crate) fn top_of(id: FileId) -> At {
    At::new(id, 0..0)
}
