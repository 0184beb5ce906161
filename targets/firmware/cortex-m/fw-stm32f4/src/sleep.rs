//! Sleep: WFI that TIM5 ends, and stop mode that the RTC's wake-up timer ends (RM0090 5.3.5 and chapter 26).
//!
//! The RTC runs from LSI, because the Discovery board has no crystal for LSE. LSI is some 32 kHz and differs between parts, so
//! it is measured against the core's clock. In stop mode the regulator is the low-power one and flash is in deep power-down;
//! a debugger that has set DBGMCU_CR.DBG_STOP keeps the clocks on, which then take what they take.
//!
//! No interrupt handler runs: PRIMASK holds back what ends a sleep.

use cortex_m::peripheral::{DWT, NVIC, SCB};
use hil_wire::message::CameUp;
use stm32f4xx_hal::pac::{DBGMCU, EXTI, Interrupt, PWR, RCC, RTC, TIM5};
use stm32f4xx_hal::rcc::Rcc;
use stm32f4xx_hal::rtc::Rtc;

use crate::meter::TICKS_PER_COUNT;

/// The RTC's fraction of a second counts every cycle of LSI down from here.
const FRACTION: u16 = 0x7FFF;
/// Cycles of LSI over which it is measured: 10 ms.
const MEASURED: u32 = 320;
/// The longest sleep in one piece, so that the fraction does not wrap, in cycles of LSI.
const PIECE: u64 = 0x4000;
/// The shortest one, in cycles of LSI.
const SHORTEST: u64 = 4;
/// What coming up again takes at first, in cycles of LSI: 3 ms. Afterwards it is known.
const COMING_UP: u64 = 100;
/// Nanoseconds of two cycles of HSI at 16 MHz (RM0090 6.2.2), the bus being undivided.
const NS_OF_2_CYCLES: u32 = 125;
/// The line of EXTI that the wake-up timer drives.
const WAKE_UP_LINE: u32 = 1 << 22;

/// The timers of sleep.
pub struct Sleep {
    timer: TIM5,
    rtc: RTC,
    pwr: PWR,
    exti: EXTI,
    scb: SCB,
    /// Ticks in [`MEASURED`] cycles of LSI.
    lsi: u64,
    coming_up: u64,
    /// What the clocks took to come up again behind the last stop.
    pub came_up: Option<CameUp>,
}

impl Sleep {
    /// Starts the RTC.
    pub fn new(timer: TIM5, rtc: RTC, mut pwr: PWR, exti: EXTI, scb: SCB, rcc: &mut Rcc) -> Self {
        let rtc = Rtc::lsi_with_config(rtc, rcc, &mut pwr, FRACTION, 0).regs;
        // SAFETY: the keys open the registers (RM0090 26.3.5), for good.
        unsafe {
            rtc.wpr().write(|w| w.bits(0xCA));
            rtc.wpr().write(|w| w.bits(0x53));
        }
        // The wake-up timer counts RTCCLK / 2, and the fraction is read without shadow registers.
        rtc.cr().modify(|_, w| w.wutie().set_bit().bypshad().set_bit().wucksel().div2());
        exti.rtsr().modify(|r, w| unsafe { w.bits(r.bits() | WAKE_UP_LINE) });
        exti.imr().modify(|r, w| unsafe { w.bits(r.bits() | WAKE_UP_LINE) });
        let mut sleep = Self { timer, rtc, pwr, exti, scb, lsi: 0, coming_up: COMING_UP, came_up: None };
        sleep.calibrate();
        sleep
    }

    /// Measures LSI.
    pub fn calibrate(&mut self) {
        // SAFETY: only the registers that count and switch the cycle counter are used, as its owner does.
        let core = unsafe { cortex_m::Peripherals::steal() };
        let (mut dcb, mut dwt) = (core.DCB, core.DWT);
        dcb.enable_trace();
        dwt.enable_cycle_counter();
        let edge = self.fraction();
        while self.fraction() == edge {}
        let (from, start) = (self.fraction(), DWT::cycle_count());
        while since(from, self.fraction()) < u64::from(MEASURED) {}
        self.lsi = u64::from(DWT::cycle_count().wrapping_sub(start));
    }

    /// Cycles of LSI, counted down; read until two readings agree, because it is read while it counts.
    fn fraction(&self) -> u16 {
        loop {
            let first = self.rtc.ssr().read().ss().bits();
            if self.rtc.ssr().read().ss().bits() == first {
                return first;
            }
        }
    }

