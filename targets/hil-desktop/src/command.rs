//! The built-in kernel `command`: one iteration is one run of a program, from start to exit.
//!
//! Its input is the program and its arguments, joined by NUL bytes; no shell is involved. The program gets empty
//! input, and what it prints is dropped. It has done its work when it exits with status 0.

use std::ffi::OsString;
use std::process::{Command as Program, ExitStatus, Stdio};

use hil_agent::kernel::{Kernel, LoadError, Mismatch, RunsIn};
use hil_wire::message::COMMAND_KERNEL;

use crate::system::process::{argument, signal};

/// The kernel.
#[derive(Debug, Default)]
pub struct Command {
    program: Option<Program>,
    last: Option<Result<ExitStatus, String>>,
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
        let mut program = Program::new(name);
        program.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Run at once: a program that is not there is a mistake in the input, and no wrong result.
        let first =
            program.status().map_err(|error| LoadError::new(format_args!("the program did not start: {error}")))?;
        *self = Self { program: Some(program), last: Some(Ok(first)), fresh: true };
        Ok(())
    }

    fn run(&mut self) {
        self.fresh = false;
        self.last = self.program.as_mut().map(|program| program.status().map_err(|error| error.to_string()));
    }

    /// A program has no built-in input: it runs with the arguments that were loaded, and has to succeed. The run of
    /// loading counts, so that a program is not run more often than was asked for.
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        if !std::mem::take(&mut self.fresh) {
            self.run();
        }
        self.status()
    }

    fn status(&self) -> Result<(), Mismatch> {
        match &self.last {
            None => Err(Mismatch::new(format_args!("no program was loaded"))),
            Some(Err(error)) => Err(Mismatch::new(format_args!("the program did not start: {error}"))),
            Some(Ok(status)) if status.success() => Ok(()),
            Some(Ok(status)) => Err(match (status.code(), signal(*status)) {
                (Some(code), _) => Mismatch::new(format_args!("exited with status {code}")),
                (None, Some(signal)) => Mismatch::new(format_args!("ended by signal {signal}")),
                (None, None) => Mismatch::new(format_args!("{status}")),
            }),
        }
    }

    fn runs_in(&self) -> RunsIn {
        RunsIn::Children
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::Command;
    use hil_agent::kernel::Kernel;

    fn outcome(argv: &str) -> Result<(), String> {
        let mut kernel = Command::new();
        kernel.load(argv.as_bytes()).map_err(|error| error.why().to_owned())?;
        kernel.known_answer().map_err(|mismatch| mismatch.difference().to_owned())
    }

    #[test]
    fn a_program_has_done_its_work_when_it_exits_with_0() {
        assert_eq!(outcome("true"), Ok(()));
        assert_eq!(outcome("sh\0-c\0exit 3"), Err("exited with status 3".to_owned()));
        assert_eq!(outcome("sh\0-c\0kill -SEGV $$"), Err("ended by signal 11".to_owned()));
    }

    #[test]
    fn programs_that_do_not_exist_are_told() {
        assert!(outcome("no-such-program-here").unwrap_err().starts_with("the program did not start"));
        assert_eq!(outcome(""), Err("no program is named".to_owned()));
    }

    #[test]
    fn arguments_reach_the_program_without_a_shell() {
        assert_eq!(outcome("test\0a b\0=\0a b"), Ok(()));
        assert_eq!(outcome("test\0$HOME\0=\0$HOME"), Ok(()));
    }
}
