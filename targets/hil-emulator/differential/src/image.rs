//! An image: the runner, blocks, and the table of what they start from.

use crate::address::{BLOCKS, CODE_SIZE, MOST_BLOCKS, RECORD, SCRATCH, STACK};
use crate::block::Block;
use crate::jumps;
use crate::random::Random;
use crate::runner;

/// What both machines execute.
#[derive(Debug, Clone)]
pub struct Image {
    /// The blocks, in the order in which they run.
    pub blocks: Vec<Block>,
}

impl Image {
    /// At most `count` random blocks, of all classes or of one.
    pub fn random(count: usize, class: Option<usize>, random: &mut Random) -> Self {
        let mut at = BLOCKS;
        let mut blocks = Vec::new();
        // Literal loads reach 4 KiB further.
        while blocks.len() < count.min(MOST_BLOCKS) && at < CODE_SIZE - 0x2000 {
            let block = Block::random(at, class, random);
            at = (block.address + block.size() + 4).next_multiple_of(4);
            blocks.push(block);
        }
        Self { blocks }
    }

    /// The code memory. `spin`: stay at [`runner::SPIN`] at the end, instead of writing a file and ending QEMU.
    #[must_use]
    pub fn code(&self, spin: bool) -> Vec<u8> {
        let mut code = runner::code(self.blocks.len() as u32, spin, self.blocks.len() as u32 * RECORD);
        for block in &self.blocks {
            code.resize(block.address as usize, 0);
            let halfwords = block.items.iter().flat_map(|item| item.code.iter().copied());
            let out = jumps::branch(block.address + block.size(), runner::EXIT);
            code.extend(halfwords.chain(out).flat_map(u16::to_le_bytes));
        }
        code
    }

    /// The table of inputs.
    #[must_use]
    pub fn inputs(&self) -> Vec<u8> {
        let mut table = Vec::with_capacity(self.blocks.len() * RECORD as usize);
        for block in &self.blocks {
            let input = &block.input;
            // The runner pops R0 to R12, LR and PC from below the stack pointer.
            let frame = STACK - 15 * 4;
            let mut scratch = input.scratch.clone();
            let popped = input.r.iter().copied().chain([block.address | 1]);
            let place = (frame - SCRATCH) as usize;
            scratch.splice(place..place + 15 * 4, popped.flat_map(u32::to_le_bytes));
            let header = [input.fpscr, input.apsr, frame];
            let start = table.len();
            table.extend(header.into_iter().flat_map(u32::to_le_bytes));
            table.resize(start + 128, 0);
            table.extend(input.s.into_iter().flat_map(u32::to_le_bytes));
            table.extend(scratch);
        }
        table
    }

    /// The bytes of the table of results.
    #[must_use]
    pub fn results_size(&self) -> usize {
        self.blocks.len() * RECORD as usize
    }
}
