//! How long a run takes to be read and written, and how much memory that needs: `cargo bench -p hil-store --bench run -- DIR`.
//!
//! DIR is a run folder. A run of metered boards has tens of millions of a converter's codes, so it is the one to try.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and a panic is its failure")]

use std::path::PathBuf;
use std::time::Instant;

use hil_store::RunWriter;

fn main() {
    // Cargo adds `--bench`.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [folder] = words.as_slice() else {
        println!("nothing to do: name a run folder");
        return;
    };
    let folder = PathBuf::from(folder);
    let begin = Instant::now();
    let run = hil_store::read_run(&folder.join("run.json")).unwrap();
    let observations = hil_store::read_observations(&folder).unwrap();
    println!("read in {:.2} s, {} MB at most", begin.elapsed().as_secs_f64(), peak_mb());
    let to = tempfile::tempdir().unwrap();
    let begin = Instant::now();
    let written = RunWriter::new(to.path()).write(&run, &observations, &[]).unwrap();
    println!("written in {:.2} s, {} MB at most", begin.elapsed().as_secs_f64(), peak_mb());
    let bytes: u64 = written.read_dir().unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    println!("{bytes} bytes");
}

/// The largest memory of this process so far, where the system tells.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
