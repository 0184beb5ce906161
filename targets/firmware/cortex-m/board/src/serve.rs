//! The last call of a firmware's `main`: answers the host for ever.

use core::sync::atomic::{AtomicU32, Ordering};

use hil_agent::agent::{Agent, Buffers, Ended};
use hil_agent::kernel::Kernel;
use hil_wire::message::Sample;

use crate::fault::STACK_BYTES;
use crate::link::{DOWN_BYTES, LAST_WORDS_BYTES, LOG_BYTES, UP_BYTES};
use crate::meter::CODES;
use crate::platform::BoardPlatform;
use crate::port::RING_BYTES;

/// RTT's control block: a header of 24 bytes and 24 for each of the four channels.
const CONTROL_BLOCK_BYTES: usize = 24 + 4 * 24;

static BUFFER_BYTES: AtomicU32 = AtomicU32::new(0);

/// Static data that is the agent's own: RTT's buffers, the ring of the serial port, the codes of a period, the stack of
/// the fault handler, and those that the firmware gave to [`serve`].
pub(crate) fn agent_bytes() -> u32 {
    let rtt = UP_BYTES + DOWN_BYTES + LOG_BYTES + LAST_WORDS_BYTES + CONTROL_BLOCK_BYTES;
    BUFFER_BYTES.load(Ordering::Relaxed) + (rtt + RING_BYTES + 2 * CODES + STACK_BYTES) as u32
}

/// Offers `kernels` to the host, one session after the other. `input` takes in what kernels are given, `samples` keeps
/// readings until they are sent; both are static and count as the agent's own.
pub fn serve(
    platform: BoardPlatform,
    kernels: &mut [&mut dyn Kernel],
    input: &'static mut [u8],
    samples: &'static mut [Sample],
) -> ! {
    BUFFER_BYTES.store((input.len() + size_of_val(samples)) as u32, Ordering::Relaxed);
    let mut agent = Agent::new(platform, kernels, Buffers { input, samples });
    loop {
        // A session that ended is followed by the next host's.
        match agent.serve() {
            Ended::Bye => defmt::info!("the host ended the session"),
            Ended::LinkClosed => defmt::info!("another host begins a session"),
        }
    }
}
