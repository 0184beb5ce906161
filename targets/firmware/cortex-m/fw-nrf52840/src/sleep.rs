//! Sleep: WFI that TIMER0 ends, and System ON idle without the high-frequency clock, which RTC0 ends (PS, POWER, CLOCK, RTC).
//!
//! RTC0 runs from the crystal of 32.768 kHz, so a tick of it is 1953.125 ticks of the core. DC/DC is on, and constant latency
//! is off. A debugger keeps the chip in debug interface mode, in which it draws more (PS, DEBUG).
//!
//! No interrupt handler runs: PRIMASK holds back what ends a sleep.

use cortex_m::peripheral::{DWT, NVIC};
use nrf52840_hal::pac::{CLOCK, Interrupt, POWER, RTC0, TIMER0};

/// TIMER0 and the converter count 16 MHz.
pub const TICKS_PER_COUNT: u64 = 4;
/// Ticks of the core in [`RTC_TICKS`] ticks of RTC0: 64 MHz over 32 768 Hz.
const CORE_TICKS: u64 = 15_625;
const RTC_TICKS: u64 = 8;
/// RTC0 has 24 bits.
const RTC_MASK: u32 = 0xFF_FFFF;
/// A compare value that is closer than 2 may be missed (PS, RTC).
const SHORTEST: u64 = 3;
/// What coming up again takes at first, in ticks of RTC0: 0.5 ms. Afterwards it is known.
const COMING_UP: u64 = 16;

/// The timers of sleep.
pub struct Sleep {
    timer: TIMER0,
    rtc: RTC0,
    clock: CLOCK,
    coming_up: u64,
}

impl Sleep {
    /// Starts the crystals: waits for that of the core, and not for that of RTC0.
    pub fn new(timer: TIMER0, rtc: RTC0, clock: CLOCK, power: &POWER) -> Self {
        power.dcdcen.write(|w| w.dcdcen().enabled());
        power.tasks_lowpwr.write(|w| w.tasks_lowpwr().set_bit());
        clock.lfclksrc.write(|w| w.src().xtal());
        clock.tasks_lfclkstart.write(|w| w.tasks_lfclkstart().set_bit());
        high_up(&clock);
        rtc.tasks_start.write(|w| w.tasks_start().set_bit());
        rtc.intenset.write(|w| w.compare0().set());
        timer.bitmode.write(|w| w.bitmode()._32bit());
        // SAFETY: 16 MHz.
        timer.prescaler.write(|w| unsafe { w.prescaler().bits(0) });
        timer.intenset.write(|w| w.compare0().set());
        Self { timer, rtc, clock, coming_up: COMING_UP }
    }

    /// Waits until the clock of RTC0 runs, a quarter of a second after the start: for ever on a board without that crystal.
    pub fn wait_for_crystal(&self) {
        while self.clock.events_lfclkstarted.read().bits() == 0 {}
    }

    /// WFI until TIMER0 says so. The cycle counter adds what comes before TIMER0 starts and behind its reading.
    pub fn light(&mut self, ticks: u64) -> u64 {
        let entered = DWT::cycle_count();
        let counts = u32::try_from(ticks / TICKS_PER_COUNT).unwrap_or(u32::MAX);
        self.timer.tasks_clear.write(|w| w.tasks_clear().set_bit());
        self.timer.events_compare[0].reset();
        // SAFETY: any count will do; a match with 0 would come after a whole turn.
        self.timer.cc[0].write(|w| unsafe { w.bits(counts.max(1)) });
        let before = DWT::cycle_count().wrapping_sub(entered);
        self.timer.tasks_start.write(|w| w.tasks_start().set_bit());
        wait(Interrupt::TIMER0, || self.timer.events_compare[0].read().bits() != 0);
        self.timer.tasks_capture[1].write(|w| w.tasks_capture().set_bit());
        let read = DWT::cycle_count();
        self.timer.tasks_stop.write(|w| w.tasks_stop().set_bit());
        self.timer.events_compare[0].reset();
        let passed = u64::from(self.timer.cc[1].read().bits()) * TICKS_PER_COUNT;
        passed + u64::from(before) + u64::from(DWT::cycle_count().wrapping_sub(read))
    }

    /// WFI without the high-frequency clock, for as long as leaves time to come up again.
    pub fn deep(&mut self, ticks: u64) -> u64 {
        self.wait_for_crystal();
        let wanted = (ticks * RTC_TICKS / CORE_TICKS).saturating_sub(self.coming_up).min(u64::from(RTC_MASK / 2));
        if wanted < SHORTEST {
            return 0;
        }
        let from = self.count();
        self.clock.tasks_hfclkstop.write(|w| w.tasks_hfclkstop().set_bit());
        self.rtc.events_compare[0].reset();
        // SAFETY: 24 bits.
        self.rtc.cc[0].write(|w| unsafe { w.bits(from.wrapping_add(wanted as u32) & RTC_MASK) });
        wait(Interrupt::RTC0, || self.rtc.events_compare[0].read().bits() != 0);
        self.rtc.events_compare[0].reset();
        high_up(&self.clock);
        let all = u64::from(self.count().wrapping_sub(from) & RTC_MASK);
        // Two more for what is cut off.
        self.coming_up = all.saturating_sub(wanted) + 2;
        all * CORE_TICKS / RTC_TICKS
    }

    fn count(&self) -> u32 {
        self.rtc.counter.read().bits()
    }
}

/// Starts the crystal of the core, and waits for it.
fn high_up(clock: &CLOCK) {
    clock.events_hfclkstarted.reset();
    clock.tasks_hfclkstart.write(|w| w.tasks_hfclkstart().set_bit());
    while clock.events_hfclkstarted.read().bits() == 0 {}
}

/// Clears what floating-point arithmetic has flagged: the flags ask for the interrupt of the FPU, which would end a sleep as
/// soon as it has begun (nRF52840 errata, anomaly 87; unverified).
fn settle_float() {
    // SAFETY: the flags of FPSCR are read by nothing here.
    unsafe {
        core::arch::asm!(
            "vmrs {status}, fpscr",
            "bic {status}, {status}, #0x9f",
            "vmsr fpscr, {status}",
            status = out(reg) _,
            options(nomem, nostack)
        );
    }
    NVIC::unpend(Interrupt::FPU);
}

/// WFI until `done`, which `interrupt` announces. What has announced something before must have been taken back.
fn wait(interrupt: Interrupt, done: impl Fn() -> bool) {
    cortex_m::interrupt::free(|_| {
        settle_float();
        cortex_m::asm::dsb();
        NVIC::unpend(interrupt);
        // SAFETY: its handler never runs, because it is masked again before the section ends.
        unsafe { NVIC::unmask(interrupt) };
        while !done() {
            cortex_m::asm::dsb();
            cortex_m::asm::wfi();
        }
        NVIC::mask(interrupt);
    });
}
