//! `hil history`: the figures of many runs, each series with its level, its noise and where it changed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hil_model::id::{ScenarioId, TargetId};
use hil_model::metric::Metric;
use hil_store::archive::{Series, Wanted};

use crate::args::{HistoryArgs, HistoryFormat};
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::{clean, clean_json, print_out};
use crate::stages::archive;
use crate::surroundings::Surroundings;
use crate::timeline::{self, Timeline};

/// Prints the series of what is asked for.
pub fn history(args: &HistoryArgs, around: &Surroundings) -> Result<Exit, CliError> {
    let wanted = wanted(args)?;
    let mut series = archive::open(&args.archive, &args.out)?.history(&wanted).map_err(CliError::Stored)?;
    if series.is_empty() {
        let what = clean(args.what.as_deref().unwrap_or("that"));
        return Err(CliError::NoHistory { what, out: place(args) });
    }
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    for series in &mut series {
        let surplus = series.points.len().saturating_sub(limit);
        series.points.drain(..surplus);
    }
    let timelines = timeline::all(series);
    match args.format {
        HistoryFormat::Text => print_out(&text(&timelines, around)),
        HistoryFormat::Json => timelines.iter().for_each(|timeline| print_out(&clean_json(&json(timeline)))),
        HistoryFormat::Csv => print_out(&csv(&timelines)),
    }
    Ok(Exit::Success)
}

/// Where figures were looked for, as the user named it.
fn place(args: &HistoryArgs) -> PathBuf {
    args.archive.archive.clone().unwrap_or_else(|| args.out.clone())
}

/// What the words of the command line mean: a metric, a target or a scenario.
fn wanted(args: &HistoryArgs) -> Result<Wanted, CliError> {
    let mut wanted = Wanted {
        metric: None,
        target: None,
        scenario: args.scenario.clone(),
        platform: args.platform.clone(),
        workload: args.workload.clone(),
        statistic: args.statistic,
        since: args.since.as_ref().map(|day| format!("{day}T00:00:00Z")),
        flawed: args.all,
    };
    let Some(what) = &args.what else { return Ok(wanted) };
    if let Some(metric) = Metric::find(what) {
        wanted.metric = Some(metric);
    } else if let Ok(target) = TargetId::new(what.as_str()) {
        wanted.target = Some(target);
    } else {
        let named = ScenarioId::new(what.as_str());
        let unknown = || CliError::NoHistory { what: clean(what), out: place(args) };
        wanted.scenario = Some(named.map_err(|_| unknown())?);
    }
    Ok(wanted)
}

fn text(timelines: &[Timeline], around: &Surroundings) -> String {
    let mut text = String::new();
    let mut above: Option<&Series> = None;
    for timeline in timelines {
        let series = &timeline.series;
        if above.is_some() {
            text.push('\n');
        }
        text += &timeline.text(around.width, around.unicode);
        if let Some(above) = above.filter(|above| above.subject == series.subject) {
            let differences = above.fingerprint.differences(&series.fingerprint);
            let told: Vec<String> = differences
                .iter()
                .map(|other| format!("{}: {:?} above, {:?} here", other.what, other.here, other.there))
                .collect();
            let told = if told.is_empty() { "the evidence".to_owned() } else { told.join("; ") };
            text += &format!("  under other conditions than the series above: {}\n", clean(&told));
        }
        above = Some(series);
    }
    text
}

/// One series as one line. Figures are in base units.
fn json(timeline: &Timeline) -> String {
    let Timeline { series, changes, noise } = timeline;
    let subject = &series.subject;
    let points: Vec<_> = series
        .points
        .iter()
        .map(|point| {
            let origin = &point.origin;
            let revision = origin.revision.as_ref();
            serde_json::json!({
                "run": origin.run.as_str(),
                "started": origin.started,
                "commit": revision.map(|revision| &revision.commit),
                "dirty": revision.and_then(|revision| revision.dirty),
                "flaw": origin.flaw(),
                "value": point.value,
                "lower": point.lower,
                "upper": point.upper,
                "samples": point.samples,
                "verdict": point.verdict,
            })
        })
        .collect();
    let changes: Vec<_> = changes
        .iter()
        .map(|change| {
            let origin = &series.points[change.at].origin;
            serde_json::json!({
                "run": origin.run.as_str(),
                "started": origin.started,
                "commit": origin.revision.as_ref().map(|revision| &revision.commit),
                "before": change.before,
                "after": change.after,
                "p": change.p,
            })
        })
        .collect();
    let conditions: BTreeMap<&str, &str> = series.fingerprint.parts().collect();
    let line = serde_json::json!({
        "platform": subject.platform.as_str(),
        "scenario": subject.scenario.as_str(),
        "workload": subject.workload.as_str(),
        "versus": subject.versus.as_ref().map(|versus| versus.as_str()),
        "metric": subject.metric.name(),
        "statistic": subject.statistic.to_string(),
        "rule": subject.rule,
        "targets": series.targets.iter().map(|target| target.as_str()).collect::<Vec<_>>(),
        "evidence": series.evidence,
        "fingerprint": series.fingerprint.id(),
        "conditions": conditions,
        "shown_unit": series.unit.symbol,
        "noise": noise,
        "changes": changes,
        "points": points,
    });
    format!("{line}\n")
}

fn csv(timelines: &[Timeline]) -> String {
    let mut text = String::from(
        "platform,scenario,workload,versus,metric,statistic,rule,evidence,fingerprint,run,started,commit,dirty,flaw,value,\
         lower,upper,samples,verdict\n",
    );
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:e}"));
    for Timeline { series, .. } in timelines {
        let subject = &series.subject;
        let fingerprint = series.fingerprint.id();
        for point in &series.points {
            let origin = &point.origin;
            let revision = origin.revision.as_ref();
            let cells = [
                subject.platform.to_string(),
                subject.scenario.to_string(),
                subject.workload.to_string(),
                subject.versus.as_ref().map_or_else(String::new, ToString::to_string),
                subject.metric.name().to_owned(),
                subject.statistic.to_string(),
                subject.rule.clone().unwrap_or_default(),
                series.evidence.map_or_else(String::new, |evidence| evidence.to_string()),
                fingerprint.clone(),
                origin.run.to_string(),
                origin.started.clone(),
                revision.map_or_else(String::new, |revision| revision.commit.clone()),
                revision.and_then(|revision| revision.dirty).map_or_else(String::new, |dirty| dirty.to_string()),
                origin.flaw().unwrap_or_default().to_owned(),
                number(Some(point.value)),
                number(point.lower),
                number(point.upper),
                point.samples.to_string(),
                point.verdict.to_string(),
            ];
            text += &cells.map(|cell| quoted(&cell)).join(",");
            text.push('\n');
        }
    }
    text
}

/// A cell as RFC 4180 has it.
fn quoted(cell: &str) -> String {
    let cell = clean(cell);
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}
