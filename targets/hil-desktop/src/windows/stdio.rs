//! Standard input and output as handles.

use std::fs::File;
use std::io;
use std::os::windows::io::AsHandle;

/// Whether what [`take_over`] returns is out of everybody else's reach. The standard library cannot send standard
/// output elsewhere, so a kernel that prints damages the link, and one that reads standard input robs it.
pub(crate) const LINK_IS_PRIVATE: bool = false;

/// Standard input and output, in this order, without the buffers and line ends of the standard library.
pub(crate) fn take_over() -> io::Result<(File, File)> {
    let input = File::from(io::stdin().as_handle().try_clone_to_owned()?);
    let output = File::from(io::stdout().as_handle().try_clone_to_owned()?);
    Ok((input, output))
}
