//! Lines of a fixed width: wrapping by what characters occupy on screen, and colour that never changes a width.

use std::fmt::Write as _;

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::clean::ascii;
use crate::render::terminal::Options;

/// Below this, lines get longer than asked for rather than unreadable.
const NARROWEST: usize = 40;

/// Text under way to a terminal.
pub(crate) struct Paper {
    text: String,
    pub(crate) options: Options,
}

impl Paper {
    pub(crate) fn new(options: Options) -> Self {
        Self { text: String::new(), options: Options { width: options.width.max(NARROWEST), ..options } }
    }

    /// One empty line, unless there is one already.
    pub(crate) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Wrapped text, every line `indent` columns in.
    pub(crate) fn text(&mut self, indent: usize, style: Style, text: &str) {
        self.item(indent, "", style, text);
    }

    /// Wrapped text behind a bullet; further lines stand below its first word.
    pub(crate) fn item(&mut self, indent: usize, bullet: &str, style: Style, text: &str) {
        let inner = indent + bullet.len();
        for (i, line) in wrap(&self.printable(text), self.options.width.saturating_sub(inner)).iter().enumerate() {
            let start = if i == 0 { bullet } else { "" };
            let _ = write!(self.text, "{:indent$}{start:<width$}", "", width = bullet.len());
            self.styled(style, line);
            self.text.push('\n');
        }
    }

    /// A styled word, a colon, and wrapped text below itself.
    pub(crate) fn lead(&mut self, style: Style, word: &str, text: &str) {
        let first = format!("{word}: ");
        let lines = wrap(&format!("{first}{}", self.printable(text)), self.options.width);
        for (i, line) in lines.iter().enumerate() {
            match line.strip_prefix(word) {
                Some(rest) if i == 0 => {
                    self.styled(style, word);
                    self.text.push_str(rest);
                }
                _ => self.text.push_str(line),
            }
            self.text.push('\n');
        }
    }

    /// Cells side by side, two columns apart; the last one is not padded.
    pub(crate) fn cells(&mut self, indent: usize, cells: &[Cell]) {
        self.text.push_str(&" ".repeat(indent));
        let last = cells.iter().rposition(|cell| !cell.text.is_empty()).unwrap_or(0);
        for (i, cell) in cells.iter().enumerate().take(last + 1) {
            let text = self.printable(&cell.text);
            self.styled(cell.style, &text);
            if i < last {
                self.text.push_str(&" ".repeat(cell.width.saturating_sub(text.width()) + 2));
            }
        }
        self.text.push('\n');
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn styled(&mut self, style: Style, text: &str) {
        if self.options.color && !style.is_plain() && !text.is_empty() {
            let _ = write!(self.text, "{}{text}{}", style.render(), style.render_reset());
        } else {
            self.text.push_str(text);
        }
    }

    fn printable(&self, text: &str) -> String {
        if self.options.unicode { text.to_owned() } else { ascii(text) }
    }
}

/// One cell of a table.
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) width: usize,
    pub(crate) style: Style,
}

/// Breaks text into lines of at most `width` columns, at spaces; only a word that is longer than a line is cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let used = line.width();
        if !line.is_empty() && used + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        // A word is measured whole: joined characters take less room than each of them on its own.
        if word.width() <= width {
            line.push_str(word);
            continue;
        }
        for c in word.chars() {
            if !line.is_empty() && line.width() + c.width().unwrap_or(0) > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn words_move_to_the_next_line_whole() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("a \u{1f469}\u{200d}\u{1f680}", 4), ["a \u{1f469}\u{200d}\u{1f680}"], "one sign, two columns");
    }

    #[test]
    fn credits_break_between_words_at_every_width() {
        let text = "keywords-test, 720 items: Ghandoura, Hjabo, Al Dakkak: Building and Benchmarking an Arabic Speech \
                    Commands Dataset for Small-Footprint Keyword Spotting. Engineering Applications of Artificial \
                    Intelligence, 2021. (CC-BY-4.0)";
        for width in 16..200 {
            assert_eq!(wrap(text, width).join(" "), text, "at {width} columns");
        }
    }

    proptest! {
        #[test]
        fn lines_fit_and_nothing_is_lost(text in any::<String>(), width in 4usize..60) {
            let text = crate::clean::one_line(&text);
            let lines = wrap(&text, width);
            for line in &lines {
                prop_assert!(line.width() <= width, "{line:?}");
            }
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
