//! Every way in which a file can be bad, with the message that the user sees.

use hil_import::criterion::{self, Folder};
use hil_import::error::{ErrorKind, MAX_FILE_LEN};
use hil_import::imported::Format;

use crate::common::{FILES, fixture, measurement, read};

fn message(format: Format, text: &str) -> String {
    read(format, text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn each_mistake_is_told_with_its_file_and_place() {
    use Format::{Bmf, Criterion, GithubActionBenchmark, GoogleBenchmark, Hyperfine};
    let cases = [
        (
            Criterion,
            r#"{"iters":[1,2],"times":[5,NaN]}"#,
            "f/sample.json:1:27 at $.times[1]: NaN is not a time in nanoseconds, from 0 to 10^18",
        ),
        (
            Criterion,
            r#"{"iters":[1,2],"times":[5,-1]}"#,
            "f/sample.json:1:27 at $.times[1]: -1 is not a time in nanoseconds, from 0 to 10^18",
        ),
        (
            Criterion,
            r#"{"iters":[1],"times":[1e999]}"#,
            "f/sample.json:1:23 at $.times[0]: inf is not a time in nanoseconds, from 0 to 10^18",
        ),
        (
            Criterion,
            r#"{"iters":[0],"times":[1]}"#,
            "f/sample.json:1:11 at $.iters[0]: 0 is not a whole number from 1 to 2^53",
        ),
        (
            Criterion,
            r#"{"iters":[1.5],"times":[1]}"#,
            "f/sample.json:1:11 at $.iters[0]: 1.5 is not a whole number from 1 to 2^53",
        ),
        (Criterion, r#"{"iters":[],"times":[]}"#, "f/sample.json:1:10 at $.iters: the list is empty"),
        (
            Criterion,
            r#"{"iters":[1,2],"times":[1]}"#,
            "f/sample.json:1:1 at $: iters has 2 values and times has 1; one each is wanted",
        ),
        (Criterion, r#"{"iters":[1]}"#, "f/sample.json:1:1 at $: there is no \"times\""),
        (
            Criterion,
            r#"{"sampling_mode":"Round","iters":[1],"times":[1]}"#,
            "f/sample.json:1:18 at $.sampling_mode: \"Round\" is not a sampling mode; Linear and Flat are known",
        ),
        (Criterion, r#"[[1],[2],[3]]"#, "f/sample.json:1:1 at $: a list of iterations and a list of times are wanted"),
        (Criterion, r#"3"#, "f/sample.json:1:1 at $: samples of criterion are an object or a list"),
        (
            Criterion,
            "{\"iters\":[1],\n \"times\":[1",
            "f/sample.json:2:12: the file ends in the middle of a value; it is truncated",
        ),
        (Criterion, "", "f/sample.json:1:1: the file ends in the middle of a value; it is truncated"),
        (Hyperfine, r#"{"results":[]}"#, "f:1:12 at $.results: the list is empty"),
        (
            Hyperfine,
            r#"{"results":[{"command":"a","times":[1,"2"]}]}"#,
            "f:1:39 at $.results[0].times[1]: a text where a time in seconds, from 0 to 10^9 is wanted",
        ),
        (Hyperfine, r#"{"results":[{"command":"a","times":[]}]}"#, "f:1:36 at $.results[0].times: the list is empty"),
        (Hyperfine, r#"{"results":[{"command":"a"}]}"#, "f:1:13 at $.results[0]: there is no \"times\""),
        (Hyperfine, r#"{"results":[{"command":"","times":[1]}]}"#, "f:1:24 at $.results[0].command: the name is empty"),
        (
            Hyperfine,
            r#"{"results":[{"command":"a","times":[1]},{"command":"a","times":[1]}]}"#,
            "f:1:52 at $.results[1].command: the name \"a\" stands here twice",
        ),
        (
            Hyperfine,
            r#"{"results":[{"command":"a","times":[1],"exit_codes":[0,0]}]}"#,
            "f:1:53 at $.results[0].exit_codes: times has 1 values and exit_codes has 2; one each is wanted",
        ),
        (
            Hyperfine,
            r#"{"results":[{"command":"a","times":[1],"user":-1}]}"#,
            "f:1:47 at $.results[0].user: -1 is not a finite number that is not negative",
        ),
        (Hyperfine, r#"[]"#, "f:1:1 at $: a list where an object is wanted"),
        (
            GoogleBenchmark,
            r#"{"benchmarks":[{"name":"a","run_type":"guess"}]}"#,
            "f:1:39 at $.benchmarks[0].run_type: \"guess\" is not a run type; iteration and aggregate are known",
        ),
        (
            GoogleBenchmark,
            r#"{"benchmarks":[{"name":"a","iterations":1,"real_time":1,"cpu_time":1,"time_unit":"h"}]}"#,
            "f:1:82 at $.benchmarks[0].time_unit: \"h\" is not a unit of time; ns, us, ms and s are known",
        ),
        (
            GoogleBenchmark,
            r#"{"benchmarks":[{"name":"a","iterations":1,"real_time":Infinity,"cpu_time":1}]}"#,
            "f:1:55 at $.benchmarks[0].real_time: inf is not a finite number that is not negative",
        ),
        (
            GoogleBenchmark,
            r#"{"benchmarks":[{"name":"a","iterations":1,"real_time":2e9,"cpu_time":1,"time_unit":"s"}]}"#,
            "f:1:55 at $.benchmarks[0].real_time: 2000000000 s is not a time of one iteration, from 0 to 10^9 s",
        ),
        (
            GoogleBenchmark,
            r#"{"benchmarks":[{"name":"a","repetition_index":0,"iterations":1,"real_time":1,"cpu_time":1},{"name":"a","repetition_index":0}]}"#,
            "f:1:123 at $.benchmarks[1].repetition_index: the name \"a, repetition 0\" stands here twice",
        ),
        (GoogleBenchmark, r#"{}"#, "f:1:1 at $: there is no \"benchmarks\""),
        (Bmf, r#"{}"#, "f:1:1 at $: there is no benchmark in it"),
        (Bmf, r#"{"a":{}}"#, "f:1:6 at $[\"a\"]: the benchmark has no measure"),
        (
            Bmf,
            r#"{"a":{"latency":{"value":1}},"a":{"latency":{"value":2}}}"#,
            "f:1:30: the name \"a\" stands here twice",
        ),
        (
            Bmf,
            r#"{"a":{"latency":{"value":"1"}}}"#,
            "f:1:26 at $[\"a\"][\"latency\"].value: a text where a finite number that is not negative is wanted",
        ),
        (Bmf, r#"{"a":{"latency":{"lower_value":1}}}"#, "f:1:17 at $[\"a\"][\"latency\"]: there is no \"value\""),
        (
            Bmf,
            "{\"\\u001b[2J\":{\"latency\":3}}",
            "f:1:25 at $[\"\\u{1b}[2J\"][\"latency\"]: a number where an object is wanted",
        ),
        (GithubActionBenchmark, r#"[]"#, "f:1:1 at $: there is no benchmark in it"),
        (
            GithubActionBenchmark,
            r#"[{"name":"a","unit":"ns","value":"fast"}]"#,
            "f:1:34 at $[0].value: fast is not a finite number that is not negative",
        ),
        (
            GithubActionBenchmark,
            r#"[{"name":"a","unit":"ns","value":"NaN"}]"#,
            "f:1:34 at $[0].value: NaN is not a finite number that is not negative",
        ),
        (
            GithubActionBenchmark,
            r#"[{"name":"a","unit":"KB","value":"x"}]"#,
            "f:1:34 at $[0].value: x is not a finite number",
        ),
        (
            GithubActionBenchmark,
            r#"[{"name":"a","unit":"ns","value":-2}]"#,
            "f:1:34 at $[0].value: -2 is not a finite number that is not negative",
        ),
        (
            Bmf,
            r#"{"a":{"latency":{"value":-1}}}"#,
            "f:1:26 at $[\"a\"][\"latency\"].value: -1 is not a finite number that is not negative",
        ),
        (GithubActionBenchmark, r#"[{"name":"a","value":1}]"#, "f:1:2 at $[0]: there is no \"unit\""),
        (
            GithubActionBenchmark,
            r#"[{"name":"a","unit":"ns","value":1},{"name":"a","unit":"ns","value":1}]"#,
            "f:1:45 at $[1].name: the name \"a\" stands here twice",
        ),
        (
            GithubActionBenchmark,
            r#"window.BENCHMARK_DATA = {"entries":{"s":[]}};"#,
            "f:1:41 at $.entries[\"s\"]: the list is empty",
        ),
        (
            GithubActionBenchmark,
            "window.BENCHMARK_DATA = ",
            "f:1:24: the file ends in the middle of a value; it is truncated",
        ),
        (
            GithubActionBenchmark,
            "window.BENCHMARK_DATA = {\n  \"entries\": 5 }",
            "f:2:14 at $.entries: a number where an object is wanted",
        ),
    ];
    let wrong = cases.iter().filter(|(format, text, wanted)| message(*format, text) != *wanted);
    let wrong: Vec<_> = wrong.map(|(format, text, wanted)| (text, message(*format, text), wanted)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_not_text_and_what_is_too_large_is_refused_by_every_reader() {
    for (format, _) in FILES {
        let kind = |bytes: &[u8]| read(format, bytes).unwrap_err().kind;
        assert_eq!(kind(b"[\xff\xfe]"), ErrorKind::NotUtf8 { offset: 1 });
        assert_eq!(kind(&vec![b' '; MAX_FILE_LEN + 1]), ErrorKind::TooLarge);
        assert!(matches!(kind(b"<html>"), ErrorKind::Syntax(_)));
        assert_eq!(
            kind("[".repeat(200_000).as_bytes()).to_string(),
            "not JSON: lists and objects stand too deep within each other"
        );
    }
}

#[test]
fn more_benchmarks_than_a_report_can_show_are_refused() {
    let text = |count: usize| {
        let entries: Vec<String> = (0..count).map(|k| format!("\"b{k}\":{{\"latency\":{{\"value\":1}}}}")).collect();
        format!("{{{}}}", entries.join(","))
    };
    assert_eq!(read(Format::Bmf, text(10_000).as_bytes()).unwrap().benchmarks.len(), 10_000);
    let wanted = "f: there are 10001 benchmarks, and at most 10000 are read into one run";
    assert_eq!(message(Format::Bmf, &text(10_001)), wanted);
}

#[test]
fn every_fixture_cut_anywhere_is_an_error() {
    for (format, file) in FILES {
        let bytes = fixture(file);
        let whole = bytes.trim_ascii_end().len();
        for end in (0..whole).step_by(97).chain([whole - 2]) {
            // Behind the bracket of `data.js` only a semicolon is missing.
            assert!(
                read(format, &bytes[..end]).is_err() || file.ends_with("data.js") && end + 2 >= whole,
                "{file}, {end}"
            );
        }
    }
}

#[test]
fn every_folder_of_criterion_that_is_bad_is_told_at_once() {
    let good = measurement("0.8.2/plain/new");
    let at = |path: &str| Folder { path: path.to_owned(), ..good.clone() };
    let folders = [
        at("a"),
        Folder { sample: None, ..at("b") },
        Folder { benchmark: None, ..at("c") },
        Folder { benchmark: Some(b"{\"group_id\": \"g\", \"function_id\": 3}".to_vec()), ..at("d") },
        Folder { sample: Some(good.sample.clone().unwrap()[..200].to_vec()), ..at("e") },
        at("again\u{1b}"),
    ];
    let messages: Vec<String> = criterion::read(&folders).unwrap_err().iter().map(ToString::to_string).collect();
    let run_again = "the file is missing; run the suite again, or remove the folder";
    assert_eq!(
        messages,
        [
            format!("b/sample.json: {run_again}"),
            format!("c/benchmark.json: {run_again}"),
            "d/benchmark.json:1:34 at $.function_id: a number where a text is wanted".to_owned(),
            "e/sample.json:1:201: the file ends in the middle of a value; it is truncated".to_owned(),
            "again\\u{1b}/benchmark.json: the name \"plain (new)\" stands here twice".to_owned(),
        ]
    );
}

#[test]
fn no_message_can_move_the_cursor() {
    let name = "x\u{1b}[2J\u{7}\u{202e}";
    let folder = Folder { path: name.to_owned(), label: name.to_owned(), benchmark: None, sample: None };
    let error = criterion::read(&[folder]).unwrap_err()[0].to_string();
    assert!(error.starts_with("x\\u{1b}[2J\\u{7}\\u{202e}/benchmark.json"), "{error}");
}
