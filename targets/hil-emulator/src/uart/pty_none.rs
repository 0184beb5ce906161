//! No pseudo-terminals on this operating system.

use std::path::Path;

use super::PtyError;

/// Cannot be had.
#[derive(Debug)]
pub enum Line {}

impl Line {
    /// Says that there are none.
    pub fn open() -> Result<Self, PtyError> {
        Err(PtyError::Unsupported)
    }

    /// Never called.
    pub fn path(&self) -> &Path {
        match *self {}
    }

    /// Never called.
    pub fn write(&self, _: &[u8]) -> Result<(), PtyError> {
        match *self {}
    }

    /// Never called.
    pub fn read(&self, _: &mut Vec<u8>) -> Result<(), PtyError> {
        match *self {}
    }
}
