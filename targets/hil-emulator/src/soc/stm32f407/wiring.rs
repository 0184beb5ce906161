//! What the peripherals have to do with each other: DMA requests, triggers, shared interrupt lines, clocks, pins.

use super::dma::{Bus, Line, Port, lines};
use super::tim::{self, Timer};
use super::unit::Unit;
use super::{Stm32f407, adc, dma};
use crate::memory::Kind;
use crate::soc::bus::Word;
use crate::soc::notes::Matter;
use crate::soc::{BusFault, Io, Master, Width};
use crate::time::Time;

/// The core-coupled memory, which hangs on the D bus alone (RM0090 2.1).
const CCM: std::ops::Range<u32> = 0x1000_0000..0x1001_0000;
/// APB1, which is all that the peripheral port of DMA1 reaches (RM0090 figure 1).
const APB1: std::ops::Range<u32> = 0x4000_0000..0x4000_8000;
const APB2: std::ops::Range<u32> = 0x4001_0000..0x4001_6C00;
/// What lies above is the core's own.
const PRIVATE: u32 = 0xE000_0000;

/// A timer on APB2, which are TIM1 and TIM8 to TIM11; `index` is from 0.
pub(super) fn on_apb2(index: usize) -> bool {
    matches!(index, 0 | 7..=10)
}

/// The chip as controller `0` sees it.
struct Ports<'a>(usize, &'a mut Stm32f407);

impl Ports<'_> {
    fn reaches(&self, port: Port, address: u32) -> bool {
        let apb1_only = self.0 == 0 && port == Port::Peripheral;
        !CCM.contains(&address) && address < PRIVATE && (!apb1_only || APB1.contains(&address))
    }
}

impl Bus for Ports<'_> {
    fn read(&mut self, port: Port, address: u32, width: Width, io: &mut Io<'_>) -> Result<u32, BusFault> {
        if !self.reaches(port, address) {
            return Err(BusFault);
        }
        io.dma_access(address);
        if let Some(bytes) = io.memory.slice(address, width.bytes() as usize) {
            return Ok(bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)));
        }
        self.1.read_plain(address, width, io)
    }

    fn write(&mut self, port: Port, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault> {
        if !self.reaches(port, address) {
            return Err(BusFault);
        }
        io.dma_access(address);
        match io.memory.find(address).map(|(region, _)| region.kind) {
            Some(Kind::Flash) => Err(BusFault),
            Some(Kind::Ram) => {
                let len = width.bytes() as usize;
                let bytes = io.memory.slice_mut(address, len).ok_or(BusFault)?;
                bytes.copy_from_slice(&value.to_le_bytes()[..len]);
                Ok(())
            }
            None => self.1.write_plain(address, width, value, io),
        }
    }

    fn cycles(&self, _: Port, address: u32) -> u64 {
        let facts = &self.1.dma_facts;
        let second = APB2.contains(&address);
        if !second && !APB1.contains(&address) {
            return facts.access_cycles;
        }
        let ratio = self.1.rcc.hclk() / self.1.rcc.pclk(second).max(1);
        facts.access_cycles + facts.apb_cycles * ratio
    }
}

impl Stm32f407 {
    fn asks(&self, line: Line) -> bool {
        match line {
            Line::Receive(port) => self.usarts[port].asks_to_receive(),
            Line::Transmit(port) => self.usarts[port].asks_to_transmit(),
            Line::Update(timer) => self.timers[timer].requests() & 1 != 0,
            Line::Compare(timer, channel) => self.timers[timer].requests() >> (channel + 1) & 1 != 0,
            Line::Convert(index) => self.adcs[index].requests(),
        }
    }

    /// The streams of a controller that is free whose peripherals ask.
    fn dma_asked(&self, controller: usize) -> u8 {
        self.dmas[controller].free().fold(0, |asked, stream| {
            let Some(channel) = self.dmas[controller].listening(stream) else { return asked };
            let any = lines(controller, stream, channel).iter().any(|line| self.asks(*line));
            asked | u8::from(any) << stream
        })
    }

