//! How far every vectorised variant is off its reference: all operations, all vector instructions of this processor,
//! several seeds, shapes that no vector divides, and special values.

use hil_agent::kernel::{Deviation, Kernel, LoadError, Mismatch, Trouble};
use hil_agent::text::Text;
use hil_kernels::tensor::gemm::{self, WORKSPACE};
use hil_kernels::tensor::vector::Vector;
use hil_kernels::tensor::{ShapeError, gelu, gemv, mse, relative_error, relu, softmax, value_error};

use super::arena::values;
use super::no_vector;
use super::oracle::{self, BOUND};
use super::shapes::{SHAPES, Size};

/// Lengths around the widths of vectors and of the groups that the kernels work in.
const LENGTHS: [usize; 12] = [1, 3, 4, 7, 8, 15, 16, 17, 33, 64, 257, 4099];
/// Rows, columns and depth of products, around the sizes of tiles and blocks.
const PRODUCTS: [[usize; 3]; 8] =
    [[1, 1, 1], [1, 50, 3], [5, 7, 9], [6, 16, 4], [8, 48, 300], [13, 49, 257], [97, 481, 30], [100, 100, 600]];
/// Seeds, each with the part of an operation's range that its values fill: among large values, what a curve does near 0 is
/// a small share of the largest one.
const SEEDS: [(u64, f32); 3] = [(1, 1.0), (2, 0.25), (3, 0.0625)];
/// Values that arithmetic treats in its own way, and values at the ends of what functions can express.
const SPECIAL: [f32; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    f32::MIN_POSITIVE,
    1e-40,
    -1e-40,
    30.0,
    -30.0,
    100.0,
    f32::MAX,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
];
/// The shape in which a special value stands: neither vectors nor tiles divide it.
const SPECIAL_PRODUCT: [usize; 3] = [7, 19, 37];
const SPECIAL_LENGTH: usize = 67;

/// What a difference is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Of the largest value of its tensor: `ndv/agreement`.
    Tensor,
    /// Of its own reference, or of 1 where that is less: `ndv/agreement-by-value`.
    Value,
}

/// The kernels `ndv/agreement` and `ndv/agreement-by-value`.
pub(super) struct AgreementKernel {
    measure: Measure,
    cases: Vec<Case>,
    last: Result<(), Trouble>,
}

/// One comparison.
#[derive(Debug, Clone, Copy)]
struct Case {
    vector: Vector,
    operation: Operation,
    /// Rows, columns, depth; for other operations than products, rows of values.
    shape: [usize; 3],
    seed: u64,
    /// Half the width of the values' range.
    range: f32,
    special: Option<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Gemm,
    Gemv,
    Relu,
    Gelu,
    Softmax,
    Mse,
    MseGradient,
}

impl Operation {
    const ALL: [Self; 7] =
        [Self::Gemm, Self::Gemv, Self::Relu, Self::Gelu, Self::Softmax, Self::Mse, Self::MseGradient];

    fn name(self) -> &'static str {
        match self {
            Self::Gemm => "gemm",
            Self::Gemv => "gemv",
            Self::Relu => "relu",
            Self::Gelu => "gelu",
            Self::Softmax => "softmax",
            Self::Mse => "mse",
            Self::MseGradient => "mse-gradient",
        }
    }

    fn is_product(self) -> bool {
        matches!(self, Self::Gemm | Self::Gemv)
    }

    /// Half the width of the values' range: what the function is used for, and beyond.
    fn range(self) -> f32 {
        match self {
            Self::Gemm | Self::Gemv | Self::Mse | Self::MseGradient => 1.0,
            Self::Relu | Self::Gelu => 12.0,
            Self::Softmax => 40.0,
        }
    }
}

impl AgreementKernel {
    pub(super) fn new(measure: Measure) -> Self {
        Self { measure, cases: Vector::all().flat_map(cases_of).collect(), last: Ok(()) }
    }
}

