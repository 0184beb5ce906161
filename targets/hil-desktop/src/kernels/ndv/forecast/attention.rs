//! Attention of one head by both methods: forward and backward for time, forward alone for memory.

use std::hint::black_box;

use hil_agent::kernel::{Deviation, Kernel, LoadError, Mismatch, Trouble};
use hil_agent::text::Text;
use hil_forecast::ForecastError;
use hil_forecast::attention::{Forward, Gradients, Head, Inputs, Method, Work};
use hil_forecast::math::{self, Arithmetic};
use hil_kernels::tensor::vector::Vector;
use hil_kernels::tensor::{ShapeError, relative_error};

use super::super::arena::values;
use super::work::{BLOCK, Failed};

/// Values of a query, a key and a value: the width of a head in most models.
pub(super) const WIDTH: usize = 64;
/// Tokens of what is timed.
const TIMED: usize = 1024;
/// Tokens of what is weighed.
const WEIGHED: [usize; 5] = [512, 1024, 2048, 4096, 8192];
/// Blocks that are compared.
pub(super) const BLOCKS: [usize; 3] = [32, 64, 128];
/// How far results may be off their definition, as a share of the largest.
const BOUND: f64 = 1e-5;
/// Rows whose result is compared with the definition.
const SAMPLES: usize = 8;

/// A kernel of attention.
pub(super) struct AttentionKernel {
    name: String,
    about: String,
    method: Method,
    math: Option<Arithmetic>,
    head: Head,
    backward: bool,
    tensors: Option<Tensors>,
    last: Result<(), Trouble>,
}

/// All tensors of a head; those of the backward pass are empty without one.
pub(super) struct Tensors {
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    by_out: Vec<f32>,
    out: Vec<f32>,
    kept: Vec<f32>,
    by_q: Vec<f32>,
    by_k: Vec<f32>,
    by_v: Vec<f32>,
    work: Work,
}

impl Tensors {
    pub(super) fn new(method: Method, head: Head, backward: bool) -> Self {
        let n = head.tokens * head.width;
        let of_backward = if backward { n } else { 0 };
        // Queries are multiplied by 1 / sqrt(width), so that scores are of the size that they have in a model.
        let range = 3.0 / (head.width as f32).sqrt();
        Self {
            q: values(1, range, n),
            k: values(2, 3.0, n),
            v: values(3, 1.0, n),
            by_out: values(4, 1.0, of_backward),
            out: vec![f32::NAN; n],
            kept: vec![f32::NAN; method.kept(head)],
            by_q: vec![f32::NAN; of_backward],
            by_k: vec![f32::NAN; of_backward],
            by_v: vec![f32::NAN; of_backward],
            work: Work::default(),
        }
    }

    pub(super) fn compute(&mut self, method: Method, math: Arithmetic, head: Head) -> Result<(), ShapeError> {
        let Self { q, k, v, by_out, out, kept, by_q, by_k, by_v, work } = self;
        let inputs = black_box(Inputs { q, k, v });
        method.forward(math, head, inputs, kept, out, work)?;
        if !by_out.is_empty() {
            let gradients = Gradients { q: by_q, k: by_k, v: by_v };
            method.backward(math, head, inputs, Forward { out, kept }, black_box(by_out), gradients, work)?;
        }
        black_box(&self.out);
        Ok(())
    }

    /// Bytes beyond inputs, result and gradients by inputs: what the method itself needs.
    pub(super) fn bytes(&self) -> usize {
        self.kept.capacity() * size_of::<f32>() + self.work.bytes()
    }

    /// How far some rows of the result and of the gradient by queries are off their definition in double precision, and the
    /// sum of the gradients by values off that by results, which it equals because weights add up to 1.
    fn error(&self, head: Head) -> f64 {
        let Head { tokens, width, .. } = head;
        let mut worst = 0.0f64;
        for sample in 0..SAMPLES {
            let row = sample * (tokens - 1) / (SAMPLES - 1);
            let (out, by_q) = self.defined(head, row);
            let part = row * width..(row + 1) * width;
            worst = worst.max(relative_error(self.out.get(part.clone()).unwrap_or(&[]), &out));
            if !self.by_out.is_empty() {
                worst = worst.max(relative_error(self.by_q.get(part).unwrap_or(&[]), &by_q));
            }
        }
        if !self.by_out.is_empty() {
            worst = worst.max(relative_error(&sums(width, &self.by_v), &sums(width, &self.by_out)));
        }
        if worst.is_nan() { f64::INFINITY } else { worst }
    }

