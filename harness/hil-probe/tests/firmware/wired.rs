//! An emulated board whose serial port a host is wired to, without a debugger: machine and host take turns, so everything
//! repeats to the bit.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use hil_emulator::board;
use hil_emulator::elf::Image;
use hil_emulator::machine::Machine;
use hil_emulator::power::window::Window;
use hil_emulator::soc::{Master, ResetCause};
use hil_wire::decode::Decoder;
use hil_wire::frame::{Encoder, MAX_FRAME};
use hil_wire::message::{Request, Response};

use crate::bench::BoardUnderTest;

/// The machine's turn.
const TURN: u64 = 20_000;
/// Longest wait for an answer, in turns.
const PATIENCE: usize = 200_000;
/// The machine's turn when its stack pointer is watched.
const LOOK: u64 = 40;

/// The image of a board, where it has been built.
pub fn image(board: BoardUnderTest) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../target/firmware/fw-{}.elf", board.name));
    std::fs::read(path).ok()
}

/// The board and the host's side of the line.
pub struct Wired {
    pub machine: Machine,
    port: usize,
    /// The least that the board drew when somebody looked.
    pub least_amperes: f64,
    /// The stack pointer at its lowest, while it is watched.
    lowest: Option<u32>,
    encoder: Encoder,
    decoder: Decoder,
    waiting: Vec<u8>,
}

impl Wired {
    /// A board with parts of its own by `seed`, which runs from power-on; nothing when the image has not been built.
    pub fn start(board: BoardUnderTest, seed: u64) -> Option<Self> {
        let elf = image(board)?;
        let mut machine = board::build(board.name, seed).unwrap();
        Image::parse(&elf).unwrap().load(&mut machine).unwrap();
        machine.cpu.reset(ResetCause::PowerOn);
        let names = machine.cpu.soc.serial_ports();
        let port = names.iter().position(|name| ["usart2", "uarte0"].contains(&name.as_str())).unwrap();
        let (encoder, decoder) = (Encoder::new(), Decoder::new());
        let mut wired =
            Self { machine, port, least_amperes: f64::INFINITY, lowest: None, encoder, decoder, waiting: Vec::new() };
        // What is said before the port is set up is lost; it waits for the oscillators, for 2 ms at most.
        wired.run(0.02);
        Some(wired)
    }

    /// Lets the board run for some seconds of its time.
    pub fn run(&mut self, seconds: f64) {
        let end = self.seconds() + seconds;
        while self.seconds() < end {
            self.turn();
        }
    }

    /// The machine's turn.
    fn turn(&mut self) {
        let Some(lowest) = &mut self.lowest else {
            self.machine.run(TURN, &AtomicBool::new(false));
            self.least_amperes = self.machine.cpu.supply.amperes().min(self.least_amperes);
            return;
        };
        for _ in 0..TURN / LOOK {
            self.machine.run(LOOK, &AtomicBool::new(false));
            *lowest = self.machine.cpu.reg(13).min(*lowest);
        }
    }

    /// The lowest value of the stack pointer while `act` succeeds.
    pub fn lowest_stack_pointer(&mut self, act: impl FnOnce(&mut Self) -> bool) -> u32 {
        self.lowest = Some(u32::MAX);
        assert!(act(self));
        self.lowest.take().unwrap()
    }

    /// What RAM holds.
    pub fn ram(&self) -> &[u8] {
        let regions = self.machine.cpu.memory.regions();
        let ram = regions.iter().find(|region| region.base == 0x2000_0000).unwrap();
        &ram.bytes
    }

    /// The board's time.
    pub fn seconds(&mut self) -> f64 {
        self.machine.cpu.with_soc(Master::Debugger, |_, io| io.now.0 as f64 * 1e-12)
    }

    /// A host that begins anew.
    pub fn host_again(&mut self) {
        (self.encoder, self.decoder) = (Encoder::new(), Decoder::new());
        self.waiting.clear();
    }

    /// Says something.
    pub fn say(&mut self, request: &Request<'_>) {
        let mut out = [0; MAX_FRAME];
        let frame = self.encoder.encode(request, &mut out).unwrap().to_vec();
        let port = self.port;
        let taken = self.machine.cpu.with_soc(Master::Debugger, |soc, io| soc.feed_serial(port, &frame, io));
        assert_eq!(taken, frame.len());
    }

    /// The next answer, as `see` sees it.
    pub fn hear<T>(&mut self, see: impl FnOnce(Response<'_>) -> T) -> T {
        for _ in 0..PATIENCE {
            let mut bytes = self.waiting.as_slice();
            let frame = self.decoder.feed(&mut bytes);
            let left = bytes.len();
            if let Some(frame) = frame {
                let frame = frame.unwrap();
                assert_eq!(frame.lost, None);
                let seen = see(frame.message().unwrap());
                self.waiting.drain(..self.waiting.len() - left);
                return seen;
            }
            self.waiting.clear();
            self.turn();
            self.waiting.extend(self.machine.cpu.soc.take_serial(self.port).iter().map(|sent| sent.byte));
        }
        let cpu = &self.machine.cpu;
        panic!("the board does not answer; pc {:#010x}, exception {}, asleep {:?}", cpu.pc, cpu.ipsr, cpu.sleeping);
    }

    /// Asks for something that has one answer, and gives it as text.
    pub fn ask(&mut self, request: &Request<'_>) -> String {
        self.say(request);
        self.hear(|response| format!("{response:?}"))
    }

    /// What the supply knows of the times in which the board said that it works.
    pub fn windows(&self) -> Vec<Window> {
        self.machine.cpu.supply.windows().to_vec()
    }
}
