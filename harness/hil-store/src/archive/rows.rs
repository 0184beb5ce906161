//! Figures to and from the bytes of a Parquet file. [`columns`](super::columns) describes every column.

use std::collections::HashMap;
use std::path::Path;

use hil_model::estimate::Method;
use hil_model::id::{TargetId, WorkloadId};
use hil_model::run::FormatVersion;

use super::columns::HEAD;
use super::entry::{Amount, Entry, Origin, Revision, Subject};
use super::fingerprint::Fingerprint;
use crate::error::StoreError;
use crate::frame::{Builder, Sheet, word};

/// The bytes of a file with these figures.
pub(super) fn encode(entries: &[Entry]) -> Result<Vec<u8>, StoreError> {
    let mut builder = Builder::new(HEAD, entries.len());
    let rows = || entries.iter();
    let origins = || entries.iter().map(|entry| &entry.origin);
    let subjects = || entries.iter().map(|entry| &entry.subject);
    let amounts = || entries.iter().map(|entry| entry.amount.as_ref());
    builder.full("run", origins().map(|origin| origin.run.as_str()));
    builder.full("started", origins().map(|origin| origin.started.as_str()));
    builder.sparse("commit", origins().map(|origin| Some(origin.revision.as_ref()?.commit.as_str())));
    builder.sparse("dirty", origins().map(|origin| origin.revision.as_ref()?.dirty));
    builder.full("quick", origins().map(|origin| origin.quick));
    builder.full("interrupted", origins().map(|origin| origin.interrupted));
    builder.full("injected", origins().map(|origin| origin.injected));
    builder.full("platform", subjects().map(|subject| subject.platform.as_str()));
    builder.full("scenario", subjects().map(|subject| subject.scenario.as_str()));
    builder.full("workload", subjects().map(|subject| subject.workload.as_str()));
    builder.sparse("versus", subjects().map(|subject| subject.versus.as_ref().map(WorkloadId::as_str)));
    builder.words("metric", subjects().map(|subject| &subject.metric));
    builder.words("statistic", subjects().map(|subject| &subject.statistic));
    builder.sparse("rule", subjects().map(|subject| subject.rule.as_deref()));
    builder.sparse("target", rows().map(|entry| entry.target.as_ref().map(TargetId::as_str)));
    builder.words("unit", rows().map(|entry| &entry.unit));
    builder.sparse("value", amounts().map(|amount| Some(amount?.value)));
    builder.sparse("lower", amounts().map(|amount| amount?.lower));
    builder.sparse("upper", amounts().map(|amount| amount?.upper));
    builder.sparse("confidence", amounts().map(|amount| Some(amount?.confidence)));
    builder.sparse("effective_samples", amounts().map(|amount| Some(amount?.effective_samples)));
    let methods: Vec<Option<String>> = amounts().map(|amount| Some(word(&amount?.method))).collect();
    builder.sparse("method", methods.iter().map(Option::as_deref));
    builder.full("samples", rows().map(|entry| entry.samples));
    builder.words("verdict", rows().map(|entry| &entry.verdict));
    builder.sparse("reason_code", rows().map(|entry| entry.reason_code.as_deref()));
    let evidence: Vec<Option<String>> = rows().map(|entry| entry.evidence.as_ref().map(word)).collect();
    builder.sparse("evidence", evidence.iter().map(Option::as_deref));
    let mut texts: HashMap<&Fingerprint, (String, String)> = HashMap::new();
    for entry in entries {
        texts.entry(&entry.fingerprint).or_insert_with(|| (entry.fingerprint.id(), entry.fingerprint.to_text()));
    }
    builder.full("fingerprint", rows().map(|entry| texts[&entry.fingerprint].0.as_str()));
    builder.full("conditions", rows().map(|entry| texts[&entry.fingerprint].1.as_str()));
    Ok(builder.encode()?.1)
}

