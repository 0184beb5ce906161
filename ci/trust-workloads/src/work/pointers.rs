//! A pointer chase over 4 MiB: every step loads the place of the next from another cache line.

use std::hint::black_box;

use super::Work;

/// Cache lines of 64 bytes that make 4 MiB.
const LINES: usize = 4 * 1024 * 1024 / 64;

/// One cache line; only its first word is read.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Line {
    next: u32,
}

/// The chase.
#[derive(Debug)]
pub struct Pointers {
    lines: Vec<Line>,
    at: u32,
}

impl Pointers {
    /// A single cycle through all lines, shuffled from a fixed seed (Sattolo, "An algorithm to generate a random cyclic
    /// permutation", 1986).
    pub fn new() -> Self {
        let mut lines: Vec<Line> = (0..LINES as u32).map(|next| Line { next }).collect();
        let mut state = 7u64;
        for last in (1..LINES).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lines.swap(last, (state >> 33) as usize % last);
        }
        Self { lines, at: 0 }
    }
}

impl Work for Pointers {
    fn name(&self) -> &'static str {
        "pointers"
    }

    fn about(&self) -> &'static str {
        "a pointer chase over 4 MiB"
    }

    fn base(&self) -> u64 {
        5_000
    }

    fn run(&mut self, steps: u64) {
        let mut at = black_box(self.at);
        for _ in 0..steps {
            at = self.lines[at as usize].next;
        }
        self.at = black_box(at);
    }

    /// After as many steps as there are lines the chase is where it was, and not before.
    fn check(&mut self) -> Result<(), String> {
        let begin = self.at;
        for step in 1..=LINES {
            self.run(1);
            if (self.at == begin) != (step == LINES) {
                return Err(format!("the cycle closes after {step} steps and not {LINES}"));
            }
        }
        Ok(())
    }
}
