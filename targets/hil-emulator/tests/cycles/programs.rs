//! The micro-benchmarks: for each rule of the cycle model a loop, and how many cycles one turn of it takes with all
//! rules and without that one.
//!
//! The figures were worked out by hand from the rules, not taken from the model. Each program is, assembled at address
//! 0 by GNU as (`.syntax unified`, `.cpu cortex-m4`):
//!
//! ```text
//!         adr.w   r6, literal
//!         ldr.w   r8, [r9]        @ r9 points at CYCCNT
//! loop:   ...                     @ the text of the program
//!         subs    r7, #1          @ 1 cycle
//!         bne     loop            @ 3 cycles
//!         ldr.w   r10, [r9]
//!         b       .
//!         .balign 4
//! literal: .word  0x20000080
//!         .word   1b + 1          @ only where the text needs it
//! ```
//!
//! R0 points at RAM, R1 behind it, R2 is 4, R4 is 0.

use hil_emulator::cycles::Rule;

/// One micro-benchmark.
#[derive(Debug)]
pub struct Program {
    /// The rule that it shows.
    pub rule: Rule,
    /// What the loop does, apart from counting.
    pub text: &'static str,
    /// Registers that differ from the common start.
    pub registers: &'static [(usize, u32)],
    /// Cycles of one turn with all rules.
    pub with: u64,
    /// The same without the rule.
    pub without: u64,
    /// The program in halfwords.
    pub code: &'static [u16],
}

