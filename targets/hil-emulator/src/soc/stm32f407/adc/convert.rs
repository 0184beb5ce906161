//! The sequence of conversions: which channel comes when, when it looks at its input, and what its result sets off.

use super::{Adc, Analog, cr1, cr2, sr};
use crate::soc::ticks::Ticks;
use crate::time::Time;

/// SMPx in cycles of ADCCLK (RM0090 13.13.4).
const SAMPLING: [u64; 8] = [3, 15, 28, 56, 84, 112, 144, 480];

/// A conversion under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Conversion {
    /// Of the injected group.
    injected: bool,
    /// Its place in its sequence.
    place: usize,
    channel: u32,
    /// ADCCLK since the sequence started, and the edge with which the conversion started.
    clock: Ticks,
    start: u64,
    /// The code, once the sampling time is over.
    code: Option<u32>,
}

impl Adc {
    fn bits(&self) -> u32 {
        12 - 2 * (self.control[0] >> 24 & 3)
    }

    /// The sampling time of a channel, in cycles.
    fn sampling_cycles(&self, channel: u32) -> u64 {
        // SMPR2 holds channels 0 to 9, SMPR1 those from 10 on.
        let (register, place) = match channel {
            0..=9 => (1, channel),
            10..=18 => (0, channel - 10),
            // No such channel: it has no sampling time to set.
            _ => return SAMPLING[0],
        };
        SAMPLING[(self.sampling[register] >> (3 * place) & 7) as usize]
    }

    fn sampled_at(&self, conversion: &Conversion) -> Time {
        conversion.clock.at(conversion.start + self.sampling_cycles(conversion.channel))
    }

    fn end(&self, conversion: &Conversion) -> u64 {
        conversion.start + self.sampling_cycles(conversion.channel) + u64::from(self.bits())
    }

    /// The channel at `place` of the regular sequence.
    fn regular_channel(&self, place: usize) -> u32 {
        let register = 2 - place / 6;
        self.sequence[register] >> (5 * (place % 6)) & 31
    }

    fn regular_length(&self) -> usize {
        if self.control[0] & cr1::SCAN == 0 { 1 } else { (self.sequence[0] >> 20 & 15) as usize + 1 }
    }

    fn injected_length(&self) -> usize {
        if self.control[0] & cr1::SCAN == 0 { 1 } else { (self.injected_sequence >> 20 & 3) as usize + 1 }
    }

    /// The channel at `place` of the injected sequence, which ends at JSQ4 (RM0090 13.13.12).
    fn injected_channel(&self, place: usize) -> u32 {
        self.injected_sequence >> (5 * (4 - self.injected_length() + place)) & 31
    }

    pub(super) fn start_regular(&mut self, clock_hz: u64, at: Time) {
        if self.busy.is_some() || self.status & sr::OVR != 0 && self.control[1] & cr2::DMA != 0 {
            return;
        }
        self.status |= sr::STRT;
        self.begin(false, 0, Ticks::new(at, clock_hz), 0);
    }

    pub(super) fn start_injected(&mut self, clock_hz: u64, at: Time) {
        // A regular conversion is given up, and made again behind the injected group (RM0090 13.3.9).
        match self.busy {
            Some(conversion) if conversion.injected => return,
            Some(conversion) => self.interrupted = Some(conversion.place),
            None => {}
        }
        self.status |= sr::JSTRT;
        self.begin(true, 0, Ticks::new(at, clock_hz), 0);
    }

    fn begin(&mut self, injected: bool, place: usize, clock: Ticks, start: u64) {
        let channel = if injected { self.injected_channel(place) } else { self.regular_channel(place) };
        self.busy = Some(Conversion { injected, place, channel, clock, start, code: None });
    }

    /// The converter stood still for `by` picoseconds.
    pub fn postpone(&mut self, by: u64) {
        if let Some(conversion) = &mut self.busy {
            conversion.clock = conversion.clock.postponed(by);
        }
    }

    /// When the conversion under way next does something.
    #[must_use]
    pub fn next_event(&self) -> Time {
        self.busy.map_or(Time::NEVER, |conversion| match conversion.code {
            None => self.sampled_at(&conversion),
            Some(_) => conversion.clock.at(self.end(&conversion)),
        })
    }

