//! The index of one place: its figures once more, laid out so that one metric's history is read without the others.
//!
//! It is made of the Parquet files and never the only copy. It names the files that it covers; they are named by their
//! content, so an index whose files are all there says the same as they do. An index that is missing, damaged, of another version
//! or not up to date costs time and nothing else: its files are read instead.
//!
//! Layout: [`MAGIC`]; the length of the header, 8 bytes, little-endian; its SHA-256, 64 hexadecimal digits; the header, JSON;
//! then the sections that it names, each with its own sum: the runs, and the points of each line.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use hil_model::id::{RunId, TargetId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::units::Unit;
use hil_model::verdict::Outcome;

use super::entry::{Origin, Revision, Subject};
use super::fingerprint::Fingerprint;
use super::layout::{INDEX, Place};
use super::slab::{Line, Point, Slab};
use super::storage::Storage;
use crate::sums::sum;

/// How every index begins; what follows is the version.
const FAMILY: &[u8] = b"hilbench.index ";
/// How an index of this version begins.
const MAGIC: &[u8] = b"hilbench.index 1\n";
/// Bytes of one point.
const POINT: usize = 42;
/// The largest header that is read, in bytes; ten years of one run a day take a hundredth of it.
const MAX_HEADER: u64 = 64 << 20;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Header {
    /// The files that are covered, by path below the root.
    covers: Vec<PathBuf>,
    runs: Section,
    fingerprints: Vec<Fingerprint>,
    lines: Vec<LineHead>,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct LineHead {
    workload: WorkloadId,
    versus: Option<WorkloadId>,
    metric: Metric,
    statistic: Statistic,
    rule: Option<String>,
    unit: Unit,
    targets: Vec<TargetId>,
    points: Section,
}

/// A stretch of the file behind the header.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Section {
    offset: u64,
    length: u64,
    sha256: String,
}

/// What an index holds.
pub(super) struct Index {
    pub(super) slab: Slab,
    /// The files that it covers, by path below the root.
    pub(super) covers: HashSet<PathBuf>,
}

