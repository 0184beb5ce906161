//! A kernel of your own, measured by `hil`: everything that it takes is in this file.

use std::process::ExitCode;

use hil_agent::kernel::{Kernel, LoadError, Mismatch};

/// Coefficients of the filter: a low pass of eight taps with a gain of one.
const TAPS: [f32; 8] = [0.02, 0.08, 0.17, 0.23, 0.23, 0.17, 0.08, 0.02];
/// Samples that one iteration filters.
const SAMPLES: usize = 4096;

/// A finite impulse response filter: each output is the weighted sum of the last eight inputs.
struct Fir {
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Fir {
    fn new() -> Self {
        Self { input: vec![0.0; SAMPLES], output: vec![0.0; SAMPLES] }
    }
}

impl Kernel for Fir {
    fn name(&self) -> &str {
        "own/fir"
    }

    fn about(&self) -> &str {
        "a low pass of eight taps over 4096 samples"
    }

    /// 32-bit little-endian floats; missing samples are zero.
    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        let (samples, rest) = input.as_chunks::<4>();
        if !rest.is_empty() || samples.len() > SAMPLES {
            return Err(LoadError::new(format_args!("{} bytes are not up to {SAMPLES} floats", input.len())));
        }
        self.input.fill(0.0);
        for (place, bytes) in self.input.iter_mut().zip(samples) {
            *place = f32::from_le_bytes(*bytes);
        }
        Ok(())
    }

    fn run(&mut self) {
        for (end, output) in self.output.iter_mut().enumerate() {
            let newest_first = self.input[..=end].iter().rev();
            *output = newest_first.zip(TAPS).map(|(sample, tap)| sample * tap).sum();
        }
    }

    /// The answer to a single one among zeros is known: it is the coefficients themselves.
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        const PLACE: usize = 1000;
        self.input.fill(0.0);
        self.input[PLACE] = 1.0;
        self.run();
        for (at, got) in self.output.iter().enumerate() {
            let wanted = at.checked_sub(PLACE).and_then(|tap| TAPS.get(tap)).copied().unwrap_or(0.0);
            if (got - wanted).abs() > 1e-6 {
                return Err(Mismatch::new(format_args!("at {at}: got {got}, wanted {wanted}")));
            }
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    hil_desktop::agent_main(vec![Box::new(Fir::new())])
}
