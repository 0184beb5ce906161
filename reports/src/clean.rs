//! Makes foreign text safe to show: no control characters, no invisible ones that reorder text, a bounded length.
//!
//! Escaping for a format (HTML, XML, Markdown) is left to its renderer.

use std::fmt::Write as _;

pub use hil_model::text::is_unsafe;

/// The text on one line, with every character that could steer a terminal or reorder a line written as `\u{..}`.
///
/// Line breaks and tabs become single spaces.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => {
                if !clean.ends_with(' ') {
                    clean.push(' ');
                }
            }
            c if is_unsafe(c) => {
                // Writing to a string cannot fail.
                let _ = write!(clean, "\\u{{{:x}}}", u32::from(c));
            }
            c => clean.push(c),
        }
    }
    clean
}

/// At most `most` characters, the last three of them dots when something was cut.
#[must_use]
pub fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(3)).collect();
    cut.push_str("...");
    cut
}

/// Only ASCII: what is not becomes `?`.
#[must_use]
pub fn ascii(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::{clip, is_unsafe, one_line};
    use proptest::prelude::{any, prop_assert, proptest};

    #[test]
    fn terminal_escapes_and_reordering_are_shown_and_not_obeyed() {
        assert_eq!(one_line("\u{1b}[31mred\u{7}"), "\\u{1b}[31mred\\u{7}");
        assert_eq!(one_line("a\u{202e}b\u{9b}2J"), "a\\u{202e}b\\u{9b}2J");
    }

    #[test]
    fn lines_become_one_line() {
        assert_eq!(one_line(" first\r\nsecond\tthird\n"), "first second third");
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(clip("abcdefgh", 6), "abc...");
        assert_eq!(clip("abcdef", 6), "abcdef");
        assert_eq!(clip("ääääää", 5), "ää...");
    }

    proptest! {
        #[test]
        fn no_unsafe_character_survives(text in any::<String>()) {
            prop_assert!(!one_line(&text).chars().any(is_unsafe));
        }
    }
}