/// Every case for one set of vector instructions.
fn cases_of(vector: Vector) -> Vec<Case> {
    let mut cases = Vec::new();
    for operation in Operation::ALL {
        let lengths = LENGTHS.map(|length| [5, length, 0]);
        let shapes: &[[usize; 3]] = if operation.is_product() { &PRODUCTS } else { &lengths };
        for &shape in shapes {
            let case = |(seed, part)| {
                let range = operation.range() * part;
                Case { vector, operation, shape, seed, range, special: None }
            };
            cases.extend(SEEDS.map(case));
        }
        let shape = if operation.is_product() { SPECIAL_PRODUCT } else { [1, SPECIAL_LENGTH, 0] };
        let range = operation.range();
        cases.extend(SPECIAL.map(|value| Case { vector, operation, shape, seed: 5, range, special: Some(value) }));
    }
    cases
}

impl Case {
    fn name(&self) -> Text<80> {
        let Self { vector, operation, shape: [rows, columns, depth], seed, special, .. } = self;
        let (operation, vector) = (operation.name(), vector.name());
        let depth = if *depth == 0 { String::new() } else { format!(" x {depth}") };
        match special {
            None => Text::new(format_args!("{operation} {vector} {rows} x {columns}{depth}, seed {seed}")),
            Some(value) => Text::new(format_args!("{operation} {vector} {rows} x {columns}{depth}, with {value:e}")),
        }
    }

    /// The operands. A special value stands alone among others, in a place where no vector starts: a tensor of huge
    /// values only would hide what becomes of the others.
    fn operands(&self) -> (Vec<f32>, Vec<f32>) {
        let Self { operation, shape: [rows, columns, depth], seed, range, .. } = *self;
        let (first, second) = match operation {
            Operation::Gemm => (rows * depth, depth * columns),
            Operation::Gemv => (rows * depth, depth),
            _ => (rows * columns, rows * columns),
        };
        let mut a = values(seed, range, first);
        if let Some(value) = self.special {
            let place = first / 2 + 1;
            a.iter_mut().skip(place).take(1).for_each(|a| *a = value);
        }
        (a, values(seed.wrapping_add(1000), range, second))
    }

    /// How far the vectorised variant is off.
    fn error(&self, measure: Measure) -> Result<f64, ShapeError> {
        let (a, b) = self.operands();
        let [m, n, k] = self.shape;
        let results = match self.operation {
            Operation::Gemm => m * n,
            Operation::Gemv => m,
            Operation::Mse => 1,
            Operation::Relu | Operation::Gelu | Operation::Softmax | Operation::MseGradient => a.len(),
        };
        // Different rubbish on both sides, so that a value that is not written is never equal.
        let (mut wanted, mut found) = (vec![1e9; results], vec![-1e9; results]);
        let vector = self.vector;
        match self.operation {
            Operation::Gemm => {
                let shape = gemm::Shape { m, n, k };
                gemm::reference(shape, &a, &b, &mut wanted)?;
                gemm::vectorised(vector, shape, &a, &b, &mut found, &mut vec![f32::NAN; WORKSPACE])?;
            }
            Operation::Gemv => {
                gemv::reference(m, k, &a, &b, &mut wanted)?;
                gemv::vectorised(vector, m, k, &a, &b, &mut found)?;
            }
            Operation::Relu => {
                relu::reference(&a, &mut wanted)?;
                relu::vectorised(vector, &a, &mut found)?;
            }
            Operation::Gelu => {
                gelu::reference(&a, &mut wanted)?;
                gelu::vectorised(vector, &a, &mut found)?;
            }
            Operation::Softmax => {
                softmax::reference(n, &a, &mut wanted)?;
                softmax::vectorised(vector, n, &a, &mut found)?;
            }
            Operation::Mse => {
                wanted.fill(mse::reference(&a, &b)?);
                found.fill(mse::vectorised(vector, &a, &b)?);
            }
            Operation::MseGradient => {
                mse::gradient_reference(&a, &b, &mut wanted)?;
                mse::gradient_vectorised(vector, &a, &b, &mut found)?;
            }
        }
        Ok(match measure {
            Measure::Tensor => relative_error(&found, &wanted),
            Measure::Value => value_error(&found, &wanted),
        })
    }
}

impl Kernel for AgreementKernel {
    fn name(&self) -> &str {
        match self.measure {
            Measure::Tensor => "ndv/agreement",
            Measure::Value => "ndv/agreement-by-value",
        }
    }

