//! Reset and clock control: oscillators with their start-up times, the PLL with its limits, the switch of the system
//! clock, prescalers, clock enables, peripheral resets, and why the chip was reset (RM0090 chapter 7).

use crate::board::chip::Chip;
use crate::soc::bus::Word;
use crate::soc::{Io, ResetCause};
use crate::time::Time;

const CR_RESET: u32 = 0x83;
const PLLCFGR_RESET: u32 = 0x2400_3010;
const PLLI2SCFGR_RESET: u32 = 0x2000_3000;
/// HSION, HSITRIM, HSEON, HSEBYP, CSSON, PLLON, PLLI2SON.
const CR_WRITABLE: u32 = 0x050D_00F9;
const CFGR_WRITABLE: u32 = 0xFFFF_FCF3;
/// LSEON, LSEBYP, RTCSEL, RTCEN, BDRST.
const BDCR_WRITABLE: u32 = 0x0001_8305;
/// RTCSEL of BDCR.
const RTCSEL: u32 = 3 << 8;
/// LPWR, WWDG, IWDG, SFT, POR, PIN and BOR reset flags.
const RESET_FLAGS: u32 = 0xFE00_0000;

/// The oscillators that can be switched on, in the order of their bits in CIR.
const LSI: usize = 0;
const LSE: usize = 1;
const HSI: usize = 2;
const HSE: usize = 3;
const PLL: usize = 4;
const PLLI2S: usize = 5;

/// Offsets of the registers that only hold what is written: resets, enables, enables in sleep, spread spectrum.
const ENABLES: std::ops::RangeInclusive<u32> = 0x30..=0x44;
const STORED: [u32; 17] =
    [0x10, 0x14, 0x18, 0x20, 0x24, 0x30, 0x34, 0x38, 0x40, 0x44, 0x50, 0x54, 0x58, 0x60, 0x64, 0x80, 0x84];
/// Their values after a reset, where not 0 (RM0090 7.3).
const STORED_RESET: [(u32, u32); 7] = [
    (0x30, 0x0010_0000),
    (0x50, 0x7E67_91FF),
    (0x54, 0x0000_00F1),
    (0x58, 0x0000_0001),
    (0x60, 0x36FE_C9FF),
    (0x64, 0x0007_5F33),
    (0x84, PLLI2SCFGR_RESET),
];

/// An oscillator.
#[derive(Debug, Clone, Copy, Default)]
struct Oscillator {
    hz: u64,
    startup: u64,
    on: bool,
    ready: bool,
    /// When it becomes ready.
    due: Option<Time>,
}

/// Something that a real chip would not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeyondLimits;

/// Reset and clock control.
#[derive(Debug, Clone)]
pub struct Rcc {
    irq: Option<u8>,
    max_hz: u64,
    clocks: [Oscillator; 6],
    cr: u32,
    pllcfgr: u32,
    cfgr: u32,
    /// CFGR.SWS.
    switched: u32,
    cir: u32,
    bdcr: u32,
    flags: u32,
    /// The reset flags of the next reset, where it is one that its cause does not tell.
    told: Option<u32>,
    /// The independent watchdog keeps the LSI on.
    lsi_kept: bool,
    stored: [u32; STORED.len()],
    beyond: bool,
}

impl Rcc {
    /// The RCC of `chip`, before its first reset.
    #[must_use]
    pub fn new(chip: &Chip) -> Self {
        let clock = |name| {
            let (hz, us) = chip.clock(name);
            Oscillator { hz, startup: us.saturating_mul(1_000_000), ..Oscillator::default() }
        };
        let mut rcc = Self {
            irq: chip.irq("rcc"),
            max_hz: chip.core.max_hz,
            clocks: [clock("lsi"), clock("lse"), clock("hsi"), clock("hse"), clock("pll"), clock("pll")],
            cr: 0,
            pllcfgr: 0,
            cfgr: 0,
            switched: 0,
            cir: 0,
            bdcr: 0,
            flags: 0,
            told: None,
            lsi_kept: false,
            stored: [0; STORED.len()],
            beyond: false,
        };
        rcc.registers_reset();
        rcc
    }

