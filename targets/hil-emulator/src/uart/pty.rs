//! Serial ports of a board as pseudo-terminals, so that any terminal program can talk to them.
//!
//! The board comes first: bytes that nobody reads are dropped when the terminal's buffer is full, as on a line with
//! nobody at the other end, and nothing here ever waits.

#[cfg(not(unix))]
#[path = "pty_none.rs"]
mod line;
#[cfg(unix)]
#[path = "pty_unix.rs"]
mod line;

use std::path::{Path, PathBuf};

use crate::cpu::Cpu;
use crate::soc::Master;
use line::Line;

/// A pseudo-terminal cannot be had or used.
#[derive(Debug, thiserror::Error)]
pub enum PtyError {
    /// The operating system has no pseudo-terminals.
    #[error("serial ports as pseudo-terminals need a Unix system")]
    Unsupported,
    /// It did not want to.
    #[error("failed to {what} a pseudo-terminal")]
    Refused {
        /// What was tried.
        what: &'static str,
        /// Its reason.
        source: std::io::Error,
    },
}

/// A serial port and its pseudo-terminal.
#[derive(Debug)]
struct Port {
    name: String,
    line: Line,
    /// Bytes for the board that it had no room for yet.
    held: Vec<u8>,
}

/// The pseudo-terminals of a board, one for each serial port.
#[derive(Debug)]
pub struct Ptys {
    ports: Vec<Port>,
}

impl Ptys {
    /// Opens one for each of the board's serial ports.
    ///
    /// # Errors
    /// When the operating system has none, or no more of them.
    pub fn open(cpu: &Cpu) -> Result<Self, PtyError> {
        let port = |name: &String| Ok(Port { name: name.clone(), line: Line::open()?, held: Vec::new() });
        Ok(Self { ports: cpu.soc.serial_ports().iter().map(port).collect::<Result<_, _>>()? })
    }

    /// The ports by name, and the files that terminal programs open.
    #[must_use]
    pub fn paths(&self) -> Vec<(&str, PathBuf)> {
        self.ports.iter().map(|port| (port.name.as_str(), Path::new(port.line.path()).to_owned())).collect()
    }

    /// Moves what has been sent since the last call, both ways.
    ///
    /// # Errors
    /// When the operating system fails; a terminal that nobody has open is no error.
    pub fn exchange(&mut self, cpu: &mut Cpu) -> Result<(), PtyError> {
        for (index, port) in self.ports.iter_mut().enumerate() {
            let sent: Vec<u8> = cpu.soc.take_serial(index).iter().map(|sent| sent.byte).collect();
            port.line.write(&sent)?;
            if port.held.is_empty() {
                port.line.read(&mut port.held)?;
            }
            if !port.held.is_empty() {
                let held = &port.held;
                let taken = cpu.with_soc(Master::Debugger, |soc, io| soc.feed_serial(index, held, io));
                port.held.drain(..taken);
            }
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::OpenOptions;
    use std::io::{Read, Write};
    use std::sync::atomic::AtomicBool;

    use super::Ptys;
    use crate::board::build;
    use crate::soc::{Master, Width};

    #[test]
    fn a_terminal_talks_to_a_port_both_ways_and_unchanged() {
        let mut machine = build("stm32f4", 1).unwrap();
        let mut ptys = Ptys::open(&machine.cpu).unwrap();
        let (name, path) = ptys.paths()[1].clone();
        assert_eq!(name, "usart2");
        let mut terminal = OpenOptions::new().read(true).write(true).open(path).unwrap();
        // RCC: the USART's clock. Then 1 Mbaud, and on with transmitter and receiver.
        for (address, value) in [(0x4002_3840, 1 << 17), (0x4000_4408, 16), (0x4000_440C, 0x200C)] {
            machine.cpu.write_as(Master::Debugger, address, Width::Word, value).unwrap();
        }
        // A line feed and an end of file would be changed by a terminal that is not raw.
        for byte in [b'\n', 4, 0xFF] {
            machine.cpu.write_as(Master::Debugger, 0x4000_4404, Width::Word, byte.into()).unwrap();
            pass(&mut machine);
        }
        ptys.exchange(&mut machine.cpu).unwrap();
        let mut got = [0; 3];
        terminal.read_exact(&mut got).unwrap();
        assert_eq!(got, [b'\n', 4, 0xFF]);

        terminal.write_all(b"\r").unwrap();
        ptys.exchange(&mut machine.cpu).unwrap();
        pass(&mut machine);
        assert_eq!(machine.cpu.read_as(Master::Debugger, 0x4000_4404, Width::Word), Ok(0x0D));
    }

    #[test]
    fn a_terminal_that_nobody_reads_does_not_hold_the_board_up() {
        let mut machine = build("nrf52840", 1).unwrap();
        let mut ptys = Ptys::open(&machine.cpu).unwrap();
        for port in &ptys.ports {
            port.line.write(&vec![b'x'; 1 << 20]).unwrap();
        }
        ptys.exchange(&mut machine.cpu).unwrap();
    }

    /// Lets 20 us pass: at 1 Mbaud more than a character.
    fn pass(machine: &mut crate::machine::Machine) {
        machine.cpu.cycles += 20 * 16;
        machine.run(0, &AtomicBool::new(false));
    }
}
