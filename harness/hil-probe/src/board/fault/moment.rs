//! The moment in a session at which something happens to a board: the second request to run the kernel has arrived.
//!
//! The first one runs a single iteration, to see how long it takes; from the second on the board measures for a tenth of
//! a second at a time, so what happens shortly behind it happens in the middle of a measurement.

use hil_wire::decode::{Decoder, Frame};
use hil_wire::message::Request;

/// The request to run that is waited for.
const WHICH: u32 = 2;

/// Looks through what the host sends.
#[derive(Debug)]
pub struct Watch {
    decoder: Decoder,
    runs: u32,
    due: bool,
}

impl Default for Watch {
    fn default() -> Self {
        Self { decoder: Decoder::new(), runs: 0, due: false }
    }
}

impl Watch {
    /// The host has sent these bytes.
    pub fn sent(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        while let Some(frame) = self.decoder.feed(&mut bytes) {
            let request = frame.ok().and_then(|frame: Frame<'_>| frame.message());
            if let Some(Request::Run { .. }) = request {
                self.runs = self.runs.saturating_add(1);
                self.due |= self.runs == WHICH;
            }
        }
    }

    /// Whether the moment has come since the last call; true once.
    pub fn is_due(&mut self) -> bool {
        std::mem::take(&mut self.due)
    }
}
