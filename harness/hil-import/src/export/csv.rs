//! CSV (RFC 4180): one row a check, or one row a sample.
//!
//! Texts are quoted where they must be and otherwise written as they are, but for characters that could steer the terminal
//! that the table is printed on, or reorder its lines: those stand as `\u{1b}`. A spreadsheet that takes a text for a formula does
//! so on its own account. Numbers have a point and no grouping, whatever the language of the reader's system.

use hil_model::run::{CheckResult, Run};
use hil_model::sample::Observations;
use hil_model::text::shown;

use crate::export::Exported;

/// One row a check.
#[must_use]
pub fn checks(run: &Run) -> Exported {
    let header = "run,target,scenario,title,platform,workload,versus,metric,statistic,value,lower,upper,confidence,\
                  effective_samples,method,unit,limit,acceptable,verdict,reason_code,reason,evidence,samples,file,line";
    let rows = run.checks.iter().map(|check| row(run, check));
    Exported { text: table(header, rows), left_out: Vec::new() }
}

fn row(run: &Run, check: &CheckResult) -> Vec<String> {
    let figure = check.estimate.as_ref();
    let text = |text: Option<&dyn ToString>| text.map(ToString::to_string).unwrap_or_default();
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    vec![
        run.id.to_string(),
        text(check.target.as_ref().map(|target| target as _)),
        check.scenario.to_string(),
        check.title.clone(),
        check.platform.to_string(),
        check.workload.to_string(),
        text(check.versus.as_ref().map(|versus| versus as _)),
        check.metric.to_string(),
        check.statistic.to_string(),
        number(figure.map(|figure| figure.value)),
        number(figure.and_then(|figure| figure.lower)),
        number(figure.and_then(|figure| figure.upper)),
        number(figure.map(|figure| figure.confidence)),
        number(figure.map(|figure| figure.effective_samples)),
        text(figure.map(|figure| &figure.method as _)),
        check.unit.to_string(),
        check.limit.clone().unwrap_or_default(),
        check.acceptable.clone().unwrap_or_default(),
        check.verdict.to_string(),
        check.reason_code.clone().unwrap_or_default(),
        check.reason.clone().unwrap_or_default(),
        text(check.evidence.as_ref().map(|evidence| evidence as _)),
        check.samples.to_string(),
        check.place.file.clone(),
        check.place.line.to_string(),
    ]
}

/// One row a timed iteration, warm-up included, as it was read: own cost not subtracted.
#[must_use]
pub fn samples(run: &Run, observations: &[Observations]) -> Exported {
    let header = "run,scenario,workload,evidence,start,block,slot,index,warmup,seconds,cpu_seconds,cycles";
    let rows = observations.iter().flat_map(|seen| {
        seen.iterations.iter().map(|iteration| {
            vec![
                run.id.to_string(),
                seen.scenario.to_string(),
                seen.workload.to_string(),
                seen.evidence.to_string(),
                iteration.start.to_string(),
                iteration.block.to_string(),
                iteration.slot.to_string(),
                iteration.index.to_string(),
                iteration.warmup.to_string(),
                seconds(iteration.ticks, seen.clock.hz).to_string(),
                iteration.cpu_ns.map(|ns| seconds(ns, 1e9).to_string()).unwrap_or_default(),
                iteration.cycles.map(|cycles| cycles.to_string()).unwrap_or_default(),
            ]
        })
    });
    Exported { text: table(header, rows), left_out: Vec::new() }
}

#[expect(clippy::cast_precision_loss, reason = "an iteration of 2^53 ticks would last 104 days at 1 GHz")]
fn seconds(ticks: u64, hz: f64) -> f64 {
    ticks as f64 / hz
}

fn table(header: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("{header}\r\n");
    for row in rows {
        let fields: Vec<String> = row.iter().map(|field| quoted(field)).collect();
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    text
}

/// RFC 4180, section 2, rules 5 to 7.
fn quoted(field: &str) -> String {
    let field = shown(field);
    if field.contains([',', '"', '\r', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}
