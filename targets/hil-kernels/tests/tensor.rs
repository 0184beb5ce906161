//! Every vectorised variant against its reference: seeds, odd shapes, special values.
#![cfg(feature = "tensor")]

use hil_kernels::tensor::gemm::{Shape, WORKSPACE};
use hil_kernels::tensor::vector::Vector;
use hil_kernels::tensor::{gelu, gemm, gemv, mse, relative_error, relu, softmax};

/// The agreement that every variant is held to.
const BOUND: f64 = 1e-5;

/// Lengths around the widths of vectors and of the groups that the kernels work in.
const LENGTHS: [usize; 12] = [0, 1, 3, 4, 7, 8, 15, 16, 33, 64, 257, 4099];

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

const SEEDS: [u64; 3] = [1, 20, 300];

/// Values in -1..1 by a linear congruential generator.
fn values(seed: u64, n: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

fn each_vector(mut test: impl FnMut(Vector)) {
    assert!(cfg!(not(target_arch = "x86_64")) || Vector::all().count() > 0, "this processor has no AVX2: not tested");
    Vector::all().for_each(&mut test);
}

#[track_caller]
fn assert_close(what: &str, vector: Vector, result: &[f32], reference: &[f32]) {
    let error = relative_error(result, reference);
    assert!(error < BOUND, "{what} with {}: {error:e}", vector.name());
}

#[test]
fn pointwise_kernels_agree_on_all_lengths_and_special_values() {
    type Reference = fn(&[f32], &mut [f32]) -> Result<(), hil_kernels::tensor::ShapeError>;
    type Vectorised = fn(Vector, &[f32], &mut [f32]) -> Result<(), hil_kernels::tensor::ShapeError>;
    let kernels: [(&str, Reference, Vectorised); 2] =
        [("relu", relu::reference, relu::vectorised), ("gelu", gelu::reference, gelu::vectorised)];
    each_vector(|vector| {
        for (name, reference, vectorised) in kernels {
            for (seed, n) in SEEDS.into_iter().flat_map(|seed| LENGTHS.map(|n| (seed, n))) {
                let x: Vec<f32> = values(seed, n).iter().map(|x| x * 12.0).collect();
                let (mut want, mut got) = (vec![9.0; n], vec![7.0; n]);
                reference(&x, &mut want).unwrap();
                vectorised(vector, &x, &mut got).unwrap();
                assert_close(name, vector, &got, &want);
            }
            // One at a time, so that a large value does not hide the others.
            for special in SPECIAL {
                let x = [special; 67];
                let (mut want, mut got) = ([9.0; 67], [7.0; 67]);
                reference(&x, &mut want).unwrap();
                vectorised(vector, &x, &mut got).unwrap();
                assert_close(&format!("{name}({special:e})"), vector, &got, &want);
            }
        }
    });
}

#[test]
fn softmax_agrees_and_rows_sum_to_one() {
    each_vector(|vector| {
        for (seed, columns) in SEEDS.into_iter().flat_map(|seed| LENGTHS.map(|columns| (seed, columns))) {
            let x: Vec<f32> = values(seed, 5 * columns).iter().map(|x| x * 40.0).collect();
            let (mut want, mut got) = (vec![0.0; x.len()], vec![7.0; x.len()]);
            softmax::reference(columns, &x, &mut want).unwrap();
            softmax::vectorised(vector, columns, &x, &mut got).unwrap();
            assert_close("softmax", vector, &got, &want);
            for row in got.chunks_exact(columns.max(1)) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
        for special in SPECIAL {
            let mut x = values(5, 37);
            x[20] = special;
            let (mut want, mut got) = (vec![0.0; 37], vec![7.0; 37]);
            softmax::reference(37, &x, &mut want).unwrap();
            softmax::vectorised(vector, 37, &x, &mut got).unwrap();
            assert_close(&format!("softmax with {special:e}"), vector, &got, &want);
        }
    });
}

#[test]
fn loss_and_gradient_agree() {
    each_vector(|vector| {
        for n in LENGTHS.into_iter().chain([1_000_003]) {
            let (a, b) = (values(1, n), values(2, n));
            let (want, got) = (mse::reference(&a, &b).unwrap(), mse::vectorised(vector, &a, &b).unwrap());
            assert_close("mse", vector, &[got], &[want]);
            let (mut want, mut got) = (vec![9.0; n], vec![7.0; n]);
            mse::gradient_reference(&a, &b, &mut want).unwrap();
            mse::gradient_vectorised(vector, &a, &b, &mut got).unwrap();
            assert_close("mse gradient", vector, &got, &want);
        }
        for special in SPECIAL {
            let mut a = values(1, 70);
            a[33] = special;
            let b = values(2, 70);
            let (want, got) = (mse::reference(&a, &b).unwrap(), mse::vectorised(vector, &a, &b).unwrap());
            assert_close(&format!("mse with {special:e}"), vector, &[got], &[want]);
            let (mut want, mut got) = ([9.0; 70], [7.0; 70]);
            mse::gradient_reference(&a, &b, &mut want).unwrap();
            mse::gradient_vectorised(vector, &a, &b, &mut got).unwrap();
            assert_close(&format!("mse gradient with {special:e}"), vector, &got, &want);
        }
    });
}

#[test]
fn products_agree_for_odd_shapes() {
    let shapes =
        [(1, 1, 1), (1, 50, 3), (5, 7, 9), (6, 16, 4), (8, 48, 300), (13, 49, 257), (97, 481, 30), (100, 100, 600)];
    each_vector(|vector| {
        let mut workspace = vec![f32::NAN; WORKSPACE];
        // A special value stands alone among others, in a shape that neither vectors nor tiles divide.
        let special = SPECIAL.map(|special| ((7, 19, 37), 5, Some(special)));
        let plain = SEEDS.into_iter().flat_map(|seed| shapes.map(|shape| (shape, seed, None)));
        for ((m, n, k), seed, special) in plain.chain(special) {
            let shape = Shape { m, n, k };
            let (mut a, b) = (values(seed, m * k), values(seed + 1000, k * n));
            if let Some(special) = special {
                a[m * k / 2 + 1] = special;
            }
            let (mut want, mut got) = (vec![9.0; m * n], vec![7.0; m * n]);
            gemm::reference(shape, &a, &b, &mut want).unwrap();
            gemm::vectorised(vector, shape, &a, &b, &mut got, &mut workspace).unwrap();
            assert_close(&format!("gemm {shape:?} with {special:?}"), vector, &got, &want);
            let x = values(9, k);
            let (mut want, mut got) = (vec![9.0; m], vec![7.0; m]);
            gemv::reference(m, k, &a, &x, &mut want).unwrap();
            gemv::vectorised(vector, m, k, &a, &x, &mut got).unwrap();
            assert_close(&format!("gemv {m} x {k} with {special:?}"), vector, &got, &want);
        }
        // Nothing in, nothing or zeros out.
        gemm::vectorised(vector, Shape { m: 0, n: 4, k: 4 }, &[], &[0.0; 16], &mut [], &mut workspace).unwrap();
        let mut c = [9.0; 4];
        gemm::vectorised(vector, Shape { m: 2, n: 2, k: 0 }, &[], &[], &mut c, &mut workspace).unwrap();
        assert_eq!(c, [0.0; 4]);
        let mut y = [9.0; 3];
        gemv::vectorised(vector, 3, 0, &[], &[], &mut y).unwrap();
        assert_eq!(y, [0.0; 3]);
    });
}

#[test]
fn slices_that_do_not_fit_are_errors_that_name_the_argument() {
    let shape = Shape { m: 2, n: 2, k: 2 };
    let error = gemm::reference(shape, &[0.0; 3], &[0.0; 4], &mut [0.0; 4]).unwrap_err();
    assert_eq!(error.to_string(), "a holds 3 values, its shape asks for 4");
    assert_eq!(softmax::reference(4, &[0.0; 6], &mut [0.0; 6]).unwrap_err().argument, "x");
    each_vector(|vector| {
        let error = gemm::vectorised(vector, shape, &[0.0; 4], &[0.0; 4], &mut [0.0; 4], &mut []).unwrap_err();
        assert_eq!(error.argument, "workspace");
        assert_eq!(relu::vectorised(vector, &[0.0; 2], &mut [0.0; 3]).unwrap_err().argument, "y");
    });
}
