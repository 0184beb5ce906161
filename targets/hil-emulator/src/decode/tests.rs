//! Known encodings, written down by hand from the manual's diagrams.

use super::{decode, is_wide};
use crate::instr::{AluOp, Instr, Operand, Reg};

const AT: u32 = 0x0800_0102;

/// The text of one encoding at [`AT`], outside of an IT block.
fn text(code: u32) -> String {
    let (first, second) = if code >> 16 == 0 { (code as u16, 0) } else { ((code >> 16) as u16, code as u16) };
    assert_eq!(is_wide(first), code >> 16 != 0, "{code:#x}");
    decode(AT, first, second, 0).to_string()
}

fn check(cases: &[(u32, &str)]) {
    for (code, want) in cases {
        assert_eq!(text(*code), *want, "{code:#x}");
    }
}

#[test]
fn two_bytes() {
    check(&[
        (0x0000, "movs r0, r0"),
        (0x0811, "lsrs r1, r2, #32"),
        (0x1889, "adds r1, r1, r2"),
        (0x1e48, "subs r0, r1, #1"),
        (0x2a10, "cmp r2, #16"),
        (0x4251, "rsbs r1, r2, #0"),
        (0x4351, "muls r1, r2, r1"),
        (0x4488, "add r8, r8, r1"),
        (0x4478, "add r0, r0, #134217990"),
        (0x4687, "mov pc, r0"),
        (0x4770, "bx lr"),
        (0x4798, "blx r3"),
        (0x4801, "ldr r0, [pc] @ 0x8000108"),
        (0x5f51, "ldrsh r1, [r2, r5]"),
        (0x8151, "strh r1, [r2, #10]"),
        (0x9102, "str r1, [sp, #8]"),
        (0xa001, "mov r0, #134217992"),
        (0xb082, "sub sp, sp, #8"),
        (0xb291, "uxth r1, r2"),
        (0xb3c8, "cbz r0, 0x8000178"),
        (0xb510, "push {r4, lr}"),
        (0xbd10, "pop {r4, pc}"),
        (0xb672, "cpsid i"),
        (0xba51, "rev16 r1, r2"),
        (0xbeab, "bkpt 0x00ab"),
        (0xbf30, "wfi"),
        (0xbf0c, "ite eq"),
        (0xbf16, "itet ne"),
        (0xc907, "ldmia r1, {r0, r1, r2}"),
        (0xd0fe, "beq 0x8000102"),
        (0xdf05, "svc 5"),
        (0xe7fe, "b 0x8000102"),
    ]);
}

#[test]
fn data_processing() {
    check(&[
        (0xf04f_31ff, "mov r1, #4294967295"),
        (0xf44f_7180, "mov r1, #256"),
        (0xf241_2134, "mov r1, #4660"),
        (0xf2c1_2134, "movt r1, #4660"),
        (0xf1b1_0f01, "cmp r1, #1"),
        (0xf20f_0104, "mov r1, #134217992"),
        (0xf10d_0d08, "add sp, sp, #8"),
        (0xea4f_0131, "rrx r1, r1"),
        (0xeb01_0182, "add r1, r1, r2, lsl #2"),
        (0xeac1_0122, "pkhtb r1, r1, r2, asr #32"),
        (0xf341_01c7, "sbfx r1, r1, #3, #8"),
        (0xf36f_0107, "bfc r1, #0, #8"),
        (0xf301_0107, "ssat r1, #8, r1"),
        (0xf3a1_0107, "usat16 r1, #7, r1"),
        (0xfa01_f102, "lsl r1, r1, r2"),
        (0xfa51_f192, "uxtab r1, r1, r2, ror #8"),
        (0xfa91_f112, "qadd16 r1, r1, r2"),
        (0xfa82_f191, "qdadd r1, r1, r2"),
        (0xfab1_f181, "clz r1, r1"),
        (0xfb01_f102, "mul r1, r1, r2"),
        (0xfb11_3132, "smlatt r1, r1, r2, r3"),
        (0xfb51_f112, "smmulr r1, r1, r2"),
        (0xfbc1_2364, "udf"),
        (0xfbe1_2364, "umaal r2, r3, r1, r4"),
        (0xfbb1_f1f2, "udiv r1, r1, r2"),
    ]);
}

#[test]
fn memory() {
    check(&[
        (0xf8d1_0ffc, "ldr r0, [r1, #4092]"),
        (0xf851_0c04, "ldr r0, [r1, #-4]"),
        (0xf851_0d04, "ldr r0, [r1, #-4]!"),
        (0xf851_0b04, "ldr r0, [r1], #4"),
        (0xf851_0e04, "ldrt r0, [r1, #4]"),
        (0xf911_0022, "ldrsb r0, [r1, r2, lsl #2]"),
        (0xf85f_0004, "ldr r0, [pc] @ 0x8000100"),
        (0xf891_f000, "pld"),
        (0xe9d1_2304, "ldrd r2, r3, [r1, #16]"),
        (0xe851_2f01, "ldrex r2, [r1, #4]"),
        (0xe8c1_2f43, "strexb r3, r2, [r1]"),
        (0xe8d1_f012, "tbh [r1, r2, lsl #1]"),
        (0xe92d_41f0, "push {r4, r5, r6, r7, r8, lr}"),
        (0xe8bd_81f0, "pop {r4, r5, r6, r7, r8, pc}"),
        (0xe911_000c, "ldmdb r1, {r2, r3}"),
    ]);
}

