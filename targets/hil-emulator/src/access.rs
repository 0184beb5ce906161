//! Loads and stores of the core: the fast path into the main RAM, then everything that can stand in the way.

use crate::cpu::{Cpu, Fault, Faulted, Sleep};
use crate::flash_timing::{CoreView, LINE};
use crate::memory::Kind;
use crate::micro::Micro;
use crate::soc::{Activity, BusFault, Io, Master, Width};
use crate::system::mpu::Right;
use crate::system::scb;

/// What kind of access it is, where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kindness {
    /// An ordinary one: may be unaligned unless CCR.UNALIGN_TRP is set.
    Normal,
    /// LDM, LDRD, VLDR, LDREX and their kin: an unaligned address always faults.
    Aligned,
    /// LDRT and its kin: with the rights of unprivileged code.
    Unprivileged,
}

/// The private peripheral bus.
const PRIVATE: std::ops::RangeInclusive<u32> = 0xE000_0000..=0xE00F_FFFF;

macro_rules! accessors {
    ($load:ident, $store:ident, $int:ty, $width:expr) => {
        /// Loads a value of this width; may be unaligned.
        ///
        /// # Errors
        /// When the access faults; [`Cpu::fault`] says why.
        #[inline(always)]
        pub fn $load(&mut self, address: u32) -> Result<u32, Faulted> {
            match self.memory.fast_read(address) {
                Some(bytes) => Ok(u32::from(<$int>::from_le_bytes(bytes))),
                None => self.load_slow(address, $width, Kindness::Normal),
            }
        }

        /// Stores the low bits of `value`; may be unaligned.
        ///
        /// # Errors
        /// When the access faults; [`Cpu::fault`] says why.
        #[inline(always)]
        pub fn $store(&mut self, address: u32, value: u32) -> Result<(), Faulted> {
            if self.memory.fast_write(address, (value as $int).to_le_bytes()) {
                return Ok(());
            }
            self.store_slow(address, $width, value, Kindness::Normal)
        }
    };
}

impl Cpu {
    accessors!(load8, store8, u8, Width::Byte);
    accessors!(load16, store16, u16, Width::Half);
    accessors!(load32, store32, u32, Width::Word);

    /// Loads a word that must be aligned (LDM, LDRD, VLDR).
    ///
    /// # Errors
    /// When the access faults.
    #[inline(always)]
    pub fn load_aligned(&mut self, address: u32) -> Result<u32, Faulted> {
        match self.memory.fast_read(address) {
            Some(bytes) => Ok(u32::from_le_bytes(bytes)),
            None => self.load_slow(address, Width::Word, Kindness::Aligned),
        }
    }

    /// Stores a word that must be aligned (STM, STRD, VSTR).
    ///
    /// # Errors
    /// When the access faults.
    #[inline(always)]
    pub fn store_aligned(&mut self, address: u32, value: u32) -> Result<(), Faulted> {
        if self.memory.fast_write(address, value.to_le_bytes()) {
            return Ok(());
        }
        self.store_slow(address, Width::Word, value, Kindness::Aligned)
    }

    /// A load that is not an aligned one from the main RAM.
    ///
    /// # Errors
    /// When the access faults.
    #[inline(never)]
    pub fn load_slow(&mut self, address: u32, width: Width, kind: Kindness) -> Result<u32, Faulted> {
        // Constants, which programs read a lot. Where the fast path is on, nobody's rights and no comparator stand in the way.
        if let Some(value) = self.memory.fast_flash(address, width.bytes())
            && self.system.fpb.literal(address).is_none()
        {
            self.cycles += self.flash.load(address, self.cycles);
            return Ok(value);
        }
        if address & (width.bytes() - 1) != 0 {
            self.check_unaligned(kind)?;
            // The bus splits the access; each part is checked by itself, as on the real core.
            self.cycles += self.timing.unaligned_access(address, width);
            let mut value = 0;
            for byte in 0..width.bytes() {
                let part = self.load_slow(address.wrapping_add(byte), Width::Byte, kind);
                value |= part.map_err(|faulted| self.of_whole_access(address, faulted))? << (8 * byte);
            }
            return Ok(value);
        }
        self.check_rights(address, Right::Read, kind)?;
        // A literal comparator of the FPB shows another word.
        let place = self.system.fpb.literal(address).unwrap_or(address);
        self.cycles += self.flash.load(place, self.cycles);
        let value = self.bus_read(place, width).map_err(|BusFault| self.fail(Fault::DataBus { address }))?;
        if self.system.dwt.watch_read(address, width, value) {
            self.request_service();
        }
        Ok(value)
    }

