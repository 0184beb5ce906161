//! Leases: one measuring run at a time on a machine, because two would measure each other, and one on a board.
//!
//! Runs that only use boards on cables share the machine with each other, and with nobody who measures it.
//!
//! The lease is an advisory lock on a file, so it ends with the process that holds it, however that ends; there is
//! nothing to clean up after a crash. The file's text says who holds it, for the one who has to wait. Locking needs no
//! right to write, so users of one machine share the lease; a link in the file's place is never followed.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::show::clean;

/// How often a waiting run asks again. Short against a run, long against the cost of asking.
const ASK_AGAIN: Duration = Duration::from_millis(200);
/// Bytes of the holder's text that are read.
const LONGEST_HOLDER: u64 = 200;
/// Characters of a key in a file name before the rest of it becomes a sum.
const LONGEST_NAME: usize = 150;
/// FNV-1a, 64 bits: where it begins, and its prime (draft-eastlake-fnv, section 2).
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// The lease, held until it is dropped.
#[derive(Debug)]
pub struct Lease {
    path: PathBuf,
    holder: String,
    // Dropping the file releases the lock.
    _file: File,
}

/// What a run needs for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What it is, for people: `this host`, `the board bench-3`.
    pub what: String,
    /// The file whose lock it is.
    pub path: PathBuf,
    /// Who wants it, for the one who has to wait.
    pub holder: String,
    /// Others with the same wish may hold it at the same time.
    pub shared: bool,
}

/// Why there is no lease.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Somebody else holds it and the caller did not want to wait.
    #[error("{what} is held by {holder}; leave out --no-wait to wait for it")]
    Held {
        /// What was wished for.
        what: String,
        /// Process, command and time, as the holder wrote them.
        holder: String,
    },
    /// The user stopped the waiting.
    #[error("interrupted while waiting for {what}, held by {holder}")]
    Interrupted {
        /// What was wished for.
        what: String,
        /// Process, command and time, as the holder wrote them.
        holder: String,
    },
    /// The lease file cannot be used.
    #[error("the lease of {what}, {}: {source}", path.display())]
    File {
        /// What was wished for.
        what: String,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Lease {
    /// Takes what is wished for and writes the holder into its file.
    ///
    /// When somebody else holds it: with `wait`, calls `waiting` once with the holder's text and waits until the lease is
    /// free or `cancel` is set; without, returns at once.
    ///
    /// # Errors
    /// [`LeaseError`].
    pub fn take(wish: &Wish, wait: bool, cancel: &AtomicBool, waiting: impl FnOnce(&str)) -> Result<Self, LeaseError> {
        let Wish { what, path, holder, shared } = wish;
        let failed = |source| LeaseError::File { what: what.clone(), path: path.clone(), source };
        let file = open(path).map_err(failed)?;
        let mut waiting = Some(waiting);
        loop {
            match if *shared { file.try_lock_shared() } else { file.try_lock() } {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) => {}
            }
            let present = read_holder(path);
            if !wait {
                return Err(LeaseError::Held { what: what.clone(), holder: present });
            }
            if cancel.load(Ordering::Relaxed) {
                return Err(LeaseError::Interrupted { what: what.clone(), holder: present });
            }
            if let Some(waiting) = waiting.take() {
                waiting(&present);
            }
            std::thread::sleep(ASK_AGAIN);
        }
        write_holder(path, holder);
        Ok(Self { path: path.clone(), holder: holder.clone(), _file: file })
    }
}

/// The file whose lock is the lease of the board `key`, beside that of the host. Every run finds the same file for the
/// same serial number, in whichever letters it is written, and for the same serial port, by whichever name.
#[must_use]
pub fn file_of_board(host: &Path, key: &str) -> PathBuf {
    let port = if key.starts_with('/') { std::fs::canonicalize(key).ok() } else { None };
    let key = port.map_or_else(|| key.to_owned(), |port| port.to_string_lossy().into_owned());
    host.with_file_name(format!("hilbench-board-{}.lease", file_name(&key)))
}

/// A key as a part of a file name: the same for the same key, never that of another one.
fn file_name(key: &str) -> String {
    let mut name = String::new();
    for byte in key.to_ascii_uppercase().bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            name.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(name, "_{byte:02x}");
        }
    }
    // File systems take 255 bytes; the longest serial number of a USB device has 126 characters.
    if name.len() > LONGEST_NAME {
        let sum = name.bytes().fold(FNV_OFFSET, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
        name.truncate(LONGEST_NAME);
        let _ = write!(name, "_{sum:016x}");
    }
    name
}

impl Drop for Lease {
    fn drop(&mut self) {
        // While the lock is still held, so that nobody waiting reads the name of one who is gone; others who share it
        // keep theirs.
        if read_holder(&self.path) == clean(&self.holder) {
            write_holder(&self.path, "");
        }
    }
}

