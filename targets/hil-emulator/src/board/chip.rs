//! The facts about a chip as its file in `targets/boards/chips/` states them, typed and checked.
//!
//! Units stand in the names of the keys. Every table says where its figures come from (`source`), and what of them has
//! not been checked there yet (`unverified`). Unknown keys are errors.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::power::facts::PowerFacts;

use super::access::AccessFacts;

/// A chip.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chip {
    /// Its name, which is the name of the file.
    pub chip: String,
    /// One line for people.
    pub title: String,
    /// What probe-rs calls it.
    pub probe_rs_target: String,
    /// The Rust target that programs for it are built for.
    pub rust_target: String,
    /// The core and its revision.
    pub core_version: String,
    /// Where the figures of this table come from.
    pub source: String,
    /// Choices that the maker made for the core.
    pub core: CoreFacts,
    /// Oscillators and the PLL by name.
    pub clocks: BTreeMap<String, ClockFacts>,
    /// What it draws.
    pub power: PowerFacts,
    /// Flash and RAM. The first RAM is the main one.
    pub memory: Vec<MemoryFacts>,
    /// Ranges that show other ranges.
    #[serde(default)]
    pub alias: Vec<AliasFacts>,
    /// Bit-band regions.
    #[serde(default)]
    pub bit_band: Vec<BitBandFacts>,
    /// Ranges in which peripherals lie.
    pub bus: Vec<BusFacts>,
    /// The flash controller's times and sectors.
    pub flash: FlashFacts,
    /// What memory costs the core.
    pub access: AccessFacts,
    /// What a debugger finds.
    pub debug: DebugFacts,
    /// Serial ports that the board brings out.
    pub uart: Vec<UartFacts>,
    /// Peripherals that have a model.
    pub peripheral: Vec<PeripheralFacts>,
    /// What only the STM32F407 has.
    pub stm32f407: Option<crate::soc::stm32f407::facts::Stm32f407Facts>,
    /// What only the nRF52840 has.
    pub nrf52840: Option<crate::soc::nrf52840::facts::Nrf52840Facts>,
}

/// Choices that the maker made for the core.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreFacts {
    /// Interrupt lines.
    pub interrupts: u8,
    /// Bits of a priority that are kept.
    pub priority_bits: u8,
    /// The core clock after a reset, in hertz.
    pub reset_hz: u64,
    /// The fastest core clock, in hertz.
    pub max_hz: u64,
    /// Core cycles per tick of SysTick's external reference; absent where there is none.
    pub systick_reference_cycles: Option<u32>,
    /// SYST_CALIB.
    pub systick_calibration: u32,
    /// Whether a lock-up resets the chip while no debugger is attached.
    pub lockup_resets: bool,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// An oscillator.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockFacts {
    /// Its frequency in hertz; 0 for a PLL, which computes its own.
    pub hz: u64,
    /// From being switched on to being ready, in microseconds.
    pub startup_us: u64,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// What a memory is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemoryKind {
    /// Written by a flash controller.
    Flash,
    /// Written by stores.
    Ram,
}

/// A memory.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryFacts {
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub kind: MemoryKind,
    /// Its first address.
    pub base: u32,
    /// Its size in bytes.
    pub size_bytes: Spanned<u32>,
    /// Whether instructions can be fetched from it.
    pub execute: bool,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// A range that shows another one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasFacts {
    /// Its first address.
    pub from: u32,
    /// What that address shows.
    pub to: u32,
    /// Its size in bytes.
    pub size_bytes: u32,
    /// Where the figures come from.
    pub source: String,
}

/// A bit-band region: each word of the alias is one bit of the target.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BitBandFacts {
    /// The first address of the alias.
    pub alias: u32,
    /// The first address of the target.
    pub target: u32,
    /// The size of the target in bytes; the alias is 32 times as long.
    pub size_bytes: u32,
    /// Where the figures come from.
    pub source: String,
}

/// How a bus treats accesses that are narrower than a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BusKind {
    /// Each byte lane by itself.
    Ahb,
    /// A write is made a word by repeating its bytes.
    Apb,
}