    /// A store that is not an aligned one to the main RAM.
    ///
    /// # Errors
    /// When the access faults.
    #[inline(never)]
    pub fn store_slow(&mut self, address: u32, width: Width, value: u32, kind: Kindness) -> Result<(), Faulted> {
        if address & (width.bytes() - 1) != 0 {
            self.check_unaligned(kind)?;
            self.cycles += self.timing.unaligned_access(address, width);
            for byte in 0..width.bytes() {
                let part = self.store_slow(address.wrapping_add(byte), Width::Byte, value >> (8 * byte), kind);
                part.map_err(|faulted| self.of_whole_access(address, faulted))?;
            }
            return Ok(());
        }
        self.check_rights(address, Right::Write, kind)?;
        self.bus_write(address, width, value).map_err(|BusFault| self.fail(Fault::DataBus { address }))?;
        if self.system.dwt.watch_write(address, width, value) {
            self.request_service();
        }
        Ok(())
    }

    /// A part of an unaligned access failed: BFAR shows the address that the instruction asked for, MMFAR that of the
    /// part (Cortex-M4 Devices Generic User Guide, DUI 0553A, 4.3.13 and 4.3.12).
    fn of_whole_access(&mut self, address: u32, faulted: Faulted) -> Faulted {
        match self.fault {
            Some(Fault::DataBus { .. }) => self.fail(Fault::DataBus { address }),
            _ => faulted,
        }
    }

    fn check_unaligned(&mut self, kind: Kindness) -> Result<(), Faulted> {
        if kind == Kindness::Aligned || self.system.traps_unaligned() {
            return Err(self.fail(Fault::Unaligned));
        }
        Ok(())
    }

    fn check_rights(&mut self, address: u32, right: Right, kind: Kindness) -> Result<(), Faulted> {
        let privileged = self.privileged() && kind != Kindness::Unprivileged;
        if PRIVATE.contains(&address) {
            // Unprivileged code gets a bus fault there, but for the ITM's stimulus ports and STIR when opened.
            if !privileged && !self.system.open_to_unprivileged(address) {
                return Err(self.fail(Fault::DataBus { address }));
            }
            return Ok(());
        }
        if self.system.mpu.allows(address, right, privileged, self.negative_priority()) {
            Ok(())
        } else {
            Err(self.fail(Fault::DataAccess { address }))
        }
    }

    /// One aligned read as the core's bus sees it, rights aside.
    ///
    /// # Errors
    /// When nothing answers.
    pub fn bus_read(&mut self, address: u32, width: Width) -> Result<u32, BusFault> {
        let master = Master::Core { pc: self.current };
        self.read_as(master, address, width)
    }

    /// One aligned write as the core's bus sees it, rights aside.
    ///
    /// # Errors
    /// When nothing answers.
    pub fn bus_write(&mut self, address: u32, width: Width, value: u32) -> Result<(), BusFault> {
        let master = Master::Core { pc: self.current };
        self.write_as(master, address, width, value)
    }

