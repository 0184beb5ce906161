//! Many images in a row, with a count for each class.

use std::time::Duration;

use crate::address::MOST_BLOCKS;
use crate::bisect::{Finding, bisect};
use crate::classes::CLASSES;
use crate::image::Image;
use crate::random::Random;
use crate::{Error, ours, qemu};

/// How much to run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Everything follows from it.
    pub seed: u64,
    /// Random instructions, at least.
    pub instructions: u64,
    /// Stop after this time, whatever else.
    pub time: Option<Duration>,
    /// Only the class with this index in [`CLASSES`].
    pub class: Option<usize>,
    /// Stop after this many findings.
    pub findings: usize,
}

/// What was run and found.
#[derive(Debug, Clone)]
pub struct Report {
    /// Random instructions of each class, in the order of [`CLASSES`]. Set-ups and what jumps skip do not count.
    pub counts: Vec<u64>,
    /// Blocks.
    pub blocks: u64,
    /// Blocks that differed.
    pub differing: u64,
    /// Blocks that faulted on both machines: the generator must not make any.
    pub faulted: u64,
    /// The causes of the first differences.
    pub findings: Vec<Finding>,
    /// How long it took.
    pub took: Duration,
}

impl Report {
    /// Random instructions of all classes.
    #[must_use]
    pub fn instructions(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The counts, one line a class, and the sum.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        for (class, count) in CLASSES.iter().zip(&self.counts) {
            text.push_str(&format!("{count:>12} {}\n", class.name));
        }
        let (sum, seconds) = (self.instructions(), self.took.as_secs_f64());
        text.push_str(&format!(
            "{sum:>12} random instructions in {} blocks: {} blocks differ, {} faulted on both; {seconds:.1} s\n",
            self.blocks, self.differing, self.faulted
        ));
        text
    }

    /// Whether both machines agreed and no block faulted.
    #[must_use]
    pub fn agreed(&self) -> bool {
        self.differing == 0 && self.faulted == 0
    }
}

/// Runs random images until the options say stop; `progress` is called after each. `elapsed` is a clock that starts
/// with the soak.
///
/// # Errors
/// When one of the machines does not run.
pub fn soak(
    options: Options,
    elapsed: impl Fn() -> Duration,
    mut progress: impl FnMut(&Report),
) -> Result<Report, Error> {
    let mut random = Random::new(options.seed);
    let mut report = Report {
        counts: vec![0; CLASSES.len()],
        blocks: 0,
        differing: 0,
        faulted: 0,
        findings: Vec::new(),
        took: Duration::ZERO,
    };
    while report.instructions() < options.instructions
        && report.findings.len() < options.findings
        && options.time.is_none_or(|limit| elapsed() < limit)
    {
        let left = options.instructions - report.instructions();
        let count = MOST_BLOCKS.min(left as usize / crate::block::ITEMS + 1);
        let image = Image::random(count, options.class, &mut random);
        // QEMU is another process: both run at the same time.
        let (ours, qemu) = std::thread::scope(|scope| {
            let qemu = scope.spawn(|| qemu::run(&image));
            (ours::run(&image), qemu.join())
        });
        let qemu = qemu.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let ours = ours?;
        for ((block, ours), qemu) in image.blocks.iter().zip(&ours).zip(&qemu) {
            report.blocks += 1;
            for class in block.items.iter().flat_map(|item| &item.classes) {
                report.counts[*class] += 1;
            }
            let agree = ours.differences(qemu).is_empty();
            report.faulted += u64::from(agree && ours.fault().is_some());
            if !agree {
                report.differing += 1;
                if report.findings.len() < options.findings {
                    report.findings.extend(bisect(block, &ours::run, &qemu::run)?);
                }
            }
        }
        report.took = elapsed();
        progress(&report);
    }
    Ok(report)
}
