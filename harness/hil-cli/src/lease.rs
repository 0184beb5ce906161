//! The host lease: one measuring run at a time on a machine, because two would measure each other.
//!
//! The lease is an advisory lock on a file, so it ends with the process that holds it, however that ends; there is
//! nothing to clean up after a crash. The file's text says who holds it, for the one who has to wait. Locking needs no
//! right to write, so users of one machine share the lease; a link in the file's place is never followed.

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

/// The lease, held until it is dropped.
#[derive(Debug)]
pub struct Lease {
    path: PathBuf,
    // Dropping the file releases the lock.
    _file: File,
}

/// Why there is no lease.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Somebody else holds it and the caller did not want to wait.
    #[error("this host is held by {holder}; leave out --no-wait to wait for it")]
    Held {
        /// Process, command and time, as the holder wrote them.
        holder: String,
    },
    /// The user stopped the waiting.
    #[error("interrupted while waiting for {holder}")]
    Interrupted {
        /// Process, command and time, as the holder wrote them.
        holder: String,
    },
    /// The lease file cannot be used.
    #[error("the host lease {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Lease {
    /// Takes the lease on the file `path`, writing `holder` into it.
    ///
    /// When somebody else holds it: with `wait`, calls `waiting` once with the holder's text and waits until the lease is
    /// free or `cancel` is set; without, returns at once.
    ///
    /// # Errors
    /// [`LeaseError`].
    pub fn take(
        path: &Path,
        holder: &str,
        wait: bool,
        cancel: &AtomicBool,
        waiting: impl FnOnce(&str),
    ) -> Result<Self, LeaseError> {
        let failed = |source| LeaseError::File { path: path.to_owned(), source };
        let file = open(path).map_err(failed)?;
        let mut waiting = Some(waiting);
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) => {}
            }
            let present = read_holder(path);
            if !wait {
                return Err(LeaseError::Held { holder: present });
            }
            if cancel.load(Ordering::Relaxed) {
                return Err(LeaseError::Interrupted { holder: present });
            }
            if let Some(waiting) = waiting.take() {
                waiting(&present);
            }
            std::thread::sleep(ASK_AGAIN);
        }
        write_holder(path, holder);
        Ok(Self { path: path.to_owned(), _file: file })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // While the lock is still held, so that nobody waiting reads the name of one who is gone.
        write_holder(&self.path, "");
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
    use super::{Lease, LeaseError};
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn a_second_lease_is_refused_with_the_holder_and_free_after_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lease");
        let cancel = AtomicBool::new(false);
        let first = Lease::take(&path, "process 1\u{1b}[31m", true, &cancel, |_| panic!("nobody holds it")).unwrap();
        match Lease::take(&path, "process 2", false, &cancel, |_| {}) {
            Err(LeaseError::Held { holder }) => assert_eq!(holder, "process 1 [31m"),
            other => panic!("{other:?}"),
        }
        drop(first);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "", "the name goes with the holder");
        Lease::take(&path, "process 2", false, &cancel, |_| {}).unwrap();
    }

    #[test]
    fn waiting_ends_when_the_user_stops_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lease");
        let cancel = AtomicBool::new(false);
        let _first = Lease::take(&path, "process 1", true, &cancel, |_| {}).unwrap();
        let result = Lease::take(&path, "process 2", true, &cancel, |holder| {
            assert_eq!(holder, "process 1");
            cancel.store(true, Ordering::Relaxed);
        });
        assert!(matches!(result, Err(LeaseError::Interrupted { .. })), "{result:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_lease_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join("precious");
        std::fs::write(&precious, "precious").unwrap();
        let path = folder.path().join("lease");
        std::os::unix::fs::symlink(&precious, &path).unwrap();
        let result = Lease::take(&path, "process 1", false, &AtomicBool::new(false), |_| {});
        assert!(matches!(result, Err(LeaseError::File { .. })), "{result:?}");
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious");
    }
}
