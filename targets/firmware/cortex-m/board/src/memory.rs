//! What a workload takes of RAM: static data by the linker's symbols, the stack by painting.
//!
//! Before a kernel is called outside of a timed region, the free stack below the caller is painted; after the call the
//! lowest word that changed tells how deep it went. The agent verifies a kernel before every measurement, and
//! verifying runs the same code, so what is timed has been watched before. What a frame holds without ever writing to it
//! keeps its paint: at the end of the deepest call that is some tens of bytes.

use core::ptr::{addr_of, read_volatile, write_volatile};

use cortex_m::register::msp;

/// What unused stack is filled with.
const PAINT: u32 = 0xC5C5_C5C5;
/// Bytes below the painter's own stack pointer that are left alone.
const MARGIN: usize = 64;

unsafe extern "C" {
    static __sdata: u32;
    static __edata: u32;
    static __sbss: u32;
    static __ebss: u32;
    static __euninit: u32;
    static _stack_end: u32;
    static _stack_start: u32;
}

/// Bytes of static data: `.data`, `.bss` and `.uninit`.
#[must_use]
pub fn static_bytes() -> u32 {
    let (start, end) = (addr_of!(__sdata) as usize, addr_of!(__euninit) as usize);
    let ends = [addr_of!(__edata) as usize, addr_of!(__ebss) as usize, end];
    let last = ends.into_iter().max().unwrap_or(start);
    (last - start.min(addr_of!(__sbss) as usize)) as u32
}

/// The top of the stack.
#[must_use]
pub fn stack_top() -> usize {
    addr_of!(_stack_start) as usize
}

/// The main stack pointer, which is the one in use: nothing here runs on a process stack.
#[inline(always)]
#[must_use]
pub fn stack_pointer() -> usize {
    msp::read() as usize
}

/// Where the stack ends: below it there is no memory.
#[must_use]
pub fn stack_end() -> usize {
    addr_of!(_stack_end) as usize
}

/// Paints the free stack. Gives the stack pointer from which the depth of a call is counted.
#[inline(never)]
pub fn paint() -> usize {
    let pointer = stack_pointer();
    let mut at = stack_end();
    while at + MARGIN < pointer {
        // SAFETY: between the end of the stack and the stack pointer lies nothing that is in use; no interrupt handler
        // of this firmware keeps anything there between two instructions.
        unsafe { write_volatile(at as *mut u32, PAINT) };
        at += 4;
    }
    pointer
}

/// The deepest address that was written below `from` since it was painted.
#[inline(never)]
#[must_use]
pub fn deepest(from: usize) -> usize {
    let mut at = stack_end();
    // SAFETY: reads RAM that belongs to the stack.
    while at < from && unsafe { read_volatile(at as *const u32) } == PAINT {
        at += 4;
    }
    at
}