    /// WFI until TIM5 says so. The cycle counter adds what comes before TIM5 starts and behind its reading.
    pub fn light(&mut self, ticks: u64) -> u64 {
        let entered = DWT::cycle_count();
        let rcc = rcc();
        rcc.apb1enr().modify(|_, w| w.tim5en().enabled());
        // A peripheral answers a little after its clock was switched on (ES0182; unverified).
        cortex_m::asm::dsb();
        let counts = u32::try_from(ticks / TICKS_PER_COUNT).unwrap_or(u32::MAX);
        self.timer.cr1().reset();
        self.timer.cnt().reset();
        self.timer.arr().write(|w| w.arr().set(u32::MAX));
        // Compare register 0 is passed at once, so the flag is set in any case.
        self.timer.ccr1().write(|w| w.ccr().set(counts.max(1)));
        self.timer.sr().reset();
        self.timer.dier().write(|w| w.cc1ie().enabled());
        let before = DWT::cycle_count().wrapping_sub(entered);
        self.timer.cr1().write(|w| w.cen().enabled());
        wait(Interrupt::TIM5, || self.timer.sr().read().cc1if().bit_is_set());
        let passed = u64::from(self.timer.cnt().read().bits()) * TICKS_PER_COUNT;
        let read = DWT::cycle_count();
        self.timer.cr1().reset();
        self.timer.dier().reset();
        rcc.apb1enr().modify(|_, w| w.tim5en().disabled());
        passed + u64::from(before) + u64::from(DWT::cycle_count().wrapping_sub(read))
    }

    /// Stop mode for as long as leaves time to come up again.
    pub fn deep(&mut self, ticks: u64) -> u64 {
        let wanted = (ticks * u64::from(MEASURED) / self.lsi.max(1)).saturating_sub(self.coming_up);
        if wanted < SHORTEST {
            return 0;
        }
        // SAFETY: a read of a register.
        if unsafe { &*DBGMCU::ptr() }.cr().read().dbg_stop().bit_is_set() {
            defmt::warn!("a debugger keeps the clocks on in stop mode");
        }
        let (mut passed, mut last) = (0, self.fraction());
        let mut count = |fraction: u16| {
            passed += since(last, fraction);
            last = fraction;
            passed
        };
        self.pwr.cr().modify(|_, w| w.lpds().set_bit().pdds().clear_bit().fpds().set_bit());
        self.scb.set_sleepdeep();
        let mut slept = 0;
        while slept + SHORTEST <= wanted {
            self.nap((wanted - slept).min(PIECE));
            slept = count(self.fraction());
        }
        self.scb.clear_sleepdeep();
        self.came_up = Some(clocks_up());
        let all = count(self.fraction());
        // More for what is cut off: of the wake-up timer, which counts by twos, and of both readings.
        self.coming_up = all - slept + 4;
        all * self.lsi / u64::from(MEASURED)
    }

    /// WFI until the wake-up timer says so.
    fn nap(&mut self, cycles: u64) {
        self.rtc.cr().modify(|_, w| w.wute().clear_bit());
        while self.rtc.isr().read().wutwf().bit_is_clear() {}
        let halves = u16::try_from(cycles / 2).unwrap_or(u16::MAX);
        self.rtc.wutr().write(|w| w.wut().set(halves.saturating_sub(1)));
        self.acknowledge();
        self.rtc.cr().modify(|_, w| w.wute().set_bit());
        wait(Interrupt::RTC_WKUP, || self.rtc.isr().read().wutf().bit_is_set());
        self.acknowledge();
        self.rtc.cr().modify(|_, w| w.wute().clear_bit());
    }

    /// Takes back what the wake-up timer has said.
    fn acknowledge(&mut self) {
        self.rtc.isr().modify(|_, w| w.wutf().clear_bit());
        // SAFETY: ones clear.
        self.exti.pr().write(|w| unsafe { w.bits(WAKE_UP_LINE) });
    }
}

/// Cycles of LSI between two fractions that are less than a second apart.
fn since(from: u16, to: u16) -> u64 {
    u64::from(from.wrapping_sub(to) & FRACTION)
}

/// WFI until `done`, which `interrupt` announces. What has announced something before must have been taken back.
fn wait(interrupt: Interrupt, done: impl Fn() -> bool) {
    cortex_m::interrupt::free(|_| {
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

/// The crystal, the PLL and the core's clock as they were: stop mode leaves their settings alone, and flash's wait states,
/// and the core on HSI (RM0090 5.3.5), which also measures how long they take.
fn clocks_up() -> CameUp {
    let rcc = rcc();
    let began = DWT::cycle_count();
    rcc.cr().modify(|_, w| w.hseon().on());
    while rcc.cr().read().hserdy().is_not_ready() {}
    let crystal = DWT::cycle_count();
    rcc.cr().modify(|_, w| w.pllon().on());
    while rcc.cr().read().pllrdy().is_not_ready() {}
    let locked = DWT::cycle_count();
    rcc.cfgr().modify(|_, w| w.sw().pll());
    while !rcc.cfgr().read().sws().is_pll() {}
    let nanoseconds = |from: u32, to: u32| to.wrapping_sub(from).saturating_mul(NS_OF_2_CYCLES) / 2;
    CameUp { crystal_ns: nanoseconds(began, crystal), pll_ns: nanoseconds(crystal, locked) }
}

fn rcc() -> &'static stm32f4xx_hal::pac::rcc::RegisterBlock {
    // SAFETY: nothing else changes its registers while the agent serves, and no interrupt handler does.
    unsafe { &*RCC::ptr() }
}