    /// One row of the result, and of the gradient by queries, without any mask.
    fn defined(&self, head: Head, row: usize) -> (Vec<f32>, Vec<f32>) {
        let Head { tokens, width, .. } = head;
        let at = |values: &[f32], row: usize, column: usize| {
            values.get(row * width + column).copied().map_or(f64::NAN, f64::from)
        };
        let dot = |a: &[f32], b: &[f32], other: usize| -> f64 {
            (0..width).map(|column| at(a, row, column) * at(b, other, column)).sum()
        };
        let weights: Vec<f64> = (0..tokens).map(|other| dot(&self.q, &self.k, other).exp()).collect();
        let sum: f64 = weights.iter().sum();
        let weighed = |factors: &[f64], values: &[f32]| -> Vec<f32> {
            let one = |column: usize| -> f64 {
                factors.iter().enumerate().map(|(other, factor)| factor * at(values, other, column)).sum()
            };
            (0..width).map(|column| one(column) as f32).collect()
        };
        let weights: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
        let out = weighed(&weights, &self.v);
        if self.by_out.is_empty() {
            return (out, Vec::new());
        }
        let by_weights: Vec<f64> = (0..tokens).map(|other| dot(&self.by_out, &self.v, other)).collect();
        let mean: f64 = by_weights.iter().zip(&weights).map(|(by, weight)| by * weight).sum();
        let by_scores: Vec<f64> = by_weights.iter().zip(&weights).map(|(by, weight)| weight * (by - mean)).collect();
        (out, weighed(&by_scores, &self.k))
    }

    /// The four results, named.
    fn results(&self) -> [(&'static str, &[f32]); 4] {
        [("result", &self.out), ("by q", &self.by_q), ("by k", &self.by_k), ("by v", &self.by_v)]
    }
}

/// The sum of all rows.
fn sums(width: usize, values: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0f64; width];
    for row in values.chunks_exact(width.max(1)) {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    sums.iter().map(|sum| *sum as f32).collect()
}

fn method_name(method: Method) -> String {
    match method {
        Method::Standard => "standard".to_owned(),
        Method::Tiled { block } => format!("tiled-{block}"),
    }
}

impl AttentionKernel {
    /// Both methods with vector instructions and by plain code for time, with vector instructions for memory.
    pub(super) fn all(vector: Option<Vector>) -> Vec<Self> {
        let mut kernels = Vec::new();
        let vectorised = vector.map(Arithmetic::Vectorised);
        let tiled = BLOCKS.map(|block| Method::Tiled { block });
        for method in std::iter::once(Method::Standard).chain(tiled) {
            for (math, suffix, code) in
                [(vectorised, "", "vector instructions"), (Some(Arithmetic::Scalar), "-scalar", "plain code")]
            {
                kernels.push(Self {
                    name: format!("ndv/attention-{}{suffix}", method_name(method)),
                    about: format!("attention of {TIMED} tokens by {WIDTH}, forward and backward: {code}"),
                    method,
                    math,
                    head: Head { tokens: TIMED, width: WIDTH, causal: false },
                    backward: true,
                    tensors: None,
                    last: Ok(()),
                });
            }
        }
        for tokens in WEIGHED {
            for method in [Method::Standard, Method::Tiled { block: BLOCK }] {
                kernels.push(Self {
                    name: format!("ndv/attention-{}-{tokens}", method_name(method)),
                    about: format!("attention of {tokens} tokens by {WIDTH}, forward: vector instructions"),
                    method,
                    math: vectorised,
                    head: Head { tokens, width: WIDTH, causal: false },
                    backward: false,
                    tensors: None,
                    last: Ok(()),
                });
            }
        }
        kernels
    }

    fn compute(&mut self) -> Result<(), Failed> {
        let math = self.math.ok_or(Failed::NoVector)?;
        let (method, head, backward) = (self.method, self.head, self.backward);
        let tensors = self.tensors.get_or_insert_with(|| Tensors::new(method, head, backward));
        Ok(tensors.compute(method, math, head).map_err(ForecastError::from)?)
    }
}

impl Kernel for AttentionKernel {
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
        self.last = self.compute().map_err(Trouble::from);
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        // Nothing that an earlier run left behind may pass for a result.
        if let Some(Tensors { out, by_q, by_k, by_v, .. }) = &mut self.tensors {
            [out, by_q, by_k, by_v].into_iter().for_each(|values| values.fill(f32::NAN));
        }
        self.run();
        if let Err(trouble) = self.last {
            return Err(Mismatch::new(format_args!("{}", trouble.why())));
        }
        let error = self.tensors.as_ref().map_or(f64::INFINITY, |tensors| tensors.error(self.head));
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

/// The kernel `ndv/attention-agreement`: how far every method and code is off standard attention by plain code.
pub(super) struct AttentionAgreement {
    cases: Vec<Case>,
    last: Result<(), Trouble>,
}

#[derive(Clone, Copy)]
struct Case {
    head: Head,
    method: Method,
    math: Arithmetic,
    result: usize,
}

impl AttentionAgreement {
    pub(super) fn new() -> Self {
        let mut cases = Vec::new();
        for (tokens, causal) in [(161, false), (161, true), (300, false), (300, true)] {
            let head = Head { tokens, width: 16, causal };
            let tiled = BLOCKS.map(|block| Method::Tiled { block });
            for method in std::iter::once(Method::Standard).chain(tiled) {
                for math in math::all() {
                    cases.extend((0..4).map(|result| Case { head, method, math, result }));
                }
            }
        }
        Self { cases, last: Ok(()) }
    }
}

impl Case {
    fn name(&self, result: &str) -> Text<80> {
        let (Head { tokens, causal, .. }, method) = (self.head, method_name(self.method));
        let mask = if causal { ", causal" } else { "" };
        Text::new(format_args!("{method} {} {tokens} tokens{mask}: {result}", self.math.name()))
    }

