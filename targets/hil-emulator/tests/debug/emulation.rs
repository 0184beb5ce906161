//! What `hil emulate` serves.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex};

use hil_emulator::board;
use hil_emulator::debug::blackmagic::Options;
use hil_emulator::host::emulation::{Emulation, EmulationError, Settings};
use hil_emulator::host::{Mode, Pace};

fn settings(board: &str) -> Settings<'_> {
    Settings {
        board,
        options: board::Options { seed: 1, locked: false },
        mode: Mode::Free(Pace::Free),
        elf: None,
        server: Options::loopback(),
        trace: None,
        recorder: None,
        pty: false,
        notice: Box::new(|_| {}),
    }
}

#[test]
fn it_says_what_it_is_and_how_to_reach_it() {
    for (board, chip) in [("stm32f4", "STM32F407VGTx"), ("nrf52840", "nRF52840_xxAA")] {
        let emulation = Emulation::start(settings(board)).unwrap();
        let text = emulation.describe();
        let address = emulation.server().address();
        assert!(text.contains("(emulated)"), "{text}");
        let probe = format!("probe-rs run --chip {chip} --protocol swd --probe 1d50:6018:{address} ");
        assert!(text.contains(&probe), "{text}");
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(b"!HC#").unwrap();
        let mut answer = [0; 4];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"&K1#");
    }
}

/// A file in memory.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().map_err(|_| std::io::ErrorKind::Other)?.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_program_is_loaded_and_traced() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/elf/hello-nrf52840.elf");
    let elf = std::fs::read(path).unwrap();
    let trace = Shared::default();
    let emulation = Emulation::start(Settings {
        elf: Some(&elf),
        mode: Mode::LockStep { cycles_per_access: 1000 },
        trace: Some(Box::new(trace.clone())),
        ..settings("nrf52840")
    })
    .unwrap();
    let (entry, cycles) = emulation.board.access(|target| {
        let entry = target.machine.cpu.memory.slice(4, 4).unwrap().to_vec();
        (u32::from_le_bytes(entry.try_into().unwrap()) & !1, target.machine.cpu.cycles)
    });
    assert!(cycles >= 1000);
    let text = String::from_utf8(trace.0.lock().unwrap().clone()).unwrap();
    let first: Vec<&str> = text.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(first[1], format!("{entry:08x}"), "{text}");
    assert!(text.lines().count() > 100);
    assert!(!text.contains("udf"), "what runs is defined: {text}");
}

#[test]
fn what_cannot_be_emulated_is_refused_with_its_reason() {
    let unknown = Emulation::start(settings("teapot")).unwrap_err();
    assert!(matches!(unknown, EmulationError::Board(_)), "{unknown}");
    let broken = Emulation::start(Settings { elf: Some(b"\x7fELF"), ..settings("stm32f4") }).unwrap_err();
    assert!(matches!(broken, EmulationError::Elf(_)), "{broken}");
    let listen = "0.0.0.0:0".parse().unwrap();
    let open = Options { listen, ..Options::loopback() };
    let remote = Emulation::start(Settings { server: open, ..settings("stm32f4") }).unwrap_err();
    assert!(matches!(remote, EmulationError::Server(_)), "{remote}");
}

#[cfg(unix)]
#[test]
fn serial_ports_appear_as_terminals() {
    let emulation = Emulation::start(Settings { pty: true, ..settings("nrf52840") }).unwrap();
    let text = emulation.describe();
    let line = text.lines().find(|line| line.starts_with("uart")).expect("a serial port");
    let path = line.split_whitespace().nth(1).unwrap();
    assert!(Path::new(path).exists(), "{text}");
}
