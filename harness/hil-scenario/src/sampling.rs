//! `[sampling]`: how much is run, with every default filled in.

use hil_model::scenario::Sampling;
use hil_model::units::Time;

use crate::context::Context;
use crate::fields::Fields;
use crate::grammar::SAMPLING;
use crate::kind::ProblemKind;
use crate::raw::Table;
use crate::source::At;

/// Reads the table, which may be absent. Values that cannot be read were reported and are replaced by defaults.
/// A process start of a suite may take the whole budget; by criterion's own defaults it takes about ten seconds.
pub(crate) fn read(cx: &mut Context<'_>, table: Option<(&Table, At)>, are_suites: bool) -> Sampling {
    let fields = table.map(|(table, at)| Fields::open(cx, table, at, &SAMPLING));
    let count = |key| fields.as_ref().and_then(|fields| fields.count(key));
    let duration = |key| {
        let amount = fields.as_ref().and_then(|fields| fields.amount::<Time>(key));
        amount.map(hil_model::units::Quantity::duration)
    };
    let budget = duration("budget").unwrap_or(Sampling::DEFAULT_BUDGET);
    let timeout = duration("timeout");
    if let (Some(timeout), Some(fields)) = (timeout, &fields)
        && timeout > budget
    {
        let text = fields.text("timeout").unwrap_or_default().to_owned();
        let kind = ProblemKind::AmountOutOfRange { key: "timeout".to_owned(), text, range: "at most the budget" };
        let budget = fields.text("budget").unwrap_or("60 s, the default");
        cx.error(fields.value_at("timeout"), kind).hint(format!("the budget is {budget}"));
    }
    let looks = count("looks").unwrap_or(Sampling::DEFAULT_LOOKS);
    if let (true, 2.., Some(fields)) = (are_suites, looks, &fields) {
        let text = looks.to_string();
        let kind = ProblemKind::AmountOutOfRange { key: "looks".to_owned(), text, range: "1 for suites" };
        cx.error(fields.value_at("looks"), kind).hint("a suite is started as often as `starts` says");
    }
    Sampling {
        warmup: count("warmup").unwrap_or(Sampling::DEFAULT_WARMUP),
        min_samples: count("min_samples"),
        starts: count("starts").unwrap_or(Sampling::DEFAULT_STARTS),
        looks: if are_suites { Sampling::DEFAULT_LOOKS } else { looks },
        pairs: count("pairs"),
        budget,
        timeout: timeout.unwrap_or(if are_suites { budget } else { Sampling::DEFAULT_TIMEOUT.min(budget) }),
    }
}
