//! How long a run takes to be written and read, and how much memory that needs: `cargo bench -p hil-store --bench run`.
//!
//! It makes a run of metered boards with 21.5 million of a converter's codes, as many as there are in a run of
//! `scenarios/liquid-audio-nets`, writes it in one process and reads it in another. It fails when either takes 5 s of processor time
//! or 500 MB. `cargo bench -p hil-store --bench run -- DIR` reads and writes the run in that folder instead, and fails for nothing.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and a panic is its failure")]

#[expect(dead_code, reason = "only the run of the sample and one of its meterings are needed here")]
#[path = "../tests/sample/mod.rs"]
mod sample;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use hil_model::id::{ScenarioId, WorkloadId};
use hil_model::lab::Evidence;
use hil_model::power::{Metering, Period};
use hil_model::sample::{Counter, Iteration, Observations};
use hil_store::RunWriter;

/// The first word for the processes that measure.
const WRITE: &str = "write";
const READ: &str = "read";
const COPY: &str = "copy";
const WORKLOADS: u32 = 43;
const PERIODS: u32 = 125;
/// Of one period: 20 ms at 5 us.
const CODES: u32 = 4_000;
const AWAKE: u32 = 900;
const ITERATIONS: u32 = 1_000;
const MOST_SECONDS: f64 = 5.0;
const MOST_MB: f64 = 500.0;

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let to = tempfile::tempdir().unwrap();
    match words.as_slice() {
        [] => {
            let fits = [ask(WRITE, to.path()), ask(READ, &only_folder(to.path()))];
            if fits == [true; 2] { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        [word, out] if *word == WRITE => {
            let observations: Vec<Observations> = (0..WORKLOADS).map(observed).collect();
            write(&sample::run().unwrap(), &observations, Path::new(out))
        }
        [word, folder] if *word == READ => measured("read", || drop(read(Path::new(folder)))),
        [word, folder] if *word == COPY => {
            let (run, observations) = read(Path::new(folder));
            write(&run, &observations, to.path())
        }
        [folder] => {
            let _ = [READ, COPY].map(|word| ask(word, Path::new(folder)));
            ExitCode::SUCCESS
        }
        _ => {
            println!("name a run folder, or nothing");
            ExitCode::FAILURE
        }
    }
}

/// Measures in a process of its own, because the largest memory of a process never falls.
fn ask(word: &str, folder: &Path) -> bool {
    Command::new(std::env::current_exe().unwrap()).arg(word).arg(folder).status().unwrap().success()
}

fn read(folder: &Path) -> (hil_model::run::Run, Vec<Observations>) {
    (hil_store::read_run(folder).unwrap(), hil_store::read_observations(folder).unwrap())
}

fn write(run: &hil_model::run::Run, observations: &[Observations], out: &Path) -> ExitCode {
    let ended = measured("written", || {
        RunWriter::new(out).write(run, observations, &[]).unwrap();
    });
    for entry in only_folder(out).read_dir().unwrap() {
        let entry = entry.unwrap();
        let bytes = entry.metadata().unwrap().len();
        if bytes > 1 << 20 {
            println!("  {} has {bytes} bytes", entry.file_name().display());
        }
    }
    ended
}

fn only_folder(out: &Path) -> PathBuf {
    out.read_dir().unwrap().next().unwrap().unwrap().path()
}

fn measured(what: &str, act: impl FnOnce()) -> ExitCode {
    let before = peak_mb();
    let (began, busy) = (Instant::now(), processor_seconds());
    act();
    let (wall, busy, peak) = (began.elapsed().as_secs_f64(), processor_seconds() - busy, peak_mb());
    println!(
        "{what}: processor time {busy:.2} s, wall time {wall:.2} s, peak memory {peak:.0} MB, {before:.0} MB before"
    );
    if busy < MOST_SECONDS && peak < MOST_MB { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Of all threads of this process, where the system says it; 0 elsewhere. Linux counts in hundredths.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name in brackets, which may have blanks.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// `VmHWM`, the largest resident set, where the system says it; 0 elsewhere.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0) / 1000.0
}

/// A workload on a metered board that draws one current awake and another asleep, with noise.
fn observed(index: u32) -> Observations {
    let clock = Counter { name: "cyccnt".to_owned(), hz: 168e6 };
    let scenario = ScenarioId::new(format!("liquid-audio-nets-stm32f4-{}", index / 4)).unwrap();
    let workload = WorkloadId::new(format!("recognise-keywords-{}", index % 4)).unwrap();
    let mut seen = Observations::new(scenario, workload, Evidence::Emulated, clock);
    let iteration = |index| Iteration {
        start: 0,
        block: 0,
        slot: 0,
        index,
        warmup: index < 20,
        ticks: 756_000 + u64::from(index % 7),
        cpu_ns: None,
        cycles: Some(755_900),
    };
    seen.iterations = (0..ITERATIONS).map(iteration).collect();
    let mut noise = index + 1;
    let mut code = move |position| {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let level: u16 = if position < AWAKE { 1_240 } else { 310 };
        level + u16::try_from(noise & 15).unwrap()
    };
    let period = |index| {
        let began = u64::from(index) * 3_360_000;
        Period {
            start: 0,
            index,
            sleep: "sleep".to_owned(),
            codes: (0..CODES).map(&mut code).collect(),
            began,
            first_code: began + 840,
            slept: began + 756_000,
            ended: began + 3_360_000,
            awake_codes: AWAKE,
            sleep_seen: true,
            lost: 0,
            came_up: None,
        }
    };
    let periods = (0..PERIODS).map(period).collect();
    let sampled = sample::observations_1_2().unwrap().remove(0).metering.unwrap();
    seen.metering = Some(Metering { periods, ..sampled });
    seen
}
