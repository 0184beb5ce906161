//! Both methods of attention against the definition in double precision and against each other, forward and backward.

use hil_forecast::attention::{Forward, Gradients, Head, Inputs, Method, Work};
use hil_forecast::math::{Arithmetic, all};
use hil_forecast::seed::Seed;
use hil_kernels::tensor::relative_error;

/// Both methods may differ by as much: the guide's own bound for every optimised path.
const BOUND: f64 = 1e-5;

struct Case {
    head: Head,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    by_out: Vec<f32>,
}

impl Case {
    fn new(tokens: usize, width: usize, causal: bool) -> Self {
        let mut seed = Seed::new(tokens as u64);
        let mut values = |range: f32| -> Vec<f32> { (0..tokens * width).map(|_| range * seed.value()).collect() };
        let head = Head { tokens, width, causal };
        Self { head, q: values(1.0), k: values(3.0), v: values(1.0), by_out: values(1.0) }
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs { q: &self.q, k: &self.k, v: &self.v }
    }

    /// Result and gradients, one behind the other.
    fn computed(&self, method: Method, math: Arithmetic) -> [Vec<f32>; 4] {
        let n = self.head.tokens * self.head.width;
        let rubbish = || vec![f32::NAN; n];
        let (mut out, mut q, mut k, mut v) = (rubbish(), rubbish(), rubbish(), rubbish());
        let mut kept = vec![f32::NAN; method.kept(self.head)];
        let mut work = Work::default();
        method.forward(math, self.head, self.inputs(), &mut kept, &mut out, &mut work).unwrap();
        let gradients = Gradients { q: &mut q, k: &mut k, v: &mut v };
        let forward = Forward { out: &out, kept: &kept };
        method.backward(math, self.head, self.inputs(), forward, &self.by_out, gradients, &mut work).unwrap();
        [out, q, k, v]
    }

    /// The result from the definition, with `q` and so on in double precision.
    fn defined(&self, q: &[f64], k: &[f64], v: &[f64]) -> Vec<f64> {
        let Head { tokens, width, causal } = self.head;
        let mut out = vec![0.0; tokens * width];
        for row in 0..tokens {
            let seen = if causal { row + 1 } else { tokens };
            let score =
                |column: usize| -> f64 { (0..width).map(|at| q[row * width + at] * k[column * width + at]).sum() };
            let weights: Vec<f64> = (0..seen).map(|column| score(column).exp()).collect();
            let sum: f64 = weights.iter().sum();
            for at in 0..width {
                let weighed = weights.iter().enumerate().map(|(column, weight)| weight * v[column * width + at]);
                out[row * width + at] = weighed.sum::<f64>() / sum;
            }
        }
        out
    }

    fn loss(&self, q: &[f64], k: &[f64], v: &[f64]) -> f64 {
        self.defined(q, k, v).iter().zip(&self.by_out).map(|(out, by)| out * f64::from(*by)).sum()
    }
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

const METHODS: [Method; 5] = [
    Method::Standard,
    Method::Tiled { block: 5 },
    Method::Tiled { block: 32 },
    Method::Tiled { block: 64 },
    Method::Tiled { block: 128 },
];

#[test]
fn results_are_those_of_the_definition() {
    for (tokens, width) in [(1, 4), (33, 16), (161, 16), (200, 7)] {
        for causal in [false, true] {
            let case = Case::new(tokens, width, causal);
            let wanted: Vec<f32> = case
                .defined(&wide(&case.q), &wide(&case.k), &wide(&case.v))
                .iter()
                .map(|value| *value as f32)
                .collect();
            for method in METHODS {
                for math in all() {
                    let [out, ..] = case.computed(method, math);
                    let error = relative_error(&out, &wanted);
                    assert!(error < BOUND, "{tokens} {causal} {method:?} {}: {error:e}", math.name());
                }
            }
        }
    }
}

#[test]
fn gradients_are_those_of_finite_differences_of_the_definition() {
    for causal in [false, true] {
        let case = Case::new(13, 4, causal);
        let inputs = [wide(&case.q), wide(&case.k), wide(&case.v)];
        let wanted = [0, 1, 2].map(|which| {
            let slope = |at: usize| {
                let moved = |by: f64| {
                    let mut inputs = inputs.clone();
                    inputs[which][at] += by;
                    case.loss(&inputs[0], &inputs[1], &inputs[2])
                };
                ((moved(1e-5) - moved(-1e-5)) / 2e-5) as f32
            };
            (0..inputs[which].len()).map(slope).collect::<Vec<f32>>()
        });
        for method in METHODS {
            for math in all() {
                let [_, q, k, v] = case.computed(method, math);
                for (found, wanted) in [q, k, v].iter().zip(&wanted) {
                    let error = relative_error(found, wanted);
                    assert!(error < BOUND, "{causal} {method:?} {}: {error:e}", math.name());
                }
            }
        }
    }
}

#[test]
fn both_methods_agree_forward_and_backward() {
    for causal in [false, true] {
        let case = Case::new(300, 16, causal);
        let wanted = case.computed(Method::Standard, Arithmetic::Scalar);
        for method in METHODS {
            for math in all() {
                for (found, wanted) in case.computed(method, math).iter().zip(&wanted) {
                    let error = relative_error(found, wanted);
                    assert!(error < BOUND, "{causal} {method:?} {}: {error:e}", math.name());
                }
            }
        }
    }
}

#[test]
fn shapes_that_do_not_fit_are_errors() {
    let mut case = Case::new(8, 4, false);
    let (mut out, mut work) = (vec![0.0; 32], Work::default());
    let math = Arithmetic::Scalar;
    for (method, kept) in [(Method::Standard, 63), (Method::Tiled { block: 4 }, 9), (Method::Tiled { block: 0 }, 8)] {
        let failed = method.forward(math, case.head, case.inputs(), &mut vec![0.0; kept], &mut out, &mut work);
        assert!(failed.is_err(), "{method:?}");
    }
    case.k.pop();
    let method = Method::Standard;
    assert!(method.forward(math, case.head, case.inputs(), &mut [0.0; 64], &mut out, &mut work).is_err());
}
