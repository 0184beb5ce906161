//! The AHB access port: CSW, TAR and DRW, which turn transactions of the debug port into accesses to memory.
//!
//! Registers and reset values: Cortex-M4 TRM (100166_0001), section 8.3, table 8-2; behaviour of byte lanes, address
//! increment and packed transfers: ADIv5.2 (IHI 0031E), sections C2.2 and C2.3.

use crate::cpu::Cpu;
use crate::soc::{BusFault, Master, Width};

/// Control and status word.
pub const CSW: u8 = 0x00;
/// Transfer address.
pub const TAR: u8 = 0x04;
/// Data read/write at the transfer address.
pub const DRW: u8 = 0x0C;
/// Configuration: neither large addresses nor large data nor big-endian.
pub const CFG: u8 = 0xF4;
/// The address of the ROM table.
pub const BASE: u8 = 0xF8;
/// Identification.
pub const IDR: u8 = 0xFC;

/// MasterType and Hprot1 (bits 29, 25), AddrInc (5:4) and Size (2:0) can be written.
const CSW_WRITABLE: u32 = 0x2200_0037;
/// MasterType set, Hprot1 set, bit 24 is always 1.
const CSW_RESET: u32 = 0x2300_0000;
/// DbgStatus: the port may access the bus.
const CSW_ENABLED: u32 = 1 << 6;
/// The address increments within blocks of 1 KiB.
const INCREMENT_WRAP: u32 = 0x3FF;

/// The AHB access port.
#[derive(Debug, Clone, Copy)]
pub struct AhbAp {
    csw: u32,
    tar: u32,
}

impl Default for AhbAp {
    fn default() -> Self {
        Self { csw: CSW_RESET, tar: 0 }
    }
}

/// How the address moves behind an access.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Increment {
    Off,
    Single,
    Packed,
}

impl AhbAp {
    /// Reads a register. Reading DRW or a banked data register accesses memory.
    ///
    /// # Errors
    /// When the bus answers with an error, or debugging is forbidden.
    pub fn read(&mut self, cpu: &mut Cpu, address: u8) -> Result<u32, BusFault> {
        Ok(match address {
            CSW => self.csw | if cpu.soc.debug_allowed() { CSW_ENABLED } else { 0 },
            TAR => self.tar,
            DRW => self.data_read(cpu)?,
            0x10..=0x1C => memory_read(cpu, self.banked(address), Width::Word)?,
            BASE => 0xE00F_F003,
            IDR => 0x2477_0011,
            // CFG reads 0; so do the gaps.
            _ => 0,
        })
    }

    /// Writes a register. Writing DRW or a banked data register accesses memory.
    ///
    /// # Errors
    /// When the bus answers with an error, or debugging is forbidden.
    pub fn write(&mut self, cpu: &mut Cpu, address: u8, value: u32) -> Result<(), BusFault> {
        match address {
            CSW => self.csw = self.csw & !CSW_WRITABLE | value & CSW_WRITABLE,
            TAR => self.tar = value,
            DRW => self.data_write(cpu, value)?,
            0x10..=0x1C => memory_write(cpu, self.banked(address), Width::Word, value)?,
            _ => {}
        }
        Ok(())
    }

    fn banked(&self, address: u8) -> u32 {
        self.tar & !0xF | u32::from(address & 0xC)
    }

    /// Sizes above a word are not implemented and read back as written; they access a word (unverified).
    fn width(&self) -> Width {
        match self.csw & 7 {
            0 => Width::Byte,
            1 => Width::Half,
            _ => Width::Word,
        }
    }

    fn increment(&self) -> Increment {
        match self.csw >> 4 & 3 {
            1 => Increment::Single,
            // A packed word is a single one.
            2 if self.width() == Width::Word => Increment::Single,
            2 => Increment::Packed,
            _ => Increment::Off,
        }
    }

    fn advance(&mut self) {
        let next = self.tar.wrapping_add(self.width().bytes());
        self.tar = self.tar & !INCREMENT_WRAP | next & INCREMENT_WRAP;
    }

    /// How many accesses one transfer makes.
    fn transfers(&self) -> u32 {
        if self.increment() == Increment::Packed { 4 / self.width().bytes() } else { 1 }
    }

    fn data_read(&mut self, cpu: &mut Cpu) -> Result<u32, BusFault> {
        let mut value = 0;
        for _ in 0..self.transfers() {
            value |= memory_read(cpu, self.tar, self.width())? << self.lane();
            if self.increment() != Increment::Off {
                self.advance();
            }
        }
        Ok(value)
    }

    fn data_write(&mut self, cpu: &mut Cpu, value: u32) -> Result<(), BusFault> {
        for _ in 0..self.transfers() {
            memory_write(cpu, self.tar, self.width(), value >> self.lane())?;
            if self.increment() != Increment::Off {
                self.advance();
            }
        }
        Ok(())
    }

    /// Data narrower than a word travels in the byte lanes of its address. An unaligned access is split and uses the
    /// lowest lanes (unverified).
    fn lane(&self) -> u32 {
        if self.tar & (self.width().bytes() - 1) == 0 { (self.tar & 3) * 8 } else { 0 }
    }
}

/// One access of the debugger.
///
/// # Errors
/// When the bus answers with an error, or debugging is forbidden.
pub fn memory_read(cpu: &mut Cpu, address: u32, width: Width) -> Result<u32, BusFault> {
    if !cpu.soc.debug_allowed() {
        return Err(BusFault);
    }
    if address & (width.bytes() - 1) == 0 {
        return cpu.read_as(Master::Debugger, address, width);
    }
    (0..width.bytes()).try_fold(0, |value, byte| {
        Ok(value | cpu.read_as(Master::Debugger, address.wrapping_add(byte), Width::Byte)? << (8 * byte))
    })
}

/// One access of the debugger.
///
/// # Errors
/// When the bus answers with an error, or debugging is forbidden.
pub fn memory_write(cpu: &mut Cpu, address: u32, width: Width, value: u32) -> Result<(), BusFault> {
    if !cpu.soc.debug_allowed() {
        return Err(BusFault);
    }
    if address & (width.bytes() - 1) == 0 {
        let mask = if width == Width::Word { u32::MAX } else { (1 << (8 * width.bytes())) - 1 };
        return cpu.write_as(Master::Debugger, address, width, value & mask);
    }
    (0..width.bytes()).try_for_each(|byte| {
        let part = value >> (8 * byte) & 0xFF;
        cpu.write_as(Master::Debugger, address.wrapping_add(byte), Width::Byte, part)
    })
}