    /// Lets the DMA controllers take up what is asked for at `at`.
    fn ask_for_dma(&mut self, at: Time, io: &Io<'_>) {
        for controller in 0..self.dmas.len() {
            // Hardly ever can a controller take anything up, and this is asked behind every event.
            let asked = self.dma_asked(controller);
            if !self.dmas[controller].wants(asked) {
                continue;
            }
            // Taken out for the moment, because what it asks about is the rest of the chip.
            let mut dma = std::mem::take(&mut self.dmas[controller]);
            dma.take_up(asked, at, io.core_hz, &Ports(controller, self));
            self.dmas[controller] = dma;
        }
    }

    /// Passes on what an access or an event has set off. Done by DMA itself, it is passed on afterwards.
    pub(super) fn pass_on(&mut self, io: &mut Io<'_>) {
        if io.master == Master::Dma {
            return;
        }
        self.pass_on_at(io.now, io);
        self.drive_shared(io);
    }

    fn pass_on_at(&mut self, at: Time, io: &Io<'_>) {
        for index in 0..self.timers.len() {
            // Hardly ever has a timer anything to say, and this is asked behind every event.
            if !self.timers[index].has_fired() {
                continue;
            }
            let adc_hz = self.adc_hz();
            for (signal, level, at) in self.timers[index].take_fired() {
                self.adcs.iter_mut().for_each(|adc| adc.triggered(index, signal, level, adc_hz, at));
            }
        }
        self.ask_for_dma(at, io);
    }

    /// Interrupt lines that several peripherals share.
    fn drive_shared(&mut self, io: &mut Io<'_>) {
        let mut high = 0u128;
        for (timer, lines) in self.timers.iter().zip(&self.timer_irqs) {
            let (update, compare) = timer.asks();
            if !(update || compare) {
                continue;
            }
            let first = u128::from(update || lines.len() == 1 && compare);
            for (line, asked) in lines.iter().zip([first, u128::from(compare)]) {
                high |= asked << line;
            }
        }
        if let Some(line) = self.adc_irq {
            high |= u128::from(self.adcs.iter().any(adc::Adc::asks)) << line;
        }
        io.irqs.set_of(self.shared_irqs, high);
    }

    /// A write by a register of a DMA controller.
    pub(super) fn write_dma(&mut self, controller: usize, offset: u32, word: Word, io: &mut Io<'_>) -> Option<()> {
        let mut dma = std::mem::take(&mut self.dmas[controller]);
        let written = dma.write(offset, word, &mut Ports(controller, self), io);
        self.dmas[controller] = dma;
        written
    }

    /// Does what timers, converters and DMA controllers have due, each in its turn.
    pub(super) fn advance_shared(&mut self, io: &mut Io<'_>) {
        loop {
            let next = self.next_shared();
            if next > io.now {
                break;
            }
            for timer in &mut self.timers {
                if timer.next_event() <= next {
                    timer.advance(next);
                    io.requests.pins_changed |= timer.drives_pins();
                }
            }
            for index in 0..adc::CONVERTERS {
                if self.adcs[index].next_event() <= next {
                    self.convert(index, next, io);
                }
            }
            self.pass_on_at(next, io);
            for controller in 0..self.dmas.len() {
                if self.dmas[controller].next_event() <= next {
                    self.step_dma(controller, io);
                }
            }
        }
        self.drive_shared(io);
    }

    /// The next event of timers, converters and DMA controllers.
    pub(super) fn next_shared(&self) -> Time {
        let timers = self.timers.iter().map(Timer::next_event);
        let adcs = self.adcs.iter().map(adc::Adc::next_event);
        let dmas = self.dmas.iter().map(dma::Dma::next_event);
        timers.chain(adcs).chain(dmas).min().unwrap_or(Time::NEVER)
    }

