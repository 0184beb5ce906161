//! Carries bytes between a host and a running image until either side ends.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use super::error::{BoardError, Step};
use super::line::Line;
use super::watch::Watch;

/// Bytes of the host that wait for the board at the most before more are taken.
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

/// What happens to bytes on their way.
pub trait Tampering {
    /// Bytes of the board, before the host gets them.
    fn up(&mut self, bytes: &mut Vec<u8>);
    /// Bytes of the host, before the board gets them.
    fn down(&mut self, bytes: &mut Vec<u8>);
    /// The board was handed all of the host's bytes.
    fn arrived(&mut self);
}

/// Nothing happens to them.
#[derive(Debug, Clone, Copy)]
pub struct Untouched;

impl Tampering for Untouched {
    fn up(&mut self, _: &mut Vec<u8>) {}
    fn down(&mut self, _: &mut Vec<u8>) {}
    fn arrived(&mut self) {}
}

/// Both ends of what is carried, and who watches.
pub struct Carrying<'a> {
    /// The board.
    pub line: &'a mut dyn Line,
    /// What happens on the way.
    pub tampering: &'a mut dyn Tampering,
    /// Every look at the board is due within so long.
    pub watch: (&'a Watch, Duration),
}

impl Carrying<'_> {
    /// Carries bytes from `input` to the image and from the image to `output`.
    ///
    /// # Errors
    /// [`BoardError`] when the board, its probe or its port is lost.
    pub fn carry(&mut self, input: impl Read + Send + 'static, output: &mut dyn Write) -> Result<Ended, BoardError> {
        let from_host = read_on_a_thread(input);
        let mut waiting: Vec<u8> = Vec::new();
        let mut host_open = true;
        let mut quiet = 0;
        loop {
            let mut moved = self.up(output)?;
            while host_open && waiting.len() < PIECE {
                match from_host.try_recv() {
                    Ok(bytes) => self.take(bytes, &mut waiting),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => host_open = false,
                }
            }
            if !waiting.is_empty() {
                let taken = self.look(|line| line.send(&waiting))?;
                waiting.drain(..taken.min(waiting.len()));
                moved |= taken > 0;
                if waiting.is_empty() {
                    self.tampering.arrived();
                }
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
                && let Some(ended) = self.look(|line| line.has_stopped(quiet))?
            {
                // What the image sent before it stopped comes first.
                while self.up(output)? {}
                return Ok(ended);
            }
            let pause = (PAUSES.0 * (1 << quiet.min(6))).min(PAUSES.1);
            if host_open {
                match from_host.recv_timeout(pause) {
                    Ok(bytes) => self.take(bytes, &mut waiting),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => host_open = false,
                }
            } else {
                thread::sleep(pause);
            }
        }
    }

    fn take(&mut self, mut bytes: Vec<u8>, waiting: &mut Vec<u8>) {
        self.tampering.down(&mut bytes);
        waiting.extend(bytes);
    }

    /// Hands on what the board has sent; false when there was nothing.
    fn up(&mut self, output: &mut dyn Write) -> Result<bool, BoardError> {
        let mut bytes = Vec::new();
        self.look(|line| line.receive(&mut bytes))?;
        if bytes.is_empty() {
            return Ok(false);
        }
        self.tampering.up(&mut bytes);
        // A host that does not read any more has closed its other end as well. Writing is not watched: how long a host
        // takes is its own affair.
        let gone = output.write_all(&bytes).and_then(|()| output.flush()).is_err();
        Ok(!gone)
    }

    /// One look at the board, which must come back.
    fn look<T>(&mut self, work: impl FnOnce(&mut dyn Line) -> T) -> T {
        let (watch, limit) = self.watch;
        watch.during(Step::Link, limit, || work(self.line))
    }
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
