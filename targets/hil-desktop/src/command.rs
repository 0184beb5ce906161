//! The built-in kernel `command`: one iteration is one run of a program, from start to exit.
//!
//! Its input is the program and its arguments, joined by NUL bytes; no shell is involved. The program gets empty
//! input, and what it prints is dropped. It has done its work when it exits with status 0; any other status is a wrong
//! result. A program that ends by a signal crashed or was killed from outside, and that is told apart; one that did not
//! start says nothing about itself.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command as Program, Stdio};

use hil_agent::kernel::{Kernel, LoadError, Mismatch, RunsIn, Trouble};
use hil_agent::text::Text;
use hil_wire::message::COMMAND_KERNEL;

use crate::system::process::{argument, ending};

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// By itself, with an exit status.
    Exited(i32),
    /// By something that a program brings upon itself, such as `SIGSEGV`.
    Crashed(String),
    /// By something that comes from outside, such as `SIGKILL`.
    KilledFromOutside(String),
}

/// The kernel.
#[derive(Debug, Default)]
pub struct Command {
    program: Option<Program>,
    /// How the program ended last, or why it did not start.
    last: Option<Result<Ending, String>>,
    /// The program ran when it was loaded, and never since.
    fresh: bool,
}

impl Command {
    /// No program yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Kernel for Command {
    fn name(&self) -> &str {
        COMMAND_KERNEL
    }

    fn about(&self) -> &str {
        "a program, from start to exit"
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        let words: Option<Vec<OsString>> = input.split(|byte| *byte == 0).map(argument).collect();
        let words =
            words.ok_or_else(|| LoadError::new(format_args!("this system passes on no arguments but Unicode")))?;
        let mut words = words.into_iter();
        let name = words.next().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| LoadError::new(format_args!("no program is named")))?;
        // Without its folder, which may name a user.
        let shown = Path::new(&name).file_name().unwrap_or(&name).to_string_lossy().into_owned();
        let mut program = Program::new(name);
        program.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Run at once: a program that is not there is a mistake in the input, and no wrong result.
        let first = program
            .status()
            .map_err(|error| LoadError::new(format_args!("the program {shown:?} did not start: {error}")))?;
        *self = Self { program: Some(program), last: Some(Ok(ending(first))), fresh: true };
        Ok(())
    }

    fn run(&mut self) {
        self.fresh = false;
        self.last =
            self.program.as_mut().map(|program| program.status().map(ending).map_err(|error| error.to_string()));
    }

    /// A program has no built-in input: it runs with the arguments that were loaded, and has to succeed. The run of
    /// loading counts, so that a program is not run more often than was asked for.
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        if !std::mem::take(&mut self.fresh) {
            self.run();
        }
        self.status().map_err(|trouble| Mismatch::new(format_args!("{}", trouble.why())))
    }

    fn status(&self) -> Result<(), Trouble> {
        Err(match &self.last {
            None => Trouble::CouldNotRun(Text::new(format_args!("no program was loaded"))),
            Some(Err(error)) => Trouble::CouldNotRun(Text::new(format_args!("the program did not start: {error}"))),
            Some(Ok(Ending::Exited(0))) => return Ok(()),
            Some(Ok(Ending::Exited(code))) => Trouble::Wrong(Text::new(format_args!("exited with status {code}"))),
            Some(Ok(Ending::Crashed(by))) => Trouble::Crashed(Text::new(format_args!("ended by {by}"))),
            Some(Ok(Ending::KilledFromOutside(by))) => {
                Trouble::KilledFromOutside(Text::new(format_args!("the program was ended from outside by {by}")))
            }
        })
    }

    fn runs_in(&self) -> RunsIn {
        RunsIn::Children
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::Command;
    use hil_agent::kernel::{Kernel, Trouble};

    fn outcome(argv: &str) -> Result<(), String> {
        let mut kernel = Command::new();
        kernel.load(argv.as_bytes()).map_err(|error| error.why().to_owned())?;
        kernel.known_answer().map_err(|mismatch| mismatch.difference().to_owned())
    }

    #[test]
    fn signals_tell_crashes_from_kills() {
        let trouble = |script: &str| {
            let mut kernel = Command::new();
            kernel.load(format!("sh\0-c\0{script}").as_bytes()).unwrap();
            kernel.status().unwrap_err()
        };
        for name in ["SEGV", "ABRT", "ILL", "FPE", "BUS", "TRAP", "SYS"] {
            let trouble = trouble(&format!("ulimit -c 0; kill -{name} $$"));
            assert!(matches!(trouble, Trouble::Crashed(_)), "{name}: {trouble:?}");
            assert_eq!(trouble.why(), format!("ended by SIG{name}"));
        }
        // Not HUP or INT: a shell cannot stop ignoring what the caller of these tests ignores, such as `nohup`.
        for name in ["KILL", "TERM", "USR1"] {
            let trouble = trouble(&format!("kill -{name} $$"));
            assert!(matches!(trouble, Trouble::KilledFromOutside(_)), "{name}: {trouble:?}");
            assert!(trouble.why().ends_with(&format!("from outside by SIG{name}")), "{trouble:?}");
        }
        assert!(matches!(trouble("exit 3"), Trouble::Wrong(_)));
    }

    #[test]
    fn a_program_has_done_its_work_when_it_exits_with_0() {
        assert_eq!(outcome("true"), Ok(()));
        assert_eq!(outcome("sh\0-c\0exit 3"), Err("exited with status 3".to_owned()));
        assert_eq!(outcome("sh\0-c\0ulimit -c 0; kill -SEGV $$"), Err("ended by SIGSEGV".to_owned()));
    }

    #[test]
    fn programs_that_do_not_exist_are_told() {
        assert!(
            outcome("no-such-program-here")
                .unwrap_err()
                .starts_with("the program \"no-such-program-here\" did not start")
        );
        assert_eq!(outcome(""), Err("no program is named".to_owned()));
    }

    #[test]
    fn arguments_reach_the_program_without_a_shell() {
        assert_eq!(outcome("test\0a b\0=\0a b"), Ok(()));
        assert_eq!(outcome("test\0$HOME\0=\0$HOME"), Ok(()));
    }
}
