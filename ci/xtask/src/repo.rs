//! The files of the checkout as the checks see them: relative paths and, for small text files, their text.
//!
//! The folder itself is read rather than git's index, so that a check also sees what is not committed yet and
//! works in an unpacked archive. Build outputs, folders that the root `.gitignore` names, and the folders of
//! editors and version control are left out.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::code::is_word;

/// Text files above this size, in bytes, are data; no check looks inside them.
const MAX_TEXT: u64 = 1 << 20;

/// Folders that belong to people's tools, not to the project.
const TOOL_FOLDERS: [&str; 5] = [".git", ".hg", ".jj", ".idea", ".vscode"];

/// One file of the checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path relative to the workspace root, with `/` between its parts.
    pub path: String,
    /// The text; empty for binary and for very large files.
    pub text: String,
}

impl File {
    /// A file from its parts.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// The file's name, without its folders.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// True when one of the folders that the file lies in has this name.
    pub fn is_below(&self, folder: &str) -> bool {
        let mut parts: Vec<&str> = self.path.split('/').collect();
        parts.pop();
        parts.contains(&folder)
    }

    /// True for Rust source that is ours to read: fixtures are inputs of tests, whatever they contain.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs") && !self.is_below("fixtures")
    }

    /// The first line, from 1, that opens with `key` as a whole word (a TOML key, for instance).
    pub fn line_of_key(&self, key: &str) -> Option<usize> {
        self.line_where(|line| {
            line.trim_start().strip_prefix(key).is_some_and(|rest| !rest.starts_with(|c: char| is_word(c) || c == '-'))
        })
    }

    /// The first line, from 1, for which `holds`.
    pub fn line_where(&self, holds: impl Fn(&str) -> bool) -> Option<usize> {
        self.text.lines().position(holds).map(|index| index + 1)
    }
}

/// All files below `root`, sorted by path.
///
/// # Errors
/// When a folder or file cannot be read.
pub fn read(root: &Path) -> Result<Vec<File>> {
    let ignored = ignored_at_root(&fs::read_to_string(root.join(".gitignore")).unwrap_or_default());
    let mut files = Vec::new();
    read_folder(root, "", &ignored, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The folders directly below the root, sorted.
pub fn top_folders(files: &[File]) -> Vec<&str> {
    let mut folders: Vec<&str> =
        files.iter().filter_map(|file| file.path.split_once('/').map(|(folder, _)| folder)).collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}

/// The names that lines such as `/target` of a `.gitignore` exclude at the root.
pub(crate) fn ignored_at_root(gitignore: &str) -> Vec<String> {
    gitignore
        .lines()
        .filter_map(|line| line.trim().strip_prefix('/'))
        .map(|name| name.trim_end_matches('/').to_owned())
        .collect()
}

fn read_folder(folder: &Path, prefix: &str, ignored: &[String], files: &mut Vec<File>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("failed to list {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("failed to list {}", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let kind = entry.file_type().with_context(|| format!("failed to look at {}", path.display()))?;
        let is_ignored = prefix.is_empty() && ignored.contains(&name);
        if is_ignored || TOOL_FOLDERS.contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() {
            // Cargo marks its target folders, wherever they are, as caches.
            if !path.join("CACHEDIR.TAG").exists() {
                read_folder(&path, &format!("{prefix}{name}/"), ignored, files)?;
            }
        } else if kind.is_file() {
            files.push(File::new(format!("{prefix}{name}"), text_of(&path)?));
        }
    }
    Ok(())
}

fn text_of(path: &Path) -> Result<String> {
    let failed = || format!("failed to read {}", path.display());
    if fs::metadata(path).with_context(failed)?.len() > MAX_TEXT {
        return Ok(String::new());
    }
    let bytes = fs::read(path).with_context(failed)?;
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{File, read, top_folders};

    #[test]
    fn outputs_ignored_and_tool_folders_are_not_read() {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in [
            (".gitignore", "/out\n*.tmp\n"),
            (".git/config", "x"),
            ("out/a.rs", "x"),
            ("b/target/CACHEDIR.TAG", "Signature"),
            ("b/target/c.rs", "x"),
            ("b/out/d.rs", "y"),
            ("e.bin", "z"),
        ] {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::write(root.path().join("e.bin"), [0xff, 0xfe]).unwrap();
        let files = read(root.path()).unwrap();
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [".gitignore", "b/out/d.rs", "e.bin"]);
        assert_eq!(files[2].text, "", "binary files have no text");
        assert_eq!(top_folders(&files), ["b"]);
    }

    #[test]
    fn a_key_is_found_as_a_whole_word() {
        let file =
            File::new("Cargo.toml", "[dependencies]\ntoml_edit = \"1\"\ntoml-x = \"1\"\ntoml.workspace = true\n");
        assert_eq!(file.line_of_key("toml"), Some(4));
        assert_eq!(file.line_of_key("serde"), None);
    }

    #[test]
    fn fixtures_are_not_our_source() {
        assert!(File::new("a/src/b.rs", "").is_rust());
        assert!(!File::new("fixtures/src/b.rs", "").is_rust());
        assert!(!File::new("a/b.toml", "").is_rust());
    }
}
