//! What surrounds the core: the trait that a chip implements, and what its peripherals may touch.

pub mod bus;
pub mod notes;
pub mod nrf52840;
pub mod stm32f407;
#[cfg(test)]
mod testing;
pub mod ticks;

use crate::flash_timing::FlashTiming;
use crate::memory::{Kind, Memory};
use crate::power::Supply;
use crate::time::Time;
use crate::uart::Sent;
use notes::Note;

/// Width of one bus access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 8 bits.
    Byte,
    /// 16 bits.
    Half,
    /// 32 bits.
    Word,
}

impl Width {
    /// In bytes.
    #[must_use]
    pub fn bytes(self) -> u32 {
        match self {
            Self::Byte => 1,
            Self::Half => 2,
            Self::Word => 4,
        }
    }
}

/// Who accesses the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Master {
    /// The core, executing the instruction at this address.
    Core {
        /// Its program counter.
        pc: u32,
    },
    /// The debugger, through the AHB access port.
    Debugger,
    /// A DMA controller of the chip.
    Dma,
}

/// What the core does, as far as the chip's clocks and its supply depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// It executes, or stands in debug state.
    Running {
        /// The code lies in flash.
        flash: bool,
    },
    /// It sleeps with SLEEPDEEP clear.
    Sleeping,
    /// It sleeps with SLEEPDEEP set.
    SleepingDeep,
}

/// What the chip lets the core have while it sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoreClock {
    /// Its clock: SysTick and, where the chip says so, CYCCNT count on.
    On,
    /// No clock: SysTick and CYCCNT stand still; interrupts wake it up.
    Stopped,
    /// No supply: only a reset ends it.
    Off,
}

/// The bus answered an access with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusFault;

/// What caused a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetCause {
    /// The supply came up.
    PowerOn,
    /// The reset pin.
    Pin,
    /// AIRCR.SYSRESETREQ.
    Software,
    /// A watchdog.
    Watchdog,
    /// The core locked up where the chip resets on it.
    Lockup,
    /// The end of a mode in which the core had no supply.
    WakeUp,
}

/// The interrupt request lines of the chip, as levels.
#[derive(Debug, Clone, Default)]
pub struct IrqLines {
    levels: [u64; 4],
    pulses: [u64; 4],
}

impl IrqLines {
    /// Drives line `irq` (0 to 239) high or low.
    pub fn set(&mut self, irq: u8, high: bool) {
        let (word, bit) = (usize::from(irq / 64), 1u64 << (irq % 64));
        if high {
            self.levels[word] |= bit;
        } else {
            self.levels[word] &= !bit;
        }
    }

    /// Drives each of the lines 0 to 127 that is a bit of `lines` as its bit in `high` says.
    pub fn set_of(&mut self, lines: u128, high: u128) {
        for (word, shift) in [(0, 0), (1, 64)] {
            let (own, high) = ((lines >> shift) as u64, (high >> shift) as u64);
            self.levels[word] = self.levels[word] & !own | high & own;
        }
    }

    /// Pulses line `irq` once.
    pub fn pulse(&mut self, irq: u8) {
        self.pulses[usize::from(irq / 64)] |= 1u64 << (irq % 64);
    }

    /// The lines that are high, as bits.
    #[must_use]
    pub fn levels(&self) -> [u64; 4] {
        self.levels
    }

    /// The lines that were pulsed since the last call.
    pub fn take_pulses(&mut self) -> [u64; 4] {
        std::mem::take(&mut self.pulses)
    }
}

/// What the chip asks of the machine around it.
#[derive(Debug, Clone, Default)]
pub struct Requests {
    /// The core clock changed to this many hertz.
    pub core_hz: Option<u64>,
    /// Reset the chip.
    pub reset: Option<ResetCause>,
    /// The bus stalls the core for this many further cycles.
    pub stall_cycles: u64,
    /// The event input of the core was pulsed: WFE wakes up.
    pub event: bool,
    /// The core loses its clock at once, and sleeps: [`Soc::core_clock`] says how.
    pub core_off: bool,
    /// What the chip draws may have changed: [`Soc::amperes`] is asked again.
    pub supply_changed: bool,
    /// The level of a pin may have changed: what watches pins looks at [`Soc::pin_level`] again.
    pub pins_changed: bool,
}

