//! Fitting a text into a limit: important blocks first, whole lines only, and an account of what was cut.

/// A part of the text that may be shortened.
pub(crate) struct Block {
    /// What it is called when it is cut.
    pub title: &'static str,
    /// Before the lines.
    pub head: String,
    /// Each ends with a line break.
    pub lines: Vec<String>,
    /// After the lines.
    pub tail: String,
    /// Who gets room first: 0 before 1.
    pub rank: u8,
}

impl Block {
    fn frame(&self) -> usize {
        self.head.len() + self.tail.len()
    }

    fn whole(&self) -> usize {
        self.frame() + self.lines.iter().map(String::len).sum::<usize>()
    }
}

/// Room that the account of the cuts may need: a sentence and a few words a block.
const ACCOUNT: usize = 800;

/// Head, blocks in the given order, and marker. The head and the marker are never cut; `elsewhere` is the sentence that
/// says where everything is.
pub(crate) fn fit(head: String, blocks: Vec<Block>, elsewhere: &str, marker: &str, limit: usize) -> String {
    let fixed = head.len() + marker.len() + 1;
    let whole = fixed + blocks.iter().map(Block::whole).sum::<usize>();
    let mut text = head;
    if whole <= limit {
        for block in &blocks {
            push(&mut text, block, block.lines.len());
        }
    } else {
        let kept = share(&blocks, limit.saturating_sub(fixed + ACCOUNT));
        text.push_str(&account(&blocks, &kept, elsewhere));
        for (block, n) in blocks.iter().zip(kept).filter(|(_, n)| *n > 0) {
            push(&mut text, block, n);
        }
    }
    text.push_str(marker);
    text.push('\n');
    text
}

/// How many lines of each block are kept.
fn share(blocks: &[Block], mut room: usize) -> Vec<usize> {
    let mut kept = vec![0; blocks.len()];
    let mut by_rank: Vec<usize> = (0..blocks.len()).collect();
    by_rank.sort_by_key(|i| blocks[*i].rank);
    for i in by_rank {
        let block = &blocks[i];
        let Some(mut left) = room.checked_sub(block.frame()) else { continue };
        for line in &block.lines {
            let Some(rest) = left.checked_sub(line.len()) else { break };
            left = rest;
            kept[i] += 1;
        }
        if kept[i] > 0 {
            room = left;
        }
    }
    kept
}

fn account(blocks: &[Block], kept: &[usize], elsewhere: &str) -> String {
    let cuts: Vec<String> = blocks
        .iter()
        .zip(kept)
        .filter(|(block, n)| **n < block.lines.len())
        .map(|(block, n)| format!("\"{}\" shows {n} of {} lines", block.title, block.lines.len()))
        .collect();
    format!("> [!NOTE]\n> **Cut to fit.** {}. {elsewhere}\n\n", cuts.join("; "))
}

fn push(text: &mut String, block: &Block, n_lines: usize) {
    text.push_str(&block.head);
    for line in block.lines.iter().take(n_lines) {
        text.push_str(line);
    }
    text.push_str(&block.tail);
}

#[cfg(test)]
mod tests {
    use super::{Block, fit};

    fn blocks() -> Vec<Block> {
        let block = |title, rank| Block {
            title,
            head: format!("{title}\n"),
            lines: vec!["x".repeat(99) + "\n"; 20],
            tail: "\n".to_owned(),
            rank,
        };
        vec![block("minor", 1), block("major", 0)]
    }

    #[test]
    fn what_fits_is_whole() {
        let text = fit("head\n".to_owned(), blocks(), "It is there.", "end", 10_000);
        assert!(!text.contains("Cut"));
        assert_eq!(text.matches("xxx\n").count(), 40);
    }

    #[test]
    fn the_minor_part_is_cut_first_and_the_cut_is_named() {
        let text = fit("head\n".to_owned(), blocks(), "It is there.", "end", 3_500);
        assert!(text.len() <= 3_500, "{}", text.len());
        assert!(text.contains("\"minor\" shows 6 of 20 lines"), "{text}");
        assert!(!text.contains("\"major\" shows"), "{text}");
    }

    #[test]
    fn the_head_survives_any_limit() {
        let text = fit("head\n".to_owned(), blocks(), "It is there.", "end", 0);
        assert!(text.starts_with("head\n") && text.ends_with("end\n"));
        assert!(text.contains("\"major\" shows 0 of 20 lines"));
    }
}
