//! The gradient of every layer against finite differences of the loss, with every method and code.

use crate::common::{SMALL, batch, config};
use hil_forecast::attention::Method;
use hil_forecast::math::all;
use hil_forecast::model::Layout;
use hil_forecast::seed::Seed;
use hil_forecast::train::{Options, Trainer};
use hil_forecast::windows::Batch;

/// The parameters in groups, each with a name: queries, keys and values apart, because values outweigh the others.
fn groups(layout: &Layout) -> Vec<(String, Vec<usize>)> {
    let names = ["linear", "first", "second", "theta", "embed", "qkv", "merge", "widen", "narrow", "head"];
    let mut groups = Vec::new();
    for (name, layer) in names.into_iter().zip(layout.layers()) {
        if name == "qkv" {
            for (part, name) in ["queries", "keys", "values"].into_iter().enumerate() {
                let own = |place: &usize| (place - layer.weight.range().start) % layer.outputs / SMALL.width == part;
                groups.push((name.to_owned(), layer.weight.range().filter(own).collect()));
            }
            // The bias of keys moves all scores of a row alike, so the loss does not depend on it.
            let values = layer.bias.range().skip(2 * SMALL.width).collect();
            groups.push(("bias of values".to_owned(), values));
        } else {
            groups.push((format!("{name} weight"), layer.weight.range().collect()));
            groups.push((format!("{name} bias"), layer.bias.range().collect()));
        }
    }
    groups.push(("places".to_owned(), layout.places.range().collect()));
    for (name, norm) in [("attention", layout.norm_attention), ("feed", layout.norm_feed)] {
        groups.push((format!("gain of {name}"), norm.gain.range().collect()));
        groups.push((format!("shift of {name}"), norm.shift.range().collect()));
    }
    groups
}

fn loss(trainer: &mut Trainer, parameters: &[f32], batch: &Batch) -> f64 {
    trainer.restart(parameters).unwrap();
    f64::from(trainer.step(batch).unwrap().loss)
}

#[test]
fn each_layer_has_the_gradient_of_the_loss() {
    const STEP: f32 = 4e-3;
    let config = config(Options::NONE);
    let batch = batch(&config);
    for method in [Method::Standard, Method::Tiled { block: 4 }] {
        for math in all() {
            let options = Options { math, attention: method, ..Options::NONE };
            let mut trainer = Trainer::new(hil_forecast::train::Config { options, ..config }).unwrap();
            // Away from the start, where most gradients are small.
            let mut seed = Seed::new(11);
            let at: Vec<f32> = trainer.parameters().iter().map(|value| value + 0.25 * seed.value()).collect();
            loss(&mut trainer, &at, &batch);
            let gradient = trainer.gradient().to_vec();
            let layout = *trainer.layout();
            for (name, places) in groups(&layout) {
                let norm = places.iter().map(|place| f64::from(gradient[*place]).powi(2)).sum::<f64>().sqrt();
                assert!(norm > 1e-3, "{name}: nothing to compare, {norm:e}");
                // Along the gradient the slope is its length; a wrong component makes it less.
                let mut moved = |by: f32| {
                    let mut parameters = at.clone();
                    places.iter().for_each(|place| parameters[*place] += by * (gradient[*place] / norm as f32));
                    loss(&mut trainer, &parameters, &batch)
                };
                let slope = (moved(STEP) - moved(-STEP)) / f64::from(2.0 * STEP);
                let off = (slope - norm).abs();
                assert!(off < 0.01 * norm + 5e-5, "{method:?} {} {name}: {slope} {norm}", math.name());
            }
        }
    }
}
