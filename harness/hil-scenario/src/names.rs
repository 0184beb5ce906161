//! Hints for misspelt names: the nearest known name, or a list of the known ones.
//!
//! The distance is the optimal string alignment distance: insertions, deletions, replacements and swaps of
//! neighbours count one each.

/// Longer texts are not compared: nobody misspells a name that badly, and the work grows with the square.
const MAX_COMPARED: usize = 64;
/// Names that a list in a hint shows.
const MAX_LISTED: usize = 12;

/// "did you mean ..?" when a known name is near, otherwise the known names.
pub(crate) fn hint(written: &str, what: &str, known: &[&str]) -> String {
    if let Some(near) = nearest(written, known) {
        return format!("did you mean {near:?}?");
    }
    if known.is_empty() {
        return format!("no {what} is known here");
    }
    let listed: Vec<&str> = known.iter().copied().take(MAX_LISTED).collect();
    let more = if known.len() > MAX_LISTED { ", ..." } else { "" };
    format!("known: {}{more}", listed.join(", "))
}

/// The known name that is nearest to what was written, if it is near enough to be meant.
pub(crate) fn nearest<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    let letters: Vec<char> = written.chars().take(MAX_COMPARED + 1).flat_map(char::to_lowercase).collect();
    if letters.is_empty() || letters.len() > MAX_COMPARED {
        return None;
    }
    let (distance, name) = known
        .iter()
        .map(|name| (distance(&letters, &name.chars().flat_map(char::to_lowercase).collect::<Vec<_>>()), *name))
        .min_by_key(|(distance, _)| *distance)?;
    let longest = letters.len().max(name.chars().count());
    (distance <= (longest / 3).max(1)).then_some(name)
}

fn distance(a: &[char], b: &[char]) -> usize {
    // Rows of the table of distances between beginnings of `a` and beginnings of `b`: two back, one back, current.
    let mut two_back: Vec<usize> = Vec::new();
    let mut one_back: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = one_back[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(one_back[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(two_back[j - 2] + 1);
            }
        }
        two_back = std::mem::replace(&mut one_back, row);
    }
    one_back[b.len()]
}

/// At most the first 80 characters, for messages about texts of any length.
pub(crate) fn brief(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{distance, hint, nearest};

    #[test]
    fn distances_count_single_changes() {
        let between = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        for (a, b, expected) in
            [("", "abc", 3), ("limit", "limti", 1), ("kernel", "kernl", 1), ("a", "b", 1), ("x", "x", 0)]
        {
            assert_eq!(between(a, b), expected, "{a} {b}");
            assert_eq!(between(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn only_near_names_are_suggested() {
        let known = ["limit", "latency", "lan/keyword_i8"];
        assert_eq!(nearest("limt", &known), Some("limit"));
        assert_eq!(nearest("Latency", &known), Some("latency"));
        assert_eq!(nearest("lan/keyword-i8", &known), Some("lan/keyword_i8"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(nearest(&"limit".repeat(100), &known), None);
        assert_eq!(hint("colour", "key", &known), "known: limit, latency, lan/keyword_i8");
    }
}