/// The figures in a file, and the version that wrote it.
pub(super) fn decode(path: &Path, bytes: &[u8]) -> Result<(Vec<Entry>, FormatVersion), StoreError> {
    let sheet = Sheet::decode(path, HEAD, bytes)?;
    let run = sheet.words("run")?;
    let started = sheet.full::<&str>("started")?;
    let commit = sheet.sparse::<&str>("commit")?;
    let dirty = sheet.sparse::<bool>("dirty")?;
    let quick = sheet.full::<bool>("quick")?;
    let interrupted = sheet.full::<bool>("interrupted")?;
    let injected = sheet.full::<bool>("injected")?;
    let platform = sheet.words("platform")?;
    let scenario = sheet.words("scenario")?;
    let workload = sheet.words("workload")?;
    let versus = sheet.sparse_words("versus")?;
    let metric = sheet.words("metric")?;
    let statistic = sheet.words("statistic")?;
    let rule = sheet.sparse::<&str>("rule")?;
    let target = sheet.sparse_words("target")?;
    let unit = sheet.words("unit")?;
    let samples = sheet.full::<u64>("samples")?;
    let verdict = sheet.words("verdict")?;
    let reason_code = sheet.sparse::<&str>("reason_code")?;
    let evidence = sheet.sparse_words("evidence")?;
    let conditions = sheet.full::<&str>("conditions")?;
    let amounts = amounts(&sheet)?;
    let mut known: HashMap<&str, Fingerprint> = HashMap::new();
    let mut entries = Vec::with_capacity(sheet.rows());
    for (row, amount) in amounts.into_iter().enumerate() {
        let fingerprint = match known.get(conditions[row]) {
            Some(fingerprint) => fingerprint.clone(),
            None => {
                let read = Fingerprint::from_text(conditions[row]);
                let read = read.map_err(|why| sheet.cell("conditions", row, why))?;
                known.entry(conditions[row]).or_insert(read).clone()
            }
        };
        let revision = commit[row].map(|commit| Revision { commit: commit.to_owned(), dirty: dirty[row] });
        entries.push(Entry {
            origin: Origin {
                run: Clone::clone(&run[row]),
                started: started[row].to_owned(),
                revision,
                quick: quick[row],
                interrupted: interrupted[row],
                injected: injected[row],
            },
            subject: Subject {
                platform: Clone::clone(&platform[row]),
                scenario: Clone::clone(&scenario[row]),
                workload: Clone::clone(&workload[row]),
                versus: Clone::clone(&versus[row]),
                metric: metric[row],
                statistic: statistic[row],
                rule: rule[row].map(str::to_owned),
            },
            target: Clone::clone(&target[row]),
            unit: unit[row],
            amount,
            samples: samples[row],
            verdict: verdict[row],
            reason_code: reason_code[row].map(str::to_owned),
            evidence: evidence[row],
            fingerprint,
        });
    }
    Ok((entries, sheet.format()))
}

fn amounts(sheet: &Sheet) -> Result<Vec<Option<Amount>>, StoreError> {
    let value = sheet.sparse::<f64>("value")?;
    let lower = sheet.sparse::<f64>("lower")?;
    let upper = sheet.sparse::<f64>("upper")?;
    let confidence = sheet.sparse::<f64>("confidence")?;
    let effective_samples = sheet.sparse::<f64>("effective_samples")?;
    let method = sheet.sparse_words::<Method>("method")?;
    let amount = |row: usize| {
        let Some(value) = value[row] else { return Ok(None) };
        let missing = |column| sheet.cell(column, row, "it is empty beside a value".to_owned());
        Ok(Some(Amount {
            value,
            lower: lower[row],
            upper: upper[row],
            confidence: confidence[row].ok_or_else(|| missing("confidence"))?,
            effective_samples: effective_samples[row].ok_or_else(|| missing("effective_samples"))?,
            method: method[row].ok_or_else(|| missing("method"))?,
        }))
    };
    (0..sheet.rows()).map(amount).collect()
}
