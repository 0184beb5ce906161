//! The flash interface: keys, sector and mass erase, programming, option bytes (RM0090 3.5 to 3.8).
//!
//! An operation changes the memory when it starts and keeps BSY set for the time that a real part takes. The core does
//! not get past it while it executes from flash, because its next fetch would wait; a program in RAM waits when it reads
//! flash. Wait states, prefetch and caches (ACR) are those of [`crate::flash_timing`].

use crate::board::access::{WaitStateFacts, readable};
use crate::board::chip::{FlashFacts, SectorFacts};
use crate::flash_timing::Control;
use crate::memory::Kind;
use crate::soc::bus::Word;
use crate::soc::{BusFault, Io, Width};
use crate::time::Time;

const BASE: u32 = 0x0800_0000;
const OTP: u32 = 0x1FFF_7800;
/// One lock byte for each 32 bytes of OTP.
const OTP_LOCKS: u32 = 0x1FFF_7A00;

const EOP: u32 = 1;
const OPERR: u32 = 1 << 1;
const WRPERR: u32 = 1 << 4;
const PGPERR: u32 = 1 << 6;
const PGSERR: u32 = 1 << 7;
/// EOP, OPERR, WRPERR, PGAERR, PGPERR, PGSERR.
const CLEARABLE: u32 = 0xF3;
const BSY: u32 = 1 << 16;

const PG: u32 = 1;
const SER: u32 = 1 << 1;
const MER: u32 = 1 << 2;
const STRT: u32 = 1 << 16;
const EOPIE: u32 = 1 << 24;
const ERRIE: u32 = 1 << 25;
const LOCK: u32 = 1 << 31;
/// PG, SER, MER, SNB, PSIZE and the interrupt enables.
const CR_WRITABLE: u32 = 0x0300_037F;

const OPTLOCK: u32 = 1;
const OPTSTRT: u32 = 1 << 1;
/// OPTCR after a reset of a part as it is delivered.
const OPTCR_DELIVERED: u32 = 0x0FFF_AAED;

/// LATENCY, PRFTEN, ICEN, DCEN, ICRST, DCRST.
const ACR_WRITABLE: u32 = 0x1F07;

/// How far a key sequence has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    Locked,
    FirstKey,
    Open,
    /// A wrong key: nothing opens it before the next reset.
    Dead,
}

impl Gate {
    /// Takes a key; an error is what a wrong one gives on the bus.
    fn key(&mut self, key: u32, keys: [u32; 2]) -> Result<(), BusFault> {
        *self = match *self {
            Self::Locked if key == keys[0] => Self::FirstKey,
            Self::FirstKey if key == keys[1] => Self::Open,
            Self::Open => Self::Open,
            Self::Locked | Self::FirstKey | Self::Dead => Self::Dead,
        };
        if *self == Self::Dead { Err(BusFault) } else { Ok(()) }
    }
}

/// The flash interface.
#[derive(Debug, Clone)]
pub struct Flash {
    facts: FlashFacts,
    limits: Vec<WaitStateFacts>,
    irq: Option<u8>,
    acr: u32,
    gate: Gate,
    option_gate: Gate,
    status: u32,
    control: u32,
    options: u32,
    /// What the option bytes hold, which a reset brings back.
    stored_options: u32,
    busy_until: Option<Time>,
}

impl Flash {
    /// The interface of a part as it is delivered.
    #[must_use]
    pub fn new(facts: FlashFacts, limits: Vec<WaitStateFacts>, irq: Option<u8>) -> Self {
        Self {
            facts,
            limits,
            irq,
            acr: 0,
            gate: Gate::Locked,
            option_gate: Gate::Locked,
            status: 0,
            control: 0,
            options: OPTCR_DELIVERED,
            stored_options: OPTCR_DELIVERED,
            busy_until: None,
        }
    }

    /// Registers as after a reset. An operation that runs is lost.
    pub fn reset(&mut self, io: &mut Io<'_>) {
        io.flash.occupy(0);
        io.flash.control_art(Control::default());
        (self.acr, self.status, self.control, self.busy_until) = (0, 0, 0, None);
        (self.gate, self.option_gate) = (Gate::Locked, Gate::Locked);
        self.options = self.stored_options;
    }

    /// Bit 5 of the user option byte: the independent watchdog is started by software only.
    #[must_use]
    pub fn watchdog_by_software(&self) -> bool {
        self.options >> 5 & 1 == 1
    }

