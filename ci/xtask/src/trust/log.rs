//! The log: an append-only file, one comparison a line, from which everything in the report is computed.
//!
//! A line is written whole and brought to the disk before the next comparison begins. What an interruption cut off at the end is
//! removed when the log is opened again, and that comparison is made once more; damage anywhere else is an error.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::trust::record::Line;

/// An open log.
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
    /// Whether the last line was incomplete and has been removed.
    pub was_cut: bool,
    /// What it holds.
    pub lines: Vec<Line>,
}

impl Log {
    /// Opens or makes the log at `path`.
    ///
    /// # Errors
    /// When the file cannot be read or written, or a line that is not the last is no line of a log.
    pub fn open(path: &Path) -> Result<Self> {
        let text = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| format!("failed to read {}", path.display())),
        };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let lines = parse(&text[..whole], path)?;
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file = file.with_context(|| format!("failed to open {}", path.display()))?;
        let was_cut = whole < text.len();
        if was_cut {
            file.set_len(whole as u64).with_context(|| format!("failed to mend {}", path.display()))?;
        }
        Ok(Self { file, path: path.to_owned(), was_cut, lines })
    }

    /// Writes a line and waits until it is on the disk.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&mut self, line: Line) -> Result<()> {
        let mut text = serde_json::to_string(&line).context("a line of the log cannot be written as JSON")?;
        text.push('\n');
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.with_context(|| format!("failed to write {}", self.path.display()))?;
        self.lines.push(line);
        Ok(())
    }
}

fn parse(text: &[u8], path: &Path) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(line) => lines.push(line),
            Err(error) => bail!(
                "{}:{}: not a line of a log of `cargo xtask trust`: {error}; move the file away to begin afresh",
                path.display(),
                index + 1
            ),
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Log;
    use crate::trust::record::{Line, Truth};

    fn line(permille: u32) -> Line {
        let (tool, workload) = ("callgrind".to_owned(), "integer".to_owned());
        Line::Truth(Truth { tool, workload, permille, base: 100.0, scaled: f64::from(permille) / 10.0 })
    }

    #[test]
    fn a_line_that_was_cut_off_is_removed_and_the_log_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let mut log = Log::open(&path).unwrap();
        assert!(log.lines.is_empty() && !log.was_cut);
        log.append(line(1000)).unwrap();
        log.append(line(1010)).unwrap();
        drop(log);
        let whole = fs::read(&path).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        // Wherever the second line is cut, the first stays and a new second one can be written.
        for cut in first..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let mut log = Log::open(&path).unwrap();
            assert_eq!((&log.lines[..], log.was_cut), (&[line(1000)][..], cut > first), "cut at {cut}");
            log.append(line(1020)).unwrap();
            drop(log);
            assert_eq!(Log::open(&path).unwrap().lines, [line(1000), line(1020)], "cut at {cut}");
        }
    }

    #[test]
    fn damage_elsewhere_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        fs::write(&path, "{\"line\":\"truth\"\n{\"line\":\"other\"}\n").unwrap();
        let error = Log::open(&path).unwrap_err().to_string();
        assert!(error.contains("log.jsonl:1: not a line of a log"), "{error}");
    }
}
