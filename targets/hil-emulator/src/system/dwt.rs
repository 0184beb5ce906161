//! Data watchpoints and trace.

use crate::soc::Width;

/// The DWT.
#[derive(Debug, Default)]
pub struct Dwt {}

impl Dwt {
    /// Told of every load that is not on the fast path.
    pub fn watch_read(&mut self, _address: u32, _width: Width) {}

    /// Told of every store that is not on the fast path.
    pub fn watch_write(&mut self, _address: u32, _width: Width, _value: u32) {}
}
