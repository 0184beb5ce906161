//! The uncertainty of a current and of a power, from the limits that makers state.
//!
//! Limits are taken as rectangular distributions, so a limit `a` has the standard uncertainty `a / sqrt(3)`, and
//! independent parts add in squares ("Guide to the expression of uncertainty in measurement", JCGM 100:2008, 4.3.7 and
//! 5.1.2):
//!
//! ```text
//! (u_I / I)^2 = (u_fs / V_fs)^2 + (u_G / G)^2 + (u_R / R)^2 + (u_os / (I R))^2 + (step / sqrt(12) / I)^2 / n
//! (u_P / P)^2 = (u_V / V)^2 + (u_I / I)^2
//! ```
//!
//! Only the last part of `u_I` shrinks with the number of codes `n`; all others are the same for every code. Offsets do not
//! depend on the current, so they matter most where little is drawn. Two parts that the formula does not show:
//!
//! - Where full scale and supply are one and the same reading (a converter that uses its supply as reference), their errors
//!   are one error that counts twice, in the current and in the voltage: they add as they are, not in squares.
//! - The voltage behind the shunt is read once, at some current; at another current it is off by up to the drop over the
//!   shunt, which is the part "burden".
//!
//! By hand: 1 ohm within 0.1 %, 50 V/V within 1 %, full scale of 3.3 V within 1 %, 12 bits, 35 uV of offset, 40 mA. Each per
//! cent is 0.577 %, 0.1 % is 0.058 %, 35 uA of 40 mA are 0.051 % after the root, a step of 16.1 uA is 0.012 %: together
//! `sqrt(0.577^2 + 0.577^2 + 0.058^2 + 0.051^2 + 0.012^2) = 0.820 %`.

use hil_model::power::{Converter, Shunt};

/// The number of standard uncertainties that a stated interval reaches to each side (JCGM 100:2008, 6.3: about 95 %).
pub const COVERAGE: f64 = 2.0;

/// What the makers' limits of a chain leave open, as standard uncertainties.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    full_scale: f64,
    gain: f64,
    shunt: f64,
    supply: f64,
    one_reading: bool,
    amplifier_offset_amperes: f64,
    converter_offset_amperes: f64,
    step_amperes: f64,
    drop_an_ampere: f64,
}

/// A part of the uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// What it comes from.
    pub from: &'static str,
    /// Its standard uncertainty relative to the figure.
    pub relative: f64,
}

/// What a figure was formed from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// The mean current that the figure stands for, in amperes.
    pub amperes: f64,
    /// The largest current that was seen, in amperes.
    pub largest: f64,
    /// How many codes the mean was formed of.
    pub codes: u64,
}

/// The standard uncertainty of a uniform distribution between plus and minus `limit`.
fn rectangular(limit: f64) -> f64 {
    limit / 3f64.sqrt()
}

impl Limits {
    pub(crate) fn of(shunt: &Shunt, converter: &Converter) -> Self {
        let millionths = |ppm: u32| rectangular(f64::from(ppm) * 1e-6);
        let full_scale_volts = f64::from(converter.full_scale_uv) * 1e-6;
        let supply_volts = f64::from(converter.supply_uv) * 1e-6;
        let volts_an_ampere = shunt.gain * shunt.ohms;
        let converter_offset = rectangular(f64::from(converter.offset_uv) * 1e-6);
        Self {
            full_scale: millionths(converter.full_scale_ppm),
            gain: rectangular(shunt.gain_error_max),
            shunt: rectangular(shunt.tolerance),
            supply: millionths(converter.supply_ppm),
            one_reading: converter.full_scale_uv == converter.supply_uv,
            amplifier_offset_amperes: rectangular(shunt.offset_max_volts) / shunt.ohms,
            converter_offset_amperes: converter_offset / volts_an_ampere,
            step_amperes: full_scale_volts / f64::from(1u32 << converter.bits) / volts_an_ampere,
            drop_an_ampere: shunt.ohms / supply_volts,
        }
    }

    /// Every part of the uncertainty of the power at this load, relative to that power. Infinite where nothing is drawn.
    #[must_use]
    pub fn parts(&self, load: Load) -> Vec<Part> {
        let part = |from, relative| Part { from, relative };
        let mut parts = if self.one_reading {
            vec![part("full scale and supply voltage, one reading", self.full_scale + self.supply)]
        } else {
            vec![part("full scale of the converter", self.full_scale), part("supply voltage", self.supply)]
        };
        // The drop changes the supply, and the full scale with it where they are one.
        let times = if self.one_reading { 2.0 } else { 1.0 };
        let burden = times * rectangular(load.largest * self.drop_an_ampere);
        let relative = |amperes: f64| if amperes == 0.0 { 0.0 } else { amperes / load.amperes };
        #[expect(clippy::cast_precision_loss, reason = "an uncertainty needs no 53 bits")]
        let codes = load.codes.max(1) as f64;
        parts.extend([
            part("gain of the amplifier", self.gain),
            part("shunt", self.shunt),
            part("burden: the supply falls with the current", burden),
            part("offset of the amplifier", relative(self.amplifier_offset_amperes)),
            part("offset of the converter", relative(self.converter_offset_amperes)),
            part("steps of the converter", relative(self.step_amperes / 12f64.sqrt() / codes.sqrt())),
        ]);
        parts
    }

