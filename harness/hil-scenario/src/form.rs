//! Whether a single value has the form that its key asks for; rules between values are left to the readers of tables.

use hil_model::id::{DatasetName, KernelName, NameError, PlatformId, ScenarioId, TableName, TargetId, WorkloadId};
use hil_model::limit::{Limit, LimitError};
use hil_model::metric::{Metric, Statistic};
use hil_model::scenario::Severity;
use hil_model::units::{AnyQuantity, Dimension, QuantityError, Unit};

use crate::context::Context;
use crate::keys::{Amount, EVERY_CORE, Form, NameKind, WordKind};
use crate::kind::ProblemKind;
use crate::names::{brief, hint};
use crate::raw::{Node, Value};

/// The longest line of text, in characters.
pub(crate) const MAX_LINE: usize = 500;
/// Severities as they are written.
pub(crate) const SEVERITIES: [(&str, Severity); 3] =
    [("info", Severity::Info), ("warning", Severity::Warning), ("critical", Severity::Critical)];

/// Reports what is wrong with the value of `key`; whether nothing is.
pub(crate) fn check(cx: &mut Context<'_>, key: &str, form: &Form, node: &Node) -> bool {
    match (form, &node.value) {
        (Form::Name(kind), Value::Text(text)) => name(cx, *kind, text, node),
        (Form::Line | Form::BasePath, Value::Text(text)) => line(cx, key, text, node),
        (Form::Word(kind), Value::Text(text)) => word(cx, *kind, text, node),
        (Form::Amount(range), Value::Text(text)) => line(cx, key, text, node) && amount(cx, key, range, text, node),
        (Form::Limit, Value::Text(text)) => line(cx, key, text, node) && limit(cx, text, node),
        (Form::Workers, Value::Text(text)) => {
            text == EVERY_CORE || unknown_word(cx, "number of workers", text, &[EVERY_CORE], node)
        }
        (Form::Workers, Value::Integer(number)) => count(cx, key, *number, 1, 4_096, node),
        (Form::Count { least, most }, Value::Integer(number)) => count(cx, key, *number, *least, *most, node),
        (Form::True, Value::Flag(true)) | (Form::Flag, Value::Flag(_)) | (Form::Table(_), Value::Table(_)) => true,
        (Form::Number { least, most }, Value::Integer(_) | Value::Float(_)) => number(cx, key, *least, *most, node),
        (Form::Lines, Value::List(items)) => {
            let all = items.iter().filter(|item| !check(cx, key, &Form::Line, item)).count() == 0;
            enough(cx, key, items.len(), 1, node) && all
        }
        (Form::WorkloadNames { least }, Value::List(items)) => {
            let form = Form::Name(NameKind::Workload);
            let all = items.iter().filter(|item| !check(cx, key, &form, item)).count() == 0;
            enough(cx, key, items.len(), *least, node) && all
        }
        (Form::Tables(_), Value::List(items)) => {
            // One by one, so that the readable ones of them are still looked at.
            for item in items.iter().filter(|item| !matches!(item.value, Value::Table(_))) {
                wrong_type(
                    cx,
                    key,
                    "a list of tables",
                    "write each under a header of its own, such as [[check]]",
                    item,
                );
            }
            enough(cx, key, items.len(), 1, node)
        }
        (Form::TablesByName(_), Value::Table(table)) => table.entries.iter().fold(true, |good, entry| {
            let named = named(cx, WorkloadId::new(entry.key.as_str()), &entry.key, entry.key_at);
            let is_table = matches!(entry.node.value, Value::Table(_))
                || wrong_type(cx, &entry.key, "a table", "write [workloads.<id>] and the keys below it", &entry.node);
            named && is_table && good
        }),
        _ => {
            let (wanted, advice) = wanted(form);
            wrong_type(cx, key, wanted, &advice, node)
        }
    }
}

/// What a form wants, and how that is written.
fn wanted(form: &Form) -> (&'static str, String) {
    match form {
        Form::Name(_) | Form::Line | Form::BasePath | Form::Word(_) => {
            ("a text", "write it in double quotes".to_owned())
        }
        Form::Amount(amount) => {
            ("an amount with its unit", format!("write it as a text with its unit, such as {:?}", amount.example))
        }
        Form::Limit => ("a limit", "write it as a text with its unit, such as \"< 15 ms\"".to_owned()),
        Form::Count { .. } => ("a whole number", "write it without quotes and without a unit".to_owned()),
        Form::Workers => ("a number of workers", format!("write a whole number or {EVERY_CORE:?}")),
        Form::Flag => ("true or false", "write it without quotes".to_owned()),
        Form::Number { .. } => ("a number", "write it without quotes and without a unit".to_owned()),
        Form::True => ("true", "leave the key out if it is not meant".to_owned()),
        Form::Lines => ("a list of texts", "write it as [\"program\", \"argument\"]".to_owned()),
        Form::WorkloadNames { .. } => ("a list of workloads", "write it as [\"first\", \"second\"]".to_owned()),
        Form::Table(_) => ("a table", "write it as { key = value } or under a header".to_owned()),
        Form::TablesByName(_) => ("tables by name", "write [workloads.<id>] and the keys below it".to_owned()),
        Form::Tables(_) => ("a list of tables", "write the header in double brackets, such as [[check]]".to_owned()),
    }
}

