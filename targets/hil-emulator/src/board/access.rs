//! The facts about a chip's memories that cost the core cycles: the table `access` of its file.

use serde::Deserialize;

/// What memory costs the core.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessFacts {
    /// Further cycles for code behind a jump that comes over the core's System bus.
    pub system_bus_jump_cycles: u64,
    /// Cycles that the core waits when DMA has the slave that it wants.
    pub dma_wait_cycles: u64,
    /// The share of cycles in which programs access data, in percent.
    pub data_share_percent: u64,
    /// Where the figures come from.
    pub source: String,
    /// What of them is to be checked.
    pub unverified: Option<String>,
    /// What is in front of flash.
    pub flash: CacheFacts,
    /// Wait states by clock and supply; absent where hardware sees to them.
    #[serde(default)]
    pub wait_states: Vec<WaitStateFacts>,
    /// Slaves of the bus matrix that DMA can reach.
    pub slave: Vec<SlaveFacts>,
}

/// What is in front of flash.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "kebab-case")]
pub enum CacheFacts {
    /// STM32F4: prefetch and two fully associative caches, controlled by firmware.
    Art {
        /// Lines of the instruction cache.
        instruction_lines: u8,
        /// Lines of the data cache.
        data_lines: u8,
        /// Where the figures come from.
        source: String,
        /// What of them is to be checked.
        unverified: Option<String>,
    },
    /// nRF52840: one cache of sets and ways for instructions.
    Ways {
        /// Sets.
        sets: u16,
        /// Lines in each set.
        ways: u8,
        /// Further cycles of a miss.
        miss_cycles: u64,
        /// Further cycles of a jump into another line while the cache is off.
        jump_cycles: u64,
        /// Further cycles of a load from flash.
        load_cycles: u64,
        /// Where the figures come from.
        source: String,
        /// What of them is to be checked.
        unverified: Option<String>,
    },
}

/// How fast flash can be read in a range of the supply.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitStateFacts {
    /// The lowest supply of the range, in millivolts.
    pub min_millivolts: u32,
    /// The fastest core clock with 0, 1, 2 and so on wait states, in hertz.
    pub max_hz: Vec<u64>,
    /// Whether prefetch may be on.
    pub prefetch: bool,
    /// Where the figures come from.
    pub source: String,
}

/// A slave of the bus matrix.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlaveFacts {
    /// Its name.
    pub name: String,
    /// Its first address.
    pub base: u32,
    /// Its size in bytes.
    pub size_bytes: u32,
    /// Where the figures come from.
    pub source: String,
}

/// Whether flash can be read at `hz` with `wait_states` and a supply of `volts`. A chip without such limits can.
#[must_use]
pub fn readable(facts: &[WaitStateFacts], hz: u64, volts: f64, wait_states: u8, prefetch: bool) -> bool {
    let reached = facts.iter().filter(|range| f64::from(range.min_millivolts) <= volts * 1e3);
    let range = reached.max_by_key(|range| range.min_millivolts);
    match range {
        Some(range) => {
            let fastest = range.max_hz.get(usize::from(wait_states)).or(range.max_hz.last());
            (range.prefetch || !prefetch) && fastest.is_none_or(|fastest| hz <= *fastest)
        }
        None => facts.is_empty(),
    }
}
