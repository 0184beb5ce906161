//! Stop, standby and brown-out: what they do to the chip, and what ends them (RM0090 5.3, 5.2.4; reset flags 7.3.21).
//!
//! In stop mode the peripherals stand still but for the RTC and the independent watchdog; what USARTs, converters and DMA
//! controllers were about goes on when the chip wakes up. The PLL and the HSE are off, and the HSI is the system clock
//! afterwards. Only lines of EXTI wake up, because nothing else can raise an interrupt. In standby mode RAM loses its
//! contents and the chip ends it by a reset. Simplified: a flash operation that runs does not delay stop mode; a debugger
//! that halts the core ends either mode, where a real one would lose its connection unless DBGMCU keeps the clocks; in
//! brown-out the chip draws what it draws asleep; the battery of the backup domain lasts for ever, so that only power-on
//! resets the domain.

use super::exti::{ALARM, PVD, WAKE_UP};
use super::{Stm32f407, gpio};
use crate::board::Chance;
use crate::memory::Kind;
use crate::soc::{Activity, CoreClock, Io, ResetCause};
use crate::time::Time;

/// Reset flags of RCC_CSR.
const BORRSTF: u32 = 1 << 25;
const PINRSTF: u32 = 1 << 26;
const PORRSTF: u32 = 1 << 27;
pub(super) const WWDGRSTF: u32 = 1 << 30;
const LPWRRSTF: u32 = 1 << 31;

/// A mode in which the clocks are off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deep {
    /// Stop mode, since then.
    Stop(Time),
    /// Standby mode.
    Standby,
    /// The supply is too low. The reset flags that this will set.
    BrownOut(u32),
}

impl Stm32f407 {
    /// Whether the clocks of the peripherals are off.
    pub(super) fn frozen(&self) -> bool {
        match self.deep {
            Some(Deep::Stop(_)) => !self.dbgmcu.clocks_stop(),
            Some(Deep::Standby | Deep::BrownOut(_)) => true,
            None => false,
        }
    }

    /// What the core has while it sleeps.
    pub(super) fn clock_asleep(&self) -> CoreClock {
        match self.deep {
            None => CoreClock::On,
            Some(Deep::Stop(_)) if self.dbgmcu.clocks_stop() => CoreClock::On,
            Some(Deep::Stop(_)) => CoreClock::Stopped,
            Some(Deep::Standby | Deep::BrownOut(_)) => CoreClock::Off,
        }
    }

    /// The core fell asleep or woke up.
    pub(super) fn activity_changed(&mut self, activity: Activity, io: &mut Io<'_>) {
        match (activity, self.deep) {
            (Activity::SleepingDeep, None) if self.pwr.standby() => self.stand_by(io),
            (Activity::SleepingDeep, None) => self.stop(io),
            (Activity::Running { .. }, Some(Deep::Stop(since))) => self.wake_up(since, io),
            (Activity::Running { .. }, Some(Deep::Standby)) => {
                self.deep = None;
                self.clocks_changed(io.now);
            }
            _ => {}
        }
    }

    fn stop(&mut self, io: &mut Io<'_>) {
        if self.flash.resets_in_stop() {
            return self.ask_for_reset(ResetCause::Pin, LPWRRSTF | PINRSTF, io);
        }
        self.advance_shared(io);
        self.deep = Some(Deep::Stop(io.now));
        self.rcc.stop(io);
        self.clocks_changed(io.now);
    }

    fn wake_up(&mut self, since: Time, io: &mut Io<'_>) {
        let frozen = self.frozen();
        self.deep = None;
        let up = io.now.plus_ns(self.pwr.stop_wake_up_us().saturating_mul(1000));
        io.stall_until(up);
        if frozen {
            let by = up.0.saturating_sub(since.0);
            self.usarts.iter_mut().for_each(|usart| usart.postpone(by));
            self.adcs.iter_mut().for_each(|adc| adc.postpone(by));
            self.dmas.iter_mut().for_each(|dma| dma.postpone(by));
        }
        self.clocks_changed(up);
    }

    fn stand_by(&mut self, io: &mut Io<'_>) {
        if self.flash.resets_in_standby() {
            return self.ask_for_reset(ResetCause::Pin, LPWRRSTF | PINRSTF, io);
        }
        self.deep = Some(Deep::Standby);
        self.pwr.stands_by();
        self.rcc.stop(io);
        self.clocks_changed(io.now);
        // All pins float but the wake-up pin, which is pulled down.
        self.gpios.iter_mut().for_each(gpio::Gpio::reset);
        io.requests.pins_changed = true;
        if !self.dbgmcu.supplies_standby() {
            self.forget_memory(io);
        }
        if self.pwr.was_woken() {
            // A wake-up flag that was left set ends standby at once.
            io.requests.reset = Some(ResetCause::WakeUp);
        }
    }

    /// RAM without supply holds what it happens to hold afterwards; the backup domain keeps its own.
    fn forget_memory(&mut self, io: &mut Io<'_>) {
        let mut chance = Chance::new(io.now.0 ^ 0x5241_4D00);
        for region in io.memory.regions_mut() {
            if region.kind == Kind::Ram && region.name != "bkpsram" {
                for word in region.bytes.chunks_exact_mut(8) {
                    word.copy_from_slice(&chance.next().to_le_bytes());
                }
            }
        }
        io.memory.code_changed = true;
    }

