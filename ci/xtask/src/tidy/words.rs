//! Words that must not stand in the code, or only in the crates whose business they are.

use crate::code::{code_only, lines_with, without_test_items};
use crate::finding::Finding;
use crate::repo::File;

/// A group of words with the places where they may stand.
struct Rule {
    words: &'static [&'static str],
    scope: Scope,
    /// Paths or the beginnings of paths where the words may stand.
    homes: &'static [&'static str],
    /// What the words may be used for besides, wherever that is.
    purposes: &'static [Purpose],
    fix: &'static str,
}

/// Where a rule looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// All text files.
    Text,
    /// The code of Rust files, without comments and literals.
    Code,
}

/// What a piece of code is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// `tests/`, `tests.rs` and items marked `#[cfg(test)]`.
    Tests,
    /// `benches/`.
    Benches,
    /// `build.rs`.
    BuildScript,
}

const RULES: [Rule; 6] = [
    Rule {
        words: &["RUSTC_BOOTSTRAP", "/usr/bin/rustc", "/usr/bin/cargo"],
        scope: Scope::Text,
        homes: &["ci/setup", "ci/xtask/"],
        purposes: &[],
        fix: "use the toolchain that ci/setup finds, without unstable features",
    },
    Rule {
        words: &["#[allow(", "#![allow("],
        scope: Scope::Code,
        homes: &[],
        purposes: &[],
        fix: "write `#[expect(.., reason = \"..\")]`, which tells when it is no longer needed",
    },
    Rule {
        words: &["#[ignore"],
        scope: Scope::Code,
        homes: &[],
        purposes: &[],
        fix: "a test runs or goes; assert today's behaviour if it is not the one that is wanted",
    },
    Rule {
        words: &["env::var"],
        scope: Scope::Code,
        homes: &["harness/hil-cli/", "ci/xtask/"],
        purposes: &[Purpose::Tests, Purpose::BuildScript],
        fix: "let hil-cli read the environment and pass the value in",
    },
    Rule {
        words: &["Instant::now", "SystemTime::now"],
        scope: Scope::Code,
        homes: &[
            "harness/hil-cli/",
            "harness/hil-bench/",
            "harness/hil-testkit/",
            "targets/hil-desktop/",
            "targets/hil-emulator/differential/src/main.rs",
            // Keeps an emulated board from running ahead of real time, and gives up on one that hangs.
            "targets/hil-emulator/src/host/",
            "targets/hil-emulator/tests/debug/host.rs",
            // Deadlines for drivers that hang, and the clock of a board against the clock of this computer.
            "harness/hil-probe/src/board/watch.rs",
            "harness/hil-probe/src/board/clock.rs",
            "harness/hil-probe/tests/",
            "ci/trust-workloads/",
            "ci/xtask/",
        ],
        purposes: &[Purpose::Benches],
        fix: "take the time as an argument or from a clock that the caller passes in",
    },
    Rule {
        words: &["println!", "print!", "eprintln!", "eprint!"],
        scope: Scope::Code,
        homes: &[
            "harness/hil-cli/",
            "harness/hil-fuzz/src/main.rs",
            "targets/hil-emulator/differential/src/main.rs",
            "ci/xtask/",
            "examples/",
        ],
        purposes: &[Purpose::Tests, Purpose::Benches, Purpose::BuildScript],
        fix: "return the text and let hil-cli print it",
    },
];

/// Finds every forbidden word outside its homes.
pub fn check(files: &[File]) -> Vec<Finding> {
    files.iter().flat_map(|file| RULES.iter().flat_map(move |rule| check_rule(file, rule))).collect()
}

fn check_rule(file: &File, rule: &Rule) -> Vec<Finding> {
    let at_home = rule.homes.iter().any(|home| file.path.starts_with(home));
    let for_purpose = rule.purposes.iter().any(|purpose| is_for(file, *purpose));
    let in_scope = rule.scope == Scope::Text || file.is_rust();
    // Most files contain none of the words even in comments; only the others are worth taking apart.
    let may_contain = rule.words.iter().any(|word| file.text.contains(word));
    if at_home || for_purpose || !in_scope || !may_contain {
        return Vec::new();
    }
    let text = match rule.scope {
        Scope::Text => file.text.clone(),
        Scope::Code if rule.purposes.contains(&Purpose::Tests) => without_test_items(&code_only(&file.text)),
        Scope::Code => code_only(&file.text),
    };
    rule.words
        .iter()
        .flat_map(|word| lines_with(&text, word).into_iter().map(move |line| (word, line)))
        .map(|(word, line)| Finding::new(&file.path, Some(line), format!("`{word}` is forbidden here"), rule.fix))
        .collect()
}

fn is_for(file: &File, purpose: Purpose) -> bool {
    match purpose {
        Purpose::Tests => file.is_below("tests") || file.name() == "tests.rs",
        Purpose::Benches => file.is_below("benches"),
        Purpose::BuildScript => file.name() == "build.rs",
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repo::File;

    /// The words found in `text` at `path`, with their lines.
    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        check(&[File::new(path, text)]).into_iter().map(|finding| (finding.line.unwrap(), finding.what)).collect()
    }

    fn n_found(path: &str, text: &str) -> usize {
        found(path, text).len()
    }

    #[test]
    fn code_is_searched_and_prose_is_not() {
        let text = "//! No println! here.\nfn a() {\n    println!(\"println!\");\n}\n";
        assert_eq!(found("harness/hil-stats/src/a.rs", text), [(3, "`println!` is forbidden here".to_owned())]);
    }

    #[test]
    fn homes_and_purposes_are_exempt() {
        let text = "fn a() { env::var(x); println!(y); }\n";
        for path in
            ["harness/hil-cli/src/a.rs", "harness/hil-stats/tests/a.rs", "reports/src/view/tests.rs", "a/build.rs"]
        {
            assert_eq!(n_found(path, text), 0, "{path}");
        }
        assert_eq!(n_found("harness/hil-client/src/a.rs", text), 2);
        assert_eq!(n_found("examples/own-kernel/src/main.rs", text), 1, "an example may print, no more");
    }

    #[test]
    fn test_items_may_print_but_not_read_clocks() {
        let text = "#[cfg(test)]\nmod tests {\n    fn a() { println!(); Instant::now() }\n}\n";
        assert_eq!(found("harness/hil-stats/src/a.rs", text), [(3, "`Instant::now` is forbidden here".to_owned())]);
        assert_eq!(n_found("harness/hil-bench/src/a.rs", text), 0);
        assert_eq!(n_found("targets/hil-kernels/benches/a.rs", text), 0);
    }

    #[test]
    fn nobody_allows_lints_or_ignores_tests() {
        let text = "#![allow(dead_code)]\n#[allow(unused)]\n#[ignore = \"slow\"]\n#[expect(unused, reason = \"x\")]\n";
        assert_eq!(n_found("harness/hil-cli/tests/a.rs", text), 3);
    }

    #[test]
    fn toolchain_tricks_are_found_in_any_file() {
        assert_eq!(n_found(".ci/run", "export RUSTC_BOOTSTRAP=1\n/usr/bin/cargo build\n"), 2);
        assert_eq!(n_found("ci/setup", "# RUSTC_BOOTSTRAP is never set\n"), 0);
    }

    #[test]
    fn fixtures_are_no_code() {
        assert_eq!(n_found("fixtures/a.rs", "println!()"), 0);
    }
}
