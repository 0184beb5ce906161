//! Products of matrices against their definition: shapes drawn at random and at the edges of blocks, every order of the
//! sides, every set of vector instructions of this processor.
#![cfg(feature = "tensor")]

use hil_kernels::known_answer::Noise;
use hil_kernels::tensor::gemm::{self, Onto, Product, Shape, Side};
use hil_kernels::tensor::gemm_i8;
use hil_kernels::tensor::relative_error;
use hil_kernels::tensor::vector::Vector;

/// Relative error that every product in single precision is held to.
const BOUND: f64 = 1e-5;

/// Sizes behind which something changes: vectors, tiles, panels, blocks, and where a side is copied; and none at all.
const EDGES: [(usize, usize, usize); 19] = [
    (0, 0, 0),
    (0, 3, 4),
    (3, 0, 4),
    (3, 4, 0),
    (1, 1, 1),
    (8, 48, 192),
    (6, 16, 193),
    (7, 47, 191),
    (9, 49, 385),
    (96, 480, 3),
    (97, 481, 5),
    (15, 64, 64),
    (161, 161, 16),
    (33, 255, 20),
    (33, 256, 20),
    (40, 500, 40),
    (3, 200, 1030),
    (1030, 200, 3),
    (1030, 17, 9),
];

fn shapes() -> Vec<Shape> {
    let mut noise = Noise::new(11);
    let mut below = |limit: u16| usize::from(noise.sample() as u16 % limit);
    let drawn: Vec<_> = (0..60).map(|_| (below(70), below(130), below(90))).collect();
    EDGES.into_iter().chain(drawn).map(|(m, n, k)| Shape { m, n, k }).collect()
}

fn values(seed: u32, n: usize) -> Vec<f32> {
    let mut noise = Noise::new(seed);
    (0..n).map(|_| f32::from(noise.sample()) / 32768.0).collect()
}

fn bytes(seed: u32, n: usize) -> Vec<i8> {
    let mut noise = Noise::new(seed);
    // A fifth of them at the two ends.
    let one = |sample: i16| if sample % 10 == 0 { i8::MIN } else { (sample >> 3) as i8 };
    (0..n).map(|_| noise.sample()).map(|sample| if sample % 10 == 1 { i8::MAX } else { one(sample) }).collect()
}

/// Row `i` of the result is column `i` of `x`.
fn transpose(rows: usize, columns: usize, x: &[f32]) -> Vec<f32> {
    (0..rows * columns).map(|place| x[place % rows * columns + place / rows]).collect()
}

fn each_vector(test: impl FnMut(Vector)) {
    assert!(cfg!(not(target_arch = "x86_64")) || Vector::all().count() > 0, "this processor has no AVX2: not tested");
    Vector::all().for_each(test);
}

#[test]
fn products_are_their_definition_however_the_sides_lie() {
    let mut workspace = vec![f32::NAN; gemm::WORKSPACE];
    for shape in shapes() {
        let Shape { m, n, k } = shape;
        let (a, b, old) = (values(1, m * k), values(2, k * n), values(3, m * n));
        let (a_transposed, b_transposed) = (transpose(m, k, &a), transpose(k, n, &b));
        let defined = |row: usize, column: usize| {
            (0..k).map(|depth| f64::from(a[row * k + depth]) * f64::from(b[depth * n + column])).sum::<f64>()
        };
        for onto in [Onto::Zero, Onto::Old] {
            let kept = |place: usize| if onto == Onto::Old { f64::from(old[place]) } else { 0.0 };
            let wanted: Vec<f32> =
                (0..m * n).map(|place| (kept(place) + defined(place / n, place % n)) as f32).collect();
            let mut first: Option<Vec<u32>> = None;
            each_vector(|vector| {
                for a in [Side::plain(&a), Side::transposed(&a_transposed)] {
                    for b in [Side::plain(&b), Side::transposed(&b_transposed)] {
                        let mut c = if onto == Onto::Old { old.clone() } else { vec![f32::NAN; m * n] };
                        Product { shape, a, b, onto }.vectorised(vector, &mut c, &mut workspace).unwrap();
                        let error = relative_error(&c, &wanted);
                        assert!(error < BOUND, "{} {shape:?} {onto:?}: {error:e}", vector.name());
                        // Sums have one order, so nothing but the shape decides the bits.
                        let bits: Vec<u32> = c.iter().map(|value| value.to_bits()).collect();
                        assert_eq!(*first.get_or_insert_with(|| bits.clone()), bits, "{} {shape:?}", vector.name());
                    }
                }
            });
        }
    }
}

