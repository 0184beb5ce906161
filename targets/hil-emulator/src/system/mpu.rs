//! Memory protection.

/// What an access wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To read data.
    Read,
    /// To write data.
    Write,
    /// To fetch an instruction.
    Fetch,
}

/// The MPU.
#[derive(Debug, Default)]
pub struct Mpu {}

impl Mpu {
    /// Whether the MPU is switched on.
    #[must_use]
    pub fn enabled(&self) -> bool {
        false
    }

    /// Whether the access is allowed. Also applies the default memory map's execute-never regions.
    #[must_use]
    pub fn allows(&self, _address: u32, _right: Right, _privileged: bool, _negative_priority: bool) -> bool {
        true
    }
}
