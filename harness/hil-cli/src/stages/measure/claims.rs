//! What a run needs for itself: this host, and every real board of its plan. All of it is taken before anything is
//! measured, the host first and then the boards in the order of their keys, so two runs never wait for each other.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use hil_model::plan::Plan;

use crate::args::RunArgs;
use crate::error::CliError;
use crate::lab::{BoardSeat, Seat};
use crate::lease::{Lease, LeaseError, Wish, file_of_board};
use crate::show::Show;
use crate::stages::load::Question;
use crate::surroundings::Surroundings;

/// A board of the plan.
pub(super) struct Board<'q> {
    pub(super) seat: &'q Seat,
    pub(super) board: &'q BoardSeat,
    /// The positions of its jobs in the plan, in order.
    pub(super) jobs: Vec<usize>,
    /// Held while its jobs run. An emulated board belongs to this run alone and needs none.
    pub(super) lease: Option<Lease>,
}

/// What this run holds.
pub(super) struct Claims<'q> {
    pub(super) boards: Vec<Board<'q>>,
    /// Held until the run ends.
    _host: Lease,
}

/// Waits for everything that the plan needs, or fails at once where the user wants that.
///
/// # Errors
/// [`LeaseError`].
pub(super) fn take<'q>(
    question: &'q Question,
    plan: &Plan,
    args: &RunArgs,
    around: &Surroundings,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Result<Claims<'q>, CliError> {
    let mut boards: Vec<Board<'q>> = Vec::new();
    for (position, job) in plan.jobs.iter().enumerate() {
        let Some(seat) = super::seat_of(question, job) else { continue };
        let Some(board) = seat.as_board() else { continue };
        match boards.iter_mut().find(|known| known.seat == seat) {
            Some(known) => known.jobs.push(position),
            None => boards.push(Board { seat, board, jobs: vec![position], lease: None }),
        }
    }
    let on_boards: usize = boards.iter().filter(|board| !board.board.is_emulated()).map(|board| board.jobs.len()).sum();
    let holder = format!("process {}, hil run {} since {}", std::process::id(), question.id, question.started);
    // An emulated board keeps a core busy, so it shares the host with nobody who measures it.
    let shared = on_boards > 0 && on_boards == plan.jobs.len();
    let mut take = |what: String, path: &Path, shared: bool| -> Result<Lease, LeaseError> {
        let wish = Wish { what, path: path.to_owned(), holder: holder.clone(), shared };
        Lease::take(&wish, !args.no_wait, cancel, |holder| {
            show.note(&format!("waiting: {} is held by {holder}", wish.what));
        })
    };
    let host = take("this host".to_owned(), &around.lease, shared)?;
    let keys = boards.iter().enumerate().filter_map(|(number, board)| Some((board.seat.lease_key()?, number)));
    let mut keys: Vec<(&str, usize)> = keys.collect();
    keys.sort_unstable();
    for (key, number) in keys {
        let what = format!("the board {} ({key})", boards[number].seat.name);
        boards[number].lease = Some(take(what, &file_of_board(&around.lease, key), false)?);
    }
    Ok(Claims { boards, _host: host })
}
