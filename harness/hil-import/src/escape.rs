//! Names that other tools wrote, made safe to show.
//!
//! A benchmark may be called anything, an escape sequence that repaints the terminal included. The name is kept as it is;
//! wherever it is shown, what cannot be seen is written as an escape.

/// `text` on one line, with every character that does not show itself (controls, terminal escapes, marks that reverse the
/// direction of text) written as in a Rust literal.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\'' => shown.push(c),
            _ => shown.extend(c.escape_debug()),
        }
    }
    shown
}

/// [`escaped`], cut behind `most` characters.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(most).collect();
    let rest = if chars.next().is_some() { "..." } else { "" };
    format!("{}{rest}", escaped(&head))
}

/// Names in a message.
const MOST_NAMES: usize = 20;

/// As many names as fit into a message.
#[must_use]
pub fn listed(names: &[String]) -> String {
    let mut text = names.iter().take(MOST_NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > MOST_NAMES {
        text.push_str(&format!(" and {} more", names.len() - MOST_NAMES));
    }
    if text.is_empty() { "nothing".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::{escaped, listed, shortened};

    #[test]
    fn many_names_are_cut() {
        assert_eq!(listed(&[]), "nothing");
        let names: Vec<String> = (0..23).map(|n| n.to_string()).collect();
        assert!(listed(&names).ends_with("18, 19 and 3 more"));
    }

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(escaped("a\u{1b}[31m\n\u{202e}b"), "a\\u{1b}[31m\\n\\u{202e}b");
        assert_eq!(escaped("sort \"größer\" 日本"), "sort \"größer\" 日本");
        assert_eq!(shortened("\u{7}bell", 2), "\\u{7}b...");
    }
}
