//! The sending half of the link: responses into frames.

use hil_wire::frame::{Encoder, MAX_FRAME};
use hil_wire::message::{FailCode, MAX_TEXT, Response};

use crate::platform::{LinkClosed, Platform};

/// Numbers and sends responses.
pub(crate) struct Sender {
    encoder: Encoder,
    out: [u8; MAX_FRAME],
}

impl Sender {
    pub(crate) fn new() -> Self {
        Self { encoder: Encoder::new(), out: [0; MAX_FRAME] }
    }

    /// Numbers from 0 on again.
    pub(crate) fn restart(&mut self) {
        self.encoder = Encoder::new();
    }

    pub(crate) fn send<P: Platform>(&mut self, platform: &mut P, response: &Response<'_>) -> Result<(), LinkClosed> {
        // Every text of a response is cut to MAX_TEXT and every list is short, so each response fits into a frame.
        // Should one ever not, ending the session is the honest answer: the host sees an agent that is gone.
        let frame = self.encoder.encode(response, &mut self.out).map_err(|_| LinkClosed)?;
        platform.write(frame)
    }

    pub(crate) fn fail<P: Platform>(
        &mut self,
        platform: &mut P,
        code: FailCode,
        detail: &str,
    ) -> Result<(), LinkClosed> {
        self.send(platform, &Response::Failed { code, detail: short(detail) })
    }
}

/// The text, cut to what a message may carry.
pub(crate) fn short(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}
