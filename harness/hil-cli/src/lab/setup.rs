//! What the command line makes of the lab: which seats there are, which agent runs on each, and which kernels they have.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use hil_bench::bench::{Bench, RigError, Trouble};
use hil_bench::callgrind::Callgrind;
use hil_bench::control::{Control, SystemClock};
use hil_bench::inquire::inquire;
use hil_bench::process::ProcessBench;
use hil_model::id::{KernelName, PlatformId};
use hil_model::lab::Lab;
use hil_model::scenario::Scenario;
use hil_probe::order::Order;

use crate::agent::{self, Program};
use crate::args::Files;
use crate::board_image::{self, BoardImage};
use crate::boards;
use crate::counting;
use crate::error::CliError;
use crate::faults;
use crate::firmware::{self, Firmware};
use crate::lab::{self, ImageSource, Seat, Via, reach};
use crate::show::Show;
use crate::surroundings::Surroundings;

/// The seats of a command and what runs on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// Every seat; of those of one kind the first is taken first.
    pub seats: Vec<Seat>,
    /// Kinds of board that nothing can run on although a seat of that kind is here, and what is needed.
    lacking: BTreeMap<PlatformId, String>,
    /// What it takes to have kinds of board that are not here.
    wanted: BTreeMap<PlatformId, String>,
    /// Whether a locked chip may be erased.
    pub allow_erase: bool,
    /// The agent on this computer.
    program: Program,
    /// What counts its instructions.
    callgrind: Option<Callgrind>,
    /// The image that `--image` names, when it is one for a board.
    image: Option<BoardImage>,
    /// Where the agent on this computer is started; the current folder without one.
    folder: Option<PathBuf>,
    /// This program, which carries bytes to boards.
    own: PathBuf,
}

/// What is done about firmware that is not that of its sources.
pub enum Stale<'a> {
    /// It is built, and what that says is shown.
    Build(&'a Surroundings, &'a mut Show),
    /// Nothing: it would be built, as far as can be told.
    Leave,
}

impl Setup {
    /// The `lab` that is named, or the one of this folder, with `image` in the place of the agent that it is for, and `fault` injected where it works.
    ///
    /// # Errors
    /// [`CliError::Fault`] for an unknown name, [`CliError::OwnProgram`], [`CliError::ImageFile`]; those of the lab file.
    pub fn choose(lab: Option<&Path>, image: Option<&Path>, fault: Option<&str>) -> Result<Self, CliError> {
        let own = std::env::current_exe().map_err(CliError::OwnProgram)?;
        let board = image.map(BoardImage::of).transpose()?.flatten();
        let program = Program::choose(&own, image.filter(|_| board.is_none()), faults::here(fault)?)?;
        let mut seats = lab::file::seats(lab)?;
        let callgrind = counting::find(&Surroundings::look());
        for seat in seats.iter_mut().filter(|seat| seat.via == Via::Process) {
            seat.info.counting = counting::as_known(callgrind.as_ref());
        }
        if let Some(image) = &board {
            let refused = |why: String| Err(CliError::ImageFile { path: image.path.clone(), why });
            if faults::here(fault)?.is_some() {
                return refused("faults are injected into agents on this computer, not into firmware".to_owned());
            }
            let mut of_kind = seats.iter_mut().filter(|seat| seat.info.platform == image.platform).peekable();
            if of_kind.peek().is_none() {
                return refused(format!("it is for {}, and the lab has no such board", image.platform));
            }
            for seat in of_kind {
                // What stands behind a serial port alone cannot be given another image.
                if let Via::Board(board) = &mut seat.via
                    && board.image != ImageSource::OnBoard
                {
                    board.image = ImageSource::File(image.path.clone());
                }
            }
        }
        faults::inject(fault, &mut seats)?;
        let known = boards::known()?.into_iter();
        let wanted = known.filter_map(|known| Some((known.board.platform, known.board.attach?))).collect();
        let lacking = BTreeMap::new();
        Ok(Self { seats, allow_erase: false, program, callgrind, lacking, wanted, image: board, folder: None, own })
    }

    /// The same with the agent on this computer started in `folder`, where commands find what they name.
    #[must_use]
    pub fn in_folder(self, folder: PathBuf) -> Self {
        Self { folder: Some(folder), ..self }
    }

    /// Finds the images that the boards of `scenarios` run, around the current folder and the files that were named.
    pub fn find_images(&mut self, scenarios: &[Scenario], files: &Files, stale: Stale<'_>) {
        self.find_images_in(scenarios, firmware::repository(&starts(files)).as_deref(), stale);
    }

