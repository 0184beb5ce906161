//! Starts an image, finds its channels, and makes sure that it is the image on disk.

use std::time::Duration;

use probe_rs::rtt::{Rtt, ScanRegion};
use probe_rs::{Core, MemoryInterface as _};

use super::elf::{CORE_HZ, Elf, IMAGE_ID, RTT};
use super::error::{BoardError, Step, in_full};
use super::kind::Family;
use super::reset::forget;

/// For how long the reset may take.
const FOR_RESET: Duration = Duration::from_secs(1);
/// Between two looks at a chip that is starting.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
/// Looks until a chip counts as one that does not start: ten seconds at least, so oscillators that start slowly are
/// waited for.
const LOOKS: u32 = 10_000;
/// Bytes of the identity of an image.
const ID_BYTES: u64 = 16;

/// Resets the chip, starts the image in flash, and waits for its RTT control block.
///
/// The block of an earlier run is wiped while the core is halted, so a stale one is never taken for this run's.
///
/// # Errors
/// [`BoardError::Image`] when `elf` has no symbol of RTT, or the block never comes; what the probe reports.
pub fn start(core: &mut Core<'_>, elf: &Elf<'_>, family: Family) -> Result<Rtt, BoardError> {
    let Some(address) = elf.address_of(RTT) else {
        let detail = format!("the image has no symbol {RTT}; does it link hil-board or rtt-target?");
        return Err(BoardError::Image { step: Step::Boot, detail });
    };
    reset(core, elf, family)?;
    let region = ScanRegion::Exact(address);
    let mut last = String::new();
    for _ in 0..LOOKS {
        match Rtt::attach_region(core, &region) {
            Ok(rtt) => return Ok(rtt),
            Err(error) => last = in_full(&error),
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    let detail = format!("the image did not set up RTT within ten seconds ({last})");
    Err(BoardError::Image { step: Step::Boot, detail })
}

/// Resets the chip and runs what is in its flash. What an earlier run has left where this one will tell of itself is
/// wiped before, and that the chip was reset, and why, is forgotten: whoever resets it now knows.
///
/// # Errors
/// What the probe reports.
pub fn reset(core: &mut Core<'_>, elf: &Elf<'_>, family: Family) -> Result<(), BoardError> {
    let failed = |error: probe_rs::Error| BoardError::of(Step::Boot, &error);
    core.reset_and_halt(FOR_RESET).map_err(failed)?;
    // The identifier of RTT's block begins with text; one zero word is enough to make it none.
    for address in [RTT, CORE_HZ].into_iter().filter_map(|symbol| elf.address_of(symbol)) {
        core.write_word_32(address, 0).map_err(failed)?;
    }
    // While the core stands still: the register of the causes also switches an oscillator on an STM32F4, and whoever writes
    // it back while the image writes it takes the oscillator away that the image then waits for.
    forget(core, family).map_err(failed)?;
    core.run().map_err(failed)
}

/// Compares the identity of the image on the board with the one in the file. False when the image has none.
///
/// # Errors
/// [`BoardError::Image`] when they differ; what the probe reports.
pub fn same_image(core: &mut Core<'_>, elf: &Elf<'_>) -> Result<bool, BoardError> {
    let place = elf.address_of(IMAGE_ID);
    let Some((address, wanted)) = place.and_then(|at| Some((at, elf.contents(at, ID_BYTES)?))) else {
        return Ok(false);
    };
    let mut found = vec![0; wanted.len()];
    core.read(address, &mut found).map_err(|error| BoardError::of(Step::Boot, &error))?;
    if found == wanted {
        return Ok(true);
    }
    let (found, wanted) = (String::from_utf8_lossy(&found), String::from_utf8_lossy(wanted));
    let detail = format!("the image on the board is not the one on disk (it is {found:?}, the file is {wanted:?})");
    Err(BoardError::Image { step: Step::Boot, detail })
}
