//! The one place that hides unstable text from snapshots: paths, times, run ids, and figures that were measured.
//!
//! What comes from a scenario stays: a number behind `<`, `>` or `=` is a limit, not a measurement.

use hil_model::units::UNITS;

/// The text with placeholders: `[path]`, `[time]`, `[run]`, and `[n]` before a unit.
#[must_use]
pub fn redact(text: &str) -> String {
    text.split_inclusive('\n').map(redact_line).collect()
}

fn redact_line(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let at_word_start = !out.ends_with(|c: char| c.is_alphanumeric() || "_-./%".contains(c));
        let found = if at_word_start { placeholder(&out, rest) } else { None };
        match found {
            Some((len, with)) => {
                out.push_str(with);
                rest = &rest[len..];
            }
            None => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    out
}

/// What stands at the start of `rest`: its length, and what takes its place.
fn placeholder(before: &str, rest: &str) -> Option<(usize, &'static str)> {
    if let Some(len) = path_len(rest) {
        return Some((len, "[path]"));
    }
    if let Some(len) = time_len(rest) {
        return Some((len, "[time]"));
    }
    if let Some(len) = run_id_len(rest) {
        return Some((len, "[run]"));
    }
    let is_limit = before.trim_end().ends_with(['<', '>', '=']);
    let len = number_len(rest)?;
    (!is_limit && (rest[..len].contains('.') || unit_follows(&rest[len..]))).then_some((len, "[n]"))
}

/// An absolute path: `/a/b.c`, or `C:\a`.
fn path_len(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let unix = bytes.first() == Some(&b'/') && bytes.get(1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.');
    let windows = bytes.first().is_some_and(u8::is_ascii_alphabetic) && rest.get(1..3) == Some(":\\");
    let end = rest.find(|c: char| c.is_whitespace() || "\"'`<>()|,;".contains(c)).unwrap_or(rest.len());
    // A unit such as "/s" is no path.
    let is_unit = UNITS.iter().any(|unit| unit.symbol == &rest[..end]);
    ((unix && !is_unit) || windows).then(|| rest[..end].trim_end_matches(['.', ':']).len())
}

/// `2026-01-31`, `12:34:56`, or both with what RFC 3339 puts around them.
fn time_len(rest: &str) -> Option<usize> {
    let date = matches(rest, "dddd-dd-dd");
    let clock = |from: &str| {
        let len = matches(from, "dd:dd:dd")?;
        let fraction = from[len..].strip_prefix('.').map_or(0, |digits| 1 + digits_len(digits));
        let len = len + fraction;
        let zone = if from[len..].starts_with('Z') { Some(1) } else { matches(&from[len..], "+dd:dd") };
        Some(len + zone.or_else(|| matches(&from[len..], "-dd:dd")).unwrap_or(0))
    };
    match date {
        None => clock(rest),
        Some(len) => {
            let joined = rest[len..].starts_with(['T', ' ', '_']).then(|| clock(&rest[len + 1..])).flatten();
            Some(len + joined.map_or(0, |more| 1 + more))
        }
    }
}

/// A run id: a date and a time in digits, then a word: `20260131-123456-ab12`, `20260131t123456z-ab12`.
fn run_id_len(rest: &str) -> Option<usize> {
    let head = matches(rest, "dddddddd-dddddd").or_else(|| matches(rest, "ddddddddtdddddd"))?;
    let tail = rest[head..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len() - head);
    Some(head + tail)
}

/// A decimal number.
fn number_len(rest: &str) -> Option<usize> {
    let whole = digits_len(rest);
    let fraction = rest[whole..].strip_prefix('.').map_or(0, digits_len);
    match (whole, fraction) {
        (0, _) => None,
        (_, 0) => Some(whole),
        _ => Some(whole + 1 + fraction),
    }
}

/// Whether a unit follows, directly or behind one space.
fn unit_follows(rest: &str) -> bool {
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "%/".contains(c))).unwrap_or(rest.len());
    UNITS.iter().any(|unit| unit.symbol == &rest[..end])
}

fn digits_len(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of `pattern` if the text starts with it; a `d` stands for any digit.
fn matches(text: &str, pattern: &str) -> Option<usize> {
    let bytes = text.as_bytes().get(..pattern.len())?;
    let fits = |(byte, want): (&u8, u8)| if want == b'd' { byte.is_ascii_digit() } else { *byte == want };
    bytes.iter().zip(pattern.bytes()).all(fits).then_some(pattern.len())
}

#[cfg(test)]
mod tests {
    use super::redact;
    use proptest::prelude::{prop_assert_eq, proptest};

    #[test]
    fn what_changes_between_runs_is_hidden_and_what_does_not_stays() {
        let cases = [
            ("p95 1.79 ms (1.7 .. 2.0 ms), limit < 15 ms", "p95 [n] ms ([n] .. [n] ms), limit < 15 ms"),
            ("500 samples in 12 s", "[n] samples in [n] s"),
            ("throughput 120/s of 3 scenarios", "throughput [n]/s of 3 scenarios"),
            ("written to /tmp/x/hil-runs/a.html.", "written to [path]."),
            ("scenarios/lan/a.toml:3:1", "scenarios/lan/a.toml:3:1"),
            ("started 2026-01-31T12:34:56.789Z", "started [time]"),
            ("at 12:34:56 of 2026-01-31", "at [time] of [time]"),
            ("run 20260131-123456-ab12 done", "run [run] done"),
            ("LAN-16 lan/keyword_i8 hil 1", "LAN-16 lan/keyword_i8 hil 1"),
            ("0%/a", "0%/a"),
            ("C:\\Users\\me\\x.toml", "[path]"),
        ];
        for (text, redacted) in cases {
            assert_eq!(redact(text), redacted);
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_redacted_and_twice_is_once(text in "\\PC{0,60}") {
            let once = redact(&text);
            prop_assert_eq!(redact(&once), once);
        }
    }
}
