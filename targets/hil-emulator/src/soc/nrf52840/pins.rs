//! Both ports and GPIOTE, which makes events of edges on pins and edges on pins of tasks (PS, GPIO and GPIOTE).
//!
//! An edge is noticed at once; the chip samples pins in its low-power mode within a few microseconds (unverified, not
//! modelled). LATCH outlives a wake-up from System OFF, so that a program can see which pin it was.

use super::events::{Events, Peripheral};
use super::gpio::Gpio;
use crate::soc::Io;
use crate::soc::bus::Word;

/// P1's registers lie 0x300 behind P0's, in the same page.
const SECOND_PORT: u32 = 0x300;
/// The event of the DETECT signals.
const PORT: u32 = 0x17C;

/// Modes of a channel.
const EVENT: u32 = 1;
const TASK: u32 = 3;

/// The pins.
#[derive(Debug, Clone, Default)]
pub struct Pins {
    ports: [Gpio; 2],
    events: Events,
    /// CONFIG of the channels.
    channels: [u32; 8],
    levels: [u32; 2],
    detects: [bool; 2],
}

/// The port and the pin that a channel's CONFIG selects.
fn place(config: u32) -> (usize, u32) {
    ((config >> 13 & 1) as usize, config >> 8 & 31)
}

/// The port and the pin of a name like `P0.13`.
#[must_use]
pub fn parse(name: &str) -> Option<(usize, usize)> {
    let (port, pin) = name.strip_prefix('P')?.split_once('.')?;
    let (port, pin): (usize, usize) = (port.parse().ok()?, pin.parse().ok()?);
    // P1 has 16 pins.
    ((port == 0 && pin < 32) || (port == 1 && pin < 16)).then_some((port, pin))
}

impl Pins {
    /// Registers as after a reset. `taken` are the pins of P0 that GPIO does not reach; `kept` keeps the ports.
    pub fn reset(&mut self, taken: u32, kept: bool) {
        (0..self.channels.len()).for_each(|channel| self.configure(channel, 0));
        let [mut first, mut second] = std::mem::take(&mut self.ports);
        if !kept {
            first.reset(taken);
            second.reset(0);
        }
        *self = Self { ports: [first, second], ..Self::default() };
        self.levels = self.ports.each_ref().map(Gpio::levels);
        self.detects = self.ports.each_ref().map(Gpio::detect);
    }

    /// The outside drives a pin, or lets it float. Gives what it did before.
    pub fn drive(&mut self, port: usize, pin: usize, level: Option<bool>) -> Option<bool> {
        let before = self.ports[port & 1].drive(pin, level);
        self.update();
        before
    }

    /// What the chip drives onto a pin.
    #[must_use]
    pub fn driven(&self, port: usize, pin: usize) -> Option<bool> {
        self.ports[port & 1].driven(pin)
    }

    /// Whether a pin has the level that its SENSE asks for.
    #[must_use]
    pub fn detect(&self) -> bool {
        self.ports.iter().any(Gpio::detect)
    }

    /// Whether a channel watches a pin.
    #[must_use]
    pub fn watches(&self) -> bool {
        self.channels.iter().any(|config| config & 3 == EVENT)
    }

    /// Reads a register of the ports.
    #[must_use]
    pub fn read_port(&self, offset: u32) -> Option<u32> {
        let (port, offset) = Self::port(offset);
        self.ports[port].read(offset)
    }

    /// Writes a register of the ports; `None` where there is none.
    pub fn write_port(&mut self, offset: u32, word: Word) -> Option<()> {
        let (port, offset) = Self::port(offset);
        if offset == 0x520 {
            // A pin that is still sensed sets LATCH again, and DETECT rises again (PS, GPIO: LDETECT).
            self.detects[port] = false;
        }
        let written = self.ports[port].write(offset, word);
        self.update();
        written
    }

    fn port(offset: u32) -> (usize, u32) {
        if offset < 0x500 + SECOND_PORT { (0, offset) } else { (1, offset - SECOND_PORT) }
    }

    /// Raises the events of what changed on the pins.
    fn update(&mut self) {
        for index in 0..2 {
            self.ports[index].sense();
            let (before, now) = (self.levels[index], self.ports[index].levels());
            self.levels[index] = now;
            let detect = self.ports[index].detect();
            if detect && !self.detects[index] {
                self.events.raise(PORT);
            }
            self.detects[index] = detect;
            for (channel, config) in self.channels.into_iter().enumerate() {
                let (port, pin) = place(config);
                if config & 3 != EVENT || port != index {
                    continue;
                }
                let (was, is) = (before >> pin & 1, now >> pin & 1);
                // POLARITY: 1 low to high, 2 high to low, 3 both.
                let wanted = match (was, is) {
                    (0, 1) => config >> 16 & 1 == 1,
                    (1, 0) => config >> 17 & 1 == 1,
                    _ => false,
                };
                if wanted {
                    self.events.raise(0x100 + 4 * channel as u32);
                }
            }
        }
    }

    fn configure(&mut self, channel: usize, config: u32) {
        let before = std::mem::replace(&mut self.channels[channel], config);
        if before & 3 == TASK {
            let (port, pin) = place(before);
            self.ports[port].set_task(pin, None);
        }
        if config & 3 == TASK {
            let (port, pin) = place(config);
            self.ports[port].set_task(pin, Some(config >> 20 & 1 == 1));
        }
    }

    /// OUT, SET or CLR of a channel.
    fn task(&mut self, channel: usize, set: Option<bool>) {
        let config = self.channels[channel];
        if config & 3 != TASK {
            return;
        }
        let (port, pin) = place(config);
        let level = set.or_else(|| match config >> 16 & 3 {
            1 => Some(true),
            2 => Some(false),
            3 => self.ports[port].driven(pin as usize).map(|high| !high),
            _ => None,
        });
        if level.is_some() {
            self.ports[port].set_task(pin, level);
        }
    }
}

impl Peripheral for Pins {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, _: &mut Io<'_>) -> Option<u32> {
        match offset {
            0x000..=0x07C => Some(0),
            0x510..=0x52C => Some(self.channels[(offset as usize - 0x510) / 4]),
            _ => self.events.read(offset),
        }
    }

    fn write(&mut self, offset: u32, word: Word, _: &mut Io<'_>) -> Option<()> {
        let index = (offset as usize / 4) & 7;
        match offset {
            0x000..=0x07C if word.value & word.mask & 1 == 0 => {}
            0x000..=0x01C => self.task(index, None),
            0x030..=0x04C => self.task((offset as usize - 0x30) / 4, Some(true)),
            0x060..=0x07C => self.task((offset as usize - 0x60) / 4, Some(false)),
            0x510..=0x52C => {
                let channel = (offset as usize - 0x510) / 4;
                self.configure(channel, word.within(self.channels[channel], 0x0013_3F03));
            }
            _ => self.events.write(offset, word)?,
        }
        self.update();
        Some(())
    }
}
