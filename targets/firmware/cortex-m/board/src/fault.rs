//! HardFault, to which every fault escalates here: what the core knows of it goes out as last words.
//!
//! The stack may be what is broken, so the handler leaves it alone: it runs on memory of its own, and reads the frame that
//! the core pushed only where all of it lies in the stack. An overflow of the stack is a fault, because there is no memory
//! below it; only a single frame of more than 32 KiB could leap over that gap.

use core::arch::naked_asm;
use core::cell::UnsafeCell;

use crate::last_words::{say, stop};
use crate::memory;

/// CFSR and its neighbours (DDI 0403E, B3.2.15 to B3.2.18).
const FAULT_STATUS: *const u32 = 0xE000_ED28 as *const u32;
const HARD_FAULT_STATUS: *const u32 = 0xE000_ED2C as *const u32;
const MEMORY_FAULT_ADDRESS: *const u32 = 0xE000_ED34 as *const u32;
const BUS_FAULT_ADDRESS: *const u32 = 0xE000_ED38 as *const u32;

/// Bytes of the handler's stack.
pub(crate) const STACK_BYTES: usize = 2048;
/// Bytes of the frame that the core pushes (DDI 0403E, B1.5.6), its part for the FPU left out.
const FRAME_BYTES: usize = 32;
/// A fault with so few bytes left is taken for an overflow: what did not fit any more has not moved the stack pointer.
const NEAR: usize = 128;

/// Memory that only the handler uses.
#[repr(C, align(8))]
struct Stack(UnsafeCell<[u8; STACK_BYTES]>);

// SAFETY: nothing but the handler's stack pointer refers to it, and the handler runs once.
unsafe impl Sync for Stack {}

static STACK: Stack = Stack(UnsafeCell::new([0; STACK_BYTES]));

/// The handler: takes up a stack of its own before anything is pushed.
///
/// # Safety
/// For the core alone.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn HardFault() -> ! {
    naked_asm!(
        "mrs r0, msp",
        "movw r1, #:lower16:{stack}",
        "movt r1, #:upper16:{stack}",
        "add r1, r1, #{bytes}",
        "msr msp, r1",
        "b {tell}",
        stack = sym STACK,
        bytes = const STACK_BYTES,
        tell = sym tell,
    )
}

/// Tells of the fault; `pointer` is the stack pointer behind the frame that the core pushed, or tried to push.
extern "C" fn tell(pointer: usize) -> ! {
    // SAFETY: these registers can always be read.
    let (status, hard, memory, bus) = unsafe {
        (
            FAULT_STATUS.read_volatile(),
            HARD_FAULT_STATUS.read_volatile(),
            MEMORY_FAULT_ADDRESS.read_volatile(),
            BUS_FAULT_ADDRESS.read_volatile(),
        )
    };
    let (end, top) = (memory::stack_end(), memory::stack_top());
    let what = if pointer < end + NEAR { "stack overflow: " } else { "" };
    let whole = pointer.is_multiple_of(4) && pointer >= end && pointer.saturating_add(FRAME_BYTES) <= top;
    if whole {
        // SAFETY: all of the frame lies in the stack.
        let [r0, r1, r2, r3, r12, lr, pc, xpsr] = unsafe { (pointer as *const [u32; 8]).read_volatile() };
        say(format_args!(
            "fault: {what}pc {pc:#010x} lr {lr:#010x} sp {pointer:#010x} xpsr {xpsr:#010x} r0 {r0:#010x} r1 {r1:#010x} \
             r2 {r2:#010x} r3 {r3:#010x} r12 {r12:#010x} cfsr {status:#010x} hfsr {hard:#010x} mmfar {memory:#010x} \
             bfar {bus:#010x}\n"
        ));
    } else {
        say(format_args!(
            "fault: {what}sp {pointer:#010x} is outside of the stack, {end:#010x} to {top:#010x}, so nobody knows where; \
             cfsr {status:#010x} hfsr {hard:#010x} mmfar {memory:#010x} bfar {bus:#010x}\n"
        ));
    }
    stop()
}
