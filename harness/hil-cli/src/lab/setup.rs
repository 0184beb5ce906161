//! What the command line makes of the lab: which seats there are, which agent runs on each, and which kernels they have.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use hil_bench::bench::Bench;
use hil_bench::control::{Control, SystemClock};
use hil_bench::inquire::inquire;
use hil_bench::process::ProcessBench;
use hil_model::id::{KernelName, PlatformId};
use hil_model::lab::Lab;

use crate::agent::{self, Program};
use crate::board_image::{self, BoardImage};
use crate::error::CliError;
use crate::lab::{self, ImageSource, Seat, Via, reach};

/// The seats of a command and what runs on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// Every seat, those that come first are taken first.
    pub seats: Vec<Seat>,
    /// The agent on this computer.
    pub program: Program,
    /// Why nothing can answer on a kind of board although a seat of that kind is here.
    pub lacking: BTreeMap<PlatformId, String>,
    /// The image that `--image` names, when it is one for a board.
    image: Option<BoardImage>,
    /// This program, which carries bytes to boards.
    own: PathBuf,
}

impl Setup {
    /// The built-in lab, with `image` in the place of the agent that it is for, and `fault` injected into agents on this
    /// computer.
    ///
    /// # Errors
    /// [`CliError::Fault`] for an unknown name, [`CliError::OwnProgram`], [`CliError::ImageFile`].
    pub fn choose(image: Option<&Path>, fault: Option<&str>) -> Result<Self, CliError> {
        let own = std::env::current_exe().map_err(CliError::OwnProgram)?;
        let board = image.map(BoardImage::of).transpose()?.flatten();
        let program = Program::choose(&own, image.filter(|_| board.is_none()), fault)?;
        let mut seats = lab::built_in();
        if let Some(board) = &board {
            if fault.is_some() {
                let why = "faults are injected into agents on this computer, not into firmware".to_owned();
                return Err(CliError::ImageFile { path: board.path.clone(), why });
            }
            for seat in &mut seats {
                if let Via::Board(seat) = &mut seat.via
                    && seat.platform == board.platform
                {
                    seat.image = ImageSource::File(board.path.clone());
                }
            }
        }
        let boards = seats.iter().filter_map(Seat::as_board);
        let without = boards.filter(|board| board.image == ImageSource::Repository);
        let needs = "name an image with --image";
        let lacking = without.map(|board| (board.platform.clone(), needs.to_owned())).collect();
        Ok(Self { seats, program, lacking, image: board, own })
    }

    /// What plans know of the seats.
    #[must_use]
    pub fn lab(&self) -> Lab {
        let can_run = |seat: &&Seat| !self.lacking.contains_key(&seat.info.platform);
        let benches = self.seats.iter().filter(can_run).map(|seat| seat.info.clone()).collect();
        Lab { benches, lacking: self.lacking.clone() }
    }

    /// The first seat of a kind.
    #[must_use]
    pub fn seat(&self, platform: &PlatformId) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.info.platform == *platform)
    }

    /// The bench of a seat.
    ///
    /// # Errors
    /// Why there is none, for a fault of the rig: no image, or one whose name is no text.
    pub fn bench(&self, seat: &Seat) -> Result<Box<dyn Bench>, String> {
        match &seat.via {
            Via::Process => {
                let args = self.program.args().iter().map(OsString::from).collect();
                Ok(Box::new(ProcessBench::new(self.program.path(), args, seat.info.clone())))
            }
            Via::Board(board) => {
                let image = match &board.image {
                    ImageSource::File(image) => Some(image.as_path()),
                    ImageSource::Repository => return Err(format!("there is no image for {}", board.platform)),
                };
                Ok(Box::new(reach::carried(&self.own, &board.order(image), seat.info.clone())?))
            }
        }
    }

    /// The kernels that scenarios may name: those of the agent on this computer and of the firmware. An own image is
    /// asked, the others are part of this program or of its repository.
    ///
    /// # Errors
    /// [`CliError::Image`] when the image does not answer as an agent does.
    pub fn kernels(&self) -> Result<Vec<KernelName>, CliError> {
        let mut names = if self.program.is_own() {
            agent::built_in_kernels().into_iter().map(|kernel| kernel.name).collect()
        } else {
            let seat = self.seats.iter().find(|seat| seat.via == Via::Process);
            // What is known does not depend on what shall go wrong.
            let sound = Self { program: self.program.without_fault(), ..self.clone() };
            seat.map_or(Ok(Vec::new()), |seat| sound.ask(seat, self.program.path()))?
        };
        if let Some(image) = &self.image {
            // What an image offers does not depend on the board that it runs on, and an emulated one is always free.
            let emulated = lab::emulated().into_iter().find(|seat| seat.info.platform == image.platform);
            if let Some(mut seat) = emulated {
                if let Via::Board(board) = &mut seat.via {
                    board.image = ImageSource::File(image.path.clone());
                }
                names.extend(self.ask(&seat, &image.path)?);
            }
        }
        names.extend(board_image::KERNELS.map(str::to_owned));
        names.sort();
        names.dedup();
        let failed = |error: hil_model::id::NameError| CliError::Image {
            path: self.program.path().to_owned(),
            why: error.to_string(),
        };
        names.into_iter().map(|name| KernelName::new(name).map_err(failed)).collect()
    }

    /// The kernels that the agent on `seat`, whose program is `file`, offers.
    fn ask(&self, seat: &Seat, file: &Path) -> Result<Vec<String>, CliError> {
        let failed = |why: String| CliError::Image { path: file.to_owned(), why };
        let never = AtomicBool::new(false);
        let control = Control { cancel: &never, clock: &SystemClock::start() };
        let bench = self.bench(seat).map_err(failed)?;
        let (_, offers) = inquire(&*bench, control).map_err(|error| failed(error.to_string()))?;
        Ok(offers.into_iter().map(|offer| offer.name.to_string()).collect())
    }
}
