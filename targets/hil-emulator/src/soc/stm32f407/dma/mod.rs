//! DMA1 and DMA2: eight streams each, which take turns by priority (RM0090 chapter 10).
//!
//! A controller does one thing at a time; how long each takes is stated in the chip's file. The bus matrix always grants,
//! so that no direct mode error can occur. Not modelled: the peripheral as flow controller (SDIO only), and bursts at the
//! peripheral port, which are single accesses here.

mod requests;
mod stream;
#[cfg(test)]
mod tests;

use crate::soc::bus::Word;
use crate::soc::stm32f407::facts::DmaFacts;
use crate::soc::{BusFault, Io, Width};
use crate::time::Time;

pub use requests::{Line, lines};
use stream::{Direction, Stream, Work};

/// The streams of a controller.
pub const STREAMS: usize = 8;

/// The places of the streams' flags in LISR and HISR.
const SHIFTS: [u32; 4] = [0, 6, 16, 22];

/// A port of a controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// The peripheral port.
    Peripheral,
    /// The memory port.
    Memory,
}

/// The buses as a controller sees them.
pub trait Bus {
    /// Reads.
    ///
    /// # Errors
    /// Where nothing answers, or the port does not reach.
    fn read(&mut self, port: Port, address: u32, width: Width, io: &mut Io<'_>) -> Result<u32, BusFault>;

    /// Writes.
    ///
    /// # Errors
    /// Where nothing answers, or the port does not reach.
    fn write(&mut self, port: Port, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault>;

    /// Cycles of the AHB that an access takes, arbitration aside.
    fn cycles(&self, port: Port, address: u32) -> u64;
}

/// What a step of a controller has done that others must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The stream.
    pub stream: usize,
    /// The channel that it listened to.
    pub channel: u32,
    /// A request was served.
    pub served: bool,
    /// It was the last one of the transfer.
    pub last: bool,
    /// An access at this address was answered with an error.
    pub fault: Option<u32>,
}

/// A controller.
#[derive(Debug, Clone, Default)]
pub struct Dma {
    /// Cycles to choose a stream, and of a further access of a burst.
    arbitration: u64,
    burst_beat: u64,
    streams: [Stream; STREAMS],
    irqs: [u8; STREAMS],
    /// What it does, and until when.
    busy: Option<(usize, Work, Time)>,
    /// The streams that are enabled, a bit each.
    enabled: u8,
}

impl Dma {
    /// A controller with the interrupt lines of its streams.
    #[must_use]
    pub fn new(facts: &DmaFacts, irqs: [u8; STREAMS]) -> Self {
        let (arbitration, burst_beat) = (facts.arbitration_cycles, facts.burst_beat_cycles);
        Self { arbitration, burst_beat, irqs, ..Self::default() }.cleared()
    }

    fn cleared(self) -> Self {
        Self { streams: std::array::from_fn(|_| Stream::new()), busy: None, enabled: 0, ..self }
    }

    /// Registers as after a reset.
    pub fn reset(&mut self) {
        *self = std::mem::take(self).cleared();
    }

    /// The controller stood still for `by` picoseconds.
    pub fn postpone(&mut self, by: u64) {
        self.busy = self.busy.take().map(|(stream, work, at)| (stream, work, Time(at.0.saturating_add(by))));
    }

    /// The numbers of the streams that are enabled, while nothing is being done: those that work can be taken up for.
    pub fn free(&self) -> impl Iterator<Item = usize> + use<> {
        let enabled = if self.busy.is_none() { self.enabled } else { 0 };
        (0..STREAMS).filter(move |stream| enabled >> stream & 1 == 1)
    }

    /// The channel of a stream that is enabled and works for a peripheral.
    #[must_use]
    pub fn listening(&self, stream: usize) -> Option<u32> {
        let stream = &self.streams[stream];
        (stream.enabled() && stream.direction() != Direction::Copy).then(|| stream.channel())
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 | 0x04 => {
                let first = offset as usize;
                let flags = SHIFTS.iter().zip(&self.streams[first..first + 4]);
                Some(flags.fold(0, |value, (shift, stream)| value | u32::from(stream.flags) << shift))
            }
            0x08 | 0x0C => Some(0),
            _ => {
                let (stream, register) = place(offset)?;
                Some(self.streams[stream].read(register))
            }
        }
    }

    /// Writes a register; `None` where there is none.
    pub fn write(&mut self, offset: u32, word: Word, bus: &mut dyn Bus, io: &mut Io<'_>) -> Option<()> {
        match offset {
            0x00 | 0x04 => {}
            0x08 | 0x0C => {
                let first = offset as usize - 8;
                for (shift, stream) in SHIFTS.iter().zip(&mut self.streams[first..first + 4]) {
                    stream.flags &= !((word.value & word.mask) >> shift) as u8;
                }
            }
            _ => {
                let (index, register) = place(offset)?;
                let was = self.streams[index].enabled();
                if self.streams[index].write(register, word) {
                    self.streams[index].start();
                } else if was && !self.streams[index].enabled() {
                    self.switched_off(index, bus, io);
                }
            }
        }
        self.update(io);
        Some(())
    }

