//! The random number generator: a word every 40 periods of the 48 MHz clock, if there is one (RM0090 chapter 24).
//!
//! The words come from the board's seed. Seed errors (SECS, SEIS) never happen: the noise source has no faults.

use crate::board::Chance;
use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;

const RNGEN: u32 = 1 << 2;
const IE: u32 = 1 << 3;
const DRDY: u32 = 1;
const CECS: u32 = 1 << 1;
const CEIS: u32 = 1 << 5;
const SEIS: u32 = 1 << 6;
/// Periods of the generator's clock for a word.
const PERIODS: u128 = 40;

/// The generator.
#[derive(Debug, Clone)]
pub struct Rng {
    irq: Option<u8>,
    chance: Chance,
    control: u32,
    /// CEIS and SEIS.
    flags: u32,
    word: Option<u32>,
    /// When the next word is there.
    due: Option<Time>,
    /// Its clock, in hertz, and the HCLK that it is compared with.
    clocks: (u64, u64),
}

impl Rng {
    /// The generator of the part that `seed` stands for.
    #[must_use]
    pub fn new(irq: Option<u8>, seed: u64) -> Self {
        let chance = Chance::new(seed ^ 0x524E_4732);
        Self { irq, chance, control: 0, flags: 0, word: None, due: None, clocks: (0, 0) }
    }

    /// Registers as after a reset; the noise goes on.
    pub fn reset(&mut self) {
        (self.control, self.flags, self.word, self.due) = (0, 0, None, None);
    }

    /// The clock of the generator and HCLK are `hz` and `hclk` hertz from now on.
    pub fn set_clocks(&mut self, hz: u64, hclk: u64, now: Time) {
        if self.clocks != (hz, hclk) {
            self.clocks = (hz, hclk);
            self.due = None;
            self.plan(now);
        }
    }

    /// The clock is too slow for HCLK, or there is none (RM0090 24.3.2).
    fn starved(&self) -> bool {
        self.clocks.0 < self.clocks.1.div_ceil(16).max(1)
    }

    fn plan(&mut self, now: Time) {
        if self.control & RNGEN == 0 {
            self.due = None;
            return;
        }
        if self.starved() {
            self.flags |= CEIS;
            self.due = None;
        } else if self.word.is_none() && self.due.is_none() {
            let picoseconds = PERIODS * 1_000_000_000_000 / u128::from(self.clocks.0);
            self.due = Some(Time(now.0.saturating_add(u64::try_from(picoseconds).unwrap_or(u64::MAX))));
        }
    }

    fn drive(&self, io: &mut Io<'_>) {
        if let Some(irq) = self.irq {
            io.irqs.set(irq, self.control & IE != 0 && (self.flags != 0 || self.word.is_some()));
        }
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&mut self, offset: u32, io: &mut Io<'_>) -> Option<u32> {
        Some(match offset {
            0x00 => self.control,
            0x04 => {
                let error = if self.control & RNGEN != 0 && self.starved() { CECS } else { 0 };
                self.flags | error | if self.word.is_some() { DRDY } else { 0 }
            }
            0x08 => {
                let word = self.word.take().unwrap_or(0);
                self.plan(io.now);
                self.drive(io);
                word
            }
            _ => return None,
        })
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        match offset {
            0x00 => self.control = word.within(self.control, RNGEN | IE),
            // Zeros clear.
            0x04 => self.flags &= word.value | !word.mask | !(CEIS | SEIS),
            0x08 => {}
            _ => return None,
        }
        self.plan(io.now);
        self.drive(io);
        Some(())
    }

    /// When the next word is there.
    #[must_use]
    pub fn next_event(&self) -> Time {
        self.due.unwrap_or(Time::NEVER)
    }

    /// Makes the word that is due.
    pub fn advance(&mut self, io: &mut Io<'_>) {
        if self.due.is_some_and(|due| due <= io.now) {
            self.due = None;
            self.word = Some((self.chance.next() >> 32) as u32);
            self.drive(io);
        }
    }
}
