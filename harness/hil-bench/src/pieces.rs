//! Kernels that take their input piece by piece, as it comes in: what they are asked, and what of an item they are given.
//!
//! Guarantees: an answer is that behind the last piece of the item; a failure is told when every request that is under way
//! has its answer, so that none of those is taken for the answer to something else.

use std::time::Duration;

use hil_wire::message::{FailCode, Request, Response};

use crate::crash::printable;
use crate::phase::Phase;
use crate::session::{Session, failed, unexpected};
use crate::stop::Stop;

/// Bytes that are sent ahead of an agent that is at work: what a board's link takes in meanwhile.
const AHEAD: usize = 2048;
/// Bytes of a frame beside the piece and the kernel's name: three lengths, a sequence number, a checksum, delimiters, stuffing.
const FRAMING: usize = 32;

impl Session<'_> {
    /// Length of a piece in bytes; nothing for a kernel that takes its input whole.
    pub(crate) fn piece(&mut self, kernel: &str) -> Result<Option<usize>, Stop> {
        let phase = Phase::Load;
        self.send(phase, &Request::Streams { kernel })?;
        self.wait(phase, Duration::ZERO)?;
        match self.message(phase)? {
            Response::Streams { piece: Some(piece) } if piece > 0 => Ok(usize::try_from(piece).ok()),
            Response::Streams { piece: None }
            // An agent that was built before there were pieces has no kernel that takes any.
            | Response::Failed { code: FailCode::BadRequest, .. } => Ok(None),
            Response::Failed { code, detail } => Err(failed(phase, code, &printable(detail))),
            other => Err(unexpected(phase, &other)),
        }
    }

    /// Has the kernel hear all of `item` in pieces of `piece` bytes, some of them sent ahead, and gives what it says behind
    /// the last one.
    pub(crate) fn hear(&mut self, kernel: &str, piece: usize, item: &[u8]) -> Result<Option<u32>, Stop> {
        let phase = Phase::Answer;
        let most = (AHEAD / (piece + kernel.len() + FRAMING)).max(1);
        let mut pieces = item.chunks(piece.max(1)).enumerate();
        let (mut under_way, mut class, mut trouble) = (0, None, None);
        loop {
            while under_way < most
                && trouble.is_none()
                && let Some((number, bytes)) = pieces.next()
            {
                self.send(phase, &Request::Hear { kernel, first: number == 0, bytes })?;
                under_way += 1;
            }
            if under_way == 0 {
                return trouble.map_or(Ok(class), Err);
            }
            self.wait(phase, Duration::ZERO)?;
            under_way -= 1;
            match self.message(phase)? {
                Response::Heard { class: heard } => class = heard,
                Response::Failed { code, detail } => {
                    // The first failure is the cause; those behind it follow from it.
                    trouble.get_or_insert_with(|| failed(phase, code, &printable(detail)));
                }
                other => return Err(unexpected(phase, &other)),
            }
        }
    }
}

/// What a kernel with pieces of `piece` bytes is given of `item` for timed iterations, each of which hears one piece: the
/// one in the middle, because sounds begin and end with silence.
pub(crate) fn middle(item: &[u8], piece: usize) -> &[u8] {
    let pieces = item.len() / piece.max(1);
    let start = pieces / 2 * piece;
    item.get(start..start + piece).unwrap_or(item)
}

#[cfg(test)]
mod tests {
    use super::middle;

    #[test]
    fn the_piece_in_the_middle_is_a_whole_one_wherever_there_is_one() {
        let item: Vec<u8> = (0..11).collect();
        assert_eq!(middle(&item, 2), [4, 5]);
        assert_eq!(middle(&item, 5), [5, 6, 7, 8, 9]);
        assert_eq!(middle(&item, 11), item);
        // What is too short is the kernel's to refuse.
        assert_eq!(middle(&item, 12), item);
        assert_eq!(middle(&[], 3), [0u8; 0]);
    }
}
