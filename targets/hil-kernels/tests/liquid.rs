//! The solvers of the liquid cell against the reference integration: that its table is what it gives, and the figures of
//! `docs/liquid.md`.

use hil_kernels::liquid::adaptive_heun::{AdaptiveHeun, Tolerance};
use hil_kernels::liquid::cell::{CELL, Held};
use hil_kernels::liquid::cell_i8::{CELL_I8, HeldI8};
use hil_kernels::liquid::clips::{CHECKS, Clip, HOPS, HOPS_PER_CHECK, REFERENCE_STEPS};
use hil_kernels::liquid::cost::{self, Cost};
use hil_kernels::liquid::reference::Reference;
use hil_kernels::liquid::timestep::Timestep;
use hil_kernels::liquid::{Field, STEP, STEPS_PER_HOP, State, compare, euler, heun, rk4};

/// The reference of a clip, check by check, in the steps of the table.
fn integrated(clip: Clip) -> Vec<Vec<i32>> {
    let mut reference = Reference::new(&CELL);
    let mut checks = Vec::new();
    for hop in 0..HOPS {
        reference.hop(&clip.features(hop));
        if (hop + 1).is_multiple_of(HOPS_PER_CHECK) {
            checks.push(reference.state().iter().map(|x| (x * REFERENCE_STEPS).round() as i32).collect());
        }
    }
    checks
}

#[test]
fn the_table_is_what_the_reference_gives() {
    let found: Vec<Vec<Vec<i32>>> = Clip::ALL.map(integrated).to_vec();
    for (clip, checks) in Clip::ALL.into_iter().zip(&found) {
        assert_eq!(checks.len(), CHECKS);
        for (check, state) in checks.iter().enumerate() {
            let kept = clip.reference((check + 1) * HOPS_PER_CHECK).unwrap();
            let kept: Vec<i32> = kept.iter().map(|x| (x * REFERENCE_STEPS) as i32).collect();
            assert_eq!(&kept, state, "{}, check {check}; all of it is\n{found:?}", clip.name());
        }
    }
}

/// How far a solver with a fixed step is off.
fn off<F: Field>(clip: Clip, hold: impl Fn(usize) -> F, step: impl Fn(&mut F, &mut State, f32)) -> f64 {
    compare::over(clip, |hop, x| {
        let mut field = hold(hop);
        for _ in 0..STEPS_PER_HOP {
            step(&mut field, x, STEP);
        }
    })
}

/// How far the solver that chooses its steps is off, with its evaluations and its rejected steps.
fn adaptive(clip: Clip, relative: f32) -> (f64, u32, u32) {
    let mut solver = AdaptiveHeun::new(Tolerance { relative, absolute: 1e-3 * relative });
    let mut evaluations = 0;
    let error = compare::over(clip, |hop, x| {
        let mut field = Held::new(&CELL, &clip.features(hop));
        solver.advance(&mut field, x, 1, Timestep::LONGEST);
        evaluations += field.evaluations();
    });
    (error, evaluations, solver.steps().rejected)
}

/// Shows the figures of the documentation; what is asserted is what no choice of clips and tolerances could change.
#[test]
fn figures() {
    for clip in Clip::ALL {
        let name = clip.name();
        let held = |hop| Held::new(&CELL, &clip.features(hop));
        let held_i8 = |hop| HeldI8::new(&CELL_I8, &clip.features(hop));
        let (first, second, fourth) =
            (off(clip, held, euler::step), off(clip, held, heun::step), off(clip, held, rk4::step));
        println!("{name}: euler {first:.2e}, heun {second:.2e}, rk4 {fourth:.2e}");
        println!("{name}: euler_i8 {:.2e}", off(clip, held_i8, euler::step));
        for relative in [1e-2, 1e-3, 1e-4] {
            let (error, evaluations, rejected) = adaptive(clip, relative);
            println!(
                "{name}: adaptive_heun at {relative:e}: {error:.2e}, {evaluations} evaluations, {rejected} rejected"
            );
        }
        // A higher order is more exact at a step this short, down to what `f32` can tell.
        assert!(second < first && fourth < second && fourth < 1e-5, "{name}");
    }
    for clip in [Clip::Quiet, Clip::Busy] {
        let name = clip.name();
        let complexities: Vec<f32> = (0..HOPS).map(|hop| clip.complexity(hop)).collect();
        let mean = complexities.iter().sum::<f32>() / HOPS as f32;
        let largest = complexities.iter().copied().fold(0.0, f32::max);
        println!("{name}: complexity {mean:.3} in the mean, {largest:.2} at most");
        let Cost { evaluations, error } = cost::adaptive(clip, Tolerance::USUAL).unwrap();
        println!("{name}: the loop takes {evaluations} evaluations, error {error:.2e}");
        println!("{name}: as exact with a fixed step: {:?}", cost::cheapest_fixed(clip, error));
        for pace in cost::Pace::all() {
            let cost = cost::fixed(clip, pace);
            println!("{name}: fixed {:.2} ms: {} evaluations, error {:.2e}", pace.ms(), cost.evaluations, cost.error);
        }
    }
}
