//! What a child wrote to standard error: its last words, and apart from them the lines that it marked as news.

use std::collections::VecDeque;

/// How much of the words is kept: the last of them, in bytes.
const KEPT: usize = 16 << 10;
/// News that nobody has asked for yet; older ones go first.
const NEWS: usize = 256;
/// The longest line that can be news, in bytes. Something longer is taken for words as it comes.
const LINE: usize = 4 << 10;

/// The end of a child's standard error.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// How lines begin that are news; without it everything is words.
    mark: Option<&'static str>,
    words: Vec<u8>,
    /// The beginning of a line that may become news.
    line: Vec<u8>,
    news: VecDeque<String>,
}

impl Tail {
    pub(super) fn new(mark: Option<&'static str>) -> Self {
        Self { mark, ..Self::default() }
    }

    /// Takes in what has arrived.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        if self.mark.is_none() {
            self.say(bytes);
            return;
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.line.len() > LINE {
                self.close();
            }
        }
    }

    /// A line has come to its end, or all of it has.
    pub(super) fn close(&mut self) {
        let line = std::mem::take(&mut self.line);
        let Some(news) = self.mark.and_then(|mark| line.strip_prefix(mark.as_bytes())) else {
            self.say(&line);
            return;
        };
        if self.news.len() == NEWS {
            self.news.pop_front();
        }
        self.news.push_back(String::from_utf8_lossy(news).trim_end().to_owned());
    }

    fn say(&mut self, bytes: &[u8]) {
        self.words.extend_from_slice(bytes);
        let surplus = self.words.len().saturating_sub(KEPT);
        // Not at every byte: moving all of them takes its time.
        if surplus > KEPT {
            self.words.drain(..surplus);
        }
    }

    /// The last words.
    pub(super) fn words(&self) -> String {
        let last = self.words.get(self.words.len().saturating_sub(KEPT)..).unwrap_or(&[]);
        String::from_utf8_lossy(last).into_owned()
    }

    /// The news since the last call.
    pub(super) fn news(&mut self) -> Vec<String> {
        self.news.drain(..).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

    use super::{KEPT, LINE, NEWS, Tail};

    const MARK: &str = "[news] ";

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]
        #[test]
        fn however_the_bytes_are_cut_news_and_words_are_told_apart(cuts in proptest::collection::vec(any::<u8>(), 0..60)) {
            let text = b"one\n[news] flash 20 %\ntwo [news] no\n[news] flash 40 %\nlast words";
            let mut tail = Tail::new(Some(MARK));
            let mut rest = &text[..];
            for cut in cuts {
                let (now, later) = rest.split_at(usize::from(cut % 9).min(rest.len()));
                tail.add(now);
                rest = later;
            }
            tail.add(rest);
            tail.close();
            prop_assert_eq!(tail.news(), vec!["flash 20 %".to_owned(), "flash 40 %".to_owned()]);
            prop_assert_eq!(tail.words(), "one\ntwo [news] no\nlast words");
        }
    }

    #[test]
    fn floods_are_cut_to_their_end() {
        let mut tail = Tail::new(Some(MARK));
        for number in 0..2 * NEWS {
            tail.add(format!("{MARK}{number}\n").as_bytes());
        }
        let news = tail.news();
        assert_eq!((news.len(), news.last().map(String::as_str)), (NEWS, Some("511")));
        assert!(tail.news().is_empty(), "each is given once");
        tail.add(&vec![b'x'; 3 * KEPT + LINE]);
        tail.close();
        assert_eq!(tail.words().len(), KEPT);
    }

    #[test]
    fn without_a_mark_everything_is_words_and_at_once() {
        let mut tail = Tail::new(None);
        tail.add(b"[news] no");
        assert_eq!((tail.words().as_str(), tail.news().len()), ("[news] no", 0));
    }
}
