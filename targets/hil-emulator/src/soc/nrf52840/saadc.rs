//! SAADC: eight channels onto one converter of 8 to 14 bits, with results by EasyDMA (PS, SAADC).
//!
//! A SAMPLE converts the enabled channels in order; each takes its acquisition time and the conversion time. The value
//! is that of the input when the acquisition ends: gain, reference, quantisation, and noise of the size that the chip's
//! facts name. Input resistors (RESP, RESN) matter to floating inputs only and change nothing here; the gain has no
//! error of its own, and calibration therefore takes its time and changes nothing. A SAMPLE while a conversion runs is
//! lost. Switching the converter off ends whatever it does, without an event (unverified). EasyDMA reaches RAM only: elsewhere the conversion ends without a result, and that is noted.

use super::analog::Analog;
use super::channel::Channel;
use super::events::{Events, Peripheral, reachable};
use super::facts::SaadcFacts;
use crate::soc::Io;
use crate::soc::bus::Word;
use crate::time::Time;

const STARTED: u32 = 0x100;
const END: u32 = 0x104;
const DONE: u32 = 0x108;
const RESULT_DONE: u32 = 0x10C;
const CALIBRATE_DONE: u32 = 0x110;
const STOPPED: u32 = 0x114;
const LIMIT_HIGH: u32 = 0x118;
const LIMIT_LOW: u32 = 0x11C;
/// A period of the internal timer's 16 MHz, in picoseconds.
const PERIOD_PS: u64 = 62_500;

/// A conversion that runs.
#[derive(Debug, Clone, Copy)]
struct Conversion {
    channel: usize,
    /// When the acquisition ends, until it has; then the value.
    acquired: Option<f64>,
    at: Time,
    /// Conversions of a burst that are still to come.
    more: u32,
}

/// The converter.
#[derive(Debug, Clone)]
pub struct Saadc {
    facts: SaadcFacts,
    /// What it converts.
    pub analog: Analog,
    events: Events,
    enabled: bool,
    channels: [Channel; 8],
    resolution: u32,
    oversample: u32,
    sample_rate: u32,
    pointer: u32,
    length: u32,
    amount: u32,
    /// The buffer that START took over, and how many results it holds.
    buffer: Option<(u32, u32, u32)>,
    conversion: Option<Conversion>,
    calibrated: Option<Time>,
    next_sample: Option<Time>,
    unreachable: Option<u32>,
}

impl Saadc {
    /// The converter after a reset.
    #[must_use]
    pub fn new(facts: SaadcFacts, analog: Analog) -> Self {
        Self {
            facts,
            analog,
            events: Events::default(),
            enabled: false,
            channels: [Channel::default(); 8],
            resolution: 1,
            oversample: 0,
            sample_rate: 0,
            pointer: 0,
            length: 0,
            amount: 0,
            buffer: None,
            conversion: None,
            calibrated: None,
            next_sample: None,
            unreachable: None,
        }
    }

    /// Registers as after a reset.
    pub fn reset(&mut self) {
        *self = Self::new(self.facts.clone(), self.analog.clone());
    }

