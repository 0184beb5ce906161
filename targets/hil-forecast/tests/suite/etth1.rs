//! The real series, when the environment says where it is: `HIL_DATA=DIR cargo test --release -p hil-forecast`, with the
//! published file at `DIR/forecast-etth1/ETTh1.csv`. It is other people's and never part of this project, so without it
//! this test says that it did not run.

use std::path::PathBuf;

use crate::common::widest;
use hil_forecast::attention::Method;
use hil_forecast::etth1::{HELD_OUT, HOURS, TRAIN, standardised};
use hil_forecast::train::{Config, Options, Trainer};
use hil_forecast::windows::{seasonal_naive, shuffle, windows};

/// Epochs of training, each over the windows whose horizon starts at every fourth hour; the parameters behind the one with
/// the least error on the hours of validation are tested.
const EPOCHS: u64 = 3;
const EVERY: usize = 4;

#[test]
fn the_model_beats_the_seasonal_forecast_by_more_than_a_fifth() {
    let Some(folder) = std::env::var_os("HIL_DATA").map(PathBuf::from) else {
        println!("not run: HIL_DATA names no folder with forecast-etth1/ETTh1.csv");
        return;
    };
    let series = standardised(&std::fs::read(folder.join("forecast-etth1/ETTh1.csv")).unwrap()).unwrap();
    assert_eq!((series.hours(), series.channels().len()), (17_420, 7));
    let options = Options { math: widest(), attention: Method::Tiled { block: 64 }, threads: 2, ..Options::NONE };
    let config = Config::declared(options);
    let mut train = windows(&series, config.lengths(), 0..TRAIN, EVERY).unwrap();
    let validation = windows(&series, config.lengths(), TRAIN..TRAIN + HELD_OUT, EVERY).unwrap();
    let test = windows(&series, config.lengths(), HOURS - HELD_OUT..HOURS, 1).unwrap();
    assert_eq!(test.len(), 7 * (HELD_OUT - 96 + 1));
    let naive = seasonal_naive(&series, config.lengths(), &test, 24).unwrap();
    // As others have found it for this split.
    assert!((naive - 0.512).abs() < 0.001, "{naive}");
    let mut trainer = Trainer::new(config).unwrap();
    let mut best = (f64::INFINITY, Vec::new());
    for epoch in 0..EPOCHS {
        shuffle(&mut train, epoch);
        let loss = trainer.epoch(&series, &train).unwrap();
        let error = trainer.evaluate(&series, &validation).unwrap();
        println!("epoch {}: mean loss of its steps {loss:.4}, validation {error:.4}", epoch + 1);
        if error < best.0 {
            best = (error, trainer.parameters().to_vec());
        }
    }
    trainer.restart(&best.1).unwrap();
    let found = trainer.evaluate(&series, &test).unwrap();
    println!("test: mean squared error {found:.4}, seasonal-naive {naive:.4}");
    assert!(found < 0.8 * naive, "{found} {naive}");
}
