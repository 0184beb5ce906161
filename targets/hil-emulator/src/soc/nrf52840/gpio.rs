//! A port of general-purpose pins (PS, GPIO): what the chip drives, what the outside drives, and SENSE.
//!
//! Where the chip drives a pin, the outside loses; where nothing drives it, its pull resistor decides, and without one
//! it reads 0. Drive strengths are told apart only where one of the levels is disconnected.

use crate::soc::bus::Word;

/// PIN_CNF after a reset: an input with its buffer disconnected.
const DISCONNECTED: u32 = 2;

/// A port.
#[derive(Debug, Clone)]
pub struct Gpio {
    output: u32,
    latch: u32,
    detect_mode: u32,
    pins: [u32; 32],
    /// Pins that a GPIOTE task channel drives, and how.
    tasked: u32,
    tasked_high: u32,
    /// Pins that have another use (antenna, reset), so that GPIO does not reach them.
    taken: u32,
    /// What the outside drives.
    outside: [Option<bool>; 32],
}

impl Default for Gpio {
    fn default() -> Self {
        Self {
            output: 0,
            latch: 0,
            detect_mode: 0,
            pins: [DISCONNECTED; 32],
            tasked: 0,
            tasked_high: 0,
            taken: 0,
            outside: [None; 32],
        }
    }
}

impl Gpio {
    /// Registers as after a reset; what the outside drives stays. GPIO does not reach the pins of `taken`.
    pub fn reset(&mut self, taken: u32) {
        *self = Self { outside: self.outside, taken, ..Self::default() };
    }

    /// The outside drives pin `pin` (0 to 31), or lets it float. Gives what it did before.
    pub fn drive(&mut self, pin: usize, level: Option<bool>) -> Option<bool> {
        std::mem::replace(&mut self.outside[pin & 31], level)
    }

    /// A GPIOTE channel drives pin `pin`, or does not any more.
    pub fn set_task(&mut self, pin: u32, level: Option<bool>) {
        let bit = 1 << (pin & 31);
        match level {
            Some(true) => (self.tasked, self.tasked_high) = (self.tasked | bit, self.tasked_high | bit),
            Some(false) => (self.tasked, self.tasked_high) = (self.tasked | bit, self.tasked_high & !bit),
            None => self.tasked &= !bit,
        }
    }

    fn direction(&self) -> u32 {
        (0..32).fold(0, |bits, pin| bits | (self.pins[pin] & 1) << pin)
    }

    fn set_direction(&mut self, bits: u32) {
        for (pin, config) in self.pins.iter_mut().enumerate() {
            *config = *config & !1 | bits >> pin & 1;
        }
    }

    /// What the chip drives onto pin `pin` (0 to 31); `None` where it drives nothing.
    #[must_use]
    pub fn driven(&self, pin: usize) -> Option<bool> {
        let (pin, config) = (pin & 31, self.pins[pin & 31]);
        if self.taken >> pin & 1 == 1 {
            return None;
        }
        if self.tasked >> pin & 1 == 1 {
            return Some(self.tasked_high >> pin & 1 == 1);
        }
        let high = self.output >> pin & 1 == 1;
        // DRIVE: D0S1 and D0H1 do not drive low, S0D1 and H0D1 do not drive high.
        let connected = match config >> 8 & 7 {
            4 | 5 => high,
            6 | 7 => !high,
            _ => true,
        };
        (config & 1 == 1 && connected).then_some(high)
    }

    /// The levels of the pins, whatever the input buffers do.
    #[must_use]
    pub fn levels(&self) -> u32 {
        (0..32).fold(0, |levels, pin| {
            let pulled_up = self.pins[pin] >> 2 & 3 == 3;
            let high = self.driven(pin).or(self.outside[pin]).unwrap_or(pulled_up);
            levels | u32::from(high) << pin
        })
    }

    fn input(&self) -> u32 {
        let connected = (0..32).filter(|pin| self.pins[*pin] >> 1 & 1 == 0).fold(0, |bits, pin| bits | 1 << pin);
        connected & !self.taken & self.levels()
    }

    /// The pins that have the level their SENSE asks for.
    fn sensed(&self) -> u32 {
        let levels = self.input();
        (0..32).fold(0, |met, pin| {
            let level = levels >> pin & 1;
            let this = match self.pins[pin] >> 16 & 3 {
                2 => level,
                3 => level ^ 1,
                _ => 0,
            };
            met | this << pin
        })
    }

    /// Notes in LATCH the pins that have the level their SENSE asks for.
    pub fn sense(&mut self) {
        self.latch |= self.sensed();
    }

    /// The DETECT signal: from the pins, or from LATCH where DETECTMODE asks for that.
    #[must_use]
    pub fn detect(&self) -> bool {
        if self.detect_mode == 1 { self.latch != 0 } else { self.sensed() != 0 }
    }

    /// Reads the register at `offset` from the port's base.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x504..=0x50C => self.output,
            0x510 => self.input(),
            0x514..=0x51C => self.direction(),
            0x520 => self.latch,
            0x524 => self.detect_mode,
            0x700..=0x77C => self.pins[(offset as usize - 0x700) / 4],
            _ => return None,
        })
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word) -> Option<()> {
        let bits = word.value & word.mask;
        match offset {
            0x504 => self.output = word.onto(self.output),
            0x508 => self.output |= bits,
            0x50C => self.output &= !bits,
            0x510 => {}
            0x514 => self.set_direction(word.onto(self.direction())),
            0x518 => self.set_direction(self.direction() | bits),
            0x51C => self.set_direction(self.direction() & !bits),
            0x520 => self.latch &= !bits,
            0x524 => self.detect_mode = word.within(self.detect_mode, 1),
            0x700..=0x77C => {
                let config = &mut self.pins[(offset as usize - 0x700) / 4];
                *config = word.within(*config, 0x0003_070F);
            }
            _ => return None,
        }
        Some(())
    }
}