    /// Whether it works: it keeps the high-frequency clock running then.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.conversion.is_some() || self.calibrated.is_some() || self.next_sample.is_some()
    }

    /// Whether it stands ready between START and the end of its buffer.
    #[must_use]
    pub fn started(&self) -> bool {
        self.enabled && self.buffer.is_some()
    }

    fn task(&mut self, offset: u32, io: &mut Io<'_>) {
        if !self.enabled {
            return;
        }
        match offset {
            0x000 => {
                self.buffer = Some((self.pointer, self.length, 0));
                self.amount = 0;
                self.channels.iter_mut().for_each(Channel::restart);
                self.events.raise(STARTED);
            }
            0x004 => self.sample(io.now),
            0x008 => {
                (self.buffer, self.conversion, self.next_sample) = (None, None, None);
                self.events.raise(STOPPED);
            }
            _ => self.calibrated = Some(io.now.plus_ns(self.facts.calibration_ns)),
        }
    }

    fn sample(&mut self, now: Time) {
        let on_timer = self.sample_rate >> 12 & 1 == 1;
        if self.buffer.is_none() {
            return;
        }
        if on_timer {
            let period = u64::from(self.sample_rate & 0x7FF).max(80) * PERIOD_PS;
            self.next_sample = Some(Time(now.0.saturating_add(period)));
        }
        if self.conversion.is_none() {
            self.begin(0, now);
        }
    }

    /// Begins with the first enabled channel from `first` on.
    fn begin(&mut self, first: usize, now: Time) {
        let next = (first..8).find(|index| self.channels[*index].enabled());
        self.conversion = next.map(|channel| {
            let setting = &self.channels[channel];
            let more = if setting.burst() { (1u32 << self.oversample) - 1 } else { 0 };
            Conversion { channel, acquired: None, at: now.plus_ns(setting.acquisition_ns()), more }
        });
    }

    /// The conversion of a channel is over.
    fn converted(&mut self, mut conversion: Conversion, volts: f64, io: &mut Io<'_>) {
        self.events.raise(DONE);
        let index = conversion.channel;
        let full = self.channels[index].code(volts, self.resolution);
        if let Some(result) = self.channels[index].average(full, self.oversample) {
            self.store(index, result, io);
        }
        if self.buffer.is_none() {
            // The buffer is full, or could not be written.
            self.conversion = None;
        } else if conversion.more > 0 {
            conversion.more -= 1;
            conversion.acquired = None;
            conversion.at = io.now.plus_ns(self.channels[index].acquisition_ns());
            self.conversion = Some(conversion);
        } else {
            self.begin(index + 1, io.now);
        }
    }

    fn store(&mut self, index: usize, result: i32, io: &mut Io<'_>) {
        let Some((pointer, length, done)) = self.buffer else { return };
        let address = pointer.wrapping_add(2 * done);
        self.events.raise(RESULT_DONE);
        let (low, high) = self.channels[index].limits();
        if result >= high {
            self.events.raise(LIMIT_HIGH + 8 * index as u32);
        }
        if result <= low {
            self.events.raise(LIMIT_LOW + 8 * index as u32);
        }
        if length == 0 {
            return;
        }
        if !reachable(address, 2, io) {
            (self.unreachable, self.buffer, self.next_sample) = (Some(address), None, None);
            return;
        }
        io.dma_access(address);
        if let Some(place) = io.memory.slice_mut(address, 2) {
            place.copy_from_slice(&(result as i16).to_le_bytes());
        }
        self.amount = done + 1;
        self.buffer = (done + 1 < length).then_some((pointer, length, done + 1));
        if self.buffer.is_none() {
            self.next_sample = None;
            self.events.raise(END);
        }
    }

    fn step(&mut self, io: &mut Io<'_>) {
        let Some(mut conversion) = self.conversion.filter(|running| running.at <= io.now) else { return };
        match conversion.acquired {
            None => {
                let supply = self.analog.supply(io);
                let setting = self.channels[conversion.channel];
                let difference = setting.difference(|select| self.analog.volts(select, io));
                let reference = setting.reference(self.facts.reference_volts, supply);
                let noise = self.analog.noise();
                conversion.acquired = Some((difference * setting.gain() + noise) / reference);
                conversion.at = io.now.plus_ns(self.facts.conversion_ns);
                self.conversion = Some(conversion);
            }
            Some(ratio) => self.converted(conversion, ratio, io),
        }
    }
}

impl Peripheral for Saadc {
    fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    fn read(&mut self, offset: u32, _: &mut Io<'_>) -> Option<u32> {
        Some(match offset {
            0x000..=0x00C => 0,
            0x400 => u32::from(self.busy()),
            0x500 => u32::from(self.enabled),
            0x510..=0x58C => self.channels[(offset as usize - 0x510) / 16].read(offset & 0xC),
            0x5F0 => self.resolution,
            0x5F4 => self.oversample,
            0x5F8 => self.sample_rate,
            0x62C => self.pointer,
            0x630 => self.length,
            0x634 => self.amount,
            _ => return self.events.read(offset),
        })
    }

    fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        match offset {
            0x000..=0x00C => {
                if word.value & word.mask & 1 == 1 {
                    self.task(offset, io);
                }
            }
            0x500 => {
                self.enabled = word.within(u32::from(self.enabled), 1) == 1;
                if !self.enabled {
                    (self.buffer, self.conversion) = (None, None);
                    (self.calibrated, self.next_sample) = (None, None);
                }
            }
            0x510..=0x58C => self.channels[(offset as usize - 0x510) / 16].write(offset & 0xC, word),
            0x5F0 => self.resolution = word.within(self.resolution, 7),
            0x5F4 => self.oversample = word.within(self.oversample, 0xF).min(8),
            0x5F8 => self.sample_rate = word.within(self.sample_rate, 0x17FF),
            0x62C => self.pointer = word.onto(self.pointer),
            0x630 => self.length = word.within(self.length, 0x7FFF),
            0x400 | 0x634 => {}
            _ => self.events.write(offset, word)?,
        }
        Some(())
    }

    fn next_event(&self) -> Time {
        let conversion = self.conversion.map(|running| running.at);
        [conversion, self.calibrated, self.next_sample].into_iter().flatten().min().unwrap_or(Time::NEVER)
    }

    fn advance(&mut self, io: &mut Io<'_>) {
        self.step(io);
        if self.calibrated.is_some_and(|due| due <= io.now) {
            self.calibrated = None;
            self.events.raise(CALIBRATE_DONE);
        }
        if let Some(due) = self.next_sample.filter(|due| *due <= io.now) {
            self.sample(due);
        }
    }

    fn take_unreachable(&mut self) -> Option<u32> {
        self.unreachable.take()
    }
}
