//! One pseudo-terminal in raw mode.

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::openpty;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::ttyname;

use super::PtyError;

/// How much is taken over in one go.
const CHUNK: usize = 4096;

/// A pseudo-terminal.
#[derive(Debug)]
pub struct Line {
    master: File,
    /// Kept open, so that the terminal stays when a program closes it.
    _slave: OwnedFd,
    path: OsString,
}

impl Line {
    /// Opens one.
    pub fn open() -> Result<Self, PtyError> {
        let ends = openpty(None, None).map_err(refused("open"))?;
        let mut settings = tcgetattr(&ends.slave).map_err(refused("set up"))?;
        cfmakeraw(&mut settings);
        tcsetattr(&ends.slave, SetArg::TCSANOW, &settings).map_err(refused("set up"))?;
        fcntl(&ends.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map_err(refused("set up"))?;
        let path = ttyname(&ends.slave).map_err(refused("name"))?.into_os_string();
        Ok(Self { master: File::from(ends.master), _slave: ends.slave, path })
    }

    /// The file that terminal programs open.
    pub fn path(&self) -> &Path {
        Path::new(&self.path)
    }

    /// Writes what there is room for; the rest is lost.
    pub fn write(&self, mut bytes: &[u8]) -> Result<(), PtyError> {
        while !bytes.is_empty() {
            match (&self.master).write(bytes) {
                Ok(0) => return Ok(()),
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(source) => return Err(PtyError::Refused { what: "write to", source }),
            }
        }
        Ok(())
    }

    /// Appends to `bytes` what has been typed.
    pub fn read(&self, bytes: &mut Vec<u8>) -> Result<(), PtyError> {
        let mut chunk = [0; CHUNK];
        match (&self.master).read(&mut chunk) {
            Ok(count) => bytes.extend_from_slice(chunk.get(..count).unwrap_or_default()),
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(source) => return Err(PtyError::Refused { what: "read from", source }),
        }
        Ok(())
    }
}

fn refused(what: &'static str) -> impl Fn(nix::errno::Errno) -> PtyError {
    move |errno| PtyError::Refused { what, source: errno.into() }
}
