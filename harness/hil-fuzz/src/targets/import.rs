//! Files of other benchmark tools, one target a format.
//!
//! An input for criterion is `sample.json`; what stands behind a line `#===` is `benchmark.json`.

use hil_import::criterion::{self, Folder};
use hil_import::error::ImportError;
use hil_import::imported::Imported;
use hil_import::{bmf, github_action, google_benchmark, hyperfine};

use crate::target::Target;
use crate::targets::{expect, expect_harmless};

const FILE: &str = "damaged.json";

pub(crate) const CRITERION: Target = Target {
    name: "import-criterion",
    about: "sample.json and benchmark.json of criterion",
    words: &[
        "\"iters\":[1,2],",
        "\"times\":[5,6]",
        "\"sampling_mode\":\"Flat\",",
        "\n#===\n",
        "\"full_id\":\"a\"",
        "[[1],[2]]",
    ],
    fixtures: &[("fixtures/import/criterion", "sample.json")],
    check: |bytes| {
        let marker = b"\n#===\n";
        let cut = bytes.windows(marker.len()).position(|window| window == marker);
        let (sample, benchmark) = match cut {
            Some(at) => (&bytes[..at], &bytes[at + marker.len()..]),
            None => (bytes, b"{\"group_id\":\"g\",\"full_id\":\"g\"}".as_slice()),
        };
        let folder = Folder {
            path: "damaged.json".to_owned(),
            label: criterion::NEWEST.to_owned(),
            benchmark: Some(benchmark.to_vec()),
            sample: Some(sample.to_vec()),
        };
        match criterion::read(&[folder]) {
            Ok(imported) => expect_sound(&imported),
            Err(errors) => errors.iter().try_for_each(expect_told),
        }
    },
};

pub(crate) const HYPERFINE: Target = Target {
    name: "import-hyperfine",
    about: "the JSON of hyperfine",
    words: &[
        "\"results\":[",
        "\"command\":\"a\",",
        "\"times\":[1,2]",
        "\"exit_codes\":[0,1]",
        "\"user\":0.5",
        "\"memory_usage_byte\":[1]",
    ],
    fixtures: &[("fixtures/import/hyperfine", ".json")],
    check: |bytes| single(hyperfine::read(FILE, bytes)),
};

pub(crate) const GOOGLE_BENCHMARK: Target = Target {
    name: "import-google-benchmark",
    about: "the JSON of Google Benchmark",
    words: &[
        "\"benchmarks\":[",
        "\"name\":\"a\",",
        "\"run_type\":\"aggregate\",",
        "\"real_time\":1,",
        "\"cpu_time\":1,",
        "\"iterations\":1,",
        "\"time_unit\":\"s\",",
        "\"repetition_index\":0,",
        "\"error_occurred\":true,",
    ],
    fixtures: &[("fixtures/import/google-benchmark", ".json")],
    check: |bytes| single(google_benchmark::read(FILE, bytes)),
};

pub(crate) const BMF: Target = Target {
    name: "import-bmf",
    about: "Bencher Metric Format",
    words: &["\"latency\":{", "\"throughput\":{", "\"value\":1,", "\"lower_value\":1,", "\"upper_value\":1", "\"a\":{"],
    fixtures: &[("fixtures/import/bmf", ".json")],
    check: |bytes| single(bmf::read(FILE, bytes)),
};

pub(crate) const GITHUB_ACTION: Target = Target {
    name: "import-github-action-benchmark",
    about: "the data of github-action-benchmark",
    words: &[
        "window.BENCHMARK_DATA = ",
        "\"entries\":{",
        "\"benches\":[",
        "\"name\":\"a\",",
        "\"unit\":\"ns\",",
        "\"value\":1",
        "\"range\":\"± 1\"",
    ],
    fixtures: &[("fixtures/import/github-action-benchmark", "")],
    check: |bytes| single(github_action::read(FILE, bytes)),
};

fn single(read: Result<Imported, ImportError>) -> Result<(), String> {
    match read {
        Ok(imported) => expect_sound(&imported),
        Err(error) => expect_told(&error),
    }
}

/// The error names the file, says something, and cannot steer a terminal.
fn expect_told(error: &ImportError) -> Result<(), String> {
    let text = error.to_string();
    expect(text.starts_with(FILE) && text.len() > FILE.len() + 4, || format!("not told: {text:?}"))?;
    expect(text.len() < 4096, || format!("{} bytes of error", text.len()))?;
    expect_harmless("an error", &text)?;
    expect(!text.contains('\n'), || "an error of several lines".to_owned())
}

/// What was accepted counts: names, whole iterations, times that are numbers, and no name twice.
fn expect_sound(imported: &Imported) -> Result<(), String> {
    let mut names: Vec<&str> = imported.benchmarks.iter().map(|benchmark| benchmark.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    expect(names.len() == imported.benchmarks.len(), || "a name stands twice".to_owned())?;
    for benchmark in &imported.benchmarks {
        expect(!benchmark.name.is_empty(), || "an empty name".to_owned())?;
        for sample in benchmark.sources.iter().flat_map(|source| &source.samples) {
            let time = sample.per_iteration();
            let cpu = sample.cpu_seconds.unwrap_or(0.0);
            let is_sound = sample.iterations > 0 && time.is_finite() && time >= 0.0 && cpu.is_finite() && cpu >= 0.0;
            expect(is_sound, || format!("{sample:?}"))?;
        }
        for stated in &benchmark.stated {
            let ends = [Some(stated.value), stated.lower, stated.upper];
            expect(ends.into_iter().flatten().all(f64::is_finite), || format!("{stated:?}"))?;
        }
    }
    let mut joined = imported.clone();
    // The same file a second time is either more samples of each benchmark or told to be twice the same.
    joined.join(imported.clone(), FILE).or_else(|error| expect_told(&error))
}
