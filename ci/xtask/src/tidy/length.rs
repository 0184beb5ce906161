//! File length: above one limit a warning, above the other a finding.

use crate::finding::Finding;
use crate::repo::File;

/// Above this number of lines a file is probably about two things.
const LONG: usize = 500;
/// No source file may have more lines than this.
const TOO_LONG: usize = 1_000;

/// The files that are too long.
pub fn findings(files: &[File]) -> Vec<Finding> {
    longer_than(files, TOO_LONG)
        .map(|(path, n_lines)| {
            Finding::new(
                path,
                None,
                format!("{n_lines} lines, the limit is {TOO_LONG}"),
                "split it into files that are about one thing each",
            )
        })
        .collect()
}

/// The files that are long and not yet too long.
pub fn warnings(files: &[File]) -> Vec<Finding> {
    longer_than(files, LONG)
        .filter(|(_, n_lines)| *n_lines <= TOO_LONG)
        .map(|(path, n_lines)| {
            Finding::new(path, None, format!("{n_lines} lines"), "look whether it is about one thing")
        })
        .collect()
}

fn longer_than(files: &[File], limit: usize) -> impl Iterator<Item = (&str, usize)> {
    files
        .iter()
        .filter(|file| file.is_rust())
        .map(|file| (file.path.as_str(), file.text.lines().count()))
        .filter(move |(_, n_lines)| *n_lines > limit)
}

#[cfg(test)]
mod tests {
    use super::{findings, warnings};
    use crate::repo::File;

    fn file_of(n_lines: usize) -> [File; 1] {
        [File::new("a.rs", "x\n".repeat(n_lines))]
    }

    #[test]
    fn limits_count_as_allowed() {
        for (n_lines, n_warnings, n_findings) in [(500, 0, 0), (501, 1, 0), (1_000, 1, 0), (1_001, 0, 1)] {
            let files = file_of(n_lines);
            assert_eq!(warnings(&files).len(), n_warnings, "{n_lines} lines");
            assert_eq!(findings(&files).len(), n_findings, "{n_lines} lines");
        }
    }
}
