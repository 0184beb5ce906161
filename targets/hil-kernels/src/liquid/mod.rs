//! Liquid cells as ordinary differential equations, and what integrates them.
//!
//! [`cell`] is the equation with its parameters, [`cell_i8`] the same with 8-bit weights and activations. [`euler`],
//! [`heun`] and [`rk4`] take steps of a fixed length; [`adaptive_heun`] chooses its own. [`flux`] tells how busy the sound
//! is, [`timestep`] and [`clock`] what that means for the step and for the processor's clock, and [`listen`] is the loop
//! over all of it, hop by hop. [`clips`] are inputs to run on; [`mod@reference`] integrates with a step a hundred times finer,
//! [`compare`] tells how far a solver is off it, and [`cost`] what it takes to be as exact.
//!
//! The solvers are what is judged here, not what the cell says: its parameters are drawn, not trained.
//!
//! Guarantees: no allocation; the state and a few numbers are all that is kept between two calls; the same bits on
//! every machine.

pub mod adaptive_heun;
pub mod cell;
pub mod cell_i8;
mod clip_table;
pub mod clips;
pub mod clock;
pub mod compare;
pub mod cost;
pub mod euler;
pub mod flux;
pub mod heun;
pub mod listen;
pub mod reference;
mod reference_states;
pub mod rk4;
pub mod timestep;

/// Units of the cell.
pub const UNITS: usize = 32;
/// Features that go in with every hop of sound.
pub const INPUTS: usize = 13;
/// What a feature of 1 counts: features are whole steps of 1/32 of a standard deviation.
pub const FEATURE_STEPS: f32 = 32.0;

/// The state of all units; each stays between its resting value 0 and its reversal value, -1 or 1.
pub type State = [f32; UNITS];
/// The features of a hop, in steps of 1 / [`FEATURE_STEPS`]; they are held until the next hop.
pub type Features = [i8; INPUTS];

/// A hop of sound in milliseconds: 256 samples at 16 kHz.
pub const HOP_MS: f32 = 16.0;
/// Steps of a hop for the solvers whose step is fixed. The longest step that divides a hop and is no longer than what the
/// table of [`timestep`] asks for the busiest sound, 5 ms: a step that is fixed has to serve all sounds.
pub const STEPS_PER_HOP: u8 = 4;
/// The fixed step in seconds.
pub const STEP: f32 = HOP_MS * 1e-3 / STEPS_PER_HOP as f32;

/// The right-hand side of `dx/dt = f(x)`, with the input held.
pub trait Field {
    /// `f(x)`, per second.
    fn slope(&mut self, x: &State) -> State;
}

/// A digest of a state: 32-bit FNV-1a over the bits of its values, lowest byte first.
#[must_use]
pub fn digest(x: &State) -> u32 {
    let bytes = x.iter().flat_map(|value| value.to_bits().to_le_bytes());
    bytes.fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
pub(crate) mod linear {
    //! A field whose solution is known, for the tests of the solvers.

    use super::{Field, State, UNITS};

    /// `dx/dt = -(rate of the unit) x`.
    pub(crate) struct Decay {
        pub(crate) rates: State,
        pub(crate) evaluations: u32,
    }

    impl Decay {
        /// Rates from 0.5 to 16 per second.
        pub(crate) fn new() -> Self {
            Self { rates: core::array::from_fn(|i| 0.5 * (i + 1) as f32), evaluations: 0 }
        }

        /// How far `x` is off the solution that began at 1, at most over all units.
        pub(crate) fn error(&self, x: &State, seconds: f64) -> f64 {
            let exact = self.rates.map(|rate| (-f64::from(rate) * seconds).exp());
            (0..UNITS).map(|i| (f64::from(x[i]) - exact[i]).abs()).fold(0.0, f64::max)
        }
    }

    impl Field for Decay {
        fn slope(&mut self, x: &State) -> State {
            self.evaluations += 1;
            core::array::from_fn(|i| -self.rates[i] * x[i])
        }
    }

    /// How far a solver of one step is off after a quarter of a second in `steps` steps.
    pub(crate) fn error_of(step: fn(&mut Decay, &mut State, f32), steps: u8) -> f64 {
        let (mut field, mut x) = (Decay::new(), [1.0; UNITS]);
        for _ in 0..steps {
            step(&mut field, &mut x, 0.25 / f32::from(steps));
        }
        field.error(&x, 0.25)
    }
}
