//! What random comparison with another emulator cannot cover: encodings that are undefined or unpredictable, and
//! instructions that leave the program. Each is executed, and the fault handler says what happened.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

use std::sync::atomic::AtomicBool;

use hil_emulator::cpu::Cpu;
use hil_emulator::cycles::{Model, Timing};
use hil_emulator::machine::{Machine, Stop};
use hil_emulator::memory::{Kind, Memory, Region};
use hil_emulator::soc::{Bare, ResetCause};
use hil_emulator::system::System;

const ENTRY: u32 = 0x100;
const FAULT: u32 = 0x200;
const SVC: u32 = 0x240;

/// UNDEFINSTR, INVSTATE and NOCP in CFSR.
const UNDEFINED: u32 = 1 << 16;
const INVALID_STATE: u32 = 1 << 17;
const NO_COPROCESSOR: u32 = 1 << 19;

/// What a handler found.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    /// The number of the exception; 0 when none was taken.
    exception: u32,
    /// CFSR.
    status: u32,
    /// The return address that was stacked, relative to the entry.
    at: u32,
}

/// Executes `code`, then WFI.
fn run(code: &[u16]) -> Seen {
    let mut memory = Memory::new(
        vec![
            Region::new("ram", Kind::Ram, 0x2000_0000, 0x1000, true, 0),
            Region::new("flash", Kind::Flash, 0, 0x400, true, 0),
        ],
        Vec::new(),
    );
    let mut write = |address: u32, bytes: Vec<u8>| {
        memory.slice_mut(address, bytes.len()).expect("it fits").copy_from_slice(&bytes);
    };
    let halfwords = |code: &[u16]| code.iter().flat_map(|halfword| halfword.to_le_bytes()).collect::<Vec<u8>>();
    let vectors = (0..16).map(|index| match index {
        0 => 0x2000_1000,
        1 => ENTRY | 1,
        11 => SVC | 1,
        _ => FAULT | 1,
    });
    write(0, vectors.flat_map(u32::to_le_bytes).collect());
    // Behind the code there is a WFI, and a way back to it.
    write(ENTRY, halfwords(&[code, &[0xbf30, 0xe7fd]].concat()));
    write(
        FAULT,
        halfwords(&[
            0xf3ef, 0x8005, // mrs r0, IPSR
            0x4903, // ldr r1, =CFSR
            0x6809, // ldr r1, [r1]
            0x9a06, // ldr r2, [sp, #24]
            0xbf30, // wfi
            0xe7fd, // b to it
            0xbf00, 0xbf00, 0xbf00, // nop
            0xed28, 0xe000,
        ]),
    );
    write(SVC, halfwords(&[0xf3ef, 0x8005, 0x2100, 0x9a06, 0xbf30, 0xe7fd]));
    let mut cpu = Cpu::new(memory, Box::new(Bare), System::default(), Timing::default(), 64_000_000);
    cpu.reset(ResetCause::PowerOn);
    let mut machine = Machine::new(cpu, Model::default());
    assert_eq!(machine.run(10_000, &AtomicBool::new(false)), Stop::Asleep, "{:?}", machine.cpu);
    let r = machine.cpu.r;
    Seen { exception: r[0], status: r[1], at: r[2].wrapping_sub(ENTRY) }
}

#[test]
fn undefined_and_unpredictable_encodings_fault_where_they_stand() {
    let codes: [(&[u16], &str); 25] = [
        (&[0xde00], "UDF"),
        (&[0xf7f0, 0xa000], "UDF.W"),
        (&[0xb650], "SETEND, which M profile lacks"),
        (&[0xba80], "HLT, of ARMv8"),
        (&[0xb660], "CPS that changes nothing"),
        (&[0x4508], "CMP of low registers with the high encoding"),
        (&[0x44ff], "ADD PC, PC"),
        (&[0x47f8], "BLX PC"),
        (&[0x4701], "BX with a bit that should be zero"),
        (&[0xb400], "PUSH of nothing"),
        (&[0xc800], "LDM of nothing"),
        (&[0xbff1], "IT with condition 15"),
        (&[0xbfe5], "IT AL with an else"),
        (&[0xbf08, 0xbf08], "IT in an IT block"),
        (&[0xf04f, 0x1100], "a pattern of zeros"),
        (&[0xf04f, 0x0d01], "MOV SP, constant"),
        (&[0xe8b1, 0x0003], "LDM with writeback and the base in the list"),
        (&[0xe8b1, 0xc001], "LDM of both LR and PC"),
        (&[0xe8bd, 0x2003], "LDM of SP"),
        (&[0xe9d1, 0x2204], "LDRD into one register"),
        (&[0xe841, 0x2100], "STREX with the status in the base"),
        (&[0xf84f, 0x1004], "STR relative to PC"),
        (&[0xfba1, 0x2202], "UMULL into one register"),
        (&[0xf3ef, 0x8104], "MRS of a register that is not there"),
        (&[0xef00, 0x0110], "Advanced SIMD"),
    ];
    for (code, what) in codes {
        // In an IT block the flags are clear, so EQ fails and only NE is executed.
        let code = if code[0] == 0xbf08 { &[0xbf18, 0xbf08][..] } else { code };
        let at = if code[0] == 0xbf18 { 2 } else { 0 };
        assert_eq!(run(code), Seen { exception: 3, status: UNDEFINED, at }, "{what}");
    }
}

#[test]
fn absent_coprocessors_have_a_fault_of_their_own() {
    // MCR to coprocessor 15, and the FPU while CPACR keeps it off.
    for code in [[0xee07, 0x0f90], [0xee30, 0x0a20]] {
        assert_eq!(run(&code), Seen { exception: 3, status: NO_COPROCESSOR, at: 0 }, "{code:04x?}");
    }
}

#[test]
fn an_undefined_instruction_whose_condition_fails_does_nothing() {
    // Whether it faults is a choice of the implementation (DDI 0403E, A7.3.1, unverified): here it does not.
    assert_eq!(run(&[0xbf08, 0xde00]).exception, 0);
}

#[test]
fn leaving_thumb_state_is_a_fault_of_the_next_instruction() {
    // MOVS R3, #0x20; BX R3.
    let seen = run(&[0x2320, 0x4718]);
    assert_eq!((seen.exception, seen.status), (3, INVALID_STATE));
}

#[test]
fn svc_returns_behind_itself_and_bkpt_without_a_debugger_escalates() {
    assert_eq!(run(&[0xdf12]), Seen { exception: 11, status: 0, at: 2 });
    assert_eq!(run(&[0xbe00]), Seen { exception: 3, status: 0, at: 0 });
}