    /// The standard uncertainty of the ratio of two powers behind this chain, relative to that ratio (JCGM 100:2008, 5.2.2):
    /// factors that are the same on both sides cancel, offsets count by what their relative effect differs, and the steps of
    /// the converter are independent. Infinite where nothing is drawn on one side.
    #[must_use]
    pub fn relative_of_ratio(&self, above: Load, below: Load) -> f64 {
        let effect = |amperes: f64, load: Load| if amperes == 0.0 { 0.0 } else { amperes / load.amperes };
        let differ = |amperes: f64| effect(amperes, above) - effect(amperes, below);
        let times = if self.one_reading { 2.0 } else { 1.0 };
        let burden = times * rectangular((above.largest - below.largest).abs() * self.drop_an_ampere);
        #[expect(clippy::cast_precision_loss, reason = "an uncertainty needs no 53 bits")]
        let steps = |load: Load| effect(self.step_amperes / 12f64.sqrt() / (load.codes.max(1) as f64).sqrt(), load);
        let parts = [
            differ(self.amplifier_offset_amperes),
            differ(self.converter_offset_amperes),
            burden,
            steps(above),
            steps(below),
        ];
        let squares = parts.iter().map(|part| part * part).sum::<f64>();
        // The difference of two infinities is not a number, and says as little as either.
        if squares.is_nan() { f64::INFINITY } else { squares.sqrt() }
    }

    /// The standard uncertainty of the power at this load, relative to that power.
    #[must_use]
    pub fn relative(&self, load: Load) -> f64 {
        self.parts(load).iter().map(|part| part.relative.powi(2)).sum::<f64>().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use hil_model::power::{Converter, Shunt};
    use proptest::prelude::{ProptestConfig, prop_assert, proptest};
    use proptest::test_runner::RngSeed;

    use super::{Limits, Load};
    use crate::testing::{converter, shunt};

    fn load(amperes: f64) -> Load {
        Load { amperes, largest: 0.0, codes: 1 }
    }

    #[test]
    fn the_example_worked_by_hand() {
        let shunt = Shunt { ohms: 1.0, gain_error_max: 0.01, offset_max_volts: 35e-6, ..shunt() };
        let converter = Converter { full_scale_uv: 3_300_000, supply_ppm: 0, ..converter() };
        let found = Limits::of(&shunt, &converter).relative(load(0.04));
        assert!((found - 0.008_20).abs() < 1e-5, "{found}");
    }

    #[test]
    fn one_reading_counts_twice() {
        let quiet = Shunt { tolerance: 0.0, gain_error_max: 0.0, offset_max_volts: 0.0, ..shunt() };
        let two = Converter { full_scale_ppm: 30_000, supply_ppm: 40_000, ..converter() };
        let one = Converter { full_scale_uv: 3_000_000, ..two.clone() };
        let relative = |converter| Limits::of(&quiet, converter).relative(load(1.0));
        assert!((relative(&two) - 0.05 / 3f64.sqrt()).abs() < 1e-6);
        assert!((relative(&one) - 0.07 / 3f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn what_is_the_same_on_both_sides_cancels_in_their_ratio() {
        let bad = Shunt { tolerance: 0.1, gain_error_max: 0.1, ..shunt() };
        let converter = Converter { full_scale_ppm: 100_000, supply_ppm: 100_000, ..converter() };
        let limits = Limits::of(&bad, &converter);
        let load = |amperes: f64| Load { amperes, largest: 0.0, codes: 1_000_000 };
        assert!(limits.relative(load(0.01)) > 0.08);
        assert!(limits.relative_of_ratio(load(0.01), load(0.01)) < 1e-4, "even offsets cancel between equal loads");
        let by_offsets = limits.relative_of_ratio(load(0.01), load(0.001));
        let alone = |load: Load| {
            let of = |from: &str| limits.parts(load).iter().find(|part| part.from == from).unwrap().relative;
            of("offset of the amplifier").hypot(of("offset of the converter"))
        };
        assert!((by_offsets - (alone(load(0.001)) - alone(load(0.01)))).abs() < 1e-4, "{by_offsets}");
        assert_eq!(limits.relative_of_ratio(load(0.01), load(0.0)), f64::INFINITY);
    }

    #[test]
    fn nothing_drawn_is_known_to_no_percentage() {
        assert_eq!(Limits::of(&shunt(), &converter()).relative(load(0.0)), f64::INFINITY);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn more_codes_make_only_the_steps_smaller(amperes in 1e-5f64..0.1, codes in 2u64..1_000_000) {
            let limits = Limits::of(&shunt(), &converter());
            let (one, many) = (load(amperes), Load { codes, ..load(amperes) });
            prop_assert!(limits.relative(many) < limits.relative(one));
            for (one, many) in limits.parts(one).iter().zip(limits.parts(many)) {
                prop_assert!(one.relative == many.relative || one.from == "steps of the converter");
            }
        }

        #[test]
        fn a_wider_limit_never_makes_a_smaller_uncertainty(more in 1.0f64..10.0, amperes in 1e-5f64..0.1) {
            let narrow = Limits::of(&shunt(), &converter()).relative(load(amperes));
            for wide in [
                Shunt { tolerance: 0.001 * more, ..shunt() },
                Shunt { gain_error_max: 0.002 * more, ..shunt() },
                Shunt { offset_max_volts: 25e-6 * more, ..shunt() },
            ] {
                prop_assert!(Limits::of(&wide, &converter()).relative(load(amperes)) >= narrow);
            }
        }
    }
}
