//! The link to the host: standard input and output, taken away from everybody else in this process.
//!
//! A kernel that prints, or a library that logs, would damage the protocol. So the two descriptors are moved to
//! private ones that no child inherits; what is printed from then on goes to standard error, and whoever reads
//! standard input finds it empty. On Windows the
//! standard library cannot do that: there the link is shared with whoever prints.

use std::fs::File;
use std::io::{self, Read, Write};

use hil_agent::platform::LinkClosed;

use crate::system::stdio;

/// The two directions.
pub(crate) struct Link {
    from_host: File,
    to_host: File,
}

impl Link {
    pub(crate) fn take_over() -> io::Result<Self> {
        let (from_host, to_host) = stdio::take_over()?;
        Ok(Self { from_host, to_host })
    }

    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, LinkClosed> {
        loop {
            match self.from_host.read(buffer) {
                Ok(0) => return Err(LinkClosed),
                Ok(len) => return Ok(len),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(LinkClosed),
            }
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), LinkClosed> {
        self.to_host.write_all(bytes).map_err(|_| LinkClosed)
    }
}
