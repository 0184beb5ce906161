//! Foreign text on a terminal or a page: which characters act on what stands around them, in one place.
//!
//! Guarantee: text without such characters can only be read; it moves no cursor, changes no colour and reorders no line.

use std::fmt::Write as _;

/// Whether a character acts instead of being shown: controls, marks that reorder or break lines, what cannot be seen.
///
/// Zero-width joiners stay: Arabic and Persian words need them, and they move nothing.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with each unsafe character written as `\u{1b}`; line ends stay, for formats that quote them.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) && !matches!(c, '\r' | '\n') {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{is_unsafe, shown};

    #[test]
    fn what_acts_is_written_out_and_what_is_read_stays() {
        assert_eq!(shown("a\u{1b}[31m\u{9b}\u{202e}\u{7f}\n"), "a\\u{1b}[31m\\u{9b}\\u{202e}\\u{7f}\n");
        assert_eq!(shown("größer 日本 می\u{200c}خواهم 👩\u{200d}🔬"), "größer 日本 می\u{200c}خواهم 👩\u{200d}🔬");
        assert!(['\u{feff}', '\u{e0041}', '\u{2066}', '\t'].into_iter().all(is_unsafe));
    }
}