fn wrong_type(cx: &mut Context<'_>, key: &str, wanted: &'static str, advice: &str, node: &Node) -> bool {
    let kind = ProblemKind::WrongType { key: brief(key), found: node.value.kind(), wanted };
    cx.error(node.at, kind).hint(advice);
    false
}

fn enough(cx: &mut Context<'_>, key: &str, have: usize, least: usize, node: &Node) -> bool {
    if have >= least {
        return true;
    }
    if have == 0 {
        cx.error(node.at, ProblemKind::Empty { key: key.to_owned() }).hint("remove the key or fill it");
    } else {
        cx.error(node.at, ProblemKind::TooShort { key: key.to_owned(), have, least });
    }
    false
}

fn count(cx: &mut Context<'_>, key: &str, value: i64, least: u32, most: u32, node: &Node) -> bool {
    if (i64::from(least)..=i64::from(most)).contains(&value) {
        return true;
    }
    cx.error(node.at, ProblemKind::OutOfRange { key: key.to_owned(), least, most });
    false
}

fn number(cx: &mut Context<'_>, key: &str, least: f64, most: f64, node: &Node) -> bool {
    if as_number(node).is_some_and(|value| (least..=most).contains(&value)) {
        return true;
    }
    cx.error(node.at, ProblemKind::NumberOutOfRange { key: key.to_owned(), least, most });
    false
}

/// The number that a value is.
pub(crate) fn as_number(node: &Node) -> Option<f64> {
    match node.value {
        #[expect(clippy::cast_precision_loss, reason = "numbers in question are far from 2^53")]
        Value::Integer(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    }
}

/// Why a text cannot be shown on one line, if it cannot.
pub(crate) fn line_error(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        return Some("it says nothing");
    }
    if text.chars().nth(MAX_LINE).is_some() {
        return Some("it is longer than 500 characters");
    }
    text.chars().any(hil_model::text::is_unsafe).then_some("it has line ends or control characters")
}

fn line(cx: &mut Context<'_>, key: &str, text: &str, node: &Node) -> bool {
    let Some(why) = line_error(text) else { return true };
    cx.error(node.at, ProblemKind::BadText { key: brief(key), why });
    false
}

fn named<N>(cx: &mut Context<'_>, name: Result<N, NameError>, text: &str, at: crate::source::At) -> bool {
    let Err(error) = name else { return true };
    cx.error(at, ProblemKind::BadName(NameError { text: brief(text), ..error }));
    false
}

fn name(cx: &mut Context<'_>, kind: NameKind, text: &str, node: &Node) -> bool {
    let known = cx.known;
    match kind {
        NameKind::Scenario => named(cx, ScenarioId::new(text), text, node.at),
        NameKind::NewPlatform => named(cx, PlatformId::new(text), text, node.at),
        // Whether there is such a workload depends on the rest of the file.
        NameKind::Workload => named(cx, WorkloadId::new(text), text, node.at),
        NameKind::CaseTable => named(cx, TableName::new(text), text, node.at),
        NameKind::Board => {
            let name = WorkloadId::new(text).map_err(|error| NameError { what: "name of a board", ..error });
            named(cx, name, text, node.at)
        }
        NameKind::Target => named(cx, TargetId::new(text), text, node.at),
        NameKind::Platform => {
            let names = || known.platforms.iter().map(PlatformId::as_str).collect();
            named(cx, PlatformId::new(text), text, node.at) && known_name(cx, "platform", text, names(), node)
        }
        NameKind::Dataset => {
            let names = || known.datasets.iter().map(DatasetName::as_str).collect();
            named(cx, DatasetName::new(text), text, node.at) && known_name(cx, "data set", text, names(), node)
        }
        NameKind::Kernel => {
            let good = named(cx, KernelName::new(text), text, node.at);
            let Some(kernels) = &known.kernels else { return good };
            good && known_name(cx, "kernel", text, kernels.iter().map(KernelName::as_str).collect(), node)
        }
    }
}

fn known_name(cx: &mut Context<'_>, what: &'static str, text: &str, known: Vec<&str>, node: &Node) -> bool {
    if known.contains(&text) {
        return true;
    }
    let advice = hint(text, what, &known);
    cx.error(node.at, ProblemKind::UnknownName { what, name: text.to_owned() }).hint(advice);
    false
}

