//! The fixtures, and one way to call every reader of a single file.

use std::path::{Path, PathBuf};

use hil_import::criterion::{self, Folder};
use hil_import::error::ImportError;
use hil_import::imported::{Benchmark, Format, Imported};
use hil_import::{bmf, github_action, google_benchmark, hyperfine};

/// `fixtures/import/<path>`.
pub fn path(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/import").join(path)
}

/// Content of `fixtures/import/<path>`.
pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

/// The measurement in `fixtures/import/criterion/<path>`.
pub fn measurement(name: &str) -> Folder {
    let folder = format!("criterion/{name}");
    Folder {
        path: folder.clone(),
        label: name.rsplit('/').next().unwrap().to_owned(),
        benchmark: Some(fixture(&format!("{folder}/benchmark.json"))),
        sample: Some(fixture(&format!("{folder}/sample.json"))),
    }
}

/// The single-file formats, each with a file of its own.
pub const FILES: [(Format, &str); 9] = [
    (Format::Hyperfine, "hyperfine/two-commands.json"),
    (Format::Hyperfine, "hyperfine/failed-runs.json"),
    (Format::GoogleBenchmark, "google-benchmark/repetitions.json"),
    (Format::GoogleBenchmark, "google-benchmark/single.json"),
    (Format::GoogleBenchmark, "google-benchmark/aggregates-only.json"),
    (Format::Bmf, "bmf/two-measures.json"),
    (Format::GithubActionBenchmark, "github-action-benchmark/custom.json"),
    (Format::GithubActionBenchmark, "github-action-benchmark/data.js"),
    (Format::Criterion, "criterion/0.8.2/plain/new/sample.json"),
];

/// Reads `bytes` as a file of `format`; for criterion they are a `sample.json`.
pub fn read(format: Format, bytes: &[u8]) -> Result<Imported, ImportError> {
    match format {
        Format::Criterion => {
            let benchmark = Some(br#"{"full_id":"a"}"#.to_vec());
            let folder =
                Folder { path: "f".to_owned(), label: "new".to_owned(), benchmark, sample: Some(bytes.to_vec()) };
            criterion::read(&[folder]).map_err(|mut errors| errors.remove(0))
        }
        Format::Hyperfine => hyperfine::read("f", bytes),
        Format::GoogleBenchmark => google_benchmark::read("f", bytes),
        Format::Bmf => bmf::read("f", bytes),
        Format::GithubActionBenchmark => github_action::read("f", bytes),
    }
}

/// The benchmark of that name.
pub fn named<'a>(imported: &'a Imported, name: &str) -> &'a Benchmark {
    imported.benchmarks.iter().find(|benchmark| benchmark.name == name).unwrap()
}
