//! The products on a Cortex-M4, in assembly: int8 weights against 16-bit values with SMLAD, two multiplications a cycle.
//!
//! What the pipeline allows (Cortex-M4 TRM 100166_0001, section 3.3.1): SMLAD and SXTB16 take a cycle each, and a row of
//! N single loads N + 1. Every four weights of a row need a load, two SXTB16 that widen them and two SMLAD, so that 1.25
//! cycles per multiplication are the floor of weights that lie row by row. The product of rows takes four of them at a
//! time, so that a word of `x` is loaded once for eight weights: 24 cycles for 16 weights, and 4 for a jump behind every
//! 64, are 1.56. That of paired rows needs one SXTB16 instead of two for four weights: a floor of 1, and 14 cycles for 12
//! weights with 4 for a jump behind every 96, 1.21 in all. The sparse one takes 9 cycles for a block of four weights, and 4
//! for a jump behind two of them. What flash makes the core wait comes on top.
//!
//! Less than one cycle for a weight that is used once is out of reach of all of them: four weights are loaded in a cycle,
//! multiplied in two, and widened in one at least. Weights of 16 bits would need no widening, and a second load instead.
//!
//! All instructions have four bytes and start on words, because a load that does not may not overlap with the one before.
//! The routines touch no memory beyond the slices of the safe functions, whose checks come before the call.
#![expect(unsafe_code, reason = "stable Rust has SMLAD and SXTB16 in assembly only")]

use core::arch::global_asm;

use super::arranged::{Words, arrange};
use super::paired::{GROUP, Paired};
use super::{MOST_COLUMNS, Matrix};
use crate::dot::dot_i8;
use crate::sparse::Sparse;

/// Columns of half a turn of the inner loop of `hil_matvec_rows`.
const EIGHT: usize = 8;

/// The product: assembly for fours of rows and eights of columns, plain code for what is left.
pub fn product(matrix: &Matrix<'_>, x: &[i16], out: &mut [i32]) {
    let x = &x[..x.len().min(matrix.columns())];
    let matrix = matrix.part(0, x.len());
    let whole = x.len().min(MOST_COLUMNS) / EIGHT * EIGHT;
    let mut words: Words = [0; MOST_COLUMNS / 2];
    let taken = rows(&matrix, arrange(&x[..whole], &mut words), out);
    if whole < x.len() {
        for (y, row) in out.iter_mut().zip(matrix.rows()).take(taken) {
            *y += dot_i8(&row[whole..], &x[whole..]);
        }
    }
    for (y, row) in out.iter_mut().skip(taken).zip(matrix.from_row(taken).rows()) {
        *y = dot_i8(row, x);
    }
}

/// What `hil_matvec_rows` works on, and how far it is.
#[repr(C)]
struct Rows {
    weights: *const u8,
    stride: usize,
    x: *const u32,
    out: *mut i32,
    eights: usize,
    fours: usize,
}

/// Sums over the columns that `x` has arranged, an even number of fours of them; gives the number of rows that it took.
fn rows(matrix: &Matrix<'_>, x: &[u32], out: &mut [i32]) -> usize {
    let (eights, fours) = (x.len() * 2 / EIGHT, matrix.rows().len().min(out.len()) / 4);
    if eights == 0 || fours == 0 || eights * EIGHT > matrix.columns {
        return 0;
    }
    let (weights, stride) = (matrix.weights[matrix.first..].as_ptr(), matrix.stride);
    let mut job = Rows { weights, stride, x: x.as_ptr(), out: out.as_mut_ptr(), eights, fours };
    // SAFETY: each of 4 * `fours` rows has 8 * `eights` bytes at `stride` from the one before, `x` has 4 * `eights` words,
    // and `out` has 4 * `fours` places; the routine reads and writes these alone, and the job.
    unsafe { hil_matvec_rows(&mut job) };
    4 * fours
}

/// What `hil_matvec_paired` works on, and how far it is.
#[repr(C)]
struct Pairs {
    weights: *const u32,
    x: *const u32,
    out: *mut i32,
    eights: usize,
    groups: usize,
}

/// The product of [`Paired`]; `x` has its padded columns, two to a word, and `out` is not shorter than its rows.
pub(super) fn paired(matrix: &Paired<'_>, x: &[u32], out: &mut [i32]) {
    let (eights, groups) = (x.len() * 2 / EIGHT, matrix.rows().min(out.len()) / GROUP);
    if eights == 0 || groups == 0 || matrix.words().len() < groups * eights * (EIGHT / 2) * (GROUP / 2) {
        return;
    }
    let mut job = Pairs { weights: matrix.words().as_ptr(), x: x.as_ptr(), out: out.as_mut_ptr(), eights, groups };
    // SAFETY: there are 12 words of weights for each eight of each group, 4 words of `x` for each eight, and 6 places of
    // `out` for each group; the routine reads and writes these alone, and the job.
    unsafe { hil_matvec_paired(&mut job) };
}

