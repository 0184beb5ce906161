//! The gate matrix of the recurrent cell times a vector, in every form that the crate has: 168 rows of 88 columns, 14,784
//! multiplications, the same weights and the same sums in each.
//!
//! Weights lie in flash on a board, as those of a network do. What every form has to give has been computed by the compiler,
//! sum by sum. Each iteration begins with an empty result, which takes about one per cent of the time of the dense form.

use core::hint::black_box;

use hil_agent::kernel::{Case, Kernel, LoadError, Mismatch};
use hil_agent::text::Text;

use super::matvec_weights::{BLOCKS, COUNTS, DENSE, EXPECTED, MATRICES, PAIRED, POSITIONS, WEIGHTS, X};
use crate::matvec::paired::Paired;
use crate::matvec::{Matrix, product, scalar};
use crate::sparse::{Sparse, zeros};
use crate::weights::{GATE_INPUTS, GATES};

/// How the weights lie and what multiplies them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Row by row, plain code: the reference.
    Scalar,
    /// Row by row, by the fastest way of the target: what the networks use.
    Dense,
    /// Two rows to a word.
    Paired,
    /// Blocks of four columns without those that are zero.
    Sparse,
}

/// One iteration is one product.
#[derive(Clone, Copy, Debug)]
pub struct MatVec {
    form: Form,
    paired: Paired<'static>,
    sparse: Sparse<'static>,
}

impl MatVec {
    /// The kernel of a form; nothing when the slices of the sparse or the paired form do not fit together.
    #[must_use]
    pub fn new(form: Form) -> Option<Self> {
        let paired = Paired::new(&PAIRED, GATES, GATE_INPUTS)?;
        let sparse = Sparse::new(GATE_INPUTS, &COUNTS, &POSITIONS, &BLOCKS).ok()?;
        Some(Self { form, paired, sparse })
    }

    fn product(&self, out: &mut [i32; GATES]) {
        // The compiler must not work anything out beforehand.
        let (weights, x) = black_box((&DENSE.0, &X));
        match self.form {
            Form::Scalar => scalar(&Matrix::new(weights, GATE_INPUTS), x, out),
            Form::Dense => product(&Matrix::new(weights, GATE_INPUTS), x, out),
            Form::Paired => self.paired.product(x, out),
            Form::Sparse => self.sparse.product(x, out),
        }
    }

    /// Nothing when the product is the one that the compiler computed, otherwise the first row that differs.
    fn check(&self) -> Result<(), Mismatch> {
        let mut out = [i32::MIN; GATES];
        self.product(&mut out);
        let rows = out.iter().zip(&EXPECTED).enumerate();
        match rows.into_iter().find(|(_, (got, wanted))| got != wanted) {
            None => Ok(()),
            Some((row, (got, wanted))) => Err(Mismatch::new(format_args!("row {row}: got {got}, wanted {wanted}"))),
        }
    }

    /// Takes the sparse form apart row by row and compares it with the dense one.
    fn decoded(&self) -> Result<(), Mismatch> {
        for (number, row) in DENSE.0.chunks_exact(GATE_INPUTS).enumerate() {
            let mut back = [1; GATE_INPUTS];
            self.sparse.decode_row(number, &mut back);
            if back != *row {
                return Err(Mismatch::new(format_args!("row {number} differs")));
            }
        }
        Ok(())
    }
}

impl Kernel for MatVec {
    fn name(&self) -> &str {
        match self.form {
            Form::Scalar => "lan/matvec-scalar_i8",
            Form::Dense => "lan/matvec-dense_i8",
            Form::Paired => "lan/matvec-paired_i8",
            Form::Sparse => "lan/matvec-sparse_i8",
        }
    }

    fn about(&self) -> &str {
        match self.form {
            Form::Scalar => "the cell's gate matrix times a vector, int8 weights row by row: plain code",
            Form::Dense => {
                "the cell's gate matrix times a vector, int8 weights row by row: the fastest way of the target"
            }
            Form::Paired => "the cell's gate matrix times a vector, int8 weights in pairs of rows",
            Form::Sparse => "the cell's gate matrix times a vector, int8 weights without blocks of zeros",
        }
    }

    fn load(&mut self, _input: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel makes its own input")))
    }

    fn run(&mut self) {
        let mut out = [0; GATES];
        self.product(&mut out);
        black_box(&out);
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.check()
    }

    fn weight_bytes(&self) -> Option<u64> {
        let bytes = match self.form {
            Form::Scalar | Form::Dense => DENSE.0.len(),
            Form::Paired => size_of_val(&PAIRED),
            Form::Sparse => self.sparse.bytes(),
        };
        u64::try_from(bytes).ok()
    }

    /// The table `sparsity` of the sparse form: how many weights are zero, and that what is left gives the same sums.
    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        if table != "sparsity" || self.form != Form::Sparse {
            return None;
        }
        let (name, broken) = match case {
            0 => ("zeros of the gate matrix: 70 % at least", enough_zeros(&DENSE.0).err()),
            1 => ("zeros of all matrices: 70 % at least", enough_zeros(&WEIGHTS[..MATRICES]).err()),
            2 => ("sums of the sparse form: those of the dense one", self.check().err()),
            3 => ("weights of the sparse form: those of the dense one", self.decoded().err()),
            _ => return None,
        };
        Some(Case { name: Text::new(format_args!("{name}")), broken })
    }
}

/// Counts zeros.
fn enough_zeros(weights: &[u8]) -> Result<(), Mismatch> {
    let (zeros, all) = (zeros(weights), weights.len());
    if 100 * zeros >= 70 * all { Ok(()) } else { Err(Mismatch::new(format_args!("{zeros} of {all} weights are zero"))) }
}

#[cfg(test)]
mod tests {
    use super::{Form, MatVec};
    use hil_agent::kernel::Kernel;

    #[test]
    fn every_form_gives_the_sums_that_the_compiler_computed() {
        for form in [Form::Scalar, Form::Dense, Form::Paired, Form::Sparse] {
            let mut kernel = MatVec::new(form).unwrap();
            assert_eq!(kernel.known_answer(), Ok(()), "{}", kernel.name());
            kernel.run();
            assert!(kernel.weight_bytes().unwrap() <= 14_784, "{}", kernel.name());
            assert_eq!(kernel.load(&[]).unwrap_err().why(), "this kernel makes its own input");
        }
    }

    #[test]
    fn the_table_has_four_cases_that_hold_and_belongs_to_the_sparse_form() {
        let mut kernel = MatVec::new(Form::Sparse).unwrap();
        for case in 0..4 {
            let outcome = kernel.conform("sparsity", case).unwrap();
            assert_eq!(outcome.broken, None, "{}", outcome.name.as_str());
        }
        assert_eq!((kernel.conform("sparsity", 4), kernel.conform("zeros", 0)), (None, None));
        assert_eq!(MatVec::new(Form::Dense).unwrap().conform("sparsity", 0), None);
    }

    #[test]
    fn too_few_zeros_are_counted_and_said() {
        assert_eq!(super::enough_zeros(&[0, 0, 0, 0, 0, 0, 0, 1, 1, 1]), Ok(()));
        let why = super::enough_zeros(&[0, 0, 0, 0, 0, 0, 1, 1, 1]).unwrap_err();
        assert_eq!(why.difference(), "6 of 9 weights are zero");
    }
}
