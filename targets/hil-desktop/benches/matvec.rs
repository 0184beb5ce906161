//! The product of the keyword network's gate matrix and a vector with every set of vector instructions of this processor,
//! timed by criterion: `cargo bench -p hil-desktop --bench matvec`.
//!
//! Nothing is timed whose sums are not those of the reference, bit for bit. On an architecture without a vectorised form
//! the reference is timed alone.
#![expect(clippy::panic, reason = "a benchmark of a product that gives other sums must not give a figure")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hil_kernels::keyword::KEYWORD_WEIGHTS;
use hil_kernels::known_answer::Noise;
use hil_kernels::matvec::{Matrix, scalar};
use hil_kernels::weights::{CHANNELS, GATE_INPUTS, GATES, INPUTS, TAPS};

fn products(criterion: &mut Criterion) {
    let start = CHANNELS * INPUTS * TAPS;
    let weights = &KEYWORD_WEIGHTS[start..start + GATES * GATE_INPUTS];
    let matrix = Matrix::new(weights, GATE_INPUTS);
    let mut noise = Noise::new(1);
    let x: [i16; GATE_INPUTS] = std::array::from_fn(|_| noise.sample() % 256);
    let mut wanted = [0; GATES];
    scalar(&matrix, &x, &mut wanted);

    let mut group = criterion.benchmark_group("lan/matvec-gates_i8");
    group.throughput(Throughput::Elements((GATES * GATE_INPUTS) as u64));
    group.bench_function("scalar", |bencher| {
        let mut out = [0; GATES];
        bencher.iter(|| scalar(black_box(&matrix), black_box(&x), black_box(&mut out)));
    });
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    for vector in hil_kernels::tensor::vector::Vector::all() {
        use hil_kernels::matvec::vector::product_with;

        let mut out = [0; GATES];
        product_with(vector, &matrix, &x, &mut out);
        if out != wanted {
            panic!("{}: other sums than the reference", vector.name());
        }
        group.bench_function(vector.name(), |bencher| {
            bencher.iter(|| product_with(vector, black_box(&matrix), black_box(&x), black_box(&mut out)));
        });
    }
    group.finish();
}

criterion_group!(benches, products);
criterion_main!(benches);
