//! How long one metric's history takes among 100,000 stored runs, and how much memory: `cargo bench -p hil-store`.
//!
//! It makes an archive of 100,000 runs over three years, five figures each, and asks for one of them in a process of its own, as
//! `hil history` does. It fails when the median of the processor time is 300 ms or more, or the largest memory 500 MB or more. Wall
//! time is printed too; on a machine that does nothing else both are alike, because one thread does all the work.
//! `cargo bench -p hil-store -- DIR` keeps the archive in that folder, and uses the one that is there; otherwise it is temporary.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and a panic is its failure")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use hil_model::estimate::Method;
use hil_model::id::{PlatformId, RunId, ScenarioId, TargetId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::metric::{Metric, Statistic};
use hil_model::run::Environment;
use hil_model::units::Unit;
use hil_model::verdict::Outcome;
use hil_store::archive::{Amount, Archive, Entry, Fingerprint, Origin, Revision, Subject, Wanted};

/// The first word for the process that asks.
const ASK: &str = "ask";
const RUNS: u32 = 100_000;
/// Runs of one append; a history of so many was written by that many `hil run`, or copied from elsewhere.
const TOGETHER: u32 = 500;
/// Appends of one run that are left unsorted, the most that an archive ever has.
const UNSORTED: u32 = 16;
const REPEATS: usize = 11;
const MOST_MS: f64 = 300.0;
const MOST_MB: f64 = 500.0;

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [ask_for, root] = words.as_slice()
        && ask_for == ASK
    {
        ask(Path::new(root));
        return ExitCode::SUCCESS;
    }
    let temporary = tempfile::tempdir().unwrap();
    let root = words.first().map_or_else(|| temporary.path().join("archive"), PathBuf::from);
    if root.join("new").is_dir() {
        println!("using the archive in {}", root.display());
    } else {
        generate(&root);
    }
    let program = std::env::current_exe().unwrap();
    let answers: Vec<Vec<f64>> = (0..REPEATS)
        .map(|_| {
            let ended = Command::new(&program).arg(ASK).arg(&root).output().unwrap();
            let text = String::from_utf8(ended.stdout).unwrap();
            text.split_whitespace().map(|word| word.parse().unwrap()).collect()
        })
        .collect();
    let sorted = |column: usize| {
        let mut values: Vec<f64> = answers.iter().map(|answer| answer[column]).collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    };
    let (points, times, memory, processor) = (sorted(0), sorted(1), sorted(2), sorted(3));
    let (median, peak) = (times[REPEATS / 2], memory[REPEATS - 1]);
    let busy = if processor[0].is_nan() { median } else { processor[REPEATS / 2] };
    println!(
        "{} figures of {RUNS} runs: processor time {busy:.0} ms, wall time {median:.0} ms ({:.0} to {:.0}), medians of {REPEATS} \
         processes; peak memory {peak:.0} MB",
        points[0],
        times[0],
        times[REPEATS - 1],
    );
    let fits = points.iter().all(|count| *count == f64::from(RUNS)) && busy < MOST_MS && peak < MOST_MB;
    if fits { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Asks for one metric of one scenario; prints figures, milliseconds and the peak of this process's memory in MB.
fn ask(root: &Path) {
    let began = Instant::now();
    let wanted = Wanted {
        metric: Some(Metric::Latency),
        statistic: Some(Statistic::Percentile(950)),
        scenario: ScenarioId::new("keyword").ok(),
        ..Wanted::default()
    };
    let series = Archive::at(root).history(&wanted).unwrap();
    let took = began.elapsed().as_secs_f64() * 1e3;
    let points: usize = series.iter().map(|series| series.points.len()).sum();
    println!("{points} {took} {} {}", peak_mb(), processor_ms());
}

/// Time of this process's only busy thread on a processor, where the system says it; wall time must do elsewhere.
fn processor_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    stat.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).map_or(f64::NAN, |ns| ns / 1e6)
}

