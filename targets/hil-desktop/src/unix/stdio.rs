//! Standard input and output as file descriptors.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

/// Whether what [`take_over`] returns is out of everybody else's reach.
pub(crate) const LINK_IS_PRIVATE: bool = true;

/// Moves standard input and output to private descriptors that no child inherits, and returns them in this order.
///
/// From then on, standard input is empty, and what is printed to standard output goes to standard error.
pub(crate) fn take_over() -> io::Result<(File, File)> {
    // std makes the copies with close-on-exec.
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    nix::unistd::dup2_stdin(File::open("/dev/null")?)?;
    nix::unistd::dup2_stdout(io::stderr())?;
    Ok((input, output))
}
