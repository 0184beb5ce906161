//! One variant of one operation at one size, as something that can be measured.

use std::hint::black_box;
use std::rc::Rc;

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};
use hil_kernels::tensor::vector::Vector;
use hil_kernels::tensor::{ShapeError, relative_error};

use super::arena::{Arena, Operands};
use super::no_vector;
use super::oracle::{self, BOUND};
use super::shapes::Shape;
use super::work::Work;

/// Which code does the work.
#[derive(Debug, Clone, Copy)]
pub(super) enum Variant {
    /// Plain code.
    Scalar,
    /// Vector instructions, if the processor has any.
    Vectorised(Option<Vector>),
}

/// A kernel of dense arithmetic.
pub(super) struct TensorKernel {
    name: String,
    about: String,
    work: Work,
    passes: u32,
    variant: Variant,
    arena: Rc<Arena>,
    last: Result<(), Trouble>,
}

impl TensorKernel {
    pub(super) fn new(shape: &Shape, variant: Variant, arena: &Rc<Arena>) -> Self {
        let Shape { size, work, passes } = *shape;
        let (suffix, code) = match variant {
            Variant::Scalar => ("-scalar", "plain code"),
            Variant::Vectorised(_) => ("", "vector instructions"),
        };
        let kibibytes = work.bytes().div_ceil(1 << 10);
        let times = if passes == 1 { String::new() } else { format!(", {passes} times") };
        Self {
            name: format!("ndv/{}-{}{suffix}", work.name(), size.name()),
            about: format!("{} of {}, {kibibytes} KiB{times}: {code}", work.name(), work.shape()),
            work,
            passes,
            variant,
            arena: Rc::clone(arena),
            last: Ok(()),
        }
    }

    /// Makes `passes` passes over the values and notes what became of it.
    fn attempt(&mut self, passes: u32) {
        self.last = match self.compute(passes) {
            Ok(true) => Ok(()),
            Ok(false) => Err(no_vector()),
            Err(error) => Err(Mismatch::new(format_args!("{error}")).into()),
        };
    }

    /// Makes `passes` passes over the values; `false`, and none made, without the instructions for it.
    fn compute(&self, passes: u32) -> Result<bool, ShapeError> {
        self.arena.with(self.work, |Operands { a, b, result, workspace }| {
            for _ in 0..passes {
                // What is read may have changed and what is written will be looked at, as far as the compiler knows.
                let (a, b, result) = (black_box(a), black_box(b), black_box(&mut *result));
                match self.variant {
                    Variant::Scalar => self.work.reference(a, b, result)?,
                    Variant::Vectorised(Some(vector)) => self.work.vectorised(vector, a, b, result, workspace)?,
                    Variant::Vectorised(None) => return Ok(false),
                }
                black_box(&result);
            }
            Ok(true)
        })
    }

    /// How far the result of the last run is off: from the definition, and from the reference for the vectorised variant.
    fn error(&self) -> f64 {
        self.arena.with(self.work, |Operands { a, b, result, .. }| {
            let from_definition = oracle::error(self.work, a, b, result);
            if matches!(self.variant, Variant::Scalar) {
                return from_definition;
            }
            let mut reference = vec![f32::NAN; result.len()];
            match self.work.reference(a, b, &mut reference) {
                Ok(()) => relative_error(result, &reference).max(from_definition),
                Err(_) => f64::INFINITY,
            }
        })
    }
}

impl Kernel for TensorKernel {
    fn name(&self) -> &str {
        &self.name
    }

    fn about(&self) -> &str {
        &self.about
    }

    fn load(&mut self, _input: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel makes its own input")))
    }

    fn run(&mut self) {
        self.attempt(self.passes);
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        // Nothing that an earlier run left behind may pass for a result.
        self.arena.with(self.work, |operands| operands.result.fill(f32::NAN));
        self.attempt(1);
        if let Err(trouble) = &self.last {
            return Err(Mismatch::new(format_args!("{}", trouble.why())));
        }
        let error = self.error();
        if error < BOUND {
            Ok(())
        } else {
            Err(Mismatch::new(format_args!("the relative error is {error:e}, the bound is {BOUND:e}")))
        }
    }

    fn status(&self) -> Result<(), Trouble> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::{TensorKernel, Variant};
    use crate::kernels::ndv::arena::Arena;
    use crate::kernels::ndv::shapes::SHAPES;
    use hil_agent::kernel::{Kernel, Trouble};

    #[test]
    fn without_vector_instructions_nothing_is_run_in_their_place() {
        let shape = &SHAPES[2];
        let arena = Rc::new(Arena::of(shape.size));
        let mut kernel = TensorKernel::new(shape, Variant::Vectorised(None), &arena);
        assert_eq!(kernel.name(), "ndv/relu-l1");
        assert!(kernel.known_answer().is_err());
        kernel.run();
        let Err(Trouble::CouldNotRun(why)) = kernel.status() else { panic!("{:?}", kernel.status()) };
        assert_eq!(why.as_str(), "this processor has none of the vector instructions AVX2 with FMA, AVX-512 and NEON");
        arena.with(shape.work, |operands| assert!(operands.result.iter().all(|value| value.is_nan())));
    }

    #[test]
    fn a_variant_that_computes_something_else_does_not_give_its_known_answer() {
        let shape = &SHAPES[2];
        let arena = Rc::new(Arena::of(shape.size));
        let mut kernel = TensorKernel::new(shape, Variant::Scalar, &arena);
        kernel.known_answer().unwrap();
        arena.with(shape.work, |operands| operands.result[0] += 1.0);
        assert!(kernel.error() > 0.1);
    }
}
