//! Switches a port of a USB hub off and on again, with `uhubctl`, where the lab says which port it is.
//!
//! A child process with a deadline does it; whatever hangs is ended.

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hil_bench::bench::Ending;
use hil_bench::process::Program;

use crate::lab::seat::HubPort;
use crate::show::clean;

/// The program that switches ports (<https://github.com/mvp/uhubctl>).
pub const PROGRAM: &str = "uhubctl";
/// For switching. The program itself leaves the port without power for two seconds.
const FOR_SWITCHING: Duration = Duration::from_secs(30);
/// Until the probe is known to the system again. Probes boot, and then are asked who they are.
const TO_COME_BACK: Duration = Duration::from_secs(5);
/// How often the user's wish to stop is looked for meanwhile.
const LOOK_UP: Duration = Duration::from_millis(50);

/// Takes the power from `port` for a moment and waits for what is plugged in there to come back.
///
/// # Errors
/// What the program says when it does not do so.
pub fn cycle(program: &Path, port: &HubPort, cancel: &AtomicBool) -> Result<(), String> {
    let number = port.port.to_string();
    let words = ["-l", &port.location, "-p", &number, "-a", "cycle"];
    let program = Program::new(program, words.iter().map(OsString::from).collect());
    let mut life = program.start().map_err(|error| format!("{PROGRAM} does not start: {error}"))?;
    let end = life.end(FOR_SWITCHING);
    let said = end.last_words.lines().rev().map(str::trim).find(|line| !line.is_empty());
    let said = said.map_or(String::new(), |line| format!(": {}", clean(line)));
    match end.how {
        Ending::Exited(0) => {}
        Ending::Exited(status) => return Err(format!("{PROGRAM} ended with status {status}{said}")),
        Ending::Stopped => return Err(format!("{PROGRAM} was not done within {} s", FOR_SWITCHING.as_secs())),
        Ending::Crashed { signal } | Ending::KilledFromOutside { signal } => {
            return Err(format!("{PROGRAM} was ended by {signal}"));
        }
        Ending::RigFailed(_) => return Err(format!("{PROGRAM} failed{said}")),
    }
    let back = Instant::now() + TO_COME_BACK;
    while Instant::now() < back && !cancel.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK_UP);
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::AtomicBool;

    use super::cycle;
    use crate::lab::seat::HubPort;

    #[test]
    fn the_program_is_told_the_port_and_its_refusal_is_told_on() {
        let folder = tempfile::tempdir().unwrap();
        let (program, seen) = (folder.path().join("uhubctl"), folder.path().join("seen"));
        let port = HubPort { location: "1-2".to_owned(), port: 3 };
        // Nothing comes back here, so nobody waits for it.
        let hurried = AtomicBool::new(true);
        for (status, answer) in [(0, Ok(())), (1, Err("uhubctl ended with status 1: No compatible devices".to_owned()))]
        {
            let script = format!(
                "#!/bin/sh\necho \"$@\" > {}\necho 'No compatible devices' >&2\nexit {status}\n",
                seen.display()
            );
            std::fs::write(&program, script).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
            assert_eq!(cycle(&program, &port, &hurried), answer);
            assert_eq!(std::fs::read_to_string(&seen).unwrap().trim(), "-l 1-2 -p 3 -a cycle");
        }
        assert!(cycle(&folder.path().join("none"), &port, &hurried).unwrap_err().contains("does not start"));
    }
}
