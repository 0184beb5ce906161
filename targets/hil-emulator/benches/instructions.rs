//! How fast instructions retire with the cycle model on: whole programs, from reset to their end, on memory that answers
//! at once and behind the accelerator of an STM32F407 with five wait states.
//!
//! The programs and what they compute are described in fixtures/elf/README.md. `cargo bench -p hil-emulator`.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to report but the panic")]

use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hil_emulator::board::build;
use hil_emulator::cpu::Cpu;
use hil_emulator::cycles::{Model, Timing};
use hil_emulator::elf::Image;
use hil_emulator::flash_timing::{Control, FlashTiming};
use hil_emulator::machine::{Machine, Stop};
use hil_emulator::memory::{Alias, Kind, Memory, Region};
use hil_emulator::soc::{Bare, ResetCause};
use hil_emulator::system::System;

const FLASH: u32 = 0x0800_0000;
const RAM: u32 = 0x2000_0000;

/// The programs with the checksums that QEMU computes for them.
const PROGRAMS: [(&str, &[u8], u32); 4] = [
    ("fir", include_bytes!("../../../fixtures/elf/bench-fir.elf"), 0xe94c_8283),
    ("hash", include_bytes!("../../../fixtures/elf/bench-hash.elf"), 0xf798_b3a9),
    ("state", include_bytes!("../../../fixtures/elf/bench-state.elf"), 0xd1a7_e7c7),
    ("memcpy", include_bytes!("../../../fixtures/elf/bench-memcpy.elf"), 0x89f5_1605),
];

/// The way to the flash of an STM32F407 at 168 MHz, as start-up code sets it: five wait states, prefetch, both caches.
fn accelerated() -> FlashTiming {
    let mut timing = build("stm32f4", 1).expect("the board exists").cpu.flash;
    let control = Control { wait_states: 5, prefetch: true, instructions: true, data: true, ..Control::default() };
    timing.control_art(control);
    timing
}

/// A core with the memories of an STM32F407, `program` in its flash and `flash` on the way there, just reset.
fn machine(program: &Image<'_>, flash: &FlashTiming) -> Machine {
    let regions = vec![
        Region::new("flash", Kind::Flash, FLASH, 1 << 20, true, 0xff),
        Region::new("sram", Kind::Ram, RAM, 0x2_0000, true, 0),
    ];
    let memory = Memory::new(regions, vec![Alias { from: 0, to: FLASH, len: 1 << 20 }]);
    let cpu = Cpu::new(memory, Box::new(Bare), System::default(), Timing::default(), 168_000_000);
    let mut machine = Machine::new(cpu, Model::default());
    machine.cpu.flash = flash.clone();
    program.load(&mut machine).expect("the program is made for these memories");
    machine.cpu.reset(ResetCause::PowerOn);
    machine
}

/// Runs until the program sleeps behind its work; the instructions that retired.
fn run(machine: &mut Machine) -> u64 {
    let stop = machine.run(10_000_000_000, &AtomicBool::new(false));
    assert_eq!(stop, Stop::Asleep, "stopped at {:#010x}", machine.cpu.pc);
    machine.retired()
}

fn word(machine: &Machine, address: u32) -> u32 {
    let bytes = machine.cpu.memory.slice(address, 4).and_then(|bytes| bytes.first_chunk());
    u32::from_le_bytes(*bytes.expect("the symbol is in RAM"))
}

fn instructions(criterion: &mut Criterion) {
    for (group, flash) in [("instructions", FlashTiming::default()), ("instructions-wait-states", accelerated())] {
        let mut group = criterion.benchmark_group(group);
        group.sample_size(10).warm_up_time(Duration::from_millis(500));
        for (name, file, checksum) in PROGRAMS {
            let program = Image::parse(file).expect("the file is whole");
            let mut first = machine(&program, &flash);
            let retired = run(&mut first);
            let address = program.symbol("CHECKSUM").expect("the program has this symbol");
            assert_eq!(word(&first, address), checksum, "{name} computes something else");
            group.throughput(Throughput::Elements(retired));
            group.bench_function(name, |bencher| {
                bencher.iter_batched(
                    || machine(&program, &flash),
                    |mut machine| black_box(run(&mut machine)),
                    criterion::BatchSize::PerIteration,
                );
            });
        }
        group.finish();
    }
}

criterion_group!(benches, instructions);
criterion_main!(benches);
