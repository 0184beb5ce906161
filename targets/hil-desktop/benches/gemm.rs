//! Matrix times matrix, 512 x 512 times 512 x 512 on one thread: ours beside the plain reference and two crates of
//! crates.io, timed by criterion in one run: `cargo bench -p hil-desktop --bench gemm`.
//!
//! The crates are `gemm-f32`, through which `gemm` computes in single precision, with its kernels for AVX-512, and
//! `matrixmultiply`. Each is called on row-major matrices and writes a whole new result. Nothing is timed whose result is
//! more than 1e-5 of its largest value off the reference's; the int8 products have to be the reference's, bit for bit. A
//! variant is not listed where the processor has no vector instructions for it.
#![expect(clippy::panic, reason = "a benchmark of a product that computes something else must not give a figure")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gemm_common::Parallelism;
use hil_kernels::known_answer::Noise;
use hil_kernels::tensor::gemm::{self, Shape};
use hil_kernels::tensor::vector::Vector;
use hil_kernels::tensor::{ShapeError, gemm_i8, relative_error};

const SIDE: usize = 512;
const SHAPE: Shape = Shape { m: SIDE, n: SIDE, k: SIDE };
const BOUND: f64 = 1e-5;

/// A product of matrices of some kind of values, C behind A and B.
type Multiply<'f, T, C> = dyn FnMut(&[T], &[T], &mut [C]) -> Result<(), ShapeError> + 'f;

/// Panics when a product has not been made.
fn expect_made(name: &str, made: Result<(), ShapeError>) {
    if let Err(error) = made {
        panic!("{name}: {error}");
    }
}

/// Panics when `result` is not what the reference computes.
fn expect_right(name: &str, result: &[f32], wanted: &[f32]) {
    let error = relative_error(result, wanted);
    if error > BOUND {
        panic!("{name} is off by {error:e}, the bound is {BOUND:e}");
    }
}

fn single(criterion: &mut Criterion) {
    let mut noise = Noise::new(1);
    let [a, b] =
        [(); 2].map(|()| -> Vec<f32> { (0..SIDE * SIDE).map(|_| f32::from(noise.sample()) / 32768.0).collect() });
    let (mut wanted, mut workspace) = (vec![0.0; SIDE * SIDE], vec![0.0; gemm::WORKSPACE]);
    expect_made("reference", gemm::reference(SHAPE, &a, &b, &mut wanted));

    let mut group = criterion.benchmark_group("gemm/f32-512");
    group.throughput(Throughput::Elements((SIDE * SIDE * SIDE) as u64));
    let mut timed = |name: &str, product: &mut Multiply<'_, f32, f32>| {
        group.bench_function(name, |bencher| {
            let mut c = vec![f32::NAN; SIDE * SIDE];
            expect_made(name, product(&a, &b, &mut c));
            expect_right(name, &c, &wanted);
            bencher.iter(|| product(black_box(&a), black_box(&b), black_box(&mut c)));
            expect_right(name, &c, &wanted);
        });
    };
    timed("reference", &mut |a, b, c| gemm::reference(SHAPE, a, b, c));
    if let Some(vector) = Vector::widest() {
        timed("ours", &mut |a, b, c| gemm::vectorised(vector, SHAPE, a, b, c, &mut workspace));
    }
    timed("gemm-f32", &mut |a, b, c| {
        gemm_f32(a, b, c);
        Ok(())
    });
    timed("matrixmultiply", &mut |a, b, c| {
        matrixmultiply(a, b, c);
        Ok(())
    });
    group.finish();
}

/// Rows and columns, and how far their neighbours lie apart, as the crates want them.
const ROWS: isize = SIDE as isize;
const COLUMNS: isize = 1;

/// Panics when a matrix is none of `SIDE` rows and columns.
fn expect_whole(a: &[f32], b: &[f32], c: &[f32]) {
    if [a.len(), b.len(), c.len()] != [SIDE * SIDE; 3] {
        panic!("a matrix has another size than {SIDE} x {SIDE}");
    }
}

/// As `gemm` has it computed for row-major matrices: the transpose of C, column-major, is that of B times that of A.
fn gemm_f32(a: &[f32], b: &[f32], c: &mut [f32]) {
    expect_whole(a, b, c);
    let gemm = gemm_f32::gemm::f32::get_gemm_fn();
    let [a, b] = [a, b].map(<[f32]>::as_ptr);
    let (c, alone) = (c.as_mut_ptr(), Parallelism::None);
    // SAFETY: the three slices hold `SIDE` rows of `SIDE` values each, and `c` overlaps with neither of the others.
    unsafe {
        gemm(
            SIDE, SIDE, SIDE, c, ROWS, COLUMNS, false, b, ROWS, COLUMNS, a, ROWS, COLUMNS, 0.0, 1.0, false, false,
            false, alone,
        );
    }
}

fn matrixmultiply(a: &[f32], b: &[f32], c: &mut [f32]) {
    expect_whole(a, b, c);
    let [a, b] = [a, b].map(<[f32]>::as_ptr);
    let c = c.as_mut_ptr();
    // SAFETY: the three slices hold `SIDE` rows of `SIDE` values each, and `c` overlaps with neither of the others.
    unsafe { matrixmultiply::sgemm(SIDE, SIDE, SIDE, 1.0, a, ROWS, COLUMNS, b, ROWS, COLUMNS, 0.0, c, ROWS, COLUMNS) }
}

fn int8(criterion: &mut Criterion) {
    let mut noise = Noise::new(2);
    let [a, b] = [(); 2].map(|()| -> Vec<i8> { (0..SIDE * SIDE).map(|_| (noise.sample() >> 8) as i8).collect() });
    let (mut wanted, mut workspace) = (vec![0; SIDE * SIDE], vec![0; gemm_i8::WORKSPACE]);
    expect_made("reference", gemm_i8::reference(SHAPE, &a, &b, &mut wanted));

    let mut group = criterion.benchmark_group("gemm/i8-512");
    group.throughput(Throughput::Elements((SIDE * SIDE * SIDE) as u64));
    let mut timed = |name: &str, product: &mut Multiply<'_, i8, i32>| {
        group.bench_function(name, |bencher| {
            let mut c = vec![i32::MIN; SIDE * SIDE];
            bencher.iter(|| product(black_box(&a), black_box(&b), black_box(&mut c)));
            if c != wanted {
                panic!("{name}: other sums than the reference");
            }
        });
    };
    timed("reference", &mut |a, b, c| gemm_i8::reference(SHAPE, a, b, c));
    if let Some(vector) = Vector::widest() {
        timed("ours", &mut |a, b, c| gemm_i8::vectorised(vector, SHAPE, a, b, c, &mut workspace));
    }
    group.finish();
}

criterion_group!(benches, single, int8);
criterion_main!(benches);
