//! A table held against its description: everything that can be said about its keys without knowing their meaning.
//!
//! Guarantees: after [`Fields::open`], each wrong key is reported once, and the getters return only values of the
//! right form. A getter that returns nothing for a key that is there needs no further report.

use std::collections::BTreeSet;

use hil_model::limit::Limit;
use hil_model::metric::{Metric, Statistic};
use hil_model::units::{AnyQuantity, Dimensioned, Quantity};

use crate::context::Context;
use crate::form;
use crate::keys::{Keys, Presence};
use crate::kind::ProblemKind;
use crate::names::{brief, hint, nearest};
use crate::raw::{Node, Table, Value};
use crate::source::At;

/// A table whose keys were checked.
pub(crate) struct Fields<'t> {
    table: &'t Table,
    wrong: BTreeSet<&'t str>,
    /// The header or the opening of the table.
    pub(crate) at: At,
}

impl<'t> Fields<'t> {
    /// Checks every key of `table`, whose place is `at`, against `keys`.
    pub(crate) fn open(cx: &mut Context<'_>, table: &'t Table, at: At, keys: &'static Keys) -> Self {
        let mut fields = Self { table, wrong: BTreeSet::new(), at };
        // A misspelt key is one mistake: the right one is not missing besides.
        let mut meant: BTreeSet<&'static str> = BTreeSet::new();
        for entry in &table.entries {
            match keys.find(&entry.key) {
                None => {
                    meant.extend(nearest(&entry.key, &keys.names()));
                    let advice = hint(&entry.key, "key", &keys.names());
                    let kind = ProblemKind::UnknownKey { key: brief(&entry.key), table: keys.name };
                    cx.error(entry.key_at, kind).hint(advice);
                }
                Some(key) => {
                    if !form::check(cx, key.name, &key.form, &entry.node) {
                        fields.wrong.insert(&entry.key);
                    }
                }
            }
        }
        let excused = |cx: &Context<'_>, key: &str| cx.lost.may_hold(key) || meant.contains(key);
        fields.check_presence(cx, keys, &excused);
        fields.check_company(cx, keys, &excused);
        fields
    }

    /// Reports what is missing, unless it is `excused`.
    fn check_presence(&self, cx: &mut Context<'_>, keys: &'static Keys, excused: &dyn Fn(&Context<'_>, &str) -> bool) {
        for key in keys.keys {
            let others = match key.presence {
                Presence::Optional => continue,
                Presence::Required => &[],
                Presence::Unless(others) => others,
            };
            let there_or_excused = |key: &str| self.has(key) || excused(cx, key);
            if !there_or_excused(key.name) && !others.iter().any(|other| there_or_excused(other)) {
                let advice = format!("add {}: {}", key.name, key.about);
                cx.error(self.at, ProblemKind::MissingKey { key: key.name, table: keys.name }).hint(advice);
            }
        }
    }

    /// Reports keys that exclude or need each other.
    fn check_company(&self, cx: &mut Context<'_>, keys: &'static Keys, excused: &dyn Fn(&Context<'_>, &str) -> bool) {
        let apart = |cx: &mut Context<'_>, other: &'static str, key: &'static str| {
            if let (Some(first), Some(second)) = (self.table.get(other), self.table.get(key)) {
                cx.error(second.key_at, ProblemKind::NotTogether { key, other })
                    .hint(format!("keep one of {other:?} and {key:?}"))
                    .related(first.key_at, "the other one");
            }
        };
        let present: Vec<&'static str> = keys.one_of.iter().copied().filter(|key| self.has(key)).collect();
        if let Some((first, others)) = present.split_first() {
            for key in others {
                apart(cx, first, key);
            }
        } else if !keys.one_of.is_empty() && !keys.one_of.iter().any(|key| excused(cx, key)) {
            let names = keys.one_of.join(", ");
            let advice = format!("add exactly one of {names}");
            cx.error(self.at, ProblemKind::NoneOf { table: keys.name, keys: names }).hint(advice);
        }
        for (other, key) in keys.apart {
            apart(cx, other, key);
        }
        for (key, other) in keys.needs {
            if let Some(entry) = self.table.get(key)
                && !self.has(other)
                && !excused(cx, other)
            {
                let is_excluded = keys.one_of.contains(other) && !present.is_empty();
                let advice = match keys.find(other) {
                    Some(other) if !is_excluded => format!("add {}: {}", other.name, other.about),
                    _ => format!("remove {key}"),
                };
                cx.error(entry.key_at, ProblemKind::NeedsKey { key, other }).hint(advice);
            }
        }
    }

    /// Whether the key is there, right or wrong.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// The place of the key's value, or of the table.
    pub(crate) fn value_at(&self, key: &str) -> At {
        self.table.get(key).map_or(self.at, |entry| entry.node.at)
    }

    /// The key's node, right or wrong.
    pub(crate) fn any_node(&self, key: &str) -> Option<&'t Node> {
        self.table.get(key).map(|entry| &entry.node)
    }

    /// The key's node, if it has the right form.
    pub(crate) fn node(&self, key: &str) -> Option<&'t Node> {
        self.table.get(key).filter(|_| !self.wrong.contains(key)).map(|entry| &entry.node)
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'t str> {
        match &self.node(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of the key as a name.
    pub(crate) fn name<N: TryFrom<String>>(&self, key: &str) -> Option<N> {
        self.text(key).and_then(|text| N::try_from(text.to_owned()).ok())
    }

    pub(crate) fn count(&self, key: &str) -> Option<u32> {
        match self.node(key)?.value {
            Value::Integer(number) => u32::try_from(number).ok(),
            _ => None,
        }
    }

    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        form::as_number(self.node(key)?)
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.node(key)?.value {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    pub(crate) fn amount<D: Dimensioned>(&self, key: &str) -> Option<Quantity<D>> {
        AnyQuantity::parse(self.text(key)?).ok()?.typed().ok()
    }

    pub(crate) fn limit(&self, key: &str) -> Option<Limit> {
        Limit::parse(self.text(key)?).ok()
    }

    pub(crate) fn metric(&self, key: &str) -> Option<Metric> {
        Metric::find(self.text(key)?)
    }

    pub(crate) fn statistic(&self, key: &str) -> Option<Statistic> {
        Statistic::find(self.text(key)?)
    }

    /// The items of a list.
    pub(crate) fn list(&self, key: &str) -> &'t [Node] {
        match self.node(key).map(|node| &node.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// The key's table and its place.
    pub(crate) fn table(&self, key: &str) -> Option<(&'t Table, At)> {
        let node = self.node(key)?;
        match &node.value {
            Value::Table(table) => Some((table, node.at)),
            _ => None,
        }
    }

    /// The tables of a list of tables, each with its place.
    pub(crate) fn tables(&self, key: &str) -> impl Iterator<Item = (&'t Table, At)> {
        self.list(key).iter().filter_map(|item| match &item.value {
            Value::Table(table) => Some((table, item.at)),
            _ => None,
        })
    }
}
