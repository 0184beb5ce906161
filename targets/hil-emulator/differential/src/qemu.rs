//! Runs an image on QEMU's Cortex-M4 with FPU.
//!
//! Where QEMU 7.2 is known to differ from the architecture or from the core, and what is done about it:
//!
//! - LDREX remembers address and value, and STREX compares both; the core's local monitor remembers only that there was
//!   an LDREX. The blocks have STREX alone, or directly behind an LDREX of the same address and size.
//! - Behind ISB it goes on in code that it translated under the old system registers. The programs jump indirectly.
//! - It holds rights for 1 KiB at once where a disabled subregion shows a larger region. Subregions are not smaller.
//! - It has no SLEEPONEXIT, WFE does not sleep, and a lock-up ends it. The programs have none of them.
//! - What it answers otherwise than the manual stands in the table of `tests/exceptions.rs`.
//! - Encodings that the manual calls unpredictable are executed. The blocks have none.

use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

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
    let output = command(folder.path())
        .args(["-device", &format!("loader,file=inputs.bin,addr={INPUTS:#x},force-raw=on")])
        .output()
        .map_err(not_started)?;
    let results = std::fs::read(folder.path().join("results.bin")).unwrap_or_default();
    if !output.status.success() || results.len() != image.results_size() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let (found, expected) = (results.len(), image.results_size());
        return Err(Error::Qemu { status: output.status, found, expected, message });
    }
    Ok(Record::table(&results))
}

/// How long QEMU may take for a program, which takes it less than a second, before it is ended.
const PATIENCE: Duration = Duration::from_secs(20);

/// The log that the program `code` writes, as bytes. A program that does not come to its end is ended.
///
/// # Errors
/// When QEMU cannot be started, or ends without having written the log.
pub fn log(code: &[u8]) -> Result<Vec<u8>, Error> {
    let failed = |what| move |source| Error::Io { what, source };
    let folder = tempfile::tempdir().map_err(failed("a folder for QEMU's files"))?;
    std::fs::write(folder.path().join("code.bin"), code).map_err(failed("writing a program for QEMU"))?;
    // An access to a device ends the translated block with this, so that an interrupt that it pends is taken behind it.
    let mut child =
        command(folder.path()).args(["-icount", "shift=0"]).stderr(Stdio::piped()).spawn().map_err(not_started)?;
    let (status, message) = finish(&mut child)?;
    let log = std::fs::read(folder.path().join("results.bin")).unwrap_or_default();
    if !status.success() || log.is_empty() {
        return Err(Error::Qemu { status, found: log.len(), expected: 1, message });
    }
    Ok(log)
}

/// What the program of the ELF file `elf` writes on `machine` through semihosting, and whether it ends with success. A
/// program that does not come to its end is ended.
///
/// # Errors
/// When QEMU cannot be started or ended, or the program did not come to its end.
pub fn semihosted(machine: &str, elf: &Path) -> Result<(bool, String), Error> {
    let mut child = semihosting(machine).arg(elf).stderr(Stdio::piped()).spawn().map_err(not_started)?;
    // SYS_WRITE0 goes to its standard error.
    let (status, message) = finish(&mut child)?;
    match status.code() {
        Some(code) => Ok((code == 0, message)),
        None => Err(Error::Qemu { status, found: 0, expected: 1, message }),
    }
}

/// How QEMU ended, and what it wrote to its standard error; ends it when it takes longer than [`PATIENCE`].
fn finish(child: &mut Child) -> Result<(ExitStatus, String), Error> {
    let failed = |what| move |source| Error::Io { what, source };
    // Its standard error ends when it does.
    let (ended, end) = mpsc::channel();
    let mut stderr = child.stderr.take();
    std::thread::spawn(move || {
        let mut message = String::new();
        if let Some(stderr) = &mut stderr {
            let _ = stderr.read_to_string(&mut message);
        }
        ended.send(message)
    });
    let message = match end.recv_timeout(PATIENCE) {
        Ok(message) => message.trim().to_owned(),
        Err(_) => {
            child.kill().map_err(failed("ending QEMU"))?;
            format!("the program did not end within {PATIENCE:?}")
        }
    };
    Ok((child.wait().map_err(failed("waiting for QEMU"))?, message))
}

/// QEMU in `folder`, with `code.bin` from there at address 0.
fn command(folder: &Path) -> Command {
    let mut command = semihosting("mps2-an386");
    command.arg("code.bin").current_dir(folder);
    command
}

/// QEMU's `machine` with semihosting and nothing else; the file of the program is to follow.
fn semihosting(machine: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(["-machine", machine, "-display", "none", "-monitor", "none", "-serial", "none"])
        .args(["-semihosting-config", "enable=on,target=native", "-kernel"])
        .stdin(Stdio::null());
    command
}

fn not_started(source: io::Error) -> Error {
    if source.kind() == io::ErrorKind::NotFound { Error::NoQemu } else { Error::Io { what: "starting QEMU", source } }
}
