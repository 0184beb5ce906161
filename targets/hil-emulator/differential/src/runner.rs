//! The runner: code that is the same in every image, at its start.
//!
//! For each record of the input table it loads the scratch memory, the FPU's registers, APSR and the core registers,
//! jumps to the block, and stores all of them into the record of the result table when the block comes back. A fault
//! is noted in the record, and the next block follows. It keeps its own words at `CONTEXT`.

use crate::address::{INPUTS, RESULTS, SCRATCH};

/// Where it lies, behind the vectors.
const START: u32 = 0x100;
/// Where a block jumps to at its end.
pub const EXIT: u32 = 0x15e;
/// Where a core without semihosting stays at the end.
pub const SPIN: u32 = 0x1ec;
/// Where the next record is begun.
const ADVANCE: u32 = 0x1ac;
const FAULT: u32 = 0x1ee;
#[cfg(test)]
const LITERALS: u32 = 0x220;
const NAME: u32 = 0x264;

/// Addresses of input and result, blocks left, and the arguments of the semihosting call.
const CONTEXT: u32 = SCRATCH + 0x1000;
/// The stack of the fault handler, and the frame that it returns through.
const FRAME: u32 = SCRATCH + 0x2000;

/// Code and its text; the tests compare them.
const CODE: [(u32, &str); 111] = [
    (0x4847, "ldr r0, [pc] @ 0x220"),
    (0xf44f_0170, "mov r1, #15728640"),
    (0x6001, "str r1, [r0]"),
    (0xf3bf_8f4f, "dsb"),
    (0xf3bf_8f6f, "isb"),
    (0x4c44, "ldr r4, [pc] @ 0x224"),
    (0x4845, "ldr r0, [pc] @ 0x228"),
    (0x6020, "str r0, [r4]"),
    (0x4845, "ldr r0, [pc] @ 0x22c"),
    (0x6060, "str r0, [r4, #4]"),
    (0x4846, "ldr r0, [pc] @ 0x234"),
    (0x60a0, "str r0, [r4, #8]"),
    // enter
    (0x4c41, "ldr r4, [pc] @ 0x224"),
    (0x6820, "ldr r0, [r4]"),
    (0xf500_7180, "add r1, r0, #256"),
    (0x4a42, "ldr r2, [pc] @ 0x230"),
    (0x2310, "movs r3, #16"),
    // c1
    (0xe8b1_1fe0, "ldmia r1!, {r5, r6, r7, r8, r9, r10, r11, r12}"),
    (0xe8a2_1fe0, "stmia r2!, {r5, r6, r7, r8, r9, r10, r11, r12}"),
    (0x3b01, "subs r3, r3, #1"),
    (0xd1f9, "bne 0x12a"),
    (0xf100_0180, "add r1, r0, #128"),
    (0xec91_0a20, "vldmia r1, {s0-s31}"),
    (0x6801, "ldr r1, [r0]"),
    (0xeee1_1a10, "vmsr fpscr, r1"),
    (0x6841, "ldr r1, [r0, #4]"),
    (0x6882, "ldr r2, [r0, #8]"),
    (0x4695, "mov sp, r2"),
    (0xf3bf_8f2f, "clrex"),
    (0xf381_8c00, "msr APSR_nzcvqg, r1"),
    (0xe8bd_1fff, "pop {r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12}"),
    (0xf85d_eb04, "ldr lr, [sp], #4"),
    (0xf85d_fb04, "ldr pc, [sp], #4"),
    // exit
    (0xe92d_5fff, "push {r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, lr}"),
    (0xf3ef_8000, "mrs r0, APSR"),
    (0x4c2f, "ldr r4, [pc] @ 0x224"),
    (0x6861, "ldr r1, [r4, #4]"),
    (0xeef1_2a10, "vmrs r2, fpscr"),
    (0x600a, "str r2, [r1]"),
    (0x6048, "str r0, [r1, #4]"),
    (0x466a, "mov r2, sp"),
    (0xf102_0338, "add r3, r2, #56"),
    (0x608b, "str r3, [r1, #8]"),
    (0x2000, "movs r0, #0"),
    (0x60c8, "str r0, [r1, #12]"),
    (0xf101_0310, "add r3, r1, #16"),
    (0x250e, "movs r5, #14"),
    // c2
    (0xf852_0b04, "ldr r0, [r2], #4"),
    (0xf843_0b04, "str r0, [r3], #4"),
    (0x3d01, "subs r5, r5, #1"),
    (0xd1f9, "bne 0x184"),
    (0xf101_0380, "add r3, r1, #128"),
    (0xec83_0a20, "vstmia r3, {s0-s31}"),
    (0x4a25, "ldr r2, [pc] @ 0x230"),
    (0xf501_7380, "add r3, r1, #256"),
    (0x2010, "movs r0, #16"),
    // c3
    (0xe8b2_1fe0, "ldmia r2!, {r5, r6, r7, r8, r9, r10, r11, r12}"),
    (0xe8a3_1fe0, "stmia r3!, {r5, r6, r7, r8, r9, r10, r11, r12}"),
    (0x3801, "subs r0, r0, #1"),
    (0xd1f9, "bne 0x1a0"),
    // advance
    (0x4c1d, "ldr r4, [pc] @ 0x224"),
    (0x6820, "ldr r0, [r4]"),
    (0xf500_7040, "add r0, r0, #768"),
    (0x6020, "str r0, [r4]"),
    (0x6860, "ldr r0, [r4, #4]"),
    (0xf500_7040, "add r0, r0, #768"),
    (0x6060, "str r0, [r4, #4]"),
    (0x68a0, "ldr r0, [r4, #8]"),
    (0x3801, "subs r0, r0, #1"),
    (0x60a0, "str r0, [r4, #8]"),
    (0xd1ab, "bne 0x11e"),
    (0x481c, "ldr r0, [pc] @ 0x238"),
    (0x2800, "cmp r0, #0"),
    (0xd10f, "bne 0x1ec"),
    (0x2001, "movs r0, #1"),
    (0xa122, "mov r1, #600"),
    (0xbeab, "bkpt 0x00ab"),
    (0x4c14, "ldr r4, [pc] @ 0x224"),
    (0x6120, "str r0, [r4, #16]"),
    (0x4815, "ldr r0, [pc] @ 0x22c"),
    (0x6160, "str r0, [r4, #20]"),
    (0x4818, "ldr r0, [pc] @ 0x23c"),
    (0x61a0, "str r0, [r4, #24]"),
    (0x2005, "movs r0, #5"),
    (0xf104_0110, "add r1, r4, #16"),
    (0xbeab, "bkpt 0x00ab"),
    (0x2018, "movs r0, #24"),
    (0x4915, "ldr r1, [pc] @ 0x240"),
    (0xbeab, "bkpt 0x00ab"),
    // spin
    (0xe7fe, "b 0x1ec"),
    // fault
    (0x4c0d, "ldr r4, [pc] @ 0x224"),
    (0x6861, "ldr r1, [r4, #4]"),
    (0x4a14, "ldr r2, [pc] @ 0x244"),
    (0x6813, "ldr r3, [r2]"),
    (0x6013, "str r3, [r2]"),
    (0xf043_4300, "orr r3, r3, #2147483648"),
    (0x60cb, "str r3, [r1, #12]"),
    (0x4a12, "ldr r2, [pc] @ 0x248"),
    (0x6813, "ldr r3, [r2]"),
    (0xf023_0301, "bic r3, r3, #1"),
    (0x6013, "str r3, [r2]"),
    (0x4a10, "ldr r2, [pc] @ 0x24c"),
    (0x4695, "mov sp, r2"),
    (0x4810, "ldr r0, [pc] @ 0x250"),
    (0x9006, "str r0, [sp, #24]"),
    (0xf04f_7080, "mov r0, #16777216"),
    (0x9007, "str r0, [sp, #28]"),
    (0xf8df_e03c, "ldr lr, [pc] @ 0x254"),
    (0x4770, "bx lr"),
    (0xbf00, "nop"),
    (0xbf00, "nop"),
];