#[test]
fn branches_and_system() {
    check(&[
        (0xf7ff_fffe, "bl 0x8000102"),
        (0xf000_b800, "b 0x8000106"),
        (0xf43f_affe, "beq 0x8000102"),
        (0xf3bf_8f5f, "dmb"),
        (0xf3bf_8f6f, "isb"),
        (0xf3ef_8114, "mrs r1, CONTROL"),
        (0xf381_8c00, "msr APSR_nzcvqg, r1"),
        (0xf381_8811, "msr BASEPRI, r1"),
        (0xf3af_8003, "wfi"),
        (0xf7f0_a000, "udf"),
    ]);
}

#[test]
fn floating_point() {
    check(&[
        (0xee30_0a20, "vadd.f32 s0, s0, s1"),
        (0xee00_0a60, "vmls.f32 s0, s0, s1"),
        (0xeea0_0a20, "vfma.f32 s0, s0, s1"),
        (0xeeb7_0a00, "vmov.f32 s0, #1"),
        (0xeeb4_0ae0, "vcmpe.f32 s0, s1"),
        (0xeeb5_0a40, "vcmp.f32 s0, #0.0"),
        (0xeebd_0ae0, "vcvt.s32.f32 s0, s1"),
        (0xeebd_0a60, "vcvtr.s32.f32 s0, s1"),
        (0xeeba_0ac8, "vcvt.f32.s32 s0, s0, #16"),
        (0xeeb2_0ae0, "vcvtt.f32.f16 s0, s1"),
        (0xed91_0a01, "vldr s0, [r1, #4]"),
        (0xed91_1b02, "vldr d1, [r1, #8]"),
        (0xed2d_8b10, "vpush {d8-d15}"),
        (0xecbd_8b10, "vpop {d8-d15}"),
        (0xeef1_fa10, "vmrs APSR_nzcv, fpscr"),
        (0xee10_0a90, "vmov r0, s1"),
        (0xec51_0b11, "vmov r0, r1, s2, s3"),
        (0xee30_0b01, "<coprocessor 11>"),
        (0xfe00_0a00, "<coprocessor 10>"),
        (0xee07_0f90, "<coprocessor 15>"),
    ]);
}

#[test]
fn it_blocks_change_the_meaning() {
    // The last instruction of an IT block, and one in its middle.
    let (last, middle) = (0x08, 0x04);
    let Instr::Alu { op: AluOp::Add, flags, .. } = decode(AT, 0x1889, 0, middle) else { panic!("not an addition") };
    assert!(!flags);
    let Instr::Alu { op: AluOp::Cmp, flags, .. } = decode(AT, 0x2a10, 0, middle) else { panic!("not a comparison") };
    assert!(flags);
    // A jump may only come last; CBZ, IT and a branch with its own condition not at all.
    assert_eq!(decode(AT, 0x4770, 0, last), Instr::BranchExchange { rm: Reg::LR });
    assert_eq!(decode(AT, 0x4770, 0, middle), Instr::Undefined);
    for code in [0xb3c8, 0xbf08, 0xd0fe, 0xb672] {
        assert_eq!(decode(AT, code, 0, last), Instr::Undefined, "{code:#x}");
    }
}

#[test]
fn the_carry_of_a_constant() {
    let carry = |code: u32| match decode(AT, (code >> 16) as u16, code as u16, 0) {
        Instr::Alu { src: Operand::Imm { carry, .. }, .. } => carry,
        other => panic!("{other}"),
    };
    assert_eq!(carry(0xf05f_01ff), None);
    assert_eq!(carry(0xf05f_4100), Some(true));
    assert_eq!(carry(0xf45f_7180), Some(false));
}

#[test]
fn what_the_manual_calls_unpredictable_is_undefined() {
    for code in [
        0xf850_0000_u32 | 0xd, // LDR with SP as the index.
        0xe911_0002,           // LDMDB of one register.
        0xe8b1_0003,           // LDM with writeback and the base in the list.
        0xfb01_d102,           // MLA with SP as the addend.
        0xfba1_1102,           // UMULL into one register.
        0xf36f_01c0,           // BFC that ends before it starts.
        0xf04f_1100,           // A pattern of zeros.
        0xe9d1_2204,           // LDRD into one register.
        0xfa91_f182,           // REV with two sources.
    ] {
        assert_eq!(text(code), "udf", "{code:#x}");
    }
    // VLDR of D16: whether the FPU is switched on matters first.
    assert_eq!(text(0xedd1_0b02), "<coprocessor 11>");
}