/// What a peripheral may touch during an access or an event.
#[derive(Debug)]
pub struct Io<'a> {
    /// Virtual time now.
    pub now: Time,
    /// The memories, for flash controllers and DMA.
    pub memory: &'a mut Memory,
    /// The way from the core to flash, for flash controllers.
    pub flash: &'a mut FlashTiming,
    /// The supply, for converters that measure it.
    pub supply: &'a mut Supply,
    /// The interrupt lines.
    pub irqs: &'a mut IrqLines,
    /// Requests to the machine.
    pub requests: &'a mut Requests,
    /// The frequency of the core clock now, in hertz.
    pub core_hz: u64,
    /// Who accesses; [`Master::Debugger`] during events.
    pub master: Master,
}

impl Io<'_> {
    /// Keeps the bus from answering before `time`: the access takes that long.
    pub fn stall_until(&mut self, time: Time) {
        self.requests.stall_cycles = self.requests.stall_cycles.max(self.cycles_until(time));
    }

    /// Core cycles from now to `time`, the last one begun counting as a whole one.
    fn cycles_until(&self, time: Time) -> u64 {
        let picoseconds = u128::from(time.0.saturating_sub(self.now.0));
        let cycles = (picoseconds * u128::from(self.core_hz)).div_ceil(1_000_000_000_000);
        u64::try_from(cycles).unwrap_or(u64::MAX)
    }

    /// Flash is programmed or erased until `time`: what reads it meanwhile waits, and what was cached is forgotten.
    pub fn occupy_flash(&mut self, time: Time) {
        self.flash.occupy(self.cycles_until(time));
    }

    /// A DMA controller accesses `address` once, a beat of whatever width. To be called for every beat: the core loses
    /// cycles where it wants the same slave of the bus matrix ([`crate::flash_timing`] says how many).
    pub fn dma_access(&mut self, address: u32) {
        self.requests.stall_cycles += self.flash.dma_access(address);
    }

    /// Whether the access is by an instruction that was fetched from flash.
    #[must_use]
    pub fn runs_from_flash(&self) -> bool {
        match self.master {
            Master::Core { pc } => self.memory.find(pc).is_some_and(|(region, _)| region.kind == Kind::Flash),
            Master::Debugger | Master::Dma => false,
        }
    }
}

