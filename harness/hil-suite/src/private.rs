//! Messages of a compiler for a stored run: what they say, without the folders of whoever ran it.
//!
//! A path that begins at a root, of whatever system and however it is quoted, becomes `[path]`. A relative one names
//! files of the package and stays.

/// Characters that a path may follow.
const BEFORE: [char; 14] = [' ', '\t', '`', '\'', '"', '(', '[', '{', '<', '=', ',', ';', ':', '|'];

/// `text` with every absolute path written as `[path]`.
pub(crate) fn without_folders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((path, end)) = first_path(rest) {
        out.push_str(&rest[..path]);
        out.push_str("[path]");
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Where the first absolute path begins and ends, in bytes.
fn first_path(text: &str) -> Option<(usize, usize)> {
    let starts = text.char_indices().map(|(at, _)| at);
    let begin = starts.into_iter().find(|at| begins_path(&text[..*at], &text[*at..]))?;
    // A quoted path goes on to the end of its quotation, because it may hold spaces.
    let quote = text[..begin].chars().next_back().filter(|c| matches!(c, '`' | '\'' | '"'));
    let is_over = |c: char| match quote {
        Some(quote) => c == quote,
        None => c.is_whitespace() || matches!(c, '`' | '\'' | '"' | ')' | ']' | '}' | '>' | ',' | ';' | '|'),
    };
    let len = text[begin..].find(is_over).unwrap_or(text.len() - begin);
    // The colon of a sentence is no part of the path.
    let path = text[begin..begin + len].trim_end_matches([':', '.']);
    Some((begin, begin + path.len()))
}

/// Whether an absolute path begins where `before` ends.
fn begins_path(before: &str, text: &str) -> bool {
    let stands_alone = before.chars().next_back().is_none_or(|c| BEFORE.contains(&c));
    let mut chars = text.chars();
    let (first, second, third) = (chars.next(), chars.next(), chars.next());
    let is_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "._-~+@$".contains(c));
    match first {
        // `//` begins a comment or an address, a lone `/` divides.
        Some('/') => is_name(second) && (stands_alone || before.ends_with("file://")),
        Some('~') => stands_alone && second == Some('/'),
        Some('\\') => stands_alone && second == Some('\\') && (is_name(third) || third == Some('?')),
        Some(drive) => {
            stands_alone && drive.is_ascii_alphabetic() && second == Some(':') && matches!(third, Some('\\' | '/'))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::without_folders;

    #[test]
    fn folders_of_every_system_go_and_everything_else_stays() {
        let cases = [
            (
                "couldn't read `/home/me/my fir/src/a.rs`: gone (os error 2)",
                "couldn't read `[path]`: gone (os error 2)",
            ),
            ("linking with /usr/local/bin/cc failed: exit status: 1", "linking with [path] failed: exit status: 1"),
            ("cannot open /home/me/a.rs: denied", "cannot open [path]: denied"),
            ("built for (/home/me/fir), at path+file:///home/me/fir#0.1", "built for ([path]), at path+file://[path]"),
            ("in \"C:\\Users\\me\\fir\" and D:/me, \\\\server\\me\\x", "in \"[path]\" and [path], [path]"),
            ("see ~/fir/a.rs and --out=/tmp/me", "see [path] and --out=[path]"),
            ("/home/me/a.rs", "[path]"),
            ("cannot divide `f32` / `u8`: see https://doc.rust-lang.org/x, a/b and src/a.rs", ""),
            ("expected `/`, found `//` in `and/or` of crate::a::b", ""),
            ("größer /größe/日本 ist", "größer [path] ist"),
        ];
        for (text, wanted) in cases {
            assert_eq!(without_folders(text), if wanted.is_empty() { text } else { wanted });
        }
    }
}
