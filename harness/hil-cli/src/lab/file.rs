//! A lab file as seats: `--lab FILE`, or `lab.toml` in the current folder.

use std::path::{Path, PathBuf};

use hil_model::id::PlatformId;
use hil_probe::order::{Door, Link, Reach};
use hil_scenario::Input;
use hil_scenario::lab::{LabBoard, LabFile, Way, Wire};

use crate::board_image::BoardImage;
use crate::error::CliError;
use crate::lab::{self, BoardSeat, HubPort, ImageSource, SEED, Seat, Via};
use crate::show::print_err;
use crate::{boards, files};

/// The lab file of a folder.
pub const DEFAULT_FILE: &str = "lab.toml";

/// The file that says what is attached: the one that is `given`, else that of the current folder, if there is one.
#[must_use]
pub fn meant(given: Option<&Path>) -> Option<PathBuf> {
    let here = || Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.exists());
    given.map(Path::to_owned).or_else(here)
}

/// The seats of the lab that is meant, the built-in one where no file is.
///
/// # Errors
/// [`CliError::Lab`] after every problem of the file has been printed, [`CliError::Read`], [`CliError::LabImage`], those of
/// local board files.
pub fn seats(given: Option<&Path>) -> Result<Vec<Seat>, CliError> {
    let Some(file) = meant(given) else { return Ok(lab::built_in()) };
    let bytes = files::read(&file, hil_scenario::MAX_FILE_LEN)
        .map_err(|source| CliError::Read { path: file.clone(), source })?;
    let platforms = boards::known()?.into_iter().map(|known| known.board.platform).collect();
    let input = Input::new(file.to_string_lossy(), bytes);
    let lab = hil_scenario::lab::lab(&input, platforms).map_err(|(problems, sources)| {
        print_err(hil_scenario::render(&problems, &sources, true).trim_end());
        CliError::Lab { count: problems.len() }
    })?;
    let seats = arranged(lab, file.parent().unwrap_or(Path::new("")));
    seats.iter().try_for_each(|seat| fits(seat, &file))?;
    Ok(seats)
}

/// This computer, the boards of the file, then emulated ones of the kinds that it does not name. Of boards of one kind,
/// real ones come first.
fn arranged(lab: LabFile, folder: &Path) -> Vec<Seat> {
    let (here, emulated): (Vec<Seat>, Vec<Seat>) =
        lab::built_in().into_iter().partition(|seat| seat.via == Via::Process);
    let named: Vec<Seat> = lab.boards.into_iter().map(|board| seat(board, folder)).collect();
    let is_named = |platform: &PlatformId| named.iter().any(|seat| seat.info.platform == *platform);
    let unnamed = emulated.into_iter().filter(|seat| lab.emulated_boards && !is_named(&seat.info.platform));
    let unnamed: Vec<Seat> = unnamed.collect();
    let is_emulated = |seat: &Seat| seat.as_board().is_some_and(BoardSeat::is_emulated);
    let (made_up, real): (Vec<Seat>, Vec<Seat>) = named.into_iter().partition(is_emulated);
    here.into_iter().filter(|_| lab.host).chain(real).chain(made_up).chain(unnamed).collect()
}

fn seat(board: LabBoard, folder: &Path) -> Seat {
    let image = match (board.image, &board.way) {
        (Some(image), _) => ImageSource::File(folder.join(image)),
        (None, Way::SerialOnly) => ImageSource::OnBoard,
        (None, _) => ImageSource::Repository,
    };
    let reach = match board.way {
        Way::Probe { selector, speed_khz } => Reach::Probe { selector, speed_khz },
        Way::SerialOnly => Reach::SerialOnly,
        Way::Emulated { in_process } => Reach::Emulated {
            door: if in_process { Door::InProcess } else { Door::BlackMagic },
            seed: SEED,
            // Who names it wants to see what happens to a real one.
            loaded: false,
            fault: None,
        },
    };
    let link = match board.wire {
        Wire::Rtt => Link::Rtt,
        Wire::Uart { port, baud } => Link::Uart { port, baud },
    };
    Seat::board(
        board.name,
        BoardSeat {
            platform: board.platform,
            reach,
            link,
            image,
            chip_id: board.chip_id,
            hub: board.hub.map(|(location, port)| HubPort { location, port }),
            supply: board.supply,
        },
    )
}

/// An image of another board would be written to this one.
fn fits(seat: &Seat, file: &Path) -> Result<(), CliError> {
    let refused = |why: String| CliError::LabImage { lab: file.to_owned(), board: seat.name.clone(), why };
    let Some(board) = seat.as_board() else { return Ok(()) };
    if board.is_emulated() && lab::emulated().iter().all(|known| known.info.platform != board.platform) {
        return Err(refused(format!("there is no emulated {}", board.platform)));
    }
    let ImageSource::File(image) = &board.image else { return Ok(()) };
    // Only of boards that can be emulated is known what an image of theirs looks like.
    if lab::emulated().iter().all(|known| known.info.platform != board.platform) {
        return Ok(());
    }
    match BoardImage::of(image) {
        Ok(Some(found)) if found.platform == board.platform => Ok(()),
        Ok(Some(found)) => Err(refused(format!("{} is for {}", image.display(), found.platform))),
        Ok(None) => Err(refused(format!("{} is no image for a board, or is not there", image.display()))),
        Err(error) => Err(refused(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::arranged;
    use crate::lab::{ImageSource, Seat, Via};
    use hil_model::id::PlatformId;
    use hil_model::lab::Evidence;
    use hil_scenario::Input;
    use std::path::Path;

    fn seats(text: &str) -> Vec<Seat> {
        let platforms = ["desktop-cpu", "nrf52840", "stm32f4"].map(|name| PlatformId::new(name).unwrap());
        let lab = hil_scenario::lab::lab(&Input::new("lab.toml", text), platforms.to_vec()).unwrap();
        arranged(lab, Path::new("desk"))
    }

    fn names(seats: &[Seat]) -> Vec<&str> {
        seats.iter().map(|seat| seat.name.as_str()).collect()
    }

    const BOARDS: &str = "[[board]]\nname = \"made-up\"\nplatform = \"stm32f4\"\nemulated = true\n\
                          [[board]]\nname = \"real\"\nplatform = \"stm32f4\"\nprobe = \"0483:374b:1\"\nimage = \"a.elf\"\n";

    #[test]
    fn an_empty_file_is_the_built_in_lab() {
        assert_eq!(seats(""), crate::lab::built_in());
    }

    #[test]
    fn real_boards_come_before_emulated_ones_of_their_kind() {
        let all = seats(BOARDS);
        assert_eq!(names(&all), ["this computer", "real", "made-up", "emulated nrf52840"]);
        let Via::Board(real) = &all[1].via else { panic!("{:?}", all[1]) };
        assert_eq!(real.image, ImageSource::File(Path::new("desk").join("a.elf")));
        let evidence: Vec<Evidence> = all.iter().map(|seat| seat.info.evidence).collect();
        assert_eq!(evidence, [Evidence::Host, Evidence::Hardware, Evidence::Emulated, Evidence::Emulated]);
    }

    #[test]
    fn what_is_switched_off_is_not_there() {
        assert_eq!(names(&seats(&format!("emulated_boards = false\n{BOARDS}"))), ["this computer", "real", "made-up"]);
        assert_eq!(names(&seats("emulated_boards = false\n[host]\nenabled = false\n")), Vec::<&str>::new());
    }
}