    /// Finds the images that the boards of `scenarios` run, in the repository `root`.
    pub fn find_images_in(&mut self, scenarios: &[Scenario], root: Option<&Path>, mut stale: Stale<'_>) {
        let asked: BTreeSet<&PlatformId> = scenarios.iter().map(|scenario| &scenario.platform).collect();
        if let Some(image) = self.image.as_ref().filter(|image| !asked.contains(&image.platform)) {
            // Who names an image wants that one to answer, not another.
            let needs = format!("an image for it; the one that --image names is for {}", image.platform);
            let boards = self.seats.iter().filter(|seat| seat.as_board().is_some()).map(|seat| &seat.info.platform);
            self.lacking = boards.map(|platform| (platform.clone(), needs.clone())).collect();
            return;
        }
        for platform in asked {
            let is_needed = |seat: &Seat| {
                seat.info.platform == *platform
                    && seat.as_board().is_some_and(|board| board.image == ImageSource::Repository)
            };
            if !self.seats.iter().any(is_needed) {
                continue;
            }
            let image = match (firmware::look(root, platform), &mut stale) {
                (Firmware::Current(image), _) => Ok(image),
                (Firmware::Stale(root), Stale::Build(around, show)) => firmware::build(&root, platform, around, show),
                (Firmware::Stale(_), Stale::Leave) => continue,
                (Firmware::Nowhere(needs), _) => Err(needs),
            };
            match image {
                Ok(image) => {
                    for seat in self.seats.iter_mut().filter(|seat| is_needed(seat)) {
                        if let Via::Board(board) = &mut seat.via {
                            board.image = ImageSource::File(image.clone());
                        }
                    }
                }
                Err(needs) => {
                    self.lacking.insert(platform.clone(), needs);
                }
            }
        }
    }

    /// What plans know of the seats.
    #[must_use]
    pub fn lab(&self) -> Lab {
        let can_run = |seat: &&Seat| !self.lacking.contains_key(&seat.info.platform);
        let benches = self.seats.iter().filter(can_run).map(|seat| seat.info.clone()).collect();
        Lab { benches, lacking: self.lacking.clone(), wanted: self.wanted.clone() }
    }

