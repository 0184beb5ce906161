//! Everything that `hil emulate` serves: a board with a program, its serial ports, its debug server.

use std::io::Write;
use std::path::PathBuf;

use crate::board::chip::Chip;
use crate::board::{self, BoardError, BoardFacts};
use crate::debug::blackmagic::{Options, Server, ServerError};
use crate::elf::{self, Image};
use crate::host::trace::TextTrace;
use crate::host::{Attendant, Board, Mode, Pace};
use crate::machine::Machine;
use crate::power::Recorder;
use crate::soc::ResetCause;
use crate::soc::notes::Note;
use crate::uart::pty::{PtyError, Ptys};

/// What to emulate, and how.
pub struct Settings<'a> {
    /// The board's name.
    pub board: &'a str,
    /// What it starts with.
    pub options: board::Options,
    /// Who has the machine when.
    pub mode: Mode,
    /// A program to load before power-on.
    pub elf: Option<&'a [u8]>,
    /// Where the debug server listens.
    pub server: Options,
    /// Where a line for every instruction goes.
    pub trace: Option<Box<dyn Write + Send>>,
    /// Is told what the chip draws.
    pub recorder: Option<Box<dyn Recorder>>,
    /// Whether the serial ports appear as pseudo-terminals.
    pub pty: bool,
    /// Is told what the chip's model noticed, each thing once.
    pub notice: Box<dyn FnMut(&Note) + Send>,
}

/// Why nothing is emulated.
#[derive(Debug, thiserror::Error)]
pub enum EmulationError {
    /// There is no such board.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// The program cannot be loaded.
    #[error("the program: {0}")]
    Elf(#[from] elf::Error),
    /// The debug server cannot be started.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The serial ports cannot appear as pseudo-terminals.
    #[error(transparent)]
    Pty(#[from] PtyError),
    /// The host refuses a thread.
    #[error("the host refuses {what}: {source}")]
    Host {
        /// What was asked for.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
}

/// A board that is served until it is dropped.
#[derive(Debug)]
pub struct Emulation {
    // The server goes first: it holds a handle to the board.
    server: Server,
    /// The board.
    pub board: Board,
    facts: BoardFacts,
    chip: Chip,
    ports: Vec<(String, PathBuf)>,
}

impl Emulation {
    /// Builds the board, loads the program, and serves.
    ///
    /// # Errors
    /// When one of these is not possible.
    pub fn start(settings: Settings<'_>) -> Result<Self, EmulationError> {
        let (facts, chip) = board::find(settings.board)?;
        let mut machine = board::build_with(settings.board, settings.options)?;
        if let Some(elf) = settings.elf {
            Image::parse(elf)?.load(&mut machine)?;
            machine.cpu.reset(ResetCause::PowerOn);
        }
        if let Some(out) = settings.trace {
            machine.set_trace(Some(Box::new(TextTrace::new(out))));
        }
        if let Some(recorder) = settings.recorder {
            let now = machine.cpu.clock.time_at(machine.cpu.cycles);
            machine.cpu.supply.record(now, recorder);
        }
        let ptys = if settings.pty { Some(Ptys::open(&machine.cpu)?) } else { None };
        let ports = ptys.iter().flat_map(Ptys::paths).map(|(name, path)| (name.to_owned(), path)).collect();
        let keeper = Keeper { ptys, notice: settings.notice, told: 0 };
        let board = Board::start_attended(machine, settings.mode, Some(Box::new(keeper)))
            .map_err(|source| EmulationError::Host { what: "a thread", source })?;
        let server = Server::start(board.clone(), settings.server)?;
        Ok(Self { server, board, facts, chip, ports })
    }

    /// Ends it: what the chip drew until now goes to the recorder first.
    pub fn stop(self) {
        self.board.access(|target| {
            let cpu = &mut target.machine.cpu;
            cpu.supply.finish(cpu.clock.time_at(cpu.cycles));
        });
    }

    /// The debug server.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// What runs, where it listens, and how to reach it, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        let pace = match self.board.mode() {
            Mode::Free(Pace::RealTime) => "in real time, or slower where the host is".to_owned(),
            Mode::Free(Pace::Free) => "as fast as the host can".to_owned(),
            Mode::LockStep { cycles_per_access } => {
                format!("in lock-step, {cycles_per_access} cycles for every debug access")
            }
        };
        let (selector, target) = (self.server.selector(), &self.chip.probe_rs_target);
        let mut text = format!(
            "{} (emulated), {}, runs {pace}\ndebug server  {}\nprobe         {selector}\n\
             try           probe-rs run --chip {target} --protocol swd --probe {selector} PROGRAM.elf\n",
            self.facts.title,
            self.chip.title,
            self.server.address(),
        );
        for (name, path) in &self.ports {
            text.push_str(&format!("{name:<13} {}\n", path.display()));
        }
        text
    }
}

/// Moves the bytes of the serial ports, and reports what the chip's model notices.
struct Keeper {
    ptys: Option<Ptys>,
    notice: Box<dyn FnMut(&Note) + Send>,
    told: usize,
}

impl Attendant for Keeper {
    fn attend(&mut self, machine: &mut Machine) {
        if let Some(Err(_)) = self.ptys.as_mut().map(|ptys| ptys.exchange(&mut machine.cpu)) {
            // A system that fails once is not asked again; the board runs on with its ports unconnected.
            self.ptys = None;
        }
        let notes = machine.cpu.soc.notes();
        for note in notes.get(self.told..).unwrap_or_default() {
            (self.notice)(note);
        }
        self.told = notes.len();
    }
}