/// `VmHWM`, the largest resident set, where the system says it; 0 elsewhere.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0) / 1000.0
}

fn generate(root: &Path) {
    let archive = Archive::at(root);
    let began = Instant::now();
    let bulk = RUNS - UNSORTED;
    for first in (0..bulk).step_by(TOGETHER as usize) {
        let together: Vec<Entry> = (first..bulk.min(first + TOGETHER)).flat_map(entries).collect();
        archive.append(&together).unwrap();
        archive.tidy().unwrap();
    }
    archive.tidy_all().unwrap();
    println!("{bulk} runs appended and sorted in {:.0} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    for run in bulk..RUNS {
        archive.append(&entries(run)).unwrap();
    }
    println!("one append: {:.1} ms", began.elapsed().as_secs_f64() * 1e3 / f64::from(UNSORTED));
}

/// Run number `index` of three years: five figures of two scenarios that wander by a few per cent.
fn entries(index: u32) -> Vec<Entry> {
    // 92 runs a day.
    let (day, of_day) = (index / 92, index % 92);
    let (year, of_year) = (2023 + day / 336, day % 336);
    let (month, day) = (of_year / 28 + 1, of_year % 28 + 1);
    let minutes = of_day * 15;
    let started = format!("{year}-{month:02}-{day:02}T{:02}:{:02}:00Z", minutes / 60, minutes % 60);
    let origin = Origin {
        run: RunId::new(format!("{year}{month:02}{day:02}-{minutes:06}-{index:06x}")).unwrap(),
        started,
        revision: Some(Revision {
            commit: format!("{:040x}", u128::from(index / 3) * 0x9e37_79b9_7f4a_7c15),
            dirty: Some(false),
        }),
        quick: false,
        interrupted: false,
        injected: false,
    };
    // One change of the machine in three years.
    let environment = Environment {
        hil: "0.1.0".to_owned(),
        os: if index < RUNS / 2 { "Linux 6.1" } else { "Linux 6.12" }.to_owned(),
        arch: "x86_64".to_owned(),
        cpu: "Fast 9000".to_owned(),
        cores: 8,
        memory_bytes: 16 << 30,
        rustc: "rustc 1.95.0".to_owned(),
        clocks: Vec::new(),
        builds: Vec::new(),
    };
    let fingerprint = Fingerprint::of(&environment, Some(Evidence::Host));
    let ripple = f64::from(index.wrapping_mul(2_654_435_761) >> 16) / 65_536.0;
    let entry = |scenario: &str, metric, statistic, unit: &str, level: f64| {
        let value = level * (1.0 + 0.03 * ripple);
        Entry {
            origin: origin.clone(),
            subject: Subject {
                platform: PlatformId::new("desktop-cpu").unwrap(),
                scenario: ScenarioId::new(scenario).unwrap(),
                workload: WorkloadId::main(),
                versus: None,
                metric,
                statistic,
                rule: None,
            },
            target: TargetId::new("LAN-16").ok(),
            unit: Unit::find(unit).unwrap(),
            amount: Some(Amount {
                value,
                lower: Some(value * 0.99),
                upper: Some(value * 1.01),
                confidence: 0.9,
                effective_samples: 400.0,
                method: Method::OrderStatistics,
            }),
            samples: 500,
            verdict: Outcome::Pass,
            reason_code: None,
            evidence: Some(Evidence::Host),
            fingerprint: fingerprint.clone(),
        }
    };
    vec![
        entry("keyword", Metric::Latency, Statistic::Percentile(950), "ms", 1.5e-3),
        entry("keyword", Metric::CpuTime, Statistic::Median, "ms", 1.4e-3),
        entry("keyword", Metric::Memory, Statistic::Max, "MB", 4e6),
        entry("fft", Metric::Latency, Statistic::Median, "us", 2e-5),
        entry("fft", Metric::Throughput, Statistic::Mean, "/s", 5e4),
    ]
}
