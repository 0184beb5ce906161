//! A running image as something that bytes go to and come from, and that may stop.

use probe_rs::rtt::{self, Rtt};
use probe_rs::{Core, MemoryInterface as _};

use super::bridge::Ended;
use super::error::{BoardError, Step, in_full};
use super::kind::Family;
use super::reset::{self, DHCSR};
use super::uart::Uart;

/// The channel of frames, in both directions.
const FRAMES: usize = 0;
/// The channel of last words.
const LAST_WORDS: usize = 2;
/// Bytes that are read from a channel at once.
const PIECE: usize = 4096;
/// Over a serial line a probe only watches. It looks at the core every so many quiet looks at the line, which is some
/// sixty milliseconds, because each of its looks may cost the core a cycle on the bus.
const WATCHED_EVERY: u32 = 16;
/// Bits of DHCSR (DDI 0403E, C1.6.2).
const S_HALT: u32 = 1 << 17;
const S_LOCKUP: u32 = 1 << 19;
const S_RESET_ST: u32 = 1 << 25;

/// Where frames come from and go to.
pub trait Line {
    /// Appends what the board has sent.
    ///
    /// # Errors
    /// [`BoardError`] when it is lost.
    fn receive(&mut self, into: &mut Vec<u8>) -> Result<(), BoardError>;

    /// Hands bytes to the board. Gives how many it took.
    ///
    /// # Errors
    /// [`BoardError`] when it is lost.
    fn send(&mut self, bytes: &[u8]) -> Result<usize, BoardError>;

    /// How the image stopped, if it did. Asked after every look without a byte, of which there were `quiet`.
    ///
    /// # Errors
    /// [`BoardError`] when the board is lost, or was reset.
    fn has_stopped(&mut self, quiet: u32) -> Result<Option<Ended>, BoardError>;
}

/// A serial line alone: nobody can tell whether the image behind it still runs.
pub struct Alone(pub Uart);

impl Line for Alone {
    fn receive(&mut self, into: &mut Vec<u8>) -> Result<(), BoardError> {
        self.0.receive(into)
    }

    fn send(&mut self, bytes: &[u8]) -> Result<usize, BoardError> {
        self.0.send(bytes)
    }

    fn has_stopped(&mut self, _: u32) -> Result<Option<Ended>, BoardError> {
        Ok(None)
    }
}

/// A core with a probe on it; frames go over RTT, or over a serial line beside it.
pub struct Probed<'p, 'c> {
    core: &'p mut Core<'c>,
    family: Family,
    rtt: Option<Rtt>,
    uart: Option<Uart>,
}

impl<'p, 'c> Probed<'p, 'c> {
    /// Frames over RTT.
    pub fn over_rtt(core: &'p mut Core<'c>, family: Family, rtt: Rtt) -> Self {
        Self { core, family, rtt: Some(rtt), uart: None }
    }

    /// Frames over `uart`; `rtt` is for last words, where the image has it.
    pub fn over_uart(core: &'p mut Core<'c>, family: Family, rtt: Option<Rtt>, uart: Uart) -> Self {
        Self { core, family, rtt, uart: Some(uart) }
    }

    /// The core.
    pub fn core(&mut self) -> &mut Core<'c> {
        self.core
    }

    /// The chip was reset while it was in use.
    fn was_reset(&mut self) -> BoardError {
        BoardError::Reset { cause: reset::cause(self.core, self.family) }
    }

    fn read(&mut self, channel: usize) -> Result<Vec<u8>, BoardError> {
        let ups = self.rtt.as_mut().map(|rtt| rtt.up_channels());
        let Some(up) = ups.and_then(|ups| ups.iter_mut().find(|up| up.number() == channel)) else {
            return Ok(Vec::new());
        };
        let mut bytes = vec![0; PIECE];
        let len = match up.read(self.core, &mut bytes) {
            Ok(len) => len,
            Err(error) => return Err(self.lost(&error)),
        };
        bytes.truncate(len);
        Ok(bytes)
    }

    /// What an error of RTT means: where the chip was reset, its buffers are no longer what they were.
    fn lost(&mut self, error: &rtt::Error) -> BoardError {
        match (error, self.core.read_word_32(DHCSR)) {
            (_, Ok(status)) if status & S_RESET_ST != 0 => self.was_reset(),
            // Over some probes a chip without supply looks like a probe that fails.
            (_, Err(cause)) => {
                let why = in_full(&cause);
                let detail = format!("the board does not answer any more ({why}); is it still plugged in and powered?");
                BoardError::LinkLost { detail }
            }
            _ => BoardError::LinkLost {
                detail: format!(
                    "the channels of the image are damaged ({}); its memory was overwritten",
                    in_full(error)
                ),
            },
        }
    }
}

impl Line for Probed<'_, '_> {
    fn receive(&mut self, into: &mut Vec<u8>) -> Result<(), BoardError> {
        match &mut self.uart {
            Some(uart) => uart.receive(into),
            None => self.read(FRAMES).map(|bytes| into.extend(bytes)),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<usize, BoardError> {
        if let Some(uart) = &mut self.uart {
            return uart.send(bytes);
        }
        let down = self.rtt.as_mut().and_then(|rtt| rtt.down_channel(FRAMES));
        let Some(down) = down else {
            return Err(BoardError::LinkLost { detail: "the image has no down channel 0".to_owned() });
        };
        match down.write(self.core, bytes) {
            Ok(taken) => Ok(taken),
            Err(error) => Err(self.lost(&error)),
        }
    }

    fn has_stopped(&mut self, quiet: u32) -> Result<Option<Ended>, BoardError> {
        if self.uart.is_some() && !quiet.is_multiple_of(WATCHED_EVERY) {
            return Ok(None);
        }
        let status = self.core.read_word_32(DHCSR).map_err(|error| match BoardError::of(Step::Link, &error) {
            BoardError::Probe { detail, .. } | BoardError::NoTarget { detail, .. } => BoardError::LinkLost {
                detail: format!("the board does not answer any more ({detail}); is it still plugged in and powered?"),
            },
            other => other,
        })?;
        if status & S_RESET_ST != 0 {
            return Err(self.was_reset());
        }
        if status & S_LOCKUP != 0 {
            return Ok(Some(Ended::LastWords(
                "fault: the core is locked up by a fault in its handler of faults".to_owned(),
            )));
        }
        if status & S_HALT == 0 {
            return Ok(None);
        }
        // The core has stopped, so what it has to say is complete by now.
        let mut words = Vec::new();
        loop {
            let piece = self.read(LAST_WORDS)?;
            if piece.is_empty() {
                break;
            }
            words.extend(piece);
        }
        let text = String::from_utf8_lossy(&words).trim().to_owned();
        Ok(Some(if text.is_empty() { Ended::Stopped } else { Ended::LastWords(text) }))
    }
}
