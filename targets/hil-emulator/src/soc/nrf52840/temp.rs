//! TEMP: the temperature of the die in steps of 0.25 degrees Celsius (PS, TEMP).
//!
//! The die has the temperature that the chip's facts name, and the sensor a seeded error of the size that they name.
//! The registers of the linearisation are kept and change nothing: the model's sensor is linear.

use super::events::{Events, Peripheral};
use super::facts::TempFacts;
use super::noise::Noise;
use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;

const READY: u32 = 0x100;
/// A0 to A5, B0 to B5, T0 to T4 after a reset (PS, TEMP; unverified).
const LINEAR: [(u32, u32); 17] = [
    (0x520, 0x326),
    (0x524, 0x348),
    (0x528, 0x3AA),
    (0x52C, 0x40E),
    (0x530, 0x4BD),
    (0x534, 0x5A3),
    (0x540, 0x3FEF),
    (0x544, 0x3FBE),
    (0x548, 0x3FBE),
    (0x54C, 0x12),
    (0x550, 0x124),
    (0x554, 0x27C),
    (0x560, 0xE2),
    (0x564, 0),
    (0x568, 0x19),
    (0x56C, 0x3C),
    (0x570, 0x50),
];

/// The sensor.
#[derive(Debug, Clone)]
pub struct Temp {
    facts: TempFacts,
    events: Events,
    noise: Noise,
    linear: [u32; 17],
    value: i32,
    due: Option<Time>,
}

impl Temp {
    /// The sensor of the part that `seed` stands for.
    #[must_use]
    pub fn new(facts: TempFacts, seed: u64) -> Self {
        let (noise, linear) = (Noise::new(seed ^ 0x7E39), LINEAR.map(|(_, value)| value));
        Self { facts, events: Events::default(), noise, linear, value: 0, due: None }
    }

    /// Whether it measures.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.due.is_some()
    }

    /// Registers as after a reset; the noise goes on.
    pub fn reset(&mut self) {
        let (facts, noise) = (self.facts.clone(), self.noise.clone());
        *self = Self { noise, ..Self::new(facts, 0) };
    }
}

impl Peripheral for Temp {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, _: &mut Io<'_>) -> Option<u32> {
        Some(match offset {
            0x000 | 0x004 => 0,
            0x508 => self.value.cast_unsigned(),
            _ => match LINEAR.iter().position(|(at, _)| *at == offset) {
                Some(index) => self.linear[index],
                None => return self.events.read(offset),
            },
        })
    }

    fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        let triggers = word.value & word.mask & 1 == 1;
        match offset {
            0x000 if triggers => self.due = Some(io.now.plus_ns(1000 * self.facts.conversion_us)),
            0x004 if triggers => self.due = None,
            0x000 | 0x004 | 0x508 => {}
            _ => match LINEAR.iter().position(|(at, _)| *at == offset) {
                Some(index) => self.linear[index] = word.onto(self.linear[index]),
                None => self.events.write(offset, word)?,
            },
        }
        Some(())
    }

    fn next_event(&self) -> Time {
        self.due.unwrap_or(Time::NEVER)
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        if self.next_event() <= io.now {
            self.due = None;
            let celsius = self.facts.celsius + self.facts.noise_celsius * self.noise.next();
            self.value = (celsius * 4.0).round() as i32;
            self.events.raise(READY);
        }
    }
}
