//! Runs an image on QEMU's Cortex-M4 with FPU.
//!
//! Where QEMU 7.2 is known to differ from the architecture or from the core, and what is done about it:
//!
//! - LDREX remembers address and value, and STREX compares both; the core's local monitor remembers only that there was
//!   an LDREX. The blocks have STREX alone, or directly behind an LDREX of the same address and size.
//! - Encodings that the manual calls unpredictable are executed. The blocks have none.

use std::io;
use std::process::{Command, Stdio};

use crate::Error;
use crate::address::INPUTS;
use crate::compare::Record;
use crate::image::Image;

/// The program.
pub const PROGRAM: &str = "qemu-system-arm";

/// The version that is installed, as it prints it.
///
/// # Errors
/// [`Error::NoQemu`] when there is none.
pub fn version() -> Result<String, Error> {
    let output = Command::new(PROGRAM).arg("--version").output().map_err(|_| Error::NoQemu)?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or("").to_owned())
}

/// What the blocks of `image` leave.
///
/// # Errors
/// When QEMU cannot be started, or ends without having written the results.
pub fn run(image: &Image) -> Result<Vec<Record>, Error> {
    let failed = |what| move |source| Error::Io { what, source };
    let folder = tempfile::tempdir().map_err(failed("a folder for QEMU's files"))?;
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).map_err(failed("writing an image for QEMU"))
    };
    write("code.bin", &image.code(false))?;
    write("inputs.bin", &image.inputs())?;
    let output = Command::new(PROGRAM)
        .args(["-machine", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none"])
        .args(["-semihosting-config", "enable=on,target=native", "-kernel", "code.bin"])
        .args(["-device", &format!("loader,file=inputs.bin,addr={INPUTS:#x},force-raw=on")])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .map_err(|source| {
            if source.kind() == io::ErrorKind::NotFound {
                Error::NoQemu
            } else {
                Error::Io { what: "starting QEMU", source }
            }
        })?;
    let results = std::fs::read(folder.path().join("results.bin")).unwrap_or_default();
    if !output.status.success() || results.len() != image.results_size() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let (found, expected) = (results.len(), image.results_size());
        return Err(Error::Qemu { status: output.status, found, expected, message });
    }
    Ok(Record::table(&results))
}
