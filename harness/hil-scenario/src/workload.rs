//! `[workload]` and `[workloads.<id>]`: what a scenario runs.

use std::collections::BTreeMap;

use hil_model::id::WorkloadId;
use hil_model::scenario::{Battery, Code, DutyCycle, Workers, Workload};

use crate::context::Context;
use crate::fields::Fields;
use crate::grammar::{BATTERY, DUTY_CYCLE, WORKLOAD};
use crate::kind::ProblemKind;
use crate::names::hint;
use crate::raw::{Table, Value};
use crate::source::At;
use crate::suite;

/// One workload of a file, as far as it could be read.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its header.
    pub(crate) at: At,
    /// What it runs, if one of the ways to say so is there.
    pub(crate) code: Option<CodeKind>,
    pub(crate) has_dataset: bool,
    pub(crate) has_duty_cycle: bool,
    pub(crate) has_battery: bool,
    /// Nothing when a problem was reported.
    pub(crate) workload: Option<Workload>,
}

/// The ways to name code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeKind {
    Kernel,
    Suite,
    Command,
}

/// The workloads of a file by id.
#[derive(Debug, Default)]
pub(crate) struct Workloads {
    pub(crate) entries: BTreeMap<WorkloadId, Entry>,
}

impl Workloads {
    /// The workload that a table names under `key`; reports a name that is not one of the file's.
    pub(crate) fn named(&self, cx: &mut Context<'_>, id: &WorkloadId, at: At) -> bool {
        if self.entries.contains_key(id) {
            return true;
        }
        // A broken header may have been the one that is missed.
        if !cx.lost.may_hold(id.as_str()) && !cx.lost.may_hold("workloads") && !cx.lost.may_hold("workload") {
            let known: Vec<&str> = self.entries.keys().map(WorkloadId::as_str).collect();
            let advice = hint(id.as_str(), "workload", &known);
            cx.error(at, ProblemKind::UnknownName { what: "workload", name: id.to_string() }).hint(advice);
        }
        false
    }

    /// Whether the scenario runs criterion suites.
    pub(crate) fn are_suites(&self) -> bool {
        self.entries.values().any(|entry| entry.code == Some(CodeKind::Suite))
    }

    /// The workload of a table that names none: `main`, or the only one.
    pub(crate) fn default_id(&self) -> Option<WorkloadId> {
        let main = WorkloadId::main();
        if self.entries.contains_key(&main) {
            return Some(main);
        }
        let mut ids = self.entries.keys();
        match (ids.next(), ids.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => None,
        }
    }
}

/// Reads all workloads of the scenario `file`.
pub(crate) fn read_all(cx: &mut Context<'_>, file: &Fields<'_>) -> Workloads {
    let mut workloads = Workloads::default();
    if let Some((table, at)) = file.table("workload") {
        workloads.entries.insert(WorkloadId::main(), read(cx, table, at));
    }
    // Not `file.table`: one bad entry must not make the others unknown.
    if let Some(Value::Table(named)) = file.any_node("workloads").map(|node| &node.value) {
        for entry in &named.entries {
            let (Ok(id), Value::Table(table)) = (WorkloadId::new(entry.key.as_str()), &entry.node.value) else {
                continue;
            };
            if let Some(first) = workloads.entries.get(&id) {
                let first = first.at;
                cx.error(entry.node.at, ProblemKind::DuplicateWorkload)
                    .hint("give one of them another id, or remove it")
                    .related(first, "the other one");
                continue;
            }
            workloads.entries.insert(id, read(cx, table, entry.node.at));
        }
    }
    refuse_a_mixture(cx, &workloads);
    let is_lost = cx.lost.may_hold("workload") || cx.lost.may_hold("workloads");
    if !file.has("workload") && !file.has("workloads") && !is_lost {
        let kind = ProblemKind::NoneOf { table: "the scenario", keys: "workload, workloads".to_owned() };
        cx.error(file.at, kind).hint("add [workload] with a kernel, a suite or a command");
    }
    workloads
}

/// A suite is a program of its own with its own loop, so it cannot take turns with what an agent runs.
fn refuse_a_mixture(cx: &mut Context<'_>, workloads: &Workloads) {
    let suite = workloads.entries.values().find(|entry| entry.code == Some(CodeKind::Suite)).map(|entry| entry.at);
    let Some(suite) = suite else { return };
    for (id, entry) in &workloads.entries {
        if matches!(entry.code, Some(CodeKind::Kernel | CodeKind::Command)) {
            cx.error(entry.at, ProblemKind::MixedSuite { name: id.to_string() })
                .hint("give the suites a scenario of their own")
                .related(suite, "a suite");
        }
    }
}

fn read(cx: &mut Context<'_>, table: &Table, at: At) -> Entry {
    let fields = Fields::open(cx, table, at, &WORKLOAD);
    let duty_cycle = fields.table("duty_cycle").map(|(table, at)| read_duty_cycle(cx, table, at));
    let battery = fields.table("battery").map(|(table, at)| read_battery(cx, table, at));
    let kinds = [("kernel", CodeKind::Kernel), ("suite", CodeKind::Suite), ("command", CodeKind::Command)];
    Entry {
        at,
        code: kinds.into_iter().find(|(key, _)| fields.has(key)).map(|(_, kind)| kind),
        has_dataset: fields.has("dataset"),
        has_duty_cycle: fields.has("duty_cycle"),
        has_battery: fields.has("battery"),
        workload: assemble(cx, &fields, duty_cycle, battery),
    }
}

/// The workload, if every part that is written could be read.
fn assemble(
    cx: &mut Context<'_>,
    fields: &Fields<'_>,
    duty_cycle: Option<Option<DutyCycle>>,
    battery: Option<Option<Battery>>,
) -> Option<Workload> {
    let code = if fields.has("kernel") {
        Code::Kernel(fields.name("kernel")?)
    } else if fields.has("command") {
        let words = fields.list("command").iter().filter_map(|word| match &word.value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        });
        Code::Command(words.collect())
    } else {
        Code::Criterion(Box::new(suite::read(cx, fields)?))
    };
    Some(Workload {
        code,
        dataset: if fields.has("dataset") { Some(fields.name("dataset")?) } else { None },
        workers: fields.count("workers").map_or(Workers::EveryCore, Workers::Fixed),
        duty_cycle: optional(duty_cycle)?,
        battery: optional(battery)?,
    })
}

/// Something that may be absent, but not unreadable.
fn optional<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(None) => None,
        Some(Some(part)) => Some(Some(part)),
    }
}

fn read_duty_cycle(cx: &mut Context<'_>, table: &Table, at: At) -> Option<DutyCycle> {
    let fields = Fields::open(cx, table, at, &DUTY_CYCLE);
    Some(DutyCycle { period: fields.amount("period")?, sleep: fields.text("sleep")?.to_owned() })
}

fn read_battery(cx: &mut Context<'_>, table: &Table, at: At) -> Option<Battery> {
    let fields = Fields::open(cx, table, at, &BATTERY);
    Some(Battery { capacity: fields.amount("capacity")?, why: fields.text("why")?.to_owned() })
}
