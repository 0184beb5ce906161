//! The main function of an agent.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use hil_agent::agent::{Agent, Buffers};
use hil_agent::kernel::Kernel;
use hil_wire::message::Sample;

use crate::around::Around;
use crate::command::Command;
use crate::counted;
use crate::fault::{Fault, FaultyPlatform, Struck, faulty};
use crate::heap;
use crate::link::Link;
use crate::platform::{DesktopPlatform, Memory};
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
    /// What is observed of its iterations beside time.
    pub watch: Option<Watch>,
    /// What goes wrong on purpose.
    pub fault: Option<Fault>,
}

/// What an agent has observed of its iterations that would disturb their times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// They are set apart for whoever counts their instructions ([`counted`]).
    Instructions,
    /// The bytes that are alive in them are counted ([`heap`]), and told in the place of its memory.
    Heap,
}

impl Manner {
    /// The manner that the arguments behind `agent` ask for.
    ///
    /// # Errors
    /// What is wrong with them, and what would be right.
    pub fn of(words: &[&str]) -> Result<Self, String> {
        let watch = match words.first() {
            Some(&counted::FLAG) => Some(Watch::Instructions),
            Some(&heap::FLAG) => Some(Watch::Heap),
            _ => None,
        };
        let fault = match words.get(usize::from(watch.is_some())..).unwrap_or_default() {
            [] => None,
            ["--fault", name] => Some(Fault::find(name).ok_or_else(|| {
                let names: Vec<&str> = Fault::all().map(Fault::name).collect();
                format!("unknown fault {name:?}; known on this system: {}", names.join(", "))
            })?),
            _ => return Err(format!("usage: [agent] [{} | {}] [--fault NAME]", counted::FLAG, heap::FLAG)),
        };
        Ok(Self { watch, fault })
    }
}

/// Makes this process an agent for `kernels` until the host ends the session; the whole `main` of a program that
/// brings its own kernels.
///
/// Arguments: `[agent] [--counted | --heap] [--fault NAME]`, so that `hil` starts such a program exactly as it starts itself.
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
    if manner.watch == Some(Watch::Instructions) {
        counted::tell_vectors();
        // Emulated, it takes its time to get here: the host waits for an empty frame, which readers skip, before it asks.
        if link.write(&[0]).is_err() {
            return ExitCode::SUCCESS;
        }
    }
    let iteration: Option<fn(&mut dyn Kernel)> = manner.watch.map(|watch| match watch {
        Watch::Instructions => counted::iteration as _,
        Watch::Heap => heap::iteration as _,
    });
    if let Some(iteration) = iteration {
        kernels =
            kernels.into_iter().map(|kernel| Box::new(Around::new(kernel, iteration)) as Box<dyn Kernel>).collect();
    }
    let mut input = vec![0u8; MAX_INPUT];
    let mut samples = vec![Sample::default(); SAMPLES];
    let buffers = Buffers { input: &mut input, samples: &mut samples };
    // From here on, so that nothing of the agent's own is among it.
    let memory = match manner.watch {
        Some(Watch::Heap) if heap::begin() => Memory::Heap,
        Some(Watch::Heap) => Memory::Untold,
        Some(Watch::Instructions) | None => Memory::Resident,
    };
    let platform = DesktopPlatform::new(link, memory);
    match manner.fault {
        None => {
            let mut kernels: Vec<&mut dyn Kernel> = kernels.iter_mut().map(|kernel| &mut **kernel as _).collect();
            Agent::new(platform, &mut kernels, buffers).serve();
        }
        Some(fault) => {
            let struck = Struck::default();
            let mut faulty: Vec<Around> =
                kernels.into_iter().map(|kernel| faulty(kernel, fault, struck.clone())).collect();
            let mut kernels: Vec<&mut dyn Kernel> = faulty.iter_mut().map(|kernel| kernel as _).collect();
            let platform = FaultyPlatform::new(platform, fault, struck);
            Agent::new(platform, &mut kernels, buffers).serve();
        }
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::{Manner, Watch, manner_of};
    use crate::fault::Fault;
    use std::ffi::OsString;

    fn parse(words: &[&str]) -> Result<Manner, String> {
        manner_of(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn own_programs_and_hil_itself_take_the_same_arguments() {
        let hang = Some(Fault::Hang);
        let (counted, heap) = (Some(Watch::Instructions), Some(Watch::Heap));
        for (words, manner) in [
            (&[][..], Manner::default()),
            (&["--fault", "hang"], Manner { watch: None, fault: hang }),
            (&["--counted"], Manner { watch: counted, fault: None }),
            (&["--heap"], Manner { watch: heap, fault: None }),
            (&["--counted", "--fault", "hang"], Manner { watch: counted, fault: hang }),
        ] {
            assert_eq!(parse(words), Ok(manner));
            assert_eq!(parse(&[&["agent"], words].concat()), Ok(manner));
        }
    }

    #[test]
    fn wrong_arguments_are_told() {
        assert!(parse(&["--fault", "nonsense"]).unwrap_err().contains("known on this system: panic, hang"));
        for words in
            [&["--fault"][..], &["agent", "agent"], &["--counted", "--heap"], &["--fault", "hang", "--counted"]]
        {
            assert!(parse(words).unwrap_err().starts_with("usage"), "{words:?}");
        }
    }
}