    fn convert(&mut self, index: usize, at: Time, io: &Io<'_>) {
        let channel = self.adcs[index].samples();
        let volts = channel.map_or(0.0, |channel| {
            let wired = self.analog.pin(index, channel).and_then(|pin| io.supply.volts_at(pin, at));
            wired.unwrap_or_else(|| self.analog.volts(index, channel, self.adc_common))
        });
        let hz = self.adc_hz();
        self.adcs[index].advance(volts, io.supply.load_volts(), &mut self.analog, hz);
    }

    fn step_dma(&mut self, controller: usize, io: &mut Io<'_>) {
        let master = std::mem::replace(&mut io.master, Master::Dma);
        let mut dma = std::mem::take(&mut self.dmas[controller]);
        let stepped = dma.step(&mut Ports(controller, self), io);
        self.dmas[controller] = dma;
        let Some((at, done)) = stepped else {
            io.master = master;
            return;
        };
        if let Some(address) = done.fault {
            self.notes.note(Matter::DmaUnreachable, address, Master::Dma);
        }
        if done.served {
            for line in lines(controller, done.stream, done.channel) {
                match *line {
                    Line::Update(timer) => self.timers[timer].served(1),
                    Line::Compare(timer, channel) => self.timers[timer].served(2 << channel),
                    Line::Convert(index) if done.last => self.adcs[index].last_fetched(),
                    Line::Convert(_) | Line::Receive(_) | Line::Transmit(_) => {}
                }
            }
        }
        io.master = master;
        self.pass_on_at(at, io);
    }

    /// ADCCLK in hertz (RM0090 13.13.16).
    pub(super) fn adc_hz(&self) -> u64 {
        self.rcc.pclk(true) / (2 * (u64::from(self.adc_common >> 16 & 3) + 1))
    }

    /// The clocks of the timers may have changed at `now`.
    pub(super) fn clocks_changed(&mut self, now: Time) {
        for index in 0..self.timers.len() {
            let on = self.clocked(Unit::Timer(index)) && !self.frozen();
            let hz = if on { self.rcc.timer_clock(on_apb2(index)) } else { 0 };
            self.timers[index].set_clock(hz, now);
        }
        self.own_clocks_changed(now);
    }

    /// Tells the timers which of their signals the converters wait for.
    pub(super) fn listen(&mut self, now: Time) {
        for (index, timer) in self.timers.iter_mut().enumerate() {
            let waits = self.adcs.iter().filter_map(adc::Adc::waits_for).filter(|(timer, _)| *timer == index);
            timer.listen(waits.fold(0, |set, (_, signal)| set | signal.bit()), now);
        }
    }

    /// The timer and the channel, both from 0, that drive or read `pin` by alternate function `function`.
    pub(super) fn timer_of(&self, pin: &str, function: u32) -> Option<(usize, usize)> {
        let text = self.timer_pins.get(pin)?.get(&function.to_string())?;
        tim::channel_named(text)
    }

    pub(super) fn reset_converters(&mut self) {
        self.adcs.iter_mut().for_each(adc::Adc::reset);
        self.adc_common = 0;
    }

    /// The levels of a port's pins at `now`, those that timers drive included.
    pub(super) fn port_levels(&mut self, port: usize, now: Time) -> u32 {
        let mut levels = self.gpios[port].levels();
        for pin in 0..16u32 {
            let Some(function @ (1..=3 | 9)) = self.gpios[port].function(pin) else { continue };
            let name = format!("P{}{pin}", char::from(b'A' + port as u8));
            let Some((timer, channel)) = self.timer_of(&name, function) else { continue };
            self.timers[timer].advance(now);
            if let Some(level) = self.timers[timer].pin(channel) {
                levels = levels & !(1 << pin) | u32::from(level) << pin;
            }
        }
        levels
    }
}