/// What `hil_matvec_sparse` works on.
#[repr(C)]
struct Blocks {
    weights: *const u32,
    positions: *const u8,
    counts: *const u8,
    x: *const u32,
    out: *mut i32,
    rows: usize,
}

/// The product of [`Sparse`]; gives whether it was done here.
pub(crate) fn sparse(matrix: &Sparse<'_>, x: &[i16], out: &mut [i32]) -> bool {
    let mut words: Words = [0; MOST_COLUMNS / 2];
    let x = arrange(x, &mut words);
    let (weights, positions, counts) = matrix.parts();
    if x.len() * 2 < matrix.columns() || counts.is_empty() || out.len() < counts.len() {
        return false;
    }
    let job = Blocks {
        weights: weights.as_ptr(),
        positions: positions.as_ptr(),
        counts: counts.as_ptr(),
        x: x.as_ptr(),
        out: out.as_mut_ptr(),
        rows: counts.len(),
    };
    // SAFETY: a value of `Sparse` exists only when its counts add up to the number of positions and of words, and when
    // each position is a block of its columns, all of which `x` has; `out` has a place for each row.
    unsafe { hil_matvec_sparse(&job) };
    true
}

unsafe extern "C" {
    fn hil_matvec_rows(job: *mut Rows);
    fn hil_matvec_paired(job: *mut Pairs);
    fn hil_matvec_sparse(job: *const Blocks);
}

/// The row whose weights are in register `w`, against r8 (even columns) and r9 (odd columns), onto `sum`; changes r12.
macro_rules! row {
    ($w:literal, $sum:literal) => {
        concat!(
            "sxtb16 r12, ",
            $w,
            "\n",
            "smlad ",
            $sum,
            ", r12, r8, ",
            $sum,
            "\n",
            "sxtb16 r12, ",
            $w,
            ", ror #8\n",
            "smlad ",
            $sum,
            ", r12, r9, ",
            $sum,
            "\n",
        )
    };
}

/// Four columns of four rows: 24 cycles for 16 weights.
macro_rules! four {
    () => {
        concat!(
            "ldr.w r9, [r3, #4]\n",
            "ldr.w r8, [r3], #8\n",
            "ldr.w r11, [r0, r2]\n",
            "ldr.w r10, [r0], #4\n",
            row!("r10", "r4"),
            row!("r11", "r5"),
            "ldr.w r11, [r1, r2]\n",
            "ldr.w r10, [r1], #4\n",
            row!("r10", "r6"),
            row!("r11", "r7"),
        )
    };
}

// r0, r1: first and third row; r2: stride; r3: x; r4 to r7: sums; lr: turns of 16 columns. An odd number of eights enters
// the first turn in its middle.
global_asm!(
    ".pushsection .text.hil_matvec_rows, \"ax\", %progbits",
    ".balign 16",
    ".global hil_matvec_rows",
    ".type hil_matvec_rows, %function",
    ".thumb_func",
    "hil_matvec_rows:",
    "push.w {r0, r4, r5, r6, r7, r8, r9, r10, r11, lr}",
    "1:",
    "ldr.w r12, [sp]",
    "ldr.w r0, [r12, #0]",
    "ldr.w r2, [r12, #4]",
    "ldr.w r3, [r12, #8]",
    "ldr.w lr, [r12, #16]",
    "add.w r1, r0, r2, lsl #1",
    "mov.w r4, #0",
    "mov.w r5, #0",
    "mov.w r6, #0",
    "mov.w r7, #0",
    "tst.w lr, #1",
    "add.w lr, lr, #1",
    "lsr.w lr, lr, #1",
    "bne.w 3f",
    "2:",
    four!(),
    four!(),
    "3:",
    four!(),
    four!(),
    "subs.w lr, lr, #1",
    "bne.w 2b",
    "ldr.w r12, [sp]",
    "ldr.w r3, [r12, #12]",
    "ldr.w r0, [r12, #0]",
    "ldr.w r1, [r12, #20]",
    "str.w r4, [r3, #0]",
    "str.w r5, [r3, #4]",
    "str.w r6, [r3, #8]",
    "str.w r7, [r3, #12]",
    "add.w r3, r3, #16",
    "add.w r0, r0, r2, lsl #2",
    "str.w r3, [r12, #12]",
    "str.w r0, [r12, #0]",
    "subs.w r1, r1, #1",
    "str.w r1, [r12, #20]",
    "bne.w 1b",
    "pop.w {r0, r4, r5, r6, r7, r8, r9, r10, r11, pc}",
    ".size hil_matvec_rows, . - hil_matvec_rows",
    ".popsection",
    options(raw)
);

/// A word of two rows and two columns in register `w`, against r3: `both` sums 256 times the upper row and the lower one,
/// `lower` the lower one alone.
macro_rules! word {
    ($w:literal, $both:literal, $lower:literal) => {
        concat!(
            "smlad ", $both, ", ", $w, ", r3, ", $both, "\n", "sxtb16 ", $w, ", ", $w, "\n", "smlad ", $lower, ", ",
            $w, ", r3, ", $lower, "\n",
        )
    };
}

