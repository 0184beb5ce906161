//! What a board says of its memory is what its stack pointer does, and a board that cannot go on says why, whatever has
//! become of its stack.

use hil_probe::board::elf::Elf;
use hil_wire::message::{MemoryUse, Request, Response};
use hil_wire::version::WIRE_VERSION;

use crate::bench::{BOARDS, BoardUnderTest};
use crate::wired::{Wired, image};

const HOP: &str = "lan/keyword_hop_i8";
const HELLO: Request<'_> = Request::Hello { version: WIRE_VERSION };

/// The address of a symbol of the linker.
fn symbol(board: BoardUnderTest, name: &str) -> u64 {
    let bytes = image(board).unwrap();
    Elf::parse(&bytes).unwrap().address_of(name).unwrap_or_else(|| panic!("{} has no {name}", board.name))
}

fn memory(wired: &mut Wired) -> MemoryUse {
    wired.say(&Request::Memory { kernel: HOP });
    wired.hear(|response| match response {
        Response::Memory(memory) => memory,
        other => panic!("{other:?}"),
    })
}

#[test]
fn the_painted_stack_is_the_one_that_was_used() {
    for board in BOARDS {
        let Some(mut wired) = Wired::start(board, 1) else { continue };
        wired.ask(&HELLO);
        let before = memory(&mut wired);
        wired.say(&Request::Verify { kernel: HOP });
        // Where the stack pointer was at its lowest, as far as one sees who looks every so often.
        let lowest = wired.lowest_stack_pointer(|wired| wired.hear(|response| format!("{response:?}")) == "Verified");
        let after = memory(&mut wired);
        let (start, end) = (symbol(board, "__sdata"), symbol(board, "__euninit"));
        let statics = end - start;
        let stack = after.total - statics;
        let seen = symbol(board, "_stack_start") - u64::from(lowest);
        // What a frame holds and nobody writes keeps its paint; what comes between two looks is not seen.
        assert!((seen - 64..seen + 300).contains(&stack), "{}: {stack} bytes, seen {seen}", board.name);
        assert!(before.total < after.total, "{before:?} {after:?}");
        // The agent's share: RTT's buffers of 7 KiB, 2 KiB of the serial port, 8 KiB of codes, 2 KiB of the fault handler,
        // input and readings, what the other kernels of the image keep, and the stack above the kernel's call. The kernel's
        // own tables and weights are not in it.
        assert!((25_000..45_000).contains(&after.agent), "{after:?}");
        assert!(after.total - after.agent > 15_000, "{after:?}");
    }
}

#[test]
fn a_board_that_cannot_go_on_says_why() {
    let table = [
        ("fault/panic", "panic: panicked at board/src/kernels/faulty.rs"),
        ("fault/hard-fault", "fault: pc 0x"),
        // The addresses below the stack belong to the STM32F4's system memory, which ignores what is written to it.
        ("fault/stack-overflow", "fault: stack overflow: sp 0x1ff"),
    ];
    for board in BOARDS {
        for (kernel, words) in table {
            let Some(mut wired) = Wired::start(board, 1) else { continue };
            wired.ask(&HELLO);
            wired.say(&Request::Answer { kernel });
            wired.run(0.02);
            let ram = wired.ram();
            let said = ram.windows(words.len()).any(|bytes| bytes == words.as_bytes());
            assert!(said, "{} {kernel} says nothing of {words:?}", board.name);
        }
    }
}

#[test]
fn what_overflows_the_stack_touches_no_data() {
    for board in BOARDS {
        let Some(mut wired) = Wired::start(board, 1) else { continue };
        wired.ask(&HELLO);
        let place = symbol(board, "HIL_CORE_HZ") - 0x2000_0000;
        assert!(symbol(board, "_stack_start") <= symbol(board, "__sdata"), "the stack lies below the data");
        wired.say(&Request::Answer { kernel: "fault/stack-overflow" });
        wired.run(0.02);
        let bytes = wired.ram()[place as usize..][..4].try_into().unwrap();
        assert_eq!(f64::from(u32::from_le_bytes(bytes)), board.core_hz);
    }
}
