//! Small input and output: pages of 4 KiB are written to a file and read back.
//!
//! The file lies in the system's folder for temporary files and is removed as soon as it is open where the system allows
//! that, else when the workload is dropped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use super::Work;

/// Bytes of a page.
const PAGE: usize = 4096;
/// Pages of the file.
const PAGES: u64 = 64;

/// The file.
#[derive(Debug)]
pub struct Files {
    file: File,
    /// Where it lies, where it could not be removed while open.
    left: Option<PathBuf>,
    page: Box<[u8; PAGE]>,
    steps: u64,
    failed: Option<String>,
}

impl Files {
    /// With a file of its own.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("hilbench-trust-{}.tmp", std::process::id()));
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path)?;
        let left = fs::remove_file(&path).err().map(|_| path);
        Ok(Self { file, left, page: Box::new([0; PAGE]), steps: 0, failed: None })
    }

    fn step(&mut self) -> io::Result<()> {
        let place = SeekFrom::Start(self.steps % PAGES * PAGE as u64);
        self.steps += 1;
        self.page[..8].copy_from_slice(&self.steps.to_le_bytes());
        self.file.seek(place)?;
        self.file.write_all(&self.page[..])?;
        self.file.seek(place)?;
        self.page[..8].fill(0);
        self.file.read_exact(&mut self.page[..])
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if let Some(path) = &self.left {
            // A file that is left behind in the folder for temporary files harms nobody.
            let _ = fs::remove_file(path);
        }
    }
}

impl Work for Files {
    fn name(&self) -> &'static str {
        "files"
    }

    fn about(&self) -> &'static str {
        "pages of 4 KiB written to a file and read back"
    }

    fn base(&self) -> u64 {
        300
    }

    fn run(&mut self, steps: u64) {
        for _ in 0..steps {
            if let Err(error) = self.step() {
                self.failed = Some(error.to_string());
            }
        }
    }

    /// What was read is what was written, and no step failed.
    fn check(&mut self) -> Result<(), String> {
        self.run(2 * PAGES);
        if let Some(error) = &self.failed {
            return Err(format!("the file could not be used: {error}"));
        }
        let read = self.page[..8].iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        if read == self.steps { Ok(()) } else { Err(format!("{read} was read and {} written", self.steps)) }
    }
}