    fn registers_reset(&mut self) {
        (self.cr, self.pllcfgr, self.cfgr, self.switched, self.cir) = (CR_RESET, PLLCFGR_RESET, 0, 0, 0);
        self.stored = STORED.map(|offset| STORED_RESET.iter().find(|(at, _)| *at == offset).map_or(0, |(_, v)| *v));
        for index in [HSE, PLL, PLLI2S] {
            (self.clocks[index].on, self.clocks[index].ready, self.clocks[index].due) = (false, false, None);
        }
        (self.clocks[HSI].on, self.clocks[HSI].ready, self.clocks[HSI].due) = (true, true, None);
    }

    /// Registers as after a reset; the flags say why. The backup domain survives all but power-on.
    pub fn reset(&mut self, cause: ResetCause, io: &mut Io<'_>) {
        self.registers_reset();
        // A reset from inside also pulls the reset pin (RM0090 7.1.1).
        let told = self.told.take();
        let power_on = cause == ResetCause::PowerOn && told.is_none();
        self.flags |= match cause {
            _ if told.is_some() => told.unwrap_or(0),
            ResetCause::PowerOn => 0x0E00_0000,
            ResetCause::Pin | ResetCause::Lockup => 1 << 26,
            ResetCause::Software => 1 << 28 | 1 << 26,
            ResetCause::Watchdog => 1 << 29 | 1 << 26,
            // The end of standby is a power reset (RM0090 7.1.2; unverified that it sets all three flags).
            ResetCause::WakeUp => 0x0E00_0000,
        };
        if power_on {
            self.bdcr = 0;
            self.switch(LSE, false, io);
        }
        self.lsi_kept = false;
        self.switch(LSI, false, io);
        io.requests.core_hz = Some(self.hclk());
        self.drive(io);
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        let ready = |index: usize| u32::from(self.clocks[index].ready);
        Some(match offset {
            0x00 => {
                self.cr & CR_WRITABLE
                    | 0x8000
                    | ready(HSI) << 1
                    | ready(HSE) << 17
                    | ready(PLL) << 25
                    | ready(PLLI2S) << 27
            }
            0x04 => self.pllcfgr,
            0x08 => self.cfgr | self.switched << 2,
            0x0C => self.cir,
            0x70 => self.bdcr | ready(LSE) << 1,
            0x74 => self.flags | u32::from(self.clocks[LSI].on) | ready(LSI) << 1,
            _ => self.stored[STORED.iter().position(|at| *at == offset)?],
        })
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<Result<(), BeyondLimits>> {
        match offset {
            0x00 => self.write_control(word, io),
            // The PLL's settings are fixed while it runs (RM0090 7.3.2).
            0x04 => {
                if !self.clocks[PLL].on {
                    self.pllcfgr = word.within(self.pllcfgr, 0x0F43_7FFF);
                }
            }
            0x08 => self.cfgr = word.within(self.cfgr, CFGR_WRITABLE),
            0x0C => self.write_interrupts(word),
            0x70 => {
                let source = self.bdcr & RTCSEL;
                self.bdcr = word.within(self.bdcr, BDCR_WRITABLE);
                if source != 0 {
                    // Only a reset of the domain frees the choice (RM0090 7.3.20).
                    self.bdcr = self.bdcr & !RTCSEL | source;
                }
                let on = self.bdcr & 1 == 1 && self.bdcr >> 16 & 1 == 0;
                if self.bdcr >> 16 & 1 == 1 {
                    self.bdcr = 1 << 16;
                }
                self.switch(LSE, on, io);
            }
            0x74 => {
                if word.value & word.mask & 1 << 24 != 0 {
                    self.flags &= !RESET_FLAGS;
                }
                let on = word.onto(u32::from(self.clocks[LSI].on)) & 1 == 1;
                self.switch(LSI, on || self.lsi_kept, io);
            }
            _ => {
                let index = STORED.iter().position(|at| *at == offset)?;
                self.stored[index] = word.onto(self.stored[index]);
            }
        }
        self.apply(io);
        Some(if std::mem::take(&mut self.beyond) { Err(BeyondLimits) } else { Ok(()) })
    }

    fn write_control(&mut self, word: Word, io: &mut Io<'_>) {
        self.cr = word.within(self.cr, CR_WRITABLE);
        // The hardware keeps on what drives the system clock (RM0090 7.3.1).
        let source = [HSI, HSE, PLL].get(self.switched as usize).copied();
        for (index, bit) in [(HSI, 0), (HSE, 16), (PLL, 24), (PLLI2S, 26)] {
            let feeds_pll = source == Some(PLL) && index == if self.pllcfgr >> 22 & 1 == 1 { HSE } else { HSI };
            let needed = source == Some(index) || feeds_pll;
            if needed {
                self.cr |= 1 << bit;
            }
            self.switch(index, self.cr >> bit & 1 == 1, io);
        }
    }

    fn write_interrupts(&mut self, word: Word) {
        let set = word.value & word.mask;
        self.cir = word.within(self.cir, 0x3F00);
        self.cir &= !(set >> 16 & 0xBF);
    }

    fn switch(&mut self, index: usize, on: bool, io: &Io<'_>) {
        let locks = !matches!(index, PLL | PLLI2S) || self.vco().is_some();
        let clock = &mut self.clocks[index];
        if on == clock.on {
            return;
        }
        (clock.on, clock.ready) = (on, false);
        // A PLL beyond its limits never locks.
        clock.due = (on && locks).then(|| Time(io.now.0.saturating_add(clock.startup)));
        self.beyond |= on && !locks;
    }

    /// The PLL's VCO in hertz; `None` outside of DS8626's limits (input 0.95 to 2.1 MHz, output 100 to 432 MHz).
    fn vco(&self) -> Option<u64> {
        let input = if self.pllcfgr >> 22 & 1 == 1 { self.clocks[HSE].hz } else { self.clocks[HSI].hz };
        let (m, n) = (u64::from(self.pllcfgr & 0x3F), u64::from(self.pllcfgr >> 6 & 0x1FF));
        let reference = input.checked_div(m).filter(|hz| (950_000..=2_100_000).contains(hz))?;
        (m >= 2).then_some(reference * n).filter(|hz| (100_000_000..=432_000_000).contains(hz))
    }

    /// SYSCLK in hertz.
    #[must_use]
    pub fn sysclk(&self) -> u64 {
        match self.switched {
            0 => self.clocks[HSI].hz,
            1 => self.clocks[HSE].hz,
            _ => self.vco().unwrap_or(0) / u64::from(2 * (self.pllcfgr >> 16 & 3) + 2),
        }
    }

    /// HCLK, which is also the core clock, in hertz.
    #[must_use]
    pub fn hclk(&self) -> u64 {
        let shift = match self.cfgr >> 4 & 0xF {
            code @ 8..=11 => code - 7,
            code @ 12..=15 => code - 6,
            _ => 0,
        };
        self.sysclk() >> shift
    }

    /// PCLK1 (`false`) or PCLK2 (`true`) in hertz.
    #[must_use]
    pub fn pclk(&self, second: bool) -> u64 {
        let shift = if second { 13 } else { 10 };
        let code = self.cfgr >> shift & 7;
        self.hclk() >> code.saturating_sub(3)
    }

    /// The clock of the timers on APB1 (`false`) or APB2 (`true`) in hertz: twice that of their bus where the bus is
    /// slower than the AHB (RM0090 7.2).
    #[must_use]
    pub fn timer_clock(&self, second: bool) -> u64 {
        let divided = self.cfgr >> (if second { 15 } else { 12 }) & 1 == 1;
        self.pclk(second) << u32::from(divided)
    }

    /// Whether bit `bit` of the clock enable register at `offset` is set.
    #[must_use]
    pub fn enabled(&self, offset: u32, bit: u8) -> bool {
        self.read(offset).is_some_and(|value| value >> bit & 1 == 1)
    }

    /// The offset of a clock enable register by its name.
    #[must_use]
    pub fn enable_register(name: &str) -> Option<u32> {
        let offset = match name {
            "AHB1ENR" => 0x30,
            "AHB2ENR" => 0x34,
            "AHB3ENR" => 0x38,
            "APB1ENR" => 0x40,
            "APB2ENR" => 0x44,
            _ => return None,
        };
        ENABLES.contains(&offset).then_some(offset)
    }

    /// The LSI, for the independent watchdog, which keeps it on.
    pub fn keep_lsi_on(&mut self, io: &Io<'_>) {
        self.lsi_kept = true;
        self.switch(LSI, true, io);
    }

    /// The next reset sets these flags of CSR and no others.
    pub fn tell(&mut self, flags: u32) {
        self.told = Some(flags);
    }

    /// The backup domain is held in reset (BDRST).
    #[must_use]
    pub fn backup_in_reset(&self) -> bool {
        self.bdcr >> 16 & 1 == 1
    }

    /// Switches off what stop and standby mode switch off, and makes the HSI the system clock (RM0090 5.3.5, 7.3.1).
    pub fn stop(&mut self, io: &mut Io<'_>) {
        self.cr = self.cr & !(1 << 16 | 1 << 24 | 1 << 26) | 1;
        self.cfgr &= !3;
        for index in [HSE, PLL, PLLI2S] {
            self.switch(index, false, io);
        }
        (self.clocks[HSI].on, self.clocks[HSI].ready, self.clocks[HSI].due) = (true, true, None);
        self.apply(io);
    }

    /// RTCCLK in hertz; 0 while its source is off (RM0090 7.2.8).
    #[must_use]
    pub fn rtc_hz(&self) -> u64 {
        let source = match self.bdcr >> 8 & 3 {
            1 => LSE,
            2 => LSI,
            3 => HSE,
            _ => return 0,
        };
        if self.bdcr >> 15 & 1 == 0 || !self.clocks[source].ready {
            return 0;
        }
        let divider = match (source, u64::from(self.cfgr >> 16 & 31)) {
            // RTCPRE 0 and 1 are no clock (RM0090 7.3.3).
            (HSE, 0 | 1) => return 0,
            (HSE, divider) => divider,
            _ => 1,
        };
        self.clocks[source].hz / divider
    }

    /// The clock of 48 MHz, which is the PLL's output Q, in hertz; 0 while the PLL is off.
    #[must_use]
    pub fn pll48_hz(&self) -> u64 {
        let divider = u64::from(self.pllcfgr >> 24 & 15);
        let vco = self.vco().filter(|_| self.clocks[PLL].ready && divider >= 2);
        vco.and_then(|hz| hz.checked_div(divider)).unwrap_or(0)
    }

    /// Switches the system clock when its source is ready, and tells the machine.
    fn apply(&mut self, io: &mut Io<'_>) {
        let wanted = self.cfgr & 3;
        let ready = [HSI, HSE, PLL].get(wanted as usize).is_some_and(|index| self.clocks[*index].ready);
        if ready {
            self.switched = wanted;
        }
        let hz = self.hclk();
        if hz != io.core_hz && hz != 0 {
            io.requests.core_hz = Some(hz);
        }
        self.beyond |= hz > self.max_hz || self.pclk(false) > self.max_hz / 4 || self.pclk(true) > self.max_hz / 2;
        self.drive(io);
    }

    fn drive(&self, io: &mut Io<'_>) {
        if let Some(irq) = self.irq {
            io.irqs.set(irq, self.cir & 0x3F & self.cir >> 8 != 0);
        }
    }

    /// When the next oscillator becomes ready.
    #[must_use]
    pub fn next_event(&self) -> Time {
        self.clocks.iter().filter_map(|clock| clock.due).min().unwrap_or(Time::NEVER)
    }

    /// Makes ready what is due.
    pub fn advance(&mut self, io: &mut Io<'_>) {
        for (index, clock) in self.clocks.iter_mut().enumerate() {
            if clock.due.is_some_and(|due| due <= io.now) {
                (clock.due, clock.ready) = (None, true);
                // The flag is set only when its interrupt is enabled (RM0090 7.3.4).
                self.cir |= self.cir >> 8 & 1 << index;
            }
        }
        self.apply(io);
    }
}
