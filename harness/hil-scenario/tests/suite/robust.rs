//! No input makes the reader panic, hang, or send something to a terminal that it would obey.

use std::sync::LazyLock;

use crate::common::{load_all, read, scenario_files};
use hil_scenario::{Input, Loaded, render};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

static VALID: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| scenario_files("fixtures/scenarios/valid").iter().map(|file| read(file)).collect());

fn load_bytes(bytes: &[u8]) -> Loaded {
    load_all(&[Input::new("fixtures/scenarios/valid/mutated.toml", bytes)])
}

/// Either a scenario or an error, places within the text, and a text that a terminal can be given.
fn holds(loaded: &Loaded) -> Result<(), String> {
    if loaded.scenarios.is_empty() != loaded.has_errors() {
        return Err(format!("{} scenarios, {:?}", loaded.scenarios.len(), loaded.problems));
    }
    for problem in &loaded.problems {
        let text = loaded.sources.text(&problem.file).ok_or("a problem without its text")?;
        let is_inside = problem.span.start <= problem.span.end && problem.span.end <= text.len();
        if !is_inside || problem.line == 0 || problem.column == 0 {
            return Err(format!("{problem:?}"));
        }
    }
    let is_harmless = |c: char| c == '\n' || !c.is_control() && !('\u{202a}'..='\u{202e}').contains(&c);
    let plain = render(&loaded.problems, &loaded.sources, false);
    match plain.chars().find(|c| !is_harmless(*c)) {
        Some(c) => Err(format!("{c:?} in {plain:?}")),
        None => Ok(()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(holds(&load_bytes(&bytes)) == Ok(()), "{:?}", holds(&load_bytes(&bytes)));
    }

    #[test]
    fn arbitrary_text_of_toml_characters_never_panics(text in "[\\[\\]{}\"'=.,#a-c\n\r \t\u{1b}\u{202e}ä1-]{0,200}") {
        prop_assert!(holds(&load_bytes(text.as_bytes())) == Ok(()), "{:?}", holds(&load_bytes(text.as_bytes())));
    }

    #[test]
    fn mutated_files_never_panic(
        file in any::<Index>(),
        cuts in vec((any::<Index>(), 0usize..12, vec(any::<u8>(), 0..4)), 1..4),
    ) {
        let mut bytes = VALID[file.index(VALID.len())].clone();
        for (place, length, inserted) in cuts {
            let start = place.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, inserted);
        }
        prop_assert!(holds(&load_bytes(&bytes)) == Ok(()), "{:?}", holds(&load_bytes(&bytes)));
    }

    #[test]
    fn files_with_lines_swapped_repeated_and_dropped_never_panic(
        file in any::<Index>(),
        order in vec(any::<Index>(), 1..60),
    ) {
        let text = String::from_utf8(VALID[file.index(VALID.len())].clone()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let shuffled: Vec<&str> = order.iter().map(|index| lines[index.index(lines.len())]).collect();
        let shuffled = shuffled.join("\n");
        prop_assert!(holds(&load_bytes(shuffled.as_bytes())) == Ok(()), "{:?}", holds(&load_bytes(shuffled.as_bytes())));
    }
}

#[test]
fn files_made_to_hurt_end_with_problems() {
    let table = |n: usize| format!("[[check]]\nmetric = \"latency\"\nstatistic = \"p{n}\"\nreport = true\n");
    let deep = ["a"; 79].join(".");
    for text in [
        "=\n".repeat(500_000),
        "=".repeat(1_000_000),
        "\"".repeat(1_000_000),
        format!("a = {}", "[".repeat(1_000_000)),
        format!("a = {}", "{a=".repeat(300_000)),
        vec!["a"; 500_000].join("."),
        format!("[{deep}]\n{}", format!("{deep}={{").repeat(79)),
        format!("[{deep}]\n{}", format!("{deep}={{").repeat(8)),
        (0..100_000).map(|n| format!("k{n}=1\n")).collect(),
        format!("title = \"{}\"\n", "\u{1b}".repeat(1_000_000)),
        format!("title = \"{}\"\n", "ä".repeat(500_000)),
        (0..10_000).map(|n| table(n % 99 + 1)).collect(),
        "[[check]]\n".repeat(100_000),
        "[[a".repeat(300_000),
        "a = '''\n".repeat(100_000),
    ] {
        assert_eq!(holds(&load_bytes(text.as_bytes())), Ok(()), "{}", text.chars().take(20).collect::<String>());
    }
}

#[test]
fn colour_is_only_there_when_asked_for_and_only_ours() {
    let loaded = load_bytes(b"id = \"\\u001b[31m\"\n\"\\u009b2J\" = 1\n");
    let plain = render(&loaded.problems, &loaded.sources, false);
    assert!(!plain.contains('\u{1b}') && !plain.contains('\u{9b}'), "{plain:?}");
    let colored = render(&loaded.problems, &loaded.sources, true);
    assert!(colored.contains("\u{1b}["));
    // Taking away every colour leaves the plain text, so that nothing else was in there.
    let mut rest = String::new();
    let mut parts = colored.split("\u{1b}[");
    rest.push_str(parts.next().unwrap());
    for part in parts {
        let (code, text) = part.split_once('m').unwrap();
        assert!(code.chars().all(|c| c.is_ascii_digit() || c == ';'), "{code:?}");
        rest.push_str(text);
    }
    assert_eq!(rest, plain);
}

#[test]
fn what_a_terminal_would_obey_is_shown_as_a_picture() {
    let text = "title = \"\u{1b}[31m \u{7f} \u{9b}31m \u{85} \u{202e} \u{2028}\"\n[\u{1b}]0;x\u{7}]\n";
    let loaded = load_all(&[Input::new("evil\u{1b}[2J\n.toml", text)]);
    let plain = render(&loaded.problems, &loaded.sources, false);
    assert!(plain.contains("title = \"␛[31m ␡ \u{fffd}31m \u{fffd} \u{fffd} \u{fffd}\""), "{plain}");
    assert!(plain.contains("evil␛[2J␊.toml:1:"), "{plain}");
    assert_eq!(holds(&loaded), Ok(()));
}

#[test]
fn of_a_long_line_only_the_neighbourhood_is_shown() {
    let text = format!("title = \"{}\" x # {}\n", "ä".repeat(5_000), "b".repeat(5_000));
    let loaded = load_bytes(text.as_bytes());
    let plain = render(&loaded.problems, &loaded.sources, false);
    assert!(plain.contains("mutated.toml:1:5012"), "{plain}");
    assert!(plain.lines().all(|line| line.chars().count() < 400), "{plain}");
}
