//! A port of general-purpose pins (RM0090 8.4). An input reads what drives it from outside, or else its pull resistor;
//! an output reads what it drives. Alternate functions are kept as set; serial ports work whatever they say.

use crate::soc::bus::Word;

const LCKK: u32 = 1 << 16;

/// The port, 0 for A, and the pin of a name like `PA0`.
#[must_use]
pub fn parse(name: &str) -> Option<(usize, u32)> {
    let (port, pin) = name.strip_prefix('P')?.split_at_checked(1)?;
    let port = usize::from(port.bytes().next()?.checked_sub(b'A').filter(|port| *port < 9)?);
    Some((port, pin.parse().ok().filter(|pin| *pin < 16)?))
}

/// A port.
#[derive(Debug, Clone)]
pub struct Gpio {
    reset: [u32; 3],
    mode: u32,
    open_drain: u32,
    speed: u32,
    pull: u32,
    output: u32,
    lock: u32,
    /// How many writes of the lock sequence have been right.
    locking: u8,
    alternate: [u32; 2],
    /// What drives the pins from outside.
    outside: [Option<bool>; 16],
}

impl Gpio {
    /// Port `index`, 0 for A. Ports A and B start with the debug pins set up.
    #[must_use]
    pub fn new(index: usize) -> Self {
        let reset = match index {
            0 => [0xA800_0000, 0x0C00_0000, 0x6400_0000],
            1 => [0x0000_0280, 0x0000_00C0, 0x0000_0100],
            _ => [0; 3],
        };
        let [mode, speed, pull] = reset;
        let outside = [None; 16];
        Self { reset, mode, open_drain: 0, speed, pull, output: 0, lock: 0, locking: 0, alternate: [0; 2], outside }
    }

    /// Registers as after a reset.
    pub fn reset(&mut self) {
        let [mode, speed, pull] = self.reset;
        let (reset, outside) = (self.reset, self.outside);
        *self = Self {
            reset,
            mode,
            open_drain: 0,
            speed,
            pull,
            output: 0,
            lock: 0,
            locking: 0,
            alternate: [0; 2],
            outside,
        };
    }

    /// The levels of the pins.
    #[must_use]
    pub fn levels(&self) -> u32 {
        (0..16u32).fold(0, |levels, pin| {
            if self.mode >> (2 * pin) & 3 == 3 {
                // The digital input of an analog pin is off and reads 0 (RM0090 8.3.12).
                return levels;
            }
            let pulled_up = self.pull >> (2 * pin) & 3 == 1;
            let level = self.driven(pin).or(self.outside[pin as usize]).unwrap_or(pulled_up);
            levels | u32::from(level) << pin
        })
    }

    /// The level that the port itself drives onto `pin` (0 to 15); `None` where it is no output, or floats.
    #[must_use]
    pub fn driven(&self, pin: u32) -> Option<bool> {
        let high = self.output >> pin & 1 == 1;
        let floats = self.open_drain >> pin & 1 == 1 && high;
        (self.mode >> (2 * pin) & 3 == 1 && !floats).then_some(high)
    }

    /// The alternate function that `pin` (0 to 15) is set to.
    #[must_use]
    pub fn function(&self, pin: u32) -> Option<u32> {
        (self.mode >> (2 * pin) & 3 == 2).then(|| self.alternate[pin as usize / 8] >> (4 * (pin % 8)) & 15)
    }

    /// Drives `pin` (0 to 15) from outside, or lets it float.
    pub fn drive(&mut self, pin: u32, level: Option<bool>) {
        self.outside[pin as usize] = level;
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x00 => self.mode,
            0x04 => self.open_drain,
            0x08 => self.speed,
            0x0C => self.pull,
            0x10 => self.levels(),
            0x14 => self.output,
            0x18 => 0,
            0x1C => self.lock,
            0x20 => self.alternate[0],
            0x24 => self.alternate[1],
            _ => return None,
        })
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word) -> Option<()> {
        let locked = if self.lock & LCKK != 0 { self.lock & 0xFFFF } else { 0 };
        let pairs = (0..16).fold(0, |mask, pin| mask | ((locked >> pin & 1) * 3) << (2 * pin));
        match offset {
            0x00 => self.mode = word.within(self.mode, !pairs),
            0x04 => self.open_drain = word.within(self.open_drain, 0xFFFF & !locked),
            0x08 => self.speed = word.within(self.speed, !pairs),
            0x0C => self.pull = word.within(self.pull, !pairs),
            0x10 => {}
            0x14 => self.output = word.within(self.output, 0xFFFF),
            0x18 => {
                let bits = word.value & word.mask;
                // Where both bits of a pin are set, setting wins.
                self.output = self.output & !(bits >> 16) | bits & 0xFFFF;
            }
            0x1C => self.write_lock(word),
            0x20 | 0x24 => {
                let index = (offset as usize - 0x20) / 4;
                let fours = (0..8).fold(0, |mask, pin| mask | ((locked >> (pin + 8 * index) & 1) * 15) << (4 * pin));
                self.alternate[index] = word.within(self.alternate[index], !fours);
            }
            _ => return None,
        }
        Some(())
    }

    /// The sequence LCKK 1, 0, 1 with the same pins locks them until a reset (RM0090 8.4.8).
    fn write_lock(&mut self, word: Word) {
        if self.lock & LCKK != 0 {
            return;
        }
        let value = word.onto(self.lock) & 0x1_FFFF;
        let right = match self.locking {
            0 => value & LCKK != 0,
            1 => value & LCKK == 0 && value & 0xFFFF == self.lock & 0xFFFF,
            _ => value & LCKK != 0 && value & 0xFFFF == self.lock & 0xFFFF,
        };
        self.locking = if right { self.locking + 1 } else { 0 };
        self.lock = value & 0xFFFF;
        if self.locking == 3 {
            self.lock |= LCKK;
        }
    }
}
