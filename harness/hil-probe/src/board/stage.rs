//! An emulated board in this process with everything around it, and how probes get to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hil_emulator::debug::blackmagic::{Options, Server};
use hil_emulator::host::{Board, Mode, Pace};
use hil_emulator::machine::Machine;
use probe_rs::probe::Probe;

use super::error::{BoardError, in_full};
use super::open;
use crate::emulated::EmulatedProbe;
use crate::order::Door;

/// An emulated board that runs, and its debug server where it has one.
#[derive(Debug)]
pub struct Stage {
    /// The board.
    pub board: Board,
    server: Option<Server>,
    unplugged: Arc<AtomicBool>,
}

impl Stage {
    /// Powers `machine` on.
    ///
    /// # Errors
    /// [`BoardError::Order`] when this computer gives no thread or no port.
    pub fn set(machine: Machine, door: Door) -> Result<Self, BoardError> {
        let refused = |error: &dyn std::error::Error| BoardError::Order { detail: in_full(error) };
        let board = Board::start(machine, Mode::Free(Pace::Free)).map_err(|error| refused(&error))?;
        let server = match door {
            Door::InProcess => None,
            Door::BlackMagic => {
                Some(Server::start(board.clone(), Options::loopback()).map_err(|error| refused(&error))?)
            }
        };
        Ok(Self { board, server, unplugged: Arc::default() })
    }

    /// A probe on the board.
    ///
    /// # Errors
    /// [`BoardError`] when its server does not let itself be opened.
    pub fn probe(&self) -> Result<Probe, BoardError> {
        match &self.server {
            Some(server) => open::by_selector(&server.selector()),
            None => Ok(EmulatedProbe::on_a_cable(self.board.clone(), Arc::clone(&self.unplugged)).into_probe_rs()),
        }
    }

    /// Cuts every probe off the board, for good: none answers any more.
    pub fn unplug(&mut self) {
        self.unplugged.store(true, Ordering::SeqCst);
        self.server = None;
    }
}
