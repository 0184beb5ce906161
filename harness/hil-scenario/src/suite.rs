//! `suite = "criterion"`: the package, the bench target in it, and how much criterion measures.
//!
//! The package is looked for beside the file that names it, and where there is none, as the path stands, from the working
//! folder. The first that is found is meant, and one that is broken is a problem. Where nobody can look (built-in scenarios,
//! imports, a machine without Cargo) the package, its bench target and its features are taken as they are written: that is no
//! problem of the file, and a run without the package does not run the suite.

use std::time::Duration;

use hil_model::scenario::{Suite, SuiteFound};
use hil_model::units::{Quantity, Time};

use crate::context::Context;
use crate::fields::Fields;
use crate::kind::ProblemKind;
use crate::names::{brief, hint};
use crate::raw::Value;
use crate::source::{Lookup, Package, is_absolute, join};

/// Reads the keys of a suite; nothing when a problem was reported.
pub(crate) fn read(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<Suite> {
    let written = |key| if fields.has(key) { fields.text(key).map(|text| Some(text.to_owned())) } else { Some(None) };
    let time = |key| -> Option<Option<Duration>> {
        if fields.has(key) { fields.amount::<Time>(key).map(Quantity::duration).map(Some) } else { Some(None) }
    };
    let features = fields.list("features").iter().filter_map(|item| match &item.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    });
    let package = fields.text("package")?;
    let suite = Suite {
        package: package.to_owned(),
        bench: written("bench")?,
        found: None,
        benchmark: written("benchmark")?,
        filter: written("filter")?,
        features: features.collect(),
        warm_up_time: time("warm_up_time")?,
        measurement_time: time("measurement_time")?,
        sample_size: if fields.has("sample_size") { Some(fields.count("sample_size")?) } else { None },
    };
    match find(cx, fields, package) {
        Lookup::Unknown => Some(suite),
        Lookup::Found(package) => {
            // Both, so that one mistake does not hide the other.
            let (features_exist, bench) = (features_exist(cx, fields, &package), bench(cx, fields, &package)?);
            let found = SuiteFound { folder: package.folder, name: package.name, bench };
            features_exist.then_some(Suite { found: Some(found), ..suite })
        }
        Lookup::Absent => {
            let kind = ProblemKind::PackageMissing { path: brief(package) };
            cx.error(fields.value_at("package"), kind)
                .hint("name the folder that holds its Cargo.toml, relative to this file or to the working folder");
            None
        }
        Lookup::Broken(why) => {
            let kind = ProblemKind::PackageBroken { path: brief(package), why: brief(&why) };
            cx.error(fields.value_at("package"), kind).hint("see what `cargo metadata --no-deps` says in that folder");
            None
        }
    }
}

/// The first of the places that `package` may mean that is one.
fn find(cx: &Context<'_>, fields: &Fields<'_>, package: &str) -> Lookup {
    let file = cx.sources.name(fields.value_at("package").file);
    let beside = (!is_absolute(package)).then(|| join(file, package));
    let places = beside.into_iter().chain([package.to_owned()]);
    let mut found = Lookup::Absent;
    for place in places {
        // A scenario beside its own package names it ".".
        found = cx.world.package(if place.is_empty() { "." } else { &place });
        if found != Lookup::Absent {
            break;
        }
    }
    found
}

/// The bench target that is meant.
fn bench(cx: &mut Context<'_>, fields: &Fields<'_>, package: &Package) -> Option<String> {
    let known: Vec<&str> = package.benches.iter().map(String::as_str).collect();
    if known.is_empty() {
        cx.error(fields.value_at("package"), ProblemKind::NoBenchTarget { package: package.name.clone() })
            .hint("add [[bench]] with harness = false to its Cargo.toml, and the file to its folder benches");
        return None;
    }
    if !fields.has("bench") {
        if let [only] = known.as_slice() {
            return Some((*only).to_owned());
        }
        let kind = ProblemKind::WhichBench { package: package.name.clone(), have: known.len() };
        cx.error(fields.value_at("package"), kind).hint(format!("add bench = ..., one of {}", known.join(", ")));
        return None;
    }
    let named = fields.text("bench")?;
    if known.contains(&named) {
        return Some(named.to_owned());
    }
    let advice = hint(named, "bench target", &known);
    cx.error(fields.value_at("bench"), ProblemKind::UnknownName { what: "bench target", name: brief(named) })
        .hint(advice);
    None
}

fn features_exist(cx: &mut Context<'_>, fields: &Fields<'_>, package: &Package) -> bool {
    let known: Vec<&str> = package.features.iter().map(String::as_str).collect();
    let mut all = true;
    for item in fields.list("features") {
        let Value::Text(feature) = &item.value else { continue };
        if !known.contains(&feature.as_str()) {
            let advice = hint(feature, "feature", &known);
            cx.error(item.at, ProblemKind::UnknownName { what: "feature", name: brief(feature) }).hint(advice);
            all = false;
        }
    }
    all
}
