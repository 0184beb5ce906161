//! Work that is divided among threads: the same results for any number of them, and the right ones.

use crate::common::{SMALL, batch, config, series};
use hil_forecast::ForecastError;
use hil_forecast::model::Shape;
use hil_forecast::parallel::{Aggregation, cross_validation, ensemble, grid_search, in_order, standardised};
use hil_forecast::series::Series;
use hil_forecast::train::{Config, Options, Trainer};

const THREADS: [usize; 3] = [1, 2, 5];

#[test]
fn results_come_in_order_and_one_error_is_enough() {
    for threads in THREADS {
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(
            in_order(threads, &items, |item| Ok(3 * item)).unwrap(),
            (0..100).map(|n| 3 * n).collect::<Vec<_>>()
        );
        let failing = |item: &usize| if *item == 77 { Err(ForecastError::Config("77")) } else { Ok(()) };
        assert_eq!(in_order(threads, &items, failing), Err(ForecastError::Config("77")));
    }
}

#[test]
fn channels_are_standardised_as_on_one_thread() {
    let series = Series::selfmade(3, 200);
    let wanted = series.standardised(150).unwrap();
    for threads in THREADS {
        assert_eq!(standardised(threads, &series, 150).unwrap(), wanted);
        assert!(standardised(threads, &series, 201).is_err());
    }
}

#[test]
fn a_model_is_tested_on_each_fold_after_training_on_what_is_before() {
    let config = config(Options::NONE);
    let series = Series::selfmade(7, 600).standardised(600).unwrap();
    let wanted = cross_validation(1, config, &series, 3, 2).unwrap();
    assert_eq!(wanted.len(), 3);
    // A model before its first step foretells hardly more than the mean of what it sees.
    let untrained = cross_validation(1, config, &series, 3, 0).unwrap();
    assert!(wanted.iter().zip(&untrained).all(|(trained, before)| trained < before), "{wanted:?} {untrained:?}");
    assert_eq!(cross_validation(2, config, &series, 3, 2).unwrap(), wanted);
    assert!(cross_validation(2, config, &series, 0, 2).is_err());
    assert!(cross_validation(2, config, &series, 100, 2).is_err());
}

#[test]
fn a_grid_search_finds_the_configuration_with_the_least_error() {
    let good = config(Options::NONE);
    let (series, windows) = series(&good);
    let (train, validation) = windows.split_at(windows.len() / 2);
    // A step size of nearly nothing learns nearly nothing.
    let grid = [Config { rate: 1e-7, ..good }, good, Config { rate: 1e-6, ..good }];
    let wanted = grid_search(1, &grid, &series, [train, validation], 1).unwrap();
    assert_eq!(wanted.0, 1);
    assert!(wanted.1[1] < wanted.1[2] && wanted.1[2] < wanted.1[0], "{wanted:?}");
    assert_eq!(grid_search(3, &grid, &series, [train, validation], 1).unwrap(), wanted);
    assert!(grid_search(3, &[], &series, [train, validation], 1).is_err());
    let bad = Config { shape: Shape { heads: 3, ..SMALL }, ..good };
    assert!(matches!(grid_search(3, &[good, bad], &series, [train, validation], 0), Err(ForecastError::Config(_))));
}

#[test]
fn an_ensemble_has_the_mean_or_the_median_of_its_members_and_their_spread() {
    let config = config(Options::NONE);
    let batch = batch(&config);
    let mut members: Vec<Trainer> = (1..=4).map(|seed| Trainer::new(Config { seed, ..config }).unwrap()).collect();
    let mut alone = Vec::new();
    for member in &mut members {
        let mut forecasts = vec![0.0; batch.y.len()];
        member.predict(&batch.x, &mut forecasts).unwrap();
        alone.push(forecasts);
    }
    let mut of_first: Vec<f32> = alone.iter().map(|forecasts| forecasts[0]).collect();
    of_first.sort_by(f32::total_cmp);
    for threads in THREADS {
        let mean = ensemble(threads, &mut members, &batch.x, Aggregation::Mean).unwrap();
        let median = ensemble(threads, &mut members, &batch.x, Aggregation::Median).unwrap();
        assert_eq!((mean.values.len(), &mean.spread), (batch.y.len(), &median.spread));
        let wanted = of_first.iter().sum::<f32>() / 4.0;
        assert!((mean.values[0] - wanted).abs() < 1e-6);
        assert!((median.values[0] - (of_first[1] + of_first[2]) / 2.0).abs() < 1e-6);
        let variance = of_first.iter().map(|value| (value - wanted).powi(2)).sum::<f32>() / 4.0;
        assert!((mean.spread[0] - variance.sqrt()).abs() < 1e-6);
        assert!(ensemble(threads, &mut members, &batch.x[1..], Aggregation::Mean).is_err());
        assert!(ensemble(threads, &mut [], &batch.x, Aggregation::Mean).is_err());
    }
}