    /// Software switched a stream off: what its FIFO holds for memory goes there, and the transfer counts as complete
    /// (RM0090 10.3.14).
    fn switched_off(&mut self, index: usize, bus: &mut dyn Bus, io: &mut Io<'_>) {
        self.busy = self.busy.filter(|(stream, _, _)| *stream != index);
        let stream = &mut self.streams[index];
        let unit = stream.unit();
        while stream.direction() != Direction::ToPeripheral && stream.held() > 0 {
            let value = stream.pop(unit);
            if bus.write(Port::Memory, stream.memory_address(), unit, value, io).is_err() {
                stream.fail();
                return;
            }
            stream.unit_done();
        }
        stream.flags |= stream::flag::COMPLETE;
    }

    fn update(&mut self, io: &mut Io<'_>) {
        let enabled = self.streams.iter().enumerate().filter(|(_, stream)| stream.enabled());
        self.enabled = enabled.fold(0, |enabled, (index, _)| enabled | 1 << index);
        for (stream, irq) in self.streams.iter().zip(self.irqs) {
            io.irqs.set(irq, stream.asks());
        }
    }

    /// Whether the controller is free and has something to take up; `asked` as in [`Dma::take_up`].
    #[must_use]
    pub fn wants(&self, asked: u8) -> bool {
        self.free().any(|stream| self.streams[stream].work(asked >> stream & 1 == 1).is_some())
    }

    /// Takes up the most urgent work at `now`, if the controller is free. `asked` has a bit for each stream whose
    /// peripheral asks; `core_hz` is the AHB's clock.
    pub fn take_up(&mut self, asked: u8, now: Time, core_hz: u64, bus: &dyn Bus) {
        if core_hz == 0 {
            return;
        }
        let works = self.free().map(|index| (index, &self.streams[index]));
        let works = works.filter_map(|(index, stream)| Some((index, stream, stream.work(asked >> index & 1 == 1)?)));
        // The higher priority first, then the lower number.
        let Some((index, stream, work)) = works.max_by_key(|(index, stream, _)| (stream.priority(), STREAMS - index))
        else {
            return;
        };
        let at_peripheral = bus.cycles(Port::Peripheral, stream.peripheral_address());
        let at_memory = bus.cycles(Port::Memory, stream.memory_address());
        let cycles = self.arbitration
            + match work {
                Work::Item { direct: false } => at_peripheral,
                Work::Item { direct: true } => at_peripheral + at_memory,
                Work::Burst { beats } => at_memory + u64::from(beats - 1) * self.burst_beat,
            };
        let ends = crate::soc::ticks::Ticks::new(now, core_hz).at(cycles);
        self.busy = Some((index, work, ends));
    }

    /// When what it does is done.
    #[must_use]
    pub fn next_event(&self) -> Time {
        self.busy.map_or(Time::NEVER, |(_, _, at)| at)
    }

    /// Finishes what is due at `io.now`. Gives when it was done and what it was.
    pub fn step(&mut self, bus: &mut dyn Bus, io: &mut Io<'_>) -> Option<(Time, Done)> {
        let (index, work, at) = self.busy.filter(|(_, _, at)| *at <= io.now)?;
        self.busy = None;
        let stream = &mut self.streams[index];
        let channel = stream.channel();
        let served = matches!(work, Work::Item { .. }) && stream.direction() != Direction::Copy;
        let fault = perform(stream, work, bus, io).err();
        let last = served && stream.left == 0 && !stream.circular();
        if fault.is_some() {
            stream.fail();
        } else {
            stream.settle();
        }
        self.update(io);
        Some((at, Done { stream: index, channel, served, last, fault }))
    }
}

/// Does the accesses of a piece of work. An error is the address that nothing answered at.
fn perform(stream: &mut Stream, work: Work, bus: &mut dyn Bus, io: &mut Io<'_>) -> Result<(), u32> {
    let (item, unit) = (stream.item(), stream.unit());
    let (peripheral, memory) = (stream.peripheral_address(), stream.memory_address());
    let to_memory = stream.direction() != Direction::ToPeripheral;
    match work {
        Work::Item { direct } if to_memory => {
            let value = bus.read(Port::Peripheral, peripheral, item, io).map_err(|BusFault| peripheral)?;
            stream.item_done();
            if direct {
                bus.write(Port::Memory, memory, unit, value, io).map_err(|BusFault| memory)?;
                stream.unit_done();
            } else {
                stream.push(value, item);
            }
        }
        Work::Item { direct } => {
            let value = if direct {
                let value = bus.read(Port::Memory, memory, unit, io).map_err(|BusFault| memory)?;
                stream.unit_done();
                value
            } else {
                stream.pop(item)
            };
            bus.write(Port::Peripheral, peripheral, item, value, io).map_err(|BusFault| peripheral)?;
            stream.item_done();
        }
        Work::Burst { beats } => {
            for _ in 0..beats {
                let memory = stream.memory_address();
                if to_memory {
                    let value = stream.pop(unit);
                    bus.write(Port::Memory, memory, unit, value, io).map_err(|BusFault| memory)?;
                } else {
                    let value = bus.read(Port::Memory, memory, unit, io).map_err(|BusFault| memory)?;
                    stream.push(value, unit);
                }
                stream.unit_done();
            }
        }
    }
    Ok(())
}

/// The stream and the offset in its block of registers.
fn place(offset: u32) -> Option<(usize, u32)> {
    let offset = offset.checked_sub(0x10)?;
    let stream = offset as usize / 0x18;
    (stream < STREAMS).then_some((stream, offset % 0x18))
}
