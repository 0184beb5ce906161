//! The agent on this computer: this program itself, or the one that `--image` names.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hil_desktop::Manner;
use hil_desktop::fault::Fault;

use crate::error::CliError;

/// What is started for every life of the agent on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
    args: Vec<String>,
    is_own: bool,
}

/// A kernel as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelLine {
    /// The name that scenarios use.
    pub name: String,
    /// One line for people.
    pub about: String,
}

impl Program {
    /// `own`, this program, or the program `image`; with `fault` the agent misbehaves on purpose.
    ///
    /// # Errors
    /// [`CliError::Read`].
    pub fn choose(own: &Path, image: Option<&Path>, fault: Option<Fault>) -> Result<Self, CliError> {
        let mut args = vec!["agent".to_owned()];
        if let Some(fault) = fault {
            args.extend(["--fault".to_owned(), fault.name().to_owned()]);
        }
        let path = match image {
            Some(image) => {
                std::path::absolute(image).map_err(|source| CliError::Read { path: image.to_owned(), source })?
            }
            None => own.to_owned(),
        };
        Ok(Self { path, args, is_own: image.is_none() })
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its arguments.
    #[must_use]
    pub fn args(&self) -> &[String] {
        &self.args
    }

    /// Whether it is the built-in agent.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.is_own
    }

    /// The same program behaving well.
    #[must_use]
    pub fn without_fault(&self) -> Self {
        Self { args: vec!["agent".to_owned()], ..self.clone() }
    }
}

/// The kernels of the built-in agent.
#[must_use]
pub fn built_in_kernels() -> Vec<KernelLine> {
    let kernels = hil_desktop::kernels::shared_kernels();
    let lines =
        kernels.iter().map(|kernel| KernelLine { name: kernel.name().to_owned(), about: kernel.about().to_owned() });
    lines.collect()
}

/// Serves the built-in agent on standard input and output.
#[must_use]
pub fn serve(args: &[String]) -> ExitCode {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match Manner::of(&words) {
        Ok(manner) => hil_desktop::serve(hil_desktop::kernels::shared_kernels(), manner),
        Err(_) => ExitCode::from(crate::exit::Exit::Usage),
    }
}
