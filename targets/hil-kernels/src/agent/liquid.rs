//! The solvers of the liquid cell, each as a kernel: the same cell, the same input.
//!
//! One iteration is one hop of 16 ms of the clip `busy`: its features go in, and the state moves on by 16 ms, in four steps of
//! 4 ms where the step is fixed. Behind the clip's last hop it begins again, from rest. The front end is no part of it:
//! it costs the same whatever the solver is.

use core::hint::black_box;

use hil_agent::kernel::{Case, Deviation, Kernel, LoadError, Mismatch, Trouble};
use hil_agent::text::Text;

use super::liquid_tables;
use crate::liquid::adaptive_heun::{AdaptiveHeun, Tolerance};
use crate::liquid::cell::{CELL, Cell, Held};
use crate::liquid::cell_i8::{CELL_I8, CellI8, HeldI8};
use crate::liquid::clips::{Clip, HOPS};
use crate::liquid::timestep::Timestep;
use crate::liquid::{Features, Field, STEP, STEPS_PER_HOP, State, UNITS, compare, digest, euler, heun, rk4};

/// What integrates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Solver {
    Euler,
    Heun,
    Rk4,
    AdaptiveHeun,
    EulerI8,
}

impl Solver {
    const ALL: [Self; 5] = [Self::Euler, Self::Heun, Self::Rk4, Self::AdaptiveHeun, Self::EulerI8];

    /// [`digest`] of the state behind the clip `busy`.
    const fn expected(self) -> u32 {
        match self {
            Self::Euler => 0xb2e6_8b3a,
            Self::Heun => 0xd50f_eaa5,
            Self::Rk4 => 0x99df_09d6,
            Self::AdaptiveHeun => 0x213c_441e,
            Self::EulerI8 => 0x322d_4b33,
        }
    }
}

/// A solver of the liquid cell.
#[derive(Debug, Clone)]
pub struct LtcSolver {
    solver: Solver,
    adaptive: AdaptiveHeun,
    x: State,
    /// Hops of the clip so far.
    hops: usize,
}

impl LtcSolver {
    /// All of them: `lan/ltc-euler`, `lan/ltc-heun`, `lan/ltc-rk4`, `lan/ltc-adaptive_heun` and `lan/ltc-euler_i8`.
    #[must_use]
    pub fn all() -> [Self; 5] {
        Solver::ALL.map(Self::new)
    }

    const fn new(solver: Solver) -> Self {
        Self { solver, adaptive: AdaptiveHeun::new(Tolerance::USUAL), x: [0.0; UNITS], hops: 0 }
    }

    fn restart(&mut self) {
        *self = Self::new(self.solver);
    }

    fn hop(&mut self, features: &Features) {
        match self.solver {
            Solver::Euler => steps(euler::step, &mut Held::new(&CELL, features), &mut self.x),
            Solver::Heun => steps(heun::step, &mut Held::new(&CELL, features), &mut self.x),
            Solver::Rk4 => steps(rk4::step, &mut Held::new(&CELL, features), &mut self.x),
            Solver::EulerI8 => steps(euler::step, &mut HeldI8::new(&CELL_I8, features), &mut self.x),
            Solver::AdaptiveHeun => {
                self.adaptive.advance(&mut Held::new(&CELL, features), &mut self.x, 1, Timestep::LONGEST);
            }
        }
    }
}

/// The steps of a hop, where the step is fixed.
fn steps<F: Field>(step: impl Fn(&mut F, &mut State, f32), field: &mut F, x: &mut State) {
    for _ in 0..STEPS_PER_HOP {
        step(field, x, STEP);
    }
}

impl Kernel for LtcSolver {
    fn name(&self) -> &str {
        match self.solver {
            Solver::Euler => "lan/ltc-euler",
            Solver::Heun => "lan/ltc-heun",
            Solver::Rk4 => "lan/ltc-rk4",
            Solver::AdaptiveHeun => "lan/ltc-adaptive_heun",
            Solver::EulerI8 => "lan/ltc-euler_i8",
        }
    }

    fn about(&self) -> &str {
        match self.solver {
            Solver::Euler => "liquid cell, Euler's method: a hop in four steps",
            Solver::Heun => "liquid cell, Heun's method: a hop in four steps",
            Solver::Rk4 => "liquid cell, classical Runge-Kutta method: a hop in four steps",
            Solver::AdaptiveHeun => "liquid cell, Heun's method: a hop in steps as long as the error allows",
            Solver::EulerI8 => "liquid cell, int8 weights and activations, Euler's method: a hop in four steps",
        }
    }

