//! The JSON Schema (2020-12) of the scenario file, made from the tables that the checker walks.
//!
//! A schema sees one file at a time and no values across keys. So it asks for keys only where nothing can be
//! inherited, and leaves units, names and everything between keys to the checker.

use hil_model::id::MAX_NAME_LEN;
use serde_json::{Map, Value, json};

use crate::form::{MAX_LINE, words};
use crate::grammar::SCENARIO;
use crate::keys::{EVERY_CORE, Form, Key, Keys, NameKind, Presence, WordKind};
use crate::lab::grammar::LAB;

/// The schema as a value; a scenario file that has no problems is valid under it.
#[must_use]
pub fn schema() -> Value {
    let mut schema = table(&SCENARIO);
    let extra = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Hilbench scenario",
        "anyOf": [{"required": ["extends"]}, demands(&SCENARIO)],
    });
    if let (Value::Object(schema), Value::Object(extra)) = (&mut schema, extra) {
        schema.extend(extra);
    }
    schema
}

/// The schema of the lab file.
#[must_use]
pub fn lab_schema() -> Value {
    whole(&LAB, "Hilbench lab")
}

/// The schema of the file of acknowledgements.
#[must_use]
pub fn acknowledgements_schema() -> Value {
    whole(&crate::acknowledge::FILE, "Hilbench acknowledgements")
}

/// The schema of a file that inherits from no other.
fn whole(keys: &Keys, title: &str) -> Value {
    let mut schema = table(keys);
    let extra = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title});
    if let (Value::Object(schema), Value::Object(extra), Value::Object(demands)) = (&mut schema, extra, demands(keys)) {
        schema.extend(extra);
        schema.extend(demands);
    }
    schema
}

/// A table without what it asks for, since that may be inherited.
fn table(keys: &Keys) -> Value {
    let properties: Map<String, Value> = keys.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    json!({
        "type": "object",
        "description": keys.about,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn property(key: &Key) -> Value {
    let mut schema = form(&key.form);
    if let Value::Object(schema) = &mut schema {
        schema.insert("description".to_owned(), key.about.into());
    }
    schema
}

fn form(form: &Form) -> Value {
    match form {
        Form::Name(kind) => name(*kind),
        Form::WorkloadNames { least } => {
            json!({"type": "array", "items": name(NameKind::Workload), "minItems": least, "uniqueItems": true})
        }
        Form::Line => json!({"type": "string", "minLength": 1, "maxLength": MAX_LINE}),
        Form::Lines => json!({"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}),
        Form::BasePath => json!({"type": "string", "pattern": "^[^/:\\\\][^:\\\\]*\\.toml$"}),
        Form::Word(WordKind::Statistic) => json!({
            "anyOf": [{"enum": words(WordKind::Statistic)}, {"type": "string", "pattern": "^p[1-9][0-9]?$"}],
        }),
        Form::Word(kind) => json!({"enum": words(*kind)}),
        Form::Amount(amount) => json!({"type": "string", "examples": [amount.example]}),
        Form::Limit => {
            json!({"type": "string", "examples": ["< 15 ms", ">= 2 x", "40..60 %", "2.5 MB +- 25 %"]})
        }
        Form::Count { least, most } => json!({"type": "integer", "minimum": least, "maximum": most}),
        Form::Workers => json!({"anyOf": [{"const": EVERY_CORE}, {"type": "integer", "minimum": 1}]}),
        Form::Flag => json!({"type": "boolean"}),
        Form::Number { least, most } => json!({"type": "number", "minimum": least, "maximum": most}),
        Form::True => json!({"const": true}),
        Form::Table(keys) => table(keys),
        Form::TablesByName(keys) => {
            json!({"type": "object", "propertyNames": name(NameKind::Workload), "additionalProperties": table(keys)})
        }
        // Items of a list are never merged, so each must be whole.
        Form::Tables(keys) => {
            let mut item = table(keys);
            if let (Value::Object(item), Value::Object(demands)) = (&mut item, demands(keys)) {
                item.extend(demands);
            }
            json!({"type": "array", "items": item, "minItems": 1})
        }
    }
}

/// What a table asks for: keys that must be there, and how keys go together.
fn demands(keys: &Keys) -> Value {
    let mut required = Vec::new();
    let mut all_of = Vec::new();
    for key in keys.keys {
        match key.presence {
            Presence::Optional => {}
            Presence::Required => required.push(key.name),
            Presence::Unless(others) => all_of.push(json!({"anyOf": each_required(others.iter().chain([&key.name]))})),
        }
        match &key.form {
            Form::Table(inner) => all_of.push(json!({"properties": {key.name: demands(inner)}})),
            Form::TablesByName(inner) => {
                all_of.push(json!({"properties": {key.name: {"additionalProperties": demands(inner)}}}));
            }
            _ => {}
        }
    }
    if !keys.one_of.is_empty() {
        all_of.push(json!({"oneOf": each_required(keys.one_of.iter())}));
    }
    all_of.extend(keys.apart.iter().map(|(a, b)| json!({"not": {"required": [a, b]}})));
    all_of.extend(keys.needs.iter().map(|(key, other)| json!({"dependentRequired": {*key: [other]}})));
    let mut demands = Map::new();
    if !required.is_empty() {
        demands.insert("required".to_owned(), required.into());
    }
    if !all_of.is_empty() {
        demands.insert("allOf".to_owned(), all_of.into());
    }
    Value::Object(demands)
}

fn each_required<'k>(keys: impl Iterator<Item = &'k &'static str>) -> Vec<Value> {
    keys.map(|key| json!({"required": [key]})).collect()
}

fn name(kind: NameKind) -> Value {
    let pattern = match kind {
        NameKind::Target => "^[A-Z]{2,8}-[0-9]{1,4}$",
        NameKind::Scenario
        | NameKind::Platform
        | NameKind::NewPlatform
        | NameKind::Kernel
        | NameKind::Dataset
        | NameKind::Workload
        | NameKind::Board
        | NameKind::CaseTable => "^[a-z0-9]([a-z0-9_./-]*[a-z0-9])?$",
    };
    json!({"type": "string", "pattern": pattern, "maxLength": MAX_NAME_LEN})
}
