//! A program that goes through a list of register writes and polls in its own flash, and then does one thing for ever.

use std::sync::atomic::AtomicBool;

use hil_emulator::board;
use hil_emulator::machine::Machine;
use hil_emulator::soc::ResetCause;

/// One step.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Writes a word.
    Write(u32, u32),
    /// Waits until the bits of a mask have a value.
    Wait(u32, u32, u32),
}

/// What the program does behind its steps.
#[derive(Debug, Clone, Copy)]
pub enum Then {
    /// Jumps to itself.
    Busy,
    /// Jumps to itself at this address in RAM, where a step has written the jump.
    BusyAt(u32),
    /// Sleeps (WFI), again and again.
    Sleep,
}

/// The jump to itself, twice.
pub const BUSY: u32 = 0xE7FE_E7FE;

/// Where the code lies in flash, behind the vectors.
const CODE: usize = 0x200;

/// From `ldr r0, list` to the place of `list`; `done` follows it.
const INTERPRETER: [u16; 12] = [
    0x4805, // ldr r0, list
    0xc80e, // loop: ldmia r0!, {r1, r2, r3}
    0xb151, // cbz r1, done
    0xb122, // cbz r2, store
    0x680c, // poll: ldr r4, [r1]
    0x4014, // ands r4, r2
    0x429c, // cmp r4, r3
    0xd1fb, // bne poll
    0xe7f7, // b loop
    0x600b, // store: str r3, [r1]
    0xe7f5, // b loop
    0xbf00, // nop
];

/// The board called `name` with the program in its flash, just powered on.
pub fn machine(name: &str, seed: u64, steps: &[Step], then: Then) -> Machine {
    let mut machine = board::build(name, seed).unwrap();
    let (_, chip) = board::find(name).unwrap();
    let (flash, ram) =
        (chip.memory[0].base, chip.memory.iter().find(|memory| memory.name.contains("ram")).unwrap().base);
    let list = flash + CODE as u32 + 0x40;
    let mut code: Vec<u8> = INTERPRETER.iter().flat_map(|half| half.to_le_bytes()).collect();
    code.extend(list.to_le_bytes());
    let done: &[u16] = match then {
        Then::Busy => &[0xE7FE],
        // wfi; b to it
        Then::Sleep => &[0xBF30, 0xE7FD],
        // ldr r5, [pc, #0]; bx r5; the address
        Then::BusyAt(address) => &[0x4D00, 0x4728, (address | 1) as u16, (address >> 16) as u16],
    };
    code.extend(done.iter().flat_map(|half| half.to_le_bytes()));
    assert!(code.len() <= 0x40);
    code.resize(0x40, 0);
    for step in steps {
        let words = match *step {
            Step::Write(address, value) => [address, 0, value],
            Step::Wait(address, mask, value) => [address, mask, value],
        };
        code.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }
    code.extend([0; 12]);
    let vectors = [ram + 0x2000, flash + CODE as u32 + 1];
    let place = machine.cpu.memory.slice_mut(flash, 8).unwrap();
    place.copy_from_slice(vectors.map(u32::to_le_bytes).as_flattened());
    machine.cpu.memory.slice_mut(flash + CODE as u32, code.len()).unwrap().copy_from_slice(&code);
    machine.forget_code();
    machine.cpu.reset(ResetCause::PowerOn);
    machine
}

/// Runs for `cycles`, `slice` at a time.
pub fn run(machine: &mut Machine, cycles: u64, slice: u64) {
    let end = machine.cpu.cycles + cycles;
    while machine.cpu.cycles < end {
        machine.run(slice.min(end - machine.cpu.cycles), &AtomicBool::new(false));
    }
}