/// Whether a file that begins like this is an index of a later version, which is not ours to replace.
pub(super) fn is_newer(head: &[u8]) -> bool {
    head.strip_prefix(FAMILY).is_some_and(|rest| {
        let digits: String =
            rest.iter().take_while(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
        digits.parse::<u64>().is_ok_and(|version| version > 1)
    })
}

/// The bytes of an index of `slab`, which is what the files `covers` hold of a place.
pub(super) fn encode(slab: &Slab, covers: &BTreeSet<PathBuf>) -> Vec<u8> {
    let mut body = Vec::new();
    let section = |body: &mut Vec<u8>, from: usize| Section {
        offset: from as u64,
        length: (body.len() - from) as u64,
        sha256: sum(&body[from..]),
    };
    for origin in &slab.runs {
        put_run(&mut body, origin);
    }
    let runs = section(&mut body, 0);
    let mut lines = Vec::new();
    for (subject, line) in &slab.lines {
        let from = body.len();
        line.points.iter().for_each(|point| put_point(&mut body, point));
        lines.push(LineHead {
            workload: subject.workload.clone(),
            versus: subject.versus.clone(),
            metric: subject.metric,
            statistic: subject.statistic,
            rule: subject.rule.clone(),
            unit: line.unit,
            targets: line.targets.iter().cloned().collect(),
            points: section(&mut body, from),
        });
    }
    let covers = covers.iter().cloned().collect();
    let header = Header { covers, runs, fingerprints: slab.fingerprints.clone(), lines };
    // Names, numbers and paths that were made from names: nothing that JSON lacks.
    let header = serde_json::to_vec(&header).unwrap_or_default();
    let mut bytes = Vec::with_capacity(MAGIC.len() + 72 + header.len() + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&(header.len() as u64).to_le_bytes());
    bytes.extend_from_slice(sum(&header).as_bytes());
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(&body);
    bytes
}

/// Reads the lines that are wanted from the index of a place; nothing when it cannot be used.
pub(super) fn load(
    storage: &dyn Storage,
    place: &Place,
    wanted: impl Fn(&Subject, &BTreeSet<TargetId>) -> bool,
) -> Option<Index> {
    let mut file = storage.open(&place.folder().join(INDEX))?;
    let head = file.read(0, MAGIC.len() as u64 + 72)?;
    let rest = head.strip_prefix(MAGIC)?;
    let (length, sha256) = rest.split_at(8);
    let length = u64::from_le_bytes(length.try_into().ok()?);
    let start = (head.len() as u64).checked_add(length)?;
    if length > MAX_HEADER || start > file.length() {
        return None;
    }
    let header = file.read(head.len() as u64, length)?;
    if sum(&header).as_bytes() != sha256 {
        return None;
    }
    let header: Header = serde_json::from_slice(&header).ok()?;
    let mut section = |section: &Section| {
        let bytes = file.read(start.checked_add(section.offset)?, section.length)?;
        (sum(&bytes) == section.sha256).then_some(bytes)
    };
    let mut slab = Slab::default();
    slab.fingerprints = header.fingerprints;
    let runs = section(&header.runs)?;
    // A run takes about a hundred bytes; more room than needed is given back with the slab.
    slab.reserve(runs.len() / 96);
    let mut rest = runs.as_slice();
    while !rest.is_empty() {
        slab.add_run(Arc::new(take_run(&mut rest)?));
    }
    for head in header.lines {
        let subject = Subject {
            platform: place.platform.clone(),
            scenario: place.scenario.clone(),
            workload: head.workload,
            versus: head.versus,
            metric: head.metric,
            statistic: head.statistic,
            rule: head.rule,
        };
        let targets = head.targets.into_iter().collect();
        if !wanted(&subject, &targets) {
            continue;
        }
        let bytes = section(&head.points)?;
        let exists = |point: &Point| {
            let is_there = |position: u32, length: usize| usize::try_from(position).is_ok_and(|at| at < length);
            is_there(point.run, slab.runs.len()) && is_there(point.fingerprint, slab.fingerprints.len())
        };
        let points: Vec<Point> =
            bytes.chunks(POINT).map(|bytes| take_point(bytes).filter(exists)).collect::<Option<_>>()?;
        slab.lines.insert(subject, Line { unit: head.unit, targets, points });
    }
    Some(Index { slab, covers: header.covers.into_iter().collect() })
}

const QUICK: u8 = 1;
const INTERRUPTED: u8 = 2;
const INJECTED: u8 = 4;
const REVISION: u8 = 8;
const LOOKED: u8 = 16;
const DIRTY: u8 = 32;

fn put_run(body: &mut Vec<u8>, origin: &Origin) {
    let revision = origin.revision.as_ref();
    let dirty = revision.and_then(|revision| revision.dirty);
    let flags = [
        (QUICK, origin.quick),
        (INTERRUPTED, origin.interrupted),
        (INJECTED, origin.injected),
        (REVISION, revision.is_some()),
        (LOOKED, dirty.is_some()),
        (DIRTY, dirty == Some(true)),
    ];
    body.push(flags.iter().filter(|(_, set)| *set).map(|(bit, _)| bit).sum());
    for text in [origin.run.as_str(), &origin.started, revision.map_or("", |revision| &revision.commit)] {
        body.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        body.extend_from_slice(text.as_bytes());
    }
}

fn take_run(rest: &mut &[u8]) -> Option<Origin> {
    let (&flags, behind) = rest.split_first()?;
    *rest = behind;
    let mut text = || {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let (text, behind) = behind.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        *rest = behind;
        Some(std::str::from_utf8(text).ok()?.to_owned())
    };
    let (run, started, commit) = (RunId::new(text()?).ok()?, text()?, text()?);
    let is = |bit: u8| flags & bit != 0;
    let revision = is(REVISION).then(|| Revision { commit, dirty: is(LOOKED).then_some(is(DIRTY)) });
    Some(Origin { run, started, revision, quick: is(QUICK), interrupted: is(INTERRUPTED), injected: is(INJECTED) })
}

/// How evidence is written in one byte; none is 255. Only ever added to at the end.
const EVIDENCE: [Evidence; 6] = [
    Evidence::Hardware,
    Evidence::Emulated,
    Evidence::Host,
    Evidence::Replayed,
    Evidence::SoftwareGpu,
    Evidence::Imported,
];

fn put_point(body: &mut Vec<u8>, point: &Point) {
    let code = |position: Option<usize>| position.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX);
    body.extend_from_slice(&point.run.to_le_bytes());
    body.extend_from_slice(&point.fingerprint.to_le_bytes());
    for number in [Some(point.value), point.lower, point.upper] {
        // An end that is missing is not a number, and no end that is there is.
        body.extend_from_slice(&number.unwrap_or(f64::NAN).to_le_bytes());
    }
    body.extend_from_slice(&point.samples.to_le_bytes());
    body.push(code(Outcome::ALL.iter().position(|outcome| *outcome == point.verdict)));
    body.push(code(EVIDENCE.iter().position(|evidence| Some(*evidence) == point.evidence)));
}

fn take_point(bytes: &[u8]) -> Option<Point> {
    let bytes: &[u8; POINT] = bytes.try_into().ok()?;
    let long = |at: usize| bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
    let short = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let number = |at: usize| long(at).map(f64::from_bits);
    let end = |at: usize| number(at).filter(|end| !end.is_nan());
    Some(Point {
        run: short(0)?,
        fingerprint: short(4)?,
        value: number(8)?,
        lower: end(16),
        upper: end(24),
        samples: long(32)?,
        verdict: *Outcome::ALL.get(usize::from(bytes[40]))?,
        evidence: match bytes[41] {
            u8::MAX => None,
            code => Some(*EVIDENCE.get(usize::from(code))?),
        },
    })
}
