//! The folders at the root: few, fixed, each with one role.

use crate::finding::Finding;
use crate::repo::{File, top_folders};

/// Every folder that may stand at the root. ARCHITECTURE.md gives the role of each.
const ALLOWED: [&str; 11] =
    [".cargo", ".ci", ".github", "ci", "docs", "examples", "fixtures", "harness", "reports", "scenarios", "targets"];

/// Finds folders at the root that are not in the list.
pub fn check(files: &[File]) -> Vec<Finding> {
    top_folders(files)
        .into_iter()
        .filter(|folder| !ALLOWED.contains(folder))
        .map(|folder| {
            Finding::new(
                format!("{folder}/"),
                None,
                "this folder is not one of those that may stand at the root",
                "move it below one of them, or add it to ci/xtask/src/tidy/folders.rs and ARCHITECTURE.md",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repo::File;

    #[test]
    fn a_new_folder_at_the_root_is_found_and_a_file_is_not() {
        let files = ["README.md", "harness/a.rs", "harness/misc/a.rs", "misc/a.rs"].map(|path| File::new(path, ""));
        let findings = check(&files);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].file, "misc/");
    }
}
