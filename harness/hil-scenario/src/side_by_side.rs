//! `[[side_by_side]]`: workloads that reports show beside each other.

use hil_model::id::WorkloadId;
use hil_model::scenario::SideBySide;

use crate::context::Context;
use crate::fields::Fields;
use crate::grammar::SIDE_BY_SIDE;
use crate::kind::ProblemKind;
use crate::raw::{Table, Value};
use crate::source::At;
use crate::workload::Workloads;

/// Reads one; nothing when a problem was reported.
pub(crate) fn read(cx: &mut Context<'_>, table: &Table, at: At, workloads: &Workloads) -> Option<SideBySide> {
    let fields = Fields::open(cx, table, at, &SIDE_BY_SIDE);
    let baseline: WorkloadId = fields.name("baseline")?;
    let mut complete = workloads.named(cx, &baseline, fields.value_at("baseline"));
    let mut others: Vec<WorkloadId> = Vec::new();
    for item in fields.list("workloads") {
        let Value::Text(text) = &item.value else { continue };
        let Ok(id) = WorkloadId::new(text.as_str()) else { continue };
        if others.contains(&id) || id == baseline {
            cx.error(item.at, ProblemKind::SameWorkload { name: id.to_string() });
            complete = false;
        }
        complete &= workloads.named(cx, &id, item.at);
        others.push(id);
    }
    let title = fields.text("title")?.to_owned();
    (complete && !others.is_empty()).then_some(SideBySide { title, baseline, workloads: others })
}