    /// The channel whose voltage the converter takes at the time of its next event, if that is what happens then.
    #[must_use]
    pub fn samples(&self) -> Option<u32> {
        self.busy.filter(|conversion| conversion.code.is_none()).map(|conversion| conversion.channel)
    }

    /// Does what is due: takes `volts` against `reference`, or ends the conversion. `clock_hz` is ADCCLK from now on.
    pub fn advance(&mut self, volts: f64, reference: f64, analog: &mut Analog, clock_hz: u64) {
        let Some(conversion) = self.busy else { return };
        match conversion.code {
            None => {
                let code = analog.code(self.index, volts, reference, self.bits());
                self.busy = Some(Conversion { code: Some(code), ..conversion });
            }
            Some(code) => self.finish(conversion, code, clock_hz),
        }
    }

    fn finish(&mut self, conversion: Conversion, code: u32, clock_hz: u64) {
        self.busy = None;
        self.watch(&conversion, code);
        let mut end = self.end(&conversion);
        let mut clock = conversion.clock;
        if clock.hz() != clock_hz {
            (clock, end) = (Ticks::new(clock.at(end), clock_hz), 0);
        }
        let place = conversion.place + 1;
        if conversion.injected {
            self.finish_injected(conversion.place, code);
            if place < self.injected_length() {
                self.begin(true, place, clock, end);
            } else {
                self.status |= sr::JEOC;
                if let Some(place) = self.interrupted.take() {
                    self.begin(false, place, clock, end);
                }
            }
            return;
        }
        let whole = place >= self.regular_length();
        self.deliver(code, whole);
        if self.status & sr::OVR != 0 && self.control[1] & cr2::DMA != 0 {
            return;
        }
        let goes_on = self.control[1] & cr2::CONT != 0;
        if !whole {
            self.begin(false, place, clock, end);
        } else if self.control[0] & cr1::JAUTO != 0 {
            self.interrupted = goes_on.then_some(0);
            self.begin(true, 0, clock, end);
        } else if goes_on {
            self.begin(false, 0, clock, end);
        }
    }

    /// Puts a regular result into DR, unless the one before has not been fetched where that is noticed.
    fn deliver(&mut self, code: u32, whole: bool) {
        let (dma, each) = (self.control[1] & cr2::DMA != 0, self.control[1] & cr2::EOCS != 0);
        let missed = dma && self.request || each && self.status & sr::EOC != 0;
        if missed {
            // The new result is lost, and the DMA controller is not asked any more (RM0090 13.8.1).
            self.status |= sr::OVR;
            self.refuses = true;
            self.request = false;
            return;
        }
        self.data = self.aligned(code);
        if each || whole {
            self.status |= sr::EOC;
        }
        self.request = dma && !self.refuses;
    }

    /// A result in DR: to the left, a resolution of 6 bits stands in bits 7:2 (RM0090 13.4).
    fn aligned(&self, code: u32) -> u32 {
        match (self.control[1] & cr2::ALIGN != 0, self.bits()) {
            (false, _) => code,
            (true, 6) => code << 2,
            (true, bits) => code << (16 - bits),
        }
    }

    fn finish_injected(&mut self, place: usize, code: u32) {
        // Offsets and results belong to the places counted from the first one that is converted.
        let value = code.wrapping_sub(self.offsets[place]) & 0xFFFF;
        let left = self.control[1] & cr2::ALIGN != 0;
        // To the left there is room for the sign (RM0090 figure 48).
        self.injected[place] = if left { value << (15 - self.bits()) & 0xFFFF } else { value };
    }

    /// The analog watchdog, which compares at 12 bits (RM0090 13.3.7).
    fn watch(&mut self, conversion: &Conversion, code: u32) {
        let enabled = self.control[0] >> (if conversion.injected { 22 } else { 23 }) & 1 == 1;
        let single = self.control[0] & cr1::AWDSGL != 0 && self.control[0] & 31 != conversion.channel;
        let code = code << (12 - self.bits());
        if enabled && !single && (code > self.high || code < self.low) {
            self.status |= sr::AWD;
        }
    }
}
