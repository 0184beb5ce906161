//! A port of general-purpose pins (PS, GPIO). Nothing is connected to the pins: an input reads its pull resistor, an
//! output reads what it drives where its input buffer is connected.

use crate::soc::bus::Word;

/// PIN_CNF after a reset: an input with its buffer disconnected.
const DISCONNECTED: u32 = 2;

/// A port.
#[derive(Debug, Clone)]
pub struct Gpio {
    output: u32,
    latch: u32,
    detect: u32,
    pins: [u32; 32],
}

impl Default for Gpio {
    fn default() -> Self {
        Self { output: 0, latch: 0, detect: 0, pins: [DISCONNECTED; 32] }
    }
}

impl Gpio {
    fn direction(&self) -> u32 {
        (0..32).fold(0, |bits, pin| bits | (self.pins[pin] & 1) << pin)
    }

    fn set_direction(&mut self, bits: u32) {
        for (pin, config) in self.pins.iter_mut().enumerate() {
            *config = *config & !1 | bits >> pin & 1;
        }
    }

    /// The levels of the pins, whatever the input buffers do.
    #[must_use]
    pub fn levels(&self) -> u32 {
        (0..32).fold(0, |levels, pin| {
            let config = self.pins[pin];
            let pulled_up = u32::from(config >> 2 & 3 == 3);
            levels | (if config & 1 == 1 { self.output >> pin & 1 } else { pulled_up }) << pin
        })
    }

    fn input(&self) -> u32 {
        (0..32).fold(0, |bits, pin| if self.pins[pin] >> 1 & 1 == 0 { bits | 1 << pin } else { bits }) & self.levels()
    }

    /// Notes in LATCH the pins that have the level their SENSE asks for.
    fn sense(&mut self) {
        let levels = self.input();
        for (pin, config) in self.pins.iter().enumerate() {
            let level = levels >> pin & 1;
            let met = match config >> 16 & 3 {
                2 => level == 1,
                3 => level == 0,
                _ => false,
            };
            self.latch |= u32::from(met) << pin;
        }
    }

    /// Reads the register at `offset` from the port's base.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x504..=0x50C => self.output,
            0x510 => self.input(),
            0x514..=0x51C => self.direction(),
            0x520 => self.latch,
            0x524 => self.detect,
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
            0x524 => self.detect = word.within(self.detect, 1),
            0x700..=0x77C => {
                let config = &mut self.pins[(offset as usize - 0x700) / 4];
                *config = word.within(*config, 0x0003_070F);
            }
            _ => return None,
        }
        self.sense();
        Some(())
    }
}
