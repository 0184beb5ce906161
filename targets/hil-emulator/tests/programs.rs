//! Small programs from the decoder to the run loop: each is assembled by hand, runs to its WFI, and leaves known values.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::sync::atomic::AtomicBool;

use hil_emulator::cpu::Cpu;
use hil_emulator::cycles::{Model, Timing};
use hil_emulator::machine::{Machine, Stop};
use hil_emulator::memory::{Kind, Memory, Region};
use hil_emulator::soc::Bare;
use hil_emulator::system::System;

const RAM: u32 = 0x2000_0000;

/// Where the stack starts.
const STACK: u32 = RAM + 0x1000;

/// Runs `code` at address `base` until it sleeps.
fn run_at(base: u32, code: &[u16]) -> Machine {
    let regions = vec![
        Region::new("flash", Kind::Flash, 0, 0x1000, true, 0xff),
        Region::new("ram", Kind::Ram, RAM, 0x2000, true, 0),
    ];
    let mut memory = Memory::new(regions, Vec::new());
    let bytes: Vec<u8> = code.iter().flat_map(|halfword| halfword.to_le_bytes()).collect();
    memory.slice_mut(base, bytes.len()).expect("the code fits").copy_from_slice(&bytes);
    let mut cpu = Cpu::new(memory, Box::new(Bare), System::default(), Timing::default(), 64_000_000);
    (cpu.pc, cpu.r[13]) = (base, STACK);
    let mut machine = Machine::new(cpu, Model::default());
    let stop = machine.run(1_000_000, &AtomicBool::new(false));
    assert_eq!(stop, Stop::Asleep, "stopped at {:#x} by {:?}", machine.cpu.pc, machine.cpu.fault);
    machine
}

/// Runs `code` in flash, then in RAM, where it must do the same.
fn run(code: &[u16]) -> Machine {
    let (flash, ram) = (run_at(0x100, code), run_at(RAM + 0x1800, code));
    assert_eq!(flash.cpu.r[..13], ram.cpu.r[..13]);
    assert_eq!((flash.cpu.cycles, flash.retired()), (ram.cpu.cycles, ram.retired()));
    flash
}

fn words(machine: &Machine, address: u32, count: usize) -> Vec<u32> {
    let bytes = machine.cpu.memory.slice(address, count * 4).expect("an address in the RAM");
    bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect()
}

#[test]
fn a_bitwise_crc_of_the_standard_text() {
    let machine = run(&[
        0xf06f, 0x0100, // mvn r1, #0
        0x4a07, // ldr r2, =0xedb88320
        0xa008, // adr r0, text
        0xf810, 0x3b01, // next_byte: ldrb r3, [r0], #1
        0xb13b, // cbz r3, done
        0x4059, // eors r1, r3
        0x2408, // movs r4, #8
        0x0849, // next_bit: lsrs r1, r1, #1
        0xbf28, // it cs
        0x4051, // eorcs r1, r2
        0x3c01, // subs r4, #1
        0xd1fa, // bne next_bit
        0xe7f4, // b next_byte
        0x43c8, // done: mvns r0, r1
        0xbf30, // wfi
        0x0000, // padding
        0x8320, 0xedb8, // the polynomial
        0x3231, 0x3433, 0x3635, 0x3837, 0x0039, // text: "123456789"
    ]);
    assert_eq!(machine.cpu.r[0], 0xcbf4_3926);
    // 3 before, 6 + 8 * 5 for each byte, 2 for the zero behind them, 2 at the end; IT counts as an instruction.
    assert_eq!(machine.retired(), 3 + 9 * (5 + 8 * 5) + 2 + 2);
}

#[test]
fn recursion_with_calls_and_returns() {
    let machine = run(&[
        0x200f, // movs r0, #15
        0xf000, 0xf801, // bl fib
        0xbf30, // wfi
        0x2802, // fib: cmp r0, #2
        0xbfb8, // it lt
        0x4770, // bxlt lr
        0xb530, // push {r4, r5, lr}
        0x4604, // mov r4, r0
        0x3801, // subs r0, #1
        0xf7ff, 0xfff8, // bl fib
        0x4605, // mov r5, r0
        0x1ea0, // subs r0, r4, #2
        0xf7ff, 0xfff4, // bl fib
        0x4428, // add r0, r5
        0xbd30, // pop {r4, r5, pc}
    ]);
    assert_eq!((machine.cpu.r[0], machine.cpu.r[13]), (610, STACK));
}