/// Every micro-benchmark.
pub const PROGRAMS: &[Program] = &[
    Program {
        rule: Rule::SingleLoad,
        text: "ldr r3, [r0]",
        registers: &[],
        with: 6,
        without: 5,
        code: &[0xf20f, 0x0610, 0xf8d9, 0x8000, 0x6803, 0x3f01, 0xd1fc, 0xf8d9, 0xa000, 0xe7fe, 0x0080, 0x2000],
    },
    Program {
        rule: Rule::SingleStore,
        text: "str r3, [r0, r2]",
        registers: &[],
        with: 6,
        without: 5,
        code: &[0xf20f, 0x0610, 0xf8d9, 0x8000, 0x5083, 0x3f01, 0xd1fc, 0xf8d9, 0xa000, 0xe7fe, 0x0080, 0x2000],
    },
    Program {
        rule: Rule::Dual,
        text: "ldrd r3, r4, [r0]",
        registers: &[],
        with: 7,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xe9d0, 0x3400, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::Dual,
        text: "strd r3, r4, [r0]",
        registers: &[],
        with: 7,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xe9c0, 0x3400, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::Multiple,
        text: "ldm.w r0, {r3, r4, r5}",
        registers: &[],
        with: 8,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xe890, 0x0038, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::Multiple,
        text: "push {r3, r4}; pop {r3, r4}",
        registers: &[],
        with: 10,
        without: 6,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xb418, 0xbc18, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::SpecialRegister,
        text: "mrs r3, apsr",
        registers: &[],
        with: 6,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xf3ef, 0x8300, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::IsbRefill,
        text: "isb",
        registers: &[],
        with: 7,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xf3bf, 0x8f6f, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::StoreBuffer,
        text: "str r3, [r0, #4]",
        registers: &[],
        with: 5,
        without: 6,
        code: &[0xf20f, 0x0610, 0xf8d9, 0x8000, 0x6043, 0x3f01, 0xd1fc, 0xf8d9, 0xa000, 0xe7fe, 0x0080, 0x2000],
    },
    Program {
        rule: Rule::LoadPipelining,
        text: "ldr r3, [r0]; ldr r4, [r1]",
        registers: &[],
        with: 7,
        without: 8,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x6803, 0x680c, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::LoadPipelining,
        text: "ldr r3, [r0]; ldr r4, [r1]; ldr r5, [r1, #4]",
        registers: &[],
        with: 8,
        without: 10,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x6803, 0x680c, 0x684d, 0x3f01, 0xd1fa, 0xf8d9, 0xa000, 0xe7fe, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::LoadPipelining,
        text: "ldr r3, [r0]; str r3, [r1, r2]",
        registers: &[],
        with: 7,
        without: 8,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x6803, 0x508b, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::LoadedAddress,
        text: "ldr r3, [r1, #8]; ldr r4, [r3]",
        registers: &[],
        with: 8,
        without: 7,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x688b, 0x681c, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::StoreEndsPipelining,
        text: "str r3, [r0]; ldr r4, [r1]",
        registers: &[],
        with: 7,
        without: 6,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x6003, 0x680c, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::StoreEndsPipelining,
        text: "str r3, [r0, r2]; ldr r4, [r1]",
        registers: &[],
        with: 8,
        without: 7,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x5083, 0x680c, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::SameBase,
        text: "ldr r3, [r0], #4; ldr r4, [r0], #-4",
        registers: &[],
        with: 8,
        without: 7,
        code: &[
            0xf20f, 0x0618, 0xf8d9, 0x8000, 0xf850, 0x3b04, 0xf850, 0x4904, 0x3f01, 0xd1f9, 0xf8d9, 0xa000, 0xe7fe,
            0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::SameBase,
        text: "str r3, [r0], #4; str r4, [r0], #-4",
        registers: &[],
        with: 7,
        without: 6,
        code: &[
            0xf20f, 0x0618, 0xf8d9, 0x8000, 0xf840, 0x3b04, 0xf840, 0x4904, 0x3f01, 0xd1f9, 0xf8d9, 0xa000, 0xe7fe,
            0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::WideLoad,
        text: "ldr r3, [r0]; ldr.w r4, [r1]",
        registers: &[],
        with: 8,
        without: 7,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x6803, 0xf8d1, 0x4000, 0x3f01, 0xd1fa, 0xf8d9, 0xa000, 0xe7fe, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::SwallowedNop,
        text: "ldr r3, [r0]; nop",
        registers: &[],
        with: 6,
        without: 7,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x6803, 0xbf00, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::SwallowedNop,
        text: "str r3, [r0, r2]; nop",
        registers: &[],
        with: 6,
        without: 7,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x5083, 0xbf00, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::LiteralContention,
        text: "ldr r3, literal",
        registers: &[],
        with: 7,
        without: 6,
        code: &[0xf20f, 0x0610, 0xf8d9, 0x8000, 0x4b02, 0x3f01, 0xd1fc, 0xf8d9, 0xa000, 0xe7fe, 0x0080, 0x2000],
    },
    Program {
        rule: Rule::AddressGeneration,
        text: "adds r3, r0, #4; ldr r4, [r3]",
        registers: &[],
        with: 8,
        without: 7,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x1d03, 0x681c, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::AddressGeneration,
        text: "adds r3, r2, #4; str r4, [r0, r3]",
        registers: &[],
        with: 8,
        without: 7,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x1d13, 0x50c4, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::UnalignedData,
        text: "ldr.w r3, [r0, #1]",
        registers: &[],
        with: 8,
        without: 6,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xf8d0, 0x3001, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::UnalignedData,
        text: "ldr.w r3, [r0, #2]",
        registers: &[],
        with: 7,
        without: 6,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xf8d0, 0x3002, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::UnalignedData,
        text: "strh.w r3, [r0, #3]",
        registers: &[],
        with: 6,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xf8a0, 0x3003, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::BranchRefill,
        text: "b 1f; 1:",
        registers: &[],
        with: 7,
        without: 3,
        code: &[0xf20f, 0x0610, 0xf8d9, 0x8000, 0xe7ff, 0x3f01, 0xd1fc, 0xf8d9, 0xa000, 0xe7fe, 0x0080, 0x2000],
    },
    Program {
        rule: Rule::BranchRefill,
        text: "cbz r4, 1f; nop; 1:",
        registers: &[],
        with: 7,
        without: 3,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xb104, 0xbf00, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::TargetAlignment,
        text: "b 1f; 1: add.w r3, r3, #1",
        registers: &[],
        with: 9,
        without: 8,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xe7ff, 0xf103, 0x0301, 0x3f01, 0xd1fa, 0xf8d9, 0xa000, 0xe7fe, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::LoadPc,
        text: "ldr.w pc, [r6, #4]; 1:",
        registers: &[],
        with: 9,
        without: 8,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xf8d6, 0xf004, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000, 0x000d, 0x0000,
        ],
    },
    Program {
        rule: Rule::TableBranch,
        text: "tbb [pc, r4]; 2: .byte (1f - 2b) / 2, 0; 1:",
        registers: &[],
        with: 10,
        without: 8,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xe8df, 0xf004, 0x0001, 0x3f01, 0xd1fa, 0xf8d9, 0xa000, 0xe7fe, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::ItFolding,
        text: "cmp r4, #0; it eq; moveq r3, #1",
        registers: &[],
        with: 6,
        without: 7,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0x2c00, 0xbf08, 0x2301, 0x3f01, 0xd1fa, 0xf8d9, 0xa000, 0xe7fe, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::FailedCondition,
        text: "cmp r4, #0; it ne; ldrdne r3, r5, [r0]",
        registers: &[],
        with: 6,
        without: 8,
        code: &[
            0xf20f, 0x0618, 0xf8d9, 0x8000, 0x2c00, 0xbf18, 0xe9d0, 0x3500, 0x3f01, 0xd1f9, 0xf8d9, 0xa000, 0xe7fe,
            0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::DivideEarlyOut,
        text: "udiv r3, r4, r5",
        registers: &[(4, 0xffffffff), (5, 0x1)],
        with: 16,
        without: 6,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xfbb4, 0xf3f5, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::DivideEarlyOut,
        text: "sdiv r3, r4, r5",
        registers: &[(4, 0xfffffc18), (5, 0xa)],
        with: 9,
        without: 6,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xfb94, 0xf3f5, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::FloatLatency,
        text: "vadd.f32 s0, s1, s2; vadd.f32 s3, s0, s4",
        registers: &[],
        with: 7,
        without: 6,
        code: &[
            0xf20f, 0x0618, 0xf8d9, 0x8000, 0xee30, 0x0a81, 0xee70, 0x1a02, 0x3f01, 0xd1f9, 0xf8d9, 0xa000, 0xe7fe,
            0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::FloatLatency,
        text: "vmul.f32 s0, s1, s2; vstr s0, [r0]",
        registers: &[],
        with: 7,
        without: 6,
        code: &[
            0xf20f, 0x0618, 0xf8d9, 0x8000, 0xee20, 0x0a81, 0xed80, 0x0a00, 0x3f01, 0xd1f9, 0xf8d9, 0xa000, 0xe7fe,
            0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::FloatMac,
        text: "vmla.f32 s0, s1, s2; vmla.f32 s3, s4, s5; vfma.f32 s6, s7, s8",
        registers: &[],
        with: 11,
        without: 7,
        code: &[
            0xf20f, 0x061c, 0xf8d9, 0x8000, 0xee00, 0x0a81, 0xee42, 0x1a22, 0xeea3, 0x3a84, 0x3f01, 0xd1f7, 0xf8d9,
            0xa000, 0xe7fe, 0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::AddendForwarding,
        text: "vadd.f32 s0, s1, s2; vmla.f32 s0, s3, s4",
        registers: &[],
        with: 6,
        without: 7,
        code: &[
            0xf20f, 0x0618, 0xf8d9, 0x8000, 0xee30, 0x0a81, 0xee01, 0x0a82, 0x3f01, 0xd1f9, 0xf8d9, 0xa000, 0xe7fe,
            0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::AddendForwarding,
        text: "vmla.f32 s0, s1, s2; vmla.f32 s0, s3, s4",
        registers: &[],
        with: 8,
        without: 9,
        code: &[
            0xf20f, 0x0618, 0xf8d9, 0x8000, 0xee00, 0x0a81, 0xee01, 0x0a82, 0x3f01, 0xd1f9, 0xf8d9, 0xa000, 0xe7fe,
            0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::MacOverlap,
        text: "vmla.f32 s0, s1, s2; adds r3, #1; adds r4, #1; vadd.f32 s3, s4, s5",
        registers: &[],
        with: 8,
        without: 10,
        code: &[
            0xf20f, 0x061c, 0xf8d9, 0x8000, 0xee00, 0x0a81, 0x3301, 0x3401, 0xee72, 0x1a22, 0x3f01, 0xd1f7, 0xf8d9,
            0xa000, 0xe7fe, 0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::FloatDivide,
        text: "vdiv.f32 s0, s1, s2; vadd.f32 s3, s4, s5",
        registers: &[],
        with: 19,
        without: 6,
        code: &[
            0xf20f, 0x0618, 0xf8d9, 0x8000, 0xee80, 0x0a81, 0xee72, 0x1a22, 0x3f01, 0xd1f9, 0xf8d9, 0xa000, 0xe7fe,
            0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::FloatDivide,
        text: "vsqrt.f32 s0, s1; vadd.f32 s3, s0, s4",
        registers: &[],
        with: 20,
        without: 7,
        code: &[
            0xf20f, 0x0618, 0xf8d9, 0x8000, 0xeeb1, 0x0ae0, 0xee70, 0x1a02, 0x3f01, 0xd1f9, 0xf8d9, 0xa000, 0xe7fe,
            0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::DivideOverlap,
        text: "vdiv.f32 s0, s1, s2; adds r3, #1; adds r4, #1; vadd.f32 s3, s4, s5",
        registers: &[],
        with: 19,
        without: 21,
        code: &[
            0xf20f, 0x061c, 0xf8d9, 0x8000, 0xee80, 0x0a81, 0x3301, 0x3401, 0xee72, 0x1a22, 0x3f01, 0xd1f7, 0xf8d9,
            0xa000, 0xe7fe, 0xbf00, 0x0080, 0x2000,
        ],
    },
    Program {
        rule: Rule::FloatMemory,
        text: "vldr s0, [r0]",
        registers: &[],
        with: 6,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xed90, 0x0a00, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::FloatMemory,
        text: "vldr d0, [r0]",
        registers: &[],
        with: 7,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xed90, 0x0b00, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::FloatMemory,
        text: "vstr d0, [r0]",
        registers: &[],
        with: 7,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xed80, 0x0b00, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::FloatMemory,
        text: "vldm r0, {s0-s3}",
        registers: &[],
        with: 9,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xec90, 0x0a04, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::FloatCoreMove,
        text: "vmov s0, r3",
        registers: &[],
        with: 6,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xee00, 0x3a10, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::FloatCoreMove,
        text: "vmov r3, r4, s0, s1",
        registers: &[],
        with: 6,
        without: 5,
        code: &[
            0xf20f, 0x0614, 0xf8d9, 0x8000, 0xec54, 0x3a10, 0x3f01, 0xd1fb, 0xf8d9, 0xa000, 0xe7fe, 0xbf00, 0x0080,
            0x2000,
        ],
    },
    Program {
        rule: Rule::FetchStarvation,
        text: "adds r3, #1; add.w r4, r4, #1; add.w r5, r5, #1; add.w r12, r12, #1",
        registers: &[],
        with: 9,
        without: 8,
        code: &[
            0xf20f, 0x061c, 0xf8d9, 0x8000, 0x3301, 0xf104, 0x0401, 0xf105, 0x0501, 0xf10c, 0x0c01, 0x3f01, 0xd1f6,
            0xf8d9, 0xa000, 0xe7fe, 0x0080, 0x2000,
        ],
    },
];
