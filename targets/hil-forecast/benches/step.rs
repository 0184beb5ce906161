//! A whole step of training (forward, loss, backward, Adam) and inference, with no optimisation, with each alone, and with
//! all: `cargo bench -p hil-forecast --bench step -- training/simd`.
//!
//! The model is the declared one, 336 hours to 96; a step takes 16 windows in chunks of 2, inference 64 in chunks of 4. A
//! step starts from where the one before it ended, as training does. Nothing is timed whose loss or forecasts are off those
//! without optimisations: by more than 1e-5 in single precision, by more than sixteen roundings of a value in half precision.
#![expect(clippy::panic, reason = "a benchmark of a step that computes something else must not give a figure")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hil_forecast::ForecastError;
use hil_forecast::attention::Method;
use hil_forecast::buffer::Precision;
use hil_forecast::half::Format;
use hil_forecast::math::Arithmetic;
use hil_forecast::model::Shape;
use hil_forecast::seed::Seed;
use hil_forecast::train::{Config, Options, Trainer};
use hil_forecast::windows::Batch;
use hil_kernels::tensor::relative_error;
use hil_kernels::tensor::vector::Vector;

/// Windows of a step and of its chunks.
const STEP: [usize; 2] = [16, 2];
/// Windows of a batch of inference and of its chunks.
const INFERENCE: [usize; 2] = [64, 4];

/// The optimisations by name, those that this processor has.
fn variants() -> Vec<(&'static str, Options)> {
    let none = Options::NONE;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let attention = Method::Tiled { block: 64 };
    let [f16, bf16] = [Format::F16, Format::Bf16].map(Precision::Half);
    let mut variants = vec![
        ("none", none),
        ("tiled", Options { attention, ..none }),
        ("threads", Options { threads, ..none }),
        ("f16", Options { precision: f16, ..none }),
        ("bf16", Options { precision: bf16, ..none }),
    ];
    if let Some(vector) = Vector::widest() {
        let math = Arithmetic::Vectorised(vector);
        variants.push(("simd", Options { math, ..none }));
        variants.push(("all-f32", Options { math, attention, threads, precision: Precision::Single }));
        variants.push(("all", Options { math, attention, threads, precision: f16 }));
    }
    variants
}

/// How far the results of a variant may be off those of none.
fn bound(options: Options) -> f64 {
    match options.precision {
        Precision::Single => 1e-5,
        Precision::Half(format) => 16.0 * format.unit_roundoff(),
    }
}

fn config(options: Options, [batch, chunk]: [usize; 2]) -> Config {
    Config { batch, chunk, ..Config::declared(options) }
}

/// A day's wave with noise on it.
fn batch(windows: usize) -> Batch {
    let mut seed = Seed::new(7);
    let mut hours = |n: usize| -> Vec<f32> {
        let wave = |hour: usize| (hour as f32 * std::f32::consts::TAU / 24.0).sin();
        (0..windows * n).map(|at| wave(at % n) + 0.25 * seed.value()).collect()
    };
    let Shape { look_back, horizon, .. } = Shape::DECLARED;
    Batch { x: hours(look_back), y: hours(horizon) }
}

/// What there is, or the end: a figure of something that failed would be none.
fn or_end<T>(name: &str, result: Result<T, ForecastError>) -> T {
    result.unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn expect_right(name: &str, options: Options, result: &[f32], wanted: &[f32]) {
    let error = relative_error(result, wanted);
    if error > bound(options) {
        panic!("{name} is off by {error:e}, the bound is {:e}", bound(options));
    }
}

fn training(criterion: &mut Criterion) {
    let batch = batch(STEP[0]);
    let first = |name: &str, options| {
        let mut trainer = or_end(name, Trainer::new(config(options, STEP)));
        let step = or_end(name, trainer.step(&batch));
        (trainer, step.loss)
    };
    let (_, wanted) = first("none", Options::NONE);
    let mut group = criterion.benchmark_group("training");
    group.throughput(Throughput::Elements(STEP[0] as u64));
    for (name, options) in variants() {
        group.bench_function(name, |bencher| {
            let (mut trainer, loss) = first(name, options);
            expect_right(name, options, &[loss], &[wanted]);
            bencher.iter(|| or_end(name, black_box(&mut trainer).step(black_box(&batch))));
        });
    }
    group.finish();
}

fn inference(criterion: &mut Criterion) {
    let Batch { x, y } = batch(INFERENCE[0]);
    let first = |name: &str, options| {
        let mut trainer = or_end(name, Trainer::new(config(options, INFERENCE)));
        let mut forecasts = vec![f32::NAN; y.len()];
        or_end(name, trainer.predict(&x, &mut forecasts));
        (trainer, forecasts)
    };
    let (_, wanted) = first("none", Options::NONE);
    let mut group = criterion.benchmark_group("inference");
    group.throughput(Throughput::Elements(INFERENCE[0] as u64));
    for (name, options) in variants() {
        group.bench_function(name, |bencher| {
            let (mut trainer, mut forecasts) = first(name, options);
            expect_right(name, options, &forecasts, &wanted);
            bencher.iter(|| or_end(name, trainer.predict(black_box(&x), black_box(&mut forecasts))));
            expect_right(name, options, &forecasts, &wanted);
        });
    }
    group.finish();
}

criterion_group!(benches, training, inference);
criterion_main!(benches);
