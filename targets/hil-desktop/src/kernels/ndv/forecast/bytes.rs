//! The memory of training, by purpose, in single and in half precision: the sizes of the buffers themselves.

use std::hint::black_box;

use hil_agent::kernel::{Case, Kernel, LoadError, Mismatch};
use hil_agent::text::Text;
use hil_forecast::ForecastError;
use hil_forecast::buffer::Precision;
use hil_forecast::half::Format;
use hil_forecast::memory::Memory;
use hil_forecast::train::{Config, Options, Trainer};

use super::work::Source;

/// What half precision has to save of all memory, in percent.
const WANTED: f64 = 50.0;

/// The kernel `ndv/training-bytes`, with the table `training-memory`.
#[derive(Default)]
pub(super) struct TrainingBytesKernel {
    /// Computed when the first of them is asked for.
    cases: Vec<Case>,
}

/// What training by plain code holds behind its first step.
fn memory(precision: Precision) -> Result<Memory, ForecastError> {
    let mut trainer = Trainer::new(Config::declared(Options { precision, ..Options::NONE }))?;
    trainer.step(&Source::BuiltIn.batch(trainer.config())?)?;
    Ok(trainer.memory())
}

/// The purposes and all together, last.
fn parts(memory: Memory) -> [(&'static str, usize); 7] {
    let Memory { weights, masters, activations, gradients, optimiser, scratch } = memory;
    [
        ("weights", weights),
        ("master weights", masters),
        ("activations", activations),
        ("gradients", gradients),
        ("optimiser", optimiser),
        ("scratch", scratch),
        ("all together", memory.total()),
    ]
}

/// Every purpose in each format. Only all together has a bound; what each purpose takes is shown.
fn cases() -> Result<Vec<Case>, ForecastError> {
    let single = parts(memory(Precision::Single)?);
    let mut cases = Vec::new();
    for format in [Format::F16, Format::Bf16] {
        let half = parts(memory(Precision::Half(format))?);
        for (place, ((purpose, before), (_, behind))) in single.into_iter().zip(half).enumerate() {
            let name = Text::new(format_args!("{purpose}: {before} bytes in f32, {behind} in {}", format.name()));
            let saved = 100.0 * (1.0 - behind as f64 / before as f64);
            let misses = place + 1 == single.len() && saved < WANTED;
            let broken = misses.then(|| Mismatch::new(format_args!("{saved:.1} % are saved, not {WANTED}")));
            cases.push(Case { name, broken });
        }
    }
    Ok(cases)
}

impl Kernel for TrainingBytesKernel {
    fn name(&self) -> &str {
        "ndv/training-bytes"
    }

    fn about(&self) -> &str {
        "bytes that training holds in f32, f16 and bf16; the table training-memory"
    }

    fn load(&mut self, _input: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel takes no input")))
    }

    fn run(&mut self) {
        black_box(Trainer::new(Config::declared(Options::NONE)).map(|trainer| trainer.memory()).is_ok());
    }

    /// Adam holds two moments a parameter.
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        let memory = memory(Precision::Single).map_err(|error| Mismatch::new(format_args!("{error}")))?;
        if memory.optimiser == 2 * memory.weights && memory.masters == 0 {
            Ok(())
        } else {
            Err(Mismatch::new(format_args!("{} bytes of weights, {} of moments", memory.weights, memory.optimiser)))
        }
    }

    fn conform(&mut self, table: &str, number: u32) -> Option<Case> {
        if table != "training-memory" {
            return None;
        }
        if self.cases.is_empty() {
            // What cannot be told is one broken case, not an empty table.
            let broken = |error: ForecastError| Case {
                name: Text::new(format_args!("training")),
                broken: Some(Mismatch::new(format_args!("{error}"))),
            };
            self.cases = cases().unwrap_or_else(|error| vec![broken(error)]);
        }
        self.cases.get(usize::try_from(number).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::TrainingBytesKernel;
    use hil_agent::kernel::Kernel;

    #[test]
    fn every_purpose_is_told_and_only_the_sum_is_judged() {
        let mut kernel = TrainingBytesKernel::default();
        assert_eq!(kernel.known_answer(), Ok(()));
        let cases: Vec<_> = (0..).map_while(|number| kernel.conform("training-memory", number)).collect();
        assert_eq!(cases.len(), 14);
        for (number, case) in cases.iter().enumerate() {
            let name = case.name.as_str();
            assert!(name.contains(" bytes in f32, "), "{name}");
            assert!(case.broken.is_none() || number % 7 == 6, "{name}");
        }
        assert_eq!(kernel.conform("another", 0), None);
    }
}