    fn load(&mut self, _: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel has its own input")))
    }

    fn run(&mut self) {
        if self.hops == HOPS {
            self.restart();
        }
        let features = black_box(Clip::Busy.features(self.hops));
        self.hop(&features);
        self.hops += 1;
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.restart();
        for _ in 0..HOPS {
            self.run();
        }
        let (found, wanted) = (digest(&self.x), self.solver.expected());
        if found == wanted {
            Ok(())
        } else {
            Err(Mismatch::new(format_args!("digest of the state {found:#010x}, wanted {wanted:#010x}")))
        }
    }

    fn weight_bytes(&self) -> Option<u64> {
        let bytes = if self.solver == Solver::EulerI8 { size_of::<CellI8>() } else { size_of::<Cell>() };
        u64::try_from(bytes).ok()
    }

    fn status(&self) -> Result<(), Trouble> {
        match self.x.iter().position(|value| !value.is_finite()) {
            None => Ok(()),
            Some(unit) => Err(Mismatch::new(format_args!("unit {unit} is {}", self.x[unit])).into()),
        }
    }

    /// The tables `timestep` and `clock`, offered where the step adapts.
    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        if self.solver == Solver::AdaptiveHeun { liquid_tables::case(table, case) } else { None }
    }

    /// One case for each clip: how far the solver is off the reference integration.
    fn deviation(&mut self, case: u32) -> Option<Deviation> {
        let clip = *Clip::ALL.get(usize::try_from(case).ok()?)?;
        let mut fresh = Self::new(self.solver);
        let error = compare::over(clip, |hop, x| {
            fresh.x = *x;
            fresh.hop(&clip.features(hop));
            *x = fresh.x;
        });
        Some(Deviation { name: Text::new(format_args!("{}", clip.name())), error })
    }
}

#[cfg(test)]
mod tests {
    use super::LtcSolver;
    use crate::liquid::clips::HOPS;
    use crate::liquid::digest;
    use hil_agent::kernel::Kernel;

    #[test]
    fn every_solver_gives_its_known_answer_and_gives_it_again() {
        assert_eq!(LtcSolver::all().map(|mut kernel| kernel.known_answer()), [Ok(()); 5]);
        for mut kernel in LtcSolver::all() {
            kernel.known_answer().unwrap();
            kernel.run();
            assert_eq!((kernel.hops, kernel.status()), (1, Ok(())), "{}", kernel.name());
            assert_eq!(kernel.known_answer(), Ok(()), "{}", kernel.name());
            // One hop more or less is another answer.
            let whole = digest(&kernel.x);
            kernel.restart();
            for _ in 1..HOPS {
                kernel.run();
            }
            assert_ne!(digest(&kernel.x), whole, "{}", kernel.name());
        }
    }

    #[test]
    fn a_state_that_is_no_number_is_wrong() {
        for mut kernel in LtcSolver::all() {
            kernel.run();
            kernel.x[7] = f32::NAN;
            assert!(kernel.status().unwrap_err().why().starts_with("unit 7 is NaN"), "{}", kernel.name());
            assert!(kernel.load(&[0; 2]).is_err());
            // 1440 weights, scales for the rows of the 8-bit ones, and three values for each unit and one for all.
            let expected = if kernel.name().ends_with("_i8") { 1440 + 4 * 32 } else { 4 * 1440 } + 4 * (3 * 32 + 1);
            assert_eq!(kernel.weight_bytes(), Some(expected), "{}", kernel.name());
        }
    }

    #[test]
    fn every_solver_has_three_deviations_and_asking_changes_nothing() {
        for mut kernel in LtcSolver::all() {
            kernel.run();
            let before = (kernel.x, kernel.hops);
            let names: [_; 3] = core::array::from_fn(|case| kernel.deviation(case as u32).unwrap().name);
            assert_eq!(names.each_ref().map(|name| name.as_str()), ["quiet", "busy", "step"]);
            assert!((0..3).all(|case| kernel.deviation(case).unwrap().error < 0.2), "{}", kernel.name());
            assert_eq!(kernel.deviation(3), None);
            assert_eq!((kernel.x, kernel.hops), before);
        }
    }

    #[test]
    fn tables_are_offered_where_the_step_adapts() {
        for mut kernel in LtcSolver::all() {
            let adapts = kernel.name() == "lan/ltc-adaptive_heun";
            for table in ["timestep", "clock"] {
                assert_eq!(kernel.conform(table, 0).is_some(), adapts, "{}", kernel.name());
            }
            assert!(kernel.conform("else", 0).is_none());
        }
    }
}
