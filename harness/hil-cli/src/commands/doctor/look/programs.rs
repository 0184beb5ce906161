//! Asking a program for its version, without waiting for one that does not answer.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Longest time that a program may take to say its version. `rustc` behind rustup takes a tenth of a second.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read.
const LONGEST: u64 = 4096;
/// Between two looks at a program that has answered and not ended.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What `program args` prints on standard output, if it ends well and in time.
pub fn ask(program: &Path, args: &[&str]) -> Option<String> {
    ask_within(program, args, PATIENCE)
}

fn ask_within(program: &Path, args: &[&str], patience: Duration) -> Option<String> {
    let mut child = Command::new(program)
        .args(args)
        // A question must not make rustup download a compiler.
        .env("RUSTUP_AUTO_INSTALL", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let out = child.stdout.take()?;
    let (send, receive) = mpsc::channel();
    // The thread ends with the program, at the latest when that is killed below.
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = out.take(LONGEST).read_to_string(&mut text);
        // Nobody listens any more once the time is over.
        let _late = send.send(read.is_ok().then_some(text));
    });
    let until = Instant::now() + patience;
    let answer = receive.recv_timeout(patience).ok().flatten();
    // One that closes its output and stays would be waited for as well.
    while answer.is_some() && Instant::now() < until {
        match child.try_wait() {
            Ok(Some(status)) => return answer.filter(|_| status.success()),
            Ok(None) => std::thread::sleep(LOOK_AGAIN),
            Err(_) => break,
        }
    }
    // It may have ended meanwhile, which is as good.
    let _ended = child.kill();
    let _status = child.wait();
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::ask_within;
    use std::path::Path;
    use std::time::Duration;

    fn shell(line: &str, patience: Duration) -> Option<String> {
        ask_within(Path::new("/bin/sh"), &["-c", line], patience)
    }

    #[test]
    fn an_answer_counts_only_from_a_program_that_ends_well_and_in_time() {
        let long = Duration::from_secs(60);
        assert_eq!(shell("echo 1.2", long).as_deref(), Some("1.2\n"));
        assert_eq!(shell("echo 1.2; exit 3", long), None);
        assert_eq!(shell("exec sleep 1000", Duration::from_millis(1)), None);
        assert_eq!(shell("echo 1.2; exec >/dev/null; exec sleep 1000", Duration::from_millis(100)), None);
        assert_eq!(ask_within(Path::new("/no/such/program"), &[], long), None);
    }
}