    fn about(&self) -> &str {
        match self.measure {
            Measure::Tensor => {
                "how far every vectorised operation is off its reference: max|a - b| / max|b| of each case"
            }
            Measure::Value => "the same value by value: the largest |a - b| / max(|b|, 1) of each case",
        }
    }

    fn load(&mut self, _input: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel makes its own input")))
    }

    /// All comparisons once.
    fn run(&mut self) {
        self.last = if self.cases.is_empty() { Err(no_vector()) } else { Ok(()) };
        for case in &self.cases {
            if let Err(error) = std::hint::black_box(case.error(self.measure)) {
                self.last = Err(Mismatch::new(format_args!("{}: {error}", case.name().as_str())).into());
            }
        }
    }

    /// That the references themselves are right. How far the variants are off them is what is asked of this kernel, so it
    /// is no condition for asking.
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        if self.cases.is_empty() {
            self.last = Err(no_vector());
            return Err(Mismatch::new(format_args!("{}", no_vector().why())));
        }
        for work in SHAPES.iter().filter(|shape| shape.size == Size::L1).map(|shape| shape.work) {
            let (first, second) = work.operands();
            let (a, b) = (values(1, 1.0, first), values(2, 1.0, second));
            let mut result = vec![f32::NAN; work.results()];
            work.reference(&a, &b, &mut result).map_err(|error| Mismatch::new(format_args!("{error}")))?;
            let error = oracle::error(work, &a, &b, &result);
            if error >= BOUND {
                let name = work.name();
                return Err(Mismatch::new(format_args!("the reference of {name} is off by {error:e} itself")));
            }
        }
        Ok(())
    }

    fn status(&self) -> Result<(), Trouble> {
        self.last
    }

    fn deviation(&mut self, case: u32) -> Option<Deviation> {
        let case = self.cases.get(usize::try_from(case).ok()?)?;
        // Shapes that do not fit are disagreement, not the end of the list.
        Some(Deviation { name: case.name(), error: case.error(self.measure).unwrap_or(f64::INFINITY) })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{AgreementKernel, LENGTHS, Measure, PRODUCTS, SEEDS, SPECIAL};
    use hil_agent::kernel::{Kernel, Trouble};
    use hil_kernels::tensor::vector::Vector;

    #[test]
    fn every_variant_agrees_with_its_reference_and_every_case_has_a_name_of_its_own() {
        let mut kernel = AgreementKernel::new(Measure::Tensor);
        kernel.known_answer().unwrap();
        let mut names = BTreeSet::new();
        let mut count = 0;
        while let Some(deviation) = kernel.deviation(count) {
            let name = deviation.name.as_str().to_owned();
            assert!(deviation.error < 1e-5, "{name}: {:e}", deviation.error);
            assert!(names.insert(name.clone()), "{name} twice");
            count += 1;
        }
        let of_a_set = 2 * PRODUCTS.len() * SEEDS.len() + 5 * LENGTHS.len() * SEEDS.len() + 7 * SPECIAL.len();
        assert_eq!(names.len(), Vector::all().count() * of_a_set);
        kernel.run();
        assert_eq!(kernel.status(), Ok(()));
    }

    #[test]
    fn value_by_value_the_same_cases_are_further_off_and_never_by_what_no_number_expresses() {
        let (mut tensors, mut values) = (AgreementKernel::new(Measure::Tensor), AgreementKernel::new(Measure::Value));
        let mut further = 0;
        for case in 0.. {
            let (Some(tensor), Some(value)) = (tensors.deviation(case), values.deviation(case)) else { break };
            assert_eq!(tensor.name.as_str(), value.name.as_str());
            let name = value.name.as_str();
            // The terms of a product cancel; nothing does in the other operations.
            let bound = if name.starts_with("gem") { 1e-4 } else { 1e-5 };
            assert!(value.error < bound, "{name}: {:e}", value.error);
            further += u32::from(value.error > tensor.error);
        }
        assert!(further > 0);
    }

    #[test]
    fn without_vector_instructions_there_is_nothing_to_compare() {
        let mut kernel = AgreementKernel { measure: Measure::Tensor, cases: Vec::new(), last: Ok(()) };
        assert!(kernel.known_answer().is_err());
        assert!(matches!(kernel.status(), Err(Trouble::CouldNotRun(_))));
        assert_eq!(kernel.deviation(0), None);
    }
}
