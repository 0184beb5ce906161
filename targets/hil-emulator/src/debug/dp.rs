//! The ADIv5 debug port, version 1: power-up handshake, sticky errors, posted reads, and the way to access ports.
//!
//! Source: ADIv5.2 (IHI 0031E), chapters B1 and B2; DPIDR: Cortex-M4 TRM (100166_0001). A transaction is answered with
//! OK or FAULT; WAIT never occurs, because every access completes at once.

use crate::cpu::Cpu;
use crate::debug::ap::{self, AhbAp};
use crate::soc::{BusFault, Master, Width};

/// SW-DP, version 1, designer Arm, with pushed operations (MIN is 0).
pub const DPIDR: u32 = 0x2BA0_1477;

/// The answer FAULT: a sticky flag is set, or the transaction set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DapFault;

/// Which half of the address space a transaction goes to (bit APnDP).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// The debug port's own registers.
    Debug,
    /// The register of an access port that SELECT names.
    Access,
}

const ORUNDETECT: u32 = 1;
const STICKYORUN: u32 = 1 << 1;
const STICKYCMP: u32 = 1 << 4;
const STICKYERR: u32 = 1 << 5;
const READOK: u32 = 1 << 6;
const WDATAERR: u32 = 1 << 7;
const STICKY: u32 = STICKYORUN | STICKYCMP | STICKYERR | WDATAERR;
const CDBGPWRUPREQ: u32 = 1 << 28;
const CSYSPWRUPREQ: u32 = 1 << 30;
/// ORUNDETECT, TRNMODE, MASKLANE, TRNCNT, CDBGRSTREQ and the two power-up requests.
const CTRL_WRITABLE: u32 = 0x5400_0000 | 0x00FF_FF0D;

/// The debug port with its access ports.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dap {
    ctrl: u32,
    select: u32,
    buffer: u32,
    last: u32,
    ahb: AhbAp,
}

impl Dap {
    /// One read transaction of register `address` (its bits 3:2). A read of an access port is posted: it gives the
    /// result of the one before, and its own stands in RDBUFF.
    ///
    /// # Errors
    /// FAULT.
    pub fn read(&mut self, cpu: &mut Cpu, port: Port, address: u8) -> Result<u32, DapFault> {
        let address = address & 0xC;
        let harmless = port == Port::Debug && (address == 0 || address == 4 && self.select & 0xF == 0);
        if !harmless {
            self.refuse_while_sticky()?;
        }
        let value = match (port, address) {
            (Port::Debug, 0x0) => DPIDR,
            (Port::Debug, 0x4) => match self.select & 0xF {
                0 => self.ctrl_stat(),
                // WCR: turnaround of one cycle; bit 6 reads 1.
                1 => 0x40,
                _ => 0,
            },
            // RESEND
            (Port::Debug, 0x8) => self.last,
            (Port::Debug, _) => {
                self.ctrl |= READOK;
                self.buffer
            }
            (Port::Access, _) => {
                let posted = self.buffer;
                self.need_power()?;
                match self.port_read(cpu, address) {
                    Ok(value) => {
                        self.buffer = value;
                        self.ctrl |= READOK;
                    }
                    Err(BusFault) => {
                        // The transaction itself is answered with OK; the next one meets the sticky flag.
                        self.ctrl = self.ctrl & !READOK | STICKYERR;
                    }
                }
                posted
            }
        };
        if port == Port::Access || address == 0xC {
            self.last = value;
        }
        Ok(value)
    }

    /// One write transaction.
    ///
    /// # Errors
    /// FAULT.
    pub fn write(&mut self, cpu: &mut Cpu, port: Port, address: u8, value: u32) -> Result<(), DapFault> {
        let address = address & 0xC;
        if port == Port::Debug && address == 0 {
            self.abort(value);
            return Ok(());
        }
        self.refuse_while_sticky()?;
        match (port, address) {
            (Port::Debug, 0x4) if self.select & 0xF == 0 => {
                self.ctrl = self.ctrl & !CTRL_WRITABLE | value & CTRL_WRITABLE;
            }
            (Port::Debug, 0x8) => self.select = value & 0xFF00_00FF,
            // WCR allows only one turnaround here; TARGETSEL is of version 2.
            (Port::Debug, _) => {}
            (Port::Access, _) => {
                self.need_power()?;
                self.push(cpu, address, value);
            }
        }
        Ok(())
    }