/// Opens the lease file for locking; makes it, for everybody, when there is none.
fn open(path: &Path) -> std::io::Result<File> {
    match options().read(true).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            match options().read(true).write(true).create_new(true).open(path) {
                // Somebody else was faster.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => options().read(true).open(path),
                made => made,
            }
        }
        opened => opened,
    }
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o666).custom_flags(nix::fcntl::OFlag::O_NOFOLLOW.bits());
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    OpenOptions::new()
}

/// Says who holds the lease. Another user's file may not be writable; then the next one to wait reads no name.
fn write_holder(path: &Path, holder: &str) {
    if let Ok(mut file) = options().write(true).open(path) {
        let _ = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
    }
}

/// The holder's text, made safe to print; the file may be read while it is being written.
fn read_holder(path: &Path) -> String {
    let mut text = String::new();
    let read = options().read(true).open(path).and_then(|file| file.take(LONGEST_HOLDER).read_to_string(&mut text));
    let text = clean(&text);
    if read.is_err() || text.is_empty() { "another hil run".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::{Lease, LeaseError, Wish, file_of_board};
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicBool, Ordering};

    fn wish(path: &Path, holder: &str) -> Wish {
        Wish { what: "this host".to_owned(), path: path.to_owned(), holder: holder.to_owned(), shared: false }
    }

    #[test]
    fn a_second_lease_is_refused_with_the_holder_and_free_after_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lease");
        let cancel = AtomicBool::new(false);
        let first =
            Lease::take(&wish(&path, "process 1\u{1b}[31m"), true, &cancel, |_| panic!("nobody holds it")).unwrap();
        match Lease::take(&wish(&path, "process 2"), false, &cancel, |_| {}) {
            Err(LeaseError::Held { what, holder }) => assert_eq!(what + &holder, "this hostprocess 1 [31m"),
            other => panic!("{other:?}"),
        }
        drop(first);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "", "the name goes with the holder");
        Lease::take(&wish(&path, "process 2"), false, &cancel, |_| {}).unwrap();
    }

    #[test]
    fn who_shares_it_shares_it_with_nobody_who_wants_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lease");
        let cancel = AtomicBool::new(false);
        let take = |wish: &Wish| Lease::take(wish, false, &cancel, |_| {});
        let alone = wish(&path, "process 3");
        let [one, two] = ["process 1", "process 2"].map(|holder| Wish { shared: true, ..wish(&path, holder) });
        let first = take(&one).unwrap();
        let second = take(&two).unwrap();
        assert!(matches!(take(&alone), Err(LeaseError::Held { .. })));
        drop(first);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "process 2", "who goes leaves the name of who stays");
        assert!(matches!(take(&alone), Err(LeaseError::Held { .. })));
        drop(second);
        let _alone = take(&alone).unwrap();
        assert!(matches!(take(&one), Err(LeaseError::Held { .. })));
    }

    #[test]
    fn waiting_ends_when_the_user_stops_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lease");
        let cancel = AtomicBool::new(false);
        let _first = Lease::take(&wish(&path, "process 1"), true, &cancel, |_| {}).unwrap();
        let result = Lease::take(&wish(&path, "process 2"), true, &cancel, |holder| {
            assert_eq!(holder, "process 1");
            cancel.store(true, Ordering::Relaxed);
        });
        assert!(matches!(result, Err(LeaseError::Interrupted { .. })), "{result:?}");
    }

    #[test]
    fn a_board_has_one_file_and_no_other_board_has_it() {
        let of = |key: &str| file_of_board(Path::new("/tmp/host.lease"), key);
        assert_eq!(of("066AFF"), PathBuf::from("/tmp/hilbench-board-066AFF.lease"));
        assert_eq!(of("066aff"), of("066AFF"), "serial numbers are hexadecimal in either case");
        let long = "x/".repeat(100);
        let keys = ["a:b", "a_b", "a b", "a/../b", "", "a", &long, &format!("{long}x"), "\u{1b}\u{e4}"];
        let files: Vec<PathBuf> = keys.iter().map(|key| of(key)).collect();
        for (number, file) in files.iter().enumerate() {
            assert_eq!(file.parent(), Some(Path::new("/tmp")), "{}", file.display());
            assert!(file.as_os_str().len() < 250 && !files[..number].contains(file), "{}", file.display());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_lease_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join("precious");
        std::fs::write(&precious, "precious").unwrap();
        let path = folder.path().join("lease");
        std::os::unix::fs::symlink(&precious, &path).unwrap();
        let result = Lease::take(&wish(&path, "process 1"), false, &AtomicBool::new(false), |_| {});
        assert!(matches!(result, Err(LeaseError::File { .. })), "{result:?}");
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious");
    }
}
