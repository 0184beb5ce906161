//! `run.json` follows its schema, and what is not a run is refused with the place.

#[expect(dead_code, reason = "only the run of the sample is needed here")]
mod sample;

use std::path::Path;

use hil_store::{StoreError, run_json};
use serde_json::{Value, json};

#[test]
fn the_sample_follows_the_schema_and_each_mistake_does_not() {
    let validator = jsonschema::draft202012::new(&run_json::schema()).unwrap();
    let sample: Value = serde_json::from_str(&run_json::to_text(&sample::run().unwrap()).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&sample).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let mistakes = [
        ("/checks/0/verdict", json!("green")),
        ("/checks/0/metric", json!("speed")),
        ("/checks/0/statistic", json!("p100")),
        ("/checks/0/samples", json!(-1)),
        ("/checks/0/estimate/value", json!("1.8 ms")),
        ("/checks/0/evidence", json!("guessed")),
        ("/format", json!("1")),
        ("/seed", Value::Null),
        ("/alerts/0/alarm", json!("loud")),
    ];
    for (place, wrong) in mistakes {
        let mut broken = sample.clone();
        *broken.pointer_mut(place).unwrap() = wrong;
        assert!(!validator.is_valid(&broken), "{place}");
    }
    for name in sample.as_object().unwrap().keys() {
        let mut broken = sample.clone();
        broken.as_object_mut().unwrap().remove(name);
        assert!(!validator.is_valid(&broken), "scripts may rely on {name}");
    }
}

#[test]
fn fields_that_a_later_minor_version_adds_follow_the_schema() {
    let validator = jsonschema::draft202012::new(&run_json::schema()).unwrap();
    let mut sample: Value = serde_json::from_str(&run_json::to_text(&sample::run().unwrap()).unwrap()).unwrap();
    sample["weather"] = json!("fine");
    sample["checks"][0]["estimate"]["skew"] = json!(0.5);
    assert!(validator.is_valid(&sample));
}

#[test]
fn the_schema_says_what_it_describes() {
    let schema = run_json::schema();
    assert_eq!(schema["$id"], "urn:hilbench:run:1.0");
    assert_eq!(schema["title"], "Hilbench run, format 1.0");
}

#[test]
fn fields_stand_in_a_stable_order_and_the_text_ends_with_a_line_break() {
    let text = run_json::to_text(&sample::run().unwrap()).unwrap();
    assert!(text.starts_with("{\n  \"format\": \"1.0\",\n  \"id\": "), "{text}");
    assert!(text.ends_with("}\n"));
}

#[test]
fn what_is_not_a_run_is_refused_with_line_and_column() {
    let place = |text: &str| match run_json::from_text(text, Path::new("run.json")) {
        Err(StoreError::Json { line, column, message, .. }) => {
            assert!(!message.contains(" at line "), "{message}");
            (line, column, message)
        }
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(place(""), (1, 0, "EOF while parsing a value".to_owned()));
    assert_eq!(place("{\n  \"format\": 1}\n").0, 2);
    assert_eq!(place("{\"id\": \"a\"}").2, "missing field `format`");
    let good = run_json::to_text(&sample::run().unwrap()).unwrap();
    let (line, column, message) = place(&good.replace("\"pass\"", "\"green\""));
    let text_line = good.lines().nth(line - 1).unwrap();
    assert!(text_line.contains("\"verdict\": \"pass\"") && column > 1, "{line}: {text_line}");
    assert!(message.contains("green"), "{message}");
    place(&good[..good.len() / 2]);
}

#[test]
fn numbers_read_back_to_the_last_bit() {
    let mut run = sample::run().unwrap();
    for value in [1.813_873_463_050_220_7, 1.0 / 3.0, 5e-324, f64::MAX, 123_456_789.123_456_79] {
        run.seconds = value;
        let back = run_json::from_text(&run_json::to_text(&run).unwrap(), Path::new("run.json")).unwrap();
        assert_eq!(back.seconds.to_bits(), value.to_bits());
    }
}