    /// Reads register `address` of access port `ap` and waits for the result, as a probe does it.
    ///
    /// # Errors
    /// FAULT.
    pub fn read_access_port(&mut self, cpu: &mut Cpu, ap: u8, address: u8) -> Result<u32, DapFault> {
        self.select_port(cpu, ap, address)?;
        self.read(cpu, Port::Access, address)?;
        self.read(cpu, Port::Debug, 0xC)
    }

    /// Writes register `address` of access port `ap` and waits for the end of it.
    ///
    /// # Errors
    /// FAULT.
    pub fn write_access_port(&mut self, cpu: &mut Cpu, ap: u8, address: u8, value: u32) -> Result<(), DapFault> {
        self.select_port(cpu, ap, address)?;
        self.write(cpu, Port::Access, address, value)?;
        self.read(cpu, Port::Debug, 0xC).map(|_| ())
    }

    /// Reads `into.len()` bytes of memory through the AHB port (`ap` 0), in words where address and length allow.
    ///
    /// # Errors
    /// FAULT; the bytes before the failing one are valid.
    pub fn read_memory(&mut self, cpu: &mut Cpu, ap: u8, address: u32, into: &mut [u8]) -> Result<(), DapFault> {
        self.before_memory(ap)?;
        let (mut address, mut rest) = (address, into);
        while !rest.is_empty() {
            let width = widest(address, rest.len());
            let value = ap::memory_read(cpu, address, width).map_err(|BusFault| self.bus_error())?;
            let (now, later) = rest.split_at_mut(width.bytes() as usize);
            now.copy_from_slice(&value.to_le_bytes()[..now.len()]);
            (rest, address) = (later, address.wrapping_add(width.bytes()));
        }
        Ok(())
    }

    /// Writes memory through the AHB port (`ap` 0) in accesses of `width`. A rest that fills none is written in bytes.
    ///
    /// # Errors
    /// FAULT; what lies before the failing address is written.
    pub fn write_memory(
        &mut self,
        cpu: &mut Cpu,
        ap: u8,
        address: u32,
        width: Width,
        data: &[u8],
    ) -> Result<(), DapFault> {
        self.before_memory(ap)?;
        let mut address = address;
        for chunk in data.chunks(width.bytes() as usize) {
            let whole = chunk.len() == width.bytes() as usize;
            let written = if whole {
                let value = chunk.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
                ap::memory_write(cpu, address, width, value)
            } else {
                chunk.iter().zip(0..).try_for_each(|(byte, at)| {
                    ap::memory_write(cpu, address.wrapping_add(at), Width::Byte, u32::from(*byte))
                })
            };
            written.map_err(|BusFault| self.bus_error())?;
            address = address.wrapping_add(width.bytes());
        }
        Ok(())
    }

    /// What every probe does behind a FAULT: clears the sticky flags, so that the next access is answered again.
    pub fn clear_sticky(&mut self) {
        self.ctrl &= !STICKY;
    }

    /// Whether a write is acknowledged with OK; its data come only then.
    pub fn accepts_write(&mut self, port: Port, address: u8) -> bool {
        port == Port::Debug && address & 0xC == 0 || self.refuse_while_sticky().is_ok()
    }

    /// Whether a data phase follows FAULT and WAIT on the wire, too (CTRL/STAT.ORUNDETECT).
    #[must_use]
    pub fn detects_overruns(&self) -> bool {
        self.ctrl & ORUNDETECT != 0
    }

    /// The data phase of a write had a parity error: nothing was written.
    pub fn bad_parity(&mut self) {
        self.ctrl |= WDATAERR;
    }

    fn ctrl_stat(&self) -> u32 {
        // Both domains answer at once. CDBGRSTREQ is not connected on Cortex-M4, so its acknowledgement stays 0.
        self.ctrl | (self.ctrl & (CDBGPWRUPREQ | CSYSPWRUPREQ)) << 1
    }

