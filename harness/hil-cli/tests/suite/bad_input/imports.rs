//! Files of other tools. `exchange` has whole folders of criterion; here is one of each mistake in each format.

use super::Case;
use crate::common::Place;

fn write(place: &Place, text: &str) {
    place.write("a.json", text);
}

fn criterion(place: &Place, sample: &str) {
    place.write("c/b/new/benchmark.json", "{\"group_id\": \"b\", \"full_id\": \"b\"}");
    place.write("c/b/new/sample.json", sample);
}

const CRITERION: &[&str] = &["import", "criterion", "c"];
const HYPERFINE: &[&str] = &["import", "hyperfine", "a.json"];
const GOOGLE: &[&str] = &["import", "google-benchmark", "a.json"];
const BMF: &[&str] = &["import", "bmf", "a.json"];
const ACTION: &[&str] = &["import", "github-action-benchmark", "a.json"];

pub const CASES: &[Case] = &[
    Case {
        input: "criterion: NaN",
        prepare: |place| criterion(place, "{\"iters\":[1,2],\"times\":[5,NaN]}"),
        args: CRITERION,
        told: &["sample.json:1:27 at $.times[1]: NaN is not a time"],
        code: 2,
    },
    Case {
        input: "criterion: a negative time",
        prepare: |place| criterion(place, "{\"iters\":[1,2],\"times\":[5,-1]}"),
        args: CRITERION,
        told: &["sample.json:1:27 at $.times[1]: -1 is not a time"],
        code: 2,
    },
    Case {
        input: "criterion: a file that is cut off",
        prepare: |place| criterion(place, "{\"iters\":[1,2],\"tim"),
        args: CRITERION,
        told: &["sample.json:1:20: the file ends in the middle of a value"],
        code: 2,
    },
    Case {
        input: "criterion: a file that is missing",
        prepare: |place| {
            place.write("c/b/new/benchmark.json", "{\"full_id\": \"b\"}");
        },
        args: CRITERION,
        told: &["sample.json: the file is missing; run the suite again, or remove the folder"],
        code: 2,
    },
    Case {
        input: "criterion: a folder without a measurement",
        prepare: |place| std::fs::create_dir(place.path().join("c")).unwrap(),
        args: CRITERION,
        told: &["c: the folder holds no measurement of criterion"],
        code: 2,
    },
    Case {
        input: "hyperfine: NaN",
        prepare: |place| write(place, "{\"results\":[{\"command\":\"a\",\"times\":[NaN]}]}"),
        args: HYPERFINE,
        told: &["a.json:1:37 at $.results[0].times[0]: NaN is not a time"],
        code: 2,
    },
    Case {
        input: "hyperfine: a negative time",
        prepare: |place| write(place, "{\"results\":[{\"command\":\"a\",\"times\":[-1]}]}"),
        args: HYPERFINE,
        told: &["a.json:1:37 at $.results[0].times[0]: -1 is not a time"],
        code: 2,
    },
    Case {
        input: "Google Benchmark: NaN",
        prepare: |place| {
            write(place, "{\"benchmarks\":[{\"name\":\"a\",\"iterations\":1,\"real_time\":NaN,\"cpu_time\":1}]}")
        },
        args: GOOGLE,
        told: &["a.json:1:55 at $.benchmarks[0].real_time: NaN is not"],
        code: 2,
    },
    Case {
        input: "Google Benchmark: a negative time",
        prepare: |place| {
            write(place, "{\"benchmarks\":[{\"name\":\"a\",\"iterations\":1,\"real_time\":-1,\"cpu_time\":1}]}")
        },
        args: GOOGLE,
        told: &["a.json:1:55 at $.benchmarks[0].real_time: -1 is not"],
        code: 2,
    },
    Case {
        input: "BMF: NaN",
        prepare: |place| write(place, "{\"a\":{\"latency\":{\"value\":NaN}}}"),
        args: BMF,
        told: &["a.json:1:26 at $[\"a\"][\"latency\"].value: NaN is not"],
        code: 2,
    },
    Case {
        input: "BMF: a negative time",
        prepare: |place| write(place, "{\"a\":{\"latency\":{\"value\":-1}}}"),
        args: BMF,
        told: &["a.json:1:26 at $[\"a\"][\"latency\"].value: -1 is not"],
        code: 2,
    },
    Case {
        input: "github-action-benchmark: NaN",
        prepare: |place| write(place, "[{\"name\":\"a\",\"unit\":\"ns\",\"value\":NaN}]"),
        args: ACTION,
        told: &["a.json:1:34 at $[0].value: NaN is not"],
        code: 2,
    },
    Case {
        input: "github-action-benchmark: a negative time",
        prepare: |place| write(place, "[{\"name\":\"a\",\"unit\":\"ns\",\"value\":-1}]"),
        args: ACTION,
        told: &["a.json:1:34 at $[0].value: -1 is not"],
        code: 2,
    },
    Case {
        input: "an empty file",
        prepare: |place| write(place, ""),
        args: BMF,
        told: &["a.json:1:1: the file ends in the middle of a value"],
        code: 2,
    },
    Case {
        input: "a file of 100 MB",
        prepare: |place| std::fs::File::create(place.path().join("a.json")).unwrap().set_len(100_000_000).unwrap(),
        args: BMF,
        told: &["a.json: the file is larger than 16 MiB, the most that is read"],
        code: 2,
    },
    Case {
        input: "lists within lists, 100,000 deep",
        prepare: |place| write(place, &"[".repeat(100_000)),
        args: ACTION,
        told: &["a.json:1:", "too deep within each other"],
        code: 2,
    },
    Case {
        input: "a terminal escape in a name",
        prepare: |place| write(place, "{\"\\u001b[2J\\u202e\": 3}"),
        args: BMF,
        told: &["a.json:1:", "\\u{1b}[2J\\u{202e}"],
        code: 2,
    },
];