    /// One aligned read by `master`.
    ///
    /// # Errors
    /// When nothing answers.
    pub fn read_as(&mut self, master: Master, address: u32, width: Width) -> Result<u32, BusFault> {
        if PRIVATE.contains(&address) {
            return self.private_read(master, address, width);
        }
        if let Some(bytes) = self.memory.slice(address, width.bytes() as usize) {
            return Ok(bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)));
        }
        self.with_soc(master, |soc, io| soc.read(address, width, io))
    }

    /// One aligned write by `master`.
    ///
    /// # Errors
    /// When nothing answers, or a flash controller does not take it.
    pub fn write_as(&mut self, master: Master, address: u32, width: Width, value: u32) -> Result<(), BusFault> {
        if PRIVATE.contains(&address) {
            return self.private_write(master, address, width, value);
        }
        match self.memory.find(address).map(|(region, _)| region.kind) {
            Some(Kind::Ram) => {
                let len = width.bytes() as usize;
                let place = self.memory.slice_mut(address, len).ok_or(BusFault)?;
                place.copy_from_slice(&value.to_le_bytes()[..len]);
                if self.memory.code_changed {
                    self.request_service();
                }
                Ok(())
            }
            Some(Kind::Flash) => {
                let resolved = self.memory.resolve(address);
                let value = self.memory.programmable(resolved, value);
                self.with_soc(master, |soc, io| soc.write_flash(resolved, width, value, io))
            }
            None => self.with_soc(master, |soc, io| soc.write(address, width, value, io)),
        }
    }

    /// Calls the chip with everything it may touch, then takes up what it asked for.
    pub fn with_soc<T>(&mut self, master: Master, call: impl FnOnce(&mut dyn crate::soc::Soc, &mut Io<'_>) -> T) -> T {
        self.flash.observe(CoreView {
            now: self.cycles,
            runs: self.sleeping.is_none() && !self.system.halted(),
            code: self.current,
            stack: self.r[13],
        });
        let mut io = Io {
            now: self.clock.time_at(self.cycles),
            memory: &mut self.memory,
            flash: &mut self.flash,
            supply: &mut self.supply,
            irqs: &mut self.irqs,
            requests: &mut self.requests,
            core_hz: self.clock.hz(),
            master,
        };
        let now = io.now;
        let result = call(self.soc.as_mut(), &mut io);
        self.planned = self.soc.next_event();
        if std::mem::take(&mut self.requests.supply_changed) {
            self.supply.draw(now, self.soc.amperes(self.activity));
        }
        if std::mem::take(&mut self.requests.pins_changed) {
            self.supply.watch_pins(now, |pin| self.soc.pin_level(pin));
        }
        if std::mem::take(&mut self.requests.core_off) {
            self.sleeping = Some(Sleep::Interrupt);
        }
        self.cycles += std::mem::take(&mut self.requests.stall_cycles);
        if let Some(hz) = self.requests.core_hz.take() {
            self.clock.set_hz(hz, self.cycles);
        }
        // Interrupt lines may have moved, an event may have been planned, code may have changed.
        self.request_service();
        result
    }

    /// Tells the chip what the core does from now on.
    pub fn set_activity(&mut self, activity: Activity) {
        self.activity = activity;
        self.with_soc(Master::Debugger, |soc, io| {
            soc.core_changed(activity, io);
            io.requests.supply_changed = true;
        });
    }

    /// The core goes on in flash, or in RAM.
    #[cold]
    pub fn moved(&mut self, flash: bool) {
        if self.activity == (Activity::Running { flash: !flash }) {
            self.activity = Activity::Running { flash };
            let now = self.clock.time_at(self.cycles);
            self.supply.draw(now, self.soc.amperes(self.activity));
        }
    }

    /// Tells the chip when the core fell asleep or woke up since it was last told; false when it did neither.
    pub fn sleep_changed(&mut self) -> bool {
        let running = matches!(self.activity, Activity::Running { .. });
        if self.sleeping.is_some() != running {
            return false;
        }
        let deep = self.system.scb.sleep_control & scb::SLEEPDEEP != 0;
        self.set_activity(match (running, deep) {
            (true, true) => Activity::SleepingDeep,
            (true, false) => Activity::Sleeping,
            (false, _) => Activity::Running { flash: self.memory.is_flash(self.pc) },
        });
        true
    }

    /// The instruction at `address` is executed by itself.
    pub fn enter_region(&mut self, address: u32) {
        self.moved(self.memory.is_flash(address));
    }

    /// Waits for the lines in which an instruction lies. Gives the cycles that it took.
    #[inline]
    pub fn fetch_lines(&mut self, micro: &Micro) -> u64 {
        let mut wait = self.flash.fetch(micro.address, self.cycles);
        let last = micro.address.wrapping_add(micro.size() - 1);
        if last / LINE != micro.address / LINE {
            wait += self.flash.fetch(last, self.cycles + wait);
        }
        self.cycles += wait;
        wait
    }
}
