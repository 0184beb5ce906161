//! The main function of an agent.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use hil_agent::agent::{Agent, Buffers};
use hil_agent::kernel::Kernel;
use hil_wire::message::Sample;

use crate::command::Command;
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

/// Makes this process an agent for `kernels` until the host ends the session; the whole `main` of a program that
/// brings its own kernels.
///
/// Arguments: `[agent] [--fault NAME]`, so that `hil` starts such a program exactly as it starts itself.
/// The exit code is 0 after a session, and 2 for wrong arguments or when a person starts it in a terminal.
#[must_use]
pub fn agent_main(kernels: Vec<Box<dyn Kernel>>) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match fault_of(&arguments) {
        Ok(_) if io::stdin().is_terminal() => complain(
            "this program is measured by hil and speaks with nobody else; \
             run: hil run scenario.toml --image <this program>",
        ),
        Ok(fault) => serve(kernels, fault),
        Err(message) => complain(&message),
    }
}

/// The fault that the arguments ask for.
fn fault_of(arguments: &[OsString]) -> Result<Option<Fault>, String> {
    let words: Vec<&str> = arguments.iter().map(|word| word.to_str().unwrap_or("?")).collect();
    let words = words.strip_prefix(&["agent"]).unwrap_or(&words);
    match words {
        [] => Ok(None),
        ["--fault", name] => Fault::find(name).map(Some).ok_or_else(|| {
            let names: Vec<&str> = Fault::all().map(Fault::name).collect();
            format!("unknown fault {name:?}; known on this system: {}", names.join(", "))
        }),
        _ => Err("usage: [agent] [--fault NAME]".to_owned()),
    }
}

fn complain(message: &str) -> ExitCode {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::from(USAGE)
}

/// Serves the host on standard input and output; `fault` strikes on purpose.
///
/// Besides `kernels`, the built-in kernel `command` is offered, which runs programs.
#[must_use]
pub fn serve(kernels: Vec<Box<dyn Kernel>>, fault: Option<Fault>) -> ExitCode {
    end_with_the_host();
    let link = match Link::take_over() {
        Ok(link) => link,
        Err(error) => return complain(&format!("cannot take over standard input and output: {error}")),
    };
    let mut kernels = kernels;
    kernels.push(Box::new(Command::new()));
    let mut input = vec![0u8; MAX_INPUT];
    let mut samples = vec![Sample::default(); SAMPLES];
    let buffers = Buffers { input: &mut input, samples: &mut samples };
    let platform = DesktopPlatform::new(link);
    match fault {
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
    use super::fault_of;
    use crate::fault::Fault;
    use std::ffi::OsString;

    fn parse(words: &[&str]) -> Result<Option<Fault>, String> {
        fault_of(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn own_programs_and_hil_itself_take_the_same_arguments() {
        assert_eq!(parse(&[]), Ok(None));
        assert_eq!(parse(&["agent"]), Ok(None));
        assert_eq!(parse(&["--fault", "hang"]), Ok(Some(Fault::Hang)));
        assert_eq!(parse(&["agent", "--fault", "hang"]), Ok(Some(Fault::Hang)));
    }

    #[test]
    fn wrong_arguments_are_told() {
        assert!(parse(&["--fault", "nonsense"]).unwrap_err().contains("known on this system: panic, hang"));
        assert!(parse(&["--fault"]).is_err());
        assert!(parse(&["agent", "agent"]).is_err());
    }
}
