//! An image for a board: which board it is for, and the child process that carries bytes to the agent on it.
//!
//! `hil run` starts this program again as `hil bridge ORDER` for a board. That child emulates the board, flashes the
//! image through probe-rs, starts it, and carries bytes until either side ends; it is ended like any agent. What it says on
//! standard error are the last words of the firmware or of the rig, told apart by its exit status.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hil_emulator::board;
use hil_emulator::elf::Image;
use hil_emulator::host::{Board, Mode, Pace};
use hil_model::id::PlatformId;
use hil_probe::board::bridge::{Ended, bridge as carry};
use hil_probe::board::error::BoardError;
use hil_probe::emulated::EmulatedProbe;
use hil_probe::order::{Order, Reach};

use crate::error::CliError;
use crate::show::{clean, print_err};

/// What stands on standard error is the firmware's doing. Not the 101 of a Rust program that panicked, which would be this
/// one's.
pub const FIRMWARE_FAILED: u8 = 70;
/// The status for a fault of the rig, such as `EX_IOERR` of sysexits.h.
const RIG_FAILED: u8 = 74;
/// What firmware of this repository offers; a test holds them against the images.
pub const KERNELS: [&str; 4] = ["fault/hang", "fault/hard-fault", "fault/panic", "lan/keyword_hop_i8"];

/// An image and the board that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardImage {
    /// The file.
    pub path: PathBuf,
    /// The board.
    pub platform: PlatformId,
}

impl BoardImage {
    /// The image in `path`; nothing when the file is no ELF file for an Arm core.
    ///
    /// # Errors
    /// [`CliError::ImageFile`] for one that no emulated board has the memories for, and for a damaged one.
    pub fn of(path: &Path) -> Result<Option<Self>, CliError> {
        let failed = |why: String| CliError::ImageFile { path: path.to_owned(), why };
        // What cannot be read is for whoever wants to start it as a program to report.
        let Ok(bytes) = std::fs::read(path) else { return Ok(None) };
        let is_for_arm = bytes.starts_with(b"\x7fELF\x01\x01") && bytes.get(18..20) == Some(&[40, 0][..]);
        if !is_for_arm {
            return Ok(None);
        }
        let image = Image::parse(&bytes).map_err(|error| failed(error.to_string()))?;
        let boards = board::all().map_err(|error| failed(error.to_string()))?;
        let holds = |chip: &board::chip::Chip| {
            image.segments().iter().all(|segment| {
                let end = u64::from(segment.address) + segment.bytes.len() as u64;
                chip.memory.iter().any(|memory| {
                    let last = u64::from(memory.base) + u64::from(*memory.size_bytes.as_ref());
                    segment.address >= memory.base && end <= last
                })
            })
        };
        let Some((facts, _)) = boards.iter().find(|(_, chip)| holds(chip)) else {
            let known: Vec<&str> = boards.iter().map(|(facts, _)| facts.platform.as_str()).collect();
            return Err(failed(format!("no emulated board has the memories for it; there are {}", known.join(", "))));
        };
        let platform = PlatformId::new(&facts.platform).map_err(|error| failed(error.to_string()))?;
        Ok(Some(Self { path: path.to_owned(), platform }))
    }
}

/// Why there is nothing to carry.
#[derive(Debug, thiserror::Error)]
enum BridgeError {
    #[error(transparent)]
    Facts(#[from] board::BoardError),
    #[error(transparent)]
    Board(#[from] BoardError),
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the order of the board cannot be read: {0}")]
    Order(#[from] serde_json::Error),
    #[error("only images on emulated boards are carried")]
    NotEmulated,
}

/// Carries bytes between standard input and output and the agent of an `order`.
#[must_use]
pub fn bridge(order: &str) -> ExitCode {
    match run(order) {
        Ok(Ended::ByHost) => ExitCode::SUCCESS,
        Ok(Ended::LastWords(words)) => {
            print_err(&words.lines().map(clean).collect::<Vec<_>>().join("\n"));
            ExitCode::from(FIRMWARE_FAILED)
        }
        Ok(Ended::Stopped) => {
            print_err("the core stopped at a breakpoint without a word");
            ExitCode::from(FIRMWARE_FAILED)
        }
        Err(error) => {
            print_err(&clean(&error.to_string()));
            ExitCode::from(RIG_FAILED)
        }
    }
}

fn run(order: &str) -> Result<Ended, BridgeError> {
    let order: Order = serde_json::from_str(order)?;
    let (Reach::Emulated { seed, .. }, Some(image)) = (order.reach, order.image) else {
        return Err(BridgeError::NotEmulated);
    };
    let elf = std::fs::read(image)?;
    let (_, chip) = board::find(&order.platform)?;
    let running = Board::start(board::build(&order.platform, seed)?, Mode::Free(Pace::Free))?;
    let mut session = hil_probe::board::attach(EmulatedProbe::new(running).into_probe_rs(), &chip.probe_rs_target)?;
    hil_probe::board::flash::flash(&mut session, &elf)?;
    hil_probe::board::carry(&mut session, &elf, |core, rtt| {
        let mut output = io::stdout();
        // An empty frame: the agent runs. A host that is gone is noticed when its input ends.
        let _gone = output.write_all(&[0, 0]).and_then(|()| output.flush());
        carry(core, rtt, io::stdin(), &mut output)
    })
    .map_err(BridgeError::Board)
}
