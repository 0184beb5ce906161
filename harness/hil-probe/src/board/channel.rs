//! Starts an image and finds its channels.

use std::time::Duration;

use probe_rs::rtt::{Rtt, ScanRegion, find_rtt_control_block_in_raw_file};
use probe_rs::{Core, MemoryInterface as _};

use super::error::{BoardError, Step, in_full};

/// For how long the reset may take.
const FOR_RESET: Duration = Duration::from_secs(1);
/// Between two looks at a chip that is starting.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
/// Looks until a chip counts as one that does not start: ten seconds at least, so oscillators that start slowly are
/// waited for.
const LOOKS: u32 = 10_000;

/// Resets the chip, starts the image in flash, and waits for its RTT control block.
///
/// The block of an earlier run is wiped while the core is halted, so a stale one is never taken for this run's.
///
/// # Errors
/// [`BoardError::Image`] when `elf` has no symbol of RTT, or the block never comes; what the probe reports.
pub fn start(core: &mut Core<'_>, elf: &[u8]) -> Result<Rtt, BoardError> {
    let failed = |error: probe_rs::Error| BoardError::of(Step::Boot, &error);
    let image = |detail: String| BoardError::Image { step: Step::Boot, detail };
    let address = find_rtt_control_block_in_raw_file(elf).ok().flatten();
    let Some(address) = address else {
        return Err(image("the image has no symbol _SEGGER_RTT; does it link hil-board or rtt-target?".to_owned()));
    };
    let region = ScanRegion::Exact(address);
    core.reset_and_halt(FOR_RESET).map_err(failed)?;
    // The identifier begins with text; one zero word is enough to make it none.
    core.write_word_32(address, 0).map_err(failed)?;
    core.run().map_err(failed)?;
    let mut last = String::new();
    for _ in 0..LOOKS {
        match Rtt::attach_region(core, &region) {
            Ok(rtt) => return Ok(rtt),
            Err(error) => last = in_full(&error),
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    Err(image(format!("the image did not set up RTT within ten seconds ({last})")))
}