    fn deviation(&self) -> Result<Deviation, ShapeError> {
        let computed = |method, math| {
            let mut tensors = Tensors::new(method, self.head, true);
            tensors.compute(method, math, self.head).map(|()| tensors)
        };
        let (found, wanted) = (computed(self.method, self.math)?, computed(Method::Standard, Arithmetic::Scalar)?);
        let both = found.results().into_iter().zip(wanted.results()).nth(self.result);
        let error = both.map_or(f64::INFINITY, |((_, found), (_, wanted))| relative_error(found, wanted));
        Ok(Deviation { name: self.name(both.map_or("", |((name, _), _)| name)), error })
    }
}

impl Kernel for AttentionAgreement {
    fn name(&self) -> &str {
        "ndv/attention-agreement"
    }

    fn about(&self) -> &str {
        "how far attention by each method and code, forward and backward, is off standard attention by plain code"
    }

    fn load(&mut self, _input: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel makes its own input")))
    }

    /// The first comparison of each head.
    fn run(&mut self) {
        let failed = self.cases.first().and_then(|case| black_box(case.deviation()).err());
        self.last = match failed {
            None => Ok(()),
            Some(error) => Err(Mismatch::new(format_args!("{error}")).into()),
        };
    }

    /// That the reference itself is right.
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        let head = Head { tokens: 161, width: 16, causal: false };
        let mut tensors = Tensors::new(Method::Standard, head, true);
        let computed = tensors.compute(Method::Standard, Arithmetic::Scalar, head);
        computed.map_err(|error| Mismatch::new(format_args!("{error}")))?;
        let error = tensors.error(head);
        if error < BOUND {
            Ok(())
        } else {
            Err(Mismatch::new(format_args!("the reference itself is off by {error:e}")))
        }
    }

    fn status(&self) -> Result<(), Trouble> {
        self.last
    }

    fn deviation(&mut self, case: u32) -> Option<Deviation> {
        let case = self.cases.get(usize::try_from(case).ok()?)?;
        // Shapes that do not fit are disagreement, not the end of the list.
        Some(case.deviation().unwrap_or(Deviation { name: case.name("no result"), error: f64::INFINITY }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{AttentionAgreement, AttentionKernel, Tensors};
    use hil_agent::kernel::{Kernel, Trouble};

    #[test]
    fn every_method_agrees_and_every_case_has_a_name_of_its_own() {
        let mut kernel = AttentionAgreement::new();
        assert_eq!(kernel.known_answer(), Ok(()));
        kernel.run();
        assert_eq!(kernel.status(), Ok(()));
        let mut names = BTreeSet::new();
        for case in 0.. {
            let Some(deviation) = kernel.deviation(case) else { break };
            let name = deviation.name.as_str().to_owned();
            assert!(deviation.error < 1e-5, "{name}: {:e}", deviation.error);
            assert!(names.insert(name.clone()), "{name} twice");
        }
        assert_eq!(names.len(), kernel.cases.len());
    }

    #[test]
    fn a_wrong_value_or_gradient_does_not_give_the_known_answer() {
        let mut kernel =
            AttentionKernel::all(None).into_iter().find(|kernel| kernel.name().ends_with("scalar")).unwrap();
        assert_eq!(kernel.known_answer(), Ok(()));
        let head = kernel.head;
        let tensors = kernel.tensors.as_mut().unwrap();
        let right = tensors.error(head);
        let wrongs: [fn(&mut Tensors); 3] =
            [|tensors| tensors.out[0] += 0.01, |tensors| tensors.by_q[3] += 0.01, |tensors| tensors.by_v[700] += 1.0];
        for wrong in wrongs {
            let before = (tensors.out.clone(), tensors.by_q.clone(), tensors.by_v.clone());
            wrong(tensors);
            assert!(tensors.error(head) > 10.0 * right);
            (tensors.out, tensors.by_q, tensors.by_v) = before;
        }
    }

    #[test]
    fn without_vector_instructions_nothing_is_run_in_their_place() {
        for mut kernel in AttentionKernel::all(None) {
            if !kernel.name().ends_with("scalar") {
                kernel.run();
                assert!(matches!(kernel.status(), Err(Trouble::CouldNotRun(_))), "{}", kernel.name());
            }
        }
    }
}
