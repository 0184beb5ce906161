//! Every source file opens with a module header: what it does, what it guarantees, what it leaves to others.

use crate::finding::Finding;
use crate::repo::File;

/// Finds Rust files whose first line is not a `//!` header. Build scripts and fixtures are exempt.
pub fn check(files: &[File]) -> Vec<Finding> {
    files
        .iter()
        .filter(|file| file.is_rust() && file.name() != "build.rs")
        .filter(|file| !opens_with_header(&file.text))
        .map(|file| {
            Finding::new(
                &file.path,
                Some(1),
                "the file does not open with a module header",
                "say in `//!` lines what it does, what it guarantees and what it leaves to others",
            )
        })
        .collect()
}

/// True when the first line is a `//!` line with words on it.
fn opens_with_header(text: &str) -> bool {
    text.lines().next().and_then(|line| line.strip_prefix("//!")).is_some_and(|words| !words.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repo::File;

    #[test]
    fn files_without_a_header_are_found() {
        let files = [
            File::new("a/good.rs", "//! What it does.\nfn a() {}\n"),
            File::new("a/bare.rs", "fn a() {}\n"),
            File::new("a/empty.rs", ""),
            File::new("a/wordless.rs", "//!\nfn a() {}\n"),
            File::new("a/plain.rs", "// A comment is no header.\n"),
            File::new("a/build.rs", "fn main() {}\n"),
            File::new("fixtures/x.rs", "fn a() {}\n"),
            File::new("a/x.toml", "a = 1\n"),
        ];
        let found: Vec<String> = check(&files).into_iter().map(|finding| finding.file).collect();
        assert_eq!(found, ["a/bare.rs", "a/empty.rs", "a/wordless.rs", "a/plain.rs"]);
    }
}