/// Everything of a chip behind the core's bus that is neither memory nor part of the core.
pub trait Soc: Send {
    /// Reads a peripheral register.
    ///
    /// # Errors
    /// When the bus of the real chip answers with an error.
    fn read(&mut self, address: u32, width: Width, io: &mut Io<'_>) -> Result<u32, BusFault>;

    /// Writes a peripheral register.
    ///
    /// # Errors
    /// When the bus of the real chip answers with an error.
    fn write(&mut self, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault>;

    /// A store into flash: the flash controller decides. `address` is free of aliases.
    ///
    /// # Errors
    /// When the controller does not take the store.
    fn write_flash(&mut self, address: u32, width: Width, value: u32, io: &mut Io<'_>) -> Result<(), BusFault>;

    /// When the chip next wants [`Soc::advance`]; [`Time::NEVER`] when nothing is planned.
    fn next_event(&self) -> Time;

    /// Does what is due at `io.now`.
    fn advance(&mut self, io: &mut Io<'_>);

    /// Puts every register into its reset state. Memory keeps its contents.
    fn reset(&mut self, cause: ResetCause, io: &mut Io<'_>);

    /// The core fell asleep or woke up. The chip switches its clocks; [`Io::stall_until`] or
    /// [`Requests::stall_cycles`] is the time that waking up takes.
    fn core_changed(&mut self, _activity: Activity, _io: &mut Io<'_>) {}

    /// The debugger halted the core, or let it run again. Time may pass while it is halted.
    fn core_halted(&mut self, _halted: bool, _io: &mut Io<'_>) {}

    /// What the core has while it sleeps.
    fn core_clock(&self) -> CoreClock {
        CoreClock::On
    }

    /// What the chip draws while the core does `activity`, in amperes.
    fn amperes(&self, _activity: Activity) -> f64 {
        0.0
    }

    /// Drives the pin called `name` in the chip's documentation (`PA0`, `P0.13`) from outside, or lets it float. False
    /// where there is no such pin.
    fn drive_pin(&mut self, _name: &str, _level: Option<bool>, _io: &mut Io<'_>) -> bool {
        false
    }

    /// The level that the chip itself drives onto a pin; `None` for an input and where there is no such pin.
    fn pin_level(&self, _name: &str) -> Option<bool> {
        None
    }

    /// Applies a voltage to an analog pin from outside, in volts. False where there is no such pin.
    fn apply_volts(&mut self, _name: &str, _volts: f64, _io: &mut Io<'_>) -> bool {
        false
    }

    /// Reads register `address` (0x00 to 0xFC) of debug access port `ap` (1 or higher); `None` without such a port.
    fn access_port_read(&mut self, ap: u8, address: u8, io: &mut Io<'_>) -> Option<u32>;

    /// Writes a register of debug access port `ap`; `None` without such a port.
    fn access_port_write(&mut self, ap: u8, address: u8, value: u32, io: &mut Io<'_>) -> Option<()>;

    /// Whether the AHB access port may touch the bus (false while read-back protection is active).
    fn debug_allowed(&self) -> bool {
        true
    }

    /// The names of the serial ports; a port's index is its place here.
    fn serial_ports(&self) -> &[String] {
        &[]
    }

    /// What serial port `port` has sent since the last call; nothing where there is no such port.
    fn take_serial(&mut self, _port: usize) -> Vec<Sent> {
        Vec::new()
    }

    /// Sends `bytes` to serial port `port`, one after the other at the speed of the line. Gives how many were taken.
    fn feed_serial(&mut self, _port: usize, _bytes: &[u8], _io: &mut Io<'_>) -> usize {
        0
    }

    /// What people should know about the accesses so far, each thing once.
    fn notes(&self) -> &[Note] {
        &[]
    }
}

/// A chip without peripherals, for tests of the core alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bare;

impl Soc for Bare {
    fn read(&mut self, _: u32, _: Width, _: &mut Io<'_>) -> Result<u32, BusFault> {
        Err(BusFault)
    }

    fn write(&mut self, _: u32, _: Width, _: u32, _: &mut Io<'_>) -> Result<(), BusFault> {
        Err(BusFault)
    }

    fn write_flash(&mut self, _: u32, _: Width, _: u32, _: &mut Io<'_>) -> Result<(), BusFault> {
        Err(BusFault)
    }

    fn next_event(&self) -> Time {
        Time::NEVER
    }

    fn advance(&mut self, _: &mut Io<'_>) {}

    fn reset(&mut self, _: ResetCause, _: &mut Io<'_>) {}

    fn access_port_read(&mut self, _: u8, _: u8, _: &mut Io<'_>) -> Option<u32> {
        None
    }

    fn access_port_write(&mut self, _: u8, _: u8, _: u32, _: &mut Io<'_>) -> Option<()> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::IrqLines;

    #[test]
    fn several_lines_at_once_are_the_same_as_one_after_the_other() {
        let (mut at_once, mut one_by_one) = (IrqLines::default(), IrqLines::default());
        for line in [0, 5, 63, 64, 127, 128, 200] {
            at_once.set(line, true);
            one_by_one.set(line, true);
        }
        let mut lines = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C834_u128;
        for _ in 0..100 {
            lines = lines.rotate_left(29).wrapping_mul(0x2545_F491_4F6C_DD1D) | 1;
            let high = lines.rotate_right(41);
            at_once.set_of(lines, high);
            for line in (0..128).filter(|line| lines >> line & 1 == 1) {
                one_by_one.set(line, high >> line & 1 == 1);
            }
            assert_eq!(at_once.levels(), one_by_one.levels());
        }
    }
}