/// The code memory up to the runner's end, for `blocks` blocks with `results` bytes of results.
pub fn code(blocks: u32, spin: bool, results: u32) -> Vec<u8> {
    let mut code = Vec::new();
    let mut word = |word: u32| code.extend(word.to_le_bytes());
    // Vectors: the stack, the entry, and every fault.
    word(FRAME);
    word(START | 1);
    for _ in 2..16 {
        word(FAULT | 1);
    }
    code.resize(START as usize, 0);
    for (instruction, _) in CODE {
        if instruction >> 16 != 0 {
            code.extend(((instruction >> 16) as u16).to_le_bytes());
        }
        code.extend((instruction as u16).to_le_bytes());
    }
    let literals = [
        0xe000_ed88, // CPACR
        CONTEXT,
        INPUTS,
        RESULTS,
        SCRATCH,
        blocks,
        u32::from(spin),
        results,
        0x2_0026,    // ADP_Stopped_ApplicationExit
        0xe000_ed28, // CFSR
        0xe000_ef34, // FPCCR
        FRAME,
        ADVANCE,
        0xffff_fff9, // EXC_RETURN: thread mode, main stack, no floating-point state
        // The arguments of SYS_OPEN: name, "wb", length of the name.
        NAME,
        5,
        11,
    ];
    code.extend(literals.into_iter().flat_map(u32::to_le_bytes));
    code.extend(b"results.bin\0");
    code
}

#[cfg(test)]
mod tests {
    use super::{CODE, EXIT, FAULT, LITERALS, NAME, SPIN, START, code};
    use hil_emulator::decode::decode;

    #[test]
    fn the_code_says_what_its_text_says() {
        let mut at = START;
        let mut places = Vec::new();
        for (code, text) in CODE {
            let (first, second) = if code >> 16 == 0 { (code as u16, 0) } else { ((code >> 16) as u16, code as u16) };
            assert_eq!(decode(at, first, second, 0).to_string(), text, "at {at:#x}");
            places.push((at, text));
            at += if code >> 16 == 0 { 2 } else { 4 };
        }
        assert_eq!(at, LITERALS);
        let text = |address| places.iter().find(|(at, _)| *at == address).map(|(_, text)| *text);
        assert_eq!(text(EXIT), Some("push {r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, lr}"));
        assert_eq!(text(SPIN), Some("b 0x1ec"));
        assert!(text(FAULT).is_some());
        assert_eq!(code(1, true, 768)[NAME as usize..], *b"results.bin\0");
    }
}
