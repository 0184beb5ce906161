//! Half precision: what it saves, and what becomes of steps whose gradients overflow.

use crate::common::{batch, config};
use hil_forecast::buffer::Precision;
use hil_forecast::half::Format;
use hil_forecast::scaler::Scaling;
use hil_forecast::train::{Config, Options, Trainer};
use hil_forecast::windows::Batch;

fn half(format: Format) -> Options {
    Options { precision: Precision::Half(format), ..Options::NONE }
}

#[test]
fn an_overflow_skips_the_step_and_halves_the_scale_and_clean_steps_double_it() {
    let scaling = Scaling { interval: 3, ..Scaling::USUAL };
    let config = Config { scaling, ..config(half(Format::F16)) };
    let good = batch(&config);
    let huge = Batch { x: good.x.clone(), y: good.y.iter().map(|value| 1e7 * value).collect() };
    let mut trainer = Trainer::new(config).unwrap();
    let before = trainer.parameters().to_vec();
    let scale = |trainer: &Trainer| trainer.scaler().map(|scaler| (scaler.scale(), scaler.overflows()));

    assert!(!trainer.step(&huge).unwrap().taken);
    assert_eq!(trainer.parameters(), before);
    assert_eq!(scale(&trainer), Some((32_768.0, 1)));
    for _ in 0..3 {
        assert!(trainer.step(&good).unwrap().taken);
    }
    assert_eq!(scale(&trainer), Some((65_536.0, 1)));
    assert_ne!(trainer.parameters(), before);
    trainer.restart(&before).unwrap();
    assert_eq!(scale(&trainer), Some((65_536.0, 0)));
}

#[test]
fn the_scale_does_not_move_the_step() {
    // The gradient is multiplied by the scale and divided by it again.
    let ends = [1024.0, 65_536.0].map(|start| {
        let scaling = Scaling { start, ..Scaling::USUAL };
        let config = Config { scaling, ..config(half(Format::Bf16)) };
        let mut trainer = Trainer::new(config).unwrap();
        trainer.step(&batch(&config)).unwrap();
        trainer.parameters().to_vec()
    });
    assert!(hil_kernels::tensor::relative_error(&ends[0], &ends[1]) < 1e-4);
}

#[test]
fn activations_take_half_and_masters_come_on_top() {
    let memory = |options| Trainer::new(config(options)).unwrap().memory();
    let single = memory(Options::NONE);
    for format in [Format::F16, Format::Bf16] {
        let found = memory(half(format));
        assert_eq!((found.weights, found.masters), (single.weights / 2, single.weights));
        assert_eq!(found.optimiser, single.optimiser);
        assert_eq!(single.optimiser, 2 * single.weights);
        let share = found.activations as f64 / single.activations as f64;
        assert!((0.5..0.55).contains(&share), "{share}");
    }
}

#[test]
fn no_step_but_the_first_allocates() {
    for options in [Options::NONE, half(Format::F16)] {
        let config = config(options);
        let batch = batch(&config);
        let mut trainer = Trainer::new(config).unwrap();
        trainer.step(&batch).unwrap();
        let after_first = trainer.memory();
        (0..3).for_each(|_| assert!(trainer.step(&batch).is_ok()));
        assert_eq!(trainer.memory(), after_first);
        assert!(after_first.total() > after_first.activations);
    }
}
