//! The kernels that every desktop agent offers.

use hil_agent::kernel::Kernel;

/// The shared kernels, ready to be registered.
#[must_use]
pub fn shared_kernels() -> Vec<Box<dyn Kernel>> {
    Vec::new()
}
