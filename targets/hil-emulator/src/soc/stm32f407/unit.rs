//! The peripherals that have a model, by their names in the chip's file, and what switches their clocks on.

use super::adc::CONVERTERS;
use super::rcc::Rcc;
use super::tim::TIMERS;
use crate::board::Misfit;
use crate::board::chip::Chip;

pub const USARTS: [&str; 6] = ["usart1", "usart2", "usart3", "uart4", "uart5", "usart6"];
pub const GPIOS: [&str; 9] = ["gpioa", "gpiob", "gpioc", "gpiod", "gpioe", "gpiof", "gpiog", "gpioh", "gpioi"];

/// A peripheral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Rcc,
    Flash,
    Pwr,
    Iwdg,
    Syscfg,
    Signature,
    Options,
    Dbgmcu,
    Usart(usize),
    /// DMA1 or DMA2.
    Dma(usize),
    /// TIM1 to TIM14, from 0.
    Timer(usize),
    /// ADC1 to ADC3, from 0.
    Adc(usize),
    AdcCommon,
    Rtc,
    Exti,
    Wwdg,
    Rng,
    Crc,
    Gpio(usize),
}

impl Unit {
    /// Whether an access to its registers may concern other peripherals.
    #[must_use]
    pub fn is_wired(self) -> bool {
        matches!(self, Self::Usart(_) | Self::Dma(_) | Self::Timer(_) | Self::Adc(_) | Self::AdcCommon)
    }

    /// The peripheral that the chip's file calls `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let index = |names: &[&str]| names.iter().position(|known| *known == name);
        Some(match name {
            "rcc" => Self::Rcc,
            "flash" => Self::Flash,
            "pwr" => Self::Pwr,
            "iwdg" => Self::Iwdg,
            "syscfg" => Self::Syscfg,
            "signature" => Self::Signature,
            "options" => Self::Options,
            "dbgmcu" => Self::Dbgmcu,
            "dma1" => Self::Dma(0),
            "dma2" => Self::Dma(1),
            "rtc" => Self::Rtc,
            "exti" => Self::Exti,
            "wwdg" => Self::Wwdg,
            "rng" => Self::Rng,
            "crc" => Self::Crc,
            "adc-common" => Self::AdcCommon,
            _ if name.starts_with("tim") => Self::Timer(numbered(name, "tim", TIMERS)?),
            _ if name.starts_with("adc") => Self::Adc(numbered(name, "adc", CONVERTERS)?),
            _ => return index(&USARTS).map(Self::Usart).or_else(|| index(&GPIOS).map(Self::Gpio)),
        })
    }
}

/// The place, from 0, of the peripheral that is called `kind` and a number up to `most`.
fn numbered(name: &str, kind: &str, most: usize) -> Option<usize> {
    let number: usize = name.strip_prefix(kind)?.parse().ok()?;
    (1..=most).contains(&number).then(|| number - 1)
}

/// A peripheral with the register and the bit that switch its clock on.
pub type Gated = (Unit, u32, u8);

/// The clock gates of the chip's peripherals.
///
/// # Errors
/// A text that is not a register and a bit.
pub fn gates(chip: &Chip) -> Result<Vec<Gated>, Misfit> {
    let mut gates = Vec::new();
    for facts in &chip.peripheral {
        let (Some(text), Some(unit)) = (&facts.clock_enable, Unit::named(facts.name.as_ref())) else { continue };
        let gate = text.as_ref().split_once('.').and_then(|(register, bit)| {
            let bit: u8 = bit.parse().ok().filter(|bit| *bit < 32)?;
            Some((unit, Rcc::enable_register(register)?, bit))
        });
        gates.push(gate.ok_or_else(|| Misfit {
            at: text.span().start,
            message: format!("\"{}\" is not a clock enable register and a bit, such as \"APB1ENR.17\"", text.as_ref()),
        })?);
    }
    Ok(gates)
}
