//! What a board says when it cannot go on: a panic or a fault as text on RTT channel 2, then nothing more.
//!
//! The text is complete before the core stops at a breakpoint, again and again, so that a debugger finds it however late
//! it looks. The host turns the addresses into file and line with the ELF.

use core::cell::RefCell;
use core::fmt::Write;
use core::panic::PanicInfo;

use cortex_m::interrupt::{self, Mutex};
use cortex_m_rt::{ExceptionFrame, exception};
use rtt_target::UpChannel;

static VOICE: Mutex<RefCell<Option<UpChannel>>> = Mutex::new(RefCell::new(None));

/// CFSR and its neighbours (DDI 0403E, B3.2.15 to B3.2.18).
const FAULT_STATUS: *const u32 = 0xE000_ED28 as *const u32;
const HARD_FAULT_STATUS: *const u32 = 0xE000_ED2C as *const u32;
const MEMORY_FAULT_ADDRESS: *const u32 = 0xE000_ED34 as *const u32;
const BUS_FAULT_ADDRESS: *const u32 = 0xE000_ED38 as *const u32;

/// The channel for last words.
pub(crate) fn speak_through(channel: UpChannel) {
    interrupt::free(|section| {
        VOICE.borrow(section).replace(Some(channel));
    });
}

fn say(text: core::fmt::Arguments<'_>) {
    interrupt::free(|section| {
        if let Ok(mut voice) = VOICE.borrow(section).try_borrow_mut()
            && let Some(channel) = voice.as_mut()
        {
            // A text that does not fit is cut; there is nobody to tell.
            let _ = channel.write_fmt(text);
        }
    });
}

fn stop() -> ! {
    loop {
        cortex_m::asm::bkpt();
    }
}

/// A kernel, or this firmware, panicked.
#[panic_handler]
fn panicked(info: &PanicInfo<'_>) -> ! {
    say(format_args!("panic: {info}\n"));
    stop()
}

/// The core faulted.
#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    // SAFETY: these registers can always be read.
    let (status, hard, memory, bus) = unsafe {
        (
            FAULT_STATUS.read_volatile(),
            HARD_FAULT_STATUS.read_volatile(),
            MEMORY_FAULT_ADDRESS.read_volatile(),
            BUS_FAULT_ADDRESS.read_volatile(),
        )
    };
    say(format_args!(
        "fault: pc {:#010x} lr {:#010x} sp {:#010x} xpsr {:#010x} r0 {:#010x} r1 {:#010x} r2 {:#010x} r3 {:#010x} \
         r12 {:#010x} cfsr {status:#010x} hfsr {hard:#010x} mmfar {memory:#010x} bfar {bus:#010x}\n",
        frame.pc(),
        frame.lr(),
        core::ptr::from_ref(frame) as usize,
        frame.xpsr(),
        frame.r0(),
        frame.r1(),
        frame.r2(),
        frame.r3(),
        frame.r12(),
    ));
    stop()
}
