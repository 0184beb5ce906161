//! An emulated board as a bench: each start is a fresh board with the image flashed by probe-rs.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hil_bench::bench::{Bench, End, Ending, Life, Link, LinkGone, RigError, Trouble};
use hil_model::id::PlatformId;
use hil_model::lab::{BenchInfo, Evidence};
use hil_probe::board::bridge::Ended;
use hil_probe::board::error::BoardError;
use hil_probe::board::run::{Host, carry_out};
use hil_probe::board::watch::Limits;
use hil_probe::order::{Door, Link as OrderedLink, Order, Reach};

/// A board and its firmware.
#[derive(Debug, Clone, Copy)]
pub struct BoardUnderTest {
    pub name: &'static str,
    pub core_hz: f64,
}

pub const BOARDS: [BoardUnderTest; 2] =
    [BoardUnderTest { name: "stm32f4", core_hz: 168e6 }, BoardUnderTest { name: "nrf52840", core_hz: 64e6 }];

impl BoardUnderTest {
    /// Its image, unless it has not been built.
    pub fn image(&self) -> Option<PathBuf> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../target/firmware/fw-{}.elf", self.name));
        if !path.exists() {
            eprintln!("NOT TESTED: fw-{0} has not been built; run `cargo xtask fw {0}`", self.name);
            return None;
        }
        Some(path)
    }

    /// The order for its image on an emulated board.
    pub fn order(&self, door: Door, link: OrderedLink) -> Option<Order> {
        Some(Order {
            platform: self.name.to_owned(),
            reach: Reach::Emulated { door, seed: 1, loaded: false, fault: None },
            link,
            image: Some(self.image()?),
            chip_id: None,
            allow_erase: false,
            under_reset: false,
        })
    }
}

/// How an order ended, and what was told meanwhile.
pub type Outcome = (Result<Ended, BoardError>, Vec<String>);

/// Carries out an order between two pipes.
pub fn carried(order: &Order, input: PipeReader, mut output: PipeWriter) -> Outcome {
    let told = Mutex::new(Vec::new());
    let host = Host {
        input: Box::new(input),
        output: &mut output,
        say: &|line| told.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned()),
        give_up: Arc::new(|words| {
            eprintln!("{words}");
            std::process::abort();
        }),
    };
    let ended = carry_out(order, &Limits::default(), host);
    (ended, told.into_inner().unwrap_or_default())
}

pub struct EmulatedBench {
    order: Order,
    info: BenchInfo,
    /// What each life has told.
    pub told: Arc<Mutex<Vec<Vec<String>>>>,
}

impl EmulatedBench {
    /// Nothing when the image has not been built.
    pub fn new(board: BoardUnderTest, door: Door, link: OrderedLink) -> Option<Self> {
        Some(Self::of(board.order(door, link)?))
    }

    pub fn of(order: Order) -> Self {
        let platform = PlatformId::new(&order.platform).unwrap();
        let info = BenchInfo::new(platform, Evidence::Emulated, 1);
        Self { order, info, told: Arc::default() }
    }
}

impl Bench for EmulatedBench {
    fn info(&self) -> &BenchInfo {
        &self.info
    }

    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        let order = self.order.clone();
        let (from_host, to_board) = pipe().unwrap();
        let (from_board, to_host) = pipe().unwrap();
        let (tell, told) = channel();
        thread::spawn(move || read_all(from_board, &tell));
        let carrying = thread::spawn(move || carried(&order, from_host, to_host));
        Ok(Box::new(EmulatedLife {
            to_board: Some(to_board),
            told,
            carrying: Some(carrying),
            said: Arc::clone(&self.told),
        }))
    }
}

fn read_all(mut pipe: PipeReader, tell: &Sender<Vec<u8>>) {
    let mut buffer = vec![0; 4096];
    while let Ok(len @ 1..) = pipe.read(&mut buffer) {
        if tell.send(buffer[..len].to_vec()).is_err() {
            return;
        }
    }
}

struct EmulatedLife {
    to_board: Option<PipeWriter>,
    told: Receiver<Vec<u8>>,
    carrying: Option<JoinHandle<Outcome>>,
    said: Arc<Mutex<Vec<Vec<String>>>>,
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
        let Some(carrying) = self.carrying.take() else {
            return End { how: Ending::Exited(0), last_words: String::new() };
        };
        let (ended, said) = carrying.join().unwrap();
        self.said.lock().unwrap().push(said);
        match ended {
            Ok(Ended::ByHost) => End { how: Ending::Exited(0), last_words: String::new() },
            Ok(Ended::LastWords(last_words)) => End { how: Ending::Exited(101), last_words },
            Ok(Ended::Stopped) => End { how: Ending::Exited(101), last_words: "no word".to_owned() },
            Err(error) => End { how: Ending::RigFailed(Trouble::Passing), last_words: error.to_string() },
        }
    }

    fn ready_within(&self) -> Option<Duration> {
        Some(Duration::from_secs(600))
    }
}
