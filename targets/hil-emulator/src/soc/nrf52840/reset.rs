//! What a reset, a sleep and System OFF do to the chip as a whole (PS, POWER: reset behaviour).

use super::{Nrf52840, nvmc};
use crate::memory::Memory;
use crate::soc::{Io, ResetCause};

/// UICR.PSELRESET[0] and [1], and NFCPINS (PS, UICR).
const RESET_PIN: [u32; 2] = [nvmc::UICR + 0x200, nvmc::UICR + 0x204];
const ANTENNA: u32 = nvmc::UICR + 0x20C;
/// P0.09 and P0.10.
const ANTENNA_PINS: u32 = 1 << 9 | 1 << 10;
/// Where RAM begins.
const RAM: u32 = 0x2000_0000;

fn word(memory: &Memory, address: u32) -> u32 {
    let bytes = memory.slice(address, 4).and_then(|bytes| bytes.first_chunk::<4>());
    bytes.map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes))
}

/// The port and the pin that UICR makes the reset pin: both words must agree.
pub fn reset_pin(memory: &Memory) -> Option<(usize, usize)> {
    let [first, second] = RESET_PIN.map(|address| word(memory, address));
    // CONNECT is 0 where the pin is connected.
    (first == second && first >> 31 == 0).then_some(((first >> 5 & 1) as usize, (first & 31) as usize))
}

impl Nrf52840 {
    /// Registers as after a reset for `cause`.
    pub(super) fn restart(&mut self, cause: ResetCause, io: &mut Io<'_>) {
        let (off, dark) = (self.models.clock_power.power.off, self.models.clock_power.power.dark);
        if off {
            self.lose_ram(io);
            io.stall_until(io.now.plus_ns(self.facts.sleep.wake_off_ns));
        }
        self.models.silence(cause);
        self.models.clock_power.power.reset(cause);
        // Whoever asks for a reset, a supply that is too low holds the chip in it.
        self.models.clock_power.power.dark = dark && self.volts(io) < self.facts.supply.power_on_volts;
        let antenna = if word(io.memory, ANTENNA) & 1 == 1 { ANTENNA_PINS } else { 0 };
        let reset = match reset_pin(io.memory) {
            Some((0, pin)) => 1 << pin,
            _ => 0,
        };
        self.models.pins.reset(antenna | reset, cause == ResetCause::WakeUp);
        self.nvmc.reset(io);
        self.ctrl_ap.reset(io);
        self.pending.clear();
        (self.asleep, self.state) = (false, self.models.state());
        (io.requests.supply_changed, io.requests.pins_changed) = (true, true);
        for irq in 0..=u8::MAX {
            io.irqs.set(irq, false);
        }
        self.plan();
    }

    /// RAM sections that System OFF did not supply hold what they happen to hold.
    fn lose_ram(&mut self, io: &mut Io<'_>) {
        for (start, len, kept) in self.models.clock_power.power.sections() {
            if kept {
                continue;
            }
            if let Some(bytes) = io.memory.slice_mut(RAM + start as u32, len) {
                for word in bytes.chunks_exact_mut(8) {
                    word.copy_from_slice(&self.chance.next().to_le_bytes());
                }
            }
        }
    }

    /// The core fell asleep, or woke up, which takes its time.
    pub(super) fn sleeps(&mut self, asleep: bool, io: &mut Io<'_>) {
        let power = &self.models.clock_power.power;
        if power.off || power.dark {
            return;
        }
        if !asleep {
            let ready = power.constant_latency || self.models.need_high_clock();
            let sleep = &self.facts.sleep;
            io.stall_until(io.now.plus_ns(if ready { sleep.wake_clock_on_ns } else { sleep.wake_ns }));
        }
        let part = &mut self.models.clock_power;
        part.power.slept(asleep, &mut part.events);
        self.models.wdt.set_asleep(asleep, io.now);
        self.settle(super::Unit::ClockPower, io);
    }
}
