//! The clips `quiet` and `busy` of the liquid cell: makes their sound from a seed, puts it through the front end of the
//! guide, and compares with the tables in `liquid/clip_table.rs`.
//!
//! Nothing here differs between machines: integers, `f64` with a fixed order of operations, and functions of `libm`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking, as the test itself does")]

use hil_kernels::fft::{MAX_BINS, MAX_FFT, RealFft};
use hil_kernels::known_answer::Noise;
use hil_kernels::liquid::clips::{Clip, HOPS};
use hil_kernels::liquid::{FEATURE_STEPS, INPUTS, flux};
use hil_kernels::mel::MelBank;
use hil_kernels::mfcc::{Mfcc, MfccParams};
use std::f64::consts::PI;

const GUIDE: MfccParams = MfccParams::LIQUID_GUIDE;
const HOP: usize = GUIDE.hop_samples;
/// Two hops before the first one: its window begins with the second of them, the window before that with the first.
const LEAD: usize = 2;
const SAMPLES: usize = (LEAD + HOPS) * HOP;
/// The level below which sound counts as none, as a share of full scale: -70 dBFS, with the microphone of [`room`] 50 dB SPL,
/// a quiet office.
const FLOOR: f64 = 3.162_277_66e-4;

/// A quiet room: noise of 2.3 steps of a 16-bit sample, -83 dBFS, which is 37 dB SPL with a microphone that gives -26 dBFS
/// at 94 dB SPL.
fn room(noise: &mut Noise) -> i16 {
    noise.sample() >> 13
}

/// The room, in which something small is put down in the twentieth hop: a burst of noise that begins at -45 dBFS and falls to
/// a third within 40 ms.
fn quiet() -> Vec<i16> {
    let mut noise = Noise::new(31);
    let mut level = 0_i32;
    let mut pcm = Vec::new();
    for at in 0..SAMPLES {
        if at == (LEAD + 19) * HOP + 100 {
            level = 184 << 16;
        }
        level -= level / 640;
        let burst = (i64::from(level) * i64::from(noise.sample())) >> 31;
        pcm.push(room(&mut noise) + i16::try_from(burst).unwrap());
    }
    pcm
}

/// Two poles: a formant at `hz`, some 150 Hz wide.
fn resonate(sound: &mut [f64], hz: f64) {
    let radius = 0.97;
    let turn = 2.0 * radius * libm::cos(2.0 * PI * hz / 16_000.0);
    let (mut before, mut last) = (0.0, 0.0);
    for value in sound {
        let next = *value + turn * last - radius * radius * before;
        (before, last) = (last, next);
        *value = next;
    }
}

/// Syllables of six hops: four of a voice, one of a fricative, one of the room alone. Peaks lie between -18 and -12 dBFS,
/// fricatives at -30.
fn busy() -> Vec<i16> {
    let mut noise = Noise::new(47);
    let mut pcm: Vec<i16> = (0..LEAD * HOP).map(|_| room(&mut noise)).collect();
    while pcm.len() < SAMPLES {
        let mut pick = |count: u16| usize::from(noise.sample().unsigned_abs() % count);
        let first = [300.0, 450.0, 600.0, 750.0][pick(4)];
        let second = [900.0, 1_300.0, 1_800.0, 2_300.0][pick(4)];
        // From 200 down to 100 Hz.
        let period = 80 + pick(81);
        let peak = 4_096.0 + 512.0 * pick(9) as f64;
        let mut voice: Vec<f64> = (0..4 * HOP).map(|at| if at % period == 0 { 1.0 } else { 0.0 }).collect();
        resonate(&mut voice, first);
        resonate(&mut voice, second);
        let largest = voice.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        pcm.extend(voice.iter().map(|value| libm::rint(value / largest * peak) as i16 + room(&mut noise)));
        pcm.extend((0..HOP).map(|_| noise.sample() >> 5));
        pcm.extend((0..HOP).map(|_| room(&mut noise)));
    }
    pcm.truncate(SAMPLES);
    pcm
}

/// The amplitudes of the guide's mel bands.
struct Bands {
    window: [f32; MAX_FFT],
    fft: RealFft<f64>,
    bank: MelBank<f64>,
}

