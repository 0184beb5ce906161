//! Dense arithmetic, each operation twice: as plain code and with the vector instructions of this processor.
//!
//! `ndv/<operation>-<size>` is the vectorised variant and `ndv/<operation>-<size>-scalar` its reference, on the same
//! values at the same addresses, so that the ratio of their times is the gain of the instructions alone. [`shapes`] is
//! the table of sizes. `ndv/agreement` runs no faster than it likes: it tells how far every variant is off its reference,
//! and `ndv/agreement-by-value` tells it of each value alone.
//!
//! Nothing is allocated before a kernel is first used, and all kernels of one size share their memory.
//! [`forecast`] holds the kernels of a whole model: training, inference and attention.

mod agreement;
mod arena;
mod forecast;
mod kernel;
mod oracle;
mod shapes;
mod work;

use std::rc::Rc;

use hil_agent::kernel::{Kernel, Trouble};
use hil_agent::text::Text;
use hil_kernels::tensor::vector::Vector;

use self::agreement::{AgreementKernel, Measure};
use self::arena::Arena;
use self::kernel::{TensorKernel, Variant};
use self::shapes::{SHAPES, Size};

/// The kernels of dense arithmetic, for a processor whose widest vector instructions are `vector`.
pub(super) fn kernels(vector: Option<Vector>) -> Vec<Box<dyn Kernel>> {
    let mut kernels: Vec<Box<dyn Kernel>> = Vec::new();
    for size in Size::ALL {
        let arena = Rc::new(Arena::of(size));
        for shape in SHAPES.iter().filter(|shape| shape.size == size) {
            for variant in [Variant::Vectorised(vector), Variant::Scalar] {
                kernels.push(Box::new(TensorKernel::new(shape, variant, &arena)));
            }
        }
    }
    for measure in [Measure::Tensor, Measure::Value] {
        kernels.push(Box::new(AgreementKernel::new(measure)));
    }
    kernels.extend(forecast::kernels(vector));
    kernels
}

/// What becomes of a vectorised variant where there is nothing to run it with: it is never replaced by plain code.
fn no_vector() -> Trouble {
    Trouble::CouldNotRun(Text::new(format_args!(
        "this processor has none of the vector instructions AVX2 with FMA, AVX-512 and NEON"
    )))
}
