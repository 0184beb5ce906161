//! System control block (DDI 0403E, B3.2): identification, vector table, handlers' state, fault status, FPU control.

use super::exceptions::{
    BUS_FAULT, DEBUG_MONITOR, Exceptions, MEM_MANAGE, NMI, PEND_SV, SV_CALL, SYS_TICK, USAGE_FAULT,
};

/// Cortex-M4 r0p1.
const CPUID: u32 = 0x410F_C241;

/// ID_PFR0 to ID_ISAR4, from 0xE000ED40 (TRM 100166_0001, table 4-1).
const FEATURES: [u32; 13] = [
    0x0000_0030,
    0x0000_0200,
    0x0010_0000,
    0,
    0x0010_0030,
    0,
    0x0100_0000,
    0,
    0x0110_1110,
    0x0211_2000,
    0x2123_2231,
    0x0111_1131,
    0x0131_0102,
];

/// SHCSR: each bit with the set and the exception it shows.
const ACTIVE_BITS: [(u32, u16); 6] =
    [(0, MEM_MANAGE), (1, BUS_FAULT), (3, USAGE_FAULT), (7, SV_CALL), (8, DEBUG_MONITOR), (10, PEND_SV)];
const PENDING_BITS: [(u32, u16); 4] = [(12, USAGE_FAULT), (13, MEM_MANAGE), (14, BUS_FAULT), (15, SV_CALL)];
const ENABLED_BITS: [(u32, u16); 3] = [(16, MEM_MANAGE), (17, BUS_FAULT), (18, USAGE_FAULT)];

/// FPCCR.LSPACT: the registers of an interrupted context are still to be saved.
pub const LSPACT: u32 = 1;
/// FPCCR.MMRDY and FPCCR.BFRDY: MemManage and BusFault could be taken when the registers' context was interrupted.
pub const MMRDY: u32 = 1 << 5;
/// See [`MMRDY`].
pub const BFRDY: u32 = 1 << 6;
/// FPCCR.LSPEN: saving them is put off.
pub const LSPEN: u32 = 1 << 30;
/// FPCCR.ASPEN: using the FPU sets CONTROL.FPCA.
pub const ASPEN: u32 = 1 << 31;

/// CCR bits.
pub mod ccr {
    /// Thread mode may be returned to from a nested handler.
    pub const NONBASETHRDENA: u32 = 1;
    /// Unprivileged code may write STIR.
    pub const USERSETMPEND: u32 = 1 << 1;
    /// Unaligned accesses fault.
    pub const UNALIGN_TRP: u32 = 1 << 3;
    /// A division by 0 faults.
    pub const DIV_0_TRP: u32 = 1 << 4;
    /// Handlers of priority -1 and -2 ignore data bus faults.
    pub const BFHFNMIGN: u32 = 1 << 8;
    /// Frames are aligned to 8 bytes.
    pub const STKALIGN: u32 = 1 << 9;
}

/// SCR.SLEEPONEXIT.
pub const SLEEPONEXIT: u32 = 1 << 1;
/// SCR.SLEEPDEEP.
pub const SLEEPDEEP: u32 = 1 << 2;
/// SCR.SEVONPEND.
pub const SEVONPEND: u32 = 1 << 4;

/// The registers that are plain state.
#[derive(Debug, Clone)]
pub struct Scb {
    /// VTOR.
    pub vector_table: u32,
    /// SCR.
    pub sleep_control: u32,
    /// CCR.
    pub configuration: u32,
    /// CFSR.
    pub fault_status: u32,
    /// HFSR.
    pub hard_fault_status: u32,
    /// MMFAR.
    pub memory_fault_address: u32,
    /// BFAR.
    pub bus_fault_address: u32,
    /// CPACR.
    pub coprocessors: u32,
    /// FPCCR.
    pub float_control: u32,
    /// FPCAR.
    pub float_frame: u32,
    /// FPDSCR.
    pub float_default: u32,
    auxiliary: u32,
}

impl Default for Scb {
    fn default() -> Self {
        Self {
            vector_table: 0,
            sleep_control: 0,
            configuration: ccr::STKALIGN,
            fault_status: 0,
            hard_fault_status: 0,
            memory_fault_address: 0,
            bus_fault_address: 0,
            coprocessors: 0,
            float_control: ASPEN | LSPEN,
            float_frame: 0,
            float_default: 0,
            auxiliary: 0,
        }
    }
}

