//! One channel of the SAADC: what it is connected to, and how its voltage becomes a code (PS, SAADC, CH[n]).

use crate::soc::bus::Word;

/// A channel.
#[derive(Debug, Clone, Copy)]
pub struct Channel {
    positive: u32,
    negative: u32,
    config: u32,
    limit: u32,
    /// Codes of an average so far, and their sum.
    taken: u32,
    sum: i64,
}

impl Default for Channel {
    fn default() -> Self {
        Self { positive: 0, negative: 0, config: 0x0002_0000, limit: 0x7FFF_8000, taken: 0, sum: 0 }
    }
}

/// CONFIG.TACQ, in nanoseconds.
const ACQUISITION_NS: [u64; 8] = [3_000, 5_000, 10_000, 15_000, 20_000, 40_000, 40_000, 40_000];
/// CONFIG.GAIN: 1/6 to 4.
const GAIN: [f64; 8] = [1.0 / 6.0, 1.0 / 5.0, 1.0 / 4.0, 1.0 / 3.0, 1.0 / 2.0, 1.0, 2.0, 4.0];

impl Channel {
    /// Forgets a part of an average.
    pub fn restart(&mut self) {
        (self.taken, self.sum) = (0, 0);
    }

    /// Whether the channel takes part.
    #[must_use]
    pub fn enabled(&self) -> bool {
        self.positive != 0
    }

    /// Whether one SAMPLE takes all conversions of an average.
    #[must_use]
    pub fn burst(&self) -> bool {
        self.config >> 24 & 1 == 1
    }

    fn differential(&self) -> bool {
        self.config >> 20 & 1 == 1
    }

    /// The time in which the input is sampled.
    #[must_use]
    pub fn acquisition_ns(&self) -> u64 {
        ACQUISITION_NS[(self.config >> 16 & 7) as usize]
    }

    /// The gain in front of the converter.
    #[must_use]
    pub fn gain(&self) -> f64 {
        GAIN[(self.config >> 8 & 7) as usize]
    }

    /// The reference in volts: the internal one, or a quarter of the supply.
    #[must_use]
    pub fn reference(&self, internal: f64, supply: f64) -> f64 {
        if self.config >> 12 & 1 == 1 { supply / 4.0 } else { internal }
    }

    /// The voltage between the inputs; `volts` gives that of a selection.
    #[must_use]
    pub fn difference(&self, mut volts: impl FnMut(u32) -> f64) -> f64 {
        let negative = if self.differential() { volts(self.negative) } else { 0.0 };
        volts(self.positive) - negative
    }

    /// The code of `ratio`, the voltage behind the gain as a part of the reference (PS, SAADC, Digital output).
    #[must_use]
    pub fn code(&self, ratio: f64, resolution: u32) -> i32 {
        let bits = 8 + 2 * resolution.min(3) - u32::from(self.differential());
        let full = 1i32 << bits;
        // The converter is differential inside: noise around 0 gives small negative codes in single-ended mode too.
        ((ratio * f64::from(full)).floor() as i32).clamp(-full, full - 1)
    }

    /// Takes a code into the average of 2^`oversample` of them; gives it when it is complete.
    pub fn average(&mut self, code: i32, oversample: u32) -> Option<i32> {
        self.sum += i64::from(code);
        self.taken += 1;
        if self.taken < 1 << oversample {
            return None;
        }
        let average = self.sum >> oversample;
        self.restart();
        i32::try_from(average).ok()
    }

    /// The limits, low and high.
    #[must_use]
    pub fn limits(&self) -> (i32, i32) {
        (i32::from(self.limit as u16 as i16), i32::from((self.limit >> 16) as u16 as i16))
    }

    /// Reads PSELP, PSELN, CONFIG or LIMIT.
    #[must_use]
    pub fn read(&self, offset: u32) -> u32 {
        match offset {
            0 => self.positive,
            4 => self.negative,
            8 => self.config,
            _ => self.limit,
        }
    }

    /// Writes PSELP, PSELN, CONFIG or LIMIT.
    pub fn write(&mut self, offset: u32, word: Word) {
        match offset {
            0 => self.positive = word.within(self.positive, 0x1F),
            4 => self.negative = word.within(self.negative, 0x1F),
            8 => self.config = word.within(self.config, 0x0117_1733),
            _ => self.limit = word.onto(self.limit),
        }
    }
}
