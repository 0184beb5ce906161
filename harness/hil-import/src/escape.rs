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

#[cfg(test)]
mod tests {
    use super::{escaped, shortened};

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(escaped("a\u{1b}[31m\n\u{202e}b"), "a\\u{1b}[31m\\n\\u{202e}b");
        assert_eq!(escaped("sort \"größer\" 日本"), "sort \"größer\" 日本");
        assert_eq!(shortened("\u{7}bell", 2), "\\u{7}b...");
    }
}