    /// nRST_STOP: a program that enters stop mode is reset instead.
    #[must_use]
    pub fn resets_in_stop(&self) -> bool {
        self.stored_options >> 6 & 1 == 0
    }

    /// nRST_STDBY: a program that enters standby mode is reset instead.
    #[must_use]
    pub fn resets_in_standby(&self) -> bool {
        self.stored_options >> 7 & 1 == 0
    }

    /// BOR_LEV, 0 to 3.
    #[must_use]
    pub fn brown_out_level(&self) -> usize {
        (self.stored_options >> 2 & 3) as usize
    }

    /// OPTCR, for the view of the option bytes.
    #[must_use]
    pub fn stored_options(&self) -> u32 {
        self.stored_options
    }

    /// Reads a register.
    #[must_use]
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x00 => self.acr,
            0x04 | 0x08 => 0,
            0x0C => self.status | if self.busy_until.is_some() { BSY } else { 0 },
            0x10 => self.control | if self.gate == Gate::Open { 0 } else { LOCK },
            0x14 => self.options & !(OPTLOCK | OPTSTRT) | u32::from(self.option_gate != Gate::Open),
            _ => return None,
        })
    }

    /// Writes a register; `None` where there is none.
    ///
    /// # Errors
    /// A wrong key.
    pub fn write(&mut self, offset: u32, word: Word, io: &mut Io<'_>) -> Option<Result<(), BusFault>> {
        match offset {
            0x00 => {
                self.acr = word.within(self.acr, ACR_WRITABLE);
                io.flash.control_art(self.access());
            }
            0x04 => return Some(self.gate.key(word.value, [0x4567_0123, 0xCDEF_89AB])),
            0x08 => return Some(self.option_gate.key(word.value, [0x0819_2A3B, 0x4C5D_6E7F])),
            0x0C => self.status &= !(word.value & word.mask & CLEARABLE),
            0x10 => self.write_control(word, io),
            0x14 => self.write_options(word, io),
            _ => return None,
        }
        self.drive(io);
        Some(Ok(()))
    }

    /// What ACR says (RM0090 3.9.1).
    fn access(&self) -> Control {
        let bit = |bit: u32| self.acr >> bit & 1 == 1;
        Control {
            wait_states: (self.acr & 7) as u8,
            prefetch: bit(8),
            instructions: bit(9),
            data: bit(10),
            reset_instructions: bit(11),
            reset_data: bit(12),
        }
    }

    /// Whether flash can be read with a core clock of `hz` and a supply of `volts` (RM0090 table 11). A real one would
    /// misread otherwise.
    #[must_use]
    pub fn readable(&self, hz: u64, volts: f64) -> bool {
        let control = self.access();
        readable(&self.limits, hz, volts, control.wait_states, control.prefetch)
    }

    fn write_control(&mut self, word: Word, io: &mut Io<'_>) {
        // The bus waits for the end of an operation (RM0090 3.8.5).
        self.settle(io);
        if self.gate != Gate::Open {
            return;
        }
        self.control = word.within(self.control, CR_WRITABLE);
        let set = word.value & word.mask;
        if set & LOCK != 0 {
            self.gate = Gate::Locked;
        } else if set & STRT != 0 {
            self.erase(io);
        }
    }

    fn write_options(&mut self, word: Word, io: &mut Io<'_>) {
        self.settle(io);
        if self.option_gate != Gate::Open {
            return;
        }
        self.options = word.within(self.options, 0x0FFF_FFEC);
        let set = word.value & word.mask;
        if set & OPTSTRT != 0 {
            self.stored_options = self.options | OPTLOCK;
            self.begin(Time(self.facts.option_program_ms.unwrap_or(0).saturating_mul(1_000_000_000)), io);
        }
        if set & OPTLOCK != 0 {
            self.option_gate = Gate::Locked;
        }
    }

    /// Sector `number`: its first address, its size, and the time to erase it.
    fn sector(&self, number: u32) -> Option<(u32, u32, &SectorFacts)> {
        let mut base = BASE;
        for group in &self.facts.sectors {
            if let Some(index) = number.checked_sub(group.first).filter(|index| *index < group.count) {
                return Some((base + index * group.size_bytes, group.size_bytes, group));
            }
            base += group.count * group.size_bytes;
        }
        None
    }

    /// The number of the sector that holds `address`.
    fn sector_of(&self, address: u32) -> Option<u32> {
        let mut base = BASE;
        for group in &self.facts.sectors {
            let index = address.checked_sub(base)? / group.size_bytes;
            if index < group.count {
                return Some(group.first + index);
            }
            base += group.count * group.size_bytes;
        }
        None
    }

    /// nWRP: a clear bit protects its sector.
    fn protected(&self, sector: u32) -> bool {
        self.options >> (16 + sector) & 1 == 0
    }

    fn erase(&mut self, io: &mut Io<'_>) {
        let number = self.control >> 3 & 0xF;
        let all = self.facts.sectors.iter().map(|group| group.count).sum();
        let (first, last, milliseconds) = match (self.control & (PG | SER | MER), self.sector(number)) {
            (SER, Some((_, _, group))) => (number, number + 1, group.erase_ms),
            (MER, _) => (0, all, self.facts.mass_erase_ms),
            _ => return self.fail(PGSERR, io),
        };
        if (first..last).any(|sector| self.protected(sector)) {
            return self.fail(WRPERR, io);
        }
        for (base, size, _) in (first..last).filter_map(|sector| self.sector(sector)) {
            if let Some(bytes) = io.memory.slice_mut(base, size as usize) {
                bytes.fill(0xFF);
            }
        }
        self.begin(Time(milliseconds.saturating_mul(1_000_000_000)), io);
    }

    /// A store into flash or OTP.
    pub fn program(&mut self, address: u32, width: Width, value: u32, io: &mut Io<'_>) {
        self.settle(io);
        if self.gate != Gate::Open || self.control & (PG | SER | MER) != PG {
            return self.fail(PGSERR, io);
        }
        let (size, microseconds) = match width {
            Width::Byte => (0, self.facts.program_byte_us),
            Width::Half => (1, self.facts.program_half_us),
            Width::Word => (2, Some(self.facts.program_word_us)),
        };
        if self.control >> 8 & 3 != size {
            return self.fail(PGPERR, io);
        }
        let protected = match self.sector_of(address) {
            Some(sector) => self.protected(sector),
            None => otp_locked(address, io),
        };
        if protected {
            return self.fail(WRPERR, io);
        }
        if let Some(bytes) = io.memory.slice_mut(address, width.bytes() as usize) {
            // Programming clears bits; only an erase sets them.
            bytes.iter_mut().zip(value.to_le_bytes()).for_each(|(old, new)| *old &= new);
        }
        self.begin(Time(microseconds.unwrap_or(0).saturating_mul(1_000_000)), io);
    }

    /// Waits for the end of the operation that runs.
    fn settle(&mut self, io: &mut Io<'_>) {
        if let Some(until) = self.busy_until {
            io.stall_until(until);
            io.now = io.now.max(until);
            self.finish(io);
        }
    }

    fn begin(&mut self, takes: Time, io: &mut Io<'_>) {
        let until = Time(io.now.0.saturating_add(takes.0));
        self.busy_until = Some(until);
        io.occupy_flash(until);
        if io.runs_from_flash() {
            io.stall_until(until);
        }
    }

    fn fail(&mut self, flag: u32, io: &mut Io<'_>) {
        self.status |= flag | if self.control & ERRIE != 0 { OPERR } else { 0 };
        self.drive(io);
    }

    fn finish(&mut self, io: &mut Io<'_>) {
        self.busy_until = None;
        // EOP is set only when its interrupt is enabled (RM0090 3.8.4).
        if self.control & EOPIE != 0 {
            self.status |= EOP;
        }
        self.drive(io);
    }

    fn drive(&self, io: &mut Io<'_>) {
        let eop = self.status & EOP != 0 && self.control & EOPIE != 0;
        let error = self.status & OPERR != 0 && self.control & ERRIE != 0;
        if let Some(irq) = self.irq {
            io.irqs.set(irq, eop || error);
        }
    }

    /// When the operation ends.
    #[must_use]
    pub fn next_event(&self) -> Time {
        self.busy_until.unwrap_or(Time::NEVER)
    }

    /// Ends the operation when it is due.
    pub fn advance(&mut self, io: &mut Io<'_>) {
        if self.busy_until.is_some_and(|until| until <= io.now) {
            self.finish(io);
        }
    }
}

/// Whether the lock byte of an OTP block is programmed to 0. The lock bytes themselves are open.
fn otp_locked(address: u32, io: &Io<'_>) -> bool {
    if address >= OTP_LOCKS {
        return false;
    }
    let lock = io.memory.find(OTP_LOCKS + (address.wrapping_sub(OTP)) / 32);
    lock.is_some_and(|(region, offset)| region.kind == Kind::Flash && region.bytes.get(offset) == Some(&0))
}
