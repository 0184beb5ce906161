//! The main function of an agent.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use hil_agent::agent::{Agent, Buffers};
use hil_agent::kernel::Kernel;
use hil_wire::message::Sample;

use crate::command::Command;
use crate::counted::{self, CountedKernel};
use crate::fault::{Fault, FaultyKernel, FaultyPlatform, Struck};
use crate::link::Link;
use crate::platform::DesktopPlatform;
use crate::system::process::end_with_the_host;

/// Exit code for arguments that are wrong, as of `hil` itself.
const USAGE: u8 = 2;
/// Largest input, in bytes. The buffer takes memory only as far as it is used.
const MAX_INPUT: usize = 16 << 20;
/// Samples that are kept until they are sent: as many as the host asks for at once, so nothing is sent in between.
const SAMPLES: usize = 4096;

/// How an agent serves, as its arguments say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// Its iterations are set apart for whoever counts their instructions ([`crate::counted`]).
    pub counted: bool,
    /// What goes wrong on purpose.
    pub fault: Option<Fault>,
}

impl Manner {
    /// The manner that the arguments behind `agent` ask for.
    ///
    /// # Errors
    /// What is wrong with them, and what would be right.
    pub fn of(words: &[&str]) -> Result<Self, String> {
        let counted = words.first() == Some(&counted::FLAG);
        let fault = match words.get(usize::from(counted)..).unwrap_or_default() {
            [] => None,
            ["--fault", name] => Some(Fault::find(name).ok_or_else(|| {
                let names: Vec<&str> = Fault::all().map(Fault::name).collect();
                format!("unknown fault {name:?}; known on this system: {}", names.join(", "))
            })?),
            _ => return Err(format!("usage: [agent] [{}] [--fault NAME]", counted::FLAG)),
        };
        Ok(Self { counted, fault })
    }
}

/// Makes this process an agent for `kernels` until the host ends the session; the whole `main` of a program that
/// brings its own kernels.
///
/// Arguments: `[agent] [--counted] [--fault NAME]`, so that `hil` starts such a program exactly as it starts itself.
/// The exit code is 0 after a session, and 2 for wrong arguments or when a person starts it in a terminal.
#[must_use]
pub fn agent_main(kernels: Vec<Box<dyn Kernel>>) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match manner_of(&arguments) {
        Ok(_) if io::stdin().is_terminal() => complain(
            "this program is measured by hil and speaks with nobody else; \
             run: hil run scenario.toml --image <this program>",
        ),
        Ok(manner) => serve(kernels, manner),
        Err(message) => complain(&message),
    }
}

/// The manner that all arguments of a program ask for.
fn manner_of(arguments: &[OsString]) -> Result<Manner, String> {
    let words: Vec<&str> = arguments.iter().map(|word| word.to_str().unwrap_or("?")).collect();
    Manner::of(words.strip_prefix(&["agent"]).unwrap_or(&words))
}

fn complain(message: &str) -> ExitCode {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::from(USAGE)
}

/// Serves the host on standard input and output in this `manner`.
///
/// Besides `kernels`, the built-in kernel `command` is offered, which runs programs.
#[must_use]
pub fn serve(kernels: Vec<Box<dyn Kernel>>, manner: Manner) -> ExitCode {
    end_with_the_host();
    let mut link = match Link::take_over() {
        Ok(link) => link,
        Err(error) => return complain(&format!("cannot take over standard input and output: {error}")),
    };
    let mut kernels = kernels;
    kernels.push(Box::new(Command::new()));
    if manner.counted {
        counted::tell_vectors();
        // Emulated, it takes its time to get here: the host waits for an empty frame, which readers skip, before it asks.
        if link.write(&[0]).is_err() {
            return ExitCode::SUCCESS;
        }
        kernels = kernels.into_iter().map(|kernel| Box::new(CountedKernel::new(kernel)) as Box<dyn Kernel>).collect();
    }
    let mut input = vec![0u8; MAX_INPUT];
    let mut samples = vec![Sample::default(); SAMPLES];
    let buffers = Buffers { input: &mut input, samples: &mut samples };
    let platform = DesktopPlatform::new(link);
    match manner.fault {
        None => {
            let mut kernels: Vec<&mut dyn Kernel> = kernels.iter_mut().map(|kernel| &mut **kernel as _).collect();
            Agent::new(platform, &mut kernels, buffers).serve();
        }
        Some(fault) => {
            let struck = Struck::default();
            let mut faulty: Vec<FaultyKernel> =
                kernels.into_iter().map(|kernel| FaultyKernel::new(kernel, fault, struck.clone())).collect();
            let mut kernels: Vec<&mut dyn Kernel> = faulty.iter_mut().map(|kernel| kernel as _).collect();
            let platform = FaultyPlatform::new(platform, fault, struck);
            Agent::new(platform, &mut kernels, buffers).serve();
        }
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::{Manner, manner_of};
    use crate::fault::Fault;
    use std::ffi::OsString;

    fn parse(words: &[&str]) -> Result<Manner, String> {
        manner_of(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn own_programs_and_hil_itself_take_the_same_arguments() {
        let (counted, hang) = (Manner { counted: true, fault: None }, Some(Fault::Hang));
        for (words, manner) in [
            (&[][..], Manner::default()),
            (&["--fault", "hang"], Manner { counted: false, fault: hang }),
            (&["--counted"], counted),
            (&["--counted", "--fault", "hang"], Manner { counted: true, fault: hang }),
        ] {
            assert_eq!(parse(words), Ok(manner));
            assert_eq!(parse(&[&["agent"], words].concat()), Ok(manner));
        }
    }

    #[test]
    fn wrong_arguments_are_told() {
        assert!(parse(&["--fault", "nonsense"]).unwrap_err().contains("known on this system: panic, hang"));
        for words in
            [&["--fault"][..], &["agent", "agent"], &["--counted", "--counted"], &["--fault", "hang", "--counted"]]
        {
            assert!(parse(words).unwrap_err().starts_with("usage"), "{words:?}");
        }
    }
}