#[test]
fn conditions_and_a_jump_table() {
    let machine = run(&[
        0xf240, 0x402f, // movw r0, #1071
        0xf240, 0x11ce, // movw r1, #462
        0x4288, // gcd: cmp r0, r1
        0xbfcc, // ite gt
        0x1a40, // subgt r0, r0, r1
        0x1a09, // suble r1, r1, r0
        0x2900, // cmp r1, #0
        0xd1f9, // bne gcd
        0x2200, // movs r2, #0
        0x2300, // movs r3, #0
        0xe8df, 0xf002, // again: tbb [pc, r2]
        0x0402, 0x0a06, // the table
        0x3301, // adds r3, #1
        0xe003, // b step
        0x330a, // adds r3, #10
        0xe001, // b step
        0xf503, 0x737a, // add r3, r3, #1000
        0x3201, // step: adds r2, #1
        0xe7f3, // b again
        0xbf30, // wfi
    ]);
    assert_eq!((machine.cpu.r[0], machine.cpu.r[1]), (21, 0));
    assert_eq!((machine.cpu.r[2], machine.cpu.r[3]), (3, 1011));
}

#[test]
fn loads_stores_and_arithmetic() {
    let machine = run(&[
        0xf04f, 0x5800, // mov r8, #0x20000000
        0x46c1, // mov r9, r8
        0x2001, // movs r0, #1
        0x2102, // movs r1, #2
        0x2203, // movs r2, #3
        0x2304, // movs r3, #4
        0xe8a8, 0x000f, // stmia r8!, {r0-r3}
        0xe918, 0x00f0, // ldmdb r8, {r4-r7}
        0xe8e8, 0x7602, // strd r7, r6, [r8], #8
        0xf859, 0xaf04, // ldr r10, [r9, #4]!
        0xf939, 0xb010, // ldrsh r11, [r9, r0, lsl #1]
        0xfba8, 0x0108, // umull r0, r1, r8, r8
        0xfbb8, 0xf2f3, // udiv r2, r8, r3
        0xfb24, 0x6305, // smlad r3, r4, r5, r6
        0xe92d, 0x00f0, // push {r4-r7}
        0xbc03, // pop {r0, r1}
        0xf84d, 0x8d04, // str r8, [sp, #-4]!
        0xf8dd, 0xc000, // ldr r12, [sp]
        0xbf30, // wfi
    ]);
    let r = &machine.cpu.r;
    assert_eq!(words(&machine, RAM, 6), [1, 2, 3, 4, 4, 3]);
    assert_eq!(r[..4], [1, 2, 0x2000_0018 / 4, 5]);
    assert_eq!(r[4..8], [1, 2, 3, 4]);
    assert_eq!(r[8..13], [0x2000_0018, 0x2000_0004, 2, 0, 0x2000_0018]);
    assert_eq!(r[13], STACK - 12);
    assert_eq!(words(&machine, STACK - 16, 4), [1, 0x2000_0018, 3, 4]);
}

#[test]
fn code_that_changes_itself_is_decoded_again() {
    // The loop body adds 1 until its third round replaces it by an addition of 16.
    let machine = run_at(
        RAM,
        &[
            0x2000, // movs r0, #0
            0x2106, // movs r1, #6
            0xf243, 0x0210, // movw r2, #0x3010, which is adds r0, #16
            0xa301, // adr r3, body
            0x2903, // again: cmp r1, #3
            0xbf08, // it eq
            0x801a, // strheq r2, [r3]
            0x3001, // body: adds r0, #1
            0x3901, // subs r1, #1
            0xd1f9, // bne again
            0xbf30, // wfi
        ],
    );
    assert_eq!(machine.cpu.r[0], 3 + 3 * 16);
}