/// The words of a closed list, as hints and the schema show them.
pub(crate) fn words(kind: WordKind) -> Vec<&'static str> {
    match kind {
        WordKind::Metric => Metric::ALL.iter().map(|metric| metric.name()).collect(),
        WordKind::Statistic => Statistic::NAMES.iter().copied().chain(["ratio"]).collect(),
        WordKind::Severity => SEVERITIES.iter().map(|(name, _)| *name).collect(),
        WordKind::Suite => vec!["criterion"],
        WordKind::Link => vec!["rtt", "uart"],
        WordKind::Door => vec!["black-magic", "in-process"],
        WordKind::Reach => crate::boards::REACHES.iter().map(|(name, _)| *name).collect(),
    }
}

fn word(cx: &mut Context<'_>, kind: WordKind, text: &str, node: &Node) -> bool {
    let what = match kind {
        WordKind::Metric => "metric",
        // The list of hints is shorter than the list of statistics: any percentile is one.
        WordKind::Statistic if Statistic::find(text).is_some() => return true,
        WordKind::Statistic => "statistic",
        WordKind::Severity => "severity",
        WordKind::Suite => "kind of suite",
        WordKind::Link => "link",
        WordKind::Door => "door",
        WordKind::Reach => "way to reach a machine",
    };
    let known = words(kind);
    known.contains(&text) || unknown_word(cx, what, text, &known, node)
}

fn unknown_word(cx: &mut Context<'_>, what: &'static str, text: &str, known: &[&str], node: &Node) -> bool {
    let advice = hint(text, what, known);
    cx.error(node.at, ProblemKind::UnknownWord { what, word: brief(text) }).hint(advice);
    false
}

fn amount(cx: &mut Context<'_>, key: &str, amount: &Amount, text: &str, node: &Node) -> bool {
    let quantity =
        AnyQuantity::parse(text).and_then(|quantity| quantity.expect_dimension(amount.dimension).map(|()| quantity));
    match quantity {
        Err(error) => {
            let advice = quantity_hint(&error, Some(amount.dimension), amount.example);
            cx.error(node.at, ProblemKind::BadQuantity(error)).hint(advice);
            false
        }
        Ok(quantity) if (amount.least..=amount.most).contains(&quantity.base()) => true,
        Ok(_) => {
            let (key, text) = (key.to_owned(), brief(text));
            cx.error(node.at, ProblemKind::AmountOutOfRange { key, text, range: amount.range });
            false
        }
    }
}

fn limit(cx: &mut Context<'_>, text: &str, node: &Node) -> bool {
    let error = match Limit::parse(text) {
        // Units scale, so that a finite number may still be an infinite amount.
        Ok(limit) if [limit.lower, limit.upper].into_iter().flatten().all(|bound| bound.value.is_finite()) => {
            return true;
        }
        Ok(_) => LimitError::Quantity(QuantityError::NotFinite(text.to_owned())),
        Err(error) => error,
    };
    let advice = limit_hint(&error);
    cx.error(node.at, ProblemKind::BadLimit(error)).hint(advice);
    false
}

/// What to write instead of a wrong limit.
pub(crate) fn limit_hint(error: &LimitError) -> String {
    match error {
        LimitError::Form(_) => "write \"< 15 ms\", \">= 2 x\", \"40..60 %\" or \"2.5 MB +- 25 %\"".to_owned(),
        LimitError::Quantity(error) => quantity_hint(error, None, "15 ms"),
        LimitError::Unreachable { .. } => "write a limit that some figures meet and others do not".to_owned(),
    }
}

fn quantity_hint(error: &QuantityError, wanted: Option<Dimension>, example: &str) -> String {
    match error {
        QuantityError::NoNumber(_) | QuantityError::NotFinite(_) => {
            format!("write a number and a unit, such as {example:?}")
        }
        QuantityError::NoUnit(_) => match wanted {
            Some(dimension) => format!("add a unit: {}", Unit::symbols(dimension).join(", ")),
            None => format!("add a unit, such as {example:?}"),
        },
        QuantityError::UnknownUnit(symbol) => {
            let known: Vec<&str> = match wanted {
                Some(dimension) => Unit::symbols(dimension),
                None => hil_model::units::UNITS.iter().map(|unit| unit.symbol).collect(),
            };
            // Units are short: a case or a letter makes another unit, so only the case is forgiven.
            match known.iter().find(|unit| unit.eq_ignore_ascii_case(symbol)) {
                Some(unit) => format!("did you mean {unit:?}?"),
                None => format!("known units: {}", known.join(", ")),
            }
        }
        QuantityError::WrongDimension { wanted, .. } => {
            format!("units of {wanted}: {}", Unit::symbols(*wanted).join(", "))
        }
    }
}
