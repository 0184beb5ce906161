//! The identity of a firmware image: a digest of everything of this repository that goes into it.
//!
//! The build of an image writes the digest into it (`HIL_IMAGE_ID`), and a host that has the repository computes it again
//! to see whether an image is up to date. Crates of others are in it by the lock file. The compiler is not: the same
//! sources built by another compiler give the same identity.
//!
//! Guarantees: any change of a name or of the contents below [`INPUTS`] changes the digest, but for collisions of 64 bits;
//! other files do not matter; a file that cannot be read is an error, never left out.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// What goes into the images, as paths from the root of the repository: files, and folders with all that is below them.
/// The root's manifest counts because crates take the features of their dependencies from it.
pub const INPUTS: [&str; 14] = [
    "Cargo.toml",
    "fixtures/weights",
    "targets/firmware/cortex-m/.cargo",
    "targets/firmware/cortex-m/Cargo.lock",
    "targets/firmware/cortex-m/Cargo.toml",
    "targets/firmware/cortex-m/board",
    "targets/firmware/cortex-m/fw-nrf52840",
    "targets/firmware/cortex-m/fw-stm32f4",
    "targets/hil-agent/Cargo.toml",
    "targets/hil-agent/src",
    "targets/hil-kernels/Cargo.toml",
    "targets/hil-kernels/src",
    "targets/hil-wire/Cargo.toml",
    "targets/hil-wire/src",
];

/// Files that no compiler reads: what is written for people.
const FOR_PEOPLE: &str = "md";

/// The digest of the [`INPUTS`] below `root`, as 16 hexadecimal digits: FNV-1a of 64 bits over the path, the length and
/// the contents of every file.
///
/// # Errors
/// When an input is missing or cannot be read; the error names it.
pub fn digest(root: &Path) -> io::Result<[u8; 16]> {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for input in INPUTS {
        add(&root.join(input), input, &mut state)?;
    }
    let mut digits = [0; 16];
    for (at, digit) in digits.iter_mut().enumerate() {
        let nibble = (state >> (60 - 4 * at)) as u8 & 0xF;
        *digit = if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    }
    Ok(digits)
}

/// Adds the file or the folder at `path`, which is called `name` from the root.
fn add(path: &Path, name: &str, state: &mut u64) -> io::Result<()> {
    let named = |source: io::Error| io::Error::new(source.kind(), format!("{}: {source}", path.display()));
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(path).map_err(named)? {
            entries.push(entry.map_err(named)?.path());
        }
        // In the order of their names, whatever the file system says first.
        entries.sort();
        for entry in entries {
            let last = entry.file_name().unwrap_or_default().to_string_lossy();
            add(&entry, &format!("{name}/{last}"), state)?;
        }
        return Ok(());
    }
    if path.extension().is_some_and(|extension| extension == FOR_PEOPLE) {
        return Ok(());
    }
    let contents = fs::read(path).map_err(named)?;
    let length = (contents.len() as u64).to_le_bytes();
    for byte in name.bytes().chain([0]).chain(length).chain(contents) {
        *state = (*state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    Ok(())
}
