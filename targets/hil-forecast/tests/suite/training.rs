//! Training with each optimisation, alone and together: the same losses, the same bits for any number of threads.

use crate::common::{batch, config, series, variants, widest};
use hil_forecast::ForecastError;
use hil_forecast::attention::Method;
use hil_forecast::train::{Config, Options, Trainer};
use hil_forecast::windows::Batch;

#[test]
fn every_variant_learns_and_ends_at_the_loss_of_none_within_its_bound() {
    let plain = config(Options::NONE);
    let (series, windows) = series(&plain);
    let ends = |options: Options| {
        let mut trainer = Trainer::new(Config { options, ..plain }).unwrap();
        let before = trainer.evaluate(&series, &windows).unwrap();
        for _ in 0..4 {
            trainer.epoch(&series, &windows).unwrap();
        }
        (before, trainer.evaluate(&series, &windows).unwrap())
    };
    let (before, wanted) = ends(Options::NONE);
    assert!(wanted < 0.5 * before, "{before} {wanted}");
    for (name, options, bound) in variants() {
        let (_, found) = ends(options);
        let off = (found - wanted).abs() / wanted;
        println!("{name}: {found:.5} against {wanted:.5}, {off:.1e} off");
        assert!(off <= bound, "{name}: {found} {wanted}");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let fast = Options { math: widest(), attention: Method::Tiled { block: 4 }, ..Options::NONE };
    for options in [Options::NONE, fast] {
        let config = config(options);
        let (batch, mut wanted) = (batch(&config), None);
        for threads in [1, 2, 3, 7] {
            let options = Options { threads, ..options };
            let mut trainer = Trainer::new(Config { options, ..config }).unwrap();
            let losses: Vec<f32> = (0..3).map(|_| trainer.step(&batch).unwrap().loss).collect();
            let mut forecasts = vec![0.0; batch.y.len()];
            trainer.predict(&batch.x, &mut forecasts).unwrap();
            let found = (losses, trainer.parameters().to_vec(), forecasts);
            assert_eq!(*wanted.get_or_insert_with(|| found.clone()), found, "{threads}");
        }
    }
}

#[test]
fn a_batch_that_is_not_full_has_its_own_mean() {
    let config = config(Options::NONE);
    let whole = batch(&config);
    // Twice the same windows have the same loss and gradient as once.
    let lengths = config.lengths();
    let once = Batch { x: whole.x[..5 * lengths.look_back].to_vec(), y: whole.y[..5 * lengths.horizon].to_vec() };
    let twice = Batch { x: once.x.repeat(2), y: once.y.repeat(2) };
    let mut found = [&once, &twice].map(|batch| {
        let mut trainer = Trainer::new(config).unwrap();
        let step = trainer.step(batch).unwrap();
        (step.loss, trainer.gradient().to_vec())
    });
    assert!((found[0].0 - found[1].0).abs() < 1e-5);
    let [(_, once), (_, twice)] = &mut found;
    assert!(hil_kernels::tensor::relative_error(once, twice) < 1e-5);
}

#[test]
fn starting_again_gives_the_same_steps() {
    for (name, options, _) in variants() {
        let config = config(options);
        let batch = batch(&config);
        let mut trainer = Trainer::new(config).unwrap();
        let start = trainer.parameters().to_vec();
        let first: Vec<f32> = (0..3).map(|_| trainer.step(&batch).unwrap().loss).collect();
        assert!(first[2] < first[0], "{name}: {first:?}");
        trainer.restart(&start).unwrap();
        let again: Vec<f32> = (0..3).map(|_| trainer.step(&batch).unwrap().loss).collect();
        assert_eq!(first, again, "{name}");
    }
}

#[test]
fn what_does_not_fit_is_an_error() {
    let good = config(Options::NONE);
    let batch = batch(&good);
    let mut trainer = Trainer::new(good).unwrap();
    for bad in [
        Batch::default(),
        Batch { x: batch.x.repeat(2), y: batch.y.repeat(2) },
        Batch { x: batch.x.clone(), y: batch.y[1..].to_vec() },
        Batch { x: batch.x[1..].to_vec(), y: batch.y.clone() },
    ] {
        assert!(matches!(trainer.step(&bad), Err(ForecastError::Shape(_))));
    }
    assert!(trainer.predict(&batch.x, &mut [0.0; 3]).is_err());
    assert!(trainer.restart(&[0.0; 3]).is_err());
    let (series, windows) = series(&good);
    assert!(trainer.epoch(&series, &windows[..3]).is_err());
    for bad in [
        Config { batch: 0, ..good },
        Config { chunk: 0, ..good },
        Config { options: Options { threads: 0, ..Options::NONE }, ..good },
        Config { options: Options { attention: Method::Tiled { block: 0 }, ..Options::NONE }, ..good },
    ] {
        assert!(matches!(Trainer::new(bad), Err(ForecastError::Config(_))));
    }
}
