//! Allocation: blocks of changing sizes are taken, touched and given back in another order.

use std::hint::black_box;

use super::Work;

/// Blocks that live at a time.
const ALIVE: usize = 256;
/// Sizes are between this and nine times as many bytes, below what allocators ask the system for one by one.
const SMALLEST: usize = 64;

/// The allocations.
#[derive(Debug)]
pub struct Allocation {
    blocks: Vec<Vec<u8>>,
    state: u64,
}

impl Allocation {
    /// With all blocks taken, from a fixed seed.
    pub fn new() -> Self {
        let mut new = Self { blocks: vec![Vec::new(); ALIVE], state: 3 };
        new.run(4 * ALIVE as u64);
        new
    }
}

impl Work for Allocation {
    fn name(&self) -> &'static str {
        "allocation"
    }

    fn about(&self) -> &'static str {
        "blocks of 64 to 576 bytes taken and given back"
    }

    fn base(&self) -> u64 {
        40_000
    }

    fn run(&mut self, steps: u64) {
        for _ in 0..steps {
            self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let drawn = (self.state >> 33) as usize;
            let size = SMALLEST + drawn % (8 * SMALLEST + 1);
            let mut block = Vec::with_capacity(size);
            block.push(size as u8);
            self.blocks[drawn / 1024 % ALIVE] = black_box(block);
        }
    }

    /// Every block says what size it was asked for, and holds so much.
    fn check(&mut self) -> Result<(), String> {
        self.run(4 * ALIVE as u64);
        let wrong = self.blocks.iter().filter(|block| !block.is_empty()).find(|block| {
            let said = usize::from(block[0]);
            (0..3).all(|wraps| block.capacity() != said + 256 * wraps)
        });
        wrong.map_or(Ok(()), |block| Err(format!("a block has {} bytes and says {}", block.capacity(), block[0])))
    }
}
