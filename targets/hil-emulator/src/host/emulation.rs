//! Everything that `hil emulate` serves: a board with a program, its serial ports, its debug server.

use std::io::Write;
use std::path::PathBuf;

use crate::board::chip::Chip;
use crate::board::{self, BoardError, BoardFacts};
use crate::cpu::Cpu;
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
    /// Is told what people should know, each thing once.
    pub notice: Box<dyn FnMut(&Notice<'_>) + Send>,
}

/// What people should know about a board that runs.
#[derive(Debug, thiserror::Error)]
pub enum Notice<'a> {
    /// The chip's model noticed something.
    #[error("{0}")]
    Chip(&'a Note),
    /// The pseudo-terminals of the serial ports failed, and are gone.
    #[error("the serial ports are unconnected from now on: {0}: {reason}", reason = reason(.0))]
    Ports(#[source] PtyError),
}

/// Why the operating system refuses a pseudo-terminal.
fn reason(error: &PtyError) -> String {
    std::error::Error::source(error).map_or_else(|| "no reason given".to_owned(), ToString::to_string)
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
        let exchange = ptys.map(|mut ptys| -> Exchange { Box::new(move |cpu| ptys.exchange(cpu)) });
        let keeper = Keeper { exchange, notice: settings.notice, told: 0 };
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

/// Moves what the serial ports have sent, and what is sent to them.
type Exchange = Box<dyn FnMut(&mut Cpu) -> Result<(), PtyError> + Send>;

/// Moves the bytes of the serial ports, and reports what the chip's model notices.
struct Keeper {
    exchange: Option<Exchange>,
    notice: Box<dyn FnMut(&Notice<'_>) + Send>,
    told: usize,
}

impl Attendant for Keeper {
    fn attend(&mut self, machine: &mut Machine) {
        if let Some(Err(error)) = self.exchange.as_mut().map(|exchange| exchange(&mut machine.cpu)) {
            // A system that fails once is not asked again; the board runs on with its ports unconnected.
            self.exchange = None;
            (self.notice)(&Notice::Ports(error));
        }
        let notes = machine.cpu.soc.notes();
        for note in notes.get(self.told..).unwrap_or_default() {
            (self.notice)(&Notice::Chip(note));
        }
        self.told = notes.len();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error;
    use std::sync::{Arc, Mutex};

    use super::Keeper;
    use crate::board::build;
    use crate::host::Attendant;
    use crate::soc::{Master, Width};
    use crate::uart::pty::PtyError;

    #[test]
    fn terminals_that_fail_are_told_once_and_given_up() {
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let asked = Arc::new(Mutex::new(0));
        let (tell, ask) = (Arc::clone(&told), Arc::clone(&asked));
        let mut keeper = Keeper {
            exchange: Some(Box::new(move |_| {
                *ask.lock().unwrap() += 1;
                Err(PtyError::Refused { what: "read", source: Error::other("input/output error") })
            })),
            notice: Box::new(move |notice| tell.lock().unwrap().push(notice.to_string())),
            told: 0,
        };
        let mut machine = build("nrf52840", 1).unwrap();
        machine.cpu.write_as(Master::Debugger, 0x4001_2000, Width::Word, 1).unwrap();
        keeper.attend(&mut machine);
        keeper.attend(&mut machine);
        assert_eq!(*asked.lock().unwrap(), 1);
        let failed =
            "the serial ports are unconnected from now on: failed to read a pseudo-terminal: input/output error";
        let noted = "write to a register that is not modelled at 0x40012000";
        assert_eq!(*told.lock().unwrap(), [failed, noted]);
    }
}
