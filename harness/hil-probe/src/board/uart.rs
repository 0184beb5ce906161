//! The far end of a serial line: a port of this computer, or the line of an emulated board.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use hil_emulator::host::Board;
use hil_emulator::soc::Master;
use serialport::{ClearBuffer, ErrorKind, SerialPort};

use super::error::BoardError;

/// What to do where a port is there and may not be opened.
const PORT_HINT: &str =
    "add the user to the group that owns it, on most systems with `sudo usermod -aG dialout $USER` and a new login";
/// How long the system may take to accept bytes; it has a buffer of its own.
const TO_ACCEPT: Duration = Duration::from_millis(100);
/// Bytes that are handed to the system at once, so that one call never takes longer than a look at the board may.
const PIECE: usize = 1024;

/// A serial line.
pub enum Uart {
    /// A port of this computer.
    Port(Box<dyn SerialPort>),
    /// The line of an emulated board.
    Emulated {
        /// The board.
        board: Board,
        /// Which of its ports.
        index: usize,
    },
}

impl Uart {
    /// Opens a port for this process alone. What was received before is dropped.
    ///
    /// # Errors
    /// [`BoardError::NoProbe`], [`BoardError::NoPermission`], [`BoardError::Busy`].
    pub fn open(port: &str, baud: u32) -> Result<Self, BoardError> {
        let opened = serialport::new(port, baud).timeout(TO_ACCEPT).open().map_err(|error| why_not(port, &error))?;
        opened.clear(ClearBuffer::All).map_err(|error| why_not(port, &error))?;
        Ok(Self::Port(opened))
    }

    /// The line called `name` of an emulated board.
    ///
    /// # Errors
    /// [`BoardError::Order`] when it has none of that name.
    pub fn emulated(board: Board, name: &str) -> Result<Self, BoardError> {
        let ports = board.access(|target| target.machine.cpu.soc.serial_ports().to_vec());
        match ports.iter().position(|port| port == name) {
            Some(index) => Ok(Self::Emulated { board, index }),
            None => Err(BoardError::Order { detail: format!("the emulated board has no serial port {name}") }),
        }
    }

    /// Appends what has come from the board.
    ///
    /// # Errors
    /// [`BoardError::LinkLost`] when the port is gone.
    pub fn receive(&mut self, into: &mut Vec<u8>) -> Result<(), BoardError> {
        match self {
            Self::Emulated { board, index } => {
                let sent = board.access(|target| target.machine.cpu.soc.take_serial(*index));
                into.extend(sent.iter().map(|sent| sent.byte));
                Ok(())
            }
            Self::Port(port) => {
                let waiting = port.bytes_to_read().map_err(|error| lost(&error.to_string()))?;
                let waiting = usize::try_from(waiting).unwrap_or(usize::MAX).min(PIECE);
                let mut bytes = vec![0; waiting];
                // Nothing to read is no end of the line, so the system is only asked where there is something.
                let len =
                    if waiting == 0 { 0 } else { port.read(&mut bytes).map_err(|error| lost(&error.to_string()))? };
                into.extend_from_slice(bytes.get(..len).unwrap_or(&[]));
                Ok(())
            }
        }
    }

    /// Hands bytes to the line, which sends them at its own speed. Gives how many it took.
    ///
    /// # Errors
    /// [`BoardError::LinkLost`] when the port is gone.
    pub fn send(&mut self, bytes: &[u8]) -> Result<usize, BoardError> {
        match self {
            Self::Emulated { board, index } => Ok(board.access(|target| {
                let cpu = &mut target.machine.cpu;
                cpu.with_soc(Master::Debugger, |soc, io| soc.feed_serial(*index, bytes, io))
            })),
            Self::Port(port) => match port.write(bytes.get(..PIECE).unwrap_or(bytes)) {
                Ok(len) => Ok(len),
                Err(error) if error.kind() == std::io::ErrorKind::TimedOut => Ok(0),
                Err(error) => Err(lost(&error.to_string())),
            },
        }
    }
}

fn lost(detail: &str) -> BoardError {
    BoardError::LinkLost { detail: format!("the serial port is gone ({detail}); is its cable still plugged in?") }
}

fn why_not(port: &str, error: &serialport::Error) -> BoardError {
    let name = format!("the serial port {port}");
    let detail = error.description.clone();
    match error.kind {
        ErrorKind::Io(std::io::ErrorKind::PermissionDenied) => BoardError::NoPermission { name, hint: PORT_HINT },
        ErrorKind::Io(std::io::ErrorKind::NotFound) => {
            BoardError::NoProbe { detail: format!("there is no serial port {port}; is the board plugged in?") }
        }
        // The library's word for a port that another process holds; on some systems also for one that is not there.
        ErrorKind::NoDevice if !std::path::Path::new(port).exists() && cfg!(unix) => {
            BoardError::NoProbe { detail: format!("there is no serial port {port}; is the board plugged in?") }
        }
        ErrorKind::NoDevice => BoardError::Busy { name, detail },
        _ => BoardError::Order { detail: format!("{name} cannot be used ({detail}); is it a serial port?") },
    }
}

#[cfg(test)]
mod tests {
    use super::{BoardError, Uart};

    #[test]
    fn a_port_that_is_none_is_told_from_one_that_is_not_there() {
        let said = |port: &str| Uart::open(port, 115_200).map(|_| ()).unwrap_err();
        assert!(matches!(said("/no/such/port"), BoardError::NoProbe { .. }));
        if cfg!(unix) {
            let error = said("/dev/null");
            assert!(matches!(&error, BoardError::Order { detail } if detail.contains("/dev/null")), "{error}");
        }
    }
}
