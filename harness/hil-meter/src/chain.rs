//! The chain from a current to a code, and back: shunt, amplifier, converter.
//!
//! With a code of `N` bits and the full scale `V_fs`, a gain `G` and a shunt `R`,
//!
//! ```text
//! I = (code / 2^N * V_fs) / (G * R)        P = V * I
//! ```
//!
//! where `V` is the voltage behind the shunt, at the load. (The voltage over the shunt times the current would be what the
//! shunt itself turns into heat, `I^2 * R`, which is no part of what the chip takes.)
//!
//! By hand: 12 bits over 4.096 V make 1 mV a code; 50 V/V over 0.5 ohms are 25 V/A, so a code is 40 uA. Code 1000 is
//! 40 mA, at 3 V that is 120 mW; the shunt's own share would be 0.8 mW.

use hil_model::power::{Converter, Shunt};

use crate::budget::Limits;

/// Codes so close to an end of the range are taken for saturated: only the end itself at the bottom, and what the
/// amplifier's highest output gives at the top.
const BOTTOM: u16 = 0;

/// Why a chain gives no currents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the chain of the meter cannot be used: {what}; correct the facts about the board or its firmware")]
pub struct Unusable {
    /// What about it.
    pub what: String,
}

/// A chain with its nominal values.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    amperes_a_code: f64,
    volts: f64,
    /// The lowest code that stands for "at least this much".
    top: u32,
    limits: Limits,
}

impl Chain {
    /// The chain of `shunt` and `converter`.
    ///
    /// # Errors
    /// [`Unusable`] where a value is missing, not above zero, or not finite.
    pub fn new(shunt: &Shunt, converter: &Converter) -> Result<Self, Unusable> {
        let fail = |what: &str| Err(Unusable { what: what.to_owned() });
        if !(1..=16).contains(&converter.bits) {
            return fail(&format!("a converter of {} bits", converter.bits));
        }
        if converter.full_scale_uv == 0 || converter.supply_uv == 0 || converter.sample_ticks == 0 {
            return fail("full scale, supply voltage or time between codes is zero");
        }
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let amount = |value: f64| value.is_finite() && value >= 0.0;
        if !positive(shunt.ohms) || !positive(shunt.gain) || !positive(shunt.high_volts) {
            return fail("shunt, gain or highest output is not above zero");
        }
        if ![shunt.tolerance, shunt.gain_error_max, shunt.offset_max_volts].into_iter().all(amount) {
            return fail("a limit of the shunt or the amplifier is below zero or no number");
        }
        let full_scale = f64::from(converter.full_scale_uv) * 1e-6;
        let codes = f64::from(1u32 << converter.bits);
        let volts_a_code = full_scale / codes;
        let volts = f64::from(converter.supply_uv) * 1e-6;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
        let amplifier_ends = (shunt.high_volts / volts_a_code).floor() as u32;
        Ok(Self {
            amperes_a_code: volts_a_code / (shunt.gain * shunt.ohms),
            volts,
            top: amplifier_ends.min((1 << converter.bits) - 1),
            limits: Limits::of(shunt, converter),
        })
    }

    /// The current that a code stands for, in amperes.
    #[must_use]
    pub fn amperes(&self, code: u16) -> f64 {
        f64::from(code) * self.amperes_a_code
    }

    /// The power that the chip takes at a current, in watts.
    #[must_use]
    pub fn watts(&self, amperes: f64) -> f64 {
        self.volts * amperes
    }

    /// What one step of the converter stands for, in amperes.
    #[must_use]
    pub fn step(&self) -> f64 {
        self.amperes_a_code
    }

    /// The voltage at the load, in volts.
    #[must_use]
    pub fn volts(&self) -> f64 {
        self.volts
    }

    /// Whether the current may lie beyond what the code says: below zero, or above the range.
    #[must_use]
    pub fn is_saturated(&self, code: u16) -> bool {
        code == BOTTOM || u32::from(code) >= self.top
    }

    /// What the makers' limits leave open.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

#[cfg(test)]
mod tests {
    use super::Chain;
    use crate::testing::{converter, shunt};
    use proptest::prelude::{ProptestConfig, prop_assert, proptest};
    use proptest::test_runner::RngSeed;

    #[test]
    fn the_example_worked_by_hand() {
        let chain = Chain::new(&shunt(), &converter()).unwrap();
        assert!((chain.step() - 40e-6).abs() < 1e-15);
        assert!((chain.amperes(1000) - 0.04).abs() < 1e-12);
        assert!((chain.watts(chain.amperes(1000)) - 0.12).abs() < 1e-12);
    }

    #[test]
    fn the_ends_of_the_range_are_saturated() {
        // The amplifier ends at 3.2 V, which is code 3200.
        let chain = Chain::new(&shunt(), &converter()).unwrap();
        assert_eq!([0, 1, 3199, 3200, 4095].map(|code| chain.is_saturated(code)), [true, false, false, true, true]);
        let beyond = hil_model::power::Shunt { high_volts: 10.0, ..shunt() };
        let chain = Chain::new(&beyond, &converter()).unwrap();
        assert_eq!([4094, 4095].map(|code| chain.is_saturated(code)), [false, true]);
    }

    #[test]
    fn what_makes_no_chain_is_refused() {
        use hil_model::power::{Converter, Shunt};
        let bad = [
            (shunt(), Converter { bits: 0, ..converter() }),
            (shunt(), Converter { bits: 17, ..converter() }),
            (shunt(), Converter { full_scale_uv: 0, ..converter() }),
            (shunt(), Converter { supply_uv: 0, ..converter() }),
            (shunt(), Converter { sample_ticks: 0, ..converter() }),
            (Shunt { ohms: 0.0, ..shunt() }, converter()),
            (Shunt { gain: f64::NAN, ..shunt() }, converter()),
            (Shunt { tolerance: -0.1, ..shunt() }, converter()),
            (Shunt { offset_max_volts: f64::INFINITY, ..shunt() }, converter()),
        ];
        for (shunt, converter) in bad {
            assert!(Chain::new(&shunt, &converter).is_err(), "{shunt:?} {converter:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn a_larger_code_is_a_larger_current_and_currents_read_back(code in 1u16..4095, bits in 12u8..=16) {
            let converter = hil_model::power::Converter { bits, ..converter() };
            let chain = Chain::new(&shunt(), &converter).unwrap();
            prop_assert!(chain.amperes(code) > chain.amperes(code - 1));
            // Forward: the voltage at the converter's input, and the code that it gives.
            let volts = chain.amperes(code) * 0.5 * 50.0;
            let again = volts / 4.096 * f64::from(1u32 << bits);
            prop_assert!((again - f64::from(code)).abs() < 1e-6);
        }
    }
}