#[test]
fn sides_that_do_not_fit_are_errors() {
    let shape = Shape { m: 2, n: 3, k: 4 };
    let (a, b) = ([0.0; 8], [0.0; 12]);
    let mut workspace = vec![0.0; gemm::WORKSPACE];
    each_vector(|vector| {
        let mut refused = |a, b, c: &mut [f32]| {
            let product = Product { shape, a: Side::transposed(a), b: Side::transposed(b), onto: Onto::Zero };
            product.vectorised(vector, c, &mut workspace).unwrap_err().argument
        };
        assert_eq!(refused(&a[1..], &b, &mut [0.0; 6]), "a");
        assert_eq!(refused(&a, &b[1..], &mut [0.0; 6]), "b");
        assert_eq!(refused(&a, &b, &mut [0.0; 7]), "c");
        let huge = Shape { m: usize::MAX, n: 2, k: usize::MAX };
        let product = Product { shape: huge, a: Side::plain(&a), b: Side::plain(&b), onto: Onto::Old };
        assert_eq!(product.vectorised(vector, &mut [], &mut workspace).unwrap_err().argument, "a");
    });
}

#[test]
fn int8_products_are_exact() {
    let mut workspace = vec![i32::MIN; gemm_i8::WORKSPACE];
    let deep = [(2, 3, 383), (2, 3, 384), (2, 3, 385), (5, 50, 1000)].map(|(m, n, k)| Shape { m, n, k });
    for shape in shapes().into_iter().chain(deep) {
        let Shape { m, n, k } = shape;
        let (a, b) = (bytes(5, m * k), bytes(6, k * n));
        let defined = |row: usize, column: usize| {
            (0..k).map(|depth| i64::from(a[row * k + depth]) * i64::from(b[depth * n + column])).sum::<i64>()
        };
        let wanted: Vec<i64> = (0..m * n).map(|place| defined(place / n, place % n)).collect();
        let mut c = vec![7; m * n];
        gemm_i8::reference(shape, &a, &b, &mut c).unwrap();
        assert_eq!(c.iter().copied().map(i64::from).collect::<Vec<_>>(), wanted, "reference {shape:?}");
        each_vector(|vector| {
            let mut fast = vec![9; m * n];
            gemm_i8::vectorised(vector, shape, &a, &b, &mut fast, &mut workspace).unwrap();
            assert_eq!(fast, c, "{} {shape:?}", vector.name());
        });
    }
}

#[test]
fn int8_sums_are_exact_up_to_the_stated_depth_and_wrap_around_behind_it() {
    let mut workspace = vec![0; gemm_i8::WORKSPACE];
    for (k, wanted) in [(gemm_i8::EXACT_DEPTH, i32::MAX - 16383), (gemm_i8::EXACT_DEPTH + 1, i32::MIN)] {
        let (shape, a) = (Shape { m: 1, n: 1, k }, vec![i8::MIN; k]);
        let mut c = [0];
        gemm_i8::reference(shape, &a, &a, &mut c).unwrap();
        assert_eq!(c, [wanted]);
        each_vector(|vector| {
            gemm_i8::vectorised(vector, shape, &a, &a, &mut c, &mut workspace).unwrap();
            assert_eq!(c, [wanted], "{}", vector.name());
        });
    }
}

#[test]
fn int8_slices_that_do_not_fit_are_errors() {
    let shape = Shape { m: 2, n: 3, k: 4 };
    assert_eq!(gemm_i8::reference(shape, &[0; 7], &[0; 12], &mut [0; 6]).unwrap_err().argument, "a");
    assert_eq!(gemm_i8::reference(shape, &[0; 8], &[0; 11], &mut [0; 6]).unwrap_err().argument, "b");
    each_vector(|vector| {
        let mut c = [0; 6];
        assert_eq!(
            gemm_i8::vectorised(vector, shape, &[0; 8], &[0; 12], &mut c[1..], &mut []).unwrap_err().argument,
            "c"
        );
        let error = gemm_i8::vectorised(vector, shape, &[0; 8], &[0; 12], &mut c, &mut [0; 5]).unwrap_err();
        assert_eq!((error.argument, error.wanted, error.found), ("workspace", gemm_i8::WORKSPACE, 5));
    });
}