    fn abort(&mut self, value: u32) {
        // DAPABORT has nothing to abort.
        for (bit, flag) in [(1, STICKYCMP), (2, STICKYERR), (3, WDATAERR), (4, STICKYORUN)] {
            if value >> bit & 1 == 1 {
                self.ctrl &= !flag;
            }
        }
    }

    fn refuse_while_sticky(&mut self) -> Result<(), DapFault> {
        if self.ctrl & STICKY == 0 {
            return Ok(());
        }
        if self.detects_overruns() {
            // With overrun detection any answer but OK is an overrun (unverified for an overrun after FAULT).
            self.ctrl |= STICKYORUN;
        }
        Err(DapFault)
    }

    /// Access ports answer only while the debug domain is powered.
    fn need_power(&mut self) -> Result<(), DapFault> {
        if self.ctrl & CDBGPWRUPREQ == 0 { Err(self.bus_error()) } else { Ok(()) }
    }

    fn bus_error(&mut self) -> DapFault {
        self.ctrl |= STICKYERR;
        DapFault
    }

    /// Only port 0 leads to memory.
    fn before_memory(&mut self, ap: u8) -> Result<(), DapFault> {
        self.refuse_while_sticky()?;
        self.need_power()?;
        if ap == 0 { Ok(()) } else { Err(self.bus_error()) }
    }

    fn select_port(&mut self, cpu: &mut Cpu, ap: u8, address: u8) -> Result<(), DapFault> {
        let select = u32::from(ap) << 24 | u32::from(address & 0xF0) | self.select & 0xF;
        self.write(cpu, Port::Debug, 0x8, select)
    }

    fn port_register(&self, address: u8) -> (u8, u8) {
        ((self.select >> 24) as u8, (self.select & 0xF0) as u8 | address)
    }

    fn port_read(&mut self, cpu: &mut Cpu, address: u8) -> Result<u32, BusFault> {
        let (port, address) = self.port_register(address);
        match port {
            0 => self.ahb.read(cpu, address),
            // A port that is absent reads 0, and so does its IDR.
            _ => Ok(cpu.with_soc(Master::Debugger, |soc, io| soc.access_port_read(port, address, io)).unwrap_or(0)),
        }
    }

    fn port_write(&mut self, cpu: &mut Cpu, address: u8, value: u32) -> Result<(), BusFault> {
        let (port, address) = self.port_register(address);
        if port == 0 {
            return self.ahb.write(cpu, address, value);
        }
        cpu.with_soc(Master::Debugger, |soc, io| soc.access_port_write(port, address, value, io));
        Ok(())
    }

    /// A write to an access port: once for each count of TRNCNT, and in the pushed modes a comparison instead.
    fn push(&mut self, cpu: &mut Cpu, address: u8, value: u32) {
        const TRNCNT: u32 = 0xFFF << 12;
        loop {
            let done = match self.ctrl >> 2 & 3 {
                0 => self.port_write(cpu, address, value),
                mode => self.port_read(cpu, address).map(|found| {
                    let lanes = (0..4).filter(|lane| self.ctrl >> (8 + lane) & 1 == 1);
                    let mask = lanes.fold(0u32, |mask, lane| mask | 0xFF << (8 * lane));
                    let equal = (found ^ value) & mask == 0;
                    // Pushed verify (1) stops on a difference, pushed compare (2) on a match; 3 is reserved.
                    if mode == 1 && !equal || mode == 2 && equal {
                        self.ctrl |= STICKYCMP;
                    }
                }),
            };
            if done == Err(BusFault) {
                self.ctrl |= STICKYERR;
            }
            let left = self.ctrl & TRNCNT;
            if left == 0 || self.ctrl & STICKY != 0 {
                return;
            }
            self.ctrl -= 1 << 12;
        }
    }
}

/// The widest access that `address` and what is left allow.
fn widest(address: u32, len: usize) -> Width {
    if address.is_multiple_of(4) && len >= 4 {
        Width::Word
    } else if address.is_multiple_of(2) && len >= 2 {
        Width::Half
    } else {
        Width::Byte
    }
}