    /// A reset that `flags` of RCC_CSR are to tell.
    pub(super) fn ask_for_reset(&mut self, cause: ResetCause, flags: u32, io: &mut Io<'_>) {
        self.rcc.tell(flags);
        io.requests.reset = Some(cause);
    }

    /// A wake-up event of the pin or of the RTC.
    fn woken(&mut self, io: &mut Io<'_>) {
        self.pwr.woken();
        if self.deep == Some(Deep::Standby) {
            io.requests.reset = Some(ResetCause::WakeUp);
        }
    }

    /// A reset ended whatever mode there was, but for a supply that is too low, which holds the chip in reset. Gives whether
    /// the power was gone, of which the backup domain knows nothing.
    pub(super) fn deep_reset(&mut self, cause: ResetCause, io: &mut Io<'_>) -> bool {
        let deep = self.deep.take();
        if cause == ResetCause::WakeUp {
            io.stall_until(io.now.plus_ns(self.pwr.facts().standby_wake_up_us.saturating_mul(1000)));
        }
        match deep {
            Some(Deep::BrownOut(_)) if io.supply.volts() < self.release_volts() => {
                self.deep = deep;
                true
            }
            Some(Deep::BrownOut(flags)) if cause == ResetCause::PowerOn => {
                self.rcc.tell(flags);
                true
            }
            _ => false,
        }
    }

    /// The supply that ends a brown-out, in volts.
    fn release_volts(&self) -> f64 {
        self.pwr.facts().release_volts[self.flash.brown_out_level()]
    }

    /// The supply of the chip has `volts` from now on.
    pub(super) fn supplied(&mut self, volts: f64, io: &mut Io<'_>) {
        io.supply.set_volts(io.now, volts);
        let level = self.flash.brown_out_level();
        let facts = self.pwr.facts();
        let gone = volts < facts.reset_volts[3];
        match self.deep {
            Some(Deep::BrownOut(flags)) if volts < self.release_volts() => {
                self.deep = Some(Deep::BrownOut(flags | if gone { PORRSTF } else { 0 }));
            }
            Some(Deep::BrownOut(_)) => io.requests.reset = Some(ResetCause::PowerOn),
            _ if volts < facts.reset_volts[level] => {
                let flags = BORRSTF | PINRSTF | if gone { PORRSTF } else { 0 };
                self.deep = Some(Deep::BrownOut(flags));
                self.iwdg.reset(false, io);
                self.rcc.stop(io);
                self.clocks_changed(io.now);
                io.requests.core_off = true;
            }
            _ => {}
        }
        self.pwr.supplied(volts);
        self.watch_inside(io);
    }

    /// The wake-up pin: rising edges count in every mode.
    pub(super) fn wake_up_pin_driven(&mut self, before: bool, after: bool, io: &mut Io<'_>) {
        if self.pwr.wake_up_pin() && !before && after {
            self.woken(io);
        }
    }

    /// Passes the voltage detector and the RTC on to EXTI, and to what ends standby.
    pub(super) fn watch_inside(&mut self, io: &mut Io<'_>) {
        let (alarm, wake_up) = self.rtc.asks();
        if (alarm, wake_up) != self.rtc_asked {
            let (alarm_before, wake_up_before) = std::mem::replace(&mut self.rtc_asked, (alarm, wake_up));
            if alarm && !alarm_before || wake_up && !wake_up_before {
                self.woken(io);
            }
        }
        let levels = u32::from(self.pwr.low()) << PVD | u32::from(alarm) << ALARM | u32::from(wake_up) << WAKE_UP;
        self.exti.levels(1 << PVD | 1 << ALARM | 1 << WAKE_UP, levels, io);
    }

    /// Passes the levels of the pins on to EXTI.
    pub(super) fn watch_pins(&mut self, io: &mut Io<'_>) {
        let watched = self.exti.watched() & 0xFFFF;
        if watched != 0 {
            self.sample_pins(watched, io);
        }
    }

    /// Passes the levels of the pins behind `lines` on to EXTI.
    pub(super) fn sample_pins(&mut self, lines: u32, io: &mut Io<'_>) {
        let mut levels = 0;
        for port in 0..self.gpios.len() {
            let mine = (0..16).filter(|line| lines >> line & 1 == 1 && self.syscfg.port(*line) == port);
            let mine: u32 = mine.fold(0, |mine, line| mine | 1 << line);
            if mine != 0 {
                levels |= self.port_levels(port, io.now) & mine;
            }
        }
        self.exti.levels(lines, levels, io);
    }

    /// The debugger halted the core, or let it go on.
    pub(super) fn halt_changed(&mut self, halted: bool, io: &mut Io<'_>) {
        self.halted = halted;
        // A debugger that lets the core go on gives it no supply.
        io.requests.core_off |= !halted && matches!(self.deep, Some(Deep::BrownOut(_)));
        self.iwdg.hold(halted && self.dbgmcu.freezes()[2], io.now);
        self.clocks_changed(io.now);
    }

    /// The clocks of the RTC, the window watchdog and the random number generator.
    pub(super) fn own_clocks_changed(&mut self, now: Time) {
        let [rtc, wwdg, _] = self.dbgmcu.freezes().map(|freezes| freezes && self.halted);
        self.rtc.set_clock(if rtc { 0 } else { self.rcc.rtc_hz() }, now);
        let pclk = if wwdg || self.frozen() { 0 } else { self.rcc.pclk(false) };
        self.wwdg.set_clock(pclk, now);
        self.rng.set_clocks(if self.frozen() { 0 } else { self.rcc.pll48_hz() }, self.rcc.hclk(), now);
    }
}
