//! A small model, and batches of a self-made series.

use hil_forecast::attention::Method;
use hil_forecast::buffer::Precision;
use hil_forecast::half::Format;
use hil_forecast::math::{Arithmetic, all};
use hil_forecast::model::Shape;
use hil_forecast::scaler::Scaling;
use hil_forecast::series::Series;
use hil_forecast::train::{Config, Options};
use hil_forecast::windows::{Batch, Window, read, windows};

/// Small enough for thousands of steps, and nothing in it is a multiple of a vector.
pub const SMALL: Shape =
    Shape { look_back: 48, horizon: 12, block: 19, patch: 6, stride: 3, width: 10, heads: 2, wide: 13 };

/// A short training of the small model.
pub fn config(options: Options) -> Config {
    Config { shape: SMALL, batch: 14, chunk: 4, rate: 3e-3, seed: 1, scaling: Scaling::USUAL, options }
}

/// The widest vector instructions here, or plain code where there are none.
pub fn widest() -> Arithmetic {
    all().last().unwrap()
}

/// Every optimisation alone, then all of them, each with how far its loss may be off that of none, relative.
pub fn variants() -> Vec<(&'static str, Options, f64)> {
    let none = Options::NONE;
    let half = |format| Options { precision: Precision::Half(format), ..none };
    let tiled = Method::Tiled { block: 4 };
    let all_in = |precision| Options { math: widest(), attention: tiled, threads: 2, precision };
    vec![
        ("vectorised", Options { math: widest(), ..none }, 1e-3),
        ("tiled", Options { attention: tiled, ..none }, 1e-3),
        ("parallel", Options { threads: 2, ..none }, 0.0),
        ("f16", half(Format::F16), 5e-2),
        ("bf16", half(Format::Bf16), 1e-1),
        ("all in f32", all_in(Precision::Single), 1e-3),
        ("all in f16", all_in(Precision::Half(Format::F16)), 5e-2),
        ("all in bf16", all_in(Precision::Half(Format::Bf16)), 1e-1),
    ]
}

/// The series and its windows.
pub fn series(config: &Config) -> (Series, Vec<Window>) {
    let series = Series::selfmade(7, 800).standardised(800).unwrap();
    let mut windows = windows(&series, config.lengths(), 0..800, 5).unwrap();
    hil_forecast::windows::shuffle(&mut windows, 3);
    (series, windows)
}

/// The first full batch.
pub fn batch(config: &Config) -> Batch {
    let (series, windows) = series(config);
    let mut batch = Batch::default();
    read(&series, config.lengths(), &windows[..config.batch], &mut batch).unwrap();
    batch
}
