//! The lab: which benches there are, and how each is reached.
//!
//! Without a lab file that is this computer and the boards that can be emulated. [`Seat`] is one place where an agent can
//! run; [`Setup`] is what the command line and the lab make of them; [`reach`] starts agents there.

pub mod file;
mod meter;
pub mod reach;
pub mod seat;
pub mod setup;

use hil_model::lab::{Board, Reach};
use hil_probe::order::{Door, Link, Reach as Way};

pub use seat::{BoardSeat, HubPort, ImageSource, Seat, Via};
pub use setup::{Setup, Stale};

/// Chance on an emulated board is the same in every run, so figures are as well.
pub const SEED: u64 = 1;

/// The built-in lab: this computer, and a board of every kind that can be emulated.
#[must_use]
pub fn built_in() -> Vec<Seat> {
    let is_here = |board: &Board| board.reach == Reach::Process && board.attach.is_none();
    let here = boards().into_iter().filter(is_here);
    here.map(|board| Seat::here(board.platform)).chain(emulated()).collect()
}

/// A board of every kind that can be emulated.
#[must_use]
pub fn emulated() -> Vec<Seat> {
    // The built-in facts are checked by a test, so none is left out here.
    let known = hil_emulator::board::all().unwrap_or_default();
    let known: Vec<String> = known.into_iter().map(|(board, _)| board.platform).collect();
    let boards = boards().into_iter().filter(|board| known.iter().any(|name| name == board.platform.as_str()));
    let seat = |board: Board| {
        Seat::board(
            format!("emulated {}", board.platform),
            BoardSeat {
                platform: board.platform,
                reach: Way::Emulated { door: Door::BlackMagic, seed: SEED, loaded: true, fault: None },
                link: Link::Rtt,
                image: ImageSource::Repository,
                chip_id: None,
                hub: None,
                supply: None,
            },
        )
    };
    boards.map(seat).collect()
}

/// The kinds of machine that are known. The built-in facts are checked by a test, so none is left out here.
#[must_use]
pub fn boards() -> Vec<Board> {
    hil_scenario::BOARDS.iter().filter_map(|(file, text)| hil_scenario::board(text, file).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Via, boards, built_in};
    use hil_model::lab::Evidence;

    #[test]
    fn every_built_in_board_is_readable_and_has_a_seat_or_says_what_it_takes() {
        assert_eq!(boards().len(), hil_scenario::BOARDS.len());
        let seats = built_in();
        assert_eq!(seats.len(), boards().into_iter().filter(|board| board.attach.is_none()).count());
        let emulated: Vec<&str> = seats
            .iter()
            .filter(|seat| matches!(seat.via, Via::Board(_)))
            .map(|seat| {
                assert_eq!(seat.info.evidence, Evidence::Emulated, "nothing that is computed claims hardware");
                seat.info.platform.as_str()
            })
            .collect();
        assert_eq!(emulated, ["nrf52840", "stm32f4"]);
    }
}