impl Bands {
    fn new() -> Self {
        let mut window = [0.0; MAX_FFT];
        GUIDE.window.fill(&mut window);
        let bank = MelBank::new(GUIDE.bands, MAX_BINS, 16_000.0 / 512.0, GUIDE.low_hz, GUIDE.high_hz).unwrap();
        Self { window, fft: RealFft::new(GUIDE.fft_size).unwrap(), bank }
    }

    fn amplitudes(&self, power: &[f64; MAX_BINS]) -> Vec<f32> {
        self.bank.energies(power).map(|energy| libm::sqrt(energy) as f32).collect()
    }

    fn of(&mut self, frame: &[i16]) -> Vec<f32> {
        let windowed: Vec<f32> =
            frame.iter().zip(&self.window).map(|(&sample, w)| f32::from(sample) / 32_768.0 * w).collect();
        let mut power = [0.0; MAX_BINS];
        self.fft.power(&windowed, &mut power);
        self.amplitudes(&power)
    }

    /// The sum of all amplitudes for white noise at [`FLOOR`]: in every bin, its square times the sum of the window's squares.
    fn floor(&self) -> f32 {
        let squares: f64 = self.window.iter().map(|&w| f64::from(w) * f64::from(w)).sum();
        self.amplitudes(&[FLOOR * FLOOR * squares; MAX_BINS]).iter().sum()
    }
}

/// The table of a sound.
fn table(pcm: &[i16]) -> Vec<[i8; 1 + INPUTS]> {
    // Features are normalised with the statistics of the trained front end, whose bands and hops differ a little.
    let params = MfccParams { quantiser: MfccParams::KEYWORDS.quantiser, ..GUIDE };
    assert_eq!((params.quantiser.scale, params.coefficients), (FEATURE_STEPS, INPUTS));
    let mut mfcc = Mfcc::<f64>::new(&params).unwrap();
    let mut bands = Bands::new();
    let floor = bands.floor();
    let frame = |hop: usize| &pcm[(hop + LEAD - 1) * HOP..(hop + LEAD + 1) * HOP];
    let mut before = bands.of(&pcm[..2 * HOP]);
    let mut rows = Vec::new();
    for hop in 0..HOPS {
        let now = bands.of(frame(hop));
        let complexity = flux::complexity(&before, &now, floor).unwrap();
        before = now;
        let mut features = [0; INPUTS];
        mfcc.frame_i8(frame(hop), &mut features).unwrap();
        let mut row = [0; 1 + INPUTS];
        // 0.1 is a little more than that in `f32`, and is to stay 10 hundredths.
        row[0] = libm::ceil(f64::from(complexity) * 100.0 - 1e-6) as i8;
        row[1..].copy_from_slice(&features);
        rows.push(row);
    }
    rows
}

fn kept(clip: Clip) -> Vec<[i8; 1 + INPUTS]> {
    let row = |hop| {
        let mut row = [0; 1 + INPUTS];
        row[0] = libm::rint(f64::from(clip.complexity(hop)) * 100.0) as i8;
        row[1..].copy_from_slice(&clip.features(hop));
        row
    };
    (0..HOPS).map(row).collect()
}

#[test]
fn the_tables_are_what_the_front_end_makes_of_the_sounds() {
    let (quiet, busy) = (table(&quiet()), table(&busy()));
    let holds = kept(Clip::Quiet) == quiet && kept(Clip::Busy) == busy;
    assert!(holds, "quiet is\n{quiet:?}\nbusy is\n{busy:?}");
}

#[test]
fn the_sounds_are_as_loud_as_they_are_said_to_be() {
    let level = |pcm: &[i16]| {
        let squares: f64 = pcm.iter().map(|&sample| (f64::from(sample) / 32_768.0).powi(2)).sum();
        10.0 * (squares / pcm.len() as f64).log10()
    };
    let (quiet, busy) = (quiet(), busy());
    assert_eq!((quiet.len(), busy.len()), (SAMPLES, SAMPLES));
    let calm = level(&quiet[..LEAD * HOP + 19 * HOP]);
    assert!((-84.0..-82.0).contains(&calm), "{calm}");
    let largest = quiet.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
    assert!((150..=190).contains(&largest), "{largest}");
    let speech = level(&busy);
    assert!((-35.0..-20.0).contains(&speech), "{speech}");
}
