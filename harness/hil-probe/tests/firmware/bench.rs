//! An emulated board as a bench: each start is a fresh board with the image flashed by probe-rs.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hil_bench::bench::{Bench, End, Ending, Life, Link, LinkGone, RigError};
use hil_emulator::host::{Board, Mode, Pace};
use hil_model::id::PlatformId;
use hil_model::lab::{BenchInfo, Evidence};
use hil_probe::board::bridge::{Ended, bridge};
use hil_probe::board::channel::start;
use hil_probe::board::error::BoardError;
use hil_probe::board::flash::flash;
use hil_probe::emulated::EmulatedProbe;

/// A board and its firmware.
#[derive(Debug, Clone, Copy)]
pub struct BoardUnderTest {
    pub name: &'static str,
    chip: &'static str,
    pub core_hz: f64,
}

pub const BOARDS: [BoardUnderTest; 2] = [
    BoardUnderTest { name: "stm32f4", chip: "STM32F407VGTx", core_hz: 168e6 },
    BoardUnderTest { name: "nrf52840", chip: "nRF52840_xxAA", core_hz: 64e6 },
];

pub struct EmulatedBench {
    board: BoardUnderTest,
    info: BenchInfo,
    image: Vec<u8>,
}

impl EmulatedBench {
    /// Nothing when the image has not been built.
    pub fn new(board: BoardUnderTest) -> Option<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../target/firmware/fw-{}.elf", board.name));
        let Ok(image) = std::fs::read(&path) else {
            eprintln!("NOT TESTED: fw-{} has not been built; run `cargo xtask fw {}`", board.name, board.name);
            return None;
        };
        let platform = PlatformId::new(board.name).unwrap();
        Some(Self { board, info: BenchInfo::new(platform, Evidence::Emulated, 1), image })
    }
}

impl Bench for EmulatedBench {
    fn info(&self) -> &BenchInfo {
        &self.info
    }

    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        let (board, image) = (self.board, self.image.clone());
        let (from_host, to_board) = pipe().unwrap();
        let (from_board, to_host) = pipe().unwrap();
        let (tell, told) = channel();
        thread::spawn(move || read_all(from_board, |bytes| drop(tell.send(bytes))));
        let (ready, is_ready) = channel();
        let carrying = thread::spawn(move || carry(board, &image, from_host, to_host, &ready));
        // Flashing takes as long as it takes; the session's deadlines begin when the image runs. An error ends the wait
        // as well, and is found when the life ends.
        let _ready = is_ready.recv();
        Ok(Box::new(EmulatedLife { to_board: Some(to_board), told, carrying: Some(carrying) }))
    }
}

fn carry(
    board: BoardUnderTest,
    image: &[u8],
    input: PipeReader,
    mut output: PipeWriter,
    ready: &Sender<()>,
) -> Result<Ended, BoardError> {
    let machine = hil_emulator::board::build(board.name, 1).unwrap();
    let running = Board::start(machine, Mode::Free(Pace::Free)).unwrap();
    let mut session = hil_probe::board::attach(EmulatedProbe::new(running).into_probe_rs(), board.chip)?;
    assert!(flash(&mut session, image)?, "a fresh board is blank");
    assert!(!flash(&mut session, image)?, "the second time nothing is written");
    let mut core = session.core(0).unwrap();
    let mut rtt = start(&mut core, image)?;
    ready.send(()).unwrap();
    bridge(&mut core, &mut rtt, input, &mut output)
}

fn read_all(mut pipe: PipeReader, mut tell: impl FnMut(Vec<u8>)) {
    let mut buffer = vec![0; 4096];
    while let Ok(len @ 1..) = pipe.read(&mut buffer) {
        tell(buffer[..len].to_vec());
    }
}

struct EmulatedLife {
    to_board: Option<PipeWriter>,
    told: Receiver<Vec<u8>>,
    carrying: Option<JoinHandle<Result<Ended, BoardError>>>,
}

impl Link for EmulatedLife {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkGone> {
        self.to_board.as_mut().ok_or(LinkGone)?.write_all(bytes).map_err(|_| LinkGone)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, timeout: Duration) -> Result<(), LinkGone> {
        match self.told.recv_timeout(timeout) {
            Ok(bytes) => {
                buffer.extend(bytes);
                Ok(())
            }
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => Err(LinkGone),
        }
    }
}

impl Life for EmulatedLife {
    fn end(&mut self, _: Duration) -> End {
        // The end of the host's side ends the carrying.
        self.to_board = None;
        let how = match self.carrying.take().map(JoinHandle::join) {
            Some(Ok(Ok(Ended::ByHost))) | None => Ending::Exited(0),
            Some(other) => panic!("{other:?}"),
        };
        End { how, last_words: String::new() }
    }
}
