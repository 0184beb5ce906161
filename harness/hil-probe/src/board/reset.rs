//! Why a chip was reset, as its own register of causes says: the difference between a supply and a watchdog.

use probe_rs::{Core, Error, MemoryInterface as _};

use super::kind::Family;

/// DHCSR (DDI 0403E, C1.6.2): S_HALT, S_LOCKUP, and S_RESET_ST, which reading clears.
pub(super) const DHCSR: u64 = 0xE000_EDF0;
/// RCC_CSR of STM32F4, and RMVF, which clears its flags (RM0090 7.3.21).
const RCC_CSR: u64 = 0x4002_3874;
const RMVF: u32 = 1 << 24;
/// Its flags, those that say most first: a reset of any kind pulls the pin as well.
const STM32F4: [(u32, &str); 7] = [
    (1 << 31, "low-power management"),
    (1 << 30, "the window watchdog"),
    (1 << 29, "the independent watchdog"),
    (1 << 28, "the software"),
    (1 << 27, "power-on"),
    (1 << 25, "a brown-out"),
    (1 << 26, "the reset pin"),
];
/// POWER.RESETREAS of nRF52840, whose flags are cleared by writing ones (PS 5.3.7.11). None of them is set by power-on and
/// by a brown-out.
const RESETREAS: u64 = 0x4000_0400;
const NRF52840: [(u32, &str); 8] = [
    (1 << 1, "the watchdog"),
    (1 << 3, "a lock-up of the core, which is a fault in its handler of faults"),
    (1 << 2, "the software"),
    (1 << 0, "the reset pin"),
    (1 << 16, "waking from system off"),
    (1 << 17, "a comparator"),
    (1 << 18, "a debugger"),
    (1 << 20, "USB power"),
];

/// Forgets that the chip was reset, and why. While the core stands still only: on an STM32F4 a register is read, changed and
/// written back that the image writes as well.
pub(super) fn forget(core: &mut Core<'_>, family: Family) -> Result<(), Error> {
    // Reading clears S_RESET_ST.
    core.read_word_32(DHCSR)?;
    match family {
        Family::Stm32f4 => {
            let status = core.read_word_32(RCC_CSR)?;
            core.write_word_32(RCC_CSR, status | RMVF)?;
            // The bit stays until it is written again, and as long as it is set nothing is recorded.
            core.write_word_32(RCC_CSR, status & !RMVF)
        }
        Family::Nrf52840 => core.write_word_32(RESETREAS, u32::MAX),
    }
}

/// The cause of the last reset, in words.
pub(super) fn cause(core: &mut Core<'_>, family: Family) -> String {
    let (address, flags, none) = match family {
        Family::Stm32f4 => (RCC_CSR, &STM32F4[..], "its cause is not recorded"),
        Family::Nrf52840 => (RESETREAS, &NRF52840[..], "by power-on or a brown-out"),
    };
    let Ok(status) = core.read_word_32(address) else { return "its cause cannot be read".to_owned() };
    in_words(status, flags).unwrap_or_else(|| none.to_owned())
}

fn in_words(status: u32, flags: &[(u32, &str)]) -> Option<String> {
    flags.iter().find(|(flag, _)| status & flag != 0).map(|(_, cause)| format!("by {cause}"))
}

#[cfg(test)]
mod tests {
    use super::{NRF52840, STM32F4, in_words};

    #[test]
    fn the_cause_that_says_most_is_told() {
        assert_eq!(in_words(1 << 29 | 1 << 26, &STM32F4).as_deref(), Some("by the independent watchdog"));
        assert_eq!(in_words(1 << 26, &STM32F4).as_deref(), Some("by the reset pin"));
        assert_eq!(in_words(1 << 2, &NRF52840).as_deref(), Some("by the software"));
        assert_eq!(in_words(0, &NRF52840), None);
    }
}
