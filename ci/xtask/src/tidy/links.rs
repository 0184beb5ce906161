//! The Markdown files: what they link to and what they name as a path of the repository must exist.
//!
//! Code blocks are left out, because they show commands and output. Addresses on the web are not tried, and neither
//! are the anchors behind `#`.

use crate::cargo::Member;
use crate::finding::Finding;
use crate::repo::{File, ignored_at_root, top_folders};
use crate::tidy::file;

/// Endings of files that, behind a `/`, make a name in backticks a path.
const ENDINGS: [&str; 3] = [".md", ".toml", ".rs"];

/// Finds relative links and paths in backticks that lead nowhere.
pub fn check(files: &[File], members: &[Member]) -> Vec<Finding> {
    let tops = top_folders(files);
    let outputs = file(files, ".gitignore").map(|file| ignored_at_root(&file.text)).unwrap_or_default();
    let mut findings = Vec::new();
    for markdown in files.iter().filter(|file| file.path.ends_with(".md")) {
        let folder = markdown.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, piece) in pieces(&markdown.text) {
            match piece {
                Piece::Prose(prose) => {
                    let dead = links(prose).into_iter().filter(|link| !exists(files, folder, link));
                    findings.extend(dead.map(|link| {
                        Finding::new(
                            &markdown.path,
                            Some(line),
                            format!("the link to `{link}` leads nowhere"),
                            "correct it relative to the folder of this file",
                        )
                    }));
                }
                Piece::Code(name) => {
                    if is_path(name, &tops, &outputs) && !is_known(files, members, folder, name) {
                        findings.push(Finding::new(
                            &markdown.path,
                            Some(line),
                            format!("`{name}` is no file or folder of the repository"),
                            "write the path from the root, from the folder of this file, or from the name of a crate",
                        ));
                    }
                }
            }
        }
    }
    findings
}

/// A stretch of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Prose(&'a str),
    /// What stands between backticks.
    Code(&'a str),
}

/// The pieces of the text outside code blocks, each with its line, from 1. Backticks that are left open end with
/// their paragraph.
fn pieces(text: &str) -> Vec<(usize, Piece<'_>)> {
    let mut pieces = Vec::new();
    let mut in_block = false;
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            in_block = !in_block;
        } else if !in_block {
            in_code &= !trimmed.is_empty();
            for (at, piece) in line.split('`').enumerate() {
                if at > 0 {
                    in_code = !in_code;
                }
                pieces.push((index + 1, if in_code { Piece::Code(piece) } else { Piece::Prose(piece) }));
            }
        }
    }
    pieces
}

/// The targets of `[..](target)` and of `[..]: target`, without addresses on the web and without anchors.
fn links(prose: &str) -> Vec<&str> {
    let inline = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let definition = prose.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]:")).map(|(_, rest)| rest);
    inline
        .chain(definition)
        .filter_map(|target| target.split_whitespace().next())
        .map(|target| target.trim_matches(['<', '>']))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.is_empty())
        .collect()
}

/// True when `name` reads as a path of the repository. A name with a placeholder (`<guide>`) or a pattern does not,
/// and neither do the folders of `.gitignore`, which only appear when something is run.
fn is_path(name: &str, tops: &[&str], outputs: &[String]) -> bool {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c)) && !name.starts_with('/');
    name.split_once('/').is_some_and(|(first, _)| {
        let ends_as_path = name.ends_with('/') || ENDINGS.iter().any(|ending| name.ends_with(ending));
        is_plain && (ends_as_path || tops.contains(&first)) && !outputs.iter().any(|output| output == first)
    })
}

/// True when `name` exists, seen from the root, from `folder` or from the crate that it opens with, or when it is
/// the bare name of some folder.
fn is_known(files: &[File], members: &[Member], folder: &str, name: &str) -> bool {
    let (first, rest) = name.split_once('/').unwrap_or((name, ""));
    let in_crate =
        members.iter().find(|member| member.name == first).is_some_and(|member| exists(files, &member.folder, rest));
    let is_folder_name = rest.is_empty() && files.iter().any(|file| file.is_below(first));
    in_crate || is_folder_name || exists(files, "", name) || exists(files, folder, name)
}

/// True when `path`, seen from `folder`, is a file or folder of the repository.
fn exists(files: &[File], folder: &str, path: &str) -> bool {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return false;
                }
            }
            _ => parts.push(part),
        }
    }
    let path = parts.join("/");
    path.is_empty()
        || files.iter().any(|file| {
            file.path.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::cargo::Member;
    use crate::repo::File;

    /// What is found in docs/guide.md with this text, each as its line and the name.
    fn found(text: &str) -> Vec<(usize, String)> {
        let others = ["README.md", "docs/a.md", "harness/b/src/c.rs", "reports/src/d.rs", "harness/b/_base/e"];
        let mut files: Vec<File> = others.map(|path| File::new(path, "")).into();
        files.push(File::new(".gitignore", "/target\n/runs\n"));
        files.push(File::new("docs/guide.md", text));
        let members = [("b", "harness/b"), ("report", "reports")].map(|(name, folder)| Member {
            name: name.to_owned(),
            folder: folder.to_owned(),
            dependencies: Vec::new(),
        });
        check(&files, &members)
            .into_iter()
            .map(|finding| (finding.line.unwrap(), finding.what.split('`').nth(1).unwrap().to_owned()))
            .collect()
    }

    #[test]
    fn links_are_seen_from_the_folder_of_their_file() {
        let fine = "[a](a.md), [b](../harness/b), [`c`](../README.md#part \"title\")\n\n[d]: <../reports/>\n";
        assert_eq!(found(fine), []);
        let dead = "text\n[a](docs/a.md) and [b](../../README.md)\n\n[d]: ../report\n";
        assert_eq!(found(dead), [(2, "docs/a.md".into()), (2, "../../README.md".into()), (4, "../report".into())]);
    }

    #[test]
    fn the_web_and_anchors_are_not_tried() {
        assert_eq!(found("[a](https://example.org/x.md) [b](mailto:x@example.org) [c](#here)"), []);
    }

    #[test]
    fn paths_are_seen_from_the_root_the_file_and_the_crates() {
        let fine = "`docs/a.md` `../README.md` `b/src/c.rs` `report/src/d.rs` `harness/b` `_base/` `src/`\n";
        assert_eq!(found(fine), []);
        for dead in ["docs/b.md", "b/src/d.rs", "src/c.rs", "harness/c", "base/", "reports/src/d"] {
            assert_eq!(found(&format!("\nSee `{dead}`.")), [(2, dead.to_owned())]);
        }
    }

    #[test]
    fn what_is_no_path_of_the_repository_is_left_alone() {
        let names = "`lan/keyword` `docs/<name>.md` `docs/*.md` `target/x.md` `runs/` `a / b` `/etc/x.toml` `x.md`";
        assert_eq!(found(names), []);
    }

    #[test]
    fn code_blocks_are_left_out_and_what_follows_is_not() {
        assert_eq!(found("```sh\n[x](x.md) `docs/x.md`\n```\n[y](y.md)\n"), [(4, "y.md".into())]);
    }

    #[test]
    fn a_span_over_two_lines_does_not_swap_code_and_prose() {
        assert_eq!(found("`run\nit` and `docs/x.md`\n"), [(2, "docs/x.md".into())]);
        assert_eq!(found("one ` too many\n\n[y](y.md)\n"), [(3, "y.md".into())]);
    }
}
