//! The JSON Schema agrees with the checker: on every valid file, and on every key of every table.

use crate::common::{load_all, read, scenario_files};
use hil_scenario::{Input, schema};
use serde_json::{Value, json};

fn validator() -> jsonschema::Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

/// A TOML file as the JSON value that an editor validates.
fn as_json(bytes: &[u8]) -> Value {
    let table: toml::Table = toml::from_str(std::str::from_utf8(bytes).unwrap()).unwrap();
    serde_json::to_value(table).unwrap()
}

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::draft202012::meta::is_valid(&schema()));
}

#[test]
fn files_without_problems_are_valid() {
    let validator = validator();
    let mut files = scenario_files("scenarios");
    files.extend(scenario_files("fixtures/scenarios/valid"));
    for file in files {
        let errors: Vec<String> =
            validator.iter_errors(&as_json(&read(&file))).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{file}: {errors:?}");
    }
}

#[test]
fn mistakes_that_a_schema_can_see_are_invalid() {
    let validator = validator();
    for name in [
        "acceptable-without-limit",
        "bad-base-path",
        "bad-name",
        "base-file-type",
        "base-not-text",
        "check-empty",
        "check-missing",
        "check-single-bracket",
        "command-empty",
        "empty",
        "kernel-and-command",
        "limit-and-report",
        "missing-keys",
        "nothing-to-judge-by",
        "order-of-one",
        "order-with-workload",
        "out-of-range",
        "suite-incomplete",
        "unknown-keys",
        "unknown-words",
        "wrong-types",
    ] {
        let file = format!("fixtures/scenarios/invalid/{name}.toml");
        let mut text = String::from_utf8(read(&file)).unwrap();
        // A number that TOML itself cannot hold is another mistake.
        text = text.replace("99999999999999999999", "0");
        assert!(!validator.is_valid(&as_json(text.as_bytes())), "{name}");
    }
}

/// A scenario that has every table, as tables of values.
fn complete() -> Value {
    json!({
        "id": "complete",
        "title": "Complete",
        "on": {"platform": "desktop-cpu"},
        "workload": {
            "kernel": "lan/keyword_i8",
            "duty_cycle": {"period": "16 ms", "sleep": "stop"},
            "battery": {"capacity": "90 mWh", "why": "a guess"},
        },
        "workloads": {"float": {"kernel": "lan/keyword_f32"}},
        "sampling": {"starts": 5},
        "check": [
            {"metric": "latency", "statistic": "p95", "limit": "< 5 ms", "needs": {"cores": 2}},
            {"metric": "latency", "statistic": "p95", "workload": "float", "report": true},
        ],
        "alert": [{"metric": "latency", "statistic": "p95", "limit": "> 5 ms", "severity": "info"}],
    })
}

/// Whether the checker finds an unknown key, and whether it finds anything.
fn check(value: &Value) -> (bool, bool) {
    let loaded = load_all(&[Input::new("complete.toml", toml::to_string(value).unwrap())]);
    let is_unknown = loaded.problems.iter().any(|problem| problem.kind.code() == "unknown-key");
    (is_unknown, !loaded.problems.is_empty())
}

const TABLES: [&str; 10] = [
    "",
    "/on",
    "/workload",
    "/workload/duty_cycle",
    "/workload/battery",
    "/workloads/float",
    "/sampling",
    "/check/0",
    "/check/0/needs",
    "/alert/0",
];

#[test]
fn schema_and_checker_refuse_the_same_unknown_keys() {
    let validator = validator();
    assert!(validator.is_valid(&complete()));
    assert_eq!(check(&complete()), (false, false));
    for table in TABLES {
        let mut value = complete();
        value.pointer_mut(table).unwrap()["colour"] = json!("red");
        assert!(!validator.is_valid(&value), "schema, {table}");
        assert!(check(&value).0, "checker, {table}");
    }
}

#[test]
fn schema_and_checker_know_the_same_keys() {
    let schema = schema();
    for table in TABLES {
        // The same way through the schema, from table to table.
        let mut place = &schema;
        for step in table.split('/').skip(1) {
            place = match step {
                "0" => &place["items"],
                "float" => &place["additionalProperties"],
                key => &place["properties"][key],
            };
        }
        let keys: Vec<&String> = place["properties"].as_object().unwrap().keys().collect();
        assert!(!keys.is_empty(), "{table}");
        for key in keys {
            let mut value = complete();
            let target = value.pointer_mut(table).unwrap();
            if target.get(key).is_none() {
                target[key] = json!("of the wrong form, maybe");
            }
            assert!(!check(&value).0, "{table}/{key}");
        }
        assert!(place["properties"].as_object().unwrap().values().all(|key| key["description"].is_string()), "{table}");
    }
}
