//! Rust source text with everything that is not code blanked out, so that words can be searched for in code only.
//!
//! This is a lexer for comments, strings and characters, no more. Lines keep their numbers: every blanked
//! character becomes a space, every line break stays.

/// `text` with comments and the contents of string and character literals replaced by spaces.
pub fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = not_code_until(&chars, at);
        if end > at {
            for &c in &chars[at..end] {
                code.push(if c == '\n' { '\n' } else { ' ' });
            }
            at = end;
        } else {
            code.push(chars[at]);
            at += 1;
        }
    }
    code
}

/// `code` (the result of [`code_only`]) with every item marked `#[cfg(test)]` blanked out as well.
pub fn without_test_items(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = ["#[cfg(test)]", "#[cfg(all(test"].iter().filter_map(|mark| rest.find(mark)).min() {
        kept.push_str(&rest[..start]);
        let item = &rest[start..];
        let end = item_end(item);
        kept.extend(item[..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &item[end..];
    }
    kept.push_str(rest);
    kept
}

/// The byte after the item that `item` opens with: its closing brace, or its semicolon when it has no braces.
fn item_end(item: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in item.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

/// The index after the comment or literal that opens at `at`, or `at` itself when there is code.
fn not_code_until(chars: &[char], at: usize) -> usize {
    let next = |n: usize| chars.get(at + n).copied();
    match chars[at] {
        '/' if next(1) == Some('/') => find(chars, at, |rest| rest[0] == '\n'),
        '/' if next(1) == Some('*') => block_comment_end(chars, at),
        '"' => quoted_end(chars, at, '"'),
        '\'' if next(1) == Some('\\') || next(2) == Some('\'') => quoted_end(chars, at, '\''),
        'r' | 'b' | 'c' if at == 0 || !is_word(chars[at - 1]) => raw_string_end(chars, at),
        _ => at,
    }
}

fn find(chars: &[char], from: usize, found: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|&at| found(&chars[at..])).unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], start: usize) -> usize {
    let mut depth = 0usize;
    let mut at = start;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    chars.len()
}

/// The index after the literal that opens with `quote` at `start`.
fn quoted_end(chars: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            c if c == quote => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The index after a raw string (`r".."`, `br#".."#`) at `start`, or `start` when there is none.
fn raw_string_end(chars: &[char], start: usize) -> usize {
    let r = if chars[start] == 'r' { start } else { start + 1 };
    if chars.get(r) != Some(&'r') {
        return start;
    }
    let n_hashes = chars[r + 1..].iter().take_while(|&&c| c == '#').count();
    let open = r + 1 + n_hashes;
    if chars.get(open) != Some(&'"') {
        return start;
    }
    let closes = |rest: &[char]| rest[0] == '"' && rest[1..].iter().take_while(|&&c| c == '#').count() >= n_hashes;
    (find(chars, open + 1, closes) + 1 + n_hashes).min(chars.len())
}

/// True for the characters of identifiers.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The lines, from 1, of `text` that contain `word` where the character before it continues no identifier.
pub fn lines_with(text: &str, word: &str) -> Vec<usize> {
    let opens_as_word = word.chars().next().is_some_and(is_word);
    text.lines()
        .enumerate()
        .filter(|(_, line)| {
            line.match_indices(word)
                .any(|(at, _)| !opens_as_word || !line[..at].chars().next_back().is_some_and(is_word))
        })
        .map(|(index, _)| index + 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{code_only, lines_with, without_test_items};

    #[test]
    fn comments_and_literals_vanish_and_lines_stay() {
        let text = "a(); // x\n/* x /* x */\nx */ b(\"x \\\" x\", 'x', '\\'', r#\"x\"x\"#, b\"x\");\nc::<'x>()";
        let code = code_only(text);
        assert_eq!(code.lines().count(), text.lines().count());
        assert_eq!(lines_with(&code, "x"), [4], "only the lifetime is code: {code}");
        for word in ["a()", "b(", "c::<"] {
            assert!(code.contains(word), "{word} is code: {code}");
        }
    }

    #[test]
    fn raw_identifiers_and_names_that_end_in_r_are_code() {
        let code = code_only("let r#type = bar; for\"x\";");
        assert!(code.contains("r#type = bar; for"), "{code}");
        assert!(!code.contains('x'), "{code}");
    }

    #[test]
    fn unfinished_literals_end_with_the_file() {
        for text in ["\"x", "r#\"x", "/* x", "'\\", "r", "b"] {
            assert_eq!(lines_with(&code_only(text), "x"), [0usize; 0], "{text}");
        }
    }

    #[test]
    fn test_items_vanish_and_what_follows_stays() {
        let code =
            "fn a() {}\n#[cfg(test)]\nmod tests {\n fn x() { x() }\n fn x() {}\n}\n#[cfg(test)]\nuse x;\nfn b() {}\n";
        let kept = without_test_items(code);
        assert!(!kept.contains('x'), "{kept}");
        assert_eq!(lines_with(&kept, "fn b"), [9]);
        assert_eq!(lines_with(&kept, "fn a"), [1]);
    }

    #[test]
    fn a_word_is_found_at_its_start_only() {
        assert_eq!(lines_with("eprintln!\n  println!()", "println!"), [2]);
    }
}
