//! What the chip draws: the state of its clocks, regulator and peripherals for the model in [`crate::power::stm32f4`].
//!
//! Deep sleep is stop or standby as PWR_CR says. The debug bits that keep clocks alive in low-power modes change nothing
//! here.

use super::Stm32f407;
use super::unit::Unit;
use crate::power::stm32f4::{High, Mode, State};
use crate::soc::{Activity, Io};

/// Registers of RCC.
const CR: u32 = 0x00;
const BDCR: u32 = 0x70;
const CSR: u32 = 0x74;
/// AHB1ENR, AHB2ENR, AHB3ENR, APB1ENR, APB2ENR.
const ENABLES: [u32; 5] = [0x30, 0x34, 0x38, 0x40, 0x44];
/// The registers with the same bits for sleep lie this far behind.
const TO_LOW_POWER: u32 = 0x20;

impl Stm32f407 {
    /// An access to `unit` may have changed what the chip draws, or what it drives.
    pub(super) fn touched(unit: Unit, io: &mut Io<'_>) {
        match unit {
            Unit::Rcc | Unit::Pwr | Unit::Flash | Unit::Iwdg | Unit::Adc(_) => io.requests.supply_changed = true,
            Unit::Gpio(_) | Unit::Timer(_) => io.requests.pins_changed = true,
            _ => {}
        }
    }

    /// Everything that the current depends on.
    pub(super) fn supply_state(&self, activity: Activity) -> State {
        let rcc = |offset| self.rcc.read(offset).unwrap_or(0);
        let control = self.pwr.read(0).unwrap_or(0);
        let backup = self.pwr.read(4).unwrap_or(0);
        let (flash_status, flash_control) = (self.flash.read(0x0C).unwrap_or(0), self.flash.read(0).unwrap_or(0));
        let (cr, bdcr) = (rcc(CR), rcc(BDCR));
        let asleep = !matches!(activity, Activity::Running { .. });
        let hclk = self.rcc.hclk();
        State {
            mode: match activity {
                Activity::Running { .. } => Mode::Run,
                Activity::Sleeping => Mode::Sleep,
                Activity::SleepingDeep if control >> 1 & 1 == 1 => Mode::Standby,
                Activity::SleepingDeep => {
                    Mode::Stop { low_power_regulator: control & 1 == 1, flash_off: control >> 9 & 1 == 1 }
                }
            },
            hclk,
            pclk1: self.rcc.pclk(false),
            pclk2: self.rcc.pclk(true),
            scale_1: control >> 14 & 1 == 1,
            from_flash: matches!(activity, Activity::Running { flash: true }),
            accelerator: flash_control >> 9 & 1 == 1,
            enabled: ENABLES.map(|offset| rcc(offset) & if asleep { rcc(offset + TO_LOW_POWER) } else { u32::MAX }),
            hsi: cr & 1 == 1,
            hse: match (cr >> 16 & 1 == 1, cr >> 18 & 1 == 1) {
                (false, _) => High::Off,
                (true, true) => High::Bypass,
                (true, false) => High::Crystal,
            },
            pll: cr >> 24 & 1 == 1,
            plli2s: cr >> 26 & 1 == 1,
            lsi: rcc(CSR) & 1 == 1,
            rtc: bdcr & 1 == 1 && bdcr >> 15 & 1 == 1,
            backup_sram: backup >> 9 & 1 == 1,
            converters: self.adcs.iter().filter(|adc| adc.on()).count() as u32,
            flash_busy: flash_status >> 16 & 1 == 1,
        }
    }
}