/// Two columns of six rows: 14 cycles for 12 weights.
macro_rules! two {
    () => {
        concat!(
            "ldr.w r3, [r1], #4\n",
            "ldr.w r11, [r0, #4]\n",
            "ldr.w r12, [r0, #8]\n",
            "ldr.w r10, [r0], #12\n",
            word!("r10", "r4", "r5"),
            word!("r11", "r6", "r7"),
            word!("r12", "r8", "r9"),
        )
    };
}

/// What the sums of a pair of rows in `both` and `lower` are worth: the upper row into `both`, its place into `out`.
macro_rules! apart {
    ($both:literal, $lower:literal, $first:literal, $second:literal) => {
        concat!(
            "sub.w ", $both, ", ", $both, ", ", $lower, "\n", "asr.w ", $both, ", ", $both, ", #8\n", "str.w ", $lower,
            ", [r3, #", $first, "]\n", "str.w ", $both, ", [r3, #", $second, "]\n",
        )
    };
}

// r0: weights; r1: x; r2: turns of 16 columns, the first of which begins in its middle when the eights are odd; r4 to r9:
// sums; lr: the job.
global_asm!(
    ".pushsection .text.hil_matvec_paired, \"ax\", %progbits",
    ".balign 16",
    ".global hil_matvec_paired",
    ".type hil_matvec_paired, %function",
    ".thumb_func",
    "hil_matvec_paired:",
    "push.w {r3, r4, r5, r6, r7, r8, r9, r10, r11, lr}",
    "mov.w lr, r0",
    "ldr.w r0, [lr, #0]",
    "1:",
    "ldr.w r1, [lr, #4]",
    "ldr.w r2, [lr, #12]",
    "mov.w r4, #0",
    "mov.w r5, #0",
    "mov.w r6, #0",
    "mov.w r7, #0",
    "mov.w r8, #0",
    "mov.w r9, #0",
    "tst.w r2, #1",
    "add.w r2, r2, #1",
    "lsr.w r2, r2, #1",
    "bne.w 3f",
    "2:",
    two!(),
    two!(),
    two!(),
    two!(),
    "3:",
    two!(),
    two!(),
    two!(),
    two!(),
    "subs.w r2, r2, #1",
    "bne.w 2b",
    "ldr.w r3, [lr, #8]",
    apart!("r4", "r5", "0", "4"),
    apart!("r6", "r7", "8", "12"),
    apart!("r8", "r9", "16", "20"),
    "ldr.w r2, [lr, #16]",
    "add.w r3, r3, #24",
    "str.w r3, [lr, #8]",
    "subs.w r2, r2, #1",
    "str.w r2, [lr, #16]",
    "bne.w 1b",
    "pop.w {r3, r4, r5, r6, r7, r8, r9, r10, r11, pc}",
    ".size hil_matvec_paired, . - hil_matvec_paired",
    ".popsection",
    options(raw)
);

/// A block of four weights onto r7: 9 cycles.
macro_rules! block {
    () => {
        concat!(
            "ldrb.w r9, [r1], #1\n",
            "ldr.w r10, [r0], #4\n",
            "ldr.w r11, [r3, r9, lsl #3]\n",
            "ldr.w r12, [r4, r9, lsl #3]\n",
            "sxtb16 lr, r10\n",
            "smlad r7, lr, r11, r7\n",
            "sxtb16 r10, r10, ror #8\n",
            "smlad r7, r10, r12, r7\n",
        )
    };
}

// r0: weights; r1: positions; r2: counts; r3, r4: the even and the odd columns of x; r5: out; r6: rows; r8: pairs of blocks.
global_asm!(
    ".pushsection .text.hil_matvec_sparse, \"ax\", %progbits",
    ".balign 16",
    ".global hil_matvec_sparse",
    ".type hil_matvec_sparse, %function",
    ".thumb_func",
    "hil_matvec_sparse:",
    "push.w {r3, r4, r5, r6, r7, r8, r9, r10, r11, lr}",
    "ldr.w r1, [r0, #4]",
    "ldr.w r2, [r0, #8]",
    "ldr.w r3, [r0, #12]",
    "ldr.w r5, [r0, #16]",
    "ldr.w r6, [r0, #20]",
    "ldr.w r0, [r0, #0]",
    "add.w r4, r3, #4",
    "1:",
    "ldrb.w r8, [r2], #1",
    "mov.w r7, #0",
    "lsrs.w r8, r8, #1",
    "bcc.w 2f",
    block!(),
    "2:",
    "cmp.w r8, #0",
    "beq.w 4f",
    "3:",
    block!(),
    block!(),
    "subs.w r8, r8, #1",
    "bne.w 3b",
    "4:",
    "str.w r7, [r5], #4",
    "subs.w r6, r6, #1",
    "bne.w 1b",
    "pop.w {r3, r4, r5, r6, r7, r8, r9, r10, r11, pc}",
    ".size hil_matvec_sparse, . - hil_matvec_sparse",
    ".popsection",
    options(raw)
);
