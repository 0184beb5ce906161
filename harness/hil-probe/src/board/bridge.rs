//! Carries bytes between a host and a running image until either side ends.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use probe_rs::Core;
use probe_rs::rtt::Rtt;

use super::error::{BoardError, Step, in_full};

/// The channel of frames, in both directions.
const FRAMES: usize = 0;
/// The channel of last words.
const LAST_WORDS: usize = 2;
/// Bytes that are read from a channel at once.
const PIECE: usize = 4096;
/// Pieces of the host that wait for the board.
const QUEUE: usize = 64;
/// Between two looks when nothing moved: the shortest and the longest pause. A look costs a real probe some hundred
/// microseconds of its cable, and an emulated board a stop between two instructions.
const PAUSES: (Duration, Duration) = (Duration::from_micros(100), Duration::from_millis(4));
/// Looks without a byte after which the core is asked whether it still runs.
const LOOKS_UNTIL_ASKED: u32 = 16;

/// How carrying ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The host closed its side.
    ByHost,
    /// The firmware panicked or faulted, and said this.
    LastWords(String),
    /// The core stopped without a word.
    Stopped,
}

/// Carries bytes from `input` to the image and from the image to `output`.
///
/// # Errors
/// [`BoardError`] when the probe or the image's control block is lost.
pub fn bridge(
    core: &mut Core<'_>,
    rtt: &mut Rtt,
    input: impl Read + Send + 'static,
    output: &mut dyn Write,
) -> Result<Ended, BoardError> {
    let from_host = read_on_a_thread(input);
    let mut waiting: Vec<u8> = Vec::new();
    let mut words = Vec::new();
    let mut host_open = true;
    let mut quiet = 0;
    loop {
        let mut moved = carry_up(core, rtt, FRAMES, output)?;
        while host_open && waiting.len() < PIECE {
            match from_host.try_recv() {
                Ok(bytes) => waiting.extend(bytes),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => host_open = false,
            }
        }
        if !waiting.is_empty() {
            let down = rtt.down_channel(FRAMES).ok_or_else(|| lost("the image has no down channel 0"))?;
            let taken = down.write(core, &waiting).map_err(|error| lost(&in_full(&error)))?;
            waiting.drain(..taken);
            moved |= taken > 0;
        }
        if moved {
            quiet = 0;
            continue;
        }
        if !host_open && waiting.is_empty() {
            return Ok(Ended::ByHost);
        }
        quiet += 1;
        if quiet >= LOOKS_UNTIL_ASKED
            && let Some(ended) = has_stopped(core, rtt, &mut words)?
        {
            // What the image sent before it stopped comes first.
            while carry_up(core, rtt, FRAMES, output)? {}
            return Ok(ended);
        }
        let pause = (PAUSES.0 * (1 << quiet.min(6))).min(PAUSES.1);
        if host_open {
            match from_host.recv_timeout(pause) {
                Ok(bytes) => waiting.extend(bytes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => host_open = false,
            }
        } else {
            thread::sleep(pause);
        }
    }
}

/// Hands on what a channel holds; false when there was nothing.
fn carry_up(core: &mut Core<'_>, rtt: &mut Rtt, channel: usize, output: &mut dyn Write) -> Result<bool, BoardError> {
    let bytes = read(core, rtt, channel)?;
    if bytes.is_empty() {
        return Ok(false);
    }
    // A host that does not read any more has closed its other end as well.
    if output.write_all(&bytes).and_then(|()| output.flush()).is_err() {
        return Ok(false);
    }
    Ok(true)
}

fn read(core: &mut Core<'_>, rtt: &mut Rtt, channel: usize) -> Result<Vec<u8>, BoardError> {
    let Some(up) = rtt.up_channels().iter_mut().find(|up| up.number() == channel) else { return Ok(Vec::new()) };
    let mut bytes = vec![0; PIECE];
    let len = up.read(core, &mut bytes).map_err(|error| lost(&in_full(&error)))?;
    bytes.truncate(len);
    Ok(bytes)
}

/// How the core stopped, if it did.
fn has_stopped(core: &mut Core<'_>, rtt: &mut Rtt, words: &mut Vec<u8>) -> Result<Option<Ended>, BoardError> {
    loop {
        let piece = read(core, rtt, LAST_WORDS)?;
        if piece.is_empty() {
            break;
        }
        words.extend(piece);
    }
    let status = core.status().map_err(|error| BoardError::of(Step::Link, &error))?;
    if !status.is_halted() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(words).trim().to_owned();
    Ok(Some(if text.is_empty() { Ended::Stopped } else { Ended::LastWords(text) }))
}

fn lost(detail: &str) -> BoardError {
    BoardError::Other { step: Step::Link, detail: detail.to_owned() }
}

/// Reads until the end on a thread of its own, because a read from a pipe cannot be given up.
fn read_on_a_thread(mut input: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (tell, told) = sync_channel(QUEUE);
    thread::spawn(move || {
        let mut buffer = vec![0; PIECE];
        loop {
            match input.read(&mut buffer) {
                Ok(0) => return,
                Ok(len) => {
                    if tell.send(buffer.get(..len).unwrap_or(&[]).to_vec()).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    });
    told
}
