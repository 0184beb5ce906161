//! The private peripheral bus: which register answers at which address, and what an access does beyond its register.
//!
//! Reserved words inside a component read 0 and ignore writes; addresses without a component are the chip's above
//! 0xE0040000 (STM32 has its DBGMCU there) and bus faults below. A narrow read takes its bytes out of the word; a
//! narrow write is a bus fault but where the architecture allows it: priorities, CFSR, stimulus ports.

use super::coresight::{self, Component};
use super::debug::demcr;
use super::exceptions::{FIRST_IRQ, SYS_TICK};
use super::scb;
use crate::cpu::Cpu;
use crate::soc::{BusFault, Master, ResetCause, Width};

/// Where the management registers of a CoreSight component begin.
const MANAGEMENT: u32 = 0xF00;
/// The upper half of a write to AIRCR.
const KEY: u32 = 0x05FA;

impl Cpu {
    /// Reads the private peripheral bus.
    ///
    /// # Errors
    /// Where nothing answers.
    pub fn private_read(&mut self, master: Master, address: u32, width: Width) -> Result<u32, BusFault> {
        let Some(component) = Component::at(address) else {
            return match address {
                0xE004_0000.. => self.with_soc(master, |soc, io| soc.read(address, width, io)),
                _ => Err(BusFault),
            };
        };
        let offset = address & 0xFFC;
        let own = match component {
            Component::Scs => self.control_space_read(offset, master),
            Component::Dwt => {
                let pc = self.sampled_pc(master);
                self.system.dwt.read(offset, self.cycles, pc)
            }
            Component::Fpb => self.system.fpb.read(offset),
            Component::Itm => self.system.itm.read(offset),
            Component::Tpiu => self.system.tpiu.read(offset),
            // Its own registers are not modelled, and nobody shall take zeros for them.
            Component::Etm if offset < MANAGEMENT => return Err(BusFault),
            Component::Etm => 0,
            Component::RomTable => coresight::rom_table_entry(offset),
        };
        let id = if offset >= 0xFCC { component.id_register(offset, &self.system.config.rom_table) } else { 0 };
        let word = (own | id) >> (8 * (address & 3));
        Ok(match width {
            Width::Byte => word & 0xFF,
            Width::Half => word & 0xFFFF,
            Width::Word => word,
        })
    }

    /// What PCSR shows: the instruction that reads it, the next one, or all ones in debug state.
    fn sampled_pc(&self, master: Master) -> u32 {
        match master {
            _ if self.system.debug.halted => u32::MAX,
            Master::Core { pc } => pc,
            Master::Debugger | Master::Dma => self.pc,
        }
    }

    fn control_space_read(&mut self, offset: u32, master: Master) -> u32 {
        if let Some(value) = self.system.scb.read(offset, &self.system.exceptions) {
            return value;
        }
        match offset {
            // ICTR: how many registers of 32 interrupts there are, less one.
            0x004 => u32::from(self.system.config.irqs.max(1) - 1) / 32,
            0x010..=0x01C => {
                self.catch_up_systick();
                self.system.systick.read(offset - 0x10, master != Master::Debugger)
            }
            0x100..=0x4EC => self.system.exceptions.nvic_read(offset),
            0xD04 => {
                let waiting = self.system.exceptions.most_urgent(&super::set::ExceptionSet::default());
                scb::interrupt_state(&self.system.exceptions, self.ipsr, waiting, self.system.debug.halted)
            }
            0xD30 => self.system.debug.status,
            0xD90..=0xDB8 => self.system.mpu.read(offset - 0xD90),
            0xDF0 => self.halting_status(master),
            0xDF8 => self.system.debug.data,
            0xDFC => self.exception_control(),
            _ => 0,
        }
    }

    fn catch_up_systick(&mut self) {
        if self.system.systick.advance(self.cycles) {
            self.system.exceptions.pend(SYS_TICK);
            self.request_service();
        }
    }

