//! How the peripherals act on each other and on the core: events through PPI, interrupt lines, planned events in the
//! exact order of their times, and what a change of one peripheral means for the others.

use super::Nrf52840;
use super::models::Unit;
use crate::power::nrf52840::Mode;
use crate::soc::bus::{Place, Word};
use crate::soc::notes::Matter;
use crate::soc::{Io, Master, ResetCause};
use crate::time::Time;

/// A peripheral's place on the bus.
#[derive(Debug, Clone, Copy)]
pub struct Seat {
    /// Which it is.
    pub unit: Unit,
    /// Its first address.
    pub base: u32,
    /// Its interrupt line.
    pub irq: Option<u8>,
}

impl Nrf52840 {
    /// Does everything that is due until `io.now`, each thing at its own time.
    pub(super) fn catch_up(&mut self, io: &mut Io<'_>) {
        let (end, master) = (io.now, std::mem::replace(&mut io.master, Master::Dma));
        while self.next <= end {
            io.now = self.next;
            self.step(io);
            self.plan();
        }
        (io.now, io.master) = (end, master);
    }

    /// Does what is due at `io.now`: tasks that PPI triggers first.
    fn step(&mut self, io: &mut Io<'_>) {
        while let Some((_, task)) = self.pending.front().copied().filter(|(at, _)| *at <= io.now) {
            self.pending.pop_front();
            self.trigger(task, io);
        }
        for index in 0..self.seats.len() {
            let seat = self.seats[index];
            if let Some(model) = self.models.get(seat.unit)
                && model.next_event() <= io.now
            {
                model.advance(io);
                self.settle(seat.unit, io);
            }
        }
        self.nvmc.advance(io);
        self.ctrl_ap.advance(io.now);
    }

    /// PPI triggers the task at `address`.
    fn trigger(&mut self, address: u32, io: &mut Io<'_>) {
        let word = Word { value: 1, mask: u32::MAX };
        let known = match self.decoder.place(address) {
            Place::Unit { unit, offset } if offset < 0x100 => self.write_unit(unit, offset, word, io),
            _ => None,
        };
        if known.is_none() {
            self.notes.note(Matter::WriteUnmodelled, address, Master::Dma);
        }
    }

    /// Finds out when something is due next.
    pub(super) fn plan(&mut self) {
        let mut next = self.nvmc.next_event().min(self.ctrl_ap.next_event());
        if let Some((at, _)) = self.pending.front() {
            next = next.min(*at);
        }
        for seat in &self.seats {
            if let Some(model) = self.models.get(seat.unit) {
                next = next.min(model.next_event());
            }
        }
        self.next = next;
    }

    /// Takes up what a write or an event changed in `unit`.
    pub(super) fn settle(&mut self, unit: Unit, io: &mut Io<'_>) {
        match unit {
            Unit::Gpio | Unit::Gpiote => self.pins_changed(io),
            Unit::ClockPower => self.clock_changed(io),
            Unit::Ppi => self.hear(io.now),
            _ => {}
        }
        let unit = if unit == Unit::Gpio { Unit::Gpiote } else { unit };
        let seat = self.seats.iter().find(|seat| seat.unit == unit).copied();
        if let (Some(seat), Some(model)) = (seat, self.models.get(unit)) {
            let fired = model.events().take_fired();
            if let Some(irq) = seat.irq {
                io.irqs.set(irq, model.events().asks());
            }
            if let Some(address) = model.take_unreachable() {
                self.notes.note(Matter::DmaUnreachable, address, Master::Dma);
            }
            self.route(seat.base, fired, io.now);
        }
        let state = self.models.state();
        if state != self.state {
            self.state = state;
            io.requests.supply_changed = true;
        }
    }

    /// Sends events on their way to the tasks that they trigger. A task that several channels trigger at the same time is
    /// triggered once: they share its line.
    fn route(&mut self, base: u32, fired: u32, now: Time) {
        let at = Time(now.0.saturating_add(self.facts.ppi.latency_ps));
        for bit in (0..32).filter(|bit| fired >> bit & 1 == 1) {
            for task in self.models.ppi.tasks(base + 0x100 + 4 * bit) {
                let is_on_its_way = self.pending.iter().rev().take_while(|(due, _)| *due == at);
                if !is_on_its_way.map(|(_, task)| *task).any(|other| other == task) {
                    self.pending.push_back((at, task));
                }
            }
        }
    }

    /// Tells every peripheral which of its events PPI listens to.
    fn hear(&mut self, now: Time) {
        if !std::mem::take(&mut self.models.ppi.changed) {
            return;
        }
        for seat in &self.seats {
            let heard = self.models.ppi.heard(seat.base);
            if let Some(model) = self.models.get(seat.unit) {
                model.hear(heard, now);
            }
        }
    }

    fn pins_changed(&mut self, io: &mut Io<'_>) {
        io.requests.pins_changed = true;
        if self.models.clock_power.power.off && self.models.pins.detect() {
            io.requests.reset = Some(ResetCause::WakeUp);
        }
    }

    fn clock_changed(&mut self, io: &mut Io<'_>) {
        let clock = self.models.clock_power.clock.low_since();
        self.models.rtcs_mut().iter_mut().for_each(|counter| counter.set_clock(clock, io.now));
        let volts = self.volts(io);
        let part = &mut self.models.clock_power;
        part.power.watch(volts, &mut part.events);
        if part.power.off && self.state.mode != Mode::Off {
            // Everything but pins, POWER and RAM stands without supply.
            self.models.silence(ResetCause::WakeUp);
            self.pending.clear();
            io.requests.core_off = true;
            if self.models.pins.detect() {
                io.requests.reset = Some(ResetCause::WakeUp);
            }
        }
    }

    /// VDD, in volts.
    pub(super) fn volts(&self, io: &Io<'_>) -> f64 {
        self.models.saadc.analog.supply(io)
    }
}