    /// The seats of a kind, in the order in which they are taken.
    pub fn seats_of(&self, platform: &PlatformId) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter(move |seat| seat.info.platform == *platform)
    }

    /// The bench of a seat.
    ///
    /// # Errors
    /// Why there is none, for a fault of the rig: no image, or one whose name is no text.
    pub fn bench(&self, seat: &Seat) -> Result<Box<dyn Bench>, String> {
        self.bench_as(seat, false)
    }

    /// The bench of a seat; with `under_reset` its chip is attached to while the reset pin is held.
    ///
    /// # Errors
    /// As of [`Setup::bench`].
    pub fn bench_as(&self, seat: &Seat, under_reset: bool) -> Result<Box<dyn Bench>, String> {
        let Via::Board(board) = &seat.via else {
            let args = self.program.args().iter().map(OsString::from).collect();
            let bench = ProcessBench::new(self.program.path(), args, seat.info.clone());
            let bench = bench.with_heap_flag(hil_desktop::heap::FLAG);
            let bench = match &self.callgrind {
                Some(callgrind) => bench.with_callgrind(callgrind.clone()),
                None => bench,
            };
            return Ok(Box::new(match &self.folder {
                Some(folder) => bench.in_folder(folder),
                None => bench,
            }));
        };
        let image = match &board.image {
            ImageSource::File(image) => Some(image.as_path()),
            ImageSource::OnBoard => None,
            ImageSource::Repository => return Err(format!("there is no image for {}", board.platform)),
        };
        Ok(Box::new(reach::carried(
            &self.own,
            &Order { allow_erase: self.allow_erase, under_reset, ..board.order(image) },
            seat.info.clone(),
        )?))
    }

    /// The kernels that scenarios may name; each seat learns its own. An own image is asked, the others are part of this
    /// program or of its repository. Nothing when some seat's cannot be known before it runs.
    ///
    /// # Errors
    /// [`CliError::Image`] when an image does not answer as an agent does.
    pub fn learn_kernels(&mut self) -> Result<Option<Vec<KernelName>>, CliError> {
        // What is known does not depend on what shall go wrong.
        let sound = Self { program: self.program.without_fault(), ..self.clone() };
        let mut asked: BTreeMap<PathBuf, Option<Vec<KernelName>>> = BTreeMap::new();
        for seat in &mut self.seats {
            seat.info.kernels = match &seat.via {
                Via::Process if self.program.is_own() => {
                    Some(names(agent::built_in_kernels().into_iter().map(|kernel| kernel.name)))
                }
                Via::Process => Some(sound.ask(seat, self.program.path())?),
                Via::Board(board) => match &board.image {
                    ImageSource::Repository => Some(names(board_image::KERNELS.iter().map(|(name, _)| (*name).into()))),
                    ImageSource::OnBoard => None,
                    ImageSource::File(image) => match asked.get(image) {
                        Some(known) => known.clone(),
                        None => {
                            let known = sound.ask_emulated(&board.platform, image)?;
                            asked.insert(image.clone(), known.clone());
                            known
                        }
                    },
                },
            };
        }
        if self.seats.iter().any(|seat| seat.info.kernels.is_none()) {
            return Ok(None);
        }
        // A name does not become a mistake because the lab leaves its bench out.
        let here = agent::built_in_kernels().into_iter().map(|kernel| kernel.name).filter(|_| self.program.is_own());
        let firmware = board_image::KERNELS.iter().map(|(name, _)| (*name).to_owned());
        let of_seats = self.seats.iter().filter_map(|seat| seat.info.kernels.clone()).flatten();
        let all: BTreeSet<KernelName> = of_seats.chain(names(here.chain(firmware))).collect();
        Ok(Some(all.into_iter().collect()))
    }

    /// What an image offers does not depend on the board that it runs on, and an emulated one is always free. Nothing for a
    /// kind of board that cannot be emulated.
    fn ask_emulated(&self, platform: &PlatformId, image: &Path) -> Result<Option<Vec<KernelName>>, CliError> {
        let seat = lab::emulated().into_iter().find(|seat| seat.info.platform == *platform);
        let Some(mut seat) = seat else { return Ok(None) };
        if let Via::Board(board) = &mut seat.via {
            board.image = ImageSource::File(image.to_owned());
        }
        self.ask(&seat, image).map(Some)
    }

    /// The kernels that the agent on `seat`, whose program is `file`, offers.
    fn ask(&self, seat: &Seat, file: &Path) -> Result<Vec<KernelName>, CliError> {
        let failed = |why: String| CliError::Image { path: file.to_owned(), why };
        let never = AtomicBool::new(false);
        let control = Control { cancel: &never, clock: &SystemClock::start() };
        let bench = self.bench(seat).map_err(failed)?;
        let is_passing = |error: &RigError| matches!(error, RigError::Agent { trouble: Trouble::Passing, .. });
        // On a busy computer a board that is emulated can be too slow for the one who writes its flash; asked again.
        let asked = inquire(&*bench, control).or_else(|error| match is_passing(&error) {
            true => inquire(&*bench, control),
            false => Err(error),
        });
        let (_, offers) = asked.map_err(|error| failed(error.to_string()))?;
        let named = offers.into_iter().map(|offer| KernelName::new(offer.name.to_string()));
        named.collect::<Result<_, _>>().map_err(|error| failed(error.to_string()))
    }
}

/// Names of this program's own, which are well formed; a test holds them.
fn names(of: impl Iterator<Item = String>) -> Vec<KernelName> {
    of.filter_map(|name| KernelName::new(name).ok()).collect()
}

/// Where the repository is looked for.
fn starts(files: &Files) -> Vec<PathBuf> {
    std::iter::once(PathBuf::from(".")).chain(files.files.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Setup, names};
    use crate::agent::built_in_kernels;
    use crate::board_image::KERNELS;
    use hil_model::lab::Evidence;

    #[test]
    fn every_seat_knows_its_kernels_without_running_anything() {
        let mut setup = Setup::choose(None, None, None).unwrap();
        let all = setup.learn_kernels().unwrap().unwrap();
        for seat in &setup.seats {
            let own = seat.info.kernels.as_ref().unwrap();
            assert!(own.iter().all(|name| all.contains(name)) && !own.is_empty());
            let expected = if seat.info.evidence == Evidence::Host { built_in_kernels().len() } else { KERNELS.len() };
            assert_eq!(own.len(), expected, "no name is lost because it is malformed");
        }
        assert_eq!(names(["no name!".to_owned()].into_iter()), []);
    }
}
