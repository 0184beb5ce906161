//! An emulated board with a probe-rs session on it.

use std::path::{Path, PathBuf};

use hil_emulator::debug::blackmagic::{Options, Server};
use hil_emulator::host::{Board, Mode, Pace};
use hil_probe::emulated::EmulatedProbe;
use probe_rs::config::TargetSelector;
use probe_rs::probe::list::Lister;
use probe_rs::probe::{DebugProbeSelector, Probe, WireProtocol};
use probe_rs::{Permissions, Session};

/// A chip: the name of the board, of the chip in probe-rs, and of its fixtures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chip {
    pub board: &'static str,
    pub name: &'static str,
    fixture: &'static str,
    /// Some RAM that no program here uses.
    pub ram: u64,
    /// An address at which nothing answers.
    pub hole: u64,
}

pub const STM32: Chip =
    Chip { board: "stm32f4", name: "STM32F407VGTx", fixture: "stm32f407", ram: 0x2001_0000, hole: 0x6000_0000 };
pub const NRF52: Chip =
    Chip { board: "nrf52840", name: "nRF52840_xxAA", fixture: "nrf52840", ram: 0x2002_0000, hole: 0x6000_0000 };

/// How probe-rs reaches the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    Tcp,
    InProcess,
}

/// Both chips through both fronts.
pub const ALL: [(Chip, Front); 4] =
    [(STM32, Front::Tcp), (STM32, Front::InProcess), (NRF52, Front::Tcp), (NRF52, Front::InProcess)];

impl Chip {
    /// A program for this chip.
    pub fn elf(&self, program: &str) -> PathBuf {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        root.join(format!("fixtures/elf/{program}-{}.elf", self.fixture))
    }

    pub fn start(&self, mode: Mode) -> Board {
        Board::start(hil_emulator::board::build(self.board, 1).unwrap(), mode).unwrap()
    }
}

/// A board that is reachable.
pub struct Rig {
    pub board: Board,
    server: Option<Server>,
}

impl Rig {
    pub fn new(chip: Chip, front: Front) -> Self {
        Self::on(chip.start(Mode::Free(Pace::Free)), front)
    }

    pub fn on(board: Board, front: Front) -> Self {
        let server = (front == Front::Tcp).then(|| Server::start(board.clone(), Options::loopback()).unwrap());
        Self { board, server }
    }

    pub fn probe(&self) -> Probe {
        let mut probe = match &self.server {
            Some(server) => open(server),
            None => EmulatedProbe::new(self.board.clone()).into_probe_rs(),
        };
        // A Black Magic probe wants to be told.
        probe.select_protocol(WireProtocol::Swd).unwrap();
        probe
    }

    pub fn attach(&self, target: impl Into<TargetSelector>) -> Session {
        self.probe().attach(target, Permissions::new()).unwrap()
    }
}

/// The probe at the other end of a server's port.
pub fn open(server: &Server) -> Probe {
    let selector: DebugProbeSelector = server.selector().parse().unwrap();
    Lister::new().open(selector).unwrap()
}
