//! The agent's program: this program itself, or the one that `--image` names.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use hil_bench::bench::Bench;
use hil_bench::control::{Control, SystemClock};
use hil_bench::inquire::inquire;
use hil_bench::process::ProcessBench;
use hil_desktop::fault::Fault;
use hil_model::id::KernelName;
use hil_model::lab::{BenchInfo, Lab};

use crate::board_image::BoardImage;
use crate::error::CliError;
use crate::lab;

/// What is started for every life of the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
    args: Vec<String>,
    is_own: bool,
    /// The image for a board that it carries bytes to, instead of being the agent itself.
    board: Option<BoardImage>,
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
    /// This program, or `image`, which may be one for a board; with `fault` the agent misbehaves on purpose.
    ///
    /// # Errors
    /// [`CliError::Fault`] for an unknown name, [`CliError::OwnProgram`], [`CliError::ImageFile`].
    pub fn choose(image: Option<&Path>, fault: Option<&str>) -> Result<Self, CliError> {
        let mut args = vec!["agent".to_owned()];
        if let Some(given) = fault {
            let fault = Fault::find(given).ok_or_else(|| {
                let names: Vec<&str> = Fault::all().map(Fault::name).collect();
                CliError::Fault { given: given.to_owned(), known: names.join(", ") }
            })?;
            args.extend(["--fault".to_owned(), fault.name().to_owned()]);
        }
        let board = image.map(BoardImage::of).transpose()?.flatten();
        if let (Some(board), Some(_)) = (&board, fault) {
            let why = "faults are injected into agents on this computer, not into firmware".to_owned();
            return Err(CliError::ImageFile { path: board.path.clone(), why });
        }
        let path = match image {
            Some(_) if board.is_some() => std::env::current_exe().map_err(CliError::OwnProgram)?,
            Some(image) => {
                std::path::absolute(image).map_err(|source| CliError::Read { path: image.to_owned(), source })?
            }
            None => std::env::current_exe().map_err(CliError::OwnProgram)?,
        };
        Ok(Self { path, args, is_own: image.is_none(), board })
    }

    /// The bench that starts this program.
    #[must_use]
    pub fn bench(&self, info: BenchInfo) -> Box<dyn Bench> {
        match &self.board {
            Some(board) => Box::new(board.bench(&self.path)),
            None => Box::new(ProcessBench::new(&self.path, self.args.iter().map(OsString::from).collect(), info)),
        }
    }

    /// What this program can answer on: the board that its image is for, or this computer.
    #[must_use]
    pub fn lab(&self) -> Lab {
        match &self.board {
            Some(board) => Lab { benches: vec![board.info()] },
            None => lab::built_in(),
        }
    }

    /// The kernels that scenarios may name. An own image is asked; the built-in agent is part of this program.
    ///
    /// # Errors
    /// [`CliError::Image`] when the image does not answer as an agent does.
    pub fn kernels(&self) -> Result<Vec<KernelName>, CliError> {
        let image = self.board.as_ref().map_or(&self.path, |board| &board.path);
        let failed = |why: String| CliError::Image { path: image.clone(), why };
        let names: Vec<String> = if self.is_own {
            built_in_kernels().into_iter().map(|kernel| kernel.name).collect()
        } else {
            let here = self.lab().benches.into_iter().next();
            let info = here.ok_or_else(|| failed("there is no bench to start it on".to_owned()))?;
            // The list is asked without the fault: what is known does not depend on what shall go wrong.
            let sound = Self { args: vec!["agent".to_owned()], ..self.clone() };
            let never = AtomicBool::new(false);
            let control = Control { cancel: &never, clock: &SystemClock::start() };
            let (_, offers) = inquire(&*sound.bench(info), control).map_err(|error| failed(error.to_string()))?;
            offers.into_iter().map(|offer| offer.name).collect()
        };
        names.into_iter().map(|name| KernelName::new(name).map_err(|error| failed(error.to_string()))).collect()
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

/// Every fault that can be injected, with one line for people.
#[must_use]
pub fn faults() -> Vec<(&'static str, &'static str)> {
    Fault::all().map(|fault| (fault.name(), fault.about())).collect()
}

/// Serves the built-in agent on standard input and output.
#[must_use]
pub fn serve(args: &[String]) -> ExitCode {
    let fault = match args {
        [] => None,
        [flag, name] if flag == "--fault" => Fault::find(name),
        _ => return ExitCode::from(crate::exit::Exit::Usage),
    };
    hil_desktop::serve(hil_desktop::kernels::shared_kernels(), fault)
}
