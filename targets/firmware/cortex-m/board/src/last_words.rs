//! What a board says when it cannot go on: a panic or a fault as text on RTT channel 2, then nothing more.
//!
//! The text is complete before the core stops at a breakpoint, again and again, so that a debugger finds it however late
//! it looks. The host turns the addresses into file and line with the ELF. Without a debugger there is no breakpoint to stop
//! at, and nobody to read: the core waits in a loop, and the host sees an agent that is silent.

use core::cell::RefCell;
use core::fmt::Write;
use core::panic::PanicInfo;

use cortex_m::interrupt::{self, Mutex};
use cortex_m::peripheral::DCB;
use rtt_target::UpChannel;

static VOICE: Mutex<RefCell<Option<UpChannel>>> = Mutex::new(RefCell::new(None));

/// The channel for last words.
pub(crate) fn speak_through(channel: UpChannel) {
    interrupt::free(|section| {
        VOICE.borrow(section).replace(Some(channel));
    });
}

/// Says the text. A second fault while the first is being told finds the channel lent, and says nothing.
pub(crate) fn say(text: core::fmt::Arguments<'_>) {
    interrupt::free(|section| {
        if let Ok(mut voice) = VOICE.borrow(section).try_borrow_mut()
            && let Some(channel) = voice.as_mut()
        {
            // A text that does not fit is cut; there is nobody to tell.
            let _ = channel.write_fmt(text);
        }
    });
}

/// Nothing more happens.
pub(crate) fn stop() -> ! {
    loop {
        if DCB::is_debugger_attached() {
            cortex_m::asm::bkpt();
        }
    }
}

/// A kernel, or this firmware, panicked.
#[panic_handler]
fn panicked(info: &PanicInfo<'_>) -> ! {
    say(format_args!("panic: {info}\n"));
    stop()
}
