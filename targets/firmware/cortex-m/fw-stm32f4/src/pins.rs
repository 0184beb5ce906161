//! Pins that nothing uses: analog, so that a level between high and low draws nothing in their inputs (RM0090 8.3.12), and
//! ports without a clock, which pins that are set up do not need.

use stm32f4xx_hal::pac::{GPIOA, GPIOB, GPIOC, GPIOD, GPIOE, RCC};
use stm32f4xx_hal::rcc::{Enable, Rcc};

/// The debug port is on PA13 to PA15, PB3 and PB4; two bits a pin.
const DEBUG_A: u32 = 0b11_1111 << 26;
const DEBUG_B: u32 = 0b1111 << 6;

/// Puts all pins but those of the debug port into analog mode. Those that are used are set up afterwards.
pub fn rest(a: &GPIOA, b: &GPIOB, c: &GPIOC, d: &GPIOD, e: &GPIOE, rcc: &mut Rcc) {
    GPIOA::enable(rcc);
    GPIOB::enable(rcc);
    GPIOC::enable(rcc);
    GPIOD::enable(rcc);
    GPIOE::enable(rcc);
    // SAFETY: every mode is one that pins can have.
    unsafe {
        a.moder().modify(|r, w| w.bits(r.bits() | !DEBUG_A));
        b.moder().modify(|r, w| w.bits(r.bits() | !DEBUG_B));
        c.moder().write(|w| w.bits(u32::MAX));
        d.moder().write(|w| w.bits(u32::MAX));
        e.moder().write(|w| w.bits(u32::MAX));
    }
}

/// Stops the clocks of all ports but E, whose marker changes its level.
pub fn stop_clocks() {
    // SAFETY: nothing else changes this register meanwhile.
    let rcc = unsafe { &*RCC::ptr() };
    rcc.ahb1enr().modify(|_, w| w.gpioaen().disabled().gpioben().disabled().gpiocen().disabled().gpioden().disabled());
}
