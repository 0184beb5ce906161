//! An image for a board: which board it is for, and what firmware of this repository offers.

use std::io;
use std::path::{Path, PathBuf};

use hil_emulator::board;
use hil_emulator::elf::Image;
use hil_model::id::PlatformId;

use crate::error::CliError;
use crate::files;

/// What firmware of this repository offers; a test holds them against the images.
pub const KERNELS: [(&str, &str); 26] = [
    ("fault/hang", "never returns, on purpose"),
    ("fault/hard-fault", "executes an undefined instruction, on purpose"),
    ("fault/panic", "panics, on purpose"),
    ("fault/stack-overflow", "calls itself until there is no stack left, on purpose"),
    ("lan/guide_hop_fixed_i8", "the same with the front end in integers: the newest 16 ms of sound in, scores out"),
    ("lan/guide-stage-cell", "keyword spotting at the guide's pace, one stage: the recurrent cell"),
    ("lan/guide-stage-conv", "keyword spotting at the guide's pace, one stage: the convolution"),
    (
        "lan/guide-stage-front_end",
        "keyword spotting at the guide's pace, one stage: the features of a frame, in integers",
    ),
    ("lan/guide-stage-scores", "keyword spotting at the guide's pace, one stage: the scores"),
    ("lan/keyword_hop_i8", "keyword spotting, hop by hop"),
    ("lan/ltc-adaptive_heun", "liquid cell, Heun's method: a hop in steps as long as the error allows"),
    ("lan/ltc-busy", "liquid cell that adapts its step to the sound: a hop of something like speech"),
    ("lan/ltc-euler", "liquid cell, Euler's method: a hop in four steps"),
    ("lan/ltc-euler_i8", "liquid cell, int8 weights and activations, Euler's method: a hop in four steps"),
    ("lan/ltc-heun", "liquid cell, Heun's method: a hop in four steps"),
    ("lan/ltc-quiet", "liquid cell that adapts its step to the sound: a hop of a quiet room"),
    ("lan/ltc-rk4", "liquid cell, classical Runge-Kutta method: a hop in four steps"),
    ("lan/matvec-dense_i8", "a matrix times a vector, int8 weights row by row"),
    ("lan/matvec-paired_i8", "the same, weights in pairs of rows"),
    ("lan/matvec-scalar_i8", "the same, plain code"),
    ("lan/matvec-sparse_i8", "the same, without blocks of zeros"),
    ("lan/stage-cell", "keyword spotting, one stage of a hop: the recurrent cell"),
    ("lan/stage-conv", "keyword spotting, one stage of a hop: the convolution"),
    ("lan/stage-decode", "weights out of their Huffman codes"),
    ("lan/stage-front_end", "keyword spotting, one stage of a hop: the features of a frame"),
    ("lan/stage-scores", "keyword spotting, one stage of a hop: the scores"),
];

/// An image and the board that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardImage {
    /// The file.
    pub path: PathBuf,
    /// The board.
    pub platform: PlatformId,
}

impl BoardImage {
    /// The image in `path`; nothing when the file is a program for a computer, Arm computers included.
    ///
    /// # Errors
    /// [`CliError::ImageFile`] for one that no emulated board has the memories for, and for a damaged one;
    /// [`CliError::Read`] for what is no regular file.
    pub fn of(path: &Path) -> Result<Option<Self>, CliError> {
        let failed = |why: String| CliError::ImageFile { path: path.to_owned(), why };
        match files::head(path, HEADER) {
            Ok(head) if is_for_arm(&head) => {}
            Err(source) if source.kind() == io::ErrorKind::InvalidInput => {
                return Err(CliError::Read { path: path.to_owned(), source });
            }
            // What cannot be read is for whoever wants to start it as a program to report.
            Ok(_) | Err(_) => return Ok(None),
        }
        let bytes = files::program(path)?;
        if is_for_linux(&bytes) {
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
        let path = std::path::absolute(path).map_err(|source| CliError::Read { path: path.to_owned(), source })?;
        Ok(Some(Self { path, platform }))
    }
}

/// Bytes of an ELF file's header (System V ABI, "ELF Header", 32-bit objects).
const HEADER: u64 = 52;
/// The type of shared objects and of programs that can be loaded anywhere.
const ET_DYN: u16 = 3;
/// The segment that names the program's loader.
const PT_INTERP: u32 = 3;

/// Whether it begins as a 32-bit little-endian ELF file for Arm does.
fn is_for_arm(head: &[u8]) -> bool {
    head.starts_with(b"\x7fELF\x01\x01") && head.get(18..20) == Some(&[40, 0][..])
}

/// Whether a 32-bit little-endian ELF file needs an operating system to load it. A damaged one does not.
fn is_for_linux(elf: &[u8]) -> bool {
    let half = |at: usize| elf.get(at..).and_then(|rest| rest.first_chunk().copied()).map(u16::from_le_bytes);
    let word = |at: usize| elf.get(at..).and_then(|rest| rest.first_chunk().copied()).map(u32::from_le_bytes);
    let (Some(offset), Some(size), Some(count)) = (word(28), half(42), half(44)) else { return false };
    let kind = |index: u16| word((offset as usize).saturating_add(usize::from(index) * usize::from(size)));
    half(16) == Some(ET_DYN) || (0..count).any(|index| kind(index) == Some(PT_INTERP))
}

#[cfg(test)]
mod tests {
    use super::{BoardImage, is_for_linux};
    use crate::error::CliError;
    use std::path::{Path, PathBuf};

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/elf").join(name)
    }

    #[test]
    fn an_image_tells_its_board_by_its_addresses() {
        for (name, platform) in [("hello-stm32f407.elf", "stm32f4"), ("hello-nrf52840.elf", "nrf52840")] {
            assert_eq!(BoardImage::of(&fixture(name)).unwrap().unwrap().platform.as_str(), platform);
        }
        assert_eq!(BoardImage::of(&std::env::current_exe().unwrap()).unwrap(), None);
        assert_eq!(BoardImage::of(Path::new("no such file")).unwrap(), None);
    }

    #[test]
    fn a_program_for_linux_on_arm_is_no_firmware() {
        let folder = tempfile::tempdir().unwrap();
        let whole = std::fs::read(fixture("hello-nrf52840.elf")).unwrap();
        assert!(!is_for_linux(&whole) && !is_for_linux(&whole[..20]));
        let mut moved = whole.clone();
        moved[16] = 3;
        let mut loaded = whole.clone();
        let first = u32::from_le_bytes([whole[28], whole[29], whole[30], whole[31]]) as usize;
        loaded[first..first + 4].copy_from_slice(&[3, 0, 0, 0]);
        for program in [moved, loaded] {
            let path = folder.path().join("program");
            std::fs::write(&path, program).unwrap();
            assert_eq!(BoardImage::of(&path).unwrap(), None);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(matches!(BoardImage::of(&path), Err(CliError::Read { .. })));
    }
}
