//! ARCHITECTURE.md is the map: it names every crate and every folder at the root.

use crate::cargo::Member;
use crate::code::is_word;
use crate::finding::Finding;
use crate::repo::{File, top_folders};
use crate::tidy::file;

/// The map.
const MAP: &str = "ARCHITECTURE.md";

/// Finds crates and folders that the map does not name.
pub fn check(files: &[File], members: &[Member]) -> Vec<Finding> {
    let Some(map) = file(files, MAP) else {
        return vec![Finding::new(
            MAP,
            None,
            "the map of the repository is missing",
            "write it: every crate and every folder at the root, with its role",
        )];
    };
    let crates = members
        .iter()
        .filter(|member| !names(&map.text, &member.name))
        .map(|member| format!("crate `{}`", member.name));
    // A folder's name is written with its slash, so that a word such as "reports" does not count.
    let folders = top_folders(files)
        .into_iter()
        .map(|folder| format!("{folder}/"))
        .filter(|folder| !names(&map.text, folder))
        .map(|folder| format!("folder `{folder}`"));
    crates
        .chain(folders)
        .map(|missing| Finding::new(MAP, None, format!("does not name the {missing}"), "say what its role is"))
        .collect()
}

/// True when `text` contains `name` and not only as a part of a longer name.
fn names(text: &str, name: &str) -> bool {
    let continues = |c: char| is_word(c) || c == '-' || c == '.';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + name.len()..].chars();
        let ends = name.ends_with('/')
            || match after.next() {
                // A full stop ends a sentence; with a letter behind it, it is part of a name.
                Some('.') => !after.next().is_some_and(is_word),
                Some(c) => !continues(c),
                None => true,
            };
        ends && !before.is_some_and(continues)
    })
}

#[cfg(test)]
mod tests {
    use super::{check, names};
    use crate::cargo::Member;
    use crate::repo::File;

    fn found(map: &str) -> Vec<String> {
        let files = [File::new("ARCHITECTURE.md", map), File::new(".ci/run", ""), File::new("ci/setup", "")];
        let members =
            [Member { name: "hil-model".to_owned(), folder: "harness/hil-model".to_owned(), dependencies: Vec::new() }];
        check(&files, &members).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_full_map_passes() {
        assert_eq!(found("`.ci/` and `ci/` serve hil-model."), [""; 0]);
    }

    #[test]
    fn parts_of_longer_names_do_not_count() {
        let found = found("`.ci/`, hil-model-extra, my-hil-model, hil-model.rs");
        assert_eq!(found, ["does not name the crate `hil-model`", "does not name the folder `ci/`"]);
    }

    #[test]
    fn a_missing_map_is_one_finding() {
        assert_eq!(check(&[], &[]).len(), 1);
    }

    #[test]
    fn paths_name_the_folders_they_pass_through() {
        assert!(names("see ci/setup", "ci/"));
        assert!(names("xtask", "xtask"));
    }
}
