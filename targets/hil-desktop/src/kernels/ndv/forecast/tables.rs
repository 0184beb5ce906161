//! Tables of statements: what the loss scale does, and how much memory attention takes.

use std::hint::black_box;

use hil_agent::kernel::{Case, Kernel, LoadError, Mismatch};
use hil_agent::text::Text;
use hil_forecast::attention::{Head, Method};
use hil_forecast::math::Arithmetic;
use hil_forecast::scaler::{Scaler, Scaling};

use super::attention::{BLOCKS, Tensors, WIDTH};

/// Clean steps of the built-in run: several intervals.
const STEPS: u32 = 10_000;

/// The kernel `ndv/loss-scaler`, with the table `loss-scaler`.
pub(super) struct LossScalerKernel;

/// One statement about the loss scale: its name, and what is wrong where it does not hold.
type Statement = (&'static str, fn() -> Option<String>);

const STATEMENTS: [Statement; 8] = [
    ("it starts at 65536", || differs(Scaler::new(Scaling::USUAL).scale(), 65_536.0)),
    ("any start from 2^12 to 2^20 is taken", || {
        (12..=20).find_map(|power| {
            let start = two_to(power);
            let scaling = Scaling { start, ..Scaling::USUAL }.checked();
            scaling
                .map_or(Some(format!("2^{power} is refused")), |scaling| differs(Scaler::new(scaling).scale(), start))
        })
    }),
    ("1999 clean steps leave it, the 2000th doubles it", || {
        let mut scaler = Scaler::new(Scaling::USUAL);
        differs(after(&mut scaler, 1999, true), 65_536.0).or_else(|| differs(after(&mut scaler, 1, true), 131_072.0))
    }),
    ("intervals of 1000 and 5000 steps double it as well", || {
        [1000, 5000].into_iter().find_map(|interval| {
            let mut scaler = Scaler::new(Scaling { interval, ..Scaling::USUAL });
            differs(after(&mut scaler, interval - 1, true), 65_536.0)
                .or_else(|| differs(after(&mut scaler, 1, true), 131_072.0))
        })
    }),
    ("an overflow halves it and the step is not allowed", || {
        let mut scaler = Scaler::new(Scaling::USUAL);
        let allowed = scaler.allows(&[1.0, f32::INFINITY]) || scaler.allows(&[f32::NAN]);
        if allowed { Some("the step is allowed".to_owned()) } else { differs(scaler.scale(), 16_384.0) }
    }),
    ("finite gradients are allowed, however large", || {
        let allowed = Scaler::new(Scaling::USUAL).allows(&[f32::MAX, -f32::MAX, 0.0]);
        (!allowed).then(|| "the step is not allowed".to_owned())
    }),
    ("it stays from 1 to 2^24", || {
        let mut scaler = Scaler::new(Scaling::USUAL);
        differs(after(&mut scaler, 40, false), 1.0)
            .or_else(|| differs(after(&mut scaler, 2000 * 40, true), 16_777_216.0))
    }),
    ("overflows and changes of the scale are counted", || {
        let mut scaler = Scaler::new(Scaling::USUAL);
        after(&mut scaler, 2000, true);
        after(&mut scaler, 3, false);
        let found = (scaler.overflows(), scaler.updates());
        (found != (3, 4)).then(|| format!("{found:?}, not 3 overflows and 4 changes"))
    }),
];

fn two_to(power: u8) -> f32 {
    (0..power).fold(1.0, |value, _| value * 2.0)
}

/// The scale after some steps.
fn after(scaler: &mut Scaler, steps: u32, clean: bool) -> f32 {
    (0..steps).for_each(|_| scaler.note(clean));
    scaler.scale()
}

fn differs(found: f32, wanted: f32) -> Option<String> {
    (found.to_bits() != wanted.to_bits()).then(|| format!("it is {found}, not {wanted}"))
}

fn case(name: &str, broken: Option<String>) -> Case {
    Case { name: Text::new(format_args!("{name}")), broken: broken.map(|why| Mismatch::new(format_args!("{why}"))) }
}

impl Kernel for LossScalerKernel {
    fn name(&self) -> &str {
        "ndv/loss-scaler"
    }

    fn about(&self) -> &str {
        "10000 steps of the dynamic loss scale; the table loss-scaler tells what it does"
    }

    fn load(&mut self, _input: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel takes no input")))
    }

    fn run(&mut self) {
        black_box(after(&mut black_box(Scaler::new(Scaling::USUAL)), STEPS, true));
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        // Five intervals of doubling.
        let found = after(&mut Scaler::new(Scaling::USUAL), STEPS, true);
        differs(found, 2_097_152.0).map_or(Ok(()), |why| Err(Mismatch::new(format_args!("{why}"))))
    }

    fn conform(&mut self, table: &str, number: u32) -> Option<Case> {
        let (name, statement) = STATEMENTS.get(usize::try_from(number).ok()?).filter(|_| table == "loss-scaler")?;
        Some(case(name, statement()))
    }
}

/// The kernel `ndv/attention-bytes`, with the tables `attention-memory` (how it grows) and `attention-memory-ratio` (how much
/// less the tiled method takes than the guide's smallest typical ratio of 8).
pub(super) struct AttentionBytesKernel;

/// Tokens, each twice the ones before.
const TOKENS: [usize; 3] = [512, 1024, 2048];
/// How far a growth may be off what is said of it.
const GROWTH_BOUND: f64 = 0.1;

/// Bytes beyond inputs and result after a forward pass by plain code, as the buffers have them. Plain code, because the
/// copies that vectorised products make have the same size for both methods.
fn bytes(method: Method, tokens: usize) -> Option<usize> {
    let head = Head { tokens, width: WIDTH, causal: false };
    let mut tensors = Tensors::new(method, head, false);
    tensors.compute(method, Arithmetic::Scalar, head).ok()?;
    Some(tensors.bytes())
}

fn grows(what: &str, method: Method, tokens: usize, wanted: f64) -> Option<Case> {
    let (before, behind) = (bytes(method, tokens)?, bytes(method, 2 * tokens)?);
    let found = behind as f64 / before as f64;
    let name = format!("{what}, {tokens} to {} tokens: {before} to {behind} bytes", 2 * tokens);
    let off = (found / wanted - 1.0).abs() > GROWTH_BOUND;
    Some(case(&name, off.then(|| format!("grows {found:.3} times, not {wanted}"))))
}

fn growth(number: usize) -> Option<Case> {
    let steps = TOKENS.len() - 1;
    let of_tiled = BLOCKS.len() * steps;
    if number < of_tiled {
        let block = BLOCKS[number / steps];
        return grows(&format!("block {block}"), Method::Tiled { block }, TOKENS[number % steps], 2.0);
    }
    let number = number - of_tiled;
    if number < steps {
        return grows("standard", Method::Standard, TOKENS[number], 4.0);
    }
    let number = number - steps;
    let tokens = *TOKENS.get(number % TOKENS.len())?;
    match number / TOKENS.len() {
        0 => {
            let [small, middle, large] = BLOCKS.map(|block| bytes(Method::Tiled { block }, tokens));
            let name = format!("it grows with the block at {tokens} tokens");
            let broken = !(small < middle && middle < large);
            Some(case(&name, broken.then(|| format!("{small:?}, {middle:?}, {large:?}"))))
        }
        1 => {
            let (largest, square) = (bytes(Method::Tiled { block: 128 }, tokens)?, tokens * tokens * size_of::<f32>());
            let name = format!("no {tokens} x {tokens} matrix: all together {largest} of its {square} bytes");
            Some(case(&name, (largest >= square).then(|| "there is room for one".to_owned())))
        }
        _ => None,
    }
}

fn ratio(number: usize) -> Option<Case> {
    let (block, tokens) = (*BLOCKS.get(number / 2)?, TOKENS[1 + number % 2]);
    let (tiled, standard) = (bytes(Method::Tiled { block }, tokens)?, bytes(Method::Standard, tokens)?);
    let found = standard as f64 / tiled as f64;
    let name = format!("{tokens} tokens, block {block}: {} by the formula, {found:.2} found", tokens / block);
    Some(case(&name, (found < 8.0).then(|| format!("{standard} and {tiled} bytes, less than 8 times"))))
}

impl Kernel for AttentionBytesKernel {
    fn name(&self) -> &str {
        "ndv/attention-bytes"
    }

    fn about(&self) -> &str {
        "bytes that both methods of attention take; the tables attention-memory and attention-memory-ratio"
    }

    fn load(&mut self, _input: &[u8]) -> Result<(), LoadError> {
        Err(LoadError::new(format_args!("this kernel takes no input")))
    }

    fn run(&mut self) {
        black_box(bytes(Method::Tiled { block: 64 }, TOKENS[0]));
    }

    /// One matrix of weights and one row of scores.
    fn known_answer(&mut self) -> Result<(), Mismatch> {
        let (found, wanted) = (bytes(Method::Standard, 512), (512 * 512 + 512 + 512 * WIDTH) * size_of::<f32>());
        if found == Some(wanted) {
            Ok(())
        } else {
            Err(Mismatch::new(format_args!("512 tokens take {found:?} bytes, not {wanted}")))
        }
    }

    fn conform(&mut self, table: &str, number: u32) -> Option<Case> {
        let number = usize::try_from(number).ok()?;
        match table {
            "attention-memory" => growth(number),
            "attention-memory-ratio" => ratio(number),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AttentionBytesKernel, LossScalerKernel};
    use hil_agent::kernel::{Case, Kernel};

    fn cases(kernel: &mut dyn Kernel, table: &str) -> Vec<Case> {
        (0..).map_while(|number| kernel.conform(table, number)).collect()
    }

    #[test]
    fn the_loss_scale_does_what_the_table_says() {
        let mut kernel = LossScalerKernel;
        assert_eq!(kernel.known_answer(), Ok(()));
        let cases = cases(&mut kernel, "loss-scaler");
        assert_eq!(cases.len(), 8);
        for case in cases {
            assert_eq!(case.broken, None, "{}", case.name.as_str());
        }
        assert_eq!(kernel.conform("another", 0), None);
        assert!(super::differs(1.0, 2.0).is_some());
    }

    #[test]
    fn every_growth_and_ratio_is_told_with_its_bytes() {
        let mut kernel = AttentionBytesKernel;
        assert_eq!(kernel.known_answer(), Ok(()));
        let growth = cases(&mut kernel, "attention-memory");
        assert_eq!(growth.len(), 3 * 2 + 2 + 3 + 3);
        assert_eq!(cases(&mut kernel, "attention-memory-ratio").len(), 6);
        // Keys are there a second time, so the peak is no exact multiple; the rest holds.
        for case in growth.iter().skip(3 * 2) {
            assert_eq!(case.broken, None, "{}", case.name.as_str());
        }
        assert_eq!(kernel.conform("another", 0), None);
    }
}
