//! What a program says to callgrind, when that is what runs it.
//!
//! A request is a sequence of instructions that does nothing on a processor and that valgrind looks for: `valgrind.h` of
//! valgrind 3.19 (section "The request mechanism") defines it for each architecture, `callgrind.h` the requests.

/// The requests of callgrind begin here: `VG_USERREQ_TOOL_BASE('C', 'T')`.
const CALLGRIND: u64 = (b'C' as u64) << 24 | (b'T' as u64) << 16;
/// `VG_USERREQ__DUMP_STATS`: write down what was counted since the last time.
const DUMP: u64 = CALLGRIND;
/// `VG_USERREQ__START_INSTRUMENTATION`.
const START: u64 = CALLGRIND + 4;
/// `VG_USERREQ__STOP_INSTRUMENTATION`.
const STOP: u64 = CALLGRIND + 5;

/// Runs `work` and has what all threads execute meanwhile counted and written down, where callgrind runs this program; it
/// has to be told not to count from the start. Anywhere else this is a call of `work`.
pub(crate) fn count(work: impl FnOnce()) {
    request(START);
    work();
    request(STOP);
    request(DUMP);
}

/// Makes a request without arguments whose answer means nothing.
fn request(number: u64) {
    // The number and room for five arguments.
    let words = [number, 0, 0, 0, 0, 0];
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the rotations add up to two whole turns, so rdi is what it was, and rbx is exchanged with itself; valgrind puts
    // its answer into rdx, which is declared, and reads the six words behind rax, which live until the end of this function.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            in("rax") words.as_ptr(),
            inout("rdx") 0u64 => _,
            options(nostack),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the rotations add up to two whole turns, so x12 is what it was, and x10 is combined with itself; valgrind puts
    // its answer into x3, which is declared, and reads the six words behind x4, which live until the end of this function.
    unsafe {
        std::arch::asm!(
            "ror x12, x12, #3", "ror x12, x12, #13", "ror x12, x12, #51", "ror x12, x12, #61", "orr x10, x10, x10",
            in("x4") words.as_ptr(),
            inout("x3") 0u64 => _,
            options(nostack),
        );
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = words;
}