impl Scb {
    /// Reads the word at `offset` of the system control space, where that is plain state; `None` where it is not.
    #[must_use]
    pub fn read(&self, offset: u32, exceptions: &Exceptions) -> Option<u32> {
        Some(match offset {
            0x008 => self.auxiliary,
            0xD00 => CPUID,
            0xD08 => self.vector_table,
            0xD0C => 0xFA05_0000 | u32::from(exceptions.grouping()) << 8,
            0xD10 => self.sleep_control,
            0xD14 => self.configuration,
            0xD18 | 0xD1C | 0xD20 => {
                let first = (offset - 0xD14) as u16;
                u32::from_le_bytes([0, 1, 2, 3].map(|byte| exceptions.configured_priority(first + byte)))
            }
            0xD24 => handler_state(exceptions),
            0xD28 => self.fault_status,
            0xD2C => self.hard_fault_status,
            0xD34 => self.memory_fault_address,
            0xD38 => self.bus_fault_address,
            0xD40..=0xD70 => FEATURES[(offset as usize - 0xD40) / 4],
            0xD88 => self.coprocessors,
            0xF34 => self.float_control,
            0xF38 => self.float_frame,
            0xF3C => self.float_default,
            0xF40 => 0x1011_0021,
            0xF44 => 0x1100_0011,
            _ => return None,
        })
    }

    /// Writes the word at `offset` of the system control space, where that is plain state; false where it is not.
    pub fn write(&mut self, offset: u32, value: u32, exceptions: &mut Exceptions) -> bool {
        match offset {
            0x008 => self.auxiliary = value & 0x307,
            0xD08 => self.vector_table = value & 0xFFFF_FF80,
            0xD10 => self.sleep_control = value & 0x16,
            0xD14 => self.configuration = value & 0x31B,
            0xD24 => set_handler_state(exceptions, value),
            0xD34 => self.memory_fault_address = value,
            0xD38 => self.bus_fault_address = value,
            0xD88 => self.coprocessors = value & 0x00F0_0000,
            0xF34 => self.float_control = value & 0xC000_017B,
            0xF38 => self.float_frame = value & !7,
            0xF3C => self.float_default = value & 0x07C0_0000,
            0xD00 | 0xD40..=0xD70 | 0xF40 | 0xF44 => {}
            _ => return false,
        }
        true
    }
}

fn handler_state(exceptions: &Exceptions) -> u32 {
    let mut value = u32::from(exceptions.active.contains(SYS_TICK)) << 11;
    for (bits, set) in [
        (&ACTIVE_BITS[..], &exceptions.active),
        (&PENDING_BITS[..], &exceptions.pending),
        (&ENABLED_BITS[..], &exceptions.enabled),
    ] {
        value |= bits.iter().fold(0, |value, (bit, number)| value | u32::from(set.contains(*number)) << bit);
    }
    value
}

fn set_handler_state(exceptions: &mut Exceptions, value: u32) {
    exceptions.active.put(SYS_TICK, value >> 11 & 1 == 1);
    for (bits, set) in [
        (&ACTIVE_BITS[..], &mut exceptions.active),
        (&PENDING_BITS[..], &mut exceptions.pending),
        (&ENABLED_BITS[..], &mut exceptions.enabled),
    ] {
        bits.iter().for_each(|(bit, number)| set.put(*number, value >> bit & 1 == 1));
    }
}

/// ICSR, with `current` as the exception that runs and `waiting` as the most urgent one.
#[must_use]
pub fn interrupt_state(exceptions: &Exceptions, current: u16, waiting: Option<u16>, halted: bool) -> u32 {
    let pending = |number| u32::from(exceptions.pending.contains(number));
    let interrupts = (0..8).any(|word| exceptions.pending.irq_word(word) != 0);
    let alone = exceptions.active.iter().all(|number| number == current);
    u32::from(current)
        | u32::from(alone) << 11
        | u32::from(waiting.unwrap_or(0)) << 12
        | u32::from(interrupts) << 22
        | u32::from(halted && waiting.is_some()) << 23
        | pending(SYS_TICK) << 26
        | pending(PEND_SV) << 28
        | pending(NMI) << 31
}

/// Writes ICSR.
pub fn set_interrupt_state(exceptions: &mut Exceptions, value: u32) {
    if value >> 31 & 1 == 1 {
        exceptions.pend(NMI);
    }
    for (set, clear, number) in [(28, 27, PEND_SV), (26, 25, SYS_TICK)] {
        if value >> set & 1 == 1 {
            exceptions.pend(number);
        } else if value >> clear & 1 == 1 {
            exceptions.pending.remove(number);
        }
    }
}
