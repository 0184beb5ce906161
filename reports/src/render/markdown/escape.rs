//! Foreign text in Markdown: shown as it is, and never markup, link, mention or formula.

use std::fmt::Write as _;

/// Characters that can begin markup, a mention, a reference or a formula anywhere in a line.
const ACTIVE: &str = "&<>|`*_[]~@#\\!$:";

/// What ends a mention or a reference behind its sign: GitHub looks for both after entities have become letters again.
const APART: &str = "&#8203;";

/// Text as text. Entities are used because, unlike a backslash, they also hold inside tables and HTML blocks.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let tail = &rest[c.len_utf8()..];
        // A colon acts only in a URL or an emoji code, a dot only behind "www"; elsewhere they stay readable.
        let acts = match c {
            ':' => !tail.starts_with(' ') && !tail.is_empty(),
            '.' => plain.get(plain.len().saturating_sub(3)..).is_some_and(|end| end.eq_ignore_ascii_case("www")),
            c => ACTIVE.contains(c),
        };
        if acts {
            // Writing to a string cannot fail.
            let _ = write!(plain, "&#{};", u32::from(c));
            if c == '@' || (c == '#' && tail.starts_with(|c: char| c.is_ascii_digit())) {
                plain.push_str(APART);
            }
        } else {
            plain.push(c);
        }
        rest = tail;
    }
    plain
}

/// Text in a fixed-width font; what cannot stand in a code span is plain text.
pub(crate) fn code(text: &str) -> String {
    let fits = !text.is_empty() && !text.contains(['`', '|', '\\', '<', '&']);
    if fits { format!("`{text}`") } else { plain(text) }
}

#[cfg(test)]
mod tests {
    use super::{code, plain};
    use proptest::prelude::{any, prop_assert, proptest};

    #[test]
    fn markup_links_and_mentions_are_text() {
        assert_eq!(plain("@all see #1"), "&#64;&#8203;all see &#35;&#8203;1");
        assert_eq!(plain("<script>|*x*|"), "&#60;script&#62;&#124;&#42;x&#42;&#124;");
        assert_eq!(plain("https://a.b"), "https&#58;//a.b");
        assert_eq!(plain("www.a.b"), "www&#46;a.b");
        assert_eq!(plain("reason: 1.5 ms"), "reason: 1.5 ms");
    }

    #[test]
    fn code_spans_cannot_be_left() {
        assert_eq!(code("lan/keyword_i8"), "`lan/keyword_i8`");
        assert_eq!(code("a`<b>`"), "a&#96;&#60;b&#62;&#96;");
    }

    proptest! {
        #[test]
        fn nothing_active_survives(text in any::<String>()) {
            let plain = plain(&text);
            prop_assert!(!plain.contains(['<', '>', '|', '`', '*', '@', '[']), "{plain:?}");
            prop_assert!(!plain.contains("://"));
        }
    }
}
