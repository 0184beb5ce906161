//! Tests of the system side as a whole: small programs, assembled by hand, on a core without peripherals.

mod debugging;
mod faults;
mod frames;
mod priorities;
mod protection;
mod sleep;
mod timing;
mod watching;

use std::sync::atomic::AtomicBool;

use crate::cpu::Cpu;
use crate::cycles::{Model, Timing};
use crate::machine::{Machine, Stop};
use crate::memory::{Kind, Memory, Region};
use crate::soc::{Bare, Master, ResetCause, Width};
use crate::system::{System, SystemConfig};

/// Where programs start.
const MAIN: u32 = 0x400;
/// Where the handler of exception `number` starts: 128 bytes each.
fn handler(number: u16) -> u32 {
    0x1000 + 0x80 * u32::from(number)
}
const RAM: u32 = 0x2000_0000;
const STACK: u32 = RAM + 0x1000;
/// Where programs and handlers leave notes, as bytes one after the other; R7 points behind the last one.
const NOTES: u32 = RAM + 0x1800;

const NOP: u16 = 0xBF00;
const WFI: u16 = 0xBF30;
const WFE: u16 = 0xBF20;
const SEV: u16 = 0xBF40;
const BX_LR: u16 = 0x4770;
/// B to itself.
const STAY: u16 = 0xE7FE;
const BKPT: u16 = 0xBE00;
const CPSID_I: u16 = 0xB672;
const CPSIE_I: u16 = 0xB662;
const CPSID_F: u16 = 0xB671;
const UNDEFINED: u16 = 0xDE00;
const SVC: u16 = 0xDF00;

/// MOVW and MOVT.
fn load(rd: u16, value: u32) -> [u16; 4] {
    let half = |opcode: u16, value: u16| {
        let (imm4, i, imm3, imm8) = (value >> 12, value >> 11 & 1, value >> 8 & 7, value & 0xFF);
        [opcode | i << 10 | imm4, imm3 << 12 | rd << 8 | imm8]
    };
    let (low, high) = (half(0xF240, value as u16), half(0xF2C0, (value >> 16) as u16));
    [low[0], low[1], high[0], high[1]]
}

/// Stores `value` at `address`; uses R0 and R1.
fn store(address: u32, value: u32) -> Vec<u16> {
    [&load(0, address)[..], &load(1, value), &[0x6001]].concat()
}

/// Notes `value`: MOVS R6; STRB R6, [R7], #1.
fn note(value: u8) -> [u16; 3] {
    [0x2600 | u16::from(value), 0xF807, 0x6B01]
}

/// A board under test.
struct Board {
    machine: Machine,
}

impl Board {
    /// A board whose main program is `code`, behind the set-up of the notes, with a handler for every exception that
    /// notes the exception's number and returns.
    fn new(code: &[u16]) -> Self {
        Self::with(SystemConfig { cyccnt_in_sleep: true, ..SystemConfig::default() }, code)
    }

    fn with(config: SystemConfig, code: &[u16]) -> Self {
        let regions = vec![
            Region::new("flash", Kind::Flash, 0, 0x8000, true, 0),
            Region::new("ram", Kind::Ram, RAM, 0x2000, true, 0),
        ];
        let memory = Memory::new(regions, Vec::new());
        let cpu = Cpu::new(memory, Box::new(Bare), System::new(config), Timing::default(), 16_000_000);
        let mut board = Self { machine: Machine::new(cpu, Model::default()) };
        board.put_word(0, STACK);
        board.vector(1, MAIN);
        for number in 2..32u16 {
            board.vector(number, handler(number));
            board.code(handler(number), &[&note(number as u8)[..], &[BX_LR]].concat());
        }
        board.code(MAIN, &[&load(7, NOTES)[..], code].concat());
        board.cpu().reset(ResetCause::PowerOn);
        // For handlers that come before the set-up.
        board.cpu().r[7] = NOTES;
        board
    }

    fn cpu(&mut self) -> &mut Cpu {
        &mut self.machine.cpu
    }

    fn put_word(&mut self, address: u32, value: u32) {
        self.cpu().memory.slice_mut(address, 4).unwrap().copy_from_slice(&value.to_le_bytes());
    }

    fn word(&self, address: u32) -> u32 {
        u32::from_le_bytes(*self.machine.cpu.memory.slice(address, 4).unwrap().first_chunk().unwrap())
    }

    fn code(&mut self, address: u32, code: &[u16]) {
        let bytes: Vec<u8> = code.iter().flat_map(|half| half.to_le_bytes()).collect();
        self.cpu().memory.slice_mut(address, bytes.len()).unwrap().copy_from_slice(&bytes);
    }

    fn vector(&mut self, number: u16, address: u32) {
        self.put_word(4 * u32::from(number), address | 1);
    }

    /// Replaces the handler of exception `number`.
    fn handle(&mut self, number: u16, code: &[u16]) {
        self.code(handler(number), code);
        assert!(code.len() <= 64);
    }

    /// Enables interrupts and faults as the bits of SHCSR and ISER0 say, then runs.
    fn enable(&mut self, faults: u32, irqs: u32) {
        self.write(0xE000_ED24, faults);
        self.write(0xE000_E100, irqs);
    }

    fn run(&mut self, cycles: u64) -> Stop {
        self.machine.run(cycles, &AtomicBool::new(false))
    }

    /// What was noted.
    fn notes(&self) -> Vec<u8> {
        let end = self.machine.cpu.r[7].clamp(NOTES, NOTES + 0x400);
        self.machine.cpu.memory.slice(NOTES, (end - NOTES) as usize).unwrap().to_vec()
    }

    /// Reads as the debugger does.
    fn read(&mut self, address: u32) -> u32 {
        self.cpu().read_as(Master::Debugger, address, Width::Word).unwrap()
    }

    /// Writes as the debugger does.
    fn write(&mut self, address: u32, value: u32) {
        self.cpu().write_as(Master::Debugger, address, Width::Word, value).unwrap();
    }

    fn dhcsr(&mut self) -> u32 {
        self.read(0xE000_EDF0)
    }

    /// Writes DHCSR with its key, then lets the machine take note.
    fn control(&mut self, bits: u32) {
        self.write(0xE000_EDF0, 0xA05F_0000 | bits);
        self.run(0);
    }

    fn register(&mut self, selector: u32) -> u32 {
        self.write(0xE000_EDF4, selector);
        assert!(self.dhcsr() >> 16 & 1 == 1, "S_REGRDY");
        self.read(0xE000_EDF8)
    }

    fn set_register(&mut self, selector: u32, value: u32) {
        self.write(0xE000_EDF8, value);
        self.write(0xE000_EDF4, 1 << 16 | selector);
    }

    /// Where the first instruction behind the set-up of the notes lies.
    fn start() -> u32 {
        MAIN + 8
    }
}
