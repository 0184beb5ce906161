//! Leaves a chip as if no debugger had been there, and looks afterwards whether that is so.
//!
//! probe-rs lets go of a chip when a session is dropped, and not of everything: on an STM32 the core stays under debug
//! control, and a session that was cut off leaves the clocks of the sleep modes on. Either changes what a board draws. So
//! the port is opened once more, without touching the core, and what is left is cleared and read back.

use probe_rs::architecture::arm::FullyQualifiedApAddress;
use probe_rs::architecture::arm::memory::ArmMemoryInterface;

use super::error::{BoardError, Step};
use super::identity::debug_port;
use super::kind::Family;
use super::way::Way;

/// DHCSR: C_DEBUGEN is bit 0; writes need the key (DDI 0403E, C1.6.2).
const DHCSR: u64 = 0xE000_EDF0;
const C_DEBUGEN: u32 = 1;
const KEY: u32 = 0xA05F_0000;
/// DBGMCU_CR of STM32F4: DBG_SLEEP, DBG_STOP and DBG_STANDBY (RM0090 38.16.3).
const DBGMCU_CR: u64 = 0xE004_2004;
const DEBUG_IN_SLEEP: u32 = 7;

/// What a debugger had left, if anything, after it has been cleared.
///
/// # Errors
/// [`BoardError`] when something stays that cannot be cleared, or nobody answers.
pub fn clear(way: &Way, family: Family) -> Result<(), BoardError> {
    let mut port = debug_port(way.probe()?)?;
    let ap = FullyQualifiedApAddress::v1_with_default_dp(0);
    let mut memory = port.memory_interface(&ap).map_err(|error| BoardError::of_arm(Step::Detach, &error))?;
    if family == Family::Stm32f4 {
        cleared(&mut *memory, ("DBGMCU_CR", DBGMCU_CR), DEBUG_IN_SLEEP, 0)?;
    }
    cleared(&mut *memory, ("DHCSR", DHCSR), C_DEBUGEN, KEY)
}

/// Clears `bits` of a register, with `key` in the upper half of what is written, and reads back whether they are.
fn cleared(
    memory: &mut dyn ArmMemoryInterface,
    (name, address): (&str, u64),
    bits: u32,
    key: u32,
) -> Result<(), BoardError> {
    let failed = |error| BoardError::of_arm(Step::Detach, &error);
    let before = memory.read_word_32(address).map_err(failed)?;
    if before & bits == 0 {
        return Ok(());
    }
    let kept = if key == 0 { before & !bits } else { key };
    memory.write_word_32(address, kept).map_err(failed)?;
    let after = memory.read_word_32(address).map_err(failed)?;
    if after & bits == 0 {
        return Ok(());
    }
    let detail =
        format!("the chip is not as it was before: {name} is {after:#x}; power it off before its current counts");
    Err(BoardError::Other { step: Step::Detach, detail })
}
