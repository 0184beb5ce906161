//! A small formant synthesiser in integers: pulses or noise through three resonators.
//!
//! It uses no floating point, so that every machine makes the same bytes. The model is the cascade synthesiser
//! of D. H. Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67(3), 1980, cut to its core.

/// A stretch of sound.
#[derive(Clone)]
pub struct Part {
    /// How long.
    pub ms: usize,
    /// Its peak, in steps of a 16-bit sample; zero is a pause.
    pub level: i64,
    /// What excites the resonators.
    pub source: Source,
    /// Centre frequencies at the start, in Hz.
    pub from: [i64; 3],
    /// Centre frequencies at the end, in Hz.
    pub to: [i64; 3],
}

/// What excites the resonators.
#[derive(Clone)]
pub enum Source {
    /// A pulse train whose rate moves between these, in Hz.
    Pulses([i64; 2]),
    /// White noise.
    Noise,
}

/// Fraction bits of the filter coefficients.
const FRACTION: u32 = 20;
/// One, as a coefficient.
const ONE: i64 = 1 << FRACTION;
/// Widths of the three resonances, in Hz.
const WIDTHS: [i64; 3] = [90, 120, 180];
/// Samples over which a part fades in and out.
const FADE: usize = 160;

/// The synthesiser.
pub struct Voice {
    random: u64,
    rate: i64,
}

impl Voice {
    /// Equal seeds make equal sounds.
    pub fn new(seed: u64, rate: i64) -> Self {
        // The generator below must not start at zero; the constant is 2^64 divided by the golden ratio.
        Self { random: (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15), rate }
    }

    /// The parts one behind the other over noise of `floor` steps, filled with that noise up to `samples`.
    pub fn clip(&mut self, parts: &[Part], floor: i64, samples: usize) -> Vec<i16> {
        let mut clip: Vec<i64> = parts.iter().flat_map(|part| self.part(part)).collect();
        clip.resize(samples, 0);
        let narrow = |sample: i64| sample.clamp(-32_768, 32_767) as i16;
        clip.into_iter().map(|sample| narrow(sample + self.white(floor))).collect()
    }

    fn part(&mut self, part: &Part) -> Vec<i64> {
        let n = part.ms * self.rate as usize / 1_000;
        if part.level == 0 {
            return vec![0; n];
        }
        let mut memory = [[0i64; 2]; 3];
        let mut last = 0;
        let mut phase = 0;
        let mut samples = Vec::with_capacity(n);
        for i in 0..n {
            let between = |from: i64, to: i64| from + (to - from) * i as i64 / n as i64;
            let mut signal = match part.source {
                Source::Noise => self.white(1 << 14),
                Source::Pulses([from, to]) => {
                    phase += between(from, to);
                    let pulse = phase >= self.rate;
                    phase %= self.rate;
                    // A little breath keeps the gaps between the pulses alive.
                    i64::from(pulse) * (1 << 18) + self.white(1 << 9)
                }
            };
            for (k, memory) in memory.iter_mut().enumerate() {
                signal = resonate(memory, signal, between(part.from[k], part.to[k]), WIDTHS[k], self.rate);
            }
            // The first difference stands for the radiation from the lips, and takes the constant part away.
            samples.push(signal - last);
            last = signal;
        }
        scale(&mut samples, part.level);
        samples
    }

    /// White noise within `peak` steps (xorshift64: G. Marsaglia, "Xorshift RNGs", 2003).
    fn white(&mut self, peak: i64) -> i64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 33) as i64 % (2 * peak + 1) - peak
    }
}

/// One step of a two-pole resonator with unit gain at zero frequency.
fn resonate(memory: &mut [i64; 2], input: i64, centre: i64, width: i64, rate: i64) -> i64 {
    // The pole's radius exp(-pi * width / rate) to first order; 355/113 is pi to six digits.
    let radius = ONE - ONE * width * 355 / (113 * rate);
    let squared = (radius * radius) >> FRACTION;
    let twice = (2 * radius * cosine(centre, rate)) >> FRACTION;
    let gain = ONE - twice + squared;
    let output = (gain * input + twice * memory[0] - squared * memory[1]) >> FRACTION;
    *memory = [output, memory[0]];
    output
}

/// `cos(2 pi * frequency / rate)` for frequencies up to half the rate, by the rational approximation of
/// Bhaskara I, (pi^2 - 4 x^2) / (pi^2 + x^2), whose error is below 0.002.
fn cosine(frequency: i64, rate: i64) -> i64 {
    // Beyond a quarter turn the curve is mirrored about its zero. One turn is 4 * quarter.
    let (quarter, mirrored) = (rate / 4, frequency > rate / 4);
    let x = if mirrored { rate / 2 - frequency } else { frequency };
    let value = ONE * 4 * (quarter * quarter - x * x) / (4 * quarter * quarter + x * x);
    if mirrored { -value } else { value }
}

/// Brings the peak to `level` and fades both ends.
fn scale(samples: &mut [i64], level: i64) {
    let peak = samples.iter().map(|sample| sample.abs()).max().unwrap_or(0).max(1);
    let n = samples.len();
    let fade = FADE.min(n / 4).max(1);
    for (i, sample) in samples.iter_mut().enumerate() {
        let ramp = (i + 1).min(n - i).min(fade) as i64;
        *sample = *sample * level / peak * ramp / fade as i64;
    }
}
