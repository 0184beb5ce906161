//! The host lease: one measuring run at a time on a machine, because two would measure each other.
//!
//! The lease is an advisory lock on a file, so it ends with the process that holds it, however that ends; there is
//! nothing to clean up after a crash. The file's text says who holds it, for the one who has to wait.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often a waiting run asks again. Short against a run, long against the cost of asking.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// The lease, held until it is dropped.
#[derive(Debug)]
pub struct Lease {
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
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path).map_err(failed)?;
        let mut waiting = Some(waiting);
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) => {}
            }
            let present = read_holder(&mut file);
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
        file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)).map(drop)).map_err(failed)?;
        file.write_all(holder.as_bytes()).and_then(|()| file.flush()).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// The holder's text, made safe to print; the file may be read while it is being written.
fn read_holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(200).read_to_string(&mut text));
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
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
            Err(LeaseError::Held { holder }) => assert_eq!(holder, "process 1[31m"),
            other => panic!("{other:?}"),
        }
        drop(first);
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
}
