//! Runs a program on a board and serves its semihosting: text is collected, the exit is the end.
//!
//! The test programs of both chips and of the power model share it; none of them uses all of it.
#![expect(dead_code, reason = "each of the test programs that share this uses a part of it")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]

use std::sync::atomic::AtomicBool;

use hil_emulator::board;
use hil_emulator::debug::ap::memory_write;
use hil_emulator::elf::Image;
use hil_emulator::machine::{Machine, Stop};
use hil_emulator::soc::{Io, Master, ResetCause, Soc, Width};

/// Debug Halting Control and Status Register, and what turns halting debug on (DDI 0403E, C1.6.2).
const DHCSR: (u32, u32) = (0xE000_EDF0, 0xA05F_0001);
/// Semihosting for AArch32 and AArch64: SYS_WRITE0, SYS_EXIT, ADP_Stopped_ApplicationExit.
const WRITE0: u32 = 0x04;
const EXIT: u32 = 0x18;
const SUCCESS: u32 = 0x2_0026;

/// A board that runs a program.
pub struct Run {
    /// The board.
    pub machine: Machine,
    /// What the program has written.
    pub text: String,
    /// Whether it ended with success; `None` while it runs.
    pub ended: Option<bool>,
    /// How many cycles the machine runs in one go.
    pub slice: u64,
}

impl Run {
    /// The board called `name` with the program `elf`, just switched on.
    pub fn new(name: &str, elf: &[u8]) -> Self {
        Self::of_seed(name, elf, 1)
    }

    /// The same, with the parts that `seed` stands for.
    pub fn of_seed(name: &str, elf: &[u8], seed: u64) -> Self {
        let mut machine = board::build(name, seed).unwrap();
        Image::parse(elf).unwrap().load(&mut machine).unwrap();
        machine.cpu.reset(ResetCause::PowerOn);
        memory_write(&mut machine.cpu, DHCSR.0, Width::Word, DHCSR.1).unwrap();
        Self { machine, text: String::new(), ended: None, slice: 1_000_000 }
    }

    /// The same, running at most `slice` cycles in one go.
    pub fn in_slices(self, slice: u64) -> Self {
        Self { slice, ..self }
    }

    /// Now, in microseconds since power-on.
    pub fn micros(&self) -> u64 {
        self.machine.cpu.clock.time_at(self.machine.cpu.cycles).0 / 1_000_000
    }

    /// Calls the chip as the world around it does.
    pub fn outside<T>(&mut self, act: impl FnOnce(&mut dyn Soc, &mut Io<'_>) -> T) -> T {
        self.machine.cpu.with_soc(Master::Debugger, |soc, io| act(soc, io))
    }

    /// Drives a pin.
    pub fn drive(&mut self, pin: &str, level: bool) {
        assert!(self.outside(|soc, io| soc.drive_pin(pin, Some(level), io)), "{pin}");
    }

    /// What the chip drives onto a pin.
    pub fn level(&self, pin: &str) -> Option<bool> {
        self.machine.cpu.soc.pin_level(pin)
    }

    /// Runs for `micros` microseconds from now on, or until the program ends.
    pub fn pass(&mut self, micros: u64) {
        self.until(self.micros() + micros);
    }

    /// Runs to the end of the program, which must come within `micros` microseconds from now on, and gives what it wrote.
    pub fn finish(&mut self, micros: u64) -> &str {
        self.pass(micros);
        assert_eq!(self.ended, Some(true), "at {:#010x}, wrote:\n{}", self.machine.cpu.pc, self.text);
        &self.text
    }

    /// Runs until the program ends, or until `micros` microseconds have passed since power-on. Gives whether it has
    /// ended.
    pub fn until(&mut self, micros: u64) -> bool {
        self.go(micros, |_| false);
        self.ended.is_some()
    }

    /// Runs until the program has written `line`.
    pub fn until_line(&mut self, line: &str, micros: u64) {
        self.go(micros, |text| text.lines().any(|written| written == line));
        assert!(self.text.lines().any(|written| written == line), "never wrote {line:?}:\n{}", self.text);
    }

    /// Runs until the program ends, `micros` microseconds have passed since power-on, or its text is such that `done`.
    pub fn go(&mut self, micros: u64, done: impl Fn(&str) -> bool) {
        while self.ended.is_none() && self.micros() < micros && !done(&self.text) {
            let left = u128::from(micros - self.micros()) * u128::from(self.machine.cpu.clock.hz()) / 1_000_000;
            let cycles = self.slice.min(u64::try_from(left).unwrap().max(1));
            if self.machine.run(cycles, &AtomicBool::new(false)) == Stop::Halted {
                self.serve();
            }
        }
    }

    fn serve(&mut self) {
        let cpu = &mut self.machine.cpu;
        let at = cpu.pc;
        assert_eq!(
            cpu.memory.fetch(at),
            Some(0xBEAB),
            "halted at {at:#010x}, not by a semihosting call:\n{}",
            self.text
        );
        let argument = cpu.reg(1);
        match cpu.reg(0) {
            WRITE0 => {
                let bytes = (argument..).map(|address| cpu.memory.slice(address, 1).unwrap()[0]);
                let bytes: Vec<u8> = bytes.take_while(|byte| *byte != 0).collect();
                self.text.push_str(std::str::from_utf8(&bytes).unwrap());
            }
            EXIT => self.ended = Some(argument == SUCCESS),
            other => panic!("semihosting operation {other:#x} is not served"),
        }
        cpu.pc = at + 2;
        memory_write(cpu, DHCSR.0, Width::Word, DHCSR.1).unwrap();
    }

    /// The number that the program wrote behind `name` at the start of a line.
    pub fn value<T: std::str::FromStr>(&self, name: &str) -> T {
        let line = self.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let number = line.and_then(|line| line.trim().parse().ok());
        number.unwrap_or_else(|| panic!("no number {name:?} in:\n{}", self.text))
    }

    /// Asserts that the program ended with success, and that the chip noted nothing.
    pub fn succeeded(&self) {
        self.succeeded_with(&[]);
    }

    /// Asserts that the program ended with success, and what the chip noted.
    pub fn succeeded_with(&self, noted: &[&str]) {
        let notes: Vec<String> = self.machine.cpu.soc.notes().iter().map(ToString::to_string).collect();
        assert_eq!(self.ended, Some(true), "after {} us, noted {notes:?}:\n{}", self.micros(), self.text);
        assert_eq!(notes, noted);
    }
}