/// A range in which peripherals lie.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusFacts {
    /// Its name.
    pub name: String,
    /// Its first address.
    pub base: u32,
    /// Its size in bytes.
    pub size_bytes: u32,
    /// How it treats narrow accesses.
    pub kind: BusKind,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// The flash controller.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlashFacts {
    /// Programming a word, in microseconds.
    pub program_word_us: u64,
    /// Programming a halfword, in microseconds; absent where only words can be programmed.
    pub program_half_us: Option<u64>,
    /// Programming a byte, in microseconds; absent where only words can be programmed.
    pub program_byte_us: Option<u64>,
    /// Erasing everything, in milliseconds.
    pub mass_erase_ms: u64,
    /// Programming the option bytes, in milliseconds.
    pub option_program_ms: Option<u64>,
    /// The size of a page that a partial erase works on, in bytes.
    pub page_bytes: Option<u32>,
    /// The erase time that a page needs altogether, in microseconds.
    pub page_erase_us: Option<u64>,
    /// Sectors in order of their numbers.
    pub sectors: Vec<SectorFacts>,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// Sectors of one size.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectorFacts {
    /// The number of the first one.
    pub first: u32,
    /// How many there are.
    pub count: u32,
    /// The size of each in bytes.
    pub size_bytes: u32,
    /// Erasing one, in milliseconds.
    pub erase_ms: u64,
}

/// What a debugger finds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DebugFacts {
    /// DPIDR.
    pub dpidr: u32,
    /// JEP106 continuation code of the chip's maker.
    pub jep106_continuation: u8,
    /// JEP106 identity code of the chip's maker, without parity.
    pub jep106_identity: u8,
    /// The part number in the ROM table.
    pub rom_table_part: u16,
    /// The revision in the ROM table.
    pub rom_table_revision: u8,
    /// The device's own identification word, where it has one.
    pub idcode: Option<u32>,
    /// The access ports, from index 0 on.
    pub access_ports: Vec<AccessPortFacts>,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

/// A debug access port.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessPortFacts {
    /// Its number.
    pub index: u8,
    /// IDR.
    pub idr: u32,
    /// BASE.
    pub base: u32,
    /// Where the figures come from.
    pub source: String,
}

/// A serial port that the board brings out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UartFacts {
    /// The peripheral.
    pub name: Spanned<String>,
    /// The pin it sends on.
    pub tx: String,
    /// The pin it receives on.
    pub rx: String,
    /// Where the figures come from.
    pub source: String,
}

/// A peripheral that has a model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeripheralFacts {
    /// Its name, which selects the model.
    pub name: Spanned<String>,
    /// Its first address.
    pub base: u32,
    /// The size of its range in bytes.
    pub size_bytes: u32,
    /// Its interrupt line.
    pub irq: Option<u8>,
    /// Its interrupt lines where it has several, in the order that the model states.
    #[serde(default)]
    pub irqs: Vec<u8>,
    /// The bit that switches its clock on, as `REGISTER.BIT`; absent where the clock is always on.
    pub clock_enable: Option<Spanned<String>>,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
}

impl Chip {
    /// The peripheral called `name`.
    #[must_use]
    pub fn peripheral(&self, name: &str) -> Option<&PeripheralFacts> {
        self.peripheral.iter().find(|peripheral| peripheral.name.as_ref() == name)
    }

    /// The interrupt line of the peripheral called `name`.
    #[must_use]
    pub fn irq(&self, name: &str) -> Option<u8> {
        self.peripheral(name)?.irq
    }

    /// Every interrupt line of the peripheral called `name`.
    #[must_use]
    pub fn irqs(&self, name: &str) -> Vec<u8> {
        self.peripheral(name).map_or(Vec::new(), |facts| facts.irq.iter().chain(&facts.irqs).copied().collect())
    }

    /// The clock called `name`, or one that never runs.
    #[must_use]
    pub fn clock(&self, name: &str) -> (u64, u64) {
        self.clocks.get(name).map_or((0, 0), |clock| (clock.hz, clock.startup_us))
    }
}
