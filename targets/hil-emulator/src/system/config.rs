//! What differs between chips in the system side of the core.

/// Choices that the maker of a chip made for its Cortex-M4F.
///
/// The default is an STM32F407.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemConfig {
    /// How many interrupt lines there are, at most 240.
    pub irqs: u8,
    /// How many bits of a priority are kept, 3 to 8.
    pub priority_bits: u8,
    /// Core cycles per tick of SysTick's external reference clock; `None` when the chip has none.
    pub systick_reference: Option<u32>,
    /// SYST_CALIB.
    pub systick_calibration: u32,
    /// Whether CYCCNT and SLEEPCNT go on while the core sleeps. On real chips they do while a debugger keeps the
    /// core clock alive (STM32: DBGMCU_CR.DBG_SLEEP) and mostly stop otherwise.
    pub cyccnt_in_sleep: bool,
    /// Whether a lock-up resets the chip unless a debugger is attached (nRF52) instead of lasting (STM32F4).
    pub lockup_resets: bool,
    /// What the ROM table says about the chip.
    pub rom_table: RomTableId,
}

/// The identification of a chip's ROM table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RomTableId {
    /// JEP106 continuation code of the designer: how many 0x7F bytes come before the identity code.
    pub continuation: u8,
    /// JEP106 identity code, without parity.
    pub designer: u8,
    /// The designer's part number, 12 bits.
    pub part: u16,
    /// Revision, 4 bits.
    pub revision: u8,
}

impl Default for SystemConfig {
    fn default() -> Self {
        Self {
            irqs: 82,
            priority_bits: 4,
            systick_reference: Some(8),
            // PM0214: 18750 ticks of HCLK/8 are 1 ms at 150 MHz; SKEW is set, NOREF clear (unverified).
            systick_calibration: 0x4000_493E,
            cyccnt_in_sleep: false,
            lockup_resets: false,
            rom_table: RomTableId { continuation: 0, designer: 0x20, part: 0x413, revision: 0 },
        }
    }
}