    /// Writes the private peripheral bus.
    ///
    /// # Errors
    /// Where nothing answers, and for narrow writes to registers that take words only.
    pub fn private_write(&mut self, master: Master, address: u32, width: Width, value: u32) -> Result<(), BusFault> {
        let Some(component) = Component::at(address) else {
            return match address {
                0xE004_0000.. => self.with_soc(master, |soc, io| soc.write(address, width, value, io)),
                _ => Err(BusFault),
            };
        };
        let offset = address & 0xFFF;
        let narrow_allowed = match component {
            Component::Scs => matches!(offset, 0x400..=0x4EF | 0xD18..=0xD23 | 0xD28..=0xD2B),
            Component::Itm => offset < 0x80,
            _ => false,
        };
        if width != Width::Word && !narrow_allowed {
            return Err(BusFault);
        }
        self.request_service();
        match component {
            Component::Scs => return self.control_space_write(offset, master, width, value),
            Component::Dwt => {
                self.system.dwt.write(offset, value, self.cycles);
                self.update_fast_path();
            }
            Component::Fpb => {
                self.system.fpb.write(offset, value);
                self.memory.code_changed = true;
            }
            Component::Itm => self.system.itm.write(offset, width, value, master != Master::Debugger),
            Component::Tpiu => self.system.tpiu.write(offset, value),
            Component::Etm if offset < MANAGEMENT => return Err(BusFault),
            Component::Etm | Component::RomTable => {}
        }
        Ok(())
    }

    fn control_space_write(&mut self, offset: u32, master: Master, width: Width, value: u32) -> Result<(), BusFault> {
        let system = &mut self.system;
        match offset {
            0x010..=0x01C => {
                self.catch_up_systick();
                self.system.systick.write(offset - 0x10, value, self.cycles);
            }
            0x100..=0x4EF => system.exceptions.nvic_write(offset, width, value)?,
            0xD04 => scb::set_interrupt_state(&mut system.exceptions, value),
            0xD0C => self.application_interrupt_control(value, master),
            0xD18..=0xD23 => {
                for byte in 0..width.bytes() {
                    system.exceptions.set_priority((offset + byte - 0xD14) as u16, (value >> (8 * byte)) as u8);
                }
            }
            // Ones clear.
            0xD28..=0xD2B => {
                let bits = if width == Width::Word { value } else { value & ((1 << (8 * width.bytes())) - 1) };
                system.scb.fault_status &= !(bits << (8 * (offset & 3)));
            }
            0xD2C => system.scb.hard_fault_status &= !value,
            0xD30 => system.debug.status &= !value,
            0xD90..=0xDB8 => {
                system.mpu.write(offset - 0xD90, value);
                self.memory.code_changed = true;
                self.update_fast_path();
            }
            0xDF0 => self.set_halting_control(value, master),
            0xDF4 => self.transfer(value, master),
            0xDF8 => system.debug.data = value,
            0xDFC => self.set_exception_control(value),
            0xF00 => system.exceptions.pend(FIRST_IRQ + (value & 0x1FF) as u16),
            _ => {
                system.scb.write(offset, value, &mut system.exceptions);
                // CPACR, FPCCR and the MPU's view of active handlers may have changed.
                self.float_ready = false;
                self.memory.code_changed |= self.system.mpu.enabled();
            }
        }
        Ok(())
    }

    fn application_interrupt_control(&mut self, value: u32, master: Master) {
        if value >> 16 != KEY {
            return;
        }
        self.system.exceptions.set_grouping((value >> 8 & 7) as u8);
        if value >> 2 & 1 == 1 {
            self.requests.reset = Some(ResetCause::Software);
        }
        // The other two are for a debugger that has halted the core.
        if master == Master::Debugger && self.system.debug.halted {
            if value & 1 == 1 {
                self.reset_core();
            } else if value >> 1 & 1 == 1 {
                self.system.exceptions.active = super::set::ExceptionSet::default();
                self.set_mode(0, self.control);
            }
        }
    }

    /// The fast path of loads and stores is closed while the MPU or a watchpoint must see every access.
    pub(super) fn update_fast_path(&mut self) {
        let watched = self.system.debug.exceptions & demcr::TRCENA != 0 && self.system.dwt.watches_data();
        self.memory.set_fast(!self.system.mpu.enabled() && !watched);
    }
}
