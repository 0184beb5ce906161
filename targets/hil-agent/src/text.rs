//! Short texts without a heap.

use core::fmt::{self, Write};

/// A text of at most `N` bytes; what is longer is cut at a character.
#[derive(Clone, Copy)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Text<N> {
    /// The text that `arguments` amount to: `Text::new(format_args!("at {place}"))`.
    #[must_use]
    pub fn new(arguments: fmt::Arguments<'_>) -> Self {
        let mut text = Self { bytes: [0; N], len: 0 };
        // A text that is cut is still a text: writing reports no error here.
        let _ = text.write_fmt(arguments);
        text
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

impl<const N: usize> Write for Text<N> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let room = N - self.len;
        let mut take = piece.len().min(room);
        while !piece.is_char_boundary(take) {
            take -= 1;
        }
        if let (Some(to), Some(from)) = (self.bytes.get_mut(self.len..self.len + take), piece.as_bytes().get(..take)) {
            to.copy_from_slice(from);
            self.len += take;
        }
        // An error ends the formatting: nothing more would fit.
        if take < piece.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<const N: usize> PartialEq for Text<N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn a_text_that_is_too_long_is_cut_at_a_character() {
        assert_eq!(Text::<4>::new(format_args!("{}{}", "ab", "cd")).as_str(), "abcd");
        assert_eq!(Text::<4>::new(format_args!("{}{}{}", "abc", "ä", "d")).as_str(), "abc");
    }
}
