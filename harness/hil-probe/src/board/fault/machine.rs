//! Boards that are wrong from the start, and what the image in their flash may turn into.

use hil_emulator::board::{self, BoardError, Options};
use hil_emulator::elf::Image;
use hil_emulator::fault::{self, Defect};
use hil_emulator::machine::Machine;
use hil_emulator::memory::Kind;

use super::{Chosen, Fault};

/// By how much the core clock is off.
const SLOW_PPM: i32 = -10_000;
/// The symbol behind which images say what tells them from others.
const IMAGE_ID: &str = "HIL_IMAGE_ID";
/// The length of that, in bytes.
const IMAGE_ID_BYTES: usize = 16;
/// The symbol of RTT's control block.
const CONTROL_BLOCK: &str = "_SEGGER_RTT";
/// How far above the image's own block another one lies.
const ELSEWHERE: u32 = 0x1000;

/// A board to build.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// What is wrong with it.
    pub chosen: Chosen,
    /// Which one.
    pub platform: &'a str,
    /// Decides what real boards leave to chance.
    pub seed: u64,
    /// The image that it is going to run.
    pub elf: &'a [u8],
}

impl Plan<'_> {
    /// Builds it.
    ///
    /// # Errors
    /// When there is no such board, or it cannot have the fault.
    pub fn build(&self) -> Result<Machine, BoardError> {
        let options = Options { seed: self.seed, locked: false };
        let defect = match self.chosen.fault {
            Fault::ClockOff => Defect::Crystal { ppm: SLOW_PPM },
            Fault::FlashVerify => match self.weak_bit() {
                Some((address, bits)) => Defect::WornFlash { address, bits },
                None => return board::build_with(self.platform, options),
            },
            Fault::ChipLocked => return board::build_with(self.platform, Options { locked: true, ..options }),
            Fault::WrongChip => return board::build_with(&another(self.platform)?, options),
            Fault::StaleRtt => {
                let mut machine = board::build_with(self.platform, options)?;
                self.leave_blocks(&mut machine);
                return Ok(machine);
            }
            _ => return board::build_with(self.platform, options),
        };
        fault::build(self.platform, options, defect)
    }

    /// A bit of the image that has to be programmed: it is 0, and an erase sets it.
    fn weak_bit(&self) -> Option<(u32, u32)> {
        let image = Image::parse(self.elf).ok()?;
        let segment = image.segments().iter().max_by_key(|segment| segment.bytes.len())?;
        let words = || segment.bytes.chunks_exact(4).zip((segment.address..).step_by(4));
        let mut chance = self.chosen.chance();
        let first = chance.next() % (segment.bytes.len() as u64 / 4).max(1);
        let from = usize::try_from(first).unwrap_or(0);
        let (word, address) = words().skip(from).chain(words()).find(|(word, _)| *word != [0xFF; 4])?;
        let word = u32::from_le_bytes(word.first_chunk().copied()?);
        Some((address, 1 << (!word).trailing_zeros()))
    }

    /// Puts control blocks into RAM as another image left them: one where this image has its own, one elsewhere. Both
    /// are whole, and say that there are bytes to be read.
    fn leave_blocks(&self, machine: &mut Machine) {
        let Some(own) = Image::parse(self.elf).ok().and_then(|image| image.symbol(CONTROL_BLOCK)) else { return };
        for at in [own, own.wrapping_add(ELSEWHERE)] {
            let block = control_block(at);
            if let Some(place) = machine.cpu.memory.slice_mut(at, block.len()) {
                place.copy_from_slice(&block);
            }
        }
    }
}

/// A control block at `at` with one channel in each direction, whose buffers lie behind it and whose up channel holds
/// bytes (RTT: identifier, counts, then for each channel name, buffer, size, write and read offset, flags).
fn control_block(at: u32) -> Vec<u8> {
    let mut block = b"SEGGER RTT\0\0\0\0\0\0".to_vec();
    let buffer = at + 0x80;
    let words = [1, 1, 0, buffer, 64, 48, 0, 2, 0, buffer + 64, 64, 0, 0, 2];
    block.extend(words.iter().flat_map(|word: &u32| word.to_le_bytes()));
    block.resize(0x80, 0);
    // What is left in the buffer looks like the start of a frame.
    block.extend([0x07; 128]);
    block
}

/// The name of another board.
fn another(platform: &str) -> Result<String, BoardError> {
    let (own, _) = board::find(platform)?;
    let all = board::all()?;
    Ok(all.into_iter().map(|(board, _)| board.platform).find(|name| *name != own.platform).unwrap_or(own.platform))
}

/// Turns the image in flash into an older one: whatever says which image it is says something else.
pub fn age_image(machine: &mut Machine, elf: &[u8]) {
    let Some(id) = image_id(elf) else { return };
    let older: Vec<u8> = id.iter().map(|digit| if *digit == b'0' { b'1' } else { b'0' }).collect();
    let places = machine.cpu.memory.regions().iter().filter(|region| region.kind == Kind::Flash).flat_map(|region| {
        let starts = region.bytes.windows(id.len()).enumerate().filter(|(_, bytes)| *bytes == id);
        starts.map(|(offset, _)| region.base + offset as u32)
    });
    for at in places.collect::<Vec<u32>>() {
        if let Some(place) = machine.cpu.memory.slice_mut(at, older.len()) {
            place.copy_from_slice(&older);
        }
    }
    machine.forget_code();
}

/// What the image says that it is.
fn image_id(elf: &[u8]) -> Option<Vec<u8>> {
    let image = Image::parse(elf).ok()?;
    let at = image.symbol(IMAGE_ID)?;
    image.segments().iter().find_map(|segment| {
        let offset = at.checked_sub(segment.address)? as usize;
        segment.bytes.get(offset..offset + IMAGE_ID_BYTES).map(<[u8]>::to_vec)
    })
}
